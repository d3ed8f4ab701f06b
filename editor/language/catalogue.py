"""The window's texts in another language: a JSON file of ours, given to Qt as a translator.

`editor/language/<code>.json` maps each English text to its translation. Qt's own words (dialog buttons) come from
Qt's catalogues where they are installed.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from editor.language import CONTEXT

FOLDER = Path(__file__).parent
OWN = "en"
NAMES = {"en": "English", "de": "Deutsch"}


class Catalogue(QTranslator):
    """Translates the texts of one file; others are left to other translators."""

    def __init__(self, texts: dict[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._texts = texts

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:  # noqa: ARG002
        return self._texts.get(source, "") if context == CONTEXT else ""

    def isEmpty(self) -> bool:
        return not self._texts


def languages() -> list[str]:
    """Codes of the languages at hand, English first."""
    return [OWN, *sorted(file.stem for file in FOLDER.glob("*.json"))]


def spoken(wanted: str) -> str:
    """The code to use for a setting: itself, or what the system speaks if we do."""
    code = wanted or QLocale.system().name().partition("_")[0]
    return code if code in languages() else OWN


@lru_cache
def texts(code: str) -> dict[str, str]:
    file = FOLDER / f"{code}.json"
    return dict(json.loads(file.read_text("utf-8"))) if file.exists() else {}


def speak(app: QCoreApplication, wanted: str) -> str:
    """Install the translators of a language; gives its code. Windows made from now on speak it."""
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    code = spoken(wanted)
    QLocale.setDefault(QLocale(code) if wanted else QLocale.system())
    if code != OWN:
        qt = QTranslator(app)
        if qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            app.installTranslator(qt)
        app.installTranslator(Catalogue(texts(code), app))
    return code
