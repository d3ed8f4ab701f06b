"""The button that says which settings a node has, and gives it others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox, QSizePolicy, QToolButton, QWidget

from editor import theme
from editor.forms import presets
from editor.forms.presets import PresetError, Presets, settings
from editor.language import tr
from graphs.document import JsonObject
from graphs.groups.types import GroupNode
from nodes.node import Node


class PresetBox(QToolButton):
    """Signals: applied(str name, object params); told(str) something went wrong."""

    applied = Signal(str, object)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Preset")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the text
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(tr("Settings kept under a name"))
        self._kind: type[Node] | None = None
        self._params: JsonObject = {}
        self._known: Presets | None = None
        menu = QMenu(self)
        menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)

    def show_node(self, kind: type[Node] | None, params: JsonObject) -> None:
        """None: nodes of several types have no presets in common."""
        own = kind is not None and issubclass(kind, GroupNode)  # each group is a type of its own: no presets in common
        has = kind is not None and not own and bool(settings(kind, {}))
        self.setVisible(has)
        if kind is None or not has:
            self._kind = None
            return
        if kind is not self._kind:
            self._kind = kind
            self._known = self._load()
        self._params = params
        self.setIcon(theme.icon("chevron-down"))
        name = self.current()
        text = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, 150)
        self.setText(text)
        self.setAccessibleName(tr("Preset: {name}").format(name=name))

    def current(self) -> str:
        """The name of what the node is set to."""
        if self._kind is None:
            return ""
        if settings(self._kind, self._params) == settings(self._kind, {}):
            return tr("Defaults")
        found = self._known.matching(self._params) if self._known else None
        return found or tr("Custom")

    def _load(self) -> Presets | None:
        assert self._kind is not None
        try:
            return presets.load(self._kind)
        except PresetError as fault:
            self.told.emit(str(fault))
            return None

    # ---- the menu

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        if self._kind is None:
            return
        self._known = self._load()
        kind, current = self._kind, self.current()
        self._entry(tr("Defaults"), current, partial(self.applied.emit, tr("Defaults"), settings(kind, {})))
        names = list(self._known.named) if self._known else []
        for name in names:
            self._entry(name, current, partial(self._apply, name))
        menu.addSeparator()
        menu.addAction(theme.icon("save"), tr("Save as…"), self.ask_save)
        if names:
            renaming, deleting = menu.addMenu(tr("Rename")), menu.addMenu(tr("Delete"))
            for name in names:
                renaming.addAction(name.replace("&", "&&"), partial(self.ask_rename, name))
                deleting.addAction(name.replace("&", "&&"), partial(self.delete, name))

    def _entry(self, name: str, current: str, do: Callable[[], None]) -> None:
        action = QAction(name.replace("&", "&&"), self.menu())
        action.setCheckable(True)
        action.setChecked(name == current)
        action.triggered.connect(do)
        self.menu().addAction(action)

    def _apply(self, name: str) -> None:
        if self._known and name in self._known.named:
            self.applied.emit(name, self._known.named[name])

    def ask_save(self) -> QInputDialog:
        current = self.current()
        start = current if self._known and current in self._known.named else ""
        return self._ask(tr("Save settings"), tr("Name of the preset:"), start, self.save)

    def ask_rename(self, name: str) -> QInputDialog:
        return self._ask(tr("Rename preset"), tr("New name:"), name, lambda new: self.rename(name, new))

    def _ask(self, title: str, label: str, start: str, then: Callable[[str], None]) -> QInputDialog:
        dialog = QInputDialog(self)
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setTextValue(start)
        dialog.textValueSelected.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    # ---- what it does

    def save(self, name: str) -> None:
        if self._known and name.strip() in self._known.named and self.current() != name.strip():
            ask = QMessageBox(self)
            ask.setText(tr("There is already a preset “{name}”. Replace it?").format(name=name.strip()))
            ask.setStandardButtons(QMessageBox.StandardButton.Save | QMessageBox.StandardButton.Cancel)
            ask.accepted.connect(lambda: self._do(lambda kind: presets.save(kind, name, self._params)))
            ask.finished.connect(ask.deleteLater)
            ask.open()
            return
        self._do(lambda kind: presets.save(kind, name, self._params))

    def rename(self, name: str, new: str) -> None:
        self._do(lambda kind: presets.rename(kind, name, new))

    def delete(self, name: str) -> None:
        self._do(lambda kind: presets.delete(kind, name))

    def _do(self, step: Callable[[type[Node]], Presets]) -> None:
        if self._kind is None:
            return
        try:
            self._known = step(self._kind)
        except PresetError as fault:
            self.told.emit(str(fault))
        self.show_node(self._kind, self._params)
