"""The shelves on which the nodes lie: their order, their names, their colours."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QColor, QPixmap

from editor import theme
from editor.language import tr
from editor.palette.entries import GROUPS
from editor.theme.icons import FOLDER

ORDER = ("input", "field", "clean", "colour", "geometry", "scale", "motion", "sound", "utility", "output")
"""As the tape passes them; categories of plugins come after these."""
PLUGIN = "plugin"


def title(category: str) -> str:
    """The name of a category, for people."""
    named = {
        "input": tr("Input"),
        "field": tr("Field"),
        "clean": tr("Clean"),
        "colour": tr("Colour"),
        "geometry": tr("Geometry"),
        "scale": tr("Scale"),
        "motion": tr("Motion"),
        "sound": tr("Sound"),
        "utility": tr("Utility"),
        "output": tr("Output"),
        GROUPS: tr("My groups"),
        PLUGIN: tr("Plugins"),
    }
    return named.get(category, category.replace("_", " ").capitalize())


def in_order(categories: Iterable[str]) -> list[str]:
    """Each once, in the order in which they are shown."""
    place = {category: at for at, category in enumerate(ORDER)}
    return sorted(set(categories), key=lambda category: (place.get(category, len(place)), category))


def tint(category: str) -> QColor:
    return theme.colour("accent") if category == GROUPS else theme.category_colour(category)


def sign(category: str, px: int, ratio: float = 1.0, colour: str = "") -> QPixmap:
    """The picture of a category, in its colour or in `colour`."""
    known = (FOLDER / f"cat-{category}.svg").exists()
    name = "group" if category == GROUPS else f"cat-{category}" if known else "plug"
    return theme.pixmap(name, px, colour or tint(category).name(), ratio)
