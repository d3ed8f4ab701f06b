"""Turns what a file says of itself into what a source node works with: facts to `Media`.

Pure: the facts come from `runtime.worker.probe` as plain data. What a file leaves unsaid is taken from the
standard that its size and rate point to; what a user should know of that is in `notes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from nodes.clip import (
    STANDARD_RATES,
    ClipInfo,
    Family,
    Fields,
    Matrix,
    PixelFormat,
    Primaries,
    Range,
    SoundInfo,
    Transfer,
    snap_rate,
)
from nodes.convert import guess_matrix
from nodes.media import Media, MediaError, SoundStream, VideoStream

Facts = Mapping[str, Any]

PICTURE_LINES = {486: 486, 488: 480, 496: 480, 512: 480, 608: 576}
"""Picture lines of heights that carry lines of the vertical interval on top."""
TAPE_HEIGHTS = frozenset({480, 486, 488, 496, 512, 576, 608})
CAPTURE_CODECS = frozenset(
    [
        "ffv1",
        "huffyuv",
        "ffvhuff",
        "utvideo",
        "lagarith",
        "magicyuv",
        "rawvideo",
        "v210",
        "v308",
        "v408",
        "v410",
        "r210",
        "mjpeg",
        "cllc",
        "snow",
        "prores",
        "dnxhd",
        "mpeg2video",
        "ljpeg",
        "zmbv",
        "y41p",
        "r10k",
    ]
)
INTRA_CODECS = CAPTURE_CODECS - {"mpeg2video", "snow", "zmbv"} | {"dvvideo"}
"""Every packet is one frame, so that counting packets counts frames."""


def media_from(facts: Facts, path: str = "") -> Media:
    """`Media` for the facts of one file. MediaError where the file cannot be used."""
    shown = path or str(facts.get("path", ""))
    if facts.get("error"):
        raise MediaError(f"{shown}: {facts['error']}")
    video = tuple(
        VideoStream(
            index,
            stream["codec"],
            clip_of(stream, facts),
            flagged_fields(stream),
            variable_rate(stream, facts),
        )
        for index, stream in enumerate(facts["video"])
        if _decodes(stream)
    )
    if facts["video"] and not video:
        codec = facts["video"][0]["codec"]
        raise MediaError(
            f"{shown}: none of its pictures ({codec}) could be decoded. It may be damaged or cut short: "
            "copy it again, or try whether a player shows it"
        )
    for stream in facts["video"]:
        pixels = stream["decoded"].get("pixels")
        if pixels and pixels["bits"] < 8 and not pixels["palette"]:
            raise MediaError(
                f"{shown}: its pixels ({pixels['name']}) have fewer than 8 bits each, which cannot be worked "
                "with. Convert it first: ffmpeg -i FILE -pix_fmt gbrp -c:v ffv1 NEW.mkv"
            )
    first = _fraction(facts["video"][0]["start"]) if facts["video"] else None
    sound = tuple(_sound(index, stream, first, facts) for index, stream in enumerate(facts["sound"]))
    return Media(
        path=str(facts["path"]),
        container=str(facts["container"]),
        identity=str(facts["identity"]),
        size=int(facts["size"]),
        duration=_duration(facts),
        video=video,
        sound=tuple(one for one in sound if one.sound.rate and one.sound.channels),
        timecode=container_timecode(facts) or dv_timecode(facts),
        chapters=len(facts["chapters"]),
        metadata=_metadata(facts),
        stamp=str(facts["stamp"]),
        attachments=tuple(facts["attachments"]),
        cut_short=next((_shortness(stream, facts) for stream in facts["video"] if _decodes(stream)), ""),
    )


def _metadata(facts: Facts) -> tuple[tuple[str, str], ...]:
    """The file's tags; for numbered pictures also `sequence first` and `sequence last`."""
    tags = {str(key): str(value) for key, value in facts["metadata"].items()}
    for key, number in facts.get("sequence", {}).items():
        if number is not None:
            tags[f"sequence {key}"] = str(number)
    return tuple(sorted(tags.items()))


