"""The panel with the real recorder and a test deck: a real ffmpeg, in real time."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from capture.devices.found import Found
from editor.capture.finding import Finding
from editor.capture.panel import CapturePanel
from editor.capture.taping import Taping
from editor.settings import Settings
from runtime.ffmpeg import FfmpegError, find
from tests.editor.answers import Answers

LEFT = Qt.MouseButton.LeftButton
PATIENCE_MS = 60_000


def test_a_test_deck_is_seen_heard_and_recorded_by_three_clicks(qtbot: QtBot, tmp_path: Path) -> None:
    try:
        find()
    except FfmpegError as fault:
        pytest.skip(str(fault))
    settings = Settings(tmp_path / "settings.json")
    settings.set("capture", {"folder": str(tmp_path / "Bänder 'x'")})
    taping, finding = Taping(), Finding(Found, lambda _: lambda: None)
    panel = CapturePanel(taping, finding, settings, Answers())
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(panel.form.try_button.isVisible)
    QTest.mouseClick(panel.form.try_button, LEFT)
    qtbot.waitUntil(lambda: panel.picture.image is not None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: len(taping.standing.heard) == 2, timeout=PATIENCE_MS)
    assert not (tmp_path / "Bänder 'x'").exists()
    QTest.mouseClick(panel.deck.button, LEFT)
    qtbot.waitUntil(lambda: taping.standing.elapsed_s > 1.5, timeout=PATIENCE_MS)
    assert panel.deck.button.face.text == "Stop"
    QTest.mouseClick(panel.deck.button, LEFT)
    qtbot.waitUntil(lambda: taping.standing.done is not None, timeout=PATIENCE_MS)
    done = taping.standing.done
    assert done is not None and done.frames > 25 and not done.fault
    assert all(Path(file).parent == tmp_path / "Bänder 'x'" for file in done.files)
    assert Path(done.report).exists() and panel.notices.get("ended") is not None
    assert panel.form.name.text() == "Tape 2"
    panel.end()
    taping.close("the test is over")
