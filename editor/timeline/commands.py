"""The commands of playing and marking: ids play.* and mark.*."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from editor.language import tr
from editor.timeline.keys import ShuttleKeys
from editor.timeline.timeline import Timeline

if TYPE_CHECKING:
    from editor.actions.actions import Actions


def register(actions: Actions, timeline: Timeline, places: Sequence[QWidget] = ()) -> None:
    """Add the commands of the timeline.

    Arrows, Home and End belong to whatever has the focus (a list, a slider), so these keys work in the timeline and in
    `places` alone: give the viewer's display, the canvas, the window's full screen. The others work everywhere.
    """
    transport, track = timeline.transport, timeline.track

    def add(id: str, text: str, do: Callable[[], object], key: str = "", icon: str = "", group: str = "") -> QAction:
        action = actions.add(id, text, do, shortcut=key, icon=icon, group=group)
        for place in places:
            place.addAction(action)
        return action

    def local(id: str, text: str, do: Callable[[], object], key: str, icon: str = "", group: str = "play go") -> None:
        action = add(id, text, do, key, icon, group)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        owner = action.parent()
        if isinstance(owner, QWidget):
            owner.removeAction(action)
        timeline.addAction(action)

    local("play.toggle", tr("Play or stop"), transport.toggle, "Space", "play", "play")
    ShuttleKeys(
        transport,
        {
            "J": add("play.back", tr("Play back; again: faster"), partial(transport.press, "J"), "J", group="play"),
            "K": add("play.stop", tr("Stop; held: J and L crawl"), partial(transport.press, "K"), "K", group="play"),
            "L": add("play.forth", tr("Play; again: faster"), partial(transport.press, "L"), "L", group="play"),
        },
    )
    add("play.loop", tr("Play the marked span over and over"), transport.toggle_loop, "Ctrl+L", "play-loop", "play")
    local("play.frame_back", tr("One frame back"), partial(transport.step, -1), "Left", "play-back")
    local("play.frame_forth", tr("One frame on"), partial(transport.step, 1), "Right", "play-forth")
    local("play.second_back", tr("One second back"), partial(transport.step_second, -1), "Shift+Left")
    local("play.second_forth", tr("One second on"), partial(transport.step_second, 1), "Shift+Right")
    local("play.mark_back", tr("To the mark before"), partial(transport.go_mark, -1), "Up")
    local("play.mark_forth", tr("To the next mark"), partial(transport.go_mark, 1), "Down")
    local("play.start", tr("To the beginning"), transport.go_start, "Home", "play-start")
    local("play.end", tr("To the end"), transport.go_end, "End", "play-end")
    add("play.go", tr("Go to a frame or timecode…"), timeline.counter.begin, "G", group="play go")
    add("play.nearer", tr("Timeline: nearer"), partial(track.zoom, 1.6), "Ctrl+Alt+Up", group="play zoom")
    add("play.farther", tr("Timeline: farther"), partial(track.zoom, 1 / 1.6), "Ctrl+Alt+Down", group="play zoom")
    add("play.whole", tr("Timeline: the whole tape"), track.show_all, "Alt+Home", group="play zoom")
    add("mark.in", tr("Begin the span here"), transport.mark_in, "I", "mark-in", "mark")
    add("mark.out", tr("End the span here"), transport.mark_out, "O", "mark-out", "mark")
    add("mark.clear_in", tr("Clear the in point"), transport.clear_in, "Alt+I", group="mark")
    add("mark.clear_out", tr("Clear the out point"), transport.clear_out, "Alt+O", group="mark")
    add("mark.clear", tr("Clear both points"), transport.clear, "Alt+X", group="mark")
    add("mark.go_in", tr("To the in point"), transport.go_in, "Shift+I", group="mark")
    add("mark.go_out", tr("To the out point"), transport.go_out, "Shift+O", group="mark")
