"""How a card looks: everything of it that stands still, drawn once and kept as a picture by the card."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPen, QPixmap

from editor import theme
from editor.canvas.cardsize import PAD, RADIUS, ROW, SHADOW, STATUS, THUMB_HEIGHT, THUMB_WIDTH, TITLE, CardSize
from editor.canvas.ports import PortView

DOTS = {
    "idle": "text3",
    "computing": "accent",
    "cached": "ok",
    "error": "err",
    "waiting": "warn",
    "warning": "warn",
    "missing": "err",
    "muted": "text3",
    "bypassed": "text3",
}
"""The state dot's colour."""
THUMB = QRectF(PAD, TITLE + PAD - 1, THUMB_WIDTH, THUMB_HEIGHT)


@dataclass(frozen=True, slots=True)
class Face:
    """What a card shows. `share` is the node's part of all the time taken (0…1), `heat` whether to colour it by that;
    `badge` the viewer's letter; `wired` the ports that have a wire, as (name, gives)."""

    title: str
    category: str
    ports: tuple[PortView, ...]
    size: CardSize
    wired: frozenset[tuple[str, bool]] = frozenset()
    line: str = ""
    state: str = "idle"
    message: str = ""
    bypass: bool = False
    mute: bool = False
    missing: bool = False
    selected: bool = False
    current: bool = False
    badge: str = ""
    cost: str = ""
    share: float = 0.0
    heat: bool = False
    noted: bool = False


def heat_colour(share: float) -> QColor:
    """From calm blue through amber to red, by a node's share of the time (a third of it all is red)."""
    warmth = min(1.0, share * 3)
    return QColor.fromHslF(max(0.0, 0.58 - 0.58 * warmth), 0.75, 0.55 if theme.is_dark() else 0.48)


def paint(painter: QPainter, face: Face) -> None:
    """Draw the card with its top left corner at the origin; a thumbnail's place is left dark."""
    size = face.size
    rect = QRectF(0, 0, size.width, size.height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawPixmap(QPointF(-SHADOW, -SHADOW), _shadow(size.width, size.height, theme.is_dark()))
    body = QPainterPath()
    body.addRoundedRect(rect, RADIUS, RADIUS)
    off = face.bypass or face.mute
    painter.fillPath(body, theme.colour("bg2"))
    painter.save()
    painter.setClipPath(body)
    _title_bar(painter, face, off)
    if face.heat and face.share > 0:
        tint = QColor(heat_colour(face.share))
        tint.setAlpha(50 + round(min(1.0, face.share * 3) * 60))
        painter.fillRect(rect.adjusted(0, TITLE, 0, 0), tint)
    if not size.folded:
        _status(painter, face)
    painter.restore()
    _title(painter, face, off)
    if not size.folded:
        if size.picture:
            _thumb_place(painter, off)
        _port_names(painter, face, off)
    if off:
        _crossed(painter, face)
    _outline(painter, face, rect)
    for port in face.ports:
        draw_port(painter, face, port)


def port_point(size: CardSize, port: PortView) -> QPointF:
    return QPointF(size.width if port.gives else 0.0, size.port_y(port.name, gives=port.gives))


def draw_port(painter: QPainter, face: Face, port: PortView, *, hot: bool = False) -> None:
    """The dot of a port: full where a wire is, hollow where not, small where it need not have one."""
    at = port_point(face.size, port)
    colour = theme.colour("err") if port.lost else theme.port_colour(port.kind)
    if hot:
        glow = QColor(colour)
        glow.setAlpha(80)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(glow)
        painter.drawEllipse(at, 10, 10)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("canvas"))
    painter.drawEllipse(at, 6.6, 6.6)
    radius = 3.4 if port.optional and (port.name, port.gives) not in face.wired else 4.4
    painter.setPen(QPen(colour, 1.9))
    painter.setBrush(colour if hot or (port.name, port.gives) in face.wired else theme.colour("bg3"))
    painter.drawEllipse(at, radius, radius)


