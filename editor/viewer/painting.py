"""Paints the viewer's screen: the pictures as the mode says, then all that lies over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from editor import theme
from editor.viewer import captions, overlay, pictures
from editor.viewer.crop import Cut
from editor.viewer.manner import Mode
from editor.viewer.placement import Placement
from editor.viewer.slot import Slot

if TYPE_CHECKING:
    from editor.viewer.screen import Screen

GRID_FROM = 8.0
"""The zoom from which on there are lines between the pixels."""

type Placed = Mapping[Slot, Placement]


class Painting:
    """Keeps a difference once it is made."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._difference = pictures.Difference()

    def paint(self, painter: QPainter) -> None:
        screen = self._screen
        painter.fillRect(screen.rect(), theme.colour("screen"))
        placed = {slot: found for slot in screen.slots if (found := screen.placement(slot)) is not None}
        self._pictures(painter, placed)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for slot in self._painted():
            if slot in placed and slot.shot is not None:
                self._guides(painter, placed[slot])
        if screen.mode is Mode.WIPE and placed:
            overlay.handle(painter, screen.seen, screen.wipe_at, screen.manner.flat, focused=screen.hasFocus())
        captions.paint(painter, screen)
        if screen.cut is not None and screen.leading in placed:
            self._cut(painter, placed[screen.leading], screen.cut)
        if screen.hasFocus() and not screen.isWindow():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(theme.colour("accent"))
            painter.drawRect(QRectF(screen.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _pictures(self, painter: QPainter, placed: Placed) -> None:
        screen = self._screen
        first, second = screen.slots
        match screen.mode:
            case Mode.WIPE:
                self._wipe(painter, placed)
            case Mode.DIFFERENCE if first in placed and first.shot and second.shot:
                at = placed[first]
                image = self._difference.of(first.shot.image, second.shot.image, screen.manner.gain)
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, pictures.smooth(at))
                pictures.put(painter, image, at.rect, at.ratio)
            case _:
                for slot in self._painted():
                    if slot in placed:
                        pictures.draw(painter, slot, placed[slot], screen.area(slot))

    def _painted(self) -> tuple[Slot, ...]:
        return self._screen.slots if self._screen.mode is Mode.SPLIT else (self._screen.leading,)

    def _wipe(self, painter: QPainter, placed: Placed) -> None:
        screen = self._screen
        at, whole = screen.wipe_at, QRectF(screen.rect())
        before, after = QRectF(whole), QRectF(whole)
        if screen.manner.flat:
            before.setBottom(at)
            after.setTop(at)
        else:
            before.setRight(at)
            after.setLeft(at)
        for slot, clip in zip(screen.slots, (before, after), strict=True):
            if slot in placed:
                pictures.draw(painter, slot, placed[slot], clip)

    def _guides(self, painter: QPainter, placed: Placement) -> None:
        manner = self._screen.manner
        painter.save()
        painter.setClipRect(placed.area)
        if manner.grid and placed.scale >= GRID_FROM:
            overlay.grid(painter, placed)
        overlay.guides(painter, placed.rect, safe=manner.safe, cross=manner.cross)
        painter.restore()

    def _cut(self, painter: QPainter, placed: Placement, cut: Cut) -> None:
        clip = self._screen.leading.info
        if clip is not None:
            kept = cut.rect(clip)
            size = f"{kept.width():.0f} × {kept.height():.0f}"
            overlay.cut(painter, placed.rect, self._screen.cut_rect(placed, cut, clip), size)
