"""The list of shortcuts: searched, changed, and warned about where one is taken already."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from editor.actions.actions import SEPARATOR, Actions, Command, sequences
from editor.actions.fuzzy import score
from editor.actions.menus import menu_of, titles
from editor.language import tr

_ID = Qt.ItemDataRole.UserRole


class ShortcutList(QDialog):
    """Every command with its keys. Choose one, press the new keys, Set."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.resize(680, 560)
        self._actions = actions
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search by name or by keys, such as Ctrl+S"))
        self.search.setAccessibleName(tr("Search shortcuts"))
        self.search.setClearButtonEnabled(True)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels([tr("Command"), tr("Menu"), tr("Keys")])
        self.table.verticalHeader().setVisible(False)
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setColumnWidth(1, 110)
        self.table.setColumnWidth(2, 180)
        self.table.setTabKeyNavigation(False)
        self.keys = QKeySequenceEdit()
        self.keys.setMaximumSequenceLength(1)
        self.keys.setAccessibleName(tr("New keys"))
        self.set_button, self.clear_button = QPushButton(tr("Set")), QPushButton(tr("No keys"))
        self.reset_button, self.reset_all_button = QPushButton(tr("As it was")), QPushButton(tr("All as they were"))
        self.warning = QLabel()
        self.warning.setObjectName("Warning")
        self.warning.setWordWrap(True)
        close = QPushButton(tr("Close"))
        edit = QHBoxLayout()
        edit.addWidget(QLabel(tr("New keys:")))
        edit.addWidget(self.keys, 1)
        for button in (self.set_button, self.clear_button, self.reset_button):
            edit.addWidget(button)
        foot = QHBoxLayout()
        foot.addWidget(self.reset_all_button)
        foot.addStretch(1)
        foot.addWidget(close)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 16, 16, 16)
        rows.setSpacing(10)
        rows.addWidget(self.search)
        rows.addWidget(self.table, 1)
        rows.addLayout(edit)
        rows.addWidget(self.warning)
        rows.addLayout(foot)
        self.search.textChanged.connect(lambda _: self._fill())
        self.table.itemSelectionChanged.connect(self._chosen)
        self.keys.keySequenceChanged.connect(lambda _: self._warn())
        self.set_button.clicked.connect(self._set)
        self.clear_button.clicked.connect(lambda: self._give(""))
        self.reset_button.clicked.connect(lambda: self._give(None))
        self.reset_all_button.clicked.connect(self._reset_all)
        close.clicked.connect(self.accept)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self._fill()
        self.search.setFocus()

    @property
    def command(self) -> Command | None:
        """The one that is chosen."""
        row = self.table.currentRow()
        item = self.table.item(row, 0) if row >= 0 else None
        return self._actions.command(item.data(_ID)) if item is not None else None

    def choose(self, id: str) -> None:
        for row in range(self.table.rowCount()):
            item = self.table.item(row, 0)
            if item is not None and item.data(_ID) == id:
                self.table.selectRow(row)

    def _fill(self) -> None:
        was = self.command
        typed = self.search.text()
        shown = []
        for command in self._actions:
            keys = _shown(self._actions.shortcut(command.id))
            marks = [score(typed, command.plain_text), 1.0 if typed and typed.casefold() in keys.casefold() else None]
            if any(mark is not None for mark in marks):
                shown.append((command, keys))
        self.table.setRowCount(len(shown))
        names = titles()
        for row, (command, keys) in enumerate(shown):
            texts = (command.plain_text, names[menu_of(command)].replace("&", ""), keys)
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setData(_ID, command.id)
                if column == 2 and command.id in self._actions.remapped_shortcuts:
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                self.table.setItem(row, column, item)
        if was is not None:
            self.choose(was.id)
        self._chosen()

    def _chosen(self) -> None:
        command = self.command
        for widget in (self.keys, self.set_button, self.clear_button, self.reset_button):
            widget.setEnabled(command is not None)
        now = sequences(self._actions.shortcut(command.id)) if command else []
        self.keys.setKeySequence(now[0] if now else QKeySequence())
        self._warn()

    def _warn(self) -> None:
        command, keys = self.command, self.keys.keySequence().toString()
        others = self._actions.using(keys, but=command.id) if command and keys else []
        elsewhere = [one for one in self._actions.using(keys) if command is not None and one is not command]
        text = ""
        if others:
            text = tr("These keys belong to “{names}”, which will have none if you set them.")
        elif elsewhere:  # the canvas, say, and the whole window: both may keep them
            text = tr("“{names}” has these keys too: which of them is done depends on the part that has the focus.")
        names = tr("” and “").join(other.plain_text for other in others or elsewhere)
        self.warning.setText(text.format(names=names))

    def _set(self) -> None:
        self._give(self.keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    def _give(self, keys: str | None) -> None:
        command = self.command
        if command is None:
            return
        wanted = command.shortcut if keys is None else keys
        for other in self._actions.using(wanted, but=command.id) if wanted else []:
            taken = {one.toString() for one in sequences(wanted)}
            left = [one.toString() for one in sequences(self._actions.shortcut(other.id))]
            self._actions.remap(other.id, SEPARATOR.join(one for one in left if one not in taken))
        self._actions.remap(command.id, keys)
        self._fill()

    def _reset_all(self) -> None:
        for changed in self._actions.remapped_shortcuts:
            if changed in self._actions:
                self._actions.remap(changed, None)
        self._fill()


def _shown(shortcut: str) -> str:
    return ", ".join(one.toString(QKeySequence.SequenceFormat.NativeText) for one in sequences(shortcut))
