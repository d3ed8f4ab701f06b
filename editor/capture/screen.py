"""The live picture, in its true shape, with what must be said about it laid over it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from editor import theme
from editor.capture.watching import Seen
from editor.language import tr


class LiveScreen(QWidget):
    """`show_picture`, `clear`; `say` lays words over it. What was `warn`ed of stays until it is clicked away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._shape = 4 / 3
        self._text = self._alarm = ""
        self._badges: tuple[tuple[str, str], ...] = ()
        self._red = False
        self._warning = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        self.setAccessibleName(tr("Live picture"))
        theme.watch.changed.connect(self.update)

    @property
    def image(self) -> QImage | None:
        return self._image

    def show_picture(self, seen: Seen) -> None:
        self.show_image(seen.image, seen.shape)

    def show_image(self, image: QImage, shape: float) -> None:
        self._image, self._shape = image, shape
        self.update()

    def clear(self) -> None:
        if self._image is not None:
            self._image = None
            self.update()

    def say(self, text: str, *, alarm: str = "", badges: tuple[tuple[str, str], ...] = (), red: bool = False) -> None:
        """`text` stands where there is no picture; `alarm` over one; `badges` (words, tint) in the corner; `red`: a
        frame around it, for a tape that is being recorded."""
        told = (text, alarm, badges, red)
        if told != (self._text, self._alarm, self._badges, self._red):
            self._text, self._alarm, self._badges, self._red = told
            self.setAccessibleDescription(". ".join(filter(None, (alarm, text, *(one for one, _ in badges)))))
            self.update()

    def warn(self, text: str) -> None:
        """A red line over the foot of the picture; nothing around it moves. Empty: away with it."""
        if text != self._warning:
            self._warning = text
            self.update()

    @property
    def warning(self) -> str:
        return self._warning

    def mousePressEvent(self, _: QMouseEvent) -> None:
        self.warn("")

    def sizeHint(self) -> QSize:
        return QSize(720, 540)

    def picture_rect(self) -> QRectF:
        """Where the picture is painted."""
        wide, high = float(self.width()), float(self.height())
        if wide / high > self._shape:
            return QRectF((wide - high * self._shape) / 2, 0, high * self._shape, high)
        return QRectF(0, (high - wide / self._shape) / 2, wide, wide / self._shape)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("screen"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._image is not None:
            if self._alarm:
                painter.setOpacity(0.35)
            painter.drawImage(self.picture_rect(), self._image)
            painter.setOpacity(1)
        if self._alarm:
            self._words(painter, self._alarm, 18, "#ffffff", strong=True)
        elif self._image is None and self._text:
            self._words(painter, self._text, 14, "#aab3c2")
        self._corner(painter)
        if self._warning and not self._alarm:
            self._band(painter)
        if self._red:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            pen = painter.pen()
            pen.setColor(theme.colour("#e5322d"))
            pen.setWidthF(3)
            painter.setPen(pen)
            painter.drawRect(self.picture_rect().adjusted(1.5, 1.5, -1.5, -1.5))
        painter.end()

    def _words(self, painter: QPainter, text: str, px: int, tint: str, *, strong: bool = False) -> None:
        font = theme.font(px, bold=strong)
        painter.setFont(font)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = QRectF(self.rect()).adjusted(40, 20, -40, -20)
        box = QRectF(QFontMetrics(font).boundingRect(room.toRect(), int(flags), text)).adjusted(-22, -14, 22, 14)
        if strong:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("#b3261e", 235))
            painter.drawRoundedRect(box, 8, 8)
        painter.setPen(theme.colour(tint))
        painter.drawText(room, int(flags), text)

    def _band(self, painter: QPainter) -> None:
        font = theme.font(14, bold=True)
        high = QFontMetrics(font).height() + 16.0
        box = QRectF(0, self.height() - high, self.width(), high)
        painter.fillRect(box, theme.colour("#b3261e", 235))
        painter.setFont(font)
        painter.setPen(theme.colour("#ffffff"))
        text = QFontMetrics(font).elidedText(self._warning, Qt.TextElideMode.ElideRight, round(box.width()) - 60)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.drawText(box.adjusted(0, 0, -14, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, "×")

    def _corner(self, painter: QPainter) -> None:
        painter.setFont(theme.font(11, bold=True))
        metrics = QFontMetrics(painter.font())
        place = self.picture_rect()
        x, y, high = place.left() + 10, place.top() + 10, metrics.height() + 8
        for text, tint in self._badges:
            box = QRectF(x, y, metrics.horizontalAdvance(text) + 18, high)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("#000000", 170))
            painter.drawRoundedRect(box, 5, 5)
            painter.setPen(theme.colour(tint))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
            x += box.width() + 6
