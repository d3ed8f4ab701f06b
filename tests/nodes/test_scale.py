"""Scaling and sharpening: the picture stays where it was and gains what is claimed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import ClipInfo, Fields, PixelFormat
from nodes.library.scale.cas import CasSharpen
from nodes.library.scale.nnedi3 import Factor, Nnedi3ScaleQuality, Nnedi3Upscale
from nodes.library.scale.resize import Kernel, Resize
from nodes.library.scale.unsharp import Direction, UnsharpMask
from tests.nodes import harness
from tests.nodes.harness import core
from tests.nodes.measure import Plane, drawn, luma, moved, planes, psnr, same, speckle

FORMATS = ["YUV420P8", "YUV422P8", "YUV411P8", "YUV444P16", "YUV444PS", "GRAY8", "RGB24"]


def clip_of(name: str = "YUV422P8", fields: Fields = Fields.PROGRESSIVE, **other: Any) -> ClipInfo:
    plain = {"width": 160, "height": 120, "frames": 2, "format": PixelFormat.parse(name), "fields": fields}
    return replace(harness.PAL, **plain | other)


def speckled(info: ClipInfo, size: float = 3.0) -> vs.VideoNode:
    """Random soft texture in all planes."""
    work = core.std.BlankClip(width=info.width, height=info.height, format=vs.YUV444P16, length=info.frames, fpsnum=25)
    textures = [speckle(info.width, info.height, 8000, 56000, seed=seed, size=size) for seed in (1, 2, 3)]
    return harness.mark(
        drawn(*textures, like=work).resize.Bicubic(format=getattr(vs, info.format.name), matrix_in=5), info
    )


def result(node: Any, info: ClipInfo, clip: vs.VideoNode | None = None) -> vs.VideoNode:
    """The node's output, after checking it against the forecast."""
    out = harness.run(node, {"clip": (info, clip or harness.picture(info))})["out"]
    _, forecast = harness.built(node, {"clip": info})
    assert harness.differences(out, forecast["out"]) == []
    return out


# -- the ruler itself
# ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shift", [(0.5, 0.0), (0.0, 0.5), (-0.25, 0.1), (1.0, -1.0)])
def test_the_shift_measure_sees_hundredths_of_a_pixel(shift: tuple[float, float]) -> None:
    clip = speckled(clip_of("YUV444P16"))
    away = clip.resize.Spline36(src_left=-shift[0], src_top=-shift[1])
    assert np.allclose(moved(luma(clip, 0), luma(away, 0)), shift, atol=0.01)


# -- NNEDI3
# ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("factor", Factor)
@pytest.mark.parametrize("name", FORMATS)
def test_an_enlarged_picture_stays_where_it_was(name: str, factor: Factor) -> None:
    info = clip_of(name)
    source = speckled(info)
    out = result(Nnedi3Upscale(factor=factor), info, source)
    centred = source.resize.Spline36(out.width, out.height)
    for before, after in zip(planes(centred, 0), planes(out, 0), strict=True):
        assert np.allclose(moved(before, after), (0, 0), atol=0.02)  # uncorrected it is 0.5 each way


@pytest.mark.parametrize("quality", Nnedi3ScaleQuality)
def test_slanted_edges_come_out_cleaner_than_from_a_plain_resize(quality: Nnedi3ScaleQuality) -> None:
    y, x = np.mgrid[0:960, 0:1280] / 4.0
    slanted = 40 + 170 * ((np.sin(np.hypot(x - 60, y + 40) / 3.1) > 0) ^ (x * 0.31 + y > 150))
    truth_large = slanted.reshape(240, 4, 320, 4).mean(axis=(1, 3))
    small = truth_large.reshape(120, 2, 160, 2).mean(axis=(1, 3))
    info = clip_of("GRAY8")
    source = drawn(small, like=harness.picture(info))
    by_network = luma(result(Nnedi3Upscale(quality=quality), info, source), 0)
    by_curve = luma(source.resize.Spline36(320, 240), 0)
    assert psnr(by_network, truth_large) > psnr(by_curve, truth_large) + 0.5


def test_odd_sizes_double_exactly() -> None:
    out = result(Nnedi3Upscale(), clip_of("YUV444P16", width=101, height=75))
    assert (out.width, out.height) == (202, 150)


# -- resize
# ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kernel", Kernel)
@pytest.mark.parametrize("name", FORMATS)
def test_resize_keeps_the_place_and_the_shape_on_screen(name: str, kernel: Kernel) -> None:
    info = clip_of(name)
    source = speckled(info, size=6)
    out = result(Resize(size="exact", width=240, height=180, kernel=kernel), info, source)
    back = out.resize.Spline36(160, 120)
    place = 0.2 if kernel is Kernel.POINT else 0.02
    for before, after in zip(planes(source, 0), planes(back, 0), strict=True):
        assert np.allclose(moved(before, after), (0, 0), atol=place)
    assert Resize(size="exact", width=240, height=180).forecast(info).dar == info.dar


