"""Draws pictures where they belong: no conversions, only drawImage, and a difference kept until its pictures change."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from editor.engine.wishes import Shot
from editor.viewer.placement import Placement
from editor.viewer.slot import Slot

NEAREST_FROM = 2.0
"""From 200 % on pixels are shown as pixels."""


def draw(painter: QPainter, slot: Slot, placed: Placement, clip: QRectF) -> None:
    """The slot's picture within `clip`: what there is of it, and over it the part that is zoomed into."""
    shot = slot.shot
    if shot is None or shot.image.isNull():
        return
    painter.save()
    painter.setClipRect(clip)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth(placed))
    put(painter, shot.image, placed.rect, placed.ratio)
    detail = slot.detail
    if detail is not None and detail.wish.region and _same(detail, shot):
        x, y, _, _ = detail.wish.region
        corner = placed.to_widget(QPointF(x, y))
        opposite = placed.to_widget(QPointF(x + detail.image.width(), y + detail.image.height()))
        painter.drawImage(QRectF(corner, opposite), detail.image)
    painter.restore()


def _same(detail: Shot, shot: Shot) -> bool:
    """Whether the part is one of this very picture."""
    of = detail.frame, detail.fingerprint, detail.wish.look
    return of == (shot.frame, shot.fingerprint, shot.wish.look) and not detail.image.isNull()


def smooth(placed: Placement) -> bool:
    return not placed.whole and placed.scale < NEAREST_FROM


def put(painter: QPainter, image: QImage, rect: QRectF, ratio: float) -> None:
    """An image on a rectangle; copied as it is where it has its size (the worker makes sizes even)."""
    wide, high = image.width() / ratio, image.height() / ratio
    if abs(wide - rect.width()) * ratio < 1.5 and abs(high - rect.height()) * ratio < 1.5:
        rect = QRectF(rect.x(), rect.y(), wide, high)
    painter.drawImage(rect, image)


class Difference:
    """|A − B| of two pictures, multiplied so that it is seen. Made once for each pair."""

    def __init__(self) -> None:
        self._key: tuple[int, int, int] | None = None
        self._image = QImage()

    def of(self, one: QImage, other: QImage, gain: int) -> QImage:
        """Of the size of `one`. `gain` is a power of two."""
        key = (one.cacheKey(), other.cacheKey(), gain)
        if key != self._key:
            self._key, self._image = key, difference(one, other, gain)
        return self._image


def difference(one: QImage, other: QImage, gain: int = 1) -> QImage:
    """|one − other| × gain of every channel, at most white; `gain` is a power of two."""
    made = one.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    if other.size() != one.size():
        other = other.scaled(
            one.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    painter = QPainter(made)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
    painter.drawImage(0, 0, other)
    painter.end()
    while gain > 1:  # each time it is added to itself it doubles
        once = made.copy()
        painter = QPainter(made)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        painter.drawImage(0, 0, once)
        painter.end()
        gain //= 2
    return made
