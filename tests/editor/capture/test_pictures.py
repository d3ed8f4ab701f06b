"""From the ring to what is painted and measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from editor.capture.pictures import OVER, UNDER, excursions, one_field, planes_of, shape_of, to_rgb, values_of
from editor.capture.watching import Manner, Seen, Watching
from runtime.ring import RingFacts
from tests.editor.capture.kit import flat, ring

FACTS = RingFacts("x", 64, 48, "YUV422P8", (25, 1), "tff")


@pytest.mark.parametrize("format", ["YUV422P8", "YUV422P10", "YUV420P8", "YUV411P8", "YUV444P8"])
@pytest.mark.parametrize(
    ("code", "rgb"),
    [((16, 128, 128), (0, 0, 0)), ((235, 128, 128), (255, 255, 255)), ((81, 90, 240), (255, 0, 0)),
     ((41, 240, 110), (0, 0, 255)), ((145, 54, 34), (0, 255, 0))],
)  # fmt: skip
def test_colours_are_those_of_bt601(format: str, code: tuple[int, int, int], rgb: tuple[int, int, int]) -> None:
    facts = replace(FACTS, format=format)
    made = to_rgb(planes_of(flat(facts, *code), facts))
    assert made.shape == (48, 64, 3)
    assert np.abs(made.astype(int) - np.array(rgb)).max() <= 2


def test_one_field_has_every_second_line_and_no_other() -> None:
    frame = planes_of(flat(FACTS, 100, 128, 128), FACTS)
    woven = frame.planes[0].copy()
    woven[1::2] = 200
    assert to_rgb(one_field(replace(frame, planes=(woven, *frame.planes[1:])))).max() < 110


def test_excursions_are_striped_and_counted_and_legal_values_are_not() -> None:
    y = np.full((48, 64), 120, np.uint8)
    y[:24], y[24:36] = 250, 4
    half = np.full((48, 32), 128, np.uint8)
    frame = replace(planes_of(flat(FACTS, 0, 0, 0), FACTS), planes=(y, half, half))
    assert excursions(frame) == (0.25, 0.5)
    made = to_rgb(frame, marked=True)
    assert (made[:24] == OVER).all(axis=2).mean() == pytest.approx(0.5, abs=0.1)
    assert (made[24:36] == UNDER).all(axis=2).mean() == pytest.approx(0.5, abs=0.1)
    assert (made[36:] == made[40, 40]).all()
    assert excursions(planes_of(flat(FACTS, 16, 128, 128), FACTS)) == (0, 0)
    assert excursions(planes_of(flat(FACTS, 235, 128, 128), FACTS)) == (0, 0)


def test_scopes_get_true_values_whatever_the_depth() -> None:
    for form in ("YUV422P8", "YUV422P10", "YUV411P8"):
        facts = replace(FACTS, width=1280, height=720, format=form)
        frame = values_of(planes_of(flat(facts, 77, 90, 200), facts))
        assert [set(plane.ravel().tolist()) for plane in frame.planes] == [{77.0}, {90.0}, {200.0}]
        assert len({plane.shape for plane in frame.planes}) == 1 and frame.planes[0].shape == (288, 480)


def test_tape_is_four_to_three_unless_it_says_otherwise() -> None:
    assert shape_of(replace(FACTS, width=720, height=576)) == pytest.approx(4 / 3)
    assert shape_of(replace(FACTS, width=720, height=480, sar=(0, 0))) == pytest.approx(4 / 3)
    assert shape_of(replace(FACTS, width=720, height=576, sar=(64, 45))) == pytest.approx(16 / 9)
    assert shape_of(replace(FACTS, width=1920, height=1080)) == pytest.approx(16 / 9)


def test_the_newest_picture_is_shown_while_somebody_looks(qtbot: QtBot, tmp_path: Path) -> None:
    watching = Watching()
    seen: list[Seen] = []
    watching.seen.connect(lambda one: seen.append(one))
    with ring(tmp_path / "a.ring") as live:
        live.put(flat(live.facts, 120, 128, 128))
        watching.watch(str(live.path))
        qtbot.waitUntil(lambda: bool(seen))
        first = seen[-1]
        assert first.number == 0 and first.frame is not None
        watching.manner = Manner(both_fields=True, scopes=False)
        for _ in range(6):
            live.put(flat(live.facts, 235, 128, 128))
        qtbot.waitUntil(lambda: seen[-1].number == 6)
        last = seen[-1]
        assert not last.frame and last.image.height() == 48
        assert last.image.pixelColor(5, 5).lightness() > 250
        watching.watch("")
        count = len(seen)
        live.put(flat(live.facts, 16, 128, 128))
        qtbot.wait(250)
        assert len(seen) == count
    watching.close()


def test_a_ring_that_never_comes_holds_up_nobody(qtbot: QtBot, tmp_path: Path) -> None:
    watching = Watching()
    watching.watch(str(tmp_path / "none.ring"))
    watching.close()
    assert watching.path == ""
