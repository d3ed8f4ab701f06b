"""The languages of the window: a JSON file each, `editor/language/<code>.json`, from English to the other.

Qt's own words (dialog buttons, menus of text fields) come from Qt's catalogues, where its wheel brings them.
"""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from editor.language import use

FOLDER = Path(__file__).parent
OWN = "en"
NAMES = {"en": "English", "de": "Deutsch"}


def languages() -> list[str]:
    """Codes of the languages at hand, English first."""
    return [OWN, *sorted(file.stem for file in FOLDER.glob("*.json"))]


def spoken(wanted: str) -> str:
    """The code to use for a setting: itself, or what the system speaks if we do."""
    code = wanted or QLocale.system().name().partition("_")[0]
    return code if code in languages() else OWN


def texts(code: str) -> dict[str, str]:
    file = FOLDER / f"{code}.json"
    return dict(json.loads(file.read_text("utf-8"))) if file.exists() else {}


def speak(app: QCoreApplication, wanted: str) -> str:
    """Use a language; gives its code. Parts that are built from now on speak it."""
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    code = spoken(wanted)
    use(texts(code))
    QLocale.setDefault(QLocale(code) if wanted else QLocale.system())
    if code != OWN:
        own = QTranslator(app)
        if own.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            app.installTranslator(own)
    return code
