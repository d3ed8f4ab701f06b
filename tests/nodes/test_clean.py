"""Cleaning nodes: on a picture of known truth with a known fault, the fault goes and the picture stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import ClipInfo, Fields, PixelFormat
from nodes.library.clean.bm3d import Bm3d
from nodes.library.clean.chroma_noise import ChromaNoise, Method
from nodes.library.clean.deblock import Deblock
from nodes.library.clean.degrain import Degrain
from nodes.library.clean.dehalo import Dehalo
from nodes.library.clean.dfttest import DftTest
from nodes.library.clean.dot_crawl import DotCrawl, Evidence
from nodes.library.clean.dropout import Dropout
from nodes.library.clean.mosquito import MosquitoNoise
from nodes.library.clean.nlmeans import NonLocalMeans
from nodes.library.clean.rainbow import Rainbow
from nodes.library.clean.scratch import Scratch, Tone
from nodes.library.clean.temporal_median import TemporalMedian
from nodes.library.clean.temporal_smooth import TemporalSmooth
from nodes.library.clean.vcr_sharpness import VcrSharpness
from nodes.node import Node
from nodes.script import Input
from tests.nodes import harness
from tests.nodes.harness import core
from tests.nodes.measure import Plane, luma, planes, psnr, same
from tests.nodes.scene import HEIGHT, WIDTH, Picture, codes, likeness, noisy, scene, shot

SCANS = [Fields.PROGRESSIVE, Fields.TFF, Fields.BFF]


def through(node: Node, info: ClipInfo, clip: vs.VideoNode) -> vs.VideoNode:
    """The node's output, after checking it against the forecast, frame properties included."""
    out = harness.run(node, {"clip": (info, clip)})["out"]
    _, forecast = harness.built(node, {"clip": info})
    said = forecast["out"]
    assert harness.differences(out, said) == []
    with out.get_frame(0) as frame:
        props = dict(frame.props)
    assert (props["_Matrix"], props["_Range"]) == (said.matrix, said.range.code)
    return out


@cache
def tape(fields: Fields, name: str = "YUV422P8") -> tuple[ClipInfo, vs.VideoNode, vs.VideoNode]:
    """Format, truth, and the same with noise of five levels in brightness and six in colour."""
    pictures = scene(18 if fields.interlaced else 9)
    info, truth = shot(pictures, name, fields)
    return info, truth, shot(noisy(pictures, 5, 6), name, fields)[1]


# -- denoisers -------------------------------------------------------------------------------------------------------
#  node at defaults, dB gained in brightness and in colour, dB of a clean picture after it
DENOISERS: dict[str, tuple[Node, float, float, float]] = {
    "degrain": (Degrain(), 3, 3, 45),
    "bm3d": (Bm3d(), 1.3, 1.5, 45),
    "nlmeans": (NonLocalMeans(), 1.5, 1.5, 45),
    "dfttest": (DftTest(), 2, 2, 45),
    "temporal smooth": (TemporalSmooth(), 0.5, 1.5, 45),
}


@pytest.mark.parametrize("fields", [Fields.PROGRESSIVE, Fields.TFF])
@pytest.mark.parametrize("name", DENOISERS)
def test_noise_goes_and_the_picture_stays(name: str, fields: Fields) -> None:
    node, bright, colour, clean = DENOISERS[name]
    info, truth, bad = tape(fields)
    before, after = likeness(bad, truth), likeness(through(node, info, bad), truth)
    kept = likeness(through(node, info, truth), truth)
    report = f"{before} → {after}, clean {kept}"
    print(report)
    assert after[0] > before[0] + bright, report
    assert min(after[1] - before[1], after[2] - before[2]) > colour, report
    assert min(kept) > clean, report


