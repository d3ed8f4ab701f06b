"""The device's own knobs, the room on the disk, and what is asked in the background."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from capture.decks.listing import devices as decks
from capture.devices.found import Found
from capture.procamp import v4l2
from capture.procamp.controls import Control, Name, ProcAmp, ProcAmpError
from capture.session.asking import Asked, Source, Stops
from editor.capture.finding import Finding
from editor.capture.procamp import Knobs, ProcAmpBox
from editor.capture.room import Room
from tests.editor.capture.kit import CAMCORDER, FOUND, GRABBER, WEBCAM

SOURCE = Source(())


def box(qtbot: QtBot) -> tuple[ProcAmpBox, Knobs]:
    knobs = Knobs()
    made = ProcAmpBox(knobs)
    qtbot.addWidget(made)
    made.show()
    return made, knobs


def test_a_devices_knobs_are_turned_and_show_what_the_driver_made_of_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = ProcAmp((Control("brightness", 0, 255, 1, 128, 100), Control("hue", -128, 127, 1, 0, 0, held=True)))
    turned: list[tuple[str, Name, int]] = []

    def turn(node: str, name: Name, value: int) -> int:
        turned.append((node, name, value))
        return min(value, 200)  # a driver that does not go all the way

    monkeypatch.setattr(v4l2, "read", lambda _: state)
    monkeypatch.setattr(v4l2, "turn", turn)
    made, knobs = box(qtbot)
    with qtbot.waitSignal(knobs.answered):
        knobs.ask(GRABBER)
    assert made.sliders["brightness"].value() == 100 and not made.why.isVisible()
    assert not made.sliders["contrast"].isEnabled() and not made.sliders["hue"].isEnabled()
    for value in range(101, 251):
        made.sliders["brightness"].setValue(value)
    qtbot.waitUntil(lambda: made.figures["brightness"].value() == 200)
    assert turned[-1] == ("/dev/video7", "brightness", 250) and len(turned) < 20
    made.reset_button.click()
    qtbot.waitUntil(lambda: turned[-1][2] == 128)


@pytest.mark.parametrize(("device", "word"), [(CAMCORDER, "DV is copied"), (decks()[0], "test deck")])
def test_where_there_are_none_the_reason_is_told(qtbot: QtBot, device: object, word: str) -> None:
    made, knobs = box(qtbot)
    knobs.ask(device)  # type: ignore[arg-type]
    assert word in made.why.text() and not any(slider.isEnabled() for slider in made.sliders.values())


def test_a_driver_that_refuses_is_told_and_another_device_forgets_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: str) -> ProcAmp:
        raise ProcAmpError("/dev/video7 cannot be asked (busy)")

    monkeypatch.setattr(v4l2, "read", read)
    made, knobs = box(qtbot)
    with qtbot.waitSignal(knobs.answered):
        knobs.ask(GRABBER)
    assert "busy" in made.why.text()
    knobs.ask(None)
    assert not made.why.isVisible()


def test_the_disk_is_foretold_before_anything_is_recorded(qtbot: QtBot, tmp_path: Path) -> None:
    room = Room()
    asked = Asked(SOURCE, folder=str(tmp_path / "not" / "there yet"), name="a")
    with qtbot.waitSignal(room.changed):
        room.watch(asked)
    first = room.left_s
    assert first is not None and first > 0 and room.free_bytes > 0
    with qtbot.waitSignal(room.changed):
        room.watch(replace(asked, codec="v210"))
    assert room.left_s is not None and room.left_s < first  # larger files
    with qtbot.waitSignal(room.changed):
        room.watch(replace(asked, stops=Stops(after_s=0.5)))
    assert room.left_s == 0.5
    room.watch(None)


def test_a_device_that_was_not_opened_for_the_list_is_asked_when_it_is_chosen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shy = replace(WEBCAM, detailed=False)
    told = replace(WEBCAM, formats=GRABBER.formats, detailed=True)
    monkeypatch.setattr("capture.devices.looking.look", lambda _: Found((told,)))
    finding = Finding(lambda: replace(FOUND, devices=(shy, GRABBER)), lambda _: lambda: None)
    with qtbot.waitSignal(finding.changed):
        finding.look()
    with qtbot.waitSignal(finding.changed):
        finding.ask(shy)
    assert finding.found.device(str(WEBCAM.id)) == told


def test_a_plug_makes_it_look_again_and_many_at_once_make_one_look(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("editor.capture.finding.SETTLE_MS", 50)
    looks: list[int] = []
    ended: list[int] = []
    tells = []

    def look() -> Found:
        looks.append(1)
        return FOUND

    def plugs(tell: object) -> object:
        tells.append(tell)
        return lambda: ended.append(1)

    finding = Finding(look, plugs)  # type: ignore[arg-type]
    finding.begin()
    qtbot.waitUntil(lambda: finding.known)
    for _ in range(5):
        tells[0]()  # type: ignore[operator]
    qtbot.waitUntil(lambda: len(looks) == 2)
    qtbot.wait(200)
    assert len(looks) == 2
    finding.close()
    assert ended == [1]


def test_a_search_that_breaks_is_a_fault_and_no_crash(qtbot: QtBot) -> None:
    def look() -> Found:
        raise RuntimeError("a bug")

    finding = Finding(look, lambda _: lambda: None)
    with qtbot.waitSignal(finding.changed):
        finding.look()
    assert "a bug" in finding.found.faults[0].text and not finding.busy
