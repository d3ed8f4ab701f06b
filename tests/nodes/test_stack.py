"""Several passes of one tape: noise and dropouts are outvoted, lost frames come from the other passes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import vapoursynth as vs
from hypothesis import given
from hypothesis import strategies as st

from nodes.clip import ClipInfo, SoundInfo
from nodes.library.clean.stack import MedianStack
from nodes.params import ParamError
from nodes.places import ends_at, parse_places, places_of, places_text, spans
from nodes.sound import Silence, Sound, SoundCut, SoundFile, SoundJoin
from tests.nodes import harness
from tests.nodes.harness import PAL, picture

FRAMES = 12
TRUTH = picture(PAL)
NONE: dict[str, Any] = {"clip3": None, "clip4": None, "clip5": None}


def played(
    seed: int, *, noise: float = 4, dropouts: int = 6, lost: tuple[int, ...] = ()
) -> tuple[ClipInfo, vs.VideoNode]:
    """A pass: noise and dropouts of its own, some frames missing."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in (one for one in range(FRAMES) if one not in lost):
        with TRUTH.get_frame(number) as frame:
            planes = [np.asarray(frame[plane]).astype(float) for plane in range(3)]
        for plane in planes:
            plane += rng.normal(0, noise, plane.shape)
        for _ in range(dropouts):
            line, at = rng.integers(2, 574), rng.integers(0, 600)
            planes[0][line, at : at + 100] = 235
        frames.append([np.clip(plane, 1, 254).round().astype(np.uint8) for plane in planes])
    info = replace(PAL, frames=len(frames))

    def put(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        made = f.copy()
        for plane in range(3):
            np.asarray(made[plane])[:] = frames[n][plane]
        return made

    blank = TRUTH[: len(frames)]
    return info, blank.std.ModifyFrame(blank, put)


def luma(clip: vs.VideoNode, number: int) -> Any:
    with clip.get_frame(number) as frame:
        return np.asarray(frame[0]).astype(float)


def stacked(passes: list[tuple[ClipInfo, vs.VideoNode]], **params: Any) -> vs.VideoNode:
    names = ["clip", "clip2", "clip3", "clip4", "clip5"]
    sources: dict[str, Any] = dict.fromkeys(names) | dict(zip(names, passes, strict=False))
    node = MedianStack(**params)
    real = harness.run(node, sources, {"audio": None})["out"]
    _, forecast = harness.built(node, {name: one and one[0] for name, one in sources.items()}, {"audio": None})
    assert harness.differences(real, forecast["out"]) == []
    return real


def error(clip: vs.VideoNode, number: int = 3) -> float:
    return float(np.sqrt(((luma(clip, number) - luma(TRUTH, number)) ** 2).mean()))


def streaks(clip: vs.VideoNode, number: int = 3) -> int:
    return int((np.abs(luma(clip, number) - luma(TRUTH, number)) > 40).sum())


@pytest.mark.parametrize("way", ["average", "median"])
@pytest.mark.parametrize("count", [3, 4, 5])
def test_three_passes_or_more_outvote_noise_and_dropouts(count: int, way: str) -> None:
    passes = [played(seed) for seed in range(count)]
    made = stacked(passes, way=way)
    assert streaks(passes[0][1]) > 300
    assert streaks(made) < 5
    clean = {"average": 4 / count**0.5, "median": 4 * 1.2533 / count**0.5}[way]
    assert error(made) < clean * 1.12


def test_of_two_passes_the_better_is_taken_where_they_differ() -> None:
    passes = [played(1), played(2)]
    made = stacked(passes)
    assert streaks(made) < 0.05 * streaks(passes[0][1])
    assert error(made) < 0.62 * min(error(clip) for _, clip in passes)


def test_frames_that_one_pass_lost_come_from_the_others() -> None:
    """Each pass lost other frames; together they have all."""
    first, second = played(1, dropouts=0, lost=(4, 5)), played(2, dropouts=0, lost=(0, 9))
    made = stacked([first, second], places="0:0,4:x,6:-2", places2="0:x,1:-1,9:x,10:-2")
    assert made.num_frames == FRAMES
    for number in range(FRAMES):
        assert error(made, number) < 4.5, number


def test_its_sound_is_silent_where_the_first_pass_lost_frames() -> None:
    info = replace(PAL, frames=10)
    sound = Sound(SoundFile("a", "a", 0, Fraction(0)), SoundInfo(48000, 2, Fraction(10, 25)))
    made, forecast = harness.built(
        MedianStack(places="0:0,4:x,6:-2"), {"clip": info, "clip2": PAL, **NONE}, {"audio": sound}
    )
    heard: Any = made["sound"]
    assert isinstance(heard.op, SoundJoin)
    kinds = [(type(op), span) for op, span in heard.op.parts]
    assert kinds == [(SoundCut, Fraction(4, 25)), (Silence, Fraction(2, 25)), (SoundCut, Fraction(6, 25))]
    assert heard.info == forecast["sound"]
    assert heard.info.duration == forecast["out"].duration


def test_the_sound_goes_on_where_frames_alone_were_lost() -> None:
    sound = Sound(SoundFile("a", "a", 0, Fraction(0)), SoundInfo(48000, 2, Fraction(12, 25)))
    made, _ = harness.built(MedianStack(places="0:0,4:x,6:0"), {"clip": PAL, "clip2": PAL, **NONE}, {"audio": sound})
    heard: Any = made["sound"]
    assert heard == sound


def test_without_places_sound_and_first_pass_are_as_they_were() -> None:
    sound = Sound(SoundFile("a", "a", 0, Fraction(0)), SoundInfo(48000, 2, Fraction(12, 25)))
    made, _ = harness.built(MedianStack(), {"clip": PAL, "clip2": PAL, **NONE}, {"audio": sound})
    heard: Any = made["sound"]
    assert heard == sound


def test_passes_that_are_not_aligned_are_told() -> None:
    node = MedianStack()
    assert "capture sets align" in next(node.check(PAL, replace(PAL, frames=11), None, None, None))
    assert list(node.check(PAL, PAL, None, None, None)) == []


@pytest.mark.parametrize(
    ("params", "clip2", "says"),
    [
        ({}, replace(PAL, width=704), "Resize or Crop"),
        ({"places2": "0:0,5"}, PAL, "places2: '5' is no place"),
        ({"places": "0:0,0:x"}, PAL, "places: '0:x' does not lie behind"),
    ],
)
def test_what_cannot_be_is_refused(params: dict[str, Any], clip2: ClipInfo, says: str) -> None:
    with pytest.raises(ParamError, match=says):
        MedianStack(**params).forecast(PAL, clip2, None, None, None, None)


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(0, 20))
def test_places_are_what_they_were_made_from(there: list[bool], begin: int) -> None:
    """Whatever frames a pass has: its text says where each lies, and so do the spans."""
    frames, number = [], begin
    for one in there:
        frames.append(number if one else -1)
        number += one
    places = parse_places(places_text(places_of(frames)))
    total = number
    for span in spans([(places, total)], len(frames)):
        for at in range(span.first, span.last):
            offset = span.offsets[0]
            assert (-1 if offset is None else at + offset) == frames[at]
    assert not any(there[ends_at(places, total) :])
