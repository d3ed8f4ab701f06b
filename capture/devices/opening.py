"""What was chosen, as ffmpeg's inputs. Pure.

DirectShow and AVFoundation open picture and sound as one input, on one clock: two inputs would drift before they began.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from capture.devices.found import (
    Device,
    Driver,
    FfmpegInput,
    Format,
    Input,
    Options,
    PipedInput,
    SoundDevice,
    Source,
    Standard,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A device, and what was chosen of what it offers; None: as the device stands."""

    device: Device
    input: Input | None = None
    standard: Standard | None = None
    format: Format | None = None
    size: tuple[int, int] | None = None
    rate: Fraction | None = None
    sound: SoundDevice | None = None


def sources(choice: Choice) -> tuple[Source, ...]:
    """One input that brings picture and sound, or two: the picture's first."""
    device, sound = choice.device, choice.sound
    picture = device.source
    match picture:
        case PipedInput():
            # what was chosen is the program's business: ffmpeg only reads its pipe
            chosen = (word for name, value in _options(choice) for word in (f"--{name}", value))
            video: Source = replace(picture, argv=(*picture.argv, *chosen))
        case FfmpegInput():
            video = replace(picture, options=picture.options + _options(choice))
    if sound is None:
        return (video,)
    if isinstance(video, FfmpegInput) and sound.driver is device.driver:
        joined = _joined(device.driver, video, sound.source)
        if joined:
            return (joined,)
    return (video, sound.source)


def words(source: Source) -> list[str]:
    """ffmpeg's words for one input: `-f v4l2 -standard PAL -i /dev/video0`. A piped one is read from stdin."""
    url = source.url if isinstance(source, FfmpegInput) else "pipe:0"
    return ["-f", source.format, *(word for name, value in source.options for word in (f"-{name}", value)), "-i", url]


def _options(choice: Choice) -> Options:
    """In the order that drivers want: the socket before the standard, the standard before the size."""
    found: Options = ()
    if choice.input:
        found += choice.input.options or ()
        found += choice.input.sound if choice.sound else ()
    if choice.standard:
        found += choice.standard.options
    if choice.format:
        found += choice.format.options or ()
    if choice.size:
        found += (("video_size", f"{choice.size[0]}x{choice.size[1]}"),)
    if choice.rate:
        found += (("framerate", f"{choice.rate.numerator}/{choice.rate.denominator}"),)
    return tuple(dict(found).items())  # what is chosen later overrules: a size that of the standard


def _joined(driver: Driver, video: FfmpegInput, sound: FfmpegInput) -> FfmpegInput | None:
    match driver:
        case Driver.DSHOW:  # video=NAME and audio=NAME
            return FfmpegInput("dshow", f"{video.url}:{sound.url}", video.options + sound.options)
        case Driver.AVFOUNDATION:  # 0: and :1
            return FfmpegInput("avfoundation", f"{video.url.rstrip(':')}{sound.url}", video.options + sound.options)
        case _:
            return None
