"""The start page: every preset with words and a picture, found by what a restorer would type."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from editor.desk.desk import Desk
from editor.desk.files import Files
from editor.settings import Settings
from editor.start.page import PICTURES, StartPage
from editor.start.since import since
from editor.start.words import preset_words
from graphs.document import Graph
from graphs.files import save
from graphs.library import preset_names
from nodes.registry import Registry
from tests.editor.answers import Answers


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path) -> StartPage:
    settings = Settings(tmp_path / "settings.json")
    save(Graph(), tmp_path / "holiday.graph")
    settings.set("recent", [str(tmp_path / "gone.graph"), str(tmp_path / "holiday.graph")])
    made = StartPage(Files(Desk(Registry({})), settings, Answers()))
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    return made


def shown(page: StartPage) -> list[str]:
    return [card.objectName().removeprefix("preset-") for card in page.presets.cards]


def test_every_preset_has_words_and_a_picture() -> None:
    assert set(preset_words()) == set(preset_names())
    assert {file.stem for file in PICTURES.glob("*.jpg")} == set(preset_names())


@pytest.mark.parametrize(
    ("typed", "found"),
    [("minidv pal", ["dv-pal"]), ("cinema", ["telecine"]), ("LOSSLESS", ["archive-only"]), ("zzz", [])],
)
def test_presets_are_found_by_a_restorers_words(page: StartPage, typed: str, found: list[str]) -> None:
    QTest.keyClicks(page.search, typed)
    assert shown(page) == found
    page.search.clear()
    assert set(shown(page)) == set(preset_names())


def test_recent_work_that_is_still_there_is_offered(page: StartPage, qtbot: QtBot, tmp_path: Path) -> None:
    (card,) = page.recent.cards
    assert card.text() == "holiday"
    with qtbot.waitSignal(page.chosen, check_params_cb=lambda path: path == tmp_path / "holiday.graph"):
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)


def test_a_preset_is_taken_with_the_keyboard(page: StartPage, qtbot: QtBot) -> None:
    card = next(card for card in page.presets.cards if card.objectName() == "preset-hi8")
    card.setFocus()
    with qtbot.waitSignal(page.preset_chosen, check_params_cb=lambda name: name == "hi8"):
        QTest.keyClick(card, Qt.Key.Key_Space)


@pytest.mark.parametrize(
    ("ago_s", "words"), [(5, "a moment ago"), (600, "10 minutes ago"), (7200, "2 hours ago"), (300_000, "3 days ago")]
)
def test_times_are_told_in_words(tmp_path: Path, ago_s: float, words: str) -> None:
    file = tmp_path / "f"
    file.touch()
    now = file.stat().st_mtime
    os.utime(file, (now - ago_s, now - ago_s))
    assert since(file.stat().st_mtime) == words
