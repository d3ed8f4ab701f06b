"""The viewer's commands: ids view.*."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog

from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.language import tr
from editor.viewer.full import FullScreen, SecondWindow
from editor.viewer.manner import Mode
from editor.viewer.toolbar import aspect_texts, look_texts, mode_texts
from editor.viewer.viewer import Viewer

if TYPE_CHECKING:
    from editor.actions.actions import Actions
    from editor.engine.engine import Engine

_MODE_KEYS = {Mode.WIPE: "W", Mode.SPLIT: "Shift+W", Mode.DIFFERENCE: "D"}
_LOOK_KEYS = {
    "frame": "F5",
    "top": "F6",
    "bottom": "F7",
    "bob": "F8",
    "y": "Shift+F5",
    "u": "Shift+F6",
    "v": "Shift+F7",
}


class Commands:
    """What the viewer's commands share: full screen and the second window."""

    def __init__(self, actions: Actions, desk: Desk, engine: Engine, playhead: Playhead, viewer: Viewer) -> None:
        self._actions, self._desk, self._engine, self._playhead, self._viewer = actions, desk, engine, playhead, viewer
        self._full = FullScreen(viewer)
        self.second: SecondWindow | None = None
        viewer.asked.connect(lambda name: actions.get(f"view.{name}").trigger())
        self._register()
        actions.remapped.connect(self._tell_keys)
        self._tell_keys()

    def _tell_keys(self) -> None:
        """The buttons name the keys that do the same."""
        toolbar = self._viewer.toolbar
        for mode, button in toolbar.modes.items():
            shown = self._actions.get("view.ab" if mode is Mode.WIPE else f"view.{mode.value}").toolTip()
            more = tr("Hold the button to choose how many times") if mode is Mode.DIFFERENCE else ""
            button.setToolTip("\n".join(filter(None, (shown, more))))
        toolbar.full.setToolTip(self._actions.get("view.full").toolTip())

    def _register(self) -> None:
        viewer = self._viewer
        self._add("view.ab", tr("Compare A and B by a wipe"), self._wipe, _MODE_KEYS[Mode.WIPE], "view-wipe", "compare")
        for mode, text in mode_texts().items():
            if mode is not Mode.WIPE:
                key, icon = _MODE_KEYS.get(mode, ""), f"view-{mode.value}"
                self._add(f"view.{mode.value}", text, partial(viewer.set_manner, mode=mode), key, icon, "compare")
        self._add("view.flip", tr("Flip between A and B"), viewer.flip, "`", "", "compare")
        self._add("view.swap", tr("Swap A and B"), viewer.swap, "Shift+X", "", "compare")
        self._add("view.wipe_back", tr("Move the wipe left (up)"), partial(self._push, -0.02), "[", "", "compare")
        self._add("view.wipe_forth", tr("Move the wipe right (down)"), partial(self._push, 0.02), "]", "", "compare")
        self._add("view.show", tr("Show the current node in A"), lambda: self._show("A"), "A", "monitor", "view slots")
        self._add("view.show_b", tr("Show the current node in B"), lambda: self._show("B"), "Shift+B", "", "view slots")
        self._add("view.clear_b", tr("Show nothing in B"), lambda: viewer.show_node(None, "B"), "", "", "view slots")
        for number in range(1, 10):
            self._add(
                f"hidden.view.recall{number}",
                tr("Show node {number} in A").format(number=number),
                partial(viewer.recall, number),
                str(number),
                group="view keys",
            )
        for number in range(1, 10):
            self._add(
                f"hidden.view.recall{number}_b",
                tr("Show node {number} in B").format(number=number),
                partial(viewer.recall, number, "B"),
                f"Alt+{number}",
                group="view keys",
            )
            self._add(
                f"hidden.view.keep{number}",
                tr("Keep the current node under {number}").format(number=number),
                partial(self._keep, number),
                f"Ctrl+{number}",
                group="view keys",
            )
        for look, text in look_texts().items():
            self._add(
                f"view.look_{look}",
                text,
                partial(viewer.set_manner, look=look),
                _LOOK_KEYS[look],
                group="look",
            )
        for aspect, text in aspect_texts().items():
            self._add(
                f"view.aspect_{aspect.value}",
                text,
                partial(viewer.set_manner, aspect=aspect),
                group="aspect",
            )
        for name, text, key in (
            ("safe", tr("Safe areas"), "Shift+S"),
            ("cross", tr("Centre cross"), ""),
            ("grid", tr("Pixel grid from 800 %"), ""),
            ("crop", tr("Crop edges of the current node"), "F9"),
        ):
            self._add(
                f"view.{name}",
                text,
                viewer.cropping.toggle if name == "crop" else partial(self._switch, name),
                key,
                group="guides",
            )
        display = viewer.display
        self._add("view.fit", tr("Fit the picture in"), lambda: display.zoom_to(None), "Alt+0", "view-zoom", "zoom")
        self._add("view.whole", tr("Pixel for pixel (100 %)"), lambda: display.zoom_to(1.0), "Alt+Z", "", "zoom")
        self._add("view.nearer", tr("Zoom in"), lambda: display.zoom_to(display.scale * 1.5), "Alt+=|Alt++", "", "zoom")
        self._add("view.farther", tr("Zoom out"), lambda: display.zoom_to(display.scale / 1.5), "Alt+-", "", "zoom")
        self._add("view.still", tr("Save a still…"), self._save, "F12", "view-still", "still")
        self._add("view.copy", tr("Copy the picture"), viewer.copy_still, "Shift+F12", "view-copy", "still")
        self._add("view.full", tr("Full screen"), self._full.toggle, "F11", "view-full", "windows")
        self._add("view.second", tr("Second window"), self.open_second, "Shift+F11", "view-second", "windows")

    def _add(
        self, id: str, text: str, do: Callable[[], object], shortcut: str = "", icon: str = "", group: str = ""
    ) -> None:
        action = self._actions.add(id, text, do, shortcut=shortcut, icon=icon, group=group)
        self._viewer.display.addAction(action)  # full screen it is a window of its own

    def _wipe(self) -> None:
        """W: compare by a wipe, and back to one picture."""
        mode = Mode.SINGLE if self._viewer.manner.mode is Mode.WIPE else Mode.WIPE
        self._viewer.set_manner(mode=mode)

    def _push(self, by: float) -> None:
        self._viewer.set_manner(wipe=min(1.0, max(0.0, self._viewer.manner.wipe + by)))

    def _switch(self, guide: str) -> None:
        self._viewer.set_manner(**{guide: not getattr(self._viewer.manner, guide)})

    def _show(self, slot: str) -> None:
        if self._desk.current is not None:
            self._viewer.show_node(self._desk.current, "A" if slot == "A" else "B")

    def _keep(self, number: int) -> None:
        if self._desk.current is not None:
            self._viewer.keep(number, self._desk.current)

    def _save(self) -> None:
        place = QStandardPaths.StandardLocation.PicturesLocation
        folder = Path(QStandardPaths.writableLocation(place) or ".")
        name, _ = QFileDialog.getSaveFileName(
            self._viewer, tr("Save a still"), str(folder / self._viewer.still_name()), tr("Pictures (*.png)")
        )
        if name:
            path = Path(name)
            self._viewer.save_still(path if path.suffix else path.with_suffix(".png"))

    def open_second(self) -> None:
        """Open the second window, or bring it to the front."""
        if self.second is None:
            self.second = SecondWindow(self._desk, self._engine, self._playhead, self._viewer)
            self.second.share(self._viewer.display.actions())
            self.second.closed.connect(self._forget_second)
            self._viewer.companions = [self.second.viewer]
        self.second.show()
        self.second.raise_()
        self.second.activateWindow()

    def _forget_second(self) -> None:
        self.second = None
        self._viewer.companions = []


def register(actions: Actions, desk: Desk, engine: Engine, playhead: Playhead, viewer: Viewer) -> Commands:
    """Add the viewer's commands. Keep what is returned: it owns the second window."""
    return Commands(actions, desk, engine, playhead, viewer)
