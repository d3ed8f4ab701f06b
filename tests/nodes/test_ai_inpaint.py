"""Holes filled by a model: only there, softly, whatever the mask and the tape are like."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import ClipInfo, PixelFormat, Range
from nodes.library.clean.ai_denoise import AiDenoise
from nodes.library.clean.ai_inpaint import AiInpaint
from nodes.media import MediaError
from nodes.params import ParamError
from tests.nodes import ai_models, harness
from tests.nodes.harness import core
from tests.nodes.measure import Plane, planes
from tests.nodes.staging import SMALL, error, given

MASK = replace(SMALL, format=PixelFormat.parse("GRAY8"))
STRIPE = "X 20 >= X 50 < and 255 0 ?"


def mask_of(text: str, info: ClipInfo = MASK) -> tuple[ClipInfo, vs.VideoNode]:
    blank = core.std.BlankClip(
        width=info.width, height=info.height, format=getattr(vs, info.format.name), length=info.frames
    )
    return info, core.akarin.Expr(blank, text)


def through(
    node: AiInpaint,
    mask: tuple[ClipInfo, vs.VideoNode] | None,
    info: ClipInfo = SMALL,
    clip: vs.VideoNode | None = None,
) -> vs.VideoNode:
    return harness.run(node, {"clip": (info, given(info) if clip is None else clip), "mask": mask})["out"]


@pytest.fixture
def painter(tmp_path: Path) -> str:
    """Swaps the planes round and adds a tenth of the mask."""
    return ai_models.written(tmp_path, "painter", ai_models.painter())


def painted(source: list[Plane]) -> list[Plane]:
    return [source[(plane + 1) % 3] + 0.1 for plane in range(3)]


def part(of: list[Plane], where: tuple[slice, slice]) -> list[Plane]:
    return [plane[where] for plane in of]


INSIDE, LEFT, RIGHT = np.s_[:, 20:50], np.s_[:, :20], np.s_[:, 50:]


def test_only_what_the_mask_shows_is_filled(painter: str) -> None:
    made = planes(through(AiInpaint(model=painter, feather=0), mask_of(STRIPE)), 4)
    source = planes(given(), 4)
    for outside in (LEFT, RIGHT):
        assert error(part(made, outside), part(source, outside)) == 0
    assert error(part(made, INSIDE), part(painted(source), INSIDE)) < 1e-6


def test_the_edge_fades_out_and_beyond_it_nothing_changes(painter: str) -> None:
    made = planes(through(AiInpaint(model=painter, feather=6), mask_of(STRIPE)), 4)
    source = planes(given(), 4)
    weight = (made[0] - source[0]) / (painted(source)[0] - source[0])
    assert error(part(made, INSIDE), part(painted(source), INSIDE)) < 1e-6
    assert error(part(made, np.s_[:, 56:]), part(source, np.s_[:, 56:])) == 0
    ramp = np.median(weight[:, 50:56], axis=0)
    assert (np.diff(ramp) < 0).all() and 0.05 < ramp[-1] < ramp[0] < 0.95


def test_strength_and_gray_in_the_mask_fill_partly(painter: str) -> None:
    source = planes(given(), 4)
    wanted = [(a + b) / 2 for a, b in zip(source, painted(source), strict=True)]
    weak = planes(through(AiInpaint(model=painter, feather=0, strength=0.5), mask_of(STRIPE)), 4)
    assert error(part(weak, INSIDE), part(wanted, INSIDE)) < 1e-6
    gray = mask_of("X 20 >= X 50 < and 32768 0 ?", replace(MASK, format=PixelFormat.parse("GRAY16")))
    assert (
        error(part(planes(through(AiInpaint(model=painter, feather=0), gray), 4), INSIDE), part(wanted, INSIDE)) < 1e-4
    )
    assert error(planes(through(AiInpaint(model=painter, strength=0), mask_of(STRIPE)), 4), source) == 0


def test_a_rectangle_serves_without_a_mask_and_with_one(painter: str) -> None:
    node = AiInpaint(model=painter, feather=0, left=60, top=10, width=20, height=30)
    source = planes(given(), 4)
    box = np.s_[10:40, 60:80]
    for mask in (None, mask_of(STRIPE)):
        made = planes(through(node, mask), 4)
        assert error(part(made, box), part(painted(source), box)) < 1e-6
        assert error(part(made, np.s_[40:, 50:]), part(source, np.s_[40:, 50:])) == 0
        assert error(part(made, np.s_[:, 80:]), part(source, np.s_[:, 80:])) == 0
        assert (error(part(made, INSIDE), part(source, INSIDE)) == 0) == (mask is None)


@pytest.mark.parametrize(("width", "height", "frames"), [(48, 40, 13), (192, 160, 1), (96, 80, 40)])
def test_a_mask_of_another_size_or_length_serves(painter: str, width: int, height: int, frames: int) -> None:
    info = replace(MASK, width=width, height=height, frames=frames)
    scaled = f"X {width} 4 / >= X {width} 2 / < and 255 0 ?"
    made = through(AiInpaint(model=painter, feather=0), mask_of(scaled, info))
    assert made.num_frames == 13
    source = planes(given(), 12)
    filled = planes(made, 12)
    assert error(part(filled, np.s_[:, 28:44]), part(painted(source), np.s_[:, 28:44])) < 1e-6
    assert error(part(filled, np.s_[:, 52:]), part(source, np.s_[:, 52:])) == 0


def test_frames_whose_mask_is_black_never_see_the_model(painter: str) -> None:
    info = replace(SMALL, format=PixelFormat.parse("YUV420P8"), range=Range.LIMITED)
    made = through(AiInpaint(model=painter), mask_of("N 5 = 255 0 ?"), info)
    assert [n for n in range(13) if error(planes(made, n), planes(given(info), n)) > 0] == [5]


@pytest.mark.parametrize("form", ["YUV420P8", "YUV422P10", "YUV411P8", "YUV444P16", "YUV444PS", "GRAY8", "RGB24"])
def test_any_clip_keeps_its_format_and_all_that_is_not_filled(painter: str, form: str) -> None:
    info = replace(SMALL, format=PixelFormat.parse(form), range=Range.FULL if "RGB" in form else Range.LIMITED)
    node = AiInpaint(model=painter, feather=4)
    made = through(node, mask_of(STRIPE), info)
    assert harness.differences(made, node.forecast(info)) == []
    source = given(info)
    for plane, (one, other) in enumerate(zip(planes(made, 3), planes(source, 3), strict=True)):
        beyond = 72 >> (info.format.ss_w if plane else 0)
        assert np.array_equal(one[:, beyond:], other[:, beyond:])
    assert error(planes(made, 3)[:1], planes(source, 3)[:1]) > 0.02 * info.format.peak


def test_the_demo_model_takes_the_mean_of_what_is_bare_around() -> None:
    info = SMALL
    flat = core.akarin.Expr(given(), "X 30 >= X 40 < and Y 30 >= and Y 40 < and 1 0.25 ?")
    made = through(AiInpaint(feather=0, left=30, top=30, width=10, height=10), None, info, flat)
    assert all(np.abs(plane - 0.25).max() < 1e-6 for plane in planes(made, 0))


def test_frames_in_any_order_are_those_in_order() -> None:
    moving = mask_of("X N 6 * >= X N 6 * 12 + < and N 4 = not and 255 0 ?")
    made, again = (through(AiInpaint(), moving) for _ in range(2))
    in_order = [planes(made, n) for n in range(13)]
    for n in random.Random(6).sample(range(13), 13):
        assert error(planes(again, n), in_order[n]) == 0


def test_a_model_that_wants_multiples_gets_picture_and_mask_so(tmp_path: Path) -> None:
    info = replace(SMALL, width=93, height=77)
    path = ai_models.written(tmp_path, "picky", ai_models.picky_painter(16))
    made = planes(
        through(AiInpaint(model=path, feather=0), mask_of(STRIPE, replace(MASK, width=93, height=77)), info), 4
    )
    source = planes(given(info), 4)
    assert error(part(made, INSIDE), part([plane + 0.1 for plane in source], INSIDE)) < 1e-6


# -- rows of frames, and a mask of each --------------------------------------------------------------
ROW = "demo-inpaint-row"


def beside(n: int, last: int = 12) -> list[Plane]:
    """What the demo model of rows makes of a hole in frame `n`, where the frames beside have none: their mean. The
    first and last frame stand in for those that are not there, with their holes, and so count for nothing."""
    pair = planes(given(), n - 1 if n else 1), planes(given(), n + 1 if n < last else last - 1)
    return [(a + b) / 2 for a, b in zip(*pair, strict=True)]


@pytest.mark.parametrize("n", [0, 1, 6, 12])
def test_a_model_of_rows_is_given_the_frames_around(n: int) -> None:
    made = through(AiInpaint(model=ROW, feather=0), mask_of(f"N {n} = X 20 >= and X 50 < and 255 0 ?"))
    assert error(part(planes(made, n), INSIDE), part(beside(n), INSIDE)) < 2e-4
    for outside in (LEFT, RIGHT):
        assert error(part(planes(made, n), outside), part(planes(given(), n), outside)) == 0
    others = [other for other in range(13) if other != n]
    assert all(error(planes(made, other), planes(given(), other)) == 0 for other in others)


def test_a_model_of_rows_is_given_the_masks_of_the_frames_around() -> None:
    made = through(AiInpaint(model=ROW, feather=0), mask_of("N 5 = N 6 = or X 20 >= and X 50 < and 255 0 ?"))
    for n, free in ((5, 4), (6, 7)):  # the other one beside is hidden, too
        assert error(part(planes(made, n), INSIDE), part(planes(given(), free), INSIDE)) < 1e-3


@pytest.mark.parametrize(("frames", "hidden"), [(1, 0), (2, 1)])
def test_a_clip_that_is_shorter_than_the_row_is_filled(frames: int, hidden: int) -> None:
    info = replace(SMALL, frames=frames)
    mask = mask_of(f"N {hidden} = X 20 >= and X 50 < and 255 0 ?", replace(MASK, frames=frames))
    made = through(AiInpaint(model=ROW, feather=0), mask, info)
    assert made.num_frames == frames
    assert all(np.isfinite(plane).all() for plane in planes(made, hidden))


def test_frames_of_a_model_of_rows_in_any_order_are_those_in_order() -> None:
    moving = mask_of("X N 6 * >= X N 6 * 12 + < and N 4 = not and 255 0 ?")
    made, again = (through(AiInpaint(model=ROW), moving) for _ in range(2))
    in_order = [planes(made, n) for n in range(13)]
    assert error(in_order[4], planes(given(), 4)) == 0 < error(in_order[5], planes(given(), 5))
    for n in random.Random(6).sample(range(13), 13):
        assert error(planes(again, n), in_order[n]) == 0


# -- what cannot be ----------------------------------------------------------------------------------
def test_what_cannot_be_filled_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParamError, match=r"left: the rectangle ends at 100, the picture at 96\. Move it"):
        AiInpaint(left=90, width=10, height=10).forecast(SMALL)
    with pytest.raises(MediaError, match=r"one picture at a time.*that fills holes"):
        AiInpaint(model="demo-denoise").forecast(SMALL)
    with pytest.raises(MediaError, match=r"a picture and a mask.*Put it into AI inpaint"):
        AiDenoise(model="demo-inpaint").forecast(SMALL)
    even = ai_models.written(tmp_path, "even", ai_models.mixing([[0.0] * 8] * 3, {"pattern": "mask"}))
    with pytest.raises(
        MediaError, match=r"even\.onnx: takes 2 pictures and their masks, of which none is in the middle"
    ):
        AiInpaint(model=even).forecast(SMALL)
    assert ["only shows how it works" in text for text in AiInpaint(model=ROW, width=5, height=5).check(SMALL)] == [
        True
    ]
    assert ["nothing is filled" in text for text in AiInpaint().check(SMALL)] == [True]
    assert ["no" in text for text in AiInpaint(model="x", width=5, height=5).check(SMALL)] == []
