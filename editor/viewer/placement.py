"""Where a picture lies on the screen, and which of its pixels lies under a point. Pure.

Zoom counts screen pixels (of the device) for a line of the picture; 1.0 is 100 %. A pixel is `shape` times as wide as
it is high on the screen: 16/15 for PAL at 4:3, so that 720 × 576 is shown 768 : 576.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF

from nodes.clip import ClipInfo

LEAST, MOST = 0.05, 64.0


class Aspect(StrEnum):
    """How wide a pixel is shown."""

    CORRECT = "correct"
    """As on a television: by the clip's pixel aspect."""
    SQUARE = "square"
    """As wide as high."""
    RAW = "raw"
    """Each pixel a whole number of the screen's, nothing smoothed: what the file holds."""


def shape_of(clip: ClipInfo, aspect: Aspect) -> float:
    """The width of a pixel as shown, for a height of one. Separated fields have half the lines of their frame."""
    if aspect is not Aspect.CORRECT:
        return 1.0
    sar = float(clip.sar) if clip.sar > 0 else 1.0
    return sar / 2 if clip.separated else sar


@dataclass(frozen=True)
class Placement:
    """A picture of `width` × `height` pixels on `area` of a widget with `ratio` device pixels to one of its own.

    `zoom` None fits it in; `centre` is the point of the picture (0…1 across and down) in the middle of the area.
    """

    width: int
    height: int
    area: QRectF
    shape: float = 1.0
    ratio: float = 1.0
    zoom: float | None = None
    centre: tuple[float, float] = (0.5, 0.5)
    whole: bool = False

    @property
    def fit(self) -> float:
        """The zoom at which all of it is seen."""
        across = self.area.width() * self.ratio / (self.width * self.shape)
        found = max(LEAST, min(across, self.area.height() * self.ratio / self.height))
        return max(1.0, math.floor(found)) if self.whole else found

    @property
    def scale(self) -> float:
        """Device pixels for a line of the picture."""
        if self.zoom is None:
            return self.fit
        return max(1.0, round(self.zoom)) if self.whole else self.zoom

    @property
    def rect(self) -> QRectF:
        """Where the whole picture lies on the widget, its edges on the device's pixels."""
        scale, ratio = self.scale, self.ratio
        wide, high = max(1, round(self.width * self.shape * scale)), max(1, round(self.height * scale))
        across, down = (0.5, 0.5) if self.zoom is None else self.centre
        x = round(self.area.center().x() * ratio - across * self.width * self.shape * scale)
        y = round(self.area.center().y() * ratio - down * self.height * scale)
        return QRectF(x / ratio, y / ratio, wide / ratio, high / ratio)

    @property
    def device_size(self) -> tuple[int, int]:
        rect = self.rect
        return round(rect.width() * self.ratio), round(rect.height() * self.ratio)

    def to_picture(self, point: QPointF) -> QPointF:
        """The pixel (and part of a pixel) under a point of the widget."""
        rect = self.rect
        return QPointF(
            (point.x() - rect.x()) / rect.width() * self.width, (point.y() - rect.y()) / rect.height() * self.height
        )

    def to_widget(self, point: QPointF) -> QPointF:
        rect = self.rect
        return QPointF(
            rect.x() + point.x() / self.width * rect.width(), rect.y() + point.y() / self.height * rect.height()
        )

    def visible(self) -> tuple[int, int, int, int]:
        """x, y, width, height of the pixels that are seen, also those in part; empty: 0 wide."""
        seen = self.rect.intersected(self.area)
        if seen.isEmpty():
            return 0, 0, 0, 0
        first, last = self.to_picture(seen.topLeft()), self.to_picture(seen.bottomRight())
        x, y = max(0, math.floor(first.x() + 1e-6)), max(0, math.floor(first.y() + 1e-6))
        right, bottom = min(self.width, math.ceil(last.x() - 1e-6)), min(self.height, math.ceil(last.y() - 1e-6))
        return x, y, max(0, right - x), max(0, bottom - y)

    def zoomed(self, zoom: float, at: QPointF) -> Placement:
        """At another zoom, the point of the picture under `at` staying there."""
        zoom = max(LEAST, min(MOST, zoom))
        zoom = max(1.0, round(zoom)) if self.whole else zoom
        away = (at - self.area.center()) * self.ratio
        across, down = self.seen_centre
        less = 1 / self.scale - 1 / zoom
        centre = across + away.x() / (self.width * self.shape) * less, down + away.y() / self.height * less
        return replace(self, zoom=zoom, centre=centre)

    def panned(self, by: QPointF) -> Placement:
        """Pushed by so many of the widget's pixels; what was fitted in keeps its size, and is never lost from sight."""
        rect = self.rect
        x, y = self.seen_centre
        across, down = x - by.x() / rect.width(), y - by.y() / rect.height()
        return replace(self, zoom=self.scale, centre=(min(1.0, max(0.0, across)), min(1.0, max(0.0, down))))

    @property
    def seen_centre(self) -> tuple[float, float]:
        return (0.5, 0.5) if self.zoom is None else self.centre
