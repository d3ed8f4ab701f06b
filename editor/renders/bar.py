"""Draws a job's progress in its cell."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from editor import theme
from editor.renders.model import JOB, AnyIndex
from runtime.jobs.queue.order import Job, Stage

COLOURS = {Stage.DONE: "ok", Stage.FAILED: "err", Stage.PAUSED: "warn", Stage.CANCELLED: "text3"}


class ProgressBar(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        super().paint(painter, option, index)
        job = index.data(JOB)
        if not isinstance(job, Job):
            return
        rect = QRectF(option.rect)
        bar = QRectF(rect.left() + 6, rect.center().y() - 3, rect.width() - 12, 6)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("bg4"))
        painter.drawRoundedRect(bar, 3, 3)
        if job.share > 0:
            bar.setWidth(max(6.0, bar.width() * job.share))
            painter.setBrush(theme.colour(COLOURS.get(job.stage, "accent")))
            painter.drawRoundedRect(bar, 3, 3)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(120, super().sizeHint(option, index).height())