OFF: dict[str, Node] = {
    "degrain": Degrain(strength=0, chroma_strength=0),
    "bm3d": Bm3d(strength=0, chroma_strength=0),
    "nlmeans": NonLocalMeans(strength=0, chroma_strength=0),
    "dfttest": DftTest(strength=0, chroma_strength=0),
    "temporal smooth": TemporalSmooth(threshold=0, chroma_threshold=0),
    "temporal median": TemporalMedian(luma=False, chroma=False),
    "chroma noise": ChromaNoise(strength=0),
    "dot crawl": DotCrawl(strength=0),
    "rainbow": Rainbow(strength=0),
    "deblock": Deblock(strength=0),
    "mosquito": MosquitoNoise(strength=0),
    "dehalo": Dehalo(bright=0, dark=0),
    "vcr sharpness": VcrSharpness(amount=0),
}


@pytest.mark.parametrize("name", OFF)
def test_nothing_is_written_for_settings_that_change_nothing(name: str) -> None:
    outputs, _ = harness.built(OFF[name], {"clip": replace(harness.PAL, format=PixelFormat.parse("YUV422P16"))})
    assert isinstance(outputs["out"], Input)


ONE_KIND: dict[str, tuple[Node, Node]] = {  # brightness only, colour only
    "degrain": (Degrain(chroma_strength=0), Degrain(strength=0)),
    "bm3d": (Bm3d(chroma_strength=0), Bm3d(strength=0)),
    "nlmeans": (NonLocalMeans(chroma_strength=0), NonLocalMeans(strength=0)),
    "dfttest": (DftTest(chroma_strength=0), DftTest(strength=0)),
    "temporal smooth": (TemporalSmooth(chroma_threshold=0), TemporalSmooth(threshold=0)),
    "temporal median": (TemporalMedian(chroma=False), TemporalMedian(luma=False)),
}


@pytest.mark.parametrize("name", ONE_KIND)
def test_brightness_and_colour_are_apart(name: str) -> None:
    info, _, bad = tape(Fields.TFF)
    deep = bad.resize.Point(format=vs.YUV422P16)
    for node, untouched in zip(ONE_KIND[name], ((1, 2), (0,)), strict=True):
        out = through(node, info, bad)
        for plane in range(3):
            assert np.array_equal(planes(out, 3)[plane], planes(deep, 3)[plane]) is (plane in untouched)


def test_nlmeans_leaves_no_holes_where_nothing_is_alike() -> None:
    """The plugin's own weights turn unlike patches black or into NaN."""
    gray = np.full((96, 128), 128.0)
    draw = np.random.default_rng(1).random
    shots = [(np.where(draw((96, 128)) < 0.1, 235.0, 16.0), gray, gray) for _ in range(5)]
    for name in ("YUV420P8", "YUV420P16", "YUV420PS"):
        info, clip = shot(shots, name)
        out = codes(through(NonLocalMeans(strength=2), info, clip), 2)[0]
        assert np.isfinite(out).all()
        assert abs(out - codes(clip, 2)[0]).mean() < 1
        assert out.max() > 230


def test_degrain_averages_fields_of_one_kind_only() -> None:
    """A clip whose top field is bright and bottom field dark must stay so."""
    gray = np.full((128, 128), 128.0)
    lines = np.where(np.arange(128)[:, None] % 2, 60.0, 180.0) + np.zeros((128, 128))
    info, woven = shot([(lines, gray, gray)] * 8, "YUV422P8")
    info, woven = replace(info, fields=Fields.TFF), woven.std.SetFieldBased(2)
    out = codes(through(Degrain(strength=1000), info, woven), 4)[0]
    assert abs(out[::2] - 180).max() < 1
    assert abs(out[1::2] - 60).max() < 1


# -- temporal median -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("fields", SCANS)
@pytest.mark.parametrize("frames", [1, 2])
def test_a_flash_of_one_frame_vanishes_from_a_moving_picture(frames: int, fields: Fields) -> None:
    info, truth, _ = tape(fields)
    spoilt = spots(truth, {4: [(60, 80, 6, 6)]})
    out = through(TemporalMedian(frames=frames), info, spoilt)
    where = abs(luma(spoilt, 4) - luma(truth, 4)) > 20
    assert where.sum() > 20
    assert abs(codes(out, 4)[0] - codes(truth, 4)[0])[where].mean() < 8


