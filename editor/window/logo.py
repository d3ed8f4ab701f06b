"""The word in the corner."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QLinearGradient, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from editor import theme


class Logo(QWidget):
    """`tapeloom`, the first half in the text's colour, the second in the accent's."""

    def __init__(self, px: int = 19, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._px = px
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Tapeloom")
        theme.watch.changed.connect(self.updateGeometry)
        theme.watch.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        from PySide6.QtGui import QFontMetrics

        metrics = QFontMetrics(theme.font(self._px, bold=True))
        return QSize(metrics.horizontalAdvance("tapeloom") + 4, metrics.height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(self._px, bold=True))
        wide = painter.fontMetrics().horizontalAdvance("tape")
        painter.setPen(theme.colour("accent"))
        line = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), line, "tape")
        painter.setPen(theme.colour("text"))
        painter.drawText(self.rect().adjusted(wide, 0, 0, 0), line, "loom")
        painter.end()


def window_icon() -> QIcon:
    """Warp and weft: three bands over three, in the colours of a sunset."""
    icon = QIcon()
    for px in (16, 32, 64, 128):
        icon.addPixmap(_picture(px))
    return icon


def _picture(px: int) -> QPixmap:
    made = QPixmap(px, px)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    back = QLinearGradient(0, 0, 0, px)
    back.setColorAt(0, QColor("#20262f"))
    back.setColorAt(1, QColor("#12151a"))
    painter.setBrush(back)
    painter.drawRoundedRect(QRectF(0, 0, px, px), px * 0.2, px * 0.2)
    pen = QPen()
    pen.setWidthF(px * 0.11)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    places = [px * (0.27 + 0.23 * index) for index in range(3)]
    for row, (y, shade) in enumerate(zip(places, ("#ffb347", "#f0609e", "#4c9dff"), strict=True)):
        pen.setColor(QColor(shade))
        painter.setPen(pen)
        painter.drawLine(round(px * 0.18), round(y), round(px * 0.82), round(y))
        for column, x in enumerate(places):
            if (row + column) % 2 == 0:
                pen.setColor(QColor("#d9dee7"))
                painter.setPen(pen)
                painter.drawLine(round(x), round(y - px * 0.06), round(x), round(y + px * 0.06))
    painter.end()
    return made
