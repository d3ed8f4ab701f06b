"""Puts the theme on the application: palette, style sheet, fonts. `watch.changed` tells painters to paint anew."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from editor.theme import colours, fonts
from editor.theme.sheet import sheet


class _Watch(QObject):
    changed = Signal()


watch = _Watch()


def apply(app: QApplication, *, dark: bool = True, text_scale: float = 1.0) -> None:
    """Dress the whole application; may be called again at any time."""
    colours.use(dark)
    fonts.scale_to(text_scale)
    app.setStyle("Fusion")
    app.setPalette(_palette())
    app.setFont(fonts.font(13))
    app.setStyleSheet(sheet(colours.table(), text_scale))
    watch.changed.emit()


def _palette() -> QPalette:
    role, made = QPalette.ColorRole, QPalette()
    for where, name in (
        (role.Window, "bg1"),
        (role.WindowText, "text"),
        (role.Base, "bg0"),
        (role.AlternateBase, "bg2"),
        (role.Text, "text"),
        (role.Button, "bg3"),
        (role.ButtonText, "text"),
        (role.Highlight, "accent2"),
        (role.HighlightedText, "on_accent"),
        (role.ToolTipBase, "bg3"),
        (role.ToolTipText, "text"),
        (role.PlaceholderText, "text3"),
        (role.Mid, "line"),
        (role.Dark, "bg0"),
        (role.Light, "bg4"),
        (role.Midlight, "bg4"),
        (role.Shadow, "edge"),
        (role.BrightText, "on_accent"),
        (role.Link, "accent"),
        (role.Accent, "accent"),
    ):
        made.setColor(where, colours.colour(name))
    for where in (role.Text, role.WindowText, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, where, colours.colour("text3"))
    return made
