"""A real window with all its parts, as `python -m editor` opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from editor.dressing import application, dress
from editor.settings import Settings
from editor.window.window import Window
from nodes.registry import default_registry
from tests.editor.answers import Answers

DEMO = Path(__file__).resolve().parents[3] / "graphs/demo/demo.graph"


@pytest.fixture
def asker() -> Answers:
    return Answers(keep="discard", yes=True)


@pytest.fixture
def settings(qtbot: QtBot, tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def window(qtbot: QtBot, asker: Answers, settings: Settings) -> Iterator[Window]:
    """Its engine is started, its parts stand; nothing is open."""
    dress(application(), settings)
    made = Window(settings, default_registry(), asker)
    with qtbot.waitSignal(made.ready, timeout=20_000):
        made.show()
    yield made
    asker.keep, asker.yes = "discard", True
    made.close()
    shiboken6.delete(made)