def notes(facts: Facts) -> list[str]:
    """What a user should know about the file before relying on it, a sentence each."""
    found: list[str] = []
    run = facts.get("sequence")
    if run and run["following"] is not None:
        found.append(f"picture number {run['last'] + 1} is missing: the sequence ends before it, at {run['last']}")
    for stream in facts["video"][:1]:
        if not _decodes(stream):
            continue
        if short := _shortness(stream, facts):
            found.append(short)
        if variable_rate(stream, facts):
            found.append(
                "frames are missing or come at uneven times: the rate is made constant by repeating frames, "
                "so that picture and sound stay together"
            )
        clip = clip_of(stream, facts)
        if flagged_fields(stream) is None and clip.fields.interlaced:
            found.append(
                f"the file does not say its field order; {clip.fields.name} is assumed because it looks like "
                "a tape capture. Measure it, and set field order if it is not so"
            )
        if stream["sar"] is None and clip.sar != 1:
            found.append("the file does not say its shape; 4:3 is assumed. Set picture shape if it is 16:9")
    return found


# ---------------------------------------------------------------------------------------------------- picture


def clip_of(stream: Facts, facts: Facts) -> ClipInfo:
    """The clip that BestSource will give, with what is assumed of it."""
    pixels = stream["decoded"].get("pixels") or stream["pixels"]
    frames, exact = frame_count(stream, facts)
    clip = ClipInfo(
        width=stream["decoded"]["width"] or stream["width"],
        height=stream["decoded"]["height"] or stream["height"],
        format=pixel_format(pixels),
        fps=rate_of(stream),
        frames=frames,
        exact=exact,
        fields=assumed_fields(stream),
    )
    clip = replace(clip, sar=_shape(stream, clip))
    return _coloured(clip, stream, pixels)


def pixel_format(pixels: Facts) -> PixelFormat:
    """The planar format that BestSource makes of these pixels: packed ones unpacked, alpha left out."""
    bits = max(8, pixels["bits"])
    if pixels["float"]:
        bits = 16 if pixels["bits"] == 16 else 32
    if pixels["rgb"]:
        return PixelFormat(Family.RGB, bits, pixels["float"])
    if pixels["gray"]:
        return PixelFormat(Family.GRAY, bits, pixels["float"])
    return PixelFormat(Family.YUV, bits, pixels["float"], pixels["ss_w"], pixels["ss_h"])


def _shape(stream: Facts, clip: ClipInfo) -> Fraction:
    """The pixel aspect: the file's own; where it says none, 4:3 over the whole width at a tape's size."""
    said = _fraction(stream["sar"])
    if said and said > 0:
        return 1 / said if stream["decoded"].get("turned") else said
    lines = PICTURE_LINES.get(clip.height, clip.height)
    if is_tape_size(clip) or (clip.width in (352, 360) and clip.height in (240, 288)):
        return Fraction(4, 3) * lines / clip.width
    return Fraction(1)


def _coloured(clip: ClipInfo, stream: Facts, pixels: Facts) -> ClipInfo:
    full = stream["range"] == 2 or stream["decoded"].get("range") == 2 or pixels["full"]
    if clip.format.family is Family.RGB:
        said = _known(Primaries, stream["primaries"]), _known(Transfer, stream["transfer"])
        return replace(
            clip,
            matrix=Matrix.RGB,
            range=Range.FULL,
            primaries=said[0] or Primaries.BT709,
            transfer=said[1] or Transfer.SRGB,
        )
    matrix = _known(Matrix, stream["matrix"]) or _known(Matrix, stream["decoded"].get("matrix", 2))
    guessed = guess_matrix(replace(clip, matrix=Matrix.UNSPECIFIED))
    usual = {
        Matrix.BT470BG: (Primaries.BT470BG, Transfer.SMPTE170M),
        Matrix.SMPTE170M: (Primaries.SMPTE170M, Transfer.SMPTE170M),
        Matrix.BT709: (Primaries.BT709, Transfer.BT709),
    }[guessed]
    return replace(
        clip,
        matrix=matrix or guessed,
        range=Range.FULL if full else Range.LIMITED,
        primaries=_known(Primaries, stream["primaries"]) or usual[0],
        transfer=_known(Transfer, stream["transfer"]) or usual[1],
    )


def _known[T: (Matrix, Primaries, Transfer)](kind: type[T], code: int) -> T | None:
    """The member for an H.273 code; None where the file leaves it open or names one unknown on tape."""
    if code == 0:  # RGB for a YUV clip, or reserved: a mistake in the file
        return None
    try:
        member = kind(code)
    except ValueError:
        return None
    return None if member is kind.UNSPECIFIED else member


def is_tape_size(clip: ClipInfo) -> bool:
    return clip.height in TAPE_HEIGHTS and 330 <= clip.width <= 768


def is_dv(stream: Facts) -> bool:
    """Standard-definition DV: always bottom field first, in PAL too."""
    return bool(stream["codec"] == "dvvideo" and stream["height"] in (480, 576))


