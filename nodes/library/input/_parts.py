"""A take that was recorded in several files, read as the one recording that it is: not a frame, not a sample more or
less at the joints."""

from __future__ import annotations

from collections.abc import Sequence

from nodes.api import (
    ClipInfo,
    Fraction,
    Media,
    MediaError,
    Ref,
    Script,
    Sound,
    SoundFile,
    SoundInfo,
    SoundJoin,
    replace,
)
from nodes.library.input._tape import picture_of, read, resamples, sound_of

_JITTER = Fraction(40, 1000)
"""By how much the time stamps of a container and of packets of sound may be off at a joint."""
_DRIFT = Fraction(200, 1_000_000)
"""By how much the clock of the sound may be off the picture's, so that sound ends sooner or later than the picture."""


def parts_of(media: Media) -> tuple[Media, ...]:
    """The files of a take, in their order: the file itself, where it is one. MediaError where they are no one take."""
    parts = media.parts or (media,)
    first = picture_of(parts[0], 1).clip
    for part in parts[1:]:
        other = picture_of(part, 1).clip
        if (first.width, first.height, first.format, first.fps) != (other.width, other.height, other.format, other.fps):
            raise MediaError(
                f"{part.path} is {other.line()}, but the take begins with {parts[0].path}, {first.line()}. The signal "
                "changed while it was recorded: take each part as a capture of its own"
            )
    return parts


def pictures(script: Script, parts: Sequence[Media], info: ClipInfo) -> Ref:
    """The parts' pictures, one after the other, at the rate of `info`."""
    clips = [read(script, part, 1, info.fps) for part in parts]
    return clips[0] if len(clips) == 1 else script.core.std.Splice([script.let("part", clip) for clip in clips])


def length(parts: Sequence[Media], info: ClipInfo) -> ClipInfo:
    """`info`, as long as all parts together."""
    clips = [picture_of(part, 1) for part in parts]
    exact = all(one.clip.exact and not resamples(one, info.fps) for one in clips)
    return replace(info, frames=sum(one.clip.frames for one in clips), exact=exact)


def sounds(parts: Sequence[Media], fps: Fraction) -> Sound | None:
    """The parts' sound as it was recorded: sample after sample. Only where a part has none, or where so much is missing
    at a joint that something must have been lost, silence makes up for it, so that what follows stays in its place."""
    if not any(part.sound for part in parts):
        return None
    if len(parts) == 1:
        return sound_of(parts[0], 1)
    rate, channels = next((one.sound.rate, one.sound.channels) for part in parts for one in part.sound)
    joined: list[tuple[SoundFile, Fraction | None]] = []
    begins = Fraction(0)
    starts: list[Fraction] = []  # of each part's sound, on the clock of the picture
    for part in parts:
        starts.append(begins + (part.sound[0].sound.start if part.sound else 0))
        begins += picture_of(part, 1).clip.frames / fps
    for at, part in enumerate(parts):
        if not part.sound:
            continue
        following = next((number for number in range(at + 1, len(parts)) if parts[number].sound), None)
        stream = part.sound[0]
        bare = SoundFile(part.path, part.identity, stream.index, Fraction(0), stream.codec)
        if following is None:
            joined.append((bare, None))
            continue
        span = starts[following] - starts[at]
        whole = stream.sound.duration
        continuous = abs(span - whole) <= _JITTER + _DRIFT * whole
        joined.append((bare, None if continuous else span))
    op = SoundJoin(tuple(joined), rate, channels)
    end = starts[-1] + parts[-1].sound[0].sound.duration if parts[-1].sound else begins
    first = next(start for start, part in zip(starts, parts, strict=True) if part.sound)
    made = Sound(op, SoundInfo(rate, channels, max(Fraction(0), end - first)))
    return made.shift(first) if first >= 0 else made.cut((-first, None))
