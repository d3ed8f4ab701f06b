"""The command palette: type a few letters of what you want, Enter does it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from editor import theme
from editor.actions.actions import Actions, Command
from editor.actions.fuzzy import score
from editor.actions.menus import menu_of, titles
from editor.language import tr

_COMMAND = Qt.ItemDataRole.UserRole


def ranked(actions: Actions, typed: str) -> list[Command]:
    """The commands that fit what was typed, best first; those that can be done now before others."""
    found = []
    for place, command in enumerate(actions):
        marks = [score(typed, command.plain_text)]
        others = f"{' '.join(command.words)} {command.id}".casefold()
        if typed.strip() and all(word in others for word in typed.casefold().split()):
            marks.append(5.0)  # found by another word: behind what is called so
        best = max((mark for mark in marks if mark is not None), default=None)
        if best is not None:
            found.append((not command.action.isEnabled(), -best, place, command))
    return [row[-1] for row in sorted(found, key=lambda row: row[:3])]


class CommandPalette(QDialog):
    """A field and a list over the window's upper middle."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("CommandPalette")
        self.setWindowTitle(tr("All commands"))
        self._actions = actions
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("What do you want to do?"))
        self.field.setAccessibleName(tr("Search commands"))
        self.list = QListWidget()
        self.list.setItemDelegate(_Row(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 8, 8, 8)
        rows.addWidget(self.field)
        rows.addWidget(self.list)
        self.none = QLabel(tr("No command is called that."))
        self.none.setObjectName("Muted")
        self.none.setContentsMargins(10, 6, 10, 10)
        rows.addWidget(self.none, 1, Qt.AlignmentFlag.AlignTop)
        actions._refresh()
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._do)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(lambda _: self._do())
        wide = min(620, parent.width() - 40)
        self.resize(wide, min(460, parent.height() - 120))
        self.move(parent.mapToGlobal(parent.rect().topLeft()).x() + (parent.width() - wide) // 2,
                  parent.mapToGlobal(parent.rect().topLeft()).y() + 70)  # fmt: skip
        self._fill("")
        self.field.setFocus()

    def _fill(self, typed: str) -> None:
        self.list.clear()
        for command in ranked(self._actions, typed):
            if command.id != "window.commands":
                item = QListWidgetItem(command.plain_text)
                item.setData(_COMMAND, command)
                item.setIcon(command.action.icon())
                if not command.action.isEnabled():
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
                self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(self.list.count() > 0)
        self.none.setVisible(self.list.count() == 0)

    def _do(self) -> None:
        item = self.list.currentItem()
        command: Command | None = item.data(_COMMAND) if self.list.count() else None
        if command is not None and command.action.isEnabled():
            self.accept()
            command.action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys in the field move in the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            step = steps.get(Qt.Key(event.key()))
            if step and self.list.count():
                row = self.list.currentRow() + step
                self.list.setCurrentRow(
                    row % self.list.count() if abs(step) == 1 else min(max(0, row), self.list.count() - 1)
                )
                return True
        return super().eventFilter(watched, event)


class _Row(QStyledItemDelegate):
    """Icon, text, the menu in grey, the shortcut at the right."""

    def sizeHint(self, *_: object) -> QSize:
        return QSize(200, round(30 * theme.text_scale()))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        command: Command = index.data(_COMMAND)
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        enabled = bool(state & QStyle.StateFlag.State_Enabled)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("chosen"))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 5, 5)
        command.action.icon().paint(painter, QRect(box.left() + 10, box.top(), 16, box.height()))
        painter.setFont(theme.font(13))
        painter.setPen(theme.colour("text" if enabled else "text3"))
        words = box.adjusted(36, 0, -12, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(words, middle, command.plain_text)
        wide = painter.fontMetrics().horizontalAdvance(command.plain_text)
        painter.setPen(theme.colour("text3"))
        painter.drawText(words.adjusted(wide + 12, 0, 0, 0), middle, titles()[menu_of(command)].replace("&", ""))
        keys = command.action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        painter.drawText(words, middle | Qt.AlignmentFlag.AlignRight, keys)
        painter.restore()
