"""One frame as a picture to keep: whole, at the clip's own size, as wide as it is on a screen of square pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage

from editor.engine.wishes import Shot, Trouble, Wish

if TYPE_CHECKING:
    from editor.engine.engine import Engine


class Stills(QObject):
    """Fetches whole frames; one at a time, the newest wish wins."""

    def __init__(self, engine: Engine, view: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._view = engine, view
        self._then: Callable[[QImage], None] | None = None
        self._else: Callable[[str], None] | None = None
        self._shape = 1.0
        engine.pictured.connect(self._pictured)

    def fetch(self, wish: Wish, shape: float, then: Callable[[QImage], None], otherwise: Callable[[str], None]) -> None:
        """The frame that `wish` shows, stretched so that a pixel of `shape` is square; or why there is none."""
        self._then, self._else, self._shape = then, otherwise, shape
        self._engine.want(self._view, replace(wish, max_width=0, max_height=0, square=False, region=None))

    def _pictured(self, view: str, outcome: object) -> None:
        if view != self._view or self._then is None or self._else is None:
            return
        if isinstance(outcome, Shot) and outcome.stand_in:
            return
        then, otherwise = self._then, self._else
        self._then = self._else = None
        self._engine.want(self._view, None)
        if isinstance(outcome, Shot):
            then(squared(outcome.image, self._shape))
        elif isinstance(outcome, Trouble):
            otherwise(outcome.message)


def squared(image: QImage, shape: float) -> QImage:
    """The image with square pixels where its own are `shape` times as wide as high. No line is lost: it is made wider,
    or higher where pixels are narrow."""
    if abs(shape - 1) < 1e-6:
        return image.copy()
    wide, high = image.width(), image.height()
    wide, high = (round(wide * shape), high) if shape > 1 else (wide, round(high / shape))
    return image.scaled(wide, high, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def file_name(document: str, node: str, frame: int | None) -> str:
    """A name that says what it shows: `Holiday 1994 Levels 3512.png`."""
    parts = [document, node, "" if frame is None else str(frame)]
    text = " ".join(part for part in parts if part)
    return "".join(letter if letter not in '<>:"/\\|?*' and letter.isprintable() else "_" for letter in text) + ".png"


def save(image: QImage, path: Path) -> bool:
    """Whole or not at all."""
    part = path.with_suffix(".part")
    if not image.save(str(part), "PNG"):  # type: ignore[call-overload]
        part.unlink(missing_ok=True)
        return False
    try:
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        return False
    return True
