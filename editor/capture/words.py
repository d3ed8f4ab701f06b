"""What happens to a recording, in words for people. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale

from capture.session.messages import Counters, Happened, HappeningKind, SignalKind, State
from editor.capture.standing import Standing
from editor.capture.taken import tape_name
from editor.language import tr
from editor.renders.words import figure, size


def time(seconds: float) -> str:
    """`0:04:07`: always with hours, so that it does not jump."""
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def moment(seconds: float) -> str:
    """`0:04:07.3`, to the tenth."""
    tenths = max(0, int(seconds * 10))
    return f"{time(tenths // 10)}.{tenths % 10}"


def whole(count: int) -> str:
    """`18 812`, as the language groups it."""
    return QLocale().toString(count)


def lasted(seconds: float) -> str:
    """`0.28 s`, `3.1 s`, `2 min 5 s`."""
    seconds = float(seconds)
    if seconds < 10:
        return tr("{seconds} s").format(seconds=figure(seconds, 2 if seconds < 1 else 1))
    if seconds < 60:
        return tr("{seconds} s").format(seconds=figure(seconds, 0))
    return tr("{minutes} min {seconds} s").format(minutes=int(seconds // 60), seconds=int(seconds % 60))


def left(seconds: float | None) -> str:
    """What the disk still takes: `12 h 40 min`, `38 min`, `55 s`; a dash where nobody knows yet."""
    if seconds is None or seconds < 0:
        return "–"
    if seconds < 60:
        return tr("{seconds} s").format(seconds=int(seconds))
    minutes = int(seconds // 60)
    if minutes < 60:
        return tr("{minutes} min").format(minutes=minutes)
    if minutes < 48 * 60:
        return tr("{hours} h {minutes} min").format(hours=minutes // 60, minutes=f"{minutes % 60:02d}")
    return tr("{hours} h").format(hours=minutes // 60)


def state(which: State) -> str:
    return {
        "idle": tr("Nothing is open"),
        "preview": tr("Preview"),
        "armed": tr("Armed"),
        "recording": tr("Recording"),
        "paused": tr("Interrupted"),
        "finishing": tr("Finishing"),
        "done": tr("Recorded"),
        "failed": tr("Failed"),
    }[which]


def signal(kind: SignalKind) -> str:
    """What the picture is, where it is none; empty for a picture."""
    return {
        "picture": "",
        "blank": tr("blank"),
        "blue": tr("blue screen"),
        "snow": tr("snow"),
        "none": tr("no signal"),
    }[kind]


def happened(event: Happened) -> str:
    """A line of the list: what, how much of it, and the recorder's own words where it has some."""
    said = _said(event)
    plain = event.text.strip() if event.kind in TOLD else ""
    return f"{said}: {plain}" if plain else said


def _said(event: Happened) -> str:
    count, length = event.count, lasted(event.length_s)
    if event.kind in AT_FIRST and not event.frame:
        return tr("Picture") if event.kind == "changed" else tr("Sound")
    match event.kind:
        case "lost":
            one = tr("1 frame lost") if count == 1 else tr("{count} frames lost").format(count=count)
            return f"{one} ({length})" if event.length_s else one
        case "late":
            return tr("1 frame came late") if count <= 1 else tr("{count} frames came late").format(count=count)
        case "repeated":
            return tr("1 frame twice") if count <= 1 else tr("{count} frames twice").format(count=count)
        case "back":
            hole = tr("The device is back: {count} frames are missing ({length})")
            return hole.format(count=count, length=length) if count else tr("The device is back")
        case "stall":
            return tr("Nothing came for {length}").format(length=length)
        case "blank":
            return tr("Blank for {length}").format(length=length) if event.length_s else tr("Blank")
        case "sound lost":
            return tr("Sound lost: {length}").format(length=length)
        case "errors":
            return tr("{count} block errors").format(count=count) if count else tr("Block errors")
        case "restarted":
            hole = tr("The recorder had to start again: {length} are missing")
            return hole.format(length=length) if event.length_s else tr("The recorder had to start again")
        case _:
            return kind(event.kind)


