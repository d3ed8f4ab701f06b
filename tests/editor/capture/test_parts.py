"""The parts of the panel, by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from capture.session.messages import Channel
from editor.capture.button import TRIAL_S, RecordButton
from editor.capture.events import EventList
from editor.capture.losses import LossCounter
from editor.capture.meters import SoundMeters
from editor.capture.scopes import excursion_line
from editor.capture.standing import Heard
from editor.capture.strip import Strip
from tests.editor.capture.kit import happened

LEFT = Qt.MouseButton.LeftButton
TAPE = (
    happened("started", 0),
    happened("scene", 20),
    happened("lost", 41, 7, 0.28),
    happened("blank", 50),
    happened("picture", 70),
    happened("note", 90, text="label"),
)


def test_a_press_records_and_a_recording_longer_than_a_trial_ends_by_two(qtbot: QtBot) -> None:
    button = RecordButton()
    qtbot.addWidget(button)
    button.show()
    said: list[str] = []
    button.record.connect(lambda: said.append("record"))
    button.stop.connect(lambda: said.append("stop"))
    button.show_state("preview", 0, able=True)
    QTest.mouseClick(button, LEFT)
    button.show_state("recording", TRIAL_S - 1, able=True)
    QTest.mouseClick(button, LEFT)
    assert said == ["record", "stop"]
    button.show_state("recording", 3600, able=True)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert said == ["record", "stop"] and "again" in button.face.text
    button.show_state("recording", 3601, able=True)  # news of the recording do not take the question back
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert said == ["record", "stop", "stop"] and button.face.text == "Stop"


def test_a_question_that_nobody_answers_is_forgotten(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("editor.capture.button.SURE_MS", 60)
    button = RecordButton()
    qtbot.addWidget(button)
    stops: list[int] = []
    button.stop.connect(lambda: stops.append(1))
    button.show_state("recording", 3600, able=True)
    button.press()
    qtbot.waitUntil(lambda: button.face.text == "Stop")
    button.press()
    assert stops == []


def test_what_cannot_be_recorded_cannot_be_pressed_and_says_why(qtbot: QtBot) -> None:
    button = RecordButton()
    qtbot.addWidget(button)
    button.show()
    button.show_state("idle", 0, able=False, why="Choose a device first")
    with qtbot.assertNotEmitted(button.record):
        QTest.mouseClick(button, LEFT)
        button.press()
    assert button.toolTip() == "Choose a device first"


def test_the_counter_is_grey_then_green_then_red(qtbot: QtBot) -> None:
    counter = LossCounter()
    qtbot.addWidget(counter)
    assert counter.tint == "text3"
    counter.show_losses(0, (), live=True)
    assert counter.tint == "ok" and counter.accessibleName() == "0 frames lost"
    counter.show_losses(1, ("late 2",), live=True)
    assert counter.tint == "err" and counter.accessibleDescription() == "late 2"
    counter.show_losses(0, (), live=True, bad=True)
    assert counter.tint == "err"


def test_the_counter_is_red_on_the_screen_too(qtbot: QtBot) -> None:
    counter = LossCounter()
    qtbot.addWidget(counter)
    counter.resize(counter.sizeHint())
    counter.show_losses(7, (), live=True)
    colour = counter.grab().toImage().pixelColor(counter.width() // 2, 8)
    assert colour.red() > 180 and colour.green() < 120


def test_a_number_of_six_figures_has_room(qtbot: QtBot) -> None:
    counter = LossCounter()
    qtbot.addWidget(counter)
    before = counter.sizeHint().width()
    counter.show_losses(123_456, (), live=True)
    assert counter.sizeHint().width() > before


def test_a_click_on_the_meters_asks_for_the_lamps_to_go_out(qtbot: QtBot) -> None:
    meters = SoundMeters()
    qtbot.addWidget(meters)
    meters.show_levels([Heard(Channel(-0.0, -3), -0.0, 0, clipped=True), Heard(Channel(-40, -50), -40)])
    assert meters.clipped and "cut off" in meters.accessibleDescription()
    with qtbot.waitSignal(meters.quieten):
        QTest.mouseClick(meters, LEFT)
    assert not meters.grab().isNull()


def test_six_channels_have_their_numbers(qtbot: QtBot) -> None:
    meters = SoundMeters()
    qtbot.addWidget(meters)
    narrow = meters.sizeHint().width()
    meters.show_levels([Heard(Channel(-20, -30), -20)] * 6)
    assert meters.sizeHint().width() > narrow and not meters.grab().isNull()


def test_a_click_on_the_strip_finds_the_event_and_losses_go_first(qtbot: QtBot) -> None:
    strip = Strip()
    qtbot.addWidget(strip)
    strip.resize(800, strip.sizeHint().height())
    strip.show_events((*TAPE, happened("scene", 41)), 120, recording=True)
    with qtbot.waitSignal(strip.chosen) as told:
        QTest.mouseClick(strip, LEFT, pos=QPoint(round(strip.x_of(41)), 30))
    assert told.args == [2]
    assert strip.event_at(strip.x_of(60)) is None and not strip.grab().isNull()


def test_the_list_is_narrowed_to_losses_and_follows_its_end(qtbot: QtBot) -> None:
    shown = EventList()
    qtbot.addWidget(shown)
    shown.show_events(TAPE)
    assert shown.events.rowCount() == 6
    shown.narrow(True)
    assert [shown.events.text(row) for row in range(shown.events.rowCount())] == ["7 frames lost (0.28 s)"]
    shown.show_events((*TAPE, happened("scene", 95), happened("stall", 99, length_s=3)))
    assert shown.events.rowCount() == 2
    shown.narrow(False)
    shown.choose(2)
    assert shown.currentIndex().row() == 2
    shown.show_events(())
    assert shown.events.rowCount() == 0


def test_many_events_are_put_in_without_beginning_anew(qtbot: QtBot) -> None:
    shown = EventList()
    qtbot.addWidget(shown)
    resets: list[int] = []
    shown.events.modelReset.connect(lambda: resets.append(1))
    events = tuple(happened("late", at, 1) for at in range(300))
    for end in range(0, 301, 30):
        shown.show_events(events[:end])
    assert shown.events.rowCount() == 300 and resets == []


@pytest.mark.parametrize(
    ("below", "above", "style"), [(0, 0, "Good"), (0, 0.004, "Warning"), (0.2, 0, "Error"), (0.0002, 0.0002, "Good")]
)
def test_luma_beyond_the_legal_range_is_told(below: float, above: float, style: str) -> None:
    text, found = excursion_line(below, above)
    assert found == style and (("above" in text) == (above > 0.0005)) and (("below" in text) == (below > 0.0005))
