"""`launch.py probe`: what a file is."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from nodes.clip import ClipInfo
from nodes.media import Media, MediaError, SoundStream, VideoStream
from runtime.advice import ORDER_WORDS, measured_words, suggestions
from runtime.commands import DONE, UserError
from runtime.media import container_timecode, dv_timecode, media_from, notes
from runtime.session import RequestError, Session, WorkerGone

HELP = """Tell what a file is

Size, shape, rate, field order as flagged and as measured in the pictures, colour, sound, timecode, length, and what
to do with it. Measuring decodes some hundred frames; --quick leaves it out."""

Facts = Mapping[str, Any]

SHOWN_TAGS = {
    "title": "title",
    "comment": "comment",
    "date": "date",
    "creation_time": "created",
    "encoder": "written by",
    "software": "written by",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--quick", action="store_true", help="do not measure the field order")
    parser.add_argument("--json", action="store_true", help="for programs: one object for a file, a list for several")


def run(args: argparse.Namespace) -> int:
    found: list[dict[str, object]] = []
    wrong: list[str] = []
    with Session() as session:
        for path in args.files:
            try:
                facts: Facts = session.probe(path, measure=not args.quick)
                media = media_from(facts, path)
            except MediaError as fault:
                wrong.append(str(fault))
                continue
            except (RequestError, WorkerGone) as fault:
                wrong.append(f"{path}: looking at it failed ({fault}). Is it damaged?")
                continue
            if args.json:
                found.append(as_data(media, facts))
            else:
                print("\n".join(as_text(path, media, facts)))
    if args.json and (found or not wrong):
        print(json.dumps(found if len(args.files) > 1 else found[0], indent=2, ensure_ascii=False))
    if wrong:
        raise UserError("\n".join(wrong))
    return DONE


# ------------------------------------------------------------------------------------------------------ for people


def as_text(path: str, media: Media, facts: Facts) -> Iterator[str]:
    """The table that people read, line by line."""
    yield _safe(path)
    for name, value in _rows(media, facts):
        yield f"  {name:10} {_safe(value)}"
    for note in notes(facts):
        yield f"  note       {_safe(note)}"
    for suggestion in suggestions(media, facts.get("measured", {})):
        yield f"  →          {_safe(suggestion)}"


def _rows(media: Media, facts: Facts) -> Iterator[tuple[str, str]]:
    yield "container", f"{facts['container_name']}, {_bytes(media.size)}"
    length = f"{_clock(media.duration)}" if media.duration is not None else "unknown"
    if media.video:
        clip = media.video[0].clip
        length += f", {clip.frames} frames" + ("" if clip.exact else " (estimated until indexed)")
    yield "duration", length
    for number, stream in enumerate(media.video):
        yield from _video_rows(stream, facts["video"][stream.index], number)
    if "measured" in facts:
        yield "measured", measured_words(facts["measured"])
    for number, sound in enumerate(media.sound, 1):
        yield f"sound {number}", _sound_line(sound)
    inside, outside = dv_timecode(facts), container_timecode(facts)
    if inside and outside and inside != outside:
        yield "timecode", f"{outside} in the container, {inside} on the tape"
    elif inside or outside:
        yield "timecode", inside or outside
    if _recorded(facts):
        yield "recorded", _recorded(facts)
    for number, chapter in enumerate(facts["chapters"], 1):
        start = Fraction(*chapter["start"])
        yield ("chapters" if number == 1 else ""), f"{_clock(start)} {chapter['title']}".rstrip()
    for attachment in media.attachments:
        yield "attached", attachment
    for key, value in media.metadata:
        if key.lower() in SHOWN_TAGS:
            yield SHOWN_TAGS[key.lower()], value


def _video_rows(stream: VideoStream, said: Facts, number: int) -> Iterator[tuple[str, str]]:
    clip = stream.clip
    name = "picture" if number == 0 else f"picture {number + 1}"
    profile = f" ({said['profile']})" if said["profile"] else ""
    rate = f"{_rate(clip.fps)} frames a second" + (", uneven" if stream.variable_rate else "")
    yield name, f"{stream.codec}{profile}, {clip.width}×{clip.height}, {clip.format.name}, {rate}"
    assumed = "" if said["sar"] else " (assumed)"
    yield "shape", f"pixel aspect {_colon(clip.sar)}, picture {_dar(clip)}{assumed}"
    flagged = ORDER_WORDS[stream.flagged.value] if stream.flagged else "nothing"
    if stream.flagged is clip.fields:
        yield "fields", f"flagged {flagged}"
    else:
        yield "fields", f"flagged {flagged}; taken as {ORDER_WORDS[clip.fields.value]}"
    yield "colour", _colour(clip, said)


def _colour(clip: ClipInfo, said: Facts) -> str:
    values = {
        "matrix": (clip.matrix.name, said["matrix"] == int(clip.matrix)),
        "primaries": (clip.primaries.name, said["primaries"] == int(clip.primaries)),
        "transfer": (clip.transfer.name, said["transfer"] == int(clip.transfer)),
        "range": (clip.range.value, bool(said["range"])),
    }
    stated = ", ".join(f"{name} {value}" for name, (value, known) in values.items() if known)
    assumed = ", ".join(f"{name} {value}" for name, (value, known) in values.items() if not known)
    return "; ".join(part for part in (stated, f"assumed: {assumed}" if assumed else "") if part)


def _sound_line(stream: SoundStream) -> str:
    info = stream.sound
    parts = [stream.codec, info.line(), _clock(info.duration)]
    if abs(info.start) >= Fraction(1, 1000):
        parts.append(f"begins {abs(float(info.start)):.3f} s {'after' if info.start > 0 else 'before'} the picture")
    if stream.language and stream.language != "und":
        parts.append(stream.language)
    if stream.title:
        parts.append(stream.title)
    return ", ".join(parts)


def _recorded(facts: Facts) -> str:
    """The date and time of recording that a DV tape carries."""
    for stream in facts["video"]:
        return " ".join(str(stream["dv"][key]) for key in ("date", "time") if key in stream["dv"])
    return ""


def _rate(fps: Fraction) -> str:
    return str(fps.numerator) if fps.denominator == 1 else f"{float(fps):.3f} ({fps})"


def _colon(ratio: Fraction) -> str:
    return f"{ratio.numerator}:{ratio.denominator}"


def _dar(clip: ClipInfo) -> str:
    for known in (Fraction(4, 3), Fraction(16, 9)):
        if abs(clip.dar / known - 1) < Fraction(3, 100):
            return _colon(known)
    return f"{float(clip.dar):.2f}:1"


def _clock(seconds: Fraction) -> str:
    millis = round(seconds * 1000)
    minutes, rest = divmod(millis, 60_000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest / 1000:06.3f}"


def _bytes(size: int) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} bytes"


def _safe(text: str) -> str:
    """Text from a file without what could steer a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


