"""Colours from a model: what they are, that brightness stays, and that they keep still where the picture does."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import ClipInfo, PixelFormat, Range
from nodes.library.colour.ai_colourise import AiColourise
from nodes.library.scale.ai_upscale import AiUpscale
from nodes.media import MediaError
from tests.nodes import ai_models, harness
from tests.nodes.harness import core
from tests.nodes.measure import planes
from tests.nodes.staging import SMALL, error, given

YUV = replace(SMALL, format=PixelFormat.parse("YUV420P8"), range=Range.LIMITED)


def form(name: str) -> ClipInfo:
    return replace(YUV, format=PixelFormat.parse(name), range=Range.FULL if "RGB" in name else Range.LIMITED)


def through(node: AiColourise, info: ClipInfo, clip: vs.VideoNode | None = None) -> vs.VideoNode:
    return harness.run(node, {"clip": (info, given(info) if clip is None else harness.mark(clip, info))})["out"]


def lab_to_chroma(gray: float, a: float, b: float) -> tuple[float, float]:
    """Cb and Cr, -0.5 to 0.5, of BT.601, by CIE's own words: an independent reckoning of one pixel."""

    def inverse(t: float) -> float:
        return t**3 if t > 6 / 29 else 3 * (6 / 29) ** 2 * (t - 4 / 29)

    luminance = ((gray + 0.055) / 1.055) ** 2.4 if gray > 0.04045 else gray / 12.92
    lightness = 116 * np.cbrt(luminance) - 16 if luminance > (6 / 29) ** 3 else luminance * (29 / 3) ** 3
    root = (lightness + 16) / 116
    xyz = 0.95047 * inverse(root + a / 500), inverse(root), 1.08883 * inverse(root - b / 200)
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    linear = np.clip(np.linalg.solve(np.array(to_xyz), np.array(xyz)), 0, 1)
    red, green, blue = (1.055 * c ** (1 / 2.4) - 0.055 if c > 0.0031308 else 12.92 * c for c in linear)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return (blue - luma) / 1.772, (red - luma) / 1.402


@pytest.mark.parametrize("code", [16, 40, 110, 180, 235])
@pytest.mark.parametrize("gain", [90.0, -60.0, 12.0])
def test_a_and_b_of_lab_become_the_colours_that_cie_says(tmp_path: Path, code: int, gain: float) -> None:
    info = form("YUV444P16")
    flat = core.std.BlankClip(
        width=96, height=80, format=vs.YUV444P16, length=13, color=[code * 256, 128 << 8, 128 << 8]
    )
    model = ai_models.written(tmp_path, "hot", ai_models.hot(gain))
    luma, blue, red = planes(through(AiColourise(model=model), info, flat), 3)
    gray = (code - 16) / 219
    wanted = lab_to_chroma(gray, gain * gray, -gain * gray)
    assert (luma == code * 256).all()
    for plane, value in zip((blue, red), wanted, strict=True):
        assert np.abs((plane / 256 - 128) / 224 - value).max() < 2e-4


@pytest.mark.parametrize("name", ["YUV420P8", "YUV422P10", "YUV411P8", "YUV444P16", "YUV444PS", "GRAY8", "GRAY16"])
@pytest.mark.parametrize("kind", ["lab", "rgb"])
def test_brightness_stays_bit_for_bit(tmp_path: Path, name: str, kind: str) -> None:
    info = form(name)
    model = "demo-colourise" if kind == "lab" else ai_models.written(tmp_path, "rgb", ai_models.colourist(128))
    node = AiColourise(model=model)
    made = through(node, info)
    assert harness.differences(made, node.forecast(info)) == []
    assert error(planes(made, 5)[:1], planes(given(info), 5)[:1]) == 0
    middle = 0 if info.format.floating else 1 << info.format.bits - 1
    _, blue, red = planes(made, 5)
    assert blue.mean() < middle < red.mean(), "warm"


def test_an_rgb_clip_is_coloured_too() -> None:
    info = form("RGB24")
    red, green, blue = planes(through(AiColourise(), info), 2)
    assert red.mean() > green.mean() > blue.mean()


def test_strength_lies_between_the_tapes_colours_and_the_models() -> None:
    none, half, full = (planes(through(AiColourise(strength=part), YUV), 3) for part in (0.0, 0.5, 1.0))
    assert error(none, planes(given(YUV), 3)) == 0
    for at in (1, 2):
        assert np.abs(half[at] - (none[at] + full[at]) / 2).max() <= 1
    gray = planes(through(AiColourise(strength=0.0), form("GRAY8")), 3)
    assert (gray[1] == 128).all() and (gray[2] == 128).all()


