"""What the input nodes share: which file, which stream, and the frame properties of an assumed format."""

from nodes.api import (
    LIVE,
    SET,
    TAKE,
    ClipInfo,
    Fields,
    Fraction,
    Media,
    MediaError,
    Probe,
    Ref,
    Script,
    Sound,
    SoundFile,
    StrEnum,
    VideoStream,
    replace,
)

PICTURE_LINES = {488: 480, 496: 480, 512: 480, 608: 576}
"""Heights that carry lines of the vertical interval above the picture: lines that hold the picture itself."""


class FieldOrder(StrEnum):
    """Which field of a frame was first in time."""

    AUTO = "auto"
    """As the file says; DV is always bottom field first."""
    TFF = "tff"
    """Top field first: most analogue captures in PAL."""
    BFF = "bff"
    """Bottom field first: DV, many NTSC captures."""
    PROGRESSIVE = "progressive"
    """Whole frames."""


class Aspect(StrEnum):
    """The shape of the whole picture on a screen."""

    AUTO = "auto"
    """As the file says; 4:3 where it says nothing and the size is that of a tape."""
    STANDARD = "4:3"
    WIDE = "16:9"
    SQUARE = "square"
    """Square pixels, whatever the file says."""


def opened(file: str, probe: Probe) -> Media:
    """The facts of `file`. MediaError where there is none to look at."""
    if not file:
        raise MediaError("no file is chosen. Choose one here, or name it with -i FILE on the command line")
    media = probe(file)
    if media.container in (TAKE, SET, LIVE):
        raise MediaError(
            f"{file} is no file of pictures but a capture. Put a Tape capture node here, and name it as take"
        )
    return media


def picture_of(media: Media, track: int) -> VideoStream:
    """Picture stream `track`, counted from 1."""
    if track > len(media.video):
        raise MediaError(_short_of(media.path, track, len(media.video), "picture"))
    return media.video[track - 1]


def resamples(stream: VideoStream, fps: Fraction) -> bool:
    """Whether frames are repeated or left out, so that there are `fps` of them in every second."""
    return stream.variable_rate or fps != stream.clip.fps


def read(script: Script, media: Media, track: int, fps: Fraction) -> Ref:
    """The frames of picture stream `track`, counted from 1, at the constant rate `fps`."""
    rate = {"fpsnum": fps.numerator, "fpsden": fps.denominator}
    clip = script.core.bs.VideoSource(
        script.file(media.path, media.identity),
        track=-track,
        **(rate if resamples(picture_of(media, track), fps) else {}),
        cachemode=script.local("cachemode", 4),
        cachepath=script.local(f"index:{media.identity}"),
    )
    # containers round rates (29.97 as 19001/634): one exact rate keeps sound and picture together
    return clip.std.AssumeFPS(**rate)


def sound_of(media: Media, track: int) -> Sound:
    """Sound stream `track`, counted from 1, from where the picture begins on."""
    if track > len(media.sound):
        raise MediaError(_short_of(media.path, track, len(media.sound), "sound"))
    stream = media.sound[track - 1]
    offset = stream.sound.start if media.video else Fraction(0)
    op = SoundFile(media.path, media.identity, stream.index, offset, stream.codec)
    length = max(Fraction(0), stream.sound.duration + offset)
    return Sound(op, replace(stream.sound, duration=length, start=Fraction(0)))


def _short_of(path: str, wanted: int, there: int, what: str) -> str:
    have = f"it has {there}" if there else "it has none"
    remedy = "Choose 1" if there == 1 else f"Choose one from 1 to {there}" if there else "Choose another file"
    return f"{path}: there is no {what} stream {wanted}; {have}. {remedy}"


def shaped(clip: ClipInfo, aspect: Aspect) -> ClipInfo:
    """`clip` with the pixel aspect that makes the whole width 4:3 or 16:9.

    The full width counts, as ffmpeg and DV players have it (720×576 at 4:3 is 16:15); ITU-R BT.601's 12:11
    comes out for 704 pixels, where it belongs.
    """
    if aspect is Aspect.AUTO:
        return clip
    if aspect is Aspect.SQUARE:
        return replace(clip, sar=Fraction(1))
    dar = Fraction(4, 3) if aspect is Aspect.STANDARD else Fraction(16, 9)
    return replace(clip, sar=dar * PICTURE_LINES.get(clip.height, clip.height) / clip.width)


def ordered(clip: ClipInfo, order: FieldOrder) -> ClipInfo:
    return clip if order is FieldOrder.AUTO else replace(clip, fields=Fields(order.value))


def marked(clip: Ref, info: ClipInfo) -> Ref:
    """`clip` with every frame property that a file may leave out or get wrong, set to what `info` assumes."""
    return clip.std.SetFrameProps(
        _FieldBased=info.fields.field_based,
        _Matrix=int(info.matrix),
        _Primaries=int(info.primaries),
        _Transfer=int(info.transfer),
        _Range=info.range.code,
        _SARNum=info.sar.numerator,
        _SARDen=info.sar.denominator,
    ).known(info)
