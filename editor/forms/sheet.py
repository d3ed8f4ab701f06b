"""The style of the tabs' own widgets, on top of the application's."""

from __future__ import annotations

import re

from editor import theme

_SHEET = """
QLineEdit#Number { padding: 3px 8px; }
QLineEdit#NodeLabel { background: transparent; border: 1px solid transparent; padding: 2px 4px; font-weight: 600; }
QLineEdit#NodeLabel:hover { border-color: $line2; }
QLineEdit#NodeLabel:focus { background: $bg0; border-color: $accent; }
QLineEdit[missing="true"] { border-color: $err; }
QFrame#Segments { background: $bg0; border: 1px solid $line; border-radius: 7px; }
QToolButton#Segment { padding: 3px 10px; border-radius: 5px; color: $text2; }
QToolButton#Segment:checked { background: $chosen; color: $chosen_text; }
QToolButton#Segment:focus { border: 1px solid $accent; }
QToolButton#Fold { color: $text3; font-weight: 600; padding: 3px 4px 3px 0; border: 1px solid transparent; }
QToolButton#Fold:hover, QToolButton#Fold:checked { background: transparent; color: $text2; }
QToolButton#Fold:focus { border: 1px solid $accent; }
QToolButton#Link { color: $accent; padding: 1px 4px; }
QToolButton#Preset { background: $bg0; border: 1px solid $line; padding: 4px 10px; color: $text; }
QToolButton#Preset:hover { border-color: $line2; }
QToolButton#Preset::menu-indicator { width: 0; image: none; }
QPlainTextEdit#Field { padding: 4px; }
QPlainTextEdit#Field:focus { border: 1px solid $accent; }
QTableWidget#Ranges { background: $bg0; border: 1px solid $line; border-radius: 6px; }
QLabel#Title { color: $text; font-weight: 600; }
QLabel#Fact { color: $text2; }
QLabel#Changed { color: $chosen_text; font-weight: 600; }
QFrame#Card { background: $bg2; border: 1px solid $line; border-radius: 8px; }
QFrame#Problem { background: $bg2; border: 1px solid $line; border-left: 3px solid $warn; border-radius: 4px; }
QFrame#ProblemError { background: $bg2; border: 1px solid $line; border-left: 3px solid $err; border-radius: 4px; }
"""


def sheet() -> str:
    """The style sheet in the theme's colours."""
    return re.sub(r"\$(\w+)", lambda found: theme.colour(found[1]).name(), _SHEET)
