"""The rows of the palette and of the search: a heading, or a node with its icon, its name, a word of advice, a star."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QStandardItem
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from editor import theme
from editor.language import tr
from editor.palette.categories import sign, title
from editor.palette.entries import Entry

type Index = QModelIndex | QPersistentModelIndex

HEADING_PX, ROW_PX, STAR_PX = 27, 27, 28


class Role(IntEnum):
    """What an item carries besides its text."""

    ENTRY = Qt.ItemDataRole.UserRole
    SECTION = Qt.ItemDataRole.UserRole + 1
    WORD = Qt.ItemDataRole.UserRole + 2
    """Grey, behind the name: why a node does not suit, or where it lies."""
    DIM = Qt.ItemDataRole.UserRole + 3
    STARRED = Qt.ItemDataRole.UserRole + 4
    FAILED = Qt.ItemDataRole.UserRole + 5
    """The pack or file that did not load."""


def heading(section: str, text: str) -> QStandardItem:
    """A section's title; not to be selected."""
    made = QStandardItem(text)
    made.setData(section, Role.SECTION)
    made.setData(tr("{section}, section").format(section=text), Qt.ItemDataRole.AccessibleTextRole)
    made.setFlags(Qt.ItemFlag.ItemIsEnabled)
    return made


def node_row(entry: Entry, *, word: str = "", dim: bool = False, starred: bool = False) -> QStandardItem:
    made = QStandardItem(entry.label)
    made.setData(entry, Role.ENTRY)
    made.setData(word, Role.WORD)
    made.setData(dim, Role.DIM)
    made.setData(starred, Role.STARRED)
    spoken = ", ".join(part for part in (entry.label, title(entry.category), word) if part)
    made.setData(spoken, Qt.ItemDataRole.AccessibleTextRole)
    made.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)
    return made


def failed_row(where: str, message: str) -> QStandardItem:
    """A pack that did not load, and why."""
    made = QStandardItem(where)
    made.setData(where, Role.FAILED)
    made.setData(message, Role.WORD)
    made.setData(f"{where}: {message}", Qt.ItemDataRole.AccessibleTextRole)
    made.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    return made


def star_box(row: QRect) -> QRect:
    """Where a row's star stands and can be pressed."""
    side = round(STAR_PX * theme.text_scale())
    return QRect(row.right() - side, row.top(), side, row.height())


class RowPainter(QStyledItemDelegate):
    """`stars`: rows have a star that can be pressed."""

    def __init__(self, view: QWidget, *, stars: bool) -> None:
        super().__init__(view)
        self._view, self._stars = view, stars
        self._inset = 7 if stars else 2
        self.pointer = QPoint(-1, -1)
        self.folded: frozenset[str] = frozenset()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        px = HEADING_PX if index.data(Role.SECTION) is not None else ROW_PX
        return QSize(100, round(px * theme.text_scale()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if index.data(Role.SECTION) is not None:
            self._heading(painter, option, index)
        else:
            self._node(painter, option, index)
        painter.restore()

    def _heading(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        hot = bool(state & QStyle.StateFlag.State_MouseOver)
        folded = index.data(Role.SECTION) in self.folded
        font = QFont(theme.font(11, bold=True))
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 104)
        painter.setFont(font)
        painter.setPen(theme.colour("text2" if hot else "text3"))
        words = box.adjusted(10, 3, -8, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, index.data(Qt.ItemDataRole.DisplayRole).upper())
        if (hot or folded) and self._stars:
            name = "chevron-right" if folded else "chevron-down"
            painter.drawPixmap(
                QPoint(box.right() - 20, box.center().y() - 5), theme.pixmap(name, 12, "text3", self._ratio())
            )

    def _node(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        entry: Entry | None = index.data(Role.ENTRY)
        hot = bool(state & QStyle.StateFlag.State_MouseOver)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        dim = bool(index.data(Role.DIM))
        if chosen or hot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("chosen" if chosen else "bg3"))
            painter.drawRoundedRect(box.adjusted(3, 1, -3, -1), 5, 5)
        side = round(15 * theme.text_scale())
        left = box.left() + self._inset + 8
        at = QPointF(left, box.center().y() - side / 2 + 0.5)
        if entry is None:
            painter.drawPixmap(at, theme.pixmap("warning", side, "warn", self._ratio()))
        else:
            tint = "text3" if dim else ""
            painter.drawPixmap(at, sign(entry.category, side, self._ratio(), tint))
        words = box.adjusted(left - box.left() + side + 9, 0, -5, 0)
        starred = bool(index.data(Role.STARRED))
        if self._stars and entry is not None and (starred or hot):
            self._star(painter, box, starred)
            words.setRight(star_box(box).left())
        self._words(painter, words, index, dim)

    def _words(self, painter: QPainter, words: QRect, index: Index, dim: bool) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(13))
        metrics: QFontMetrics = painter.fontMetrics()
        text = metrics.elidedText(
            index.data(Qt.ItemDataRole.DisplayRole), Qt.TextElideMode.ElideRight, max(0, words.width())
        )
        painter.setPen(theme.colour("text3" if dim else "text"))
        painter.drawText(words, middle, text)
        word = index.data(Role.WORD)
        room = words.width() - metrics.horizontalAdvance(text) - 14
        painter.setFont(theme.font(12))
        metrics = painter.fontMetrics()
        if word and index.data(Role.ENTRY) is None:
            word = metrics.elidedText(word, Qt.TextElideMode.ElideRight, max(0, room))
        if word and metrics.horizontalAdvance(word) <= room:  # else the tooltip tells
            painter.setPen(theme.colour("text3"))
            painter.drawText(words, middle | Qt.AlignmentFlag.AlignRight, word)

    def _star(self, painter: QPainter, box: QRect, starred: bool) -> None:
        place = star_box(box)
        over = place.contains(self.pointer)
        side = round(13 * theme.text_scale())
        tint = "warn" if starred or over else "text3"
        made = theme.pixmap("star-full" if starred else "star", side, tint, self._ratio())
        painter.drawPixmap(QPointF(place.center().x() - side / 2, place.center().y() - side / 2 + 0.5), made)

    def _ratio(self) -> float:
        return self._view.devicePixelRatioF()
