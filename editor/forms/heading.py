"""The small grey headings between the rows of a tab."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel


def heading(text: str) -> QLabel:
    made = QLabel(text)
    made.setObjectName("Section")
    font = QFont(made.font())
    font.setCapitalization(QFont.Capitalization.AllUppercase)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.8)
    made.setFont(font)
    made.setContentsMargins(0, 8, 0, 2)
    return made
