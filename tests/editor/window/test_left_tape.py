"""A window that was killed while it recorded: the next one knows what became of the tape."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from editor.dressing import application, dress
from editor.settings import Settings
from editor.window.left_tape import RUNNING, Fate, fate
from editor.window.window import Window
from nodes.registry import default_registry
from tests.editor.answers import Answers
from tests.editor.window.conftest import DEMO


def test_what_became_of_a_tape_is_read_off_the_disk(tmp_path: Path) -> None:
    assert fate(tmp_path / "none", "Tape 1").how == "gone"
    work = tmp_path / "Tape [1].capture"
    work.mkdir()
    part = work / "a.mkv"
    part.write_bytes(b"x")
    assert fate(tmp_path, "Tape [1]").how == "growing"
    os.utime(part, (1e9, 1e9))
    assert fate(tmp_path, "Tape [1]").how == "cut off"
    shutil.rmtree(work)
    parts = [tmp_path / f"Tape [1].00{number}.mkv" for number in (1, 2)]
    for one in parts:
        one.touch()
    (tmp_path / "Tape 1.001.mkv").touch()  # another one's
    assert fate(tmp_path, "Tape [1]") == Fate(tmp_path, "Tape [1]", "whole", tuple(parts))
    (tmp_path / "Tape [1].mkv").touch()
    assert fate(tmp_path, "Tape [1]").files == (tmp_path / "Tape [1].mkv",)


@pytest.fixture
def settings(qtbot: QtBot, tmp_path: Path) -> Settings:
    made = Settings(tmp_path / "settings.json")
    made.set(RUNNING, {"folder": str(tmp_path), "name": "Tape 1"})
    return made


def test_the_next_window_offers_what_the_recorder_made_whole(settings: Settings, qtbot: QtBot, tmp_path: Path) -> None:
    shutil.copyfile(DEMO.parent / "tape.mkv", tmp_path / "Tape 1.mkv")
    dress(application(), settings)
    window = Window(settings, default_registry(), Answers(keep="discard", yes=True))
    with qtbot.waitSignal(window.ready, timeout=20_000):
        window.show()
    qtbot.waitUntil(lambda: window.notices.get("tape") is not None)
    notice = window.notices.get("tape")
    assert notice is not None and "“Tape 1” was made whole" in notice.label.text() and not settings.get(RUNNING)
    notice.buttons[0].click()
    qtbot.waitUntil(lambda: bool(window.desk.graph.nodes), timeout=20_000)
    assert str(tmp_path / "Tape 1.mkv") in [node.params.get("file") for node in window.desk.graph.nodes.values()]
    window.close()