@pytest.mark.parametrize(
    ("tape", "asked", "size"),
    [
        ({"width": 720, "height": 576, "sar": Fraction(16, 15)}, 0, (768, 576)),
        ({"width": 720, "height": 576, "sar": Fraction(12, 11)}, 0, (786, 576)),
        ({"width": 704, "height": 576, "sar": Fraction(12, 11)}, 0, (768, 576)),
        ({"width": 720, "height": 576, "sar": Fraction(64, 45)}, 0, (1024, 576)),
        ({"width": 720, "height": 480, "sar": Fraction(8, 9)}, 0, (640, 480)),
        ({"width": 704, "height": 480, "sar": Fraction(10, 11)}, 1080, (1440, 1080)),
        ({"width": 704, "height": 480, "sar": Fraction(40, 33)}, 1080, (1920, 1080)),
        ({"width": 720, "height": 576, "sar": Fraction(16, 15)}, 720, (960, 720)),
    ],
)
def test_square_pixels_follow_from_the_shape_on_screen(tape: dict[str, Any], asked: int, size: tuple[int, int]) -> None:
    made = Resize(height=asked).forecast(clip_of(**tape))
    assert ((made.width, made.height), made.sar) == (size, 1)


def test_square_pixels_are_marked_even_where_no_pixel_changes() -> None:
    info = clip_of(width=160, height=120, sar=Fraction(1601, 1600))
    out = result(Resize(), info)
    assert (out.width, out.height) == (160, 120)


def test_sizes_that_do_not_fit_are_rounded_and_said_so() -> None:
    dv = clip_of("YUV411P8", Fields.BFF)
    node = Resize(size="exact", width=853, height=481)
    made = node.forecast(dv)
    assert (made.width, made.height) == (852, 482)
    texts = "\n".join(node.check(dv))
    assert "852 columns are made" in texts
    assert "482 are made" in texts
    assert "deinterlacer" in texts
    assert not list(Resize(size="exact", width=200).check(dv))


def test_scaling_across_leaves_the_fields_alone() -> None:
    info = clip_of("YUV420P8", Fields.TFF)
    source = harness.picture(info)
    out = result(Resize(size="exact", width=200), info, source)
    by_field = source.std.SeparateFields(tff=True).resize.Spline36(200, 60)
    assert same(out.std.SeparateFields(tff=True).std.RemoveFrameProps(["_Field"]), by_field)


@pytest.mark.parametrize("fields", [Fields.TFF, Fields.BFF])
@pytest.mark.parametrize("name", ["YUV420P8", "YUV422P8"])
def test_scaled_fields_lie_between_each_other_as_before(name: str, fields: Fields) -> None:
    info = clip_of(name, fields)
    still = speckled(info, size=8)
    out = result(Resize(size="exact", height=160), info, still)
    whole = still.std.SetFieldBased(0).resize.Spline36(160, 160)
    for made, wanted in zip(planes(out, 0), planes(whole, 0), strict=True):
        assert np.allclose(moved(wanted, made), (0, 0), atol=0.03)
        for line in (0, 1):
            assert np.allclose(moved(wanted[line::2], made[line::2]), (0, 0), atol=0.03)


# -- sharpening
# ------------------------------------------------------------------------------------------------------
def step(info: ClipInfo, blur: float) -> vs.VideoNode:
    """A soft upright edge from 80 to 160 of 255, in all formats' own samples."""
    x = np.arange(info.width) - info.width / 2
    edge = 80 + 80 / (1 + np.exp(-x / blur))
    level = info.format.peak / 255
    rows = np.tile(edge * level, (info.height, 1))
    source = harness.picture(info)
    with source.get_frame(0) as frame:
        rest = [np.asarray(frame[plane]).copy() for plane in range(1, frame.format.num_planes)]
    return drawn(rows, *rest, like=source)


def steepness(plane: Plane) -> float:
    return float(np.abs(np.diff(plane, axis=1)).max())


@pytest.mark.parametrize("node", [CasSharpen(strength=0), UnsharpMask(strength=0)], ids=lambda node: node.id)
def test_no_strength_adds_nothing_to_the_script(node: Any) -> None:
    outputs, _ = harness.built(node, {"clip": clip_of()})
    assert type(outputs["out"]).__name__ == "Input"


SHARPENERS = [CasSharpen(strength=1), UnsharpMask(strength=1.5, radius=2, threshold=0)]


