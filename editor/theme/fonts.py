"""Fonts, all sizes relative to what the user chose."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

FOLDER = Path(__file__).parent / "fonts"
_family: list[str] = []
_scale: list[float] = [1.0]


def load() -> None:
    """Make the bundled fonts known to Qt; without them the system's own is used."""
    for file in sorted([*FOLDER.glob("*.ttf"), *FOLDER.glob("*.otf")]):
        number = QFontDatabase.addApplicationFont(str(file))
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        if families and "mono" not in families[0].lower() and "code" not in families[0].lower():
            _family[:] = [min([*families, *_family], key=len)]


def scale_to(factor: float) -> None:
    """Text size: 1.0 is normal."""
    _scale[0] = factor
    font.cache_clear()


@lru_cache(maxsize=64)
def font(px: int, bold: bool = False, mono: bool = False) -> QFont:
    """A font `px` pixels high at normal text size. Do not change what you get: it is shared."""
    if mono:
        made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    else:
        made = QFont(_family[0]) if _family else QFont()
    made.setPixelSize(max(6, round(px * _scale[0])))
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made