def test_what_colour_the_tape_has_makes_no_difference() -> None:
    other = given(YUV).akarin.Expr(["", "x 90 + 255 min", "255 x -"])
    assert error(planes(through(AiColourise(), YUV), 3), planes(through(AiColourise(), YUV, other), 3)) == 0


@pytest.mark.parametrize(("cut", "steady"), [(None, 2), (None, 4), (6, 3)])
def test_frames_in_any_order_are_those_in_order(cut: int | None, steady: int) -> None:
    clip = given(YUV) if cut is None else given(YUV)[:cut] + core.std.Expr(given(YUV), ["255 x -", ""])[cut:]
    made, again = (through(AiColourise(steady=steady), YUV, clip) for _ in range(2))
    in_order = [planes(made, n) for n in range(13)]
    for n in random.Random(5).sample(range(13), 13):
        assert error(planes(again, n), in_order[n]) == 0


# -- over time -------------------------------------------------------------------------------------
def flat(level: Callable[[int], int], frames: int = 13) -> vs.VideoNode:
    shades = [
        core.std.BlankClip(width=96, height=80, format=vs.YUV444P16, length=1, color=[level(n) << 8, 32768, 32768])
        for n in range(frames)
    ]
    return core.std.Splice(shades)


def reds(node: AiColourise, clip: vs.VideoNode) -> list[float]:
    made = through(node, form("YUV444P16"), clip)
    return [float(planes(made, n)[2].mean()) / 256 - 128 for n in range(clip.num_frames)]


def test_flickering_colours_are_averaged_over_frames_that_are_alike(tmp_path: Path) -> None:
    model = ai_models.written(tmp_path, "hot", ai_models.hot(110.0))
    flicker = flat(lambda n: 120 + 3 * (n % 2))
    bare, calm = (np.ptp(np.diff(reds(AiColourise(model=model, steady=by), flicker)[3:-3])) for by in (0, 2))
    assert bare > 0.5
    assert calm < 0.5 * bare


def test_nothing_is_averaged_with_another_scene(tmp_path: Path) -> None:
    """Half of the picture is the same in both scenes, but for its colour."""
    model = ai_models.written(tmp_path, "moody", ai_models.moody(110.0))
    scenes = [
        core.akarin.Expr(
            flat(lambda n: 100, 6), [f"X 48 < x X 9 / sin Y {size} / cos + 9000 * {level} 256 * + ?", "", ""]
        )
        for size, level in ((7, 180), (3, 70))
    ]
    cut = scenes[0] + scenes[1]
    apart, calm = (reds(AiColourise(model=model, steady=steady), cut) for steady in (0, 3))
    assert abs(apart[5] - apart[6]) > 5
    assert np.abs(np.array(calm) - np.array(apart)).max() < 0.01


def test_what_moved_away_leaves_no_colour_behind(tmp_path: Path) -> None:
    model = ai_models.written(tmp_path, "hot", ai_models.hot(110.0))
    dark = flat(lambda n: 50)
    square = core.akarin.Expr(dark, ["X N 8 * >= X N 8 * 8 + < and 51200 x ?", "", ""])
    made = through(AiColourise(model=model, steady=4), form("YUV444P16"), square)
    bare = through(AiColourise(model=model, steady=0), form("YUV444P16"), square)
    assert np.ptp(planes(bare, 6)[1]) > 3000
    assert error(planes(made, 6)[1:], planes(bare, 6)[1:]) < 500, "only at its soft edge"


# -- models that cannot be used ----------------------------------------------------------------------
def test_a_model_in_the_wrong_node_is_told_which_is_right(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"colours gray pictures.*Put it into AI colourise"):
        AiUpscale(model="demo-colourise").forecast(YUV)
    with pytest.raises(MediaError, match=r"Put it into AI upscale.*choose a model here that colours"):
        AiColourise(model="demo-denoise").forecast(YUV)
    path = Path(ai_models.written(tmp_path, "three", ai_models.mixing([[0.3] * 3] * 3)))
    path.with_suffix(".json").write_text('{"pattern": "chroma", "gives": "ab"}', encoding="utf-8")
    with pytest.raises(MediaError, match="gives 3 planes where a chroma model gives 2"):
        AiColourise(model=str(path)).forecast(YUV)