def flagged_fields(stream: Facts) -> Fields | None:
    """The order that the file claims: its frames' flags, else its container's; None where both are silent."""
    seen = stream["decoded"]
    top, bottom, whole = seen["tff"], seen["bff"], seen["progressive"]
    if top or bottom:  # one interlaced frame makes an interlaced clip: progressive-looking frames lie among them
        return Fields.TFF if top >= bottom else Fields.BFF
    if stream["field_order"]:
        return Fields(stream["field_order"])
    # these decoders always know; for others "progressive" only means that nobody said anything
    speaks = stream["codec"] in (
        "h264",
        "hevc",
        "mpeg2video",
        "mpeg1video",
        "vc1",
        "av1",
        "vp9",
        "vp8",
        "prores",
    )
    return Fields.PROGRESSIVE if whole and speaks else None


def assumed_fields(stream: Facts) -> Fields:
    """The order to work with: DV's by its standard, else the flagged one, else what tape captures usually are."""
    if is_dv(stream):
        return Fields.BFF
    flagged = flagged_fields(stream)
    if flagged is not None:
        return flagged
    tape = stream["height"] in TAPE_HEIGHTS and 330 <= stream["width"] <= 768
    rate = rate_of(stream)
    if tape and stream["codec"] in CAPTURE_CODECS and rate in (25, Fraction(30000, 1001)):
        return Fields.TFF
    return Fields.PROGRESSIVE


# -------------------------------------------------------------------------------------------- rate and length


def rate_of(stream: Facts) -> Fraction:
    """Frames a second, snapped to a standard rate. What the container says counts if its packets agree."""
    stated = [rate for rate in (_fraction(one) for one in stream["rates"]) if rate and 1 <= rate <= 300]
    usual = _usual_interval(stream)
    if usual is None:
        return snap_rate(stated[0]) if stated else Fraction(25)
    slack = max(2 * (_fraction(stream["time_base"]) or Fraction(0)), usual / 50)
    for rate in stated:
        if abs(1 / rate - usual) <= slack:
            return snap_rate(rate)
    mean = _mean_interval(stream, usual, slack)
    measured = 1 / mean
    nearest = min(STANDARD_RATES, key=lambda known: abs(known - measured))
    return nearest if abs(1 / nearest - mean) <= slack / 4 else measured.limit_denominator(1001)


def _spans(stream: Facts) -> list[tuple[Fraction, int]]:
    """(seconds between neighbouring frames, how often), in ascending order."""
    rows = [(Fraction(int(span), 1_000_000), times) for span, times in stream["intervals"].items()]  # from µs
    return sorted(row for row in rows if row[0] > 0)


def _usual_interval(stream: Facts) -> Fraction | None:
    """The median distance between frames."""
    rows = _spans(stream)
    half = sum(times for _, times in rows) / 2
    for span, times in rows:
        half -= times
        if half <= 0:
            return span
    return None


def _mean_interval(stream: Facts, usual: Fraction, slack: Fraction) -> Fraction:
    near = [(span, times) for span, times in _spans(stream) if abs(span - usual) <= slack]
    return sum((span * times for span, times in near), Fraction(0)) / sum(times for _, times in near)


def variable_rate(stream: Facts, facts: Facts) -> bool:
    """Whether frames come so unevenly that counting them would lose the sound: more than one frame missing,
    or more than one interval in fifty off the beat."""
    rate = rate_of(stream)
    beat = 1 / rate
    slack = max(2 * (_fraction(stream["time_base"]) or Fraction(0)), beat / 10)
    rows = _spans(stream)
    total = sum(times for _, times in rows)
    if total < 4:
        return False
    missing = sum((round(span / beat) - 1) * times for span, times in rows if span > beat + slack)
    uneven = sum(times for span, times in rows if abs(span - beat) > slack)
    if missing > 1 or uneven * 50 > total:
        return True
    counted, length = stream["frames_whole"], _fraction(stream["duration"])
    if facts["container"] == "dv" or not counted or not length or counted < stream["frames_said"] * 0.9:
        return False
    return bool(abs(length * rate - counted) > max(2, counted / 1000))


