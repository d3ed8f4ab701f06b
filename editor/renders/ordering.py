"""From what stands on the desk to an order: compiled, the marks as frames, the dialog answered."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from PySide6.QtWidgets import QWidget

from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.engine.analysis import Analysis
from editor.language import tr
from editor.renders import words
from editor.renders.asking import RenderDialog, Request
from editor.timeline.timecode import Count
from graphs.codec import natural
from runtime.jobs.queue.order import Order
from runtime.jobs.render import Span


def ask_for_order(
    desk: Desk, analysis: Analysis, playhead: Playhead, parent: QWidget | None = None, *, trust: bool = False
) -> Order | None:
    """Ask in a dialog what to render; None: nothing after all. `trust`: the document's own code may run."""
    dialog = RenderDialog(replace(request(desk, analysis, playhead), trust=trust), parent)
    return dialog.order if dialog.exec() else None


def request(desk: Desk, analysis: Analysis, playhead: Playhead) -> Request:
    """What the dialog begins with. Results go beside the first source, else beside the document."""
    sources = [Path(file.path).parent for file in analysis.compiled.plan.files]
    folder = next((place for place in sources if place.is_dir()), desk.path.parent if desk.path else None)
    return Request(
        analysis.graph,
        desk.name,
        analysis.compiled,
        desk.registry,
        marked_frames(analysis, playhead),
        begins=playhead.mark_in or Fraction(0),
        folder=folder,
        stretch=stretch(analysis, playhead),
    )


def stretch(analysis: Analysis, playhead: Playhead) -> str:
    """The marked part as the timeline counts it: `00:00:01:00 to 00:00:03:12 (2.5 s)`, both frames within it."""
    count = _tape_count(analysis)
    begin, end = playhead.mark_in or Fraction(0), playhead.mark_out or analysis.length
    if count is None or end <= begin:
        return ""
    first, last = count.frame_at(begin), max(count.frame_at(begin), math.ceil(end * count.fps) - 1)
    seconds = float((last + 1 - first) / count.fps)
    long = words.clock(seconds) if seconds >= 60 else tr("{seconds} s").format(seconds=words.figure(seconds, 1))
    return tr("{first} to {last} ({length})").format(first=count.code(first), last=count.code(last), length=long)


def _tape_count(analysis: Analysis) -> Count | None:
    """How the frames of the first tape are numbered."""
    for node in analysis.compiled.resolved.order:
        place = analysis.main_picture(node)
        clip = analysis.clip(*place) if place is not None else None
        if clip is not None and not analysis.graph.incoming(node):
            return Count(clip.fps)
    return None


def marked_frames(analysis: Analysis, playhead: Playhead) -> Span | None:
    """The in and out points as frames of the first output, as `--frames` counts them; None: no point is set."""
    sinks = sorted(analysis.compiled.plan.sinks, key=lambda sink: natural(sink.node))
    if not sinks or (playhead.mark_in is None and playhead.mark_out is None):
        return None
    place = analysis.main_picture(sinks[0].node)
    if place is None:
        return None
    first = analysis.frame_at(*place, playhead.mark_in) if playhead.mark_in is not None else 0
    if playhead.mark_out is None:
        return first, None
    return first, max(first + 1, analysis.frame_at(*place, playhead.mark_out))
