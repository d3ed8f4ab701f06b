"""The report of a recording: facts for programs (NAME.report.json) and a page for people (NAME.report.html).

The page is one file without anything from elsewhere: it lies beside the recording for as long as that does. Its
timeline is a drawing (SVG), a lane for each kind of event.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from capture.measure.drift import AUDIBLE_MS, Drift, correction
from capture.session.argv import coder_words
from capture.session.asking import Asked
from capture.session.messages import Done, Happened
from capture.session.places import Places
from capture.session.tally import Tally

__all__ = ["EVENT_WORDS", "clock", "facts_of", "page", "write"]

FORMAT, VERSION = "tapeloom.recording", 1

Facts = dict[str, Any]


def facts_of(asked: Asked, done: Done, marks: Sequence[Happened], tally: Tally, log: Sequence[dict[str, Any]]) -> Facts:
    """Everything, as plain data."""
    runs = [
        {
            "run": run.number, "first": run.first, "last": run.last, "start_s": run.start_s,
            "lost": run.counting.lost, "samples": run.sound.samples,
        }
        for run in tally.runs
    ]  # fmt: skip
    drift = tally.drift()
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": asked.name,
        "device": asked.source.label or asked.source.device,
        "codec": asked.codec,
        "rate": asked.source.frame_rate,
        "began": next((line.get("at", "") for line in log if line.get("what") == "first"), ""),
        "ended": next((line.get("at", "") for line in reversed(log) if line.get("what") == "ended"), ""),
        "reason": done.reason,
        "fault": done.fault,
        "note": done.note,
        "frames": done.frames,
        "lost": done.lost,
        "holes": done.holes,
        "missing": done.missing,
        "late": done.late,
        "repeated": done.repeated,
        "driver": tally.driver,
        "errors": tally.errors,
        "samples": tally.samples,
        "drift": _drifted(drift),
        "advice": [line for run in tally.runs for line in run.dv.advice],
        "duration_s": round(done.t_s, 3),
        "files": [Path(one).name for one in done.files],
        "parts": [{**asdict(one), "path": Path(one.path).name} for one in done.parts],
        "runs": runs,
        "framemd5": Path(done.framemd5).name,
        "log": Path(done.log).name,
        "events": [asdict(one) for one in sorted(marks, key=lambda one: one.t_s)],
        "asked": asdict(asked),
    }


def _drifted(drift: Drift | None) -> Facts | None:
    """How the sound's clock ran, and which node mends it; None: the recording was too short to tell."""
    if drift is None:
        return None
    mended = correction(drift)
    text = f"the sound's clock against the picture's: {drift}"
    if mended is None:
        text += "; nothing to mend" if not drift.known or abs(drift.late_ms) < AUDIBLE_MS else ""
    else:
        params = " ".join(f"{name}={value:g}" for name, value in mended.params.items())
        text += f"; the node {mended.node} mends it: {params}"
    return {
        "ppm": round(drift.ppm, 2),
        "error_ppm": round(drift.error_ppm, 2),
        "seconds": round(drift.seconds, 1),
        "late_ms": round(drift.late_ms, 1),
        "node": mended.node if mended else "",
        "params": mended.params if mended else {},
        "text": text,
    }


