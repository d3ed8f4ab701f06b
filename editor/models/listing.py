"""The list of models: sections by what they are for, two lines a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from editor import theme
from editor.language import tr
from editor.models import words
from editor.models.job import Job, Stage
from editor.models.known import Known
from editor.models.tasks import task_word

type AnyIndex = QModelIndex | QPersistentModelIndex
MODEL, JOB = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_ROOT = QModelIndex()


class Listing(QAbstractListModel):
    """Rows are sections (str) and models (Known)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[str | Known] = []
        self._jobs: Mapping[str, Job] = {}

    def show_models(self, models: Sequence[Known], jobs: Mapping[str, Job]) -> None:
        """Show these, a heading before each task. Where only their contents are new, the view stays as it is."""
        rows: list[str | Known] = []
        for one in models:
            if not rows or (rows[-1] != one.task and getattr(rows[-1], "task", "") != one.task):
                rows.append(one.task)
            rows.append(one)
        self._jobs = jobs
        if _names(rows) == _names(self._rows):
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(max(0, len(rows) - 1), 0), [])
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def news(self, name: str) -> None:
        row = self.row_of(name)
        if row >= 0:
            self.dataChanged.emit(self.index(row, 0), self.index(row, 0), [])

    def row_of(self, name: str) -> int:
        return next((at for at, row in enumerate(self._rows) if isinstance(row, Known) and row.name == name), -1)

    def first(self) -> int:
        """The first row that is a model."""
        return next((at for at, row in enumerate(self._rows) if isinstance(row, Known)), -1)

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._rows[index.row()], Known):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if isinstance(row, str):
            return task_word(row) if role == Qt.ItemDataRole.DisplayRole else None
        job = self._jobs.get(row.name)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.AccessibleTextRole:
                free = row.entry is None or row.entry.licence.commercial
                parts = (row.title, task_word(row.task), words.scale_word(row), words.state_word(row, job))
                return " · ".join(filter(None, (*parts, "" if free else tr("non-commercial use only"))))
            case role if role == MODEL:
                return row
            case role if role == JOB:
                return job
        return None


def _names(rows: Sequence[str | Known]) -> list[str]:
    return [row if isinstance(row, str) else f"= {row.name}" for row in rows]


class RowPainter(QStyledItemDelegate):
    """A section's heading; or a title with how it stands, and what it does under it."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        px = 48 if index.data(MODEL) is not None else 30
        return QSize(200, round(px * theme.text_scale()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        one = index.data(MODEL)
        if isinstance(one, Known):
            self._model(painter, option, one, index.data(JOB))
        else:
            self._heading(painter, option.rect, str(index.data()))
        painter.restore()

    def _heading(self, painter: QPainter, box: QRect, text: str) -> None:
        font = QFont(theme.font(11, bold=True))
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 104)
        painter.setFont(font)
        painter.setPen(theme.colour("text3"))
        painter.drawText(box.adjusted(10, 6, -8, 0), Qt.AlignmentFlag.AlignVCenter, text.upper())

    def _model(self, painter: QPainter, option: QStyleOptionViewItem, one: Known, job: Job | None) -> None:
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("chosen" if chosen else "bg3"))
            painter.drawRoundedRect(box.adjusted(3, 1, -3, -1), 6, 6)
        inner = box.adjusted(12, 5, -12, -6)
        half = inner.height() // 2
        upper, lower = inner.adjusted(0, 0, 0, half - inner.height()), inner.adjusted(0, half, 0, 0)
        upper.setRight(upper.right() - self._state(painter, upper, one, job))
        self._title(painter, upper, one)
        painter.setFont(theme.font(12))
        painter.setPen(theme.colour("text2" if chosen else "text3"))
        about = words.about(one)
        if job is not None and job.stage in (Stage.RUNNING, Stage.STOPPING):
            self._bar(painter, lower, job)
        else:
            shown = painter.fontMetrics().elidedText(about, Qt.TextElideMode.ElideRight, lower.width())
            painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, shown)

    def _title(self, painter: QPainter, box: QRect, one: Known) -> None:
        painter.setFont(theme.font(13, bold=True))
        painter.setPen(theme.colour("text" if one.here else "text2"))
        tail = words.scale_word(one)
        free = one.entry is None or one.entry.licence.commercial
        badge = "" if free else tr("NC")
        small = theme.font(10, bold=True)
        room = box.width() - (44 if badge else 0) - (30 if tail else 0)
        title = painter.fontMetrics().elidedText(one.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, title)
        left = box.left() + painter.fontMetrics().horizontalAdvance(title) + 8
        if tail:
            painter.setFont(theme.font(12))
            painter.setPen(theme.colour("text3"))
            painter.drawText(box.adjusted(left - box.left(), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, tail)
            left += painter.fontMetrics().horizontalAdvance(tail) + 8
        if badge:
            painter.setFont(small)
            width = painter.fontMetrics().horizontalAdvance(badge) + 10
            place = QRectF(left, box.center().y() - 7, width, 15)
            painter.setPen(theme.colour("warn"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place, 4, 4)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, badge)

    def _state(self, painter: QPainter, box: QRect, one: Known, job: Job | None) -> int:
        """The pixels that it takes at the right."""
        text = words.state_word(one, job)
        failed = bool(one.fault) or (job is not None and job.stage is Stage.FAILED)
        side = round(13 * theme.text_scale())
        painter.setFont(theme.font(12))
        painter.setPen(theme.colour("err" if failed else "text3"))
        width = painter.fontMetrics().horizontalAdvance(text)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        if one.here and not failed and (job is None or job.stage.over):
            sign = theme.pixmap("check", side, "ok", self._view.devicePixelRatioF())
            painter.drawPixmap(box.right() - width - side - 4, box.center().y() - side // 2 + 1, sign)
            width += side + 4
        return width + 10 if width else 0

    def _bar(self, painter: QPainter, box: QRect, job: Job) -> None:
        bar = QRectF(box.left(), box.center().y() - 2, box.width(), 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("bg4"))
        painter.drawRoundedRect(bar, 2.5, 2.5)
        if job.share:
            bar.setWidth(max(5.0, bar.width() * job.share))
            painter.setBrush(theme.colour("warn" if job.stage is Stage.STOPPING else "accent"))
            painter.drawRoundedRect(bar, 2.5, 2.5)
