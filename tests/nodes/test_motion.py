"""Motion nodes on pans, shakes and cuts whose truth is known."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import inf
from typing import Any

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import ClipInfo, Fields, PixelFormat, SoundInfo
from nodes.library.motion.double import MotionFrames
from nodes.library.motion.rate import Between, FrameRate
from nodes.library.motion.speed import ChangeSpeed, Pitch
from nodes.library.motion.stabilise import Edges, Stabilise
from nodes.library.motion.svpflow import Drawing, SvpFrames
from nodes.params import ParamError
from nodes.sound import Silence, Sound, SoundFilter, SoundSpeed
from tests.nodes import harness
from tests.nodes.harness import core
from tests.nodes.measure import drawn, luma, moved, psnr, same, speckle

WIDTH, HEIGHT = 192, 144
INFO = replace(
    harness.PAL,
    width=WIDTH,
    height=HEIGHT,
    format=PixelFormat.parse("YUV420P8"),
    fields=Fields.PROGRESSIVE,
    sar=Fraction(1),
)


@cache
def wall(seed: int = 1, contrast: float = 1.0) -> vs.VideoNode:
    """A large textured still to look at through a moving window."""
    blank = core.std.BlankClip(width=800, height=400, format=vs.YUV420P8, length=1)
    low, high = 128 - 105 * contrast, 128 + 105 * contrast
    return drawn(
        speckle(800, 400, low, high, seed=seed, size=6),
        *(speckle(400, 200, 70, 180, seed=seed + at, size=6) for at in (1, 2)),
        like=blank,
    )


def through(path: list[tuple[float, float]], fps: int, still: vs.VideoNode | None = None) -> vs.VideoNode:
    """The wall through a window whose corner follows `path`."""
    still = still or wall()
    views = [
        still.resize.Bicubic(WIDTH, HEIGHT, src_left=x, src_top=y, src_width=WIDTH, src_height=HEIGHT) for x, y in path
    ]
    return core.std.Splice(views).std.AssumeFPS(fpsnum=fps)


def noisy(clip: vs.VideoNode, sigma: float) -> vs.VideoNode:
    def add(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        made = f.copy()
        for plane in range(3):
            target = np.asarray(made[plane])
            grain = np.random.default_rng(n * 3 + plane).normal(0, sigma, target.shape)
            np.copyto(target, np.clip(np.rint(target + grain), 0, 255), casting="unsafe")
        return made

    return clip.std.ModifyFrame(clip, add)


def info_of(clip: vs.VideoNode, **other: Any) -> ClipInfo:
    return replace(INFO, frames=clip.num_frames, fps=clip.fps, **other)


def result(node: Any, clip: vs.VideoNode, **other: Any) -> vs.VideoNode:
    info = info_of(clip, **other)
    out = harness.run(node, {"clip": (info, harness.mark(clip, info))})["out"]
    forecast = node.forecast(info)
    assert harness.differences(out, forecast) == []
    return out


PAN = [(100 + 2.0 * n, 100 + 1.0 * n) for n in range(40)]
DOUBLERS = [MotionFrames(), SvpFrames(), SvpFrames(drawing=Drawing.CLEAN), FrameRate(rate=50, between=Between.MOTION)]


def names(node: Any) -> str:
    return node.id + ":" + "-".join(str(getattr(value, "value", value)) for value in node.values().values())


# -- doubling
# --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("node", DOUBLERS, ids=names)
def test_new_frames_lie_where_the_missing_ones_were(node: Any) -> None:
    truth = through(PAN, 50)
    out = result(node, truth[::2].std.AssumeFPS(fpsnum=25))
    for n in range(2, 36, 2):
        assert psnr(luma(out, n), luma(truth, n)) == inf
    inner = np.s_[16:-16, 16:-16]
    made = [psnr(luma(out, n)[inner], luma(truth, n)[inner]) for n in range(5, 36, 6)]
    repeated = psnr(luma(truth, 4)[inner], luma(truth, 5)[inner])
    assert min(made) > repeated + 8


@pytest.mark.parametrize("node", DOUBLERS, ids=names)
def test_noise_does_not_keep_new_frames_from_being_drawn(node: Any) -> None:
    truth = through(PAN, 50)
    out = result(node, noisy(truth[::2].std.AssumeFPS(fpsnum=25), 6))
    inner = np.s_[16:-16, 16:-16]
    assert min(psnr(luma(out, n)[inner], luma(truth, n)[inner]) for n in (11, 17, 23)) > 31


@pytest.mark.parametrize("grain", [0, 6])
@pytest.mark.parametrize("contrast", [1.0, 0.35])
@pytest.mark.parametrize("node", DOUBLERS, ids=names)
def test_nothing_is_mixed_across_a_cut(node: Any, contrast: float, grain: float) -> None:
    before, after = wall(1, contrast), wall(7, contrast)
    cut = through(PAN[:20:2], 25, before) + through(PAN[1:20:2], 25, after)
    cut = noisy(cut, grain) if grain else cut
    out = result(node, cut)
    between = luma(out, 19)
    assert any(np.array_equal(between, luma(out, n)) for n in (18, 20))


@pytest.mark.parametrize("node", DOUBLERS[:2], ids=names)
def test_frames_drawn_are_alike_from_wherever_one_starts(node: Any) -> None:
    source = through(PAN, 25)
    whole = result(node, source)
    forward = [luma(whole, n) for n in range(80)]
    again = result(node, source)
    for n in random.Random(2).sample(range(80), 80):
        assert np.array_equal(luma(again, n), forward[n])


def test_frame_times_match_the_new_rate() -> None:
    for node in DOUBLERS:
        props = result(node, through(PAN[:6], 25)).get_frame(3).props
        assert Fraction(int(props["_DurationNum"]), int(props["_DurationDen"])) == Fraction(1, 50)


def test_a_picture_too_small_for_motion_is_refused() -> None:
    for node in [*DOUBLERS, Stabilise()]:
        with pytest.raises(ParamError, match="too small"):
            node.forecast(replace(INFO, width=48))


# -- stabilise
# -------------------------------------------------------------------------------------------------------
SHAKE = random.Random(3)
SHAKEN = [(120 + 1.0 * n + SHAKE.uniform(-4, 4), 100 + SHAKE.uniform(-3, 3)) for n in range(70)]


def trembling(clip: vs.VideoNode) -> tuple[float, float, float]:
    """Standard deviation of the motion from frame to frame, across and down, and the mean across."""
    inner = np.s_[24:-24, 24:-24]
    steps = np.array([moved(luma(clip, n)[inner], luma(clip, n + 1)[inner]) for n in range(15, 55)])
    return float(steps[:, 0].std()), float(steps[:, 1].std()), float(steps[:, 0].mean())


@pytest.mark.parametrize("grain", [0, 6])
@pytest.mark.parametrize("edges", [Edges.MIRROR, Edges.BLACK])
def test_shake_goes_and_the_pan_stays(edges: Edges, grain: float) -> None:
    shaky = through(SHAKEN, 25)
    shaky = noisy(shaky, grain) if grain else shaky
    before, after = trembling(shaky), trembling(result(Stabilise(edges=edges), shaky))
    assert after[0] < before[0] / 8
    assert after[1] < before[1] / 8
    assert after[2] == pytest.approx(-1.0, abs=0.1)


def test_a_lower_cutoff_is_steadier() -> None:
    shaky = through(SHAKEN, 25)
    assert trembling(result(Stabilise(cutoff=0.3), shaky))[0] < trembling(result(Stabilise(cutoff=4), shaky))[0]


def test_a_steady_picture_stays_where_it_is() -> None:
    steady = through([(100, 100)] * 20, 25)
    out = result(Stabilise(), steady)
    assert psnr(luma(out, 10), luma(steady, 10)) > 45


def test_stabilised_frames_are_alike_from_wherever_one_starts() -> None:
    shaky = through(SHAKEN, 25)
    whole = result(Stabilise(), shaky)
    forward = [luma(whole, n) for n in range(70)]
    again = result(Stabilise(), shaky)
    for n in (60, 12, 69, 0, 33, 34):
        assert np.array_equal(luma(again, n), forward[n])


@pytest.mark.parametrize("name", ["YUV422P16", "YUV444P10", "GRAY8", "YUV411P8"])
def test_other_formats_are_stabilised_too(name: str) -> None:
    info = replace(info_of(through(SHAKEN[:30], 25)), format=PixelFormat.parse(name))
    clip = harness.mark(through(SHAKEN[:30], 25).resize.Bicubic(format=getattr(vs, name)), info)
    out = harness.run(Stabilise(), {"clip": (info, clip)})["out"]
    inner = np.s_[24:-24, 24:-24]
    steps = [moved(luma(out, n)[inner], luma(out, n + 1)[inner])[1] for n in range(10, 20)]
    assert float(np.std(steps)) < 0.6


# -- rate --------------------------------------------------------------------------------------------------
# ----------
RATES = [
    (Fraction(25), Fraction(30000, 1001)),
    (Fraction(30000, 1001), Fraction(25)),
    (Fraction(24000, 1001), Fraction(60000, 1001)),
    (Fraction(50), Fraction(25)),
    (Fraction(25), Fraction(50)),
]


@pytest.mark.parametrize(("old", "new"), RATES)
@pytest.mark.parametrize("frames", [2, 25, 31])
def test_each_moment_shows_the_frame_that_was_on(frames: int, old: Fraction, new: Fraction) -> None:
    info = replace(INFO, fps=old, frames=frames)
    source = harness.picture(info)
    out = result(FrameRate(rate=new), source)
    assert abs(out.num_frames / new - frames / old) < 1 / new
    for n in range(out.num_frames):
        assert np.array_equal(luma(out, n), luma(source, int(n * old / new)))


def test_blending_mixes_by_the_exact_share() -> None:
    info = replace(INFO, frames=31)
    source = harness.picture(info)
    out = result(FrameRate(rate="29.97", between=Between.BLEND), source)
    new = Fraction(30000, 1001)
    for n in range(out.num_frames):
        at = n * 25 / new
        first, share = int(at), float(at - int(at))
        wanted = luma(source, first) * (1 - share) + luma(source, min(first + 1, 30)) * share
        assert np.abs(luma(out, n) - wanted).max() <= 0.51


@pytest.mark.parametrize(("old", "new"), RATES)
@pytest.mark.parametrize("frames", [2, 25])
def test_the_length_of_drawn_rates_is_forecast(frames: int, old: Fraction, new: Fraction) -> None:
    result(FrameRate(rate=new, between=Between.MOTION), harness.picture(replace(INFO, fps=old, frames=frames)))


def test_the_same_rate_adds_nothing_and_odd_ones_are_refused() -> None:
    outputs, _ = harness.built(FrameRate(rate=25), {"clip": INFO})
    assert type(outputs["out"]).__name__ == "Input"
    with pytest.raises(ParamError, match="standard rate"):
        FrameRate(rate="24.2173").forecast(INFO)


def test_blind_dropping_of_pulldown_is_pointed_out() -> None:
    assert "Inverse telecine" in next(iter(FrameRate(rate="23.976").check(replace(INFO, fps=Fraction(30000, 1001)))))


# -- speed -------------------------------------------------------------------------------------------------
# ----------
FILM = replace(INFO, fps=Fraction(24000, 1001), frames=24_000, start=Fraction(2))


def sound_of(**other: Any) -> Sound:
    info = SoundInfo(48000, 2, Fraction(1003), **other)
    return Sound(Silence(48000, 2, info.duration), info)


@pytest.mark.parametrize("pitch", Pitch)
@pytest.mark.parametrize("rate", ["25", "6", "100"])
def test_sound_stays_as_long_as_the_picture(rate: str, pitch: Pitch) -> None:
    node, audio = ChangeSpeed(rate=rate, pitch=pitch), sound_of(start=Fraction(0))
    facts = node.forecast(FILM, audio.info)
    made, _ = harness.built(node, {"clip": FILM}, {"audio": audio})
    assert made["sound"].info == facts["sound"]  # type: ignore[union-attr]
    # two seconds of sound before the first frame are cut, what is left ends with the picture
    assert facts["sound"].duration == facts["out"].duration  # type: ignore[union-attr]
    assert facts["out"].frames == FILM.frames  # type: ignore[union-attr]


def test_the_pitch_is_kept_or_follows() -> None:
    kept, _ = harness.built(ChangeSpeed(rate=25), {"clip": FILM}, {"audio": sound_of()})
    op = kept["sound"].op  # type: ignore[union-attr]
    assert isinstance(op, SoundFilter)
    assert (op.name, dict(op.options)) == ("atempo", {"tempo": pytest.approx(1001 / 960)})
    follows, _ = harness.built(ChangeSpeed(rate=25, pitch="follow"), {"clip": FILM}, {"audio": sound_of()})
    op = follows["sound"].op  # type: ignore[union-attr]
    assert isinstance(op, SoundSpeed)
    assert op.factor == Fraction(1001, 960)


def test_very_slow_sound_is_slowed_in_steps_ffmpeg_can_take() -> None:
    made, _ = harness.built(ChangeSpeed(rate=5), {"clip": FILM}, {"audio": sound_of()})
    op, tempo = made["sound"].op, 1.0  # type: ignore[union-attr]
    while isinstance(op, SoundFilter):
        step = float(dict(op.options)["tempo"])
        assert 0.5 <= step <= 100
        op, tempo = op.source, tempo * step
    assert tempo == pytest.approx(5 * 1001 / 24000)


@pytest.mark.parametrize("fields", Fields)
def test_only_the_rate_of_the_picture_changes(fields: Fields) -> None:
    info = replace(INFO, fields=fields)
    source = harness.picture(info)
    out = harness.run(ChangeSpeed(rate=24), {"clip": (info, source)}, {"audio": None})["out"]
    assert out.fps == 24
    assert same(out, source)
    assert out.get_frame(1).props["_DurationDen"] == 24