def draw_banner(painter: QPainter, face: Face) -> None:
    """What is wrong with the node, over the foot of its picture, or under its title."""
    if face.state not in ("error", "missing") or not face.message or face.size.folded or not face.size.picture:
        return
    place = QRectF(THUMB.left(), THUMB.bottom() - 20, THUMB.width(), 20)
    painter.fillRect(place, QColor(70, 10, 14, 235))
    painter.setPen(QColor("#ffc2c2"))
    painter.setFont(theme.font(11))
    _text(painter, place.adjusted(7, 0, -5, 0), face.message)


def _title_bar(painter: QPainter, face: Face, off: bool) -> None:
    colour = QColor(theme.colour("err") if face.missing else theme.category_colour(face.category))
    across = QLinearGradient(0, 0, face.size.width, 0)
    for at, alpha in ((0.0, 122 if theme.is_dark() else 90), (1.0, 34)):
        shade = QColor(colour)
        shade.setAlpha(alpha // (3 if off else 1))
        across.setColorAt(at, shade)
    bar = QRectF(0, 0, face.size.width, TITLE)
    painter.fillRect(bar, theme.colour("bg3"))
    painter.fillRect(bar, across)
    strip = QColor(colour)
    strip.setAlpha(90 if off else 255)
    painter.fillRect(QRectF(0, 0, 4, TITLE), strip)
    painter.fillRect(QRectF(0, TITLE - 1, face.size.width, 1), QColor(0, 0, 0, 100 if theme.is_dark() else 26))


def _title(painter: QPainter, face: Face, off: bool) -> None:
    right = face.size.width - 9
    for text, colour in _badges(face):
        painter.setFont(theme.font(10, bold=True))
        width = max(17.0, painter.fontMetrics().horizontalAdvance(text) + 10.0)
        place = QRectF(right - width, 7, width, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(colour))
        painter.drawRoundedRect(place, 8, 8)
        painter.setPen(ink_on(theme.colour(colour)))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        right -= width + 4
    sign = "missing" if face.missing else "plug" if face.category == "plugin" else f"cat-{face.category}"
    icon = _icon(sign, "text", theme.is_dark())
    painter.setOpacity(0.5 if off else 0.92)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(QRectF(11, 7, 16, 16), icon, QRectF(icon.rect()))
    painter.setFont(theme.font(13, bold=True))
    painter.setPen(theme.colour("text"))
    _text(painter, QRectF(32, 0, right - 34, TITLE - 1), face.title)
    painter.setOpacity(1.0)


def _badges(face: Face) -> list[tuple[str, str]]:
    """(text, colour) from the right."""
    found = []
    if face.badge:
        found.append((face.badge, "warn" if face.badge.startswith("A") else "ok"))
    if face.state in ("error", "missing", "warning"):
        found.append(("!", "warn" if face.state == "warning" else "err"))
    if face.mute or face.bypass:
        found.append(("M" if face.mute else "B", "text3"))
    return found


def ink_on(colour: QColor) -> QColor:
    """Black or white, whichever is read better on `colour`."""
    bright = 0.299 * colour.redF() + 0.587 * colour.greenF() + 0.114 * colour.blueF()
    return QColor("#0b0d10") if bright > 0.5 else QColor("#ffffff")


def _thumb_place(painter: QPainter, off: bool) -> None:
    painter.setOpacity(0.5 if off else 1.0)
    painter.fillRect(THUMB, theme.colour("screen"))
    painter.setOpacity(0.22)
    icon = _icon("picture", "text2", theme.is_dark())
    painter.drawPixmap(QRectF(THUMB.center() - QPointF(14, 14), QSizeF(28, 28)), icon, QRectF(icon.rect()))
    painter.setOpacity(1.0)


def _port_names(painter: QPainter, face: Face, off: bool) -> None:
    painter.setFont(theme.font(12))
    painter.setOpacity(0.55 if off else 1.0)
    half = face.size.width / 2
    for port in face.ports:
        at = port_point(face.size, port)
        other = face.size.inputs if port.gives else face.size.outputs
        row = (face.size.outputs if port.gives else face.size.inputs).index(port.name)
        width = (half if row < len(other) else face.size.width) - 16
        left = face.size.width - 12 - width if port.gives else 12.0
        painter.setPen(theme.colour("err" if port.lost else "text3" if port.optional else "text2"))
        place = QRectF(left, at.y() - ROW / 2, width, ROW)
        _text(painter, place, port.name, Qt.AlignmentFlag.AlignRight if port.gives else Qt.AlignmentFlag.AlignLeft)
    painter.setOpacity(1.0)


def _status(painter: QPainter, face: Face) -> None:
    size = face.size
    top = size.height - STATUS
    painter.fillRect(QRectF(0, top, size.width, STATUS), QColor(0, 0, 0, 34 if theme.is_dark() else 8))
    painter.setPen(QPen(theme.colour("line"), 1))
    painter.drawLine(QPointF(0, top), QPointF(size.width, top))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(DOTS.get(face.state, "text3")))
    painter.drawEllipse(QPointF(13, top + STATUS / 2), 3.2, 3.2)
    right = size.width - 8
    painter.setFont(theme.font(11))
    if face.cost and face.heat:
        width = painter.fontMetrics().horizontalAdvance(face.cost) + 2.0
        painter.setPen(theme.colour("text"))
        painter.drawText(QRectF(right - width, top, width, STATUS), Qt.AlignmentFlag.AlignVCenter, face.cost)
        right -= width + 5
    trouble = face.state in ("error", "missing", "warning") and face.message
    painter.setPen(theme.colour("err" if face.state in ("error", "missing") else "text2"))
    _text(painter, QRectF(22, top, right - 22, STATUS), face.message if trouble else face.line)
    if face.share > 0.005:
        width = max(2.0, (size.width - 2) * min(1.0, face.share))
        painter.fillRect(QRectF(1, size.height - 3, width, 3), heat_colour(face.share))


