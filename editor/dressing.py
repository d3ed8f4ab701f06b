"""The application object, and its look as the settings have it."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from editor import theme
from editor.language.catalogue import speak
from editor.settings import Settings
from editor.theme import fonts


def application() -> QApplication:
    """The one QApplication, named."""
    if QApplication.instance() is not None:
        return cast("QApplication", QApplication.instance())  # type: ignore[redundant-cast]  # or a QCoreApplication
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(["tapeloom"])
    app.setApplicationName("Tapeloom")
    app.setApplicationDisplayName("Tapeloom")
    app.setDesktopFileName("tapeloom")
    return app


def dress(app: QApplication, settings: Settings) -> None:
    """Fonts, language and theme; they follow the settings from now on."""
    fonts.load()
    speak(app, settings.get("language"))
    _theme(app, settings)
    settings.changed.connect(lambda name: _theme(app, settings) if name in ("theme", "text_size") else None)
    app.styleHints().colorSchemeChanged.connect(
        lambda _: _theme(app, settings) if settings.get("theme") == "system" else None
    )


def _theme(app: QApplication, settings: Settings) -> None:
    wanted = settings.get("theme")
    dark = wanted == "dark" or (wanted == "system" and app.styleHints().colorScheme() != Qt.ColorScheme.Light)
    theme.apply(app, dark=dark, text_scale=settings.get("text_size") / 100)
