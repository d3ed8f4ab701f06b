"""What is drawn over the picture: names, facts, the wipe's handle, guides, the pixel grid, a crop's edges."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from editor import theme
from editor.language import tr
from editor.viewer.placement import Placement

PILL_PX = 24
_INK = QColor(8, 9, 11, 200)
_WHITE = QColor(255, 255, 255)


def pill(
    painter: QPainter,
    corner: QPointF,
    text: str,
    colour: QColor,
    *,
    right: bool = False,
    lead: str = "",
    room: float = 1e6,
) -> float:
    """A text on dark glass with its upper left (or right) corner there; how wide it became. `lead` is written bold
    in the colour, the text after it too; what does not fit in `room` is shortened."""
    bold, plain = theme.font(12, bold=True), theme.font(12, bold=bool(lead))
    wide_lead = QFontMetricsF(bold).horizontalAdvance(lead) + 7 if lead else 0.0
    metrics = QFontMetricsF(plain)
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(20.0, room - 18 - wide_lead))
    width = metrics.horizontalAdvance(text) + wide_lead + 18
    high = max(PILL_PX, metrics.height() + 8)
    box = QRectF(corner.x() - width if right else corner.x(), corner.y(), width, high)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_INK)
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(colour)
    if lead:
        painter.setFont(bold)
        painter.drawText(box.adjusted(9, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, lead)
    painter.setFont(plain)
    painter.drawText(
        box.adjusted(9 + wide_lead, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text
    )
    return width


def handle(painter: QPainter, seen: QRectF, at: float, flat: bool, *, focused: bool) -> None:
    """The line between A and B with its grip; `at` is its x (or y) on the widget."""
    line = QLineF(seen.left(), at, seen.right(), at) if flat else QLineF(at, seen.top(), at, seen.bottom())
    painter.setPen(QPen(QColor(0, 0, 0, 140), 4))
    painter.drawLine(line)
    painter.setPen(QPen(_WHITE, 1.6))
    painter.drawLine(line)
    middle = line.center()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 90))
    painter.drawEllipse(middle + QPointF(0, 1), 17, 17)
    painter.setPen(QPen(theme.colour("accent"), 2) if focused else Qt.PenStyle.NoPen)
    painter.setBrush(_WHITE)
    painter.drawEllipse(middle, 15, 15)
    painter.setPen(
        QPen(QColor("#20242b"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    for way in (-1, 1):
        tip, back = way * 8, way * 4
        points = [(back, -5), (tip, 0), (back, 5)]
        painter.drawPolyline([middle + (QPointF(y, x) if flat else QPointF(x, y)) for x, y in points])


def guides(painter: QPainter, rect: QRectF, *, safe: bool, cross: bool) -> None:
    """Action (90 %) and title (80 %) safe areas as SMPTE RP 8 draws them for 4:3, and the middle."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for share, name in ((0.9, tr("action")), (0.8, tr("title"))) if safe else ():
        wide, high = rect.width() * share, rect.height() * share
        box = QRectF(rect.center().x() - wide / 2, rect.center().y() - high / 2, wide, high)
        _twice(painter, partial(painter.drawRect, box))
        painter.setFont(theme.font(10))
        painter.setPen(QColor(255, 255, 255, 190))
        painter.drawText(box.adjusted(5, 3, -5, 0), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, name)
    if cross:
        middle, arm = rect.center(), min(rect.width(), rect.height()) * 0.04
        for line in (
            QLineF(middle.x() - arm, middle.y(), middle.x() + arm, middle.y()),
            QLineF(middle.x(), middle.y() - arm, middle.x(), middle.y() + arm),
        ):
            _twice(painter, partial(painter.drawLine, line))


def _twice(painter: QPainter, drawn: Callable[[], None]) -> None:
    """Dark under light, to be seen on any picture."""
    for pen in (QPen(QColor(0, 0, 0, 120), 3), QPen(QColor(255, 255, 255, 200), 1)):
        painter.setPen(pen)
        drawn()


def grid(painter: QPainter, placed: Placement) -> None:
    """A line between each two pixels; asked for from 800 % on."""
    x, y, wide, high = placed.visible()
    if not wide or not high:
        return
    first, last = placed.to_widget(QPointF(x, y)), placed.to_widget(QPointF(x + wide, y + high))
    lines = []
    for column in range(x, x + wide + 1):
        at = placed.to_widget(QPointF(column, 0)).x()
        lines.append(QLineF(at, first.y(), at, last.y()))
    for row in range(y, y + high + 1):
        at = placed.to_widget(QPointF(0, row)).y()
        lines.append(QLineF(first.x(), at, last.x(), at))
    painter.setPen(QPen(QColor(128, 128, 128, 90), 1 / placed.ratio))
    painter.drawLines(lines)


def cut(painter: QPainter, whole: QRectF, kept: QRectF, size: str) -> None:
    """What a crop takes away, darkened, and the edges to drag."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150))
    for gone in (
        QRectF(whole.topLeft(), QPointF(whole.right(), kept.top())),
        QRectF(QPointF(whole.left(), kept.bottom()), whole.bottomRight()),
        QRectF(QPointF(whole.left(), kept.top()), kept.bottomLeft()),
        QRectF(kept.topRight(), QPointF(whole.right(), kept.bottom())),
    ):
        if not gone.isEmpty():
            painter.drawRect(gone)
    accent = theme.colour("accent")
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(accent, 1.5))
    painter.drawRect(kept)
    painter.setPen(QPen(_WHITE, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    arm = min(18.0, kept.width() / 4, kept.height() / 4)
    for corner, across, down in (
        (kept.topLeft(), 1, 1),
        (kept.topRight(), -1, 1),
        (kept.bottomLeft(), 1, -1),
        (kept.bottomRight(), -1, -1),
    ):
        painter.drawLine(QLineF(corner, corner + QPointF(across * arm, 0)))
        painter.drawLine(QLineF(corner, corner + QPointF(0, down * arm)))
    middle = kept.center()
    for x, y, flat in (
        (kept.left(), middle.y(), False),
        (kept.right(), middle.y(), False),
        (middle.x(), kept.top(), True),
        (middle.x(), kept.bottom(), True),
    ):
        half = QPointF(arm / 2, 0) if flat else QPointF(0, arm / 2)
        painter.drawLine(QLineF(QPointF(x, y) - half, QPointF(x, y) + half))
    wide = QFontMetricsF(theme.font(12)).horizontalAdvance(size) + 18
    pill(painter, QPointF(middle.x() - wide / 2, kept.bottom() - PILL_PX - 12), size, _WHITE)
