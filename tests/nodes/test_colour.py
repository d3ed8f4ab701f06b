"""Colour nodes: exact code values, known colours, the right marks on clip and frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import ClipInfo, Family, Fields, Matrix, PixelFormat, Primaries, Range, Transfer
from nodes.curve import curve_at
from nodes.library.colour.chroma_shift import ChromaShift
from nodes.library.colour.convert import ConvertColour, Space
from nodes.library.colour.convert import Levels as Span
from nodes.library.colour.curves import Curves
from nodes.library.colour.depth import BitDepth, Depth, Dither
from nodes.library.colour.gamma import Gamma
from nodes.library.colour.levels import Levels, Limit
from nodes.library.colour.lut import Interpolation, Lut
from nodes.library.colour.mark import MarkColour
from nodes.library.colour.saturation import Saturation
from nodes.library.colour.white_balance import WhiteBalance
from nodes.media import MediaError
from nodes.node import Node
from nodes.script import Input
from tests.nodes import harness
from tests.nodes.harness import core
from tests.nodes.measure import Plane, drawn, luma, moved, planes, psnr, same, speckle
from tests.nodes.scene import codes, scene, shot

YUV = ["YUV420P8", "YUV422P10", "YUV411P8", "YUV444P16", "YUV422P16", "YUV444PS", "YUV420PS"]


def form(name: str, **other: Any) -> ClipInfo:
    base = replace(
        harness.PAL, width=128, height=64, frames=3, format=PixelFormat.parse(name), fields=Fields.PROGRESSIVE
    )
    if base.format.family is Family.RGB:
        base = replace(base, matrix=Matrix.RGB, range=Range.FULL)
    return replace(base, **other)


def flat(info: ClipInfo, *samples: float) -> vs.VideoNode:
    """A clip whose planes hold these samples."""
    made = core.std.BlankClip(
        width=info.width, height=info.height, format=getattr(vs, info.format.name), length=info.frames,
        fpsnum=info.fps.numerator, fpsden=info.fps.denominator, color=list(samples), keep=True,
    )  # fmt: skip
    return harness.mark(made, info)


def ramp(info: ClipInfo, low: float, high: float) -> vs.VideoNode:
    """First plane running evenly from `low` to `high` (samples) across, the others gray."""
    line = np.linspace(low, high, info.width) + np.zeros((info.height, 1))
    middle = 0.0 if info.format.floating or info.format.family is Family.RGB else float(1 << (info.format.bits - 1))
    clip = flat(info, *([middle] * (1 if info.format.family is Family.GRAY else 3)))
    return drawn(line, like=clip)


def through(node: Node, info: ClipInfo, clip: vs.VideoNode) -> vs.VideoNode:
    """The node's output, after checking clip and every frame property of colour against the forecast."""
    out = harness.run(node, {"clip": (info, clip)})["out"]
    _, forecast = harness.built(node, {"clip": info})
    said: ClipInfo = forecast["out"]
    assert harness.differences(out, said) == []
    with out.get_frame(0) as frame:
        props = dict(frame.props)
    if said.format.family is not Family.RGB:
        found = tuple(int(props[key]) for key in ("_Matrix", "_Range", "_Primaries", "_Transfer"))
        assert found == (said.matrix, said.range.code, said.primaries, said.transfer)
    return out


