"""The capture panel by mouse and keys, with a recorder that says what the test lets it say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from capture.decks.listing import devices as decks
from capture.devices.found import Fault, Found
from capture.session.asking import Asked
from capture.session.messages import Channel, Failed, Levels, Live, Refused, StateIs
from capture.session.messages import Signal as SignalIs
from editor.capture.panel import CapturePanel
from tests.editor.capture.kit import CAMCORDER, FOUND, GRABBER, WEBCAM, Room, counted, flat, happened, ring, room

LEFT = Qt.MouseButton.LeftButton


def asked(at: Room) -> Asked:
    """What the recorder was last asked for."""
    found = at.recorder.asked[-1][1]
    assert isinstance(found, Asked)
    return found


def choose(at: Room, name: str) -> None:
    """A device from the list, by keys."""
    at.panel.form.device.setFocus()
    QTest.keyClicks(at.panel.form.device, name)
    at.settle()


def test_three_clicks_record_the_test_deck(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path, Found()) as at:
        QTest.mouseClick(at.panel.form.try_button, LEFT)
        at.settle()
        assert at.recorder.words == ["preview"] and "deck" in asked(at).source.device
        QTest.mouseClick(at.panel.deck.button, LEFT)
        at.settle()
        assert at.recorder.words == ["preview", "record"] and asked(at).name == "Tape 1"
        at.tell(counted(3))
        QTest.mouseClick(at.panel.deck.button, LEFT)
        assert at.recorder.words[-1] == "finish"


def test_a_chosen_device_is_looked_at_and_nothing_is_written(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        assert at.recorders == []  # two could be meant: nobody's camera is opened unasked
        choose(at, "Grabber")
        assert at.recorder.words == ["preview"] and asked(at).source.label == GRABBER.name
        at.panel.form.standard.setFocus()
        QTest.keyClicks(at.panel.form.standard, "NTSC")
        at.settle()
        assert at.recorder.words == ["preview", "preview"]
        assert ("video_size", "720x480") in asked(at).source.feeds[0].options
        assert not (tmp_path / "tapes").exists()


def test_the_only_device_is_shown_at_once_and_the_last_one_is_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path, Found((WEBCAM, GRABBER))) as at:
        at.settle()
        assert asked(at).source.label == GRABBER.name
    with room(qtbot, tmp_path, FOUND, device=str(CAMCORDER.id), blank_s=20) as at:
        at.settle()
        assert asked(at).source.dv and asked(at).codec == "dv" and asked(at).stops.blank_s == 20


def test_nothing_is_ever_written_over(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "tapes").mkdir()
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        for name in ("Tape 1.mkv", "Tape 1.log.jsonl", "Tape 2.capture"):
            (tmp_path / "tapes" / name).touch()
        at.panel.record_or_stop()
        at.settle()
        assert asked(at).name == "Tape 3" and at.panel.form.name.text() == "Tape 3"


def test_after_a_tape_the_next_one_has_its_name_and_the_last_one_stays_on_show(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        at.panel.record_or_stop()
        file = tmp_path / "tapes" / "Tape 1.mkv"
        file.touch()
        at.tell(happened("lost", 12.4, 7, 0.28), counted(60, lost=7))
        at.recorder.end(file, lost=7, report=str(tmp_path / "r.html"))
        at.settle()
        panel = at.panel
        assert at.recorder.words == ["preview", "record", "preview"]
        assert panel.form.name.text() == "Tape 2" and panel.deck.counter.lost == 7
        assert panel.deck.clock.text == "0:01:00" and panel.events.events.rowCount() == 2
        notice = panel.notices.get("ended")
        assert notice is not None and notice.kind == "warn" and "7 frames lost" in notice.label.text()
        with qtbot.waitSignal(panel.open_wanted) as told:
            notice.buttons[0].click()
        assert told.args == [at.taping.standing.done]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_finished_tape_is_rendered_reported_or_found(qtbot: QtBot, tmp_path: Path, number: int) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        at.panel.record_or_stop()
        at.recorder.end(tmp_path / "Tape 1.mkv", report=str(tmp_path / "r.html"))
        at.settle()
        notice = at.panel.notices.get("ended")
        assert notice is not None and notice.kind == "info"
        panel = at.panel
        signal = (panel.open_wanted, panel.render_wanted, panel.report_wanted, panel.folder_wanted)[number]
        with qtbot.waitSignal(signal):
            notice.buttons[number].click()


def test_while_a_tape_is_recorded_nothing_of_it_can_be_changed(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        at.panel.record_or_stop()
        at.settle()
        form = at.panel.form
        parts = (form.device, form.input, form.standard, form.format, form.sound, form.codec, form.folder, form.name)
        assert not any(part.isEnabled() for part in parts)
        at.finding.look()
        qtbot.waitUntil(lambda: not at.finding.busy)
        at.settle()
        assert not any(part.isEnabled() for part in parts)
        at.recorder.end(tmp_path / "a.mkv")
        at.settle()
        assert all(part.isEnabled() for part in parts)


def test_a_device_that_vanishes_is_told_over_the_picture_and_comes_back(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        at.panel.record_or_stop()
        at.tell(happened("vanished", 9), StateIs("paused", "the device is gone"))
        assert "vanished" in at.panel.picture.accessibleDescription()
        assert "safe" in at.panel.picture.accessibleDescription()
        assert "Interrupted" in at.panel.deck.button.face.text and at.panel.deck.counter.tint == "err"
        at.tell(happened("back", 12, 75, 3.0), StateIs("recording"), counted(12, lost=75))
        assert at.panel.deck.button.face.text == "Stop" and at.panel.deck.counter.lost == 75
        assert "75 frames are missing" in at.panel.picture.warning
        QTest.mouseClick(at.panel.picture, LEFT)
        assert at.panel.picture.warning == ""


def test_a_click_on_the_counter_lists_the_losses_alone(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        at.panel.record_or_stop()
        at.tell(happened("scene", 3), happened("lost", 12.4, 7, 0.28), happened("scene", 13), counted(14, lost=7))
        rows = at.panel.events.events
        assert rows.rowCount() == 4
        QTest.mouseClick(at.panel.deck.counter, LEFT)
        assert [rows.text(row) for row in range(rows.rowCount())] == ["7 frames lost (0.28 s)"]
        QTest.mouseClick(at.panel.deck.counter, LEFT)
        assert rows.rowCount() == 4


def test_levels_signal_and_pictures_are_shown_while_they_come(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at, ring(tmp_path / "a.ring", 720, 576) as live:
        choose(at, "Grabber")
        live.put(flat(live.facts, 250, 128, 128))
        at.tell(Live(str(live.path)), Levels(0.1, (Channel(0.0, -3), Channel(-9, -12))), SignalIs(0.1, 0, "blue"))
        qtbot.waitUntil(lambda: at.panel.picture.image is not None)
        assert _lit(at.panel) and "blue screen" in at.panel.picture.accessibleDescription()
        qtbot.waitUntil(lambda: "100.0 % above white" in at.panel.scopes.said.text())
        QTest.mouseClick(at.panel.meters, LEFT)
        at.settle()
        assert not _lit(at.panel)
        QTest.mouseClick(at.panel.scopes.mark_button, LEFT)
        live.put(flat(live.facts, 250, 128, 128))
        qtbot.waitUntil(lambda: _red(at.panel) > 0)
        at.tell(Live(""))
        assert at.panel.picture.image is None


def _lit(panel: CapturePanel) -> bool:
    return panel.meters.clipped


def _red(panel: CapturePanel) -> int:
    image = panel.picture.image
    assert image is not None
    return sum(image.pixelColor(x, 20).green() < 120 for x in range(20))


def test_an_armed_recording_waits_and_a_press_begins_it(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path, begin="picture") as at:
        choose(at, "Grabber")
        at.panel.record_or_stop()
        at.settle()
        assert at.recorder.words == ["preview", "arm"] and "Armed" in at.panel.deck.button.face.text
        at.panel.record_or_stop()
        at.settle()
        assert at.recorder.words == ["preview", "arm", "record"]


def test_stops_and_splits_reach_the_recorder(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        form = at.panel.form
        form.stop_after.setValue(180)
        form.blank.setValue(15)
        form.split.setFocus()
        QTest.keyClicks(form.split, "where")
        form.name.setText("Größe 'x' 1988")
        at.panel.record_or_stop()
        at.settle()
        found = asked(at)
        assert (found.stops.after_s, found.stops.blank_s) == (10_800, 15) and found.splits.recordings
        assert found.name == "Größe 'x' 1988" and Path(found.folder) == tmp_path / "tapes"


def test_a_bad_name_cannot_be_recorded_and_says_why(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        at.panel.form.name.setText("a/b")
        assert at.panel.form.wrong.isVisible() and not at.panel.deck.button.isEnabled()
        at.panel.record_or_stop()
        assert at.recorder.words == ["preview"]


def test_a_folder_that_cannot_be_made_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "tapes").write_text("a file")
    with room(qtbot, tmp_path, folder=str(tmp_path / "tapes" / "sub")) as at:
        choose(at, "Grabber")
        at.panel.record_or_stop()
        notice = at.panel.notices.get("fault")
        assert notice is not None and "cannot be made" in notice.label.text() and at.recorder.words == ["preview"]


def test_a_refusal_and_a_failure_are_told_in_the_recorders_words(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        at.tell(Refused(1, "Tape 1 is there already. Choose another name"))
        notice = at.panel.notices.get("refused")
        assert notice is not None and "already" in notice.label.text()
        at.tell(Failed("/dev/video7 is in use by another program: close that"), StateIs("failed"))
        assert "in use" in at.panel.picture.accessibleDescription()


def test_a_recording_that_fails_is_told_at_its_end(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        at.panel.record_or_stop()
        at.tell(Failed("the recorder died again and again"), StateIs("failed"))
        notice = at.panel.notices.get("ended")
        assert notice is not None and notice.kind == "error"


def test_a_note_is_asked_for_and_noted(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        at.answers.text = "label says 1988"
        at.panel.note()
        at.panel.record_or_stop()
        at.settle()
        QTest.mouseClick(at.panel.deck.note_button, LEFT)
        assert at.recorder.asked[-1] == ("note", "label says 1988") and at.answers.asked == ["Note"]


def test_closing_the_panel_frees_a_device_and_ends_no_recording(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        at.panel.close()
        assert at.recorder.words == ["preview", "finish"]
        at.tell(StateIs("idle"))
        at.panel.show()
        assert at.recorder.words[-1] == "preview"
        at.panel.record_or_stop()
        at.settle()
        at.panel.close()
        assert at.recorder.words[-1] == "record"


def test_faults_of_the_search_are_told_where_devices_are_chosen(qtbot: QtBot, tmp_path: Path) -> None:
    found = Found(
        faults=(Fault("v4l2", "/dev/video0 may not be opened"), Fault("decklink", "not built", expected=True))
    )
    with room(qtbot, tmp_path, found) as at:
        assert at.panel.form.about.text() == "v4l2: /dev/video0 may not be opened"
        assert at.panel.form.try_button.isVisible() and not at.panel.deck.button.isEnabled()


def test_a_recording_that_was_cut_off_is_offered_to_be_made_whole(qtbot: QtBot, tmp_path: Path) -> None:
    import os

    work = tmp_path / "tapes" / "Tape 7.capture"
    work.mkdir(parents=True)
    part = work / "run1.mkv"
    part.write_bytes(b"x" * 2048)
    os.utime(part, (1e9, 1e9))
    with room(qtbot, tmp_path) as at:
        qtbot.waitUntil(lambda: at.panel.notices.get("left Tape 7") is not None)
        notice = at.panel.notices.get("left Tape 7")
        assert notice is not None and "cut off" in notice.label.text()
        notice.buttons[0].click()
        at.settle()
        assert at.recorder.words == ["mend"] and asked(at).name == "Tape 7"
        at.recorder.end(tmp_path / "tapes" / "Tape 7.mkv", t_s=30)
        at.settle()
        assert at.panel.notices.get("ended") is not None


def test_a_recorder_that_cannot_be_started_is_told(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with room(qtbot, tmp_path) as at:

        def broken(_: object) -> object:
            raise OSError(12, "Cannot allocate memory")

        monkeypatch.setattr(at.taping, "_start", broken)
        choose(at, "Grabber")
        assert "Cannot allocate memory" in at.panel.picture.accessibleDescription()


def test_decks_come_and_go_without_anybody_being_asked(qtbot: QtBot, tmp_path: Path) -> None:
    looks: list[int] = []

    def look() -> Found:
        looks.append(1)
        return FOUND

    with room(qtbot, tmp_path) as at:
        at.finding._look = look
        at.finding.show_test_decks(True)
        ids = [at.panel.form.device.itemData(row) for row in range(at.panel.form.device.count())]
        assert str(decks()[0].id) in ids and looks == []
        at.finding.show_test_decks(False)
        assert at.panel.form.device.findData(str(decks()[0].id)) < 0


def test_a_device_that_is_pulled_stays_chosen_until_it_is_back(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as at:
        choose(at, "Grabber")
        at.finding._look = lambda: replace(FOUND, devices=(WEBCAM,))
        at.finding.look()
        qtbot.waitUntil(lambda: not at.finding.busy)
        assert at.panel.form.wish.device == GRABBER.id and not at.panel.deck.button.isEnabled()
        at.finding._look = lambda: FOUND
        at.finding.look()
        qtbot.waitUntil(lambda: not at.finding.busy)
        assert at.panel.form.device.currentText() == GRABBER.name and at.panel.deck.button.isEnabled()
