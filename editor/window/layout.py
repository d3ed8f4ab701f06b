"""Where the panels stand: nested splitters, kept as shares of the window so that they fit any screen.

┌ palette ┬ canvas ──────┐┌ viewer ┐
├ queue ──┴┬ scopes ─────┤├ details┤
└ timeline ┴─────────────┴┴────────┘
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from editor import theme

USUAL: Mapping[str, Sequence[float]] = {
    "all": (0.89, 0.11),
    "upper": (0.70, 0.30),
    "left": (0.73, 0.27),
    "top": (0.165, 0.835),
    "bottom": (0.39, 0.61),
    "right": (0.53, 0.47),
}
"""Shares of each splitter's panels, as in the first picture of the window."""
_SMALLEST = {"palette": 150, "canvas": 260, "queue": 220, "scopes": 220, "viewer": 240, "details": 240, "timeline": 300}


class Layout(QObject):
    """The panels by key, their places, and whether they are shown. Signal: changed() one was moved, hidden or shown."""

    changed = Signal()

    def __init__(self, panels: Mapping[str, QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panels = panels
        self._splitters: dict[str, QSplitter] = {}
        for key, panel in panels.items():
            panel.setMinimumWidth(_SMALLEST[key])
            panel.setMinimumHeight(92 if key == "timeline" else 120)
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        top = self._splitter("top", across, panels["palette"], panels["canvas"])
        bottom = self._splitter("bottom", across, panels["queue"], panels["scopes"])
        left = self._splitter("left", down, top, bottom)
        right = self._splitter("right", down, panels["viewer"], panels["details"])
        upper = self._splitter("upper", across, left, right)
        self.widget = self._splitter("all", down, upper, panels["timeline"])
        self._shares: dict[str, Sequence[float]] = dict(USUAL)
        self._full: dict[str, Any] | None = None
        for name, splitter in self._splitters.items():
            splitter.splitterMoved.connect(lambda *_, name=name: self._moved(name))

    def _splitter(self, name: str, orientation: Qt.Orientation, *parts: QWidget) -> QSplitter:
        made = _Splitter(orientation)
        made.setObjectName(f"splitter-{name}")
        made.setHandleWidth(6)
        made.setChildrenCollapsible(False)
        for part in parts:
            made.addWidget(part)
        self._splitters[name] = made
        return made

    # ---- one panel

    def is_shown(self, key: str) -> bool:
        return not self.panels[key].isHidden()

    def show_panel(self, key: str, shown: bool = True) -> None:
        """Show or hide a panel; a splitter without panels goes too."""
        self._full = None
        self._show(key, shown)
        self.changed.emit()

    def toggle(self, key: str) -> None:
        self.show_panel(key, not self.is_shown(key))

    def fill_with(self, key: str) -> None:
        """One panel alone over the whole window; a second time: as it was."""
        if self._full is not None:
            self.restore(self._full)
            return
        before = self.state()
        for other in self.panels:
            self._show(other, other == key)
        self._full = before
        self.changed.emit()

    @property
    def is_filled(self) -> bool:
        return self._full is not None

    def _show(self, key: str, shown: bool) -> None:
        self.panels[key].setVisible(shown)
        for name in ("top", "bottom", "left", "right", "upper"):
            splitter = self._splitters[name]
            parts = (splitter.widget(index) for index in range(splitter.count()))
            splitter.setVisible(any(part is not None and not part.isHidden() for part in parts))

    # ---- all of them

    def state(self) -> dict[str, Any]:
        """As plain JSON; `restore` takes it back."""
        if self._full is not None:
            return self._full
        shares = {name: [round(share, 4) for share in shares] for name, shares in self._shares.items()}
        return {"shares": shares, "hidden": sorted(key for key in self.panels if not self.is_shown(key))}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take a saved layout; what does not fit in it is as usual."""
        self._full = None
        given = state.get("shares")
        for name, usual in USUAL.items():
            shares = given.get(name) if isinstance(given, Mapping) else None
            self._shares[name] = shares if _good(shares, len(usual)) else usual  # type: ignore[assignment]
        hidden = state.get("hidden")
        for key in self.panels:
            self._show(key, not (isinstance(hidden, list) and key in hidden))
        self.spread()
        self.changed.emit()

    def spread(self) -> None:
        """Give every panel its share of the room there is now."""
        for name, splitter in self._splitters.items():
            splitter.setSizes([round(share * 10_000) for share in self._shares[name]])

    def _moved(self, name: str) -> None:
        sizes = self._splitters[name].sizes()
        if all(sizes):  # a hidden panel keeps the share it had
            self._shares[name] = [size / sum(sizes) for size in sizes]
        self.changed.emit()


def _good(shares: object, count: int) -> bool:
    return (
        isinstance(shares, list)
        and len(shares) == count
        and all(isinstance(one, int | float) and not isinstance(one, bool) and 0 < one < 1 for one in shares)
    )


class _Splitter(QSplitter):
    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)


class _Handle(QSplitterHandle):
    """Six dots in the gap between two panels."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.colour("bg0"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("line2"))
        centre, across = self.rect().center(), self.orientation() == Qt.Orientation.Horizontal
        for step in (-2, -1, 0, 1, 2):
            x, y = (centre.x(), centre.y() + step * 4) if across else (centre.x() + step * 4, centre.y())
            painter.drawRect(x, y, 2, 2)
        painter.end()
