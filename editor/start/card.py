"""One card of the start page: a picture, a title, a line. A button for mouse and keys alike."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from editor import theme
from editor.plain import tip

WIDTH, PICTURE = 236, 132


class Card(QAbstractButton):
    """`lines` is how many lines of text stand under the title; where there are several and letters are large, one
    more."""

    def __init__(
        self,
        title: str,
        line: str,
        picture: QPixmap,
        *,
        icon: str = "film",
        lines: int = 2,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(line)
        self.setToolTip(tip(line))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._line, self._picture, self._icon, self._lines = line, picture, icon, lines
        theme.watch.changed.connect(self.updateGeometry)

    @property
    def _rows(self) -> int:
        return self._lines + (1 if self._lines > 1 and theme.text_scale() > 1.1 else 0)

    def sizeHint(self) -> QSize:
        tall = QFontMetrics(theme.font(14, bold=True)).height() + self._rows * QFontMetrics(theme.font(12)).height()
        return QSize(WIDTH, PICTURE + tall + 26)

    def minimumSizeHint(self) -> QSize:
        return QSize(150, self.sizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        body = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        over = self.underMouse() or self.isDown()
        painter.setBrush(theme.colour("bg3" if over else "bg2"))
        lined = "accent" if self.hasFocus() else "line2" if over else "line"
        painter.setPen(QPen(theme.colour(lined), 1.6 if self.hasFocus() else 1))
        painter.drawRoundedRect(body, 9, 9)
        self._paint_picture(painter, QRectF(body.x(), body.y(), body.width(), PICTURE))
        self._paint_words(painter, body)
        painter.end()

    def _paint_picture(self, painter: QPainter, box: QRectF) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(box.adjusted(1, 1, -1, 9), 8, 8)
        clip = QPainterPath()
        clip.addRect(box)
        painter.save()
        painter.setClipPath(shape.intersected(clip))
        painter.fillRect(box, theme.colour("screen"))
        if self._picture.isNull():
            side = 36
            mark = theme.pixmap(self._icon, side, "text3", self.devicePixelRatioF())
            painter.drawPixmap(round(box.center().x() - side / 2), round(box.center().y() - side / 2), mark)
        else:
            size = QSize(self._picture.size()).scaled(
                box.size().toSize(), Qt.AspectRatioMode.KeepAspectRatioByExpanding
            )
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(box.center())
            painter.drawPixmap(place, self._picture, QRectF(self._picture.rect()))
        painter.restore()

    def _paint_words(self, painter: QPainter, body: QRectF) -> None:
        room = body.adjusted(12, PICTURE + 9, -12, -8)
        painter.setFont(theme.font(14, bold=True))
        painter.setPen(theme.colour("text"))
        metrics = painter.fontMetrics()
        title = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, round(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
        room.setTop(room.top() + metrics.height() + 2)
        painter.setFont(theme.font(12))
        painter.setPen(theme.colour("text2"))
        for line in wrapped(self._line, painter.fontMetrics(), round(room.width()), self._rows):
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, line)
            room.setTop(room.top() + painter.fontMetrics().height())


def wrapped(text: str, metrics: QFontMetrics, width: int, lines: int) -> list[str]:
    """`text` in at most `lines` lines, the last one shortened if it must be."""
    made: list[str] = []
    words = text.split()
    while words and len(made) < lines:
        line = words.pop(0)
        while words and metrics.horizontalAdvance(f"{line} {words[0]}") <= width:
            line += f" {words.pop(0)}"
        made.append(line)
    if words and made:
        made[-1] = f"{made[-1]} {' '.join(words)}"
    return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, width) for line in made]
