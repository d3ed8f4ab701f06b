"""Small pictures of what was worked on lately, kept in the cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap

from runtime import folders

_WIDTH = 472


def keep_picture(document: Path, image: QImage) -> None:
    """Remember how a document looked. Losing it costs nothing, so a full disk is no fault."""
    place = _place(document)
    image.scaledToWidth(_WIDTH, Qt.TransformationMode.SmoothTransformation).save(str(place), quality=82)


def picture(document: Path) -> QPixmap:
    """The picture kept for a document; a null one if there is none."""
    return QPixmap(str(_place(document)))


def _place(document: Path) -> Path:
    folder = folders.cache() / "recent"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{hashlib.sha256(str(document).encode('utf-8', 'surrogateescape')).hexdigest()[:24]}.jpg"
