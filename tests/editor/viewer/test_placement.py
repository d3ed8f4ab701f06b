"""Where pictures lie: true shape, true pixels, and nothing slips away under the mouse."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from editor.viewer.crop import Cut, dragged, grabbed, steps
from editor.viewer.placement import Aspect, Placement, shape_of
from nodes.clip import ClipInfo, Fields, PixelFormat
from nodes.registry import default_registry
from tests.editor.viewer.fake_engine import PAL

AREA = QRectF(0, 0, 900, 600)


def test_pal_is_shown_four_by_three() -> None:
    rect = Placement(720, 576, AREA, shape_of(PAL, Aspect.CORRECT)).rect
    assert rect.width() / rect.height() == pytest.approx(4 / 3, abs=0.003)
    assert rect.height() == 600


def test_square_and_raw_show_the_pixels_as_they_are() -> None:
    square = Placement(720, 576, AREA, shape_of(PAL, Aspect.SQUARE)).rect
    assert square.width() / square.height() == pytest.approx(720 / 576, abs=0.003)
    raw = Placement(720, 576, QRectF(0, 0, 1700, 1300), shape_of(PAL, Aspect.RAW), whole=True)
    assert raw.device_size == (1440, 1152)


def test_separated_fields_are_as_high_as_their_frame() -> None:
    fields = replace(PAL, height=288, separated=True)
    rect = Placement(720, 288, AREA, shape_of(fields, Aspect.CORRECT)).rect
    assert rect.width() / rect.height() == pytest.approx(4 / 3, abs=0.01)


@given(
    st.floats(0, 900),
    st.floats(0, 600),
    st.lists(st.floats(0.06, 60), min_size=1, max_size=6),
    st.sampled_from([1.0, 1.5, 2.0]),
)
def test_zoom_keeps_the_pixel_under_the_mouse(x: float, y: float, zooms: list[float], ratio: float) -> None:
    placed = Placement(720, 576, AREA, 16 / 15, ratio)
    at = QPointF(x, y)
    if not placed.rect.contains(at):
        return
    under = placed.to_picture(at)
    for zoom in zooms:
        placed = placed.zoomed(zoom, at)
        now = placed.to_picture(at)
        near = 1.01 / placed.scale  # the picture's edges lie on whole pixels of the screen
        assert now.x() == pytest.approx(under.x(), abs=near + 0.4 / ratio)
        assert now.y() == pytest.approx(under.y(), abs=near + 0.4 / ratio)


@given(st.floats(0, 720), st.floats(0, 576), st.floats(0.1, 40))
def test_there_and_back(x: float, y: float, zoom: float) -> None:
    placed = Placement(720, 576, AREA, 16 / 15).zoomed(zoom, QPointF(400, 300))
    back = placed.to_picture(placed.to_widget(QPointF(x, y)))
    assert (back.x(), back.y()) == (pytest.approx(x, abs=1e-6), pytest.approx(y, abs=1e-6))


def test_only_what_is_seen_is_visible() -> None:
    placed = Placement(720, 576, AREA, 1.0).zoomed(4.0, AREA.center())
    x, _, wide, high = placed.visible()
    assert (wide, high) == (pytest.approx(225, abs=1), pytest.approx(150, abs=1))
    assert x == pytest.approx(247, abs=1)
    assert replace(placed, centre=(3.0, 0.5)).visible()[2] == 0
    pushed = placed.panned(QPointF(-1e9, -1e9))
    assert pushed.visible()[2] > 100 and pushed.visible()[3] > 70  # half of what is seen is always picture


# ---- crop

FORMATS = ["YUV420P8", "YUV422P8", "YUV411P8", "YUV444P16", "GRAY8", "RGB24"]
CROP = default_registry().get("geometry.crop")


@given(
    st.sampled_from(FORMATS),
    st.sampled_from(list(Fields)),
    st.sets(st.sampled_from(["left", "right", "top", "bottom"]), min_size=1, max_size=2),
    st.floats(-900, 900),
    st.floats(-900, 900),
)
def test_what_is_dragged_is_what_the_node_cuts(name: str, fields: Fields, sides: set[str], x: float, y: float) -> None:
    clip = replace(PAL, format=PixelFormat.parse(name), fields=fields)
    begun = Cut(8, 8, 8, 8)
    cut = dragged(begun, frozenset(sides), QPointF(x, y), clip)  # type: ignore[arg-type]
    assert CROP is not None
    node = CROP(**cut.params())
    assert list(node.check(clip)) == []  # type: ignore[attr-defined]
    made: ClipInfo = node.forecast(clip)  # type: ignore[attr-defined]
    assert (made.width, made.height) == (cut.rect(clip).width(), cut.rect(clip).height())
    assert made.width >= 8
    assert made.height >= 8
    untouched = {"left", "right", "top", "bottom"} - sides
    assert all(getattr(cut, side) == 8 for side in untouched)


def test_interlaced_420_moves_in_fours() -> None:
    assert steps(PAL) == (2, 4)
    assert dragged(Cut(), frozenset({"top"}), QPointF(0, 5), PAL).top == 4
    assert dragged(Cut(), frozenset({"top"}), QPointF(0, 7), PAL).top == 8


def test_edges_and_corners_are_grabbed() -> None:
    kept = QRectF(100, 100, 400, 300)
    assert grabbed(QPointF(103, 250), kept, 10) == {"left"}
    assert grabbed(QPointF(497, 396), kept, 10) == {"right", "bottom"}
    assert grabbed(QPointF(300, 250), kept, 10) == frozenset()
    assert grabbed(QPointF(80, 250), kept, 10) == frozenset()