def _crossed(painter: QPainter, face: Face) -> None:
    """A bypassed card shows the way through it, a muted one is struck out."""
    size = face.size
    if face.mute:
        painter.setPen(QPen(theme.colour("text3"), 2))
        painter.drawLine(QPointF(10, size.height - 10), QPointF(size.width - 10, 10 if size.folded else TITLE + 8))
        return
    entry = next((port for port in face.ports if not port.gives), None)
    out = next((port for port in face.ports if port.gives and entry and port.kind == entry.kind), None)
    if entry is None or out is None:
        return
    start, end = port_point(size, entry), port_point(size, out)
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(50, 0), end - QPointF(50, 0), end)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(theme.port_colour(entry.kind), 2, Qt.PenStyle.DashLine, Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawPath(path)


def _outline(painter: QPainter, face: Face, rect: QRectF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if face.selected:
        painter.setPen(QPen(theme.colour("accent", 80 if face.current else 40), 6))
        painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), RADIUS + 2, RADIUS + 2)
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
    elif face.state in ("error", "missing"):
        style = Qt.PenStyle.DashLine if face.missing else Qt.PenStyle.SolidLine
        painter.setPen(QPen(theme.colour("err"), 1.6, style))
        painter.drawRoundedRect(rect.adjusted(0.3, 0.3, -0.3, -0.3), RADIUS, RADIUS)
    else:
        ink = QColor(255, 255, 255, 26) if theme.is_dark() else QColor(0, 0, 0, 46)
        painter.setPen(QPen(ink, 1))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def _text(painter: QPainter, place: QRectF, text: str, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> None:
    """One line, shortened with … where it does not fit."""
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(0, int(place.width())))
    painter.drawText(place, align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


@lru_cache(maxsize=128)
def _icon(name: str, tint: str, _dark: bool) -> QPixmap:
    """Drawn once in each theme: reading an SVG takes as long as drawing a whole card."""
    return theme.pixmap(name, 28, tint, 2.0)


@lru_cache(maxsize=64)
def _shadow(width: float, height: float, dark: bool) -> QPixmap:
    """A soft shadow, drawn once for each size of card."""
    reach = SHADOW
    made = QPixmap(int(width + 2 * reach), int(height + 2 * reach))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 10) if dark else QColor(20, 30, 50, 3))
    for step in range(int(reach), 0, -1):
        place = QRectF(reach - step, reach - step + 4, width + 2 * step, height + 2 * step - 4)
        painter.drawRoundedRect(place, RADIUS + step, RADIUS + step)
    painter.end()
    return made
