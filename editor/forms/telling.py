"""What a clip, a sound or a file is, in rows of words for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from editor.language import tr
from nodes.clip import ClipInfo, Family, Fields, Matrix, Primaries, Range, SoundInfo, Transfer
from nodes.media import Media, SoundStream, VideoStream
from runtime.media import container_timecode, dv_timecode

type Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """One row: what is told, and what it is."""

    name: str
    value: str


ORDERS = {
    Fields.PROGRESSIVE: "progressive",
    Fields.TFF: "interlaced, top field first",
    Fields.BFF: "interlaced, bottom field first",
}
_COLOURS = {
    "BT709": "BT.709",
    "BT470M": "BT.470 M",
    "BT470BG": "BT.601 (625 lines)",
    "SMPTE170M": "BT.601 (525 lines)",
    "SMPTE240M": "SMPTE 240M",
    "BT2020_NCL": "BT.2020",
    "BT2020": "BT.2020",
    "FCC": "FCC",
    "RGB": "RGB",
    "LINEAR": "linear light",
    "SRGB": "sRGB",
}


def clip_rows(clip: ClipInfo) -> list[Said]:
    """What is on a wire that carries pictures."""
    fields = tr(ORDERS[clip.fields])
    if clip.separated:
        fields = tr("one field a picture, {first} first").format(
            first=tr("top") if clip.fields is Fields.TFF else tr("bottom")
        )
    about = "" if clip.exact else " " + tr("(about)")
    rows = [
        Said(tr("Size"), f"{clip.width} × {clip.height}"),
        Said(tr("Picture shape"), shape(clip)),
        Said(tr("Pixel shape"), tr("square") if clip.sar == 1 else f"{clip.sar.numerator}:{clip.sar.denominator}"),
        Said(tr("Rate"), tr("{rate} a second").format(rate=rate(clip.fps))),
        Said(tr("Fields"), fields),
        Said(tr("Samples"), samples(clip)),
        Said(tr("Range"), tr("limited (16–235)") if clip.range is Range.LIMITED else tr("full (0–255)")),
        Said(tr("Matrix"), colours(clip.matrix)),
        Said(tr("Primaries"), colours(clip.primaries)),
        Said(tr("Transfer"), colours(clip.transfer)),
        Said(tr("Frames"), f"{clip.frames}{about}"),
        Said(tr("Length"), clock(clip.duration) + about),
    ]
    if clip.start:
        rows.append(Said(tr("Begins at"), clock(clip.start)))
    return rows


def sound_rows(sound: SoundInfo) -> list[Said]:
    rows = [Said(tr("Sound"), sound_line(sound)), Said(tr("Sound length"), clock(sound.duration))]
    if sound.start:
        rows.append(Said(tr("Sound begins at"), clock(sound.start)))
    return rows


def file_rows(media: Media, facts: Facts) -> Iterator[Said]:
    """What a file says of itself."""
    yield Said(tr("Container"), f"{facts['container_name']}, {size(media.size)}")
    for number, stream in enumerate(media.video, 1):
        name = tr("Picture") if number == 1 else tr("Picture {number}").format(number=number)
        yield Said(name, _video(stream, facts["video"][stream.index]))
        flag = tr(ORDERS[stream.flagged]) if stream.flagged else tr("nothing")
        yield Said(tr("Flagged as"), flag)
    for number, sound in enumerate(media.sound, 1):
        yield Said(tr("Sound") if number == 1 else tr("Sound {number}").format(number=number), _sound(sound))
    if media.duration is not None:
        yield Said(tr("Length"), clock(media.duration))
    inside, outside = dv_timecode(facts), container_timecode(facts)
    if inside and outside and inside != outside:
        both = tr("{outside} in the container, {inside} on the tape").format(outside=outside, inside=inside)
        yield Said(tr("Timecode"), both)
    elif inside or outside:
        yield Said(tr("Timecode"), inside or outside)
    for stream in facts["video"][:1]:
        recorded = " ".join(str(stream["dv"][key]) for key in ("date", "time") if key in stream["dv"])
        if recorded:
            yield Said(tr("Recorded"), recorded)


def _video(stream: VideoStream, said: Facts) -> str:
    profile = f" ({said['profile']})" if said["profile"] else ""
    uneven = ", " + tr("uneven times") if stream.variable_rate else ""
    return f"{stream.codec}{profile}, {stream.clip.width} × {stream.clip.height}, {rate(stream.clip.fps)}{uneven}"


def _sound(stream: SoundStream) -> str:
    parts = [stream.codec, sound_line(stream.sound)]
    late = float(stream.sound.start)
    if abs(late) >= 0.001:
        text = tr("begins {seconds:.3f} s after the picture") if late > 0 else tr("begins {seconds:.3f} s before it")
        parts.append(text.format(seconds=abs(late)))
    return ", ".join([*parts, *(text for text in (stream.language, stream.title) if text and text != "und")])


def sound_line(sound: SoundInfo) -> str:
    layout = {1: tr("mono"), 2: tr("stereo")}.get(sound.channels)
    return f"{sound.rate / 1000:g} kHz {layout or tr('{count} channels').format(count=sound.channels)}"


def rate(fps: Fraction) -> str:
    return str(fps.numerator) if fps.denominator == 1 else f"{float(fps):.3f}".rstrip("0") + f" ({fps})"


def shape(clip: ClipInfo) -> str:
    for known in (Fraction(4, 3), Fraction(16, 9)):
        if abs(clip.dar / known - 1) < Fraction(3, 100):
            return f"{known.numerator}:{known.denominator}"
    return f"{float(clip.dar):.2f}:1"


def samples(clip: ClipInfo) -> str:
    form = clip.format
    depth = tr("{bits} bit float") if form.floating else tr("{bits} bit")
    family = {Family.YUV: f"YUV {':'.join(form.chroma)}", Family.RGB: "RGB", Family.GRAY: tr("grey")}[form.family]
    return f"{family}, {depth.format(bits=form.bits)}"


def colours(value: Matrix | Primaries | Transfer) -> str:
    return _COLOURS.get(value.name, value.name) if value.name != "UNSPECIFIED" else tr("not said")


def clock(seconds: Fraction) -> str:
    """1:02:03.456"""
    sign = "-" if seconds < 0 else ""
    millis = abs(round(seconds * 1000))
    minutes, rest = divmod(millis, 60_000)
    return f"{sign}{minutes // 60}:{minutes % 60:02}:{rest / 1000:06.3f}"


def size(count: int) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return tr("{count} bytes").format(count=count)
