"""The texts on the picture: who is A and who is B, at which frame, what the clip is, and what is not yet true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from editor import theme
from editor.language import tr
from editor.viewer import facts, overlay
from editor.viewer.manner import Mode
from editor.viewer.slot import Slot

if TYPE_CHECKING:
    from editor.viewer.screen import Screen

MARGIN = 10.0
_TINTS = ("warn", "ok")


def paint(painter: QPainter, screen: Screen) -> None:
    """All of them; over the picture where there is one, else over the empty screen."""
    if screen.leading.node is None:
        _hint(painter, QRectF(screen.rect()), screen.hint)
        return
    both = screen.mode.compares and screen.mode is not Mode.TOGGLE
    for number, slot in enumerate(screen.slots):
        if both or slot is screen.leading:
            _slot(painter, screen, slot, right=both and number == 1)
            if slot.reason:
                _hint(painter, screen.area(slot), slot.reason)
    if screen.readout:
        seen = _seen(screen, screen.slots[0] if both else screen.leading)
        down = 2 if both else 1
        y = seen.bottom() - MARGIN * 1.0 - down * overlay.PILL_PX - (down - 1) * 6
        overlay.pill(painter, QPointF(_right(seen), y), screen.readout, theme.colour("#d9dee7"), right=True)


def _slot(painter: QPainter, screen: Screen, slot: Slot, *, right: bool) -> None:
    seen = _seen(screen, slot)
    room = (seen.width() / 2 if screen.mode in (Mode.WIPE, Mode.DIFFERENCE) else seen.width()) - 2 * MARGIN
    x = _right(seen) if right else seen.left() + MARGIN
    letter = "B" if slot is screen.slots[1] else "A"
    tint = theme.colour("#4fc38a" if letter == "B" else "#f0b03f")
    name = screen.titles(slot)
    if slot.frame is not None:
        tail = f"  ·  {slot.frame}"  # stays where the name is shortened
        metrics = QFontMetricsF(theme.font(12, bold=True))
        left = room - 40 - metrics.horizontalAdvance(tail)
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(20.0, left)) + tail
    wide = overlay.pill(painter, QPointF(x, seen.top() + MARGIN), name, tint, right=right, lead=letter, room=room)
    told = status(slot)
    if told:
        beside = room - wide >= 110
        across = (wide + 6) * (-1 if right else 1) if beside else 0
        down = 0 if beside else overlay.PILL_PX + 6
        corner = QPointF(x + across, seen.top() + MARGIN + down)
        overlay.pill(painter, corner, told, theme.colour("#9cc9ff"), right=right)
    info = slot.info
    if info is not None and slot.trouble is None:
        corner = QPointF(x, seen.bottom() - MARGIN - overlay.PILL_PX)
        aside = 0 if screen.mode.compares or not screen.readout else 230
        overlay.pill(painter, corner, facts.line(info), theme.colour("#d9dee7"), right=right, room=room - aside)


def status(slot: Slot) -> str:
    """What is not yet as it will be."""
    if slot.shot is not None and slot.shot.stand_in:
        return tr("stand-in")
    return tr("computing…") if slot.computing else ""


def _seen(screen: Screen, slot: Slot) -> QRectF:
    """The picture as far as it is seen, or the slot's part of the screen if that is too little to write on."""
    area = screen.area(slot)
    placed = screen.placement(slot)
    seen = placed.rect.intersected(area) if placed else area
    return seen if seen.width() > 220 and seen.height() > 120 else area


def _right(seen: QRectF) -> float:
    return seen.right() - MARGIN


def _hint(painter: QPainter, area: QRectF, text: str) -> None:
    painter.setFont(theme.font(13))
    painter.setPen(theme.colour("#98a2b3"))
    painter.drawText(area.adjusted(24, 24, -24, -24), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