def kind(which: HappeningKind) -> str:
    """The name of a kind of event."""
    return {
        "started": tr("Recording begins"),
        "part": tr("A new part begins"),
        "lost": tr("Frames lost"),
        "late": tr("Frames late"),
        "repeated": tr("Frames twice"),
        "driver": tr("The driver says"),
        "sound lost": tr("Sound lost"),
        "stall": tr("Nothing came"),
        "vanished": tr("The device vanished"),
        "back": tr("The device is back"),
        "changed": tr("The signal changed"),
        "blank": tr("Blank"),
        "blue": tr("Blue screen"),
        "snow": tr("Snow"),
        "picture": tr("Picture again"),
        "scene": tr("New scene"),
        "recording": tr("The camera was started here"),
        "clipped": tr("Sound at full scale"),
        "silent": tr("No sound at all"),
        "sound": tr("Sound again"),
        "timecode": tr("The timecode jumps"),
        "errors": tr("Block errors"),
        "audio mode": tr("The sound's kind changes"),
        "disk": tr("The disk is filling up"),
        "restarted": tr("The recorder had to start again"),
        "note": tr("Note"),
        "stopped": tr("Recording ends"),
    }.get(which, which)


TOLD: frozenset[HappeningKind] = frozenset(("note", "driver", "changed", "timecode", "audio mode", "disk", "stopped"))
"""Kinds of which the recorder's own words say more than ours."""
AT_FIRST: frozenset[HappeningKind] = frozenset(("changed", "audio mode"))
"""Of the first frame these say what the signal is: nothing has changed."""
TINTS: dict[HappeningKind, str] = {
    "lost": "err", "sound lost": "err", "stall": "err", "vanished": "err", "restarted": "err", "disk": "err",
    "changed": "warn", "driver": "warn", "late": "warn", "repeated": "warn", "errors": "warn", "clipped": "warn",
    "silent": "warn", "timecode": "warn", "audio mode": "warn", "back": "ok", "started": "ok", "stopped": "ok",
    "note": "chosen_text",
}  # fmt: skip
"""A colour of the theme for each kind that is not merely told."""


def tint(event: Happened) -> str:
    if event.kind in AT_FIRST and not event.frame:
        return "accent"
    return TINTS.get(event.kind, "accent")


def beside(standing: Standing) -> Sequence[str]:
    """The small counters under the large one, those that are not zero."""
    counters = standing.counters
    if counters is None:
        return ()
    hole = [tr("and {length}").format(length=lasted(standing.missing_s))] if standing.missing_s else []
    pairs = (
        (counters.late, tr("late {count}")),
        (counters.repeated, tr("twice {count}")),
        (counters.driver, tr("driver {count}")),
        (counters.errors, tr("block errors {count}")),
    )
    return [*hole, *(text.format(count=count) for count, text in pairs if count)]


def drift(counters: Counters) -> str:
    """How the sound's clock goes against the picture's: `sound +12 ppm · 3 ms ahead`; empty until it is known."""
    if counters.drift_ppm is None:
        return ""
    text = tr("sound {ppm} ppm").format(ppm=f"{counters.drift_ppm:+.0f}")
    return f"{text} · {counters.offset_ms:+.0f} ms" if counters.offset_ms is not None else text


def written(counters: Counters) -> str:
    """`4.2 GB · 9.8 MB/s`."""
    if not counters.size_bytes:
        return ""
    pace = tr("{size}/s").format(size=size(counters.bytes_per_s)) if counters.bytes_per_s else ""
    return " · ".join(filter(None, (size(counters.size_bytes), pace)))


def over(standing: Standing) -> str:
    """The end of a recording, in one line: `Tape 1 is recorded: 0:12:33, nothing is lost. …`."""
    done = standing.done
    if done is None:
        return ""
    missing = []
    if done.lost:
        missing.append(tr("1 frame lost") if done.lost == 1 else tr("{count} frames lost").format(count=done.lost))
    if standing.missing_s:
        missing.append(tr("{length} missing").format(length=lasted(standing.missing_s)))
    lost = ", ".join(missing) or tr("nothing is lost")
    name = tape_name(done) or tr("The recording")
    text = tr("{name} is recorded: {time}, {lost}.").format(name=name, time=time(done.t_s), lost=lost)
    if len(done.files) > 1:
        text += " " + tr("It is in {count} files.").format(count=len(done.files))
    ended = tr("It ended because of this: {reason}.").format(reason=done.reason) if done.fault and done.reason else ""
    return " ".join(filter(None, (text, ended)))
