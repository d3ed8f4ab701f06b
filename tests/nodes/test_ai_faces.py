"""Faces found, drawn anew and laid back: where, how far, and that all else stays."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import ClipInfo, PixelFormat, Range
from nodes.library.clean.ai_denoise import AiDenoise
from nodes.library.clean.ai_faces import AiFaces
from nodes.media import MediaError
from runtime.worker.crops import TEMPLATE, cut, paste, placed
from runtime.worker.yunet import apart, faces
from tests.nodes import ai_models, harness
from tests.nodes.harness import core
from tests.nodes.measure import planes
from tests.nodes.staging import SMALL, error, given

LARGE = replace(SMALL, width=256, height=192, frames=6)
SIDE = 96  # the demo finder's faces are that wide
BORDER = SIDE // 8


def tape(info: ClipInfo, spots: Sequence[tuple[int, int]], wide: int = 32, when: str = "1") -> vs.VideoNode:
    """The test picture without strong red, but for spots at these corners, in frames for which `when` holds."""
    inside = " ".join(f"X {x} >= X {x + wide} < and Y {y} >= and Y {y + 32} < and" for x, y in spots)
    where = " ".join([inside, *["or"] * (len(spots) - 1), when, "and"]) if spots else "0"
    plain = replace(info, format=PixelFormat.parse("RGBS"), range=Range.FULL)
    red = given(plain).akarin.Expr([f"{where} 1 x 0.5 * 0.2 + ?", f"{where} 0 x 0.5 * 0.2 + ?"])
    if info.format.name == "RGBS":
        return harness.mark(red, info)
    options = {} if info.format.name.startswith("RGB") else {"matrix": int(info.matrix), "range": info.range.code}
    return harness.mark(red.resize.Bicubic(format=getattr(vs, info.format.name), **options), info)


@pytest.fixture
def negative(tmp_path: Path) -> str:
    return ai_models.written(tmp_path, "negative", ai_models.negative(SIDE))


def through(node: AiFaces, clip: vs.VideoNode, info: ClipInfo = LARGE) -> vs.VideoNode:
    made = harness.run(node, {"clip": (info, clip)})["out"]
    assert harness.differences(made, node.forecast(info)) == []
    return made


def square(x: int, y: int, inset: int = 0) -> tuple[slice, slice]:
    """The face's around a spot at x, y."""
    return np.s_[y - 32 + inset : y + 64 - inset, x - 32 + inset : x + 64 - inset]


