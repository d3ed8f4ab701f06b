"""Fonts, all sizes relative to what the user chose. Two families of Adobe's Source (OFL) come with us."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

FOLDER = Path(__file__).parent / "fonts"
SANS, MONO = "Source Sans Pro", "Source Code Pro"
_loaded: set[str] = set()
_scale: list[float] = [1.0]


def load() -> None:
    """Make the bundled fonts known to Qt; one that does not load is replaced by the system's own."""
    for file in sorted([*FOLDER.glob("*.ttf"), *FOLDER.glob("*.otf")]):
        number = QFontDatabase.addApplicationFont(str(file))
        if number >= 0:
            _loaded.update(QFontDatabase.applicationFontFamilies(number))
    font.cache_clear()


def scale_to(factor: float) -> None:
    """Text size: 1.0 is normal."""
    _scale[0] = factor
    font.cache_clear()


def text_scale() -> float:
    return _scale[0]


@lru_cache(maxsize=64)
def font(px: int, bold: bool = False, mono: bool = False) -> QFont:
    """A font `px` pixels high at normal text size. Do not change what you get: it is shared."""
    family = MONO if mono else SANS
    if family in _loaded:
        made = QFont(family)
    elif mono:
        made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    else:
        made = QFont()
    made.setPixelSize(max(6, round(px * _scale[0])))
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    if family == MONO:  # a variable font, whose own default is extra light: Qt leaves the axis alone
        made.setVariableAxis(QFont.Tag("wght"), 600 if bold else 400)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made