@pytest.mark.parametrize("node", SHARPENERS, ids=lambda node: node.id)
@pytest.mark.parametrize("name", ["YUV420P8", "YUV422P10", "YUV411P8", "YUV422P16", "YUV444PS", "GRAY16"])
def test_edges_get_steeper_flats_stay_and_colour_is_untouched(name: str, node: Any) -> None:
    info = clip_of(name)
    source = step(info, 1.5)
    out = result(node, info, source)
    before, after = luma(source, 0), luma(out, 0)
    level = info.format.peak / 255
    assert steepness(after) > 1.08 * steepness(before)
    flat = np.s_[:, 4:30]
    assert np.abs(after[flat] - before[flat]).max() <= (1e-6 if info.format.floating else 0.51)
    assert after.max() <= before.max() + 7 * level
    assert after.min() >= before.min() - 7 * level
    for one, other in zip(planes(source, 0)[1:], planes(out, 0)[1:], strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("node", SHARPENERS, ids=lambda node: node.id)
@pytest.mark.parametrize("fields", [Fields.TFF, Fields.BFF])
def test_interlaced_lines_are_sharpened_within_their_field(fields: Fields, node: Any) -> None:
    info = clip_of("YUV420P8", fields)
    source = harness.picture(info)
    out = result(node, info, source)
    tff = fields is Fields.TFF
    separated = source.std.SeparateFields(tff=tff)
    field = replace(info, height=60, frames=4, separated=True)
    assert same(out.std.SeparateFields(tff=tff), harness.run(node, {"clip": (field, separated)})["out"])


def test_strength_is_a_scale() -> None:
    info = clip_of("YUV422P16")
    source = step(info, 1.5)
    for kind, more in ((CasSharpen, {}), (UnsharpMask, {"threshold": 0})):
        strengths = (0, 0.3, 0.6, 1.0)
        slopes = [steepness(luma(result(kind(strength=s, **more), info, source), 0)) for s in strengths]
        assert slopes == sorted(slopes)
        assert slopes[3] > slopes[0]


def test_cas_is_its_published_formula() -> None:
    info = clip_of("GRAYS")
    source = drawn(speckle(160, 120, 0.05, 0.95, size=1.5), like=harness.picture(info))
    out = luma(result(CasSharpen(strength=0.5), info, source), 0)
    p = np.pad(luma(source, 0), 1, mode="edge")
    rows, columns = out.shape
    near = {(dy, dx): p[1 + dy : 1 + dy + rows, 1 + dx : 1 + dx + columns] for dy in (-1, 0, 1) for dx in (-1, 0, 1)}
    cross = [near[at] for at in ((0, 0), (-1, 0), (0, -1), (0, 1), (1, 0))]
    low = np.minimum.reduce(cross) + np.minimum.reduce(list(near.values()))
    high = np.maximum.reduce(cross) + np.maximum.reduce(list(near.values()))
    lobe = np.sqrt(np.clip(np.minimum(low, 2 - high) / high, 0, 1)) * (-1 / (16 - 11 * 0.5))
    wanted = (sum(cross[1:]) * lobe + cross[0]) / (1 + 4 * lobe)
    assert np.abs(out - wanted).max() < 1e-5


def test_unsharp_leaves_small_differences_and_limits_outlines() -> None:
    info = clip_of("GRAY16")
    level = 65535 / 255
    rng = np.random.default_rng(5)
    faint = drawn(30000 + rng.uniform(-0.9, 0.9, (120, 160)) * level, like=harness.picture(info))
    assert same(result(UnsharpMask(strength=3, threshold=2), info, faint), faint)
    hard = step(info, 0.2)
    loose = luma(result(UnsharpMask(strength=2, overshoot=255), info, hard), 0)
    tight = luma(result(UnsharpMask(strength=2, overshoot=3), info, hard), 0)
    assert loose.max() - luma(hard, 0).max() > 10 * level
    assert tight.max() - luma(hard, 0).max() <= 3 * level + 1


def test_sharpening_across_leaves_level_edges_alone() -> None:
    info = clip_of("YUV422P8")
    upright = step(info, 1.5)
    level_edge = drawn(
        np.tile(np.linspace(60, 200, 120)[:, None] // 20 * 20, (1, 160)), like=upright.std.ShufflePlanes(0, vs.GRAY)
    )
    gray = clip_of("GRAY8")
    across = UnsharpMask(strength=2, radius=2, direction=Direction.ACROSS)
    assert same(result(across, gray, level_edge), level_edge)
    assert not same(result(UnsharpMask(strength=2), gray, level_edge), level_edge)
    assert steepness(luma(result(across, info, upright), 0)) > 1.2 * steepness(luma(upright, 0))