def changed(made: vs.VideoNode, clip: vs.VideoNode, n: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.any([a != b for a, b in zip(planes(made, n), planes(clip, n), strict=True)], axis=0)


# -- where -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("spot", [(64, 64), (128, 96), (160, 64)])
def test_a_face_is_drawn_just_where_it_is_and_nothing_else_changes(negative: str, spot: tuple[int, int]) -> None:
    clip = tape(LARGE, [spot])
    made = through(AiFaces(model=negative, strength=1.0), clip)
    source, new = planes(clip, 2), planes(made, 2)
    inner = square(*spot, BORDER)
    assert max(np.abs(1 - a[inner] - b[inner]).max() for a, b in zip(source, new, strict=True)) < 1e-4
    touched = changed(made, clip, 2)
    touched[square(*spot)] = False
    assert not touched.any()


def test_strength_and_the_edge_lie_between(negative: str) -> None:
    clip = tape(LARGE, [(128, 96)])
    half, full = (planes(through(AiFaces(model=negative, strength=part), clip), 2) for part in (0.5, 1.0))
    source = planes(clip, 2)
    for a, b, c in zip(source, half, full, strict=True):
        assert np.abs((a + c) / 2 - b).max() < 1e-5
    flat = core.std.BlankClip(clip, color=[0.0, 0.0, 0.0])  # black becomes white: the weight itself is seen
    flat = harness.mark(flat.akarin.Expr(["X 128 >= X 160 < and Y 96 >= and Y 128 < and 1 0 ?", ""]), LARGE)
    weight = planes(through(AiFaces(model=negative, strength=1.0), flat), 0)[1]
    ramp = weight[112, 96 : 96 + BORDER + 1]
    assert (np.diff(ramp) > 0).all() and ramp[0] < 0.02 and ramp[-1] > 0.98
    assert error(planes(through(AiFaces(model=negative, strength=0.0), clip), 2), source) == 0


def test_many_faces_are_drawn_and_no_more_than_are_wanted(negative: str) -> None:
    info = replace(LARGE, width=480, height=320)
    spots = [(64, 64), (192, 160), (352, 96), (64, 224)]
    clip = tape(info, spots)
    for most, count in ((8, 4), (2, 2)):
        made = through(AiFaces(model=negative, strength=1.0, most=most), clip, info)
        touched = changed(made, clip, 1)
        assert sum(touched[square(*spot, BORDER)].mean() > 0.9 for spot in spots) == count


def test_small_faces_and_doubtful_ones_are_left(negative: str) -> None:
    clip = tape(LARGE, [(128, 96)], wide=20)
    assert changed(through(AiFaces(model=negative, confidence=0.7), clip), clip, 2).any()
    for node in (AiFaces(model=negative, confidence=0.95), AiFaces(model=negative, least=97)):
        assert not changed(through(node, clip), clip, 2).any()


@pytest.mark.parametrize("spot", [(0, 0), (224, 160), (0, 96)])
def test_a_face_at_the_edge_is_drawn_as_far_as_it_is_seen(negative: str, spot: tuple[int, int]) -> None:
    clip = tape(LARGE, [spot])
    made = through(AiFaces(model=negative, strength=1.0), clip)
    middle = np.s_[spot[1] : spot[1] + 32, spot[0] : spot[0] + 32]
    for a, b in zip(planes(clip, 2), planes(made, 2), strict=True):
        assert np.abs(1 - a[middle] - b[middle]).max() < 1e-4


def test_pixels_that_are_not_square_are_seen_as_they_are_shown(negative: str) -> None:
    info = replace(LARGE, sar=Fraction(2))
    clip = tape(info, [(128, 96)], wide=16)
    made = through(AiFaces(model=negative, strength=1.0), clip, info)
    rows, columns = np.nonzero(changed(made, clip, 2))
    assert (rows.min(), rows.max()) == (64, 159)
    assert (columns.min(), columns.max()) == (112, 159)


# -- what stays --------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", ["YUV420P8", "YUV422P10", "YUV411P8", "YUV444P16", "YUV444PS", "GRAY8", "RGB24"])
def test_a_clip_keeps_its_format_and_frames_without_faces_every_bit(negative: str, form: str) -> None:
    info = replace(LARGE, format=PixelFormat.parse(form), range=Range.FULL if "RGB" in form else Range.LIMITED)
    clip = tape(info, [(128, 96)], when="N 3 =")
    made = through(AiFaces(model=negative, strength=1.0), clip, info)
    for n in (0, 2, 5):
        assert all(np.array_equal(a, b) for a, b in zip(planes(made, n), planes(clip, n), strict=True))
    if form != "GRAY8":  # gray has no red, so nothing is found
        luma, source = planes(made, 3)[0], planes(clip, 3)[0]
        assert np.abs(luma - source)[square(128, 96, BORDER)].mean() > 0.05 * info.format.peak
        luma[square(128, 96)] = source[square(128, 96)]
        assert np.array_equal(luma, source)


def test_frames_in_any_order_are_those_in_order(negative: str) -> None:
    clip = tape(LARGE, [(64, 64), (160, 96)], when="N 4 = not")
    node = AiFaces(model=negative, strength=0.7)
    made, again = through(node, clip), through(node, clip)
    in_order = [planes(made, n) for n in range(6)]
    for n in random.Random(7).sample(range(6), 6):
        assert error(planes(again, n), in_order[n]) == 0
    part = through(node, clip)[2:5]
    assert all(error(planes(part, n), in_order[n + 2]) == 0 for n in range(3))


def test_the_demo_models_sharpen_what_they_find() -> None:
    info = replace(LARGE, width=352, height=288, frames=1)
    clip = tape(info, [(128, 96)])
    made = through(AiFaces(strength=1.0), clip, info)
    assert changed(made, clip, 0)[square(128, 96, BORDER)].mean() > 0.7, "all but the red, which is as strong as can be"


# -- how a square lies in the picture ----------------------------------------------------------------
@pytest.mark.parametrize(("degrees", "size", "aspect"), [(0, 90, 1.0), (25, 140, 1.0), (-40, 60, 1.4), (170, 100, 0.9)])
def test_what_is_cut_out_and_laid_back_is_as_before(degrees: float, size: float, aspect: float) -> None:
    y, x = np.mgrid[:240, :320].astype(np.float32)
    picture = np.stack([np.sin(x / 19) * np.cos(y / 23), np.cos(x / 31 + y / 17), x / 320]).astype(np.float32)
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = ((TEMPLATE - 0.5) @ turn.T * size + (150 * aspect, 120)) / (aspect, 1)
    matrix = placed(points, 256, aspect)
    wanted = np.column_stack([turn * size / 256, (150 * aspect, 120) - turn @ (size / 2, size / 2)])
    assert np.abs(matrix * np.array([[aspect], [1]]) - wanted).max() < 1e-3
    face = cut(picture, matrix, 256)
    centre = matrix @ (128, 128, 1)
    assert np.abs(centre - (150, 120)).max() < 1e-3
    made, covered = picture.copy(), np.zeros((240, 320), bool)
    paste(made, covered, face, matrix, 1.0)
    assert np.abs(made - picture).max() < 0.01
    assert np.array_equal(made[:, ~covered], picture[:, ~covered])
    assert covered.sum() == pytest.approx(size**2 / aspect, rel=0.06)


def test_no_pixel_of_a_large_square_is_missed() -> None:
    """A fine pattern becomes its mean when it is made smaller, both ways."""
    fine = np.indices((400, 400)).sum(0).astype(np.float32)[None] % 2
    matrix = np.array([[4, 0, 0], [0, 4, 0]], np.float32)
    assert np.abs(cut(fine, matrix, 100) - 0.5).max() < 1e-5
    small, covered = np.zeros((1, 100, 100), np.float32), np.zeros((100, 100), bool)
    paste(small, covered, fine, matrix / 16, 1.0)
    assert np.abs(small[0, 20:80, 20:80] - 0.5).max() < 1e-5


# -- what a detector says ----------------------------------------------------------------------------
def nothing(width: int, height: int) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    return {
        f"{name}_{stride}": np.zeros((1, width // stride * (height // stride), each), np.float32)
        for stride in (8, 16, 32)
        for name, each in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))
    }


def test_yunets_answer_is_read_as_opencv_reads_it() -> None:
    answer = nothing(128, 64)
    at = 2 * 16 + 5  # third row, sixth column of cells of 8
    answer["cls_8"][0, at], answer["obj_8"][0, at] = 0.81, 1.7  # above 1 counts as 1
    answer["bbox_8"][0, at] = 0.5, -0.25, np.log(3), np.log(4)
    answer["kps_8"][0, at] = np.arange(10) / 4
    (face,) = faces(answer, 128, 64, 0.6)
    assert face.score == pytest.approx(0.9)
    assert face.box == pytest.approx([44 - 12, 14 - 16, 24, 32], abs=1e-4)
    assert face.points[1] == pytest.approx([(0.5 + 5) * 8, (0.75 + 2) * 8])
    assert faces(answer, 128, 64, 0.91) == []


def test_of_boxes_over_one_face_the_surest_stays() -> None:
    boxes = np.array([(0, 0, 10, 10), (1, 0, 10, 10), (9, 0, 10, 10), (0, 30, 5, 5)], np.float32)
    assert apart(boxes, np.array([0.7, 0.9, 0.8, 0.6], np.float32)) == [1, 2, 3]


# -- what cannot be ----------------------------------------------------------------------------------
def test_models_that_do_not_fit_are_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"detector: .* finds no faces.*models get yunet"):
        AiFaces(detector="demo-denoise").forecast(LARGE)
    with pytest.raises(MediaError, match=r"finds faces and draws nothing.*Put it into AI faces"):
        AiDenoise(model="demo-face-finder").forecast(LARGE)
    with pytest.raises(MediaError, match=r"one face each.*Put it into AI faces"):
        AiDenoise(model="demo-faces").forecast(LARGE)
    with pytest.raises(MediaError, match=r"2 times as large.*restores faces"):
        AiFaces(model="demo-upscale-2x").forecast(LARGE)
    path = Path(ai_models.written(tmp_path, "mute", ai_models.negative(SIDE)))
    path.with_suffix(".json").write_text('{"pattern": "detector"}', encoding="utf-8")
    with pytest.raises(MediaError, match=r"gives no bbox_16.*Choose YuNet"):
        AiFaces(detector=str(path)).forecast(LARGE)
