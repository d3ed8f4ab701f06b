"""The drop counter: large, green while it is zero, red from the first frame on that is lost. A click shows which."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from editor import theme
from editor.language import tr


class LossCounter(QAbstractButton):
    """Shows how many frames are lost; a button, for it opens the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lost, self._beside, self._live, self._bad = 0, "", False, False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setToolTip(tr("Frames of the tape that never came. A click shows when, and why."))
        theme.watch.changed.connect(self._redraw)
        self.show_losses(0, (), live=False)

    @property
    def lost(self) -> int:
        return self._lost

    @property
    def tint(self) -> str:
        """`ok`, `err`, or `text3` while nothing is counted."""
        if self._bad or self._lost:
            return "err"
        return "ok" if self._live else "text3"

    def show_losses(self, lost: int, beside: Sequence[str], *, live: bool, bad: bool = False) -> None:
        """`beside`: the small counters; `live`: whether a recording is counted; `bad`: something was lost that cannot
        be counted in frames."""
        wide = len(str(lost)) != len(str(self._lost))
        self._lost, self._beside, self._live, self._bad = lost, "  ".join(beside), live, bad
        self.setAccessibleName(tr("{count} frames lost").format(count=lost))
        self.setAccessibleDescription(self._beside)
        if wide:
            self.updateGeometry()
        self.update()

    def _redraw(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        number = QFontMetrics(theme.font(40, bold=True)).horizontalAdvance("0" * max(3, len(str(self._lost))))
        word = QFontMetrics(theme.font(12, bold=True)).horizontalAdvance(tr("FRAMES LOST"))
        scale = theme.text_scale()
        return QSize(round(number + max(word, 96 * scale) + 44 * scale), round(72 * scale))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale, tint = theme.text_scale(), theme.colour(self.tint)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        alarm = self.tint == "err"
        fill = QColor(tint)
        fill.setAlpha(255 if alarm else 34 if self.tint == "ok" else 14)
        if self.underMouse():
            fill = fill.lighter(112) if alarm else theme.colour(self.tint, 54)
        painter.setPen(
            QPen(theme.colour("accent") if self.hasFocus() else tint, 2 if self.isChecked() or alarm else 1.2)
        )
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 10, 10)
        ink = QColor("#ffffff") if alarm else tint
        painter.setPen(ink)
        painter.setFont(theme.font(40, bold=True))
        number = QFontMetrics(painter.font()).horizontalAdvance(str(self._lost))
        left = 16 * scale
        painter.drawText(QRectF(left, 0, number + 4, self.height()), Qt.AlignmentFlag.AlignVCenter, str(self._lost))
        words = QRectF(left + number + 12 * scale, 0, self.width() - number - left - 20 * scale, self.height())
        painter.setFont(theme.font(12, bold=True))
        upper, lower = (
            words.adjusted(0, 14 * scale, 0, -self.height() / 2),
            words.adjusted(0, self.height() / 2, 0, -10 * scale),
        )
        painter.drawText(upper, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, tr("FRAMES LOST"))
        painter.setFont(theme.font(11))
        small = self._beside or (
            tr("show the list") if self._lost or self._bad else tr("nothing is missing") if self._live else ""
        )
        painter.drawText(
            lower,
            Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft,
            QFontMetrics(painter.font()).elidedText(small, Qt.TextElideMode.ElideRight, round(lower.width())),
        )
        painter.end()