# ---------------------------------------------------------------------------------------------------- for programs


def as_data(media: Media, facts: Facts) -> dict[str, object]:
    """Everything, for `--json`. Ratios are texts like 30000/1001; times are seconds."""
    return {
        "path": media.path,
        "container": {"format": media.container, "name": facts["container_name"], "bit_rate": facts["bit_rate"]},
        "size": media.size,
        "identity": media.identity,
        "duration_s": None if media.duration is None else float(media.duration),
        "video": [_video_data(stream, facts["video"][stream.index]) for stream in media.video],
        "sound": [_sound_data(stream) for stream in media.sound],
        "timecode": {"container": container_timecode(facts), "tape": dv_timecode(facts)},
        "recorded": _recorded(facts),
        "chapters": [
            {"start_s": _seconds(one["start"]), "end_s": _seconds(one["end"]), "title": one["title"]}
            for one in facts["chapters"]
        ],
        "attachments": list(media.attachments),
        "metadata": dict(media.metadata),
        "measured": facts.get("measured"),
        "notes": notes(facts),
        "suggestions": suggestions(media, facts.get("measured", {})),
    }


def _video_data(stream: VideoStream, said: Facts) -> dict[str, object]:
    clip = stream.clip
    return {
        "codec": stream.codec,
        "profile": said["profile"],
        "width": clip.width,
        "height": clip.height,
        "format": clip.format.name,
        "fps": str(clip.fps),
        "variable_rate": stream.variable_rate,
        "frames": clip.frames,
        "frames_exact": clip.exact,
        "sar": str(clip.sar),
        "sar_assumed": said["sar"] is None,
        "dar": str(clip.dar),
        "flagged": stream.flagged.value if stream.flagged else None,
        "fields": clip.fields.value,
        "matrix": int(clip.matrix),
        "primaries": int(clip.primaries),
        "transfer": int(clip.transfer),
        "range": clip.range.value,
        "assumed": [name for name in ("matrix", "primaries", "transfer") if said[name] != int(getattr(clip, name))],
    }


def _sound_data(stream: SoundStream) -> dict[str, object]:
    info = stream.sound
    return {
        "codec": stream.codec,
        "rate": info.rate,
        "channels": info.channels,
        "duration_s": float(info.duration),
        "start_s": float(info.start),
        "language": stream.language,
        "title": stream.title,
    }


def _seconds(pair: list[int]) -> float:
    return float(Fraction(*pair))
