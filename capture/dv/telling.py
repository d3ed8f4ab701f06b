"""A report in words for people and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from capture.dv.again import advice, again
from capture.dv.errors import STA_WORDS
from capture.dv.following import Event
from capture.dv.report import Damage, Report
from capture.dv.sounds import SoundMode

__all__ = ["as_data", "as_text", "damage_data", "event_words", "frame_words"]

_SHOWN = 12


def as_text(name: str, report: Report) -> Iterator[str]:
    """The table, line by line."""
    yield name
    for title, value in _rows(report):
        yield f"  {title:11} {value}"
    for line in advice(report):
        yield f"  →           {line}"


def _rows(report: Report) -> Iterator[tuple[str, str]]:
    system = report.system
    sampling = "4:2:0" if system.name == "PAL" and not report.professional else "4:1:1"
    profile = "professional profile (DVCPRO)" if report.professional else "DV"
    if report.pitch == system.sequences * 3 // 2:
        profile = "DVCAM, by its tracks' width"
    yield "format", f"{system.name} {profile}, {system.size}, {sampling}, {_fps(report)} frames a second"
    yield "length", f"{_clock(float(report.duration_s))}, {frame_words(report.frames)}"
    yield "timecode", _timecodes(report)
    for number, one in enumerate(report.recordings[:_SHOWN]):
        where = f"from frame {one.frame}" + (f", {one.tc}" if one.tc else "")
        yield ("recorded" if not number else ""), f"{one.rdt or 'no date'} {where}"
    if len(report.recordings) > _SHOWN:
        yield "", f"and {len(report.recordings) - _SHOWN} more recordings"
    for number, (frame, mode) in enumerate(report.sounds[:_SHOWN]):
        yield ("sound" if not number else ""), f"{mode}" + (f", from frame {frame}" if len(report.sounds) > 1 else "")
    if not report.sounds:
        yield "sound", "none"
    if report.sound_ppm is not None and any(not mode.locked for _, mode in report.sounds):
        yield "", f"its clock runs {report.sound_ppm:+.0f} ppm off the picture's"
    shapes = [f"{shape}" + (f" from frame {frame}" if len(report.shapes) > 1 else "") for frame, shape in report.shapes]
    yield "shape", ", ".join(shapes[:_SHOWN]) or "the tape does not say"
    yield "captions", _captions(report)
    yield from _faults(report)


def _timecodes(report: Report) -> str:
    if not report.first_tc:
        said = "none on the tape"
    else:
        said = f"{report.first_tc} to {report.last_tc} on the tape"
        if report.without_tc:
            said += f" ({report.without_tc} frames without)"
    if report.container_tc and report.container_tc != report.first_tc:
        said += f"; the container says {report.container_tc}"
    return said


def _captions(report: Report) -> str:
    if not report.captions:
        return "none"
    part = "in all frames" if report.captions == report.frames else f"in {report.captions} frames"
    return f"line 21, {part}, {report.captions_text} with text"


def _faults(report: Report) -> Iterator[tuple[str, str]]:
    if report.damaged:
        share = report.damaged / report.frames
        blocks = f"{report.video_blocks} video and {report.audio_blocks} audio blocks"
        yield "errors", f"{frame_words(report.damaged)} ({share:.2%}), {blocks}"
        for kind, (count, even) in report.sta.items():
            yield "", f"{count} blocks STA {kind:X}h, {STA_WORDS.get(kind, 'unknown')} ({even} in even sequences)"
        if report.head:
            yield "", f"nearly all in {report.head} sequences: one of the deck's two heads"
        for one in report.damage[:_SHOWN]:
            yield "", _damage(one)
        if report.damaged > _SHOWN:
            yield "", f"and {report.damaged - _SHOWN} more frames (--json has them)"
    else:
        yield "errors", "none"
    told = [one for one in report.events if not _opening(one)]
    for number, event in enumerate(told[:_SHOWN]):
        yield ("happened" if not number else ""), f"frame {event.frame}: {event_words(event)}"
    if len(told) > _SHOWN:
        yield "", f"and {len(told) - _SHOWN} more events (--json has them)"
    if not told:
        yield "happened", "nothing: no frame is missing, none comes twice"
    if report.missing:
        yield "missing", f"{frame_words(report.missing)} in all"
    if report.cut_off:
        yield "cut off", f"the file ends with {report.cut_off} bytes of a frame that is not whole"


def _opening(event: Event) -> bool:
    """What only says how the file begins."""
    return event.frame == 0 and event.kind in ("recording", "sound", "shape", "captions")


def event_words(event: Event) -> str:
    """What happened, in words."""
    times = f"{event.was} → {event.now}"
    frames = frame_words(event.count)
    match event.kind:
        case "missing":
            return f"{frames} missing before it ({times})"
        case "repeated":
            return f"the frame before comes again{f' ({event.now})' if event.now else ''}"
        case "forward":
            return f"the timecode jumps on by {frames}, nothing is missing ({times})"
        case "back":
            return f"the timecode jumps back by {frames} ({times})"
        case "standing":
            return f"another picture with the timecode of the frame before ({event.now})"
        case "recording":
            return f"a recording begins{f' ({event.now})' if event.now else ''}"
        case "sound":
            return f"the sound is {event.now} from here on, it was {event.was or 'not there'}"
        case "shape":
            return f"the picture's shape is {event.now} from here on"
        case "captions":
            return f"captions {'begin' if event.now == 'on' else 'end'}"
        case "skipped":
            return f"{event.count} bytes before it belong to no frame"


def frame_words(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"


def _damage(one: Damage) -> str:
    parts = []
    if one.sta:
        kinds = ", ".join(f"STA {kind:X}h" for kind in one.sta)
        parts.append(f"{sum(count for count, _ in one.sta.values())} video blocks ({kinds})")
    if one.audio_blocks:
        parts.append(f"{one.audio_blocks} audio blocks")
    if one.other:
        parts.append(f"{one.other} others")
    return f"frame {one.frame}{f', {one.tc}' if one.tc else ''}: {', '.join(parts)}"


def _fps(report: Report) -> str:
    fps = report.system.fps
    return str(fps.numerator) if fps.denominator == 1 else f"{float(fps):.2f}"


def _clock(seconds: float) -> str:
    millis = round(seconds * 1000)
    minutes, rest = divmod(millis, 60_000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest / 1000:06.3f}"


# ---------------------------------------------------------------------------------------------------- for programs


def as_data(path: str, report: Report) -> dict[str, Any]:
    """Everything, for `--json`. Frames count from 0; sta as dvrescue has it: type, number, number in even sequences."""
    captions = "n" if not report.captions else "y" if report.captions == report.frames else "p"
    return {
        "path": path,
        "format": "DVCPRO" if report.professional else "DV",
        "system": report.system.name,
        "size": report.system.size,
        "video_rate": str(report.system.fps),
        "chroma_subsampling": "4:2:0" if report.system.name == "PAL" and not report.professional else "4:1:1",
        "frames": report.frames,
        "duration_s": float(report.duration_s),
        "tc": {"first": report.first_tc, "last": report.last_tc, "frames_without": report.without_tc},
        "container_tc": report.container_tc,
        "track_pitch": report.pitch,
        "recordings": [{"n": one.frame, "tc": one.tc, "rdt": one.rdt} for one in report.recordings],
        "sound": [{"n": frame, **_sound(mode)} for frame, mode in report.sounds],
        "sound_ppm": report.sound_ppm,
        "aspect_ratio": [{"n": frame, "aspect_ratio": shape} for frame, shape in report.shapes],
        "captions": captions,
        "captions_frames": report.captions,
        "captions_with_text": report.captions_text,
        "errors": {
            "frames": report.damaged,
            "video_blocks": report.video_blocks,
            "audio_blocks": report.audio_blocks,
            "other_blocks": report.other_blocks,
            "sta": _sta(report.sta),
            "head": report.head,
        },
        "counts": report.counts,
        "events": [
            {"kind": one.kind, "n": one.frame, "count": one.count, "was": one.was, "now": one.now}
            for one in report.events
        ],
        "damage": [damage_data(one) for one in report.damage],
        "again": [
            {"first": one.first, "last": one.last, "damaged": one.damaged, "missing": one.missing}
            for one in again(report)
        ],
        "skipped_bytes": report.skipped,
        "cut_off_bytes": report.cut_off,
    }  # fmt: skip


def damage_data(one: Damage) -> dict[str, Any]:
    return {
        "n": one.frame,
        "tc": one.tc,
        "sta": _sta(one.sta),
        "aud": one.audio_blocks,
        "other": one.other,
        "video_blocks": [list(run) for run in one.video],
        "audio_blocks": [list(run) for run in one.audio],
    }


def _sound(mode: SoundMode) -> dict[str, Any]:
    return {
        "audio_rate": mode.rate_hz,
        "bits": mode.bits,
        "channels": mode.channels,
        "locked": mode.locked,
        "emphasis": mode.emphasis,
    }


def _sta(kinds: dict[int, tuple[int, int]]) -> list[dict[str, int]]:
    return [{"t": kind, "n": count, "n_even": even} for kind, (count, even) in kinds.items()]