def write(places: Places, facts: Facts) -> None:
    """Both files, each whole or not at all. OSError."""
    for path, text in (
        (places.facts, json.dumps(facts, ensure_ascii=False, indent=1)),
        (places.report, page(facts)),
    ):
        part = path.with_name(path.name + ".part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)


# --------------------------------------------------------------------------------------------- the page

_LANES = (
    ("lost", "Frames lost", "#c62828"),
    ("back", "Holes", "#c62828"),
    ("stall", "Stalls", "#ef6c00"),
    ("late", "Late", "#f9a825"),
    ("repeated", "Repeated", "#8e24aa"),
    ("sound lost", "Sound lost", "#c62828"),
    ("driver", "Driver", "#6d4c41"),
    ("errors", "DV errors", "#c62828"),
    ("timecode", "Timecode", "#1565c0"),
    ("clipped", "Sound clipped", "#ef6c00"),
    ("silent", "Silence", "#546e7a"),
    ("blank", "Blank", "#37474f"),
    ("blue", "Blue", "#1565c0"),
    ("snow", "Snow", "#757575"),
    ("recording", "Recordings", "#2e7d32"),
    ("scene", "Scenes", "#2e7d32"),
    ("part", "Parts", "#90a4ae"),
    ("note", "Notes", "#00838f"),
)
EVENT_WORDS = {
    "started": "Recording begins",
    "part": "Next part",
    "lost": "Frames lost",
    "late": "Frame late",
    "repeated": "Frames repeated",
    "sound lost": "Sound lost",
    "driver": "The driver says",
    "stall": "Nothing came",
    "vanished": "Device gone",
    "back": "Device back",
    "changed": "Signal changed",
    "blank": "Blank tape",
    "blue": "Blue",
    "snow": "Snow",
    "picture": "Picture again",
    "scene": "Scene",
    "recording": "Recording on the tape begins",
    "clipped": "Sound clipped",
    "silent": "True silence",
    "sound": "Sound again",
    "timecode": "Timecode jumps",
    "errors": "Block errors",
    "audio mode": "Sound mode changes",
    "disk": "Disk",
    "restarted": "Recorder restarted",
    "note": "Note",
    "stopped": "Recording ends",
}
_LEFT, _WIDE, _LANE = 130, 900, 22
_MOST_ROWS = 2000


def page(facts: Facts) -> str:
    """The report as HTML."""
    name = escape(str(facts["name"]))
    bad = facts["fault"] or facts["lost"] or facts["holes"]
    verdict = "Read what happened below" if bad else "Nothing was lost"
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{name}: recording report</title>
<style>
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 1060px; padding: 0 1rem;
 color: #222; background: #fff; }}
h1 {{ font-size: 1.5rem; margin-bottom: .2rem; }} h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
.verdict {{ font-weight: 600; }} .bad {{ color: #b71c1c; }} .good {{ color: #2e7d32; }}
table {{ border-collapse: collapse; }}
td, th {{ text-align: left; padding: .15rem .9rem .15rem 0; vertical-align: top; }}
th {{ font-weight: 600; }} .n {{ text-align: right; font-variant-numeric: tabular-nums; }}
svg text {{ font: 12px system-ui, sans-serif; fill: currentColor; }}
@media (prefers-color-scheme: dark) {{ body {{ color: #ddd; background: #1b1b1d; }} a {{ color: #8ab4f8; }}
 .bad {{ color: #ff8a80; }} .good {{ color: #81c784; }} }}
</style></head><body>
<h1>{name}</h1>
<p class="verdict {"bad" if bad else "good"}">{verdict}. {_sentence(facts)}</p>
<table>{"".join(_row(*pair) for pair in _overview(facts))}</table>
<h2>Timeline</h2>
{_timeline(facts)}
<h2>Files</h2>
<table><tr><th>File</th><th class="n">Frames</th><th class="n">Begins</th><th class="n">Size</th></tr>
{"".join(_file(one) for one in facts["parts"])}</table>
<p>{escape(str(facts["note"]))}</p>
<p>A checksum of every frame, as it came from the device: {_link(facts["framemd5"])}. Everything that happened, as it
happened: {_link(facts["log"])}.</p>
<h2>Events</h2>
<table><tr><th class="n">Time</th><th class="n">Frame</th><th>What</th><th class="n">Count</th>
<th class="n">Length</th><th></th></tr>
{"".join(_event(one) for one in facts["events"][:_MOST_ROWS])}</table>
{_more(facts)}
</body></html>
"""


def _link(name: str) -> str:
    return f'<a href="{escape(quote(name))}">{escape(name)}</a>'


def _sentence(facts: Facts) -> str:
    parts = [f"{facts['frames']:,} frames, {clock(facts['duration_s'])}"]
    if facts["lost"]:
        parts.append(f"{facts['lost']:,} frames never came")
    holes = facts["holes"]
    if holes:
        parts.append(f"{holes} hole{'s' if holes > 1 else ''}, about {facts['missing']:,} frames long")
    return escape("; ".join(parts)) + "."


def _overview(facts: Facts) -> Iterable[tuple[str, str]]:
    yield "Device", str(facts["device"])
    yield "Kept as", coder_words(facts["codec"])
    yield "Began", str(facts["began"])
    yield "Ended", f"{facts['ended']} ({facts['reason']})"
    yield "Frames", f"{facts['frames']:,} at {facts['rate'].removesuffix('/1')} a second"
    yield "Lost", f"{facts['lost']:,}"
    yield "Late", f"{facts['late']:,}"
    yield "Repeated", f"{facts['repeated']:,}"
    if facts["driver"]:
        yield "Dropped, says the driver", f"{facts['driver']:,}"
    if facts["errors"]:
        yield "DV frames with errors", f"{facts['errors']:,}"
    yield "Sound", f"{facts['samples']:,} samples"
    if facts["drift"]:
        yield "Drift", facts["drift"]["text"]
    for line in facts.get("advice", ()):
        yield "What next", str(line)


def _row(name: str, value: str) -> str:
    return f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>\n"


def _file(part: dict[str, Any]) -> str:
    count = part["last"] - part["first"]
    size = f"{part['size_bytes'] / 1e6:,.1f} MB"
    return (
        f'<tr><td>{_link(part["path"])}</td><td class="n">{count:,}</td>'
        f'<td class="n">{clock(part["start_s"])}</td><td class="n">{size}</td></tr>\n'
    )


def _event(one: dict[str, Any]) -> str:
    count = f"{one['count']:,}" if one["count"] else ""
    length = f"{one['length_s']:.2f} s" if one["length_s"] else ""
    return (
        f'<tr><td class="n">{clock(one["t_s"])}</td><td class="n">{one["frame"]:,}</td>'
        f"<td>{escape(EVENT_WORDS.get(one['kind'], one['kind']))}</td>"
        f'<td class="n">{count}</td><td class="n">{length}</td><td>{escape(one["text"])}</td></tr>\n'
    )


def _more(facts: Facts) -> str:
    more = len(facts["events"]) - _MOST_ROWS
    return f"<p>And {more:,} more, in the log.</p>" if more > 0 else ""


def _timeline(facts: Facts) -> str:
    events = facts["events"]
    length_s = max(float(facts["duration_s"]), 0.001)
    kinds = {one["kind"] for one in events}
    lanes = [lane for lane in _LANES if lane[0] in kinds]
    top = _LANE
    high = top + _LANE * (len(lanes) + 1) + 24
    lines = [
        f'<svg viewBox="0 0 {_LEFT + _WIDE + 20} {high}" width="100%" role="img" aria-label="Timeline of the events">'
    ]
    lines += [_bar(run, length_s, top, facts) for run in facts["runs"]]
    lines.append(f'<text x="{_LEFT - 8}" y="{top + 11}" text-anchor="end">Recorded</text>')
    for row, (kind, words, colour) in enumerate(lanes, 1):
        y = top + row * _LANE
        lines.append(f'<text x="{_LEFT - 8}" y="{y + 11}" text-anchor="end">{words}</text>')
        lines.append(f'<line x1="{_LEFT}" x2="{_LEFT + _WIDE}" y1="{y + 14}" y2="{y + 14}" stroke="#8884"/>')
        lines += [_tick(one, length_s, y, colour) for one in _stretched(events, kind, length_s)]
    foot = top + _LANE * (len(lanes) + 1) + 8
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = _LEFT + share * _WIDE
        lines.append(f'<text x="{x:.1f}" y="{foot + 8}" text-anchor="middle">{clock(share * length_s)}</text>')
    return "\n".join((*lines, "</svg>"))


_UNTIL: dict[str, tuple[str, ...]] = {
    "blank": ("picture", "blue", "snow"),
    "blue": ("picture", "blank", "snow"),
    "snow": ("picture", "blank", "blue"),
    "silent": ("sound",),
}


def _stretched(events: list[dict[str, Any]], kind: str, end_s: float) -> Iterable[dict[str, Any]]:
    """The events of a lane; what lasts until something else comes is as long as that."""
    for index, one in enumerate(events):
        if one["kind"] == kind:
            ends = (other["t_s"] for other in events[index + 1 :] if other["kind"] in _UNTIL.get(kind, ()))
            yield {**one, "length_s": next(ends, end_s) - one["t_s"]} if kind in _UNTIL else one


def _bar(run: dict[str, Any], length_s: float, y: int, facts: Facts) -> str:
    if run["start_s"] is None:
        return ""
    num, _, den = str(facts["rate"]).partition("/")
    rate = int(num) / int(den or 1)
    x = _LEFT + run["start_s"] / length_s * _WIDE
    wide = max(1.0, (run["last"] - run["first"] + run["lost"]) / rate / length_s * _WIDE)
    size = f'width="{min(wide, _LEFT + _WIDE - x):.2f}" height="14"'
    return f'<rect x="{x:.2f}" y="{y}" {size} fill="#2e7d32" opacity=".55"/>'


def _tick(one: dict[str, Any], length_s: float, y: int, colour: str) -> str:
    at_s = min(max(0.0, one["t_s"] - (one["length_s"] if one["kind"] == "back" else 0.0)), length_s)
    x = _LEFT + at_s / length_s * _WIDE
    wide = max(2.0, one["length_s"] / length_s * _WIDE)
    told = f"{clock(one['t_s'])} {EVENT_WORDS.get(one['kind'], one['kind'])}"
    told += f" {one['count']}" if one["count"] else ""
    told += f": {one['text']}" if one["text"] else ""
    return (
        f'<rect x="{x:.2f}" y="{y}" width="{min(wide, _LEFT + _WIDE - x + 2):.2f}" height="14" fill="{colour}">'
        f"<title>{escape(told)}</title></rect>"
    )


def clock(seconds: float) -> str:
    """`0:12.4`, `1:02:03.0`."""
    tenths = round(seconds * 10)
    hours, rest = divmod(tenths, 36000)
    minutes, rest = divmod(rest, 600)
    tail = f"{rest // 10:02}.{rest % 10}"
    return f"{hours}:{minutes:02}:{tail}" if hours else f"{minutes}:{tail}"
