"""Icons: SVG files of one colour, drawn in the theme's."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from editor.theme.colours import colour, is_dark

FOLDER = Path(__file__).parent / "icons"


def icon(name: str, tint: str = "text2") -> QIcon:
    """The icon `name` (a file of editor/theme/icons without its ending) in a colour of the theme."""
    return _icon(name, tint, is_dark())


@lru_cache(maxsize=256)
def _icon(name: str, tint: str, dark: bool) -> QIcon:  # noqa: ARG001  # of another theme it is another icon
    made = QIcon()
    for px in (16, 20, 32, 40):
        made.addPixmap(pixmap(name, px, tint))
        made.addPixmap(pixmap(name, px, "text3"), QIcon.Mode.Disabled)
        made.addPixmap(pixmap(name, px, "chosen_text"), QIcon.Mode.Normal, QIcon.State.On)
    return made


def pixmap(name: str, px: int, tint: str = "text2", ratio: float = 1.0) -> QPixmap:
    """The icon as a picture of `px` pixels a side; an empty one where there is no such icon."""
    made = QPixmap(round(px * ratio), round(px * ratio))
    made.fill(Qt.GlobalColor.transparent)
    file = FOLDER / f"{name}.svg"
    if not file.exists():
        return made
    source = file.read_text("utf-8").replace("currentColor", colour(tint).name())
    painter = QPainter(made)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(made.rect()))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made
