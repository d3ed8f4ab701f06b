"""How loud the tape is: a tall bar for each channel, its highest level held, and a lamp that stays lit once a sample
was at full scale."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QLinearGradient, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from editor import theme
from editor.capture.standing import Heard
from editor.language import tr
from editor.renders.words import figure
from editor.scopes.meters import height

TICKS = (0, -6, -12, -20, -30, -40, -60)
GOOD_DB, LOUD_DB = -12.0, -3.0
"""Where green ends, where red begins: EBU R 68's alignment level leaves the upper stretch for peaks."""


class SoundMeters(QWidget):
    """`show_levels` takes what is heard. Signal: quieten() a click asks for the lamps to be put out."""

    quieten = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heard: tuple[Heard, ...] = ()
        self._why = ""
        self.setAccessibleName(tr("Sound meters"))
        self.setToolTip(tr("Peaks are held for a moment. The lamp on top stays lit once the sound was cut off at full "
                           "scale; a click puts it out."))  # fmt: skip
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme.watch.changed.connect(self._redraw)

    def show_levels(self, heard: Sequence[Heard], why: str = "") -> None:
        """`why`: what to say where there is nothing to be heard."""
        made = tuple(heard)
        if made == self._heard and why == self._why:
            return
        if len(made) != len(self._heard):
            self.updateGeometry()
        self._heard, self._why = made, why
        self.setAccessibleDescription(", ".join(_said(number, one) for number, one in enumerate(made, 1)))
        self.update()

    @property
    def clipped(self) -> bool:
        """Whether a lamp is lit."""
        return any(one.clipped for one in self._heard)

    def sizeHint(self) -> QSize:
        scale = theme.text_scale()
        return QSize(round((46 + 34 * max(2, len(self._heard))) * scale), 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width(), 120)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.quieten.emit()

    def _redraw(self) -> None:
        self.updateGeometry()
        self.update()

    # ---- painting

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("screen"))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        scale = theme.text_scale()
        painter.setFont(theme.font(10))
        if not self._heard:
            painter.setPen(theme.colour("#8a94a5"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(6, 6, -6, -6), flags, self._why or tr("No sound"))
            painter.end()
            return
        body = QRectF(self.rect()).adjusted(30 * scale, 40 * scale, -8 * scale, -22 * scale)
        self._scale(painter, body, scale)
        pitch = body.width() / len(self._heard)
        for number, one in enumerate(self._heard):
            self._bar(painter, QRectF(body.x() + pitch * number, body.y(), pitch, body.height()), number, one, scale)
        painter.end()

    def _scale(self, painter: QPainter, body: QRectF, scale: float) -> None:
        for db in TICKS:
            y = body.bottom() - body.height() * height(db)
            painter.setPen(theme.colour("#8a94a5"))
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(
                QRectF(0, y - 8 * scale, body.left() - 6 * scale, 16 * scale), align, str(db).replace("-", "−")
            )
            painter.setPen(theme.colour("#ffffff", 22))
            painter.drawLine(round(body.left()), round(y), round(body.right()), round(y))

    def _bar(self, painter: QPainter, area: QRectF, number: int, one: Heard, scale: float) -> None:
        wide = min(24 * scale, area.width() - 6 * scale)
        groove = QRectF(area.center().x() - wide / 2, area.y(), wide, area.height())
        painter.fillRect(groove, theme.colour("#ffffff", 16))
        shade = QLinearGradient(groove.bottomLeft(), groove.topLeft())
        for at, name in (
            (0.0, "#3fae78"),
            (height(GOOD_DB) - 0.02, "#4fc38a"),
            (height(GOOD_DB), "#f0b03f"),
            (height(LOUD_DB), "#ff5d5d"),
            (1.0, "#ff5d5d"),
        ):
            shade.setColorAt(at, theme.colour(name))
        for loud, opacity in ((one.now.peak_db, 0.45), (one.now.rms_db, 1.0)):
            tall = groove.height() * height(loud)
            painter.setOpacity(opacity)
            painter.fillRect(QRectF(groove.x(), groove.bottom() - tall, wide, tall), shade)
        painter.setOpacity(1)
        y = groove.bottom() - groove.height() * height(one.peak_db)
        painter.fillRect(QRectF(groove.x(), min(y, groove.bottom() - 2), wide, 2), theme.colour("#ffffff"))
        lamp = QRectF(area.center().x() - wide / 2, 8 * scale, wide, 10 * scale)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("#ff5d5d") if one.clipped else theme.colour("#ffffff", 28))
        painter.drawRoundedRect(lamp, 3, 3)
        painter.setPen(theme.colour("#ff5d5d" if one.clipped else "#c4ccd8"))
        centre = Qt.AlignmentFlag.AlignCenter
        line = QRectF(area.x(), 21 * scale, area.width(), 16 * scale)
        painter.drawText(line, centre, "−∞" if one.peak_db <= -90 else figure(float(one.peak_db), 0).replace("-", "−"))
        painter.setPen(theme.colour("#8a94a5"))
        painter.drawText(
            QRectF(area.x(), area.bottom() + 3 * scale, area.width(), 16 * scale),
            centre,
            _name(number, len(self._heard)),
        )


def _name(number: int, of: int) -> str:
    """L and R of a pair, else the channel's number."""
    return (tr("L"), tr("R"))[number] if of == 2 else str(number + 1)


def _said(number: int, one: Heard) -> str:
    text = tr("channel {number}: peak {db} dB").format(number=number, db=figure(float(one.peak_db), 0))
    return f"{text}, {tr('cut off')}" if one.clipped else text
