"""Keep or cut stretches of picture and sound together."""

from collections.abc import Iterator
from itertools import pairwise

from nodes.api import (
    Annotated,
    Audio,
    Clip,
    ClipInfo,
    Node,
    ParamError,
    Ranges,
    Ref,
    Script,
    Silence,
    Sound,
    SoundInfo,
    StrEnum,
    gives,
    param,
    replace,
    takes,
)

Stretch = tuple[int, int | None]
"""Frames [first, end); an end of None is the end of the clip."""


class Mode(StrEnum):
    """What happens to the ranges."""

    KEEP = "keep"
    """Only the ranges stay, in the order they are written."""
    CUT = "cut"
    """The ranges go, everything else stays."""


class Trim(Node):
    """Keep only some stretches of a clip, or cut some out, with the sound that belongs to them.

    Ranges are frames, first:end, where the end itself is not included: 0:250 is the first ten seconds in PAL. Cut
    blank leader, blue screens and the end of the tape here, before the slow filters. Put it before a deinterlacer
    to count the tape's own frames.
    """

    id, version = "time.trim", 1
    label = "Trim"
    words = ("cut", "keep", "range", "select", "shorten", "split", "edit", "frames", "leader")
    clip = takes(Clip, "The picture", fields="whole")
    audio = takes(Audio, "The sound that belongs to it", optional=True)
    out = gives(Clip)
    sound = gives(Audio)

    mode: Annotated[Mode, param("Whether the ranges stay or go")] = Mode.KEEP
    ranges: Annotated[Ranges, param("Frame ranges, like 0:250,1000:; none leaves the clip as it is")] = Ranges(())

    def forecast(self, clip: ClipInfo, audio: SoundInfo | None) -> dict[str, ClipInfo | SoundInfo]:
        kept = self.stretches(clip)
        frames = sum(_end(part, clip) - part[0] for part in kept)
        facts: dict[str, ClipInfo | SoundInfo] = {
            "out": replace(clip.cut(kept[0][0], _end(kept[0], clip)), frames=frames)
        }
        if audio:
            facts["sound"] = _cut(_stand_in(audio), clip, kept).info
        return facts

    def build(self, script: Script, clip: Ref, audio: Sound | None) -> dict[str, Ref | Sound]:
        kept = self.stretches(clip.info)
        whole = kept == [(0, None)]
        parts = [clip[first:end] for first, end in kept]
        out = clip if whole else parts[0] if len(parts) == 1 else script.core.std.Splice(parts)
        made: dict[str, Ref | Sound] = {"out": out}
        if audio:
            made["sound"] = _cut(audio, clip.info, kept)
        return made

    def stretches(self, clip: ClipInfo) -> list[Stretch]:
        """What stays, at least one frame: the editor keeps time by it. ParamError where nothing does."""
        if not self.ranges:
            return [(0, None)]
        kept = list(self.ranges) if self.mode is Mode.KEEP else list(_rest(self.ranges))
        inside = [part for part in kept if part[0] < clip.frames]
        if not inside:
            raise ParamError(
                f"ranges: nothing is left of the clip, which has the frames 0 to {clip.frames - 1}. Change the ranges"
            )
        # an end at or behind the last frame is the end: an estimated length must not cut the last frames off
        return [(first, None if end is not None and end >= clip.frames else end) for first, end in inside]


def _stand_in(info: SoundInfo) -> Sound:
    """Sound of this format, for working out what becomes of it."""
    return Sound(Silence(info.rate, info.channels, info.duration), info)


def _end(part: Stretch, clip: ClipInfo) -> int:
    return clip.frames if part[1] is None else min(part[1], clip.frames)


def _rest(cut: Ranges) -> Iterator[Stretch]:
    """What lies between the ranges."""
    merged: list[Stretch] = []
    for first, end in sorted(cut, key=lambda part: part[0]):
        if merged and (merged[-1][1] is None or first <= merged[-1][1]):
            before = merged.pop()
            end = None if before[1] is None or end is None else max(before[1], end)
            first = before[0]
        merged.append((first, end))
    if merged[0][0] > 0:
        yield 0, merged[0][0]
    for (_, end), (first, _) in pairwise(merged):
        if end is not None:
            yield end, first
    if merged[-1][1] is not None:
        yield merged[-1][1], None


def _cut(sound: Sound, clip: ClipInfo, kept: list[Stretch]) -> Sound:
    """The sound of the kept frames. What runs on behind the picture stays only behind the clip's own end."""
    last = len(kept) - 1
    spans = tuple(
        (first / clip.fps, None if end is None and index == last else _end((first, end), clip) / clip.fps)
        for index, (first, end) in enumerate(kept)
    )
    return sound.aligned(clip.start).cut(*spans)
