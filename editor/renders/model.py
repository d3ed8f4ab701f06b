"""The queue as a table for Qt's views."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from editor import theme
from editor.language import tr
from editor.plain import tip
from editor.renders import words
from editor.renders.line import RenderLine
from runtime.jobs.queue.order import Job, Stage

type AnyIndex = QModelIndex | QPersistentModelIndex

NAME, PROGRESS, SPEED, LEFT = range(4)
JOB = Qt.ItemDataRole.UserRole
ICONS = {
    Stage.WAITING: ("clock", "text3"),
    Stage.PREPARING: ("clock", "accent"),
    Stage.RUNNING: ("play", "accent"),
    Stage.PAUSED: ("pause", "warn"),
    Stage.DONE: ("check", "ok"),
    Stage.FAILED: ("alert", "err"),
    Stage.CANCELLED: ("x", "text3"),
}
_ROOT = QModelIndex()


class QueueModel(QAbstractTableModel):
    def __init__(self, line: RenderLine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._shown = list(line.jobs)
        line.changed.connect(self._anew)
        line.updated.connect(self._news)

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("Job"), tr("Progress"), tr("Speed"), tr("Time left"))[section]
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        job = self._shown[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return (job.order.name, "", words.speed(job), words.left(job))[index.column()]
            case Qt.ItemDataRole.DecorationRole if index.column() == NAME:
                return theme.icon(*ICONS[job.stage])
            case Qt.ItemDataRole.ForegroundRole if index.column() == LEFT and job.stage is Stage.FAILED:
                return theme.colour("err")
            case Qt.ItemDataRole.ToolTipRole:
                return tip(_tip(job))
            case Qt.ItemDataRole.AccessibleTextRole:
                share = tr("{percent} %").format(percent=round(job.share * 100))
                return " · ".join((job.order.name, share, words.left(job)))
            case role if role == JOB:
                return job
        return None

    def id_at(self, row: int) -> int | None:
        return self._shown[row].id if 0 <= row < len(self._shown) else None

    def row_of(self, id: int) -> int:
        return next((row for row, job in enumerate(self._shown) if job.id == id), -1)

    def _anew(self) -> None:
        self.beginResetModel()
        self._shown = list(self._line.jobs)
        self.endResetModel()

    def _news(self, id: int) -> None:
        row, job = self.row_of(id), self._line.job(id)
        if row >= 0 and job is not None:
            self._shown[row] = job
            self.dataChanged.emit(self.index(row, 0), self.index(row, LEFT), [])


def _tip(job: Job) -> str:
    lines = [f"{job.order.name} · {words.stage_word(job.stage)}", *([job.text] if job.text else [])]
    lines += [str(file) for file in job.files]
    if job.size_bytes:
        lines.append(words.size(job.size_bytes))
    return "\n".join((*lines, *job.notes, *job.log[-6:]))