def test_following_motion_keeps_moving_detail_in_a_median() -> None:
    info, truth, _ = tape(Fields.PROGRESSIVE)
    followed = likeness(through(TemporalMedian(), info, truth), truth)[0]
    blind = likeness(through(TemporalMedian(follow_motion=False), info, truth), truth)[0]
    assert followed > blind + 2.5


def test_a_blind_median_is_the_middle_of_three_frames() -> None:
    info, _, bad = tape(Fields.PROGRESSIVE, "YUV420P16")
    out = through(TemporalMedian(follow_motion=False), info, bad)
    assert np.array_equal(luma(out, 4), np.median([luma(bad, n) for n in (3, 4, 5)], axis=0))
    assert np.array_equal(luma(out, 0), np.median([luma(bad, n) for n in (0, 0, 1)], axis=0))
    wide = through(TemporalMedian(follow_motion=False, frames=2), info, bad)
    assert np.array_equal(luma(wide, 4), np.median([luma(bad, n) for n in range(2, 7)], axis=0))


# -- temporal smooth -------------------------------------------------------------------------------------------------
def test_temporal_smooth_calms_what_is_still_and_leaves_no_trail() -> None:
    info, truth, bad = tape(Fields.PROGRESSIVE)
    out = through(TemporalSmooth(threshold=16), info, bad)
    still = np.s_[:, WIDTH * 2 // 3 + 2 :]
    t, b, o = (codes(clip, 4)[0][still] for clip in (truth, bad, out))
    assert psnr(o, t) > psnr(b, t) + 3
    behind = np.s_[HEIGHT // 2 - 8 : HEIGHT // 2 + 8, 6:14]  # where the disc was before
    quiet = codes(through(TemporalSmooth(threshold=16), info, truth), 4)[0][behind]
    assert abs(quiet - codes(truth, 4)[0][behind]).max() < 16


# -- chroma noise ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("fields", [Fields.PROGRESSIVE, Fields.BFF])
@pytest.mark.parametrize(("method", "gain"), [(Method.FREQUENCY, 3.5), (Method.STILL, 2), (Method.CCD, 0.5)])
def test_chroma_noise_goes_and_brightness_is_untouched(method: Method, gain: float, fields: Fields) -> None:
    for name in ("YUV422P8", "YUV420P8"):
        info, truth, bad = tape(fields, name)
        out = through(ChromaNoise(method=method), info, bad)
        before, after = likeness(bad, truth), likeness(out, truth)
        print(method, name, before, after)
        assert min(after[1] - before[1], after[2] - before[2]) > gain
        assert np.array_equal(codes(out, 3)[0], codes(bad, 3)[0])


# -- composite faults ------------------------------------------------------------------------------------------------
def broadcast(standard: str, frames: int = 8) -> tuple[ClipInfo, vs.VideoNode]:
    """A saturated moving test picture, 4:2:2, with colour edges and fine stripes, whole raster."""
    info = replace(harness.PAL if standard == "pal" else harness.NTSC_DV, frames=frames)
    info = replace(info, format=PixelFormat.parse("YUV422P8"))
    big = [(y, 128 + (u - 128) * 1.2, 128 + (v - 128) * 1.2) for y, u, v in scene(frames, info.width, info.height)]
    _, clip = shot(big, "YUV422P8")
    clip = clip.std.AssumeFPS(fpsnum=info.fps.numerator, fpsden=info.fps.denominator)
    return info, harness.mark(clip, info)


def raw_composite(clip: vs.VideoNode, standard: str) -> vs.VideoNode:
    """`clip` with the colour subcarrier left in its brightness, as a decoder without any filter leaves it."""

    def encoded(level: int) -> float:
        flat = clip[0].resize.Point(format=vs.YUV444P8).std.BlankClip(color=[level, 128, 128])
        return float(luma(core.composite.Encode(flat, standard=standard), 0)[100:120, 300:400].mean())

    black, white = encoded(16), encoded(235)
    wave = core.composite.Encode(clip, standard=standard)
    wave = core.akarin.Expr([wave], [f"x {black} - {(white - black) / 56064} / 4096 +"])
    # the raster of the encoder on that of BT.601, as its manual gives it
    ratio, start, anchor = (540000 / 709379, 182.0, 132.0) if standard == "pal" else (33 / 35, 130 + 57 / 90, 122.0)
    left = anchor / ratio - start + 0.5 - 0.5 / ratio
    bright = wave.resize.Spline36(clip.width, src_left=left, src_width=clip.width / ratio)
    deep = clip.resize.Point(format=vs.YUV422P16)
    return core.std.ShufflePlanes([bright, deep], [0, 1, 2], vs.YUV).std.CopyFrameProps(clip)


def crawl(clip: vs.VideoNode, truth: vs.VideoNode) -> float:
    """Energy of what changes from frame to frame and should not: the crawling of dots."""
    errors = [codes(clip, n)[0] - codes(truth, n)[0] for n in range(2, 6)]
    return float(np.mean([(b - a) ** 2 for a, b in pairwise(errors)]))


@pytest.mark.parametrize("standard", ["pal", "ntsc"])
def test_crawling_dots_go_whatever_the_phase_of_the_subcarrier(standard: str) -> None:
    info, truth = broadcast(standard)
    bad = raw_composite(truth, standard)
    deep = replace(info, format=PixelFormat.parse("YUV422P16"))
    for late in (0, 1):  # the sequence of four (two) frames begins anywhere on tape
        spoilt, good = bad[late:], truth[late:]
        at = replace(deep, frames=info.frames - late)
        for evidence in Evidence:
            out = through(DotCrawl(evidence=evidence), at, spoilt)
            assert likeness(out, good)[0] > likeness(spoilt, good)[0] + 6
            assert crawl(out, good) < crawl(spoilt, good) / 4
            assert all(np.array_equal(a, b) for a, b in zip(planes(out, 2)[1:], planes(spoilt, 2)[1:], strict=True))
    assert likeness(through(DotCrawl(), info, truth), truth)[0] > 40


@pytest.mark.parametrize("standard", ["pal", "ntsc"])
def test_rainbows_fade_and_brightness_is_untouched(standard: str) -> None:
    info, truth = broadcast(standard, 6)
    wave = core.composite.Encode(truth, standard=standard)
    bad = core.composite.Decode(wave, standard=standard, width=720, dimensions=1)
    bad = bad.std.CopyFrameProps(truth).resize.Bicubic(format=vs.YUV422P8, dither_type="none")
    for crop in (0, 16):
        at = replace(info, height=info.height - crop)
        spoilt, good = (clip.std.Crop(top=crop // 2, bottom=crop // 2) if crop else clip for clip in (bad, truth))
        out = through(Rainbow(), at, spoilt)
        before, after = likeness(spoilt, good), likeness(out, good)
        print(standard, crop, before, after)
        assert min(after[1] - before[1], after[2] - before[2]) > 0.7
        assert np.array_equal(codes(out, 2)[0], codes(spoilt, 2)[0])
        half = likeness(through(Rainbow(strength=0.5), at, spoilt), good)
        assert before[1] < half[1] < after[1]


def test_a_picture_larger_than_television_has_no_rainbows_to_undo() -> None:
    info = replace(harness.PAL_P16, width=1440, height=1080)
    assert any("1080 lines" in text for text in Rainbow().check(info))
    outputs, _ = harness.built(Rainbow(), {"clip": info})
    assert isinstance(outputs["out"], Input)


@pytest.mark.parametrize("node", [DotCrawl(), Rainbow()])
def test_composite_faults_are_warned_about_after_deinterlacing(node: Any) -> None:
    assert any("before" in text for text in node.check(harness.PAL_50P))
    assert list(node.check(harness.PAL)) == []


# -- coding faults ---------------------------------------------------------------------------------------------------
@cache
def coded(fields: Fields) -> tuple[ClipInfo, vs.VideoNode, vs.VideoNode]:
    """Truth, and the same after a coarse MJPEG coder, which works on fields as capture cards do."""
    info, truth = shot(scene(10), "YUV420P8", fields)
    if not fields.interlaced:
        return info, truth, core.vszip.Compress(truth, codec=1, qscale=10)
    apart = core.vszip.Compress(truth.std.SeparateFields(), codec=1, qscale=10)
    return info, truth, apart.std.DoubleWeave()[::2]


def seams(clip: vs.VideoNode, truth: vs.VideoNode, step: int) -> float:
    """Mean error of the steps across the block edges, which lie every 8 columns, against those between."""
    error = np.mean([codes(clip, n)[0] - codes(truth, n)[0] for n in (2, 3)], axis=0)
    steps = abs(np.diff(error, axis=1)).mean(axis=0)
    return float(steps[7::8].mean() - np.delete(steps, np.s_[7::8]).mean())


@pytest.mark.parametrize("fields", [Fields.PROGRESSIVE, Fields.TFF])
def test_seams_between_blocks_are_closed_and_their_inside_kept(fields: Fields) -> None:
    info, truth, bad = coded(fields)
    out = through(Deblock(), info, bad)
    before, after = likeness(bad, truth), likeness(out, truth)
    print(before, after, seams(bad, truth, 8), seams(out, truth, 8))
    assert min(a - b for a, b in zip(after, before, strict=True)) > 0.1
    assert seams(out, truth, 8) < 0.75 * seams(bad, truth, 8)
    middle = np.s_[:, 3::8]
    assert abs(luma(out, 2)[middle] - luma(bad, 2)[middle]).mean() < 1


@pytest.mark.parametrize("fields", [Fields.PROGRESSIVE, Fields.TFF])
def test_specks_around_lettering_go(fields: Fields) -> None:
    info, truth = shot(scene(10), "YUV420P8", fields)
    truth = truth.text.Text("WOW AND FLUTTER\nHEAD SWITCHING\nTIME BASE\nDROPOUT", scale=2)
    apart = truth.std.SeparateFields() if fields.interlaced else truth
    bad = core.vszip.Compress(apart, codec=1, qscale=10)
    bad = bad.std.DoubleWeave()[::2] if fields.interlaced else bad
    out = through(MosquitoNoise(), info, bad)
    assert likeness(out, truth)[0] > likeness(bad, truth)[0] + 0.3
    assert all(np.array_equal(a, b) for a, b in zip(planes(out, 2)[1:], planes(bad, 2)[1:], strict=True))


# -- halos -----------------------------------------------------------------------------------------------------------
def oversharpened(pictures: list[Picture], amount: float, radius: float) -> list[Picture]:
    """What a recorder's sharpness knob does, along the lines, by Fourier transform."""

    def boosted(plane: Plane) -> Plane:
        along = np.exp(-2 * (np.pi * radius * np.fft.fftfreq(plane.shape[1] * 2)) ** 2)
        mirrored = np.concatenate([plane, plane[:, ::-1]], axis=1)
        soft = np.fft.ifft(np.fft.fft(mirrored, axis=1) * along, axis=1).real[:, : plane.shape[1]]
        return np.asarray(plane + amount * (plane - soft))

    return [(boosted(y), u, v) for y, u, v in pictures]


@pytest.mark.parametrize("fields", SCANS)
def test_sharpness_is_turned_back_exactly(fields: Fields) -> None:
    pictures = [(30 + 0.75 * y, u, v) for y, u, v in scene(16 if fields.interlaced else 8)]  # room for the overshoot
    info, truth = shot(pictures, "YUV422P16", fields)
    _, bad = shot(oversharpened(pictures, 0.8, 1.5), "YUV422P16", fields)
    gains = {amount: likeness(through(VcrSharpness(amount=amount), info, bad), truth)[0] for amount in (0.4, 0.8)}
    before = likeness(bad, truth)[0]
    print(before, gains)
    assert gains[0.8] > before + 12
    assert gains[0.4] > before + 4


@pytest.mark.parametrize("fields", [Fields.PROGRESSIVE, Fields.TFF])
def test_outlines_shrink_and_edges_stay(fields: Fields) -> None:
    x = np.arange(WIDTH) + np.zeros((HEIGHT, 1))
    bar = 80 + 90 * np.clip((x - 60) / 3, 0, 1) * np.clip((180 - x) / 3, 0, 1)
    gray = np.full_like(bar, 128)
    shots = [(bar, gray, gray)] * (16 if fields.interlaced else 8)
    info, truth = shot(shots, "YUV422P8", fields)
    _, bad = shot(oversharpened(shots, 0.8, 2), "YUV422P8", fields)
    out = through(Dehalo(), info, bad)
    row = {name: codes(clip, 2)[0][HEIGHT // 2] for name, clip in (("truth", truth), ("bad", bad), ("out", out))}
    over, under = row["bad"].max() - 170, 80 - row["bad"].min()
    assert over > 8
    assert under > 8
    assert row["out"].max() - 170 < 0.5 * over
    assert 80 - row["out"].min() < 0.75 * under
    assert likeness(out, truth)[0] > likeness(bad, truth)[0] + 2
    assert abs(row["out"][110:130] - row["bad"][110:130]).max() < 0.1
    slopes = [np.diff(row[name])[59:64].max() for name in ("truth", "out")]
    assert slopes[1] > 0.9 * slopes[0]


# -- scratches -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("fields", [Fields.PROGRESSIVE, Fields.BFF])
@pytest.mark.parametrize("name", ["YUV420P8", "YUV422P16"])
def test_vertical_scratches_are_filled_and_nothing_else(name: str, fields: Fields) -> None:
    info, truth = shot([(0.5 * y + 50, u, v) for y, u, v in scene(6)], name, fields)
    unit = 1 << (truth.format.bits_per_sample - 8)
    bad = truth.std.ModifyFrame(truth, lambda n, f: scratched(f, {40: -30, 41: -30, 100: 35}, unit))
    out = through(Scratch(least_length=60), info, bad)
    a, b, o = (codes(clip, 2)[0] for clip in (truth, bad, out))
    for column in (40, 41, 100):
        assert abs(o - a)[:, column].mean() < 0.35 * abs(b - a)[:, column].mean()
    untouched = np.ones(WIDTH, bool)
    untouched[36:46] = untouched[96:105] = False
    untouched[WIDTH * 2 // 3 :] = False  # has upright waves of its own
    changed = (o != b)[:, untouched]
    assert changed.mean() < 0.02
    only_bright = codes(through(Scratch(least_length=60, tone=Tone.BRIGHT), info, bad), 2)[0]
    assert np.array_equal(only_bright[:, 40], b[:, 40])


def scratched(frame: vs.VideoFrame, columns: Mapping[int, int], unit: int) -> vs.VideoFrame:
    made = frame.copy()
    plane = np.asarray(made[0])
    for column, by in columns.items():
        plane[:, column] = np.clip(plane[:, column].astype(int) + by * unit, 0, np.iinfo(plane.dtype).max)
    return made


# -- dropouts --------------------------------------------------------------------------------------------------------
def spots(clip: vs.VideoNode, where: Mapping[int, list[tuple[int, int, int, int]]], level: int = 235) -> vs.VideoNode:
    """Paint (top, left, height, width) boxes of brightness `level` into single frames."""
    unit = 1 << (clip.format.bits_per_sample - 8)

    def paint(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        made = f.copy()
        for top, left, height, width in where.get(n, []):
            np.asarray(made[0])[top : top + height, left : left + width] = level * unit
        return made

    return clip.std.ModifyFrame(clip, paint)


def streaks(clip: vs.VideoNode, fields: Fields) -> vs.VideoNode:
    """White and black comets, one line of one field each, fading out along the line; a colour one too."""
    unit = 1 << (clip.format.bits_per_sample - 8)
    chosen = np.random.default_rng(3).integers

    def paint(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        made = f.copy()
        rng = np.random.default_rng([n, int(chosen(0, 1))])
        for plane, level in ((0, 235), (0, 16), (0, 235), (1, 220)):
            pixels = np.asarray(made[plane])
            top, left = int(rng.integers(4, pixels.shape[0] - 4)), int(rng.integers(4, pixels.shape[1] - 70))
            length = int(rng.integers(20, 60))
            fade = np.exp(-2 * np.arange(length) / length)
            part = pixels[top, left : left + length]
            part[:] = part * (1 - fade) + level * unit * fade
        return made

    return clip.std.ModifyFrame(clip, paint)


@pytest.mark.parametrize("noise", [False, True], ids=["clean", "noisy"])
@pytest.mark.parametrize("fields", SCANS)
def test_streaks_are_repaired_and_nothing_else_is_touched(fields: Fields, noise: bool) -> None:
    info, truth, grainy = tape(fields)
    whole = grainy if noise else truth
    bad = streaks(whole, fields)
    out = through(Dropout(), info, bad)
    for plane in (0, 1):
        before, after, elsewhere, mended = [], [], [], []
        for n in range(2, bad.num_frames - 2):
            t, b, o = (codes(clip, n)[plane] for clip in (whole, bad, out))
            hit = abs(b - t) > 25
            before.append(abs(b - t)[hit])
            after.append(abs(o - t)[hit])
            elsewhere.append((o != b)[b == t])
            mended.append(abs(o - b)[b == t])
        report = [
            float(np.concatenate([each.ravel() for each in part]).mean()) for part in (before, after, elsewhere, mended)
        ]
        print(plane, report)
        assert report[1] < report[0] * (0.3 if noise else 0.15)
        assert (np.concatenate(after) > 60).mean() < 0.04  # no string of dots is left inside a streak
        assert report[2] < 0.003
        assert report[3] < (0.06 if noise else 0.03)


def test_a_picture_without_dropouts_comes_out_as_it_went_in() -> None:
    info, truth, _ = tape(Fields.TFF)
    deep = truth.resize.Point(format=vs.YUV422P16)
    out = through(Dropout(), info, truth)
    changed = np.mean([(luma(out, n) != luma(deep, n)).mean() for n in range(out.num_frames)])
    assert changed < 0.001


def test_a_cut_is_no_dropout() -> None:
    one, other = scene(4), [(255 - y, v, u) for y, u, v in scene(4)]
    info, clip = shot([*one, *other], "YUV420P16")
    out = through(Dropout(), info, clip)
    for n in (3, 4):
        assert (luma(out, n) != luma(clip, n)).mean() < 0.002


def test_longer_faults_than_a_frame_are_left_alone() -> None:
    info, truth, _ = tape(Fields.PROGRESSIVE)
    bad = spots(truth, {n: [(20, WIDTH - 40, 8, 20)] for n in range(9)})
    out = through(Dropout(), info, bad)
    assert same(out, bad.resize.Point(format=vs.YUV422P16)) or np.array_equal(
        luma(out, 4)[22:26, WIDTH - 38 : WIDTH - 22], luma(bad, 4)[22:26, WIDTH - 38 : WIDTH - 22] * 256
    )


def test_a_tiny_picture_is_left_alone_with_a_warning() -> None:
    info = replace(harness.PAL_P16, width=32, height=32)
    assert any("too small" in text for text in Dropout().check(info))
    assert same(harness.run(Dropout(), {"clip": (info, harness.picture(info))})["out"], harness.picture(info))


MAKERS: list[Callable[[], Node]] = [
    Degrain,
    Bm3d,
    NonLocalMeans,
    DftTest,
    TemporalMedian,
    TemporalSmooth,
    Dropout,
    Dehalo,
]


@pytest.mark.parametrize("make", MAKERS)
def test_gray_clips_are_cleaned_too(make: Callable[[], Node]) -> None:
    info, _, bad = tape(Fields.TFF)
    gray = bad.std.ShufflePlanes(0, vs.GRAY)
    out = through(make(), replace(info, format=PixelFormat.parse("GRAY8")), gray)
    assert out.format.color_family == vs.GRAY
    out.get_frame(2).close()
