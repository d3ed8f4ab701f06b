"""A finished trial stands beside its tape, each frame beside the moment that it was made of."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from editor.window.compare import RESULT, SOURCE, CompareWindow
from nodes.registry import default_registry
from tests.runtime.tapes import tape

LONG = 60_000


def test_a_trial_from_an_in_point_lies_at_its_moment_of_tape(qtbot: QtBot, tmp_path: Path) -> None:
    source, result = tape(tmp_path / "tape.mkv", seconds=3), tape(tmp_path / "trial.mkv", seconds=1, fps="50")
    window = CompareWindow(default_registry(), source, result, Fraction(3, 2))
    window.show()
    slots = window.viewer.slots
    qtbot.waitUntil(lambda: all(slot.shot is not None for slot in slots.values()), timeout=LONG)
    assert window.viewer.manner.mode.compares
    assert {letter: slot.shot.frame for letter, slot in slots.items() if slot.shot} == {"A": 37, "B": 0}
    QTest.keyClick(window, Qt.Key.Key_Right)  # 1.52 s of tape: its frame 38, the trial's second
    qtbot.waitUntil(lambda: slots["B"].shot is not None and slots["B"].shot.frame == 1, timeout=LONG)
    qtbot.waitUntil(lambda: slots["A"].shot is not None and slots["A"].shot.frame == 38, timeout=LONG)
    analysis = window.engine.analysis
    assert analysis.moment_of(RESULT, "out", 25) == 2 and analysis.moment_of(SOURCE, "out", 50) == 2
    session = window.engine.session
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    window.close()
    assert session is not None
    qtbot.waitUntil(lambda: session.worker_pid is None, timeout=LONG)
    shiboken6.delete(window)
