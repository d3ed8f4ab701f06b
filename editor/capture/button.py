"""The red button: what it would do, what is being done, and that nobody ends a recording by a slip of the hand."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from capture.session.messages import State
from editor import theme
from editor.language import tr

SURE_MS = 4000
TRIAL_S = 10.0
"""Of a recording so short that a press ends it at once."""
BLINK_MS = 600


@dataclass(frozen=True)
class Face:
    """What stands on the button: `tint` of the theme, `sign` dot, square, pause or ring."""

    text: str
    tint: str
    sign: str
    filled: bool = False
    blinks: bool = False


class RecordButton(QAbstractButton):
    """Signals: record() and stop() the user wants that."""

    record = Signal()
    stop = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: State = "idle"
        self._elapsed_s = 0.0
        self._asking = self._lit = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._sure = QTimer(self, interval=SURE_MS, singleShot=True)
        self._sure.timeout.connect(self._let_go)
        self._blink = QTimer(self, interval=BLINK_MS)
        self._blink.timeout.connect(self._wink)
        self.clicked.connect(lambda: self.press())
        theme.watch.changed.connect(self._redraw)
        self._name()

    @property
    def face(self) -> Face:
        """What it shows now."""
        if self._asking:
            return Face(tr("Stop? Press again"), "warn", "square", filled=True)
        match self._state:
            case "recording":
                return Face(tr("Stop"), "rec", "square", filled=True)
            case "paused":
                return Face(tr("Interrupted · Stop"), "warn", "pause", filled=True, blinks=True)
            case "armed":
                return Face(tr("Armed · record now"), "rec", "dot", blinks=True)
            case "finishing":
                return Face(tr("Finishing…"), "text3", "ring")
            case _:
                return Face(tr("Record"), "rec", "dot")

    def show_state(self, state: State, elapsed_s: float, *, able: bool, why: str = "") -> None:
        """`able`: whether it can be pressed; `why` it cannot."""
        if state != self._state and state not in ("recording", "paused"):
            self._asking = False
            self._sure.stop()
        changed = state != self._state or able != self.isEnabled()
        self._state, self._elapsed_s = state, elapsed_s
        self.setEnabled(able)
        self._name(why)
        if self.face.blinks != self._blink.isActive():
            self._blink.start() if self.face.blinks else self._blink.stop()
            self._lit = False
        if changed:
            self.update()

    def press(self) -> None:
        """As a click: record, or stop; a recording longer than a trial asks for a second press."""
        if not self.isEnabled():
            return
        if self._state not in ("recording", "paused"):
            self.record.emit()
        elif self._asking or self._elapsed_s < TRIAL_S:
            self._let_go()
            self.stop.emit()
        else:
            self._asking = True
            self._sure.start()
            self._name()
            self.update()

    def _let_go(self) -> None:
        self._sure.stop()
        self._asking = False
        self._name()
        self.update()

    def _wink(self) -> None:
        self._lit = not self._lit
        self.update()

    def _name(self, why: str = "") -> None:
        self.setAccessibleName(self.face.text)
        tips = {
            "recording": tr("Ends the recording and makes the file whole. Asks for a second press, so that a slip ends "
                            "nothing."),
            "armed": tr("Recording begins by itself with the first picture; a press begins it now."),
        }  # fmt: skip
        self.setToolTip(why or tips.get(self._state, tr("Record from now on")))

    def _redraw(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        font = theme.font(16, bold=True)
        wide = max(
            metrics.horizontalAdvance(text)
            for text in (tr("Stop? Press again"), tr("Armed · record now"), tr("Interrupted · Stop"))
        )
        scale = font.pixelSize() / max(1, self.font().pixelSize())
        return QSize(round(wide * scale * 1.08 + 84 * theme.text_scale()), round(72 * theme.text_scale()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    # ---- painting

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face, scale = self.face, theme.text_scale()
        tint = QColor("#e5322d") if face.tint == "rec" else theme.colour(face.tint)
        tint = tint if self.isEnabled() or face.sign == "ring" else theme.colour("text3")
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        if face.filled:
            fill = tint.lighter(112) if self.underMouse() else tint
            ink = QColor("#1b1300") if face.tint == "warn" and theme.is_dark() else QColor("#ffffff")
        else:
            fill = theme.colour("bg4" if self.underMouse() and self.isEnabled() else "bg3")
            ink = theme.colour("text" if self.isEnabled() else "text3")
        edge = (
            theme.colour("accent")
            if self.hasFocus()
            else (tint if face.filled or self.isEnabled() else theme.colour("line2"))
        )
        painter.setPen(QPen(edge, 2))
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 10, 10)
        side = 26 * scale
        sign = QRectF(18 * scale, box.center().y() - side / 2, side, side)
        self._sign(painter, sign, face, ink if face.filled else tint)
        painter.setPen(ink)
        painter.setFont(theme.font(16, bold=True))
        text = QRectF(sign.right() + 14 * scale, box.top(), box.right() - sign.right() - 24 * scale, box.height())
        painter.drawText(
            text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, face.text
        )
        painter.end()

    def _sign(self, painter: QPainter, at: QRectF, face: Face, tint: QColor) -> None:
        painter.setOpacity(0.25 if face.blinks and not self._lit else 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        match face.sign:
            case "dot":
                painter.drawEllipse(at)
            case "square":
                inset = at.width() * 0.12
                painter.drawRoundedRect(at.adjusted(inset, inset, -inset, -inset), 3, 3)
            case "pause":
                wide = at.width() * 0.3
                for x in (at.left() + at.width() * 0.1, at.right() - at.width() * 0.1 - wide):
                    painter.drawRoundedRect(QRectF(QPointF(x, at.top() + 2), QPointF(x + wide, at.bottom() - 2)), 2, 2)
            case _:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(tint, 3))
                painter.drawEllipse(at.adjusted(3, 3, -3, -3))
        painter.setOpacity(1.0)
