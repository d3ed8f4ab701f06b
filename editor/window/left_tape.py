"""At the start: what became of a tape that was being recorded when the window crashed, or was killed."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal

from editor.capture.left import left_over
from editor.language import tr

if TYPE_CHECKING:
    from editor.window.window import Window

RUNNING = "capture running"
"""The setting that says which tape is being recorded: folder and name."""
WHOLE = (".mkv", ".mov", ".avi", ".dv")


@dataclass(frozen=True)
class Fate:
    """`files`: what there is to open, where it is whole."""

    folder: Path
    name: str
    how: Literal["whole", "growing", "cut off", "gone"]
    files: tuple[Path, ...] = ()


def fate(folder: Path, name: str) -> Fate:
    """What has become of a recording. Looks at the disk."""
    for one in left_over(folder):
        if one.name == name:
            return Fate(folder, name, "growing" if one.growing else "cut off")
    files = [folder / f"{name}{suffix}" for suffix in WHOLE]
    parts = [part for suffix in WHOLE for part in sorted(folder.glob(f"{_plain(name)}.[0-9][0-9][0-9]{suffix}"))]
    found = tuple(one for one in files if one.exists()) or tuple(parts)
    return Fate(folder, name, "whole" if found else "gone", found)


def _plain(name: str) -> str:
    """A name with nothing in it that `glob` would take for a pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


class LeftTape(QObject):
    """Tells it in a bar. Signals: open_wanted(Fate); mend_wanted() the panel offers it."""

    open_wanted = Signal(object)
    mend_wanted = Signal()
    _found = Signal(object)

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._found.connect(self._say, Qt.ConnectionType.QueuedConnection)
        held = window.settings.get(RUNNING)
        if isinstance(held, dict) and isinstance(held.get("folder"), str) and isinstance(held.get("name"), str):
            place = Path(held["folder"]), held["name"]
            threading.Thread(target=self._look, args=place, name="the last tape", daemon=True).start()

    def recording(self, folder: str, name: str) -> None:
        """This is being recorded from now on; an empty name: nothing is."""
        self._window.settings.set(RUNNING, {"folder": folder, "name": name} if name else {})

    def _look(self, folder: Path, name: str) -> None:
        found = fate(folder, name)
        with suppress(RuntimeError):  # the window was closed meanwhile
            self._found.emit(found)

    def _say(self, found: object) -> None:
        assert isinstance(found, Fate)
        show = self._window.notices.show_notice
        if found.how == "growing":
            text = tr(
                "“{name}” is still being recorded, or made whole: the recorder goes on without the window that began it"
            )
            show("tape", text.format(name=found.name))
            return
        self.recording("", "")
        if found.how == "whole":
            text = tr("“{name}” was made whole after its window had gone: what was recorded until then is all there")
            show(
                "tape", text.format(name=found.name), [(tr("Open in the graph"), lambda: self.open_wanted.emit(found))]
            )
        elif found.how == "cut off":
            text = tr("“{name}” was cut off while it was recorded. What came until then is there")
            show("tape", text.format(name=found.name), [(tr("Make it whole…"), self.mend_wanted.emit)], kind="warn")
