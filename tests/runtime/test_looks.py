"""Fields, planes and parts of a picture, with a real worker: every pixel is where it should be."""

from collections.abc import Iterator

import pytest

from runtime.session import FieldOrder, Look, NodeError, Picture, Region, Session
from tests.runtime.steps import PRELUDE, step

# Full-range grey whose line y has the value 2y, plus a fifth of the frame's number.
LINES = """\
blank = core.std.BlankClip(format=vs.GRAY8, width=96, height=64, length=10, fpsnum=25)
lines = blank.akarin.Expr('Y 2 * N +').std.SetFrameProps(_Range=1, _SARNum=16, _SARDen=15)
"""
# Every pixel tells where it is.
PLACES = """\
blank = core.std.BlankClip(format=vs.RGB24, width=400, height=300, length=3)
places = blank.akarin.Expr(['X 255 bitand', 'Y 255 bitand', 'X 256 / trunc Y 256 / trunc 2 * + N 16 * +'])
"""
# Rough luma and chroma, interlaced.
NOISE = """\
blank = core.std.BlankClip(format=vs.YUV420P8, width=400, height=300).std.SetFrameProps(_FieldBased=2)
noise = blank.akarin.Expr(['X 37 * Y 91 * + 200 % 20 +', 'X 50 * 200 % Y +', 'Y 70 * 200 % X +'])
"""


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    plan = [
        step("lines", LINES),
        step("tff", "tff = lines.std.SetFieldBased(2)", "lines"),
        step("bff", "bff = lines.std.SetFieldBased(1)", "lines"),
        step("places", PLACES),
        step("yuv", "yuv = core.std.BlankClip(format=vs.YUV411P8, width=400, height=300, color=[90, 100, 200])"),
        step("odd", "odd = core.std.BlankClip(format=vs.GRAY8, width=64, height=63)"),
        step("noise", NOISE),
    ]
    with Session() as one:
        one.load(plan, PRELUDE)
        yield one


def column(picture: Picture) -> list[int]:
    """The grey of the first pixel of every line."""
    return [picture.data[y * picture.stride] for y in range(picture.height)]


def pixel(picture: Picture, x: int, y: int) -> tuple[int, ...]:
    at = y * picture.stride + 4 * x
    return tuple(picture.data[at : at + 3])


@pytest.mark.parametrize("node", ["lines", "tff", "bff"])
@pytest.mark.parametrize(("look", "parity"), [("top", 0), ("bottom", 1)])
def test_a_field_stands_at_full_height_whatever_the_order(session: Session, node: str, look: Look, parity: int) -> None:
    picture = session.preview(node, "out", 5, look=look)
    assert column(picture) == [2 * (y // 2 * 2 + parity) + 5 for y in range(64)]
    assert (picture.width, picture.sar_num, picture.sar_den) == (96, 16, 15)


@pytest.mark.parametrize(
    ("node", "order", "first"),
    [("tff", "", 0), ("bff", "", 1), ("lines", "", 0), ("lines", "bff", 1), ("tff", "bff", 1), ("bff", "tff", 0)],
)
def test_a_bob_shows_the_fields_in_their_order_in_time(
    session: Session, node: str, order: FieldOrder, first: int
) -> None:
    for frame in (6, 7):
        parity = first ^ (frame & 1)
        picture = session.preview(node, "out", frame, look="bob", field_order=order)
        assert column(picture) == [2 * (y // 2 * 2 + parity) + 3 for y in range(64)]


def test_a_bob_has_twice_the_frames(session: Session) -> None:
    assert session.preview("tff", "out", 19, look="bob").height == 64
    with pytest.raises(NodeError, match="has 20"):
        session.preview("tff", "out", 20, look="bob")
    with pytest.raises(NodeError, match="has 10"):
        session.preview("tff", "out", 10)


def test_a_clip_of_odd_height_has_no_fields(session: Session) -> None:
    with pytest.raises(NodeError, match="63 lines"):
        session.preview("odd", "out", 0, look="top")
    assert session.preview("odd", "out", 0).width == 64


@pytest.mark.parametrize(("look", "value"), [("y", 90), ("u", 100), ("v", 200)])
def test_a_plane_is_shown_as_grey_in_the_pictures_own_size(session: Session, look: Look, value: int) -> None:
    picture = session.preview("yuv", "out", 0, look=look)
    assert (picture.width, picture.height) == (400, 300)
    assert set(picture.data[:12].tolist()) == {round((value - 16) * 255 / 219), 255}


def test_grey_has_no_chroma_to_show(session: Session) -> None:
    with pytest.raises(NodeError, match="no plane v"):
        session.preview("lines", "out", 0, look="v")


@pytest.mark.parametrize("region", [(0, 0, 400, 300), (63, 7, 65, 101), (390, 290, 10, 10), (257, 131, 1, 1)])
def test_a_region_is_exact_to_the_pixel(session: Session, region: Region) -> None:
    x, y, width, height = region
    picture = session.preview("places", "out", 1, region=region, max_width=500, max_height=500)
    assert (picture.width, picture.height, picture.stride) == (width, height, 4 * width)
    for column in {0, width // 2, width - 1}:
        for line in {0, height // 2, height - 1}:
            at_x, at_y = x + column, y + line
            place = at_x // 256 + at_y // 256 * 2 + 16
            assert pixel(picture, column, line) == (place, at_y & 255, at_x & 255)


def test_a_region_of_interlaced_chroma_is_as_in_the_whole_picture(session: Session) -> None:
    whole = session.preview("noise", "out", 0)
    part = session.preview("noise", "out", 0, region=(101, 75, 150, 83))
    for line in range(83):
        begin = (75 + line) * whole.stride + 4 * 101
        assert part.data[line * part.stride : (line + 1) * part.stride] == whole.data[begin : begin + part.stride]


def test_a_region_is_cut_to_the_picture_and_scaled_only_where_it_is_too_large(session: Session) -> None:
    cut = session.preview("places", "out", 0, region=(350, -20, 100, 50))
    assert (cut.width, cut.height) == (50, 30)
    scaled = session.preview("places", "out", 0, region=(100, 100, 200, 160), max_width=100)
    assert (scaled.width, scaled.height) == (100, 80)
    red = pixel(scaled, 50, 40)[2]
    assert abs(red - 201) <= 2  # twice as far from the left of the region
    stretched = session.preview("lines", "out", 0, region=(0, 0, 30, 30), square=True)
    assert (stretched.width, stretched.height) == (32, 30)
    with pytest.raises(NodeError, match="outside the picture"):
        session.preview("places", "out", 0, region=(400, 0, 10, 10))


def test_a_region_of_a_field_counts_in_lines_of_the_frame(session: Session) -> None:
    picture = session.preview("bff", "out", 0, look="bottom", region=(3, 11, 5, 4))
    assert column(picture) == [2 * (y // 2 * 2 + 1) for y in range(11, 15)]