def at(clip: vs.VideoNode, n: int = 1) -> list[float]:
    """The samples in the middle of frame `n`."""
    return [float(plane[plane.shape[0] // 2, plane.shape[1] // 2]) for plane in planes(clip, n)]


NEUTRAL: list[Node] = [
    Levels(),
    Gamma(),
    Curves(),
    WhiteBalance(),
    Saturation(),
    ChromaShift(),
    Lut(),
    MarkColour(),
    ConvertColour(space=Space.KEEP),
    BitDepth(depth=Depth.B16),
]


@pytest.mark.parametrize("node", NEUTRAL, ids=lambda node: node.id)
def test_neutral_settings_write_nothing(node: Node) -> None:
    outputs, forecast = harness.built(node, {"clip": form("YUV422P16")})
    assert isinstance(outputs["out"], Input)
    assert forecast["out"] == form("YUV422P16")


# -- levels ----------------------------------------------------------------------------------------------------------
#  format, range, sample of 8-bit code value v
SCALES: dict[str, tuple[ClipInfo, Callable[[float], float]]] = {
    "8": (form("YUV420P8"), lambda v: v),
    "10": (form("YUV422P10"), lambda v: v * 4),
    "16": (form("YUV444P16"), lambda v: v * 256),
    "float": (form("YUV444PS"), lambda v: (v - 16) / 219),
    "gray": (form("GRAY16"), lambda v: v * 256),
    "full": (form("YUV420P16", range=Range.FULL), lambda v: v * 257),
    "rgb": (form("RGB48"), lambda v: v * 257),
    "rgb float": (form("RGBS"), lambda v: v / 255),
}


@pytest.mark.parametrize("scale", SCALES)
def test_levels_move_code_values_exactly_where_they_are_told(scale: str) -> None:
    info, sample = SCALES[scale]
    node = Levels(in_black=32, in_white=220, out_black=16, out_white=235)
    slack = 0.5 if not info.format.floating else 1e-6
    for before, after in ((32, 16), (220, 235), (126, 125.5), (79, 16 + 219 / 4)):
        clip = ramp(info, sample(before), sample(before))
        assert at(through(node, info, clip))[0] == pytest.approx(sample(after), abs=slack)


def test_levels_bend_the_middle_by_gamma_and_keep_the_ends() -> None:
    info = form("YUV444P16")
    node = Levels(gamma=2.0)
    for before in (16, 30, 70.75, 125.5, 235):
        share = (before - 16) / 219
        value = at(through(node, info, ramp(info, before * 256, before * 256)))[0]
        assert value == pytest.approx((16 + 219 * share**0.5) * 256, abs=1)


@pytest.mark.parametrize("gamma", [1.0, 1.5])
def test_levels_keep_what_lies_beyond_white_and_black_unless_told(gamma: float) -> None:
    info = form("YUV420P8")
    clip = ramp(info, 1, 254)
    kept = luma(through(Levels(in_black=20, gamma=gamma), info, clip), 1)
    assert kept.max() > 245
    assert kept.min() < 10
    legal = through(Levels(in_black=20, gamma=gamma, limit=Limit.LEGAL), info, clip)
    assert luma(legal, 1).min() == 16
    assert luma(legal, 1).max() == 235


def test_clipping_to_legal_alone_changes_only_what_is_illegal() -> None:
    info = form("YUV420P8")
    clip = drawn(
        *(np.linspace(0, 255, 128 * 64 >> 2 * (p > 0)).reshape(64 >> (p > 0), -1) for p in range(3)),
        like=flat(info, 16, 128, 128),
    )
    out = through(Levels(limit=Limit.LEGAL), info, clip)
    for plane, top in zip(range(3), (235, 240, 240), strict=True):
        assert np.array_equal(planes(out, 1)[plane], np.clip(planes(clip, 1)[plane], 16, top))


def test_colour_follows_the_contrast_or_not() -> None:
    info = form("YUV422P16")
    clip = flat(info, 100 * 256, 148 * 256, 108 * 256)
    stretched = {"in_black": 16, "in_white": 125.5}
    assert at(through(Levels(**stretched), info, clip)) == [184 * 256, 168 * 256, 88 * 256]
    assert at(through(Levels(**stretched, colour_follows=False), info, clip))[1:] == [148 * 256, 108 * 256]


# -- gamma -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scale", SCALES)
def test_gamma_bends_the_middle_only(scale: str) -> None:
    info, sample = SCALES[scale]
    low, high = (0, 255) if info.range is Range.FULL else (16, 235)
    slack = 1e-5 if info.format.floating else 0.5 if info.format.bits == 8 else 1.0
    for share in (0.0, 0.2, 0.5, 1.0):
        clip = ramp(info, *[sample(low + share * (high - low))] * 2)
        exact = float(luma(clip, 1)[0, 0])
        share = (exact - sample(low)) / (sample(high) - sample(low))
        expected = sample(low) + share ** (1 / 1.4) * (sample(high) - sample(low))
        assert at(through(Gamma(gamma=1.4), info, clip))[0] == pytest.approx(expected, abs=slack)


def test_gamma_leaves_super_white_and_colour_alone() -> None:
    info = form("YUV444P16")
    clip = flat(info, 245 * 256, 100 * 256, 150 * 256)
    assert at(through(Gamma(gamma=2), info, clip)) == at(clip)


# -- curves ----------------------------------------------------------------------------------------------------------
S_CURVE = ((0.0, 0.0), (0.25, 0.15), (0.5, 0.5), (0.75, 0.85), (1.0, 1.0))


@pytest.mark.parametrize("scale", SCALES)
def test_a_curve_goes_through_its_points(scale: str) -> None:
    info, sample = SCALES[scale]
    low, high = (0, 255) if info.range is Range.FULL else (16, 235)
    black, span = sample(low), sample(high) - sample(low)
    slack = 1e-5 if info.format.floating else 0.5 if info.format.bits == 8 else 1.0
    for x, y in S_CURVE:
        clip = ramp(info, *[black + x * span] * 2)
        exact = (float(luma(clip, 1)[0, 0]) - black) / span  # as far as the depth holds it
        steep = 2.0 * abs(exact - x) * span
        assert at(through(Curves(curve=S_CURVE), info, clip))[0] == pytest.approx(black + y * span, abs=slack + steep)


def test_a_curve_rises_without_a_step_and_goes_on_beyond_black_and_white() -> None:
    info = form("YUV444PS")
    out = luma(through(Curves(curve=S_CURVE), info, ramp(info, -0.2, 1.2)), 1)[0]
    steps = np.diff(out)
    assert (steps > 0).all() and out[0] < 0 and out[-1] > 1
    assert steps.max() < 2.2 * 1.4 / (info.width - 1)


def test_a_curve_leaves_colour_alone() -> None:
    info = form("YUV444P16")
    clip = flat(info, 80 * 256, 100 * 256, 150 * 256)
    out = at(through(Curves(curve=S_CURVE), info, clip))
    assert out[1:] == at(clip)[1:] and out[0] < at(clip)[0]


def test_the_filter_draws_the_curve_that_is_shown() -> None:
    info = form("GRAYS")
    points = ((0.1, 0.0), (0.3, 0.6), (0.35, 0.6), (0.9, 0.2))
    clip = ramp(info, 0, 1)
    shown = [curve_at(points, float(x)) for x in luma(clip, 1)[0]]
    assert luma(through(Curves(curve=points), info, clip), 1)[0] == pytest.approx(shown, abs=1e-5)


# -- white balance ---------------------------------------------------------------------------------------------------
WEIGHTS = {Matrix.BT470BG: (0.299, 0.114), Matrix.BT709: (0.2126, 0.0722)}


def yuv_of(rgb: tuple[float, float, float], matrix: Matrix) -> tuple[float, float, float]:
    """8-bit limited code values, with fractions, by the formulas of BT.601 and BT.709."""
    kr, kb = WEIGHTS[matrix]
    y = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2]
    return 16 + 219 * y, 128 + 224 * (rgb[2] - y) / 2 / (1 - kb), 128 + 224 * (rgb[0] - y) / 2 / (1 - kr)


@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize("fields", [Fields.PROGRESSIVE, Fields.TFF])
@pytest.mark.parametrize("name", ["YUV444P16", "YUV422P16", "YUV420P16", "YUV411P16", "YUV420PS"])
def test_gains_and_offsets_are_those_of_red_green_and_blue(name: str, fields: Fields, matrix: Matrix) -> None:
    info = form(name, matrix=matrix, fields=fields)
    gains, offsets = (1.2, 0.9, 0.7), (10 / 255, -5 / 255, 20 / 255)
    node = WhiteBalance(red_gain=1.2, green_gain=0.9, blue_gain=0.7, red_offset=10, green_offset=-5, blue_offset=20)
    for rgb in ((0.5, 0.5, 0.5), (0.8, 0.2, 0.1), (0.0, 0.0, 0.0), (0.9, 0.95, 1.0)):
        before = yuv_of(rgb, matrix)
        changed = tuple(c * g + o for c, g, o in zip(rgb, gains, offsets, strict=True))
        after = yuv_of((changed[0], changed[1], changed[2]), matrix)
        out = through(node, info, flat(info, *samples(before, info)))
        assert [float(plane.mean()) for plane in codes(out, 1)] == pytest.approx(after, abs=0.02)


def samples(code: tuple[float, float, float], info: ClipInfo) -> list[float]:
    if info.format.floating:
        return [(code[0] - 16) / 219, (code[1] - 128) / 224, (code[2] - 128) / 224]
    return [round(value * (1 << (info.format.bits - 8))) for value in code]


def test_gains_on_rgb_clips() -> None:
    info = form("RGB48")
    out = through(WhiteBalance(red_gain=1.5, blue_gain=0.5, green_offset=10), info, flat(info, 20000, 20000, 20000))
    assert at(out) == pytest.approx([30000, 20000 + 10 * 257, 10000], abs=1)


def test_warmth_and_tint_keep_the_brightness_of_gray() -> None:
    info = form("YUV422P16")
    gray = flat(info, 120 * 256, 128 * 256, 128 * 256)
    warm, cold = (codes(through(WhiteBalance(temperature=t), info, gray), 1) for t in (60, -60))
    for out in (warm, cold):
        assert abs(out[0] - 120).max() < 0.02
    assert warm[2].mean() > 130 > 126 > warm[1].mean()
    assert cold[1].mean() > 130 > 126 > cold[2].mean()
    magenta = codes(through(WhiteBalance(tint=60), info, gray), 1)
    assert abs(magenta[0] - 120).max() < 0.02
    assert min(magenta[1].mean(), magenta[2].mean()) > 129


@pytest.mark.parametrize("name", ["YUV420P16", "YUV422P16", "YUV411P16"])
def test_white_balance_on_thinned_colour_is_that_of_full_colour(name: str) -> None:
    node = WhiteBalance(temperature=50, tint=-20, red_offset=6)
    full_info, full = shot(scene(3), "YUV444P16")
    info, clip = shot(scene(3), name)
    expected = through(node, full_info, full).resize.Bicubic(format=getattr(vs, name))
    for a, b in zip(codes(through(node, info, clip), 1), codes(expected, 1), strict=True):
        assert psnr(a, b) > 42


def test_a_cast_is_taken_back_without_loss() -> None:
    info, clip = shot(scene(3), "YUV422P16")
    cast = through(WhiteBalance(red_gain=0.8, blue_gain=1.25), info, clip)
    mended = through(WhiteBalance(red_gain=1.25, blue_gain=0.8), info, cast)
    for a, b in zip(codes(mended, 1), codes(clip, 1), strict=True):
        assert psnr(a, b) > 50


# -- saturation ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", YUV)
def test_saturation_and_hue(name: str) -> None:
    info = form(name)
    clip = flat(info, *samples((100, 148, 98), info))
    slack = 1e-3 if info.format.floating else 0.5
    for node, u, v in (
        (Saturation(saturation=2), 168, 68),
        (Saturation(saturation=0), 128, 128),
        (Saturation(hue=90), 128 - 30, 128 - 20),
        (Saturation(saturation=0.5, hue=180), 118, 143),
    ):
        out = codes(through(node, info, clip), 1)
        assert [float(plane.mean()) for plane in out] == pytest.approx([100, u, v], abs=slack), node.values()


def test_hue_above_nought_turns_red_towards_magenta() -> None:
    info = form("YUV444P16")
    red = yuv_of((1, 0, 0), Matrix.BT470BG)
    out = codes(through(Saturation(hue=20), info, flat(info, *samples(red, info))), 1)
    assert out[1].mean() > red[1] + 10


# -- chroma shift ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["YUV444P16", "YUV422P16", "YUV420P8", "YUV411P8"])
@pytest.mark.parametrize(("across", "down"), [(2.0, 0.0), (-1.5, 0.0), (0.0, 1.0), (0.5, -1.25), (-3.25, 2.5)])
def test_colour_moves_by_the_said_pixels(name: str, across: float, down: float) -> None:
    info = form(name, width=256, height=192)
    wide, tall = 1 << info.format.ss_w, 1 << info.format.ss_h
    unit = 1 << (info.format.bits - 8)
    patches = [speckle(256 // wide, 192 // tall, 60 * unit, 200 * unit, seed=k, size=5) for k in (1, 2)]
    clip = drawn(np.full((192, 256), 100.0 * unit), *patches, like=flat(info, 0, 0, 0))
    out = through(ChromaShift(across=across, down=down), info, clip)
    assert same(*(each.std.ShufflePlanes(0, vs.GRAY) for each in (out, clip)))
    for plane in (1, 2):
        # in samples of the plane: what a quarter of a chroma sample is to the picture, depends on the format
        dx, dy = moved(planes(clip, 1)[plane], planes(out, 1)[plane])
        assert (dx, dy) == pytest.approx((across / wide, down / tall), abs=0.06)


def test_whole_samples_move_exactly_and_v_further_if_told() -> None:
    info, clip = shot(scene(3), "YUV422P16")
    out = planes(through(ChromaShift(across=4, down=-2, v_across=2, v_down=-1), info, clip), 1)
    for plane, dx, dy in ((1, 2, 2), (2, 3, 3)):
        before = planes(clip, 1)[plane]
        assert np.array_equal(out[plane][:-dy, dx:], before[dy:, :-dx])


@pytest.mark.parametrize("fields", [Fields.TFF, Fields.BFF])
def test_interlaced_colour_moves_within_its_own_field(fields: Fields) -> None:
    info, clip = shot(scene(8), "YUV420P16", fields)
    out = through(ChromaShift(down=4), info, clip)  # four lines of a frame: one chroma line of a field
    before, after = planes(clip, 1)[1], planes(out, 1)[1]
    assert np.array_equal(after[2:], before[:-2])


# -- lookup tables ---------------------------------------------------------------------------------------------------
def table(path: Path, size: int, look: Callable[[float, float, float], tuple[float, float, float]]) -> str:
    steps = [k / (size - 1) for k in range(size)]
    rows = ["{:.9f} {:.9f} {:.9f}".format(*look(r, g, b)) for b in steps for g in steps for r in steps]
    path.write_text("\n".join(['TITLE "a look"', "# made by a test", f"LUT_3D_SIZE {size}", *rows]) + "\n")
    return str(path)


@pytest.mark.parametrize("name", ["RGB24", "RGB48", "RGBS"])
@pytest.mark.parametrize("interpolation", list(Interpolation))
def test_an_identity_table_is_exact(tmp_path: Path, name: str, interpolation: Interpolation) -> None:
    file = table(tmp_path / "same.cube", 17, lambda r, g, b: (r, g, b))
    info = form(name)
    clip = harness.picture(info)
    out = through(Lut(file=file, interpolation=interpolation), info, clip)
    slack = 1e-6 if name == "RGBS" else 0
    assert max(abs(a - b).max() for a, b in zip(planes(out, 1), planes(clip, 1), strict=True)) <= slack


@pytest.mark.parametrize("name", ["YUV444P8", "YUV444P16", "YUV420P16", "YUV422P8"])
def test_an_identity_table_leaves_video_within_rounding(tmp_path: Path, name: str) -> None:
    file = table(tmp_path / "same.cube", 9, lambda r, g, b: (r, g, b))
    pictures = [(80 + y / 3, 100 + u / 5, 100 + v / 5) for y, u, v in scene(3)]  # within what RGB can show
    info, clip = shot(pictures, name)
    out = through(Lut(file=file), info, clip)
    assert info.format.name == out.format.name
    for plane, (a, b) in enumerate(zip(codes(out, 1), codes(clip, 1), strict=True)):
        if info.format.chroma == "444":
            assert abs(a - b).max() <= (1.01 if info.format.bits == 8 else 0.02)
        else:
            assert psnr(a, b) > (50 if plane == 0 else 40)


def test_a_table_does_what_it_says_and_by_halves(tmp_path: Path) -> None:
    file = table(tmp_path / "swap.cube", 5, lambda r, g, b: (b, g, r * 0.5))
    info = form("RGBS")
    clip = flat(info, 0.2, 0.4, 0.8)
    assert at(through(Lut(file=file), info, clip)) == pytest.approx([0.8, 0.4, 0.1], abs=1e-6)
    assert at(through(Lut(file=file, strength=0.5), info, clip)) == pytest.approx([0.5, 0.4, 0.45], abs=1e-6)


def test_tetrahedra_keep_grays_where_cubes_bend_them(tmp_path: Path) -> None:
    file = table(tmp_path / "corner.cube", 2, lambda r, g, b: (r * g * b,) * 3)
    info = form("RGBS")
    clip = flat(info, 0.5, 0.5, 0.5)
    assert at(through(Lut(file=file), info, clip))[0] == pytest.approx(0.5, abs=1e-6)
    trilinear = Lut(file=file, interpolation=Interpolation.TRILINEAR)
    assert at(through(trilinear, info, clip))[0] == pytest.approx(0.125, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        ("hello", "no 3D table"),
        ("LUT_1D_SIZE 4\n0 0 0\n", "no 3D table"),
        ("LUT_3D_SIZE 2\n0 0 0\n1 1 1\n", "damaged"),
        ("LUT_3D_SIZE 9999999\n", "no 3D table"),
        ("", "no 3D table"),
    ],
)
def test_a_table_that_cannot_be_used_is_named_with_what_to_do(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "look.cube"
    if text is not None:
        path.write_text(text)
    with pytest.raises(MediaError, match=says) as caught:
        Lut(file=str(path)).forecast(form("YUV422P8"))
    assert str(path) in str(caught.value)


# -- matrix, range, primaries ----------------------------------------------------------------------------------------
COLOURS = {"white": (1, 1, 1), "red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1), "skin": (0.8, 0.6, 0.5)}


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("name", ["YUV444P16", "YUV420P8"])
def test_the_same_colour_in_another_matrix_has_its_known_code_values(colour: str, name: str) -> None:
    info = form(name)
    rgb = COLOURS[colour]
    clip = flat(info, *samples(yuv_of(rgb, Matrix.BT470BG), info))
    out = through(ConvertColour(space=Space.HD), info, clip)
    slack = 1.6 if name.endswith("P8") else 0.02
    assert [float(plane.mean()) for plane in codes(out, 1)] == pytest.approx(yuv_of(rgb, Matrix.BT709), abs=slack)
    back = through(ConvertColour(space=Space.PAL), replace(info, matrix=Matrix.BT709), out)
    assert [float(plane.mean()) for plane in codes(back, 1)] == pytest.approx(yuv_of(rgb, Matrix.BT470BG), abs=slack)


def test_an_unmarked_clip_is_taken_for_what_its_size_says() -> None:
    info = form("YUV444P16", matrix=Matrix.UNSPECIFIED, height=576, width=720)
    clip = flat(info, *samples(yuv_of((1, 0, 0), Matrix.BT470BG), info))
    out = through(ConvertColour(space=Space.HD), info, clip)
    assert [float(plane.mean()) for plane in codes(out, 1)] == pytest.approx(yuv_of((1, 0, 0), Matrix.BT709), abs=0.02)


@pytest.mark.parametrize(("depth", "top"), [("8", 255), ("16", 65535)])
def test_limited_becomes_full_and_returns(depth: str, top: int) -> None:
    info = form(f"YUV444P{depth}")
    unit = 1 << (info.format.bits - 8)
    node = ConvertColour(space=Space.KEEP, levels=Span.FULL)
    for before, after in ((16, 0), (235, top)):
        clip = flat(info, before * unit, 128 * unit, 128 * unit)
        out = through(node, info, clip)
        assert at(out)[0] == after
        back = through(ConvertColour(space=Space.KEEP, levels=Span.LIMITED), replace(info, range=Range.FULL), out)
        assert at(back)[0] == before * unit


def test_primaries_keep_white_and_move_red() -> None:
    info = form("YUV444P16", primaries=Primaries.SMPTE170M)
    node = ConvertColour(space=Space.HD, primaries=True)
    white, red = (
        codes(through(node, info, flat(info, *samples(yuv_of(rgb, Matrix.BT470BG), info))), 1)
        for rgb in ((1.0, 1.0, 1.0), (0.6, 0.1, 0.1))
    )
    assert [float(plane.mean()) for plane in white] == pytest.approx([235, 128, 128], abs=0.2)
    plain = yuv_of((0.6, 0.1, 0.1), Matrix.BT709)
    assert abs(float(red[2].mean()) - plain[2]) > 1
    _, forecast = harness.built(node, {"clip": info})
    assert (forecast["out"].primaries, forecast["out"].transfer) == (Primaries.BT709, Transfer.SMPTE170M)


@pytest.mark.parametrize("space", list(Space))
@pytest.mark.parametrize("levels", list(Span))
def test_every_conversion_is_marked_as_forecast(space: Space, levels: Span) -> None:
    for info in (form("YUV420P8", fields=Fields.TFF), form("YUV422P10"), form("GRAY16"), form("YUV444PS")):
        for primaries in (False, True):
            node = ConvertColour(space=space, levels=levels, primaries=primaries)
            through(node, info, harness.picture(info)).get_frame(0).close()


@pytest.mark.parametrize("space", list(Space))
@pytest.mark.parametrize("levels", list(Span))
def test_marking_changes_no_sample(space: Space, levels: Span) -> None:
    info = form("YUV420P8", matrix=Matrix.UNSPECIFIED, primaries=Primaries.UNSPECIFIED, fields=Fields.BFF)
    clip = harness.picture(info)
    out = through(MarkColour(space=space, levels=levels), info, clip)
    assert same(out, clip)


# -- depth -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["YUV420P8", "YUV422P10", "GRAY8", "RGB24", "YUV411P8"])
def test_more_bits_lose_nothing(name: str) -> None:
    info = form(name)
    clip = harness.picture(info)
    up = through(BitDepth(depth=Depth.B16), info, clip)
    scale = 257 if info.format.family is Family.RGB else 1 << (16 - info.format.bits)
    assert all(np.array_equal(a, b * scale) for a, b in zip(planes(up, 1), planes(clip, 1), strict=True))
    target = {8: Depth.B8, 10: Depth.B10}[info.format.bits]
    wide = replace(info, format=info.format.with_depth("16"))
    assert same(through(BitDepth(depth=target), wide, up), clip)


@pytest.mark.parametrize("fields", [Fields.PROGRESSIVE, Fields.TFF])
def test_dithering_keeps_what_rounding_throws_away(fields: Fields) -> None:
    info = form("YUV420P16", fields=fields)
    clip = ramp(info, 100 * 256, 102 * 256)
    means: dict[Dither, Plane] = {}
    for dither in Dither:
        out = luma(through(BitDepth(depth=Depth.B8, dither=dither), info, clip), 1)
        means[dither] = out[8:-8].reshape(48, 16, 8).mean(axis=(0, 2))
    exact = luma(clip, 1)[0].reshape(16, 8).mean(axis=1) / 256
    assert abs(means[Dither.NONE] - exact).max() > 0.3
    for dither in (Dither.DIFFUSION, Dither.ORDERED, Dither.RANDOM):
        assert abs(means[dither] - exact).max() < 0.15


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("name", ["YUV411P8", "YUV444PS", "GRAY16", "RGB24", "RGBS"])
def test_every_depth_from_every_depth(depth: Depth, name: str) -> None:
    info = form(name)
    out = through(BitDepth(depth=depth), info, harness.picture(info))
    assert PixelFormat.parse(out.format.name).depth == depth.value