def frame_count(stream: Facts, facts: Facts) -> tuple[int, bool]:
    """Frames, and whether that is certain without decoding the file."""
    if stream.get("dv_frame_bytes"):
        whole, rest = divmod(int(facts["size"]), stream["dv_frame_bytes"])
        return max(1, whole + (rest > 0)), rest == 0
    rate = rate_of(stream)
    if variable_rate(stream, facts):  # repeated to a constant rate
        length = _fraction(stream["duration"]) or _reached(stream, rate, facts) or Fraction(1)
        return max(1, round(length * rate)), False
    if stream["frames_listed"]:
        return max(1, stream["frames_whole"]), stream["frames_whole"] == stream["frames_listed"]
    said = _fraction(stream["duration"]) or _fraction(facts["duration"])
    estimate = max(1, round(said * rate)) if said else 1
    if not facts["read_whole"]:
        return estimate, False
    counted = max(1, stream["packets"])
    if counted > 1.8 * estimate and stream["codec"] not in INTRA_CODECS:  # a packet for each field
        return (counted + 1) // 2, False
    return counted, stream["codec"] in INTRA_CODECS and not _cut_short(stream, facts)[1]


def _reached(stream: Facts, rate: Fraction, facts: Facts) -> Fraction | None:
    """Seconds from the first frame to the end of the last, where the whole file was read."""
    last = _fraction(stream["last"])
    if last is None or not facts["read_whole"]:
        return _fraction(facts["duration"])
    return last - (_fraction(stream["start"]) or 0) + 1 / rate


def _shortness(stream: Facts, facts: Facts) -> str:
    """A sentence on what a file that ends too early lacks; empty for a whole one."""
    there, promised = _cut_short(stream, facts)
    if not promised:
        return ""
    return (
        f"the file is cut short: it promises {promised} frames, about {there} are there. "
        "What is there can be restored; copy the file again if you can"
    )


def _cut_short(stream: Facts, facts: Facts) -> tuple[int, int]:
    """(frames there, frames promised) of a file that ends too early; (n, 0) of a whole one."""
    if stream["frames_listed"] and stream["frames_whole"] < stream["frames_listed"]:
        return stream["frames_whole"], stream["frames_listed"]
    if stream.get("dv_frame_bytes"):
        frames = int(facts["size"]) // stream["dv_frame_bytes"]
        return (frames, frames + 1) if int(facts["size"]) % stream["dv_frame_bytes"] else (frames, 0)
    length, last = _fraction(stream["duration"]) or _fraction(facts["duration"]), _fraction(stream["last"])
    if not length or last is None:
        return stream["packets"], 0
    rate = rate_of(stream)
    reached = last - (_fraction(stream["start"]) or 0) + 1 / rate
    if stream["frames_said"]:
        length = max(length, stream["frames_said"] / rate)
    # sound may go on for a while after the picture, so only a large part counts as missing
    missing = reached < length * Fraction(9, 10) if facts["read_whole"] else reached < length * Fraction(4, 5)
    return round(reached * rate), round(length * rate) if missing else 0


def _duration(facts: Facts) -> Fraction | None:
    """Seconds of picture, or of sound where there is no picture."""
    for stream in facts["video"][:1]:
        if _decodes(stream):
            clip = clip_of(stream, facts)
            return clip.duration
    spans = [_fraction(stream["duration"]) for stream in facts["sound"]]
    return max((span for span in spans if span), default=_fraction(facts["duration"]))


def _decodes(stream: Facts) -> bool:
    return bool(stream["decoded"]["pictures"])


# ----------------------------------------------------------------------------------------- sound and timecode


def _sound(index: int, stream: Facts, picture_start: Fraction | None, facts: Facts) -> SoundStream:
    start = _fraction(stream["start"]) or Fraction(0)
    offset = start - picture_start if picture_start is not None else Fraction(0)
    length = _fraction(stream["duration"])
    last = _fraction(stream["last"])
    if length is None and facts["read_whole"] and last is not None:
        length = last - start
    if length is None:
        length = _fraction(facts["duration"]) or Fraction(0)
    info = SoundInfo(int(stream["rate"]), int(stream["channels"]), length, offset)
    return SoundStream(index, stream["codec"], info, stream["language"], stream["metadata"].get("title", ""))


def container_timecode(facts: Facts) -> str:
    """The timecode of the first frame as the container's tags have it."""
    places = [*facts["video"], *facts["data"], facts]
    for place in places:
        for key, value in place["metadata"].items():
            if key.lower() == "timecode" and value:
                return str(value)
    return ""


def dv_timecode(facts: Facts) -> str:
    """The timecode that a DV tape itself carries, in the subcode of its first frame."""
    return next((str(one["dv"]["timecode"]) for one in facts["video"] if one["dv"].get("timecode")), "")


def _fraction(pair: object) -> Fraction | None:
    match pair:
        case [int() as numerator, int() as denominator] if denominator:
            return Fraction(numerator, denominator)
        case _:
            return None
