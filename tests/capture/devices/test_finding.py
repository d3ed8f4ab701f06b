"""Looking for devices from end to end: a real process in ffmpeg's place says what real machines said."""

from __future__ import annotations

import json
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import pytest

from capture.decks import listing
from capture.devices import asking, finding, places
from capture.devices.asking import SilentError
from capture.devices.finding import find
from capture.devices.found import Device, DeviceId, Driver, FfmpegInput, Found, Nature, Signal
from capture.devices.looking import look
from capture.devices.programs import parsed, reaching
from capture.devices.told import as_text
from runtime import ffmpeg
from runtime.commands import main
from runtime.ffmpeg import FfmpegError
from tests.capture.devices.recorded import SAMPLES

posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for ffmpeg is a shell script")

SCRIPT = """#!/bin/sh
case "$*" in
*-version) echo "ffmpeg version 9.0.2 of ours" ;;
*-devices) printf ' D  %s  of ours\\n' dshow decklink avfoundation v4l2 ;;
*-list_devices*) cat {listed} >&2; exit 1 ;;
*"-list_options"*{busy}*) sleep 30 ;;
*-list_options*) cat {options} >&2; exit 1 ;;
*"-sources decklink"*) cat {cards} ;;
*v4l2*-list_formats*) cat {pixels} >&2; exit 1 ;;
*-list_standards*) cat {standards} >&2; exit 1 ;;
*-list_formats*) cat {modes} >&2; exit 1 ;;
*-video_size*) cat {sizes} >&2; exit 1 ;;
esac
"""


def stand_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, listed: str, options: str = "21", busy: str = "nobody"
) -> None:
    """An ffmpeg that says these samples, and hangs for a device whose name holds `busy`."""
    files = {
        "listed": listed,
        "options": options,
        "cards": "30",
        "modes": "31",
        "sizes": "44",
        "pixels": "50",
        "standards": "52",
    }
    paths = {part: f"'{next(SAMPLES.glob(f'{name}_*'))}'" for part, name in files.items()}
    program = folder / "ffmpeg of ours"
    program.write_text(SCRIPT.format(**paths, busy=busy), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv(ffmpeg.VARIABLE, str(program))
    monkeypatch.setenv("PATH", "/bin:/usr/bin")


@posix
def test_windows_is_looked_through_with_details_links_and_cards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, "10")
    found = find(platform="win32")
    assert found.faults == ()
    names = [one.name for one in found.devices]
    assert names == [
        "GV-USB2, Analog Capture",
        "Game Capture HD60 S",
        'Cam "Link" 4K',
        "Decklink Video Capture",
        "Mystery",
        "UltraStudio Express",
    ]
    grabber, card = found.devices[0], found.devices[-1]
    assert grabber.detailed
    assert [one.name for one in grabber.inputs] == ["Composite", "S-Video"]
    assert [one.name for one in grabber.standards] == ["PAL", "NTSC"]
    assert found.sound(grabber.links[0].sound) is not None
    assert card.driver is Driver.DECKLINK
    assert [one.name.strip() for one in card.formats] == ["ntsc", "nt23", "pal"]
    hd60 = found.devices[1]
    assert [found.sound(link.sound).source.url for link in hd60.links if found.sound(link.sound)] == [  # type: ignore[union-attr]
        f"audio={hd60.alternative}"
    ]
    assert found.device(grabber.id) == grabber
    assert found.device("gone") is None


@posix
def test_a_camera_is_listed_but_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "06")
    found = find(platform="win32")
    cameras = [one for one in found.devices if one.nature.signal is Signal.CAMERA]
    assert [one.name for one in cameras] == ["HD Pro Webcam C920", "Camera (NVIDIA Broadcast)", "OBS Virtual Camera"]
    assert not any(one.detailed for one in cameras)
    assert found.devices[0].detailed
    told = as_text(found)
    assert "No tape comes from these" in told
    assert "OBS Virtual Camera  [" not in told
    assert "OBS Virtual Camera  [camera: it is a program, not a device]" in as_text(found, everything=True)


@posix
def test_a_driver_that_hangs_costs_its_own_device_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "10", busy="04bb")
    began = time.monotonic()
    found = find(platform="win32", patience_s=2.0)
    assert time.monotonic() - began < 25
    hanging, other = found.devices[0], found.devices[1]
    assert not hanging.detailed
    assert "Unplug" in hanging.note
    assert other.detailed
    (fault,) = found.faults
    assert fault.place == "GV-USB2, Analog Capture"
    assert "Unplug" in fault.text


@posix
def test_macos_is_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "43")
    found = find(platform="darwin")
    grabber = next(one for one in found.devices if one.name == "Elgato Video Capture")
    assert grabber.detailed
    (format,) = grabber.formats  # noqa: A001
    assert (format.name, format.options) == ("uyvy422", (("pixel_format", "uyvy422"),))
    assert format.sizes[0].rates == (Fraction(25),)
    assert [found.sound(link.sound).name for link in grabber.links if found.sound(link.sound)] == [  # type: ignore[union-attr]
        "Elgato Video Capture"
    ]


@posix
def test_a_driver_that_tells_us_no_formats_is_asked_by_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "43")
    mute = Device(DeviceId("x"), "x", Driver.V4L2, FfmpegInput("v4l2", "/dev/video9"), Nature(Signal.UNKNOWN, ""))
    (found,) = look(mute).devices
    assert [one.name for one in found.formats] == ["mjpeg", "yuyv422"]
    assert [one.name for one in found.standards] == ["NTSC", "NTSC-M", "PAL", "SECAM", "PAL-D/K"]
    assert found.detailed


@posix
def test_an_ffmpeg_that_cannot_do_it_is_told_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\ncase \"$*\" in *-version) echo 'ffmpeg version 8.1' ;; esac\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv(ffmpeg.VARIABLE, str(program))
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find(platform="win32")
    assert [(one.place, one.expected) for one in found.faults] == [("dshow", False), ("decklink", True)]
    assert "Install one that does" in found.faults[0].text
    with pytest.raises(FfmpegError, match="does not open dshow"):
        reaching({"dshow", "matroska"})
    assert reaching({"matroska"}).path == str(program)


def test_this_machine_is_looked_through_without_harm() -> None:
    found = find()
    assert all(one.source for one in found.devices)
    assert [one for one in found.faults if "Error" in one.text] == []


def test_test_decks_stand_in_the_list_when_asked_for() -> None:
    decks = listing.devices()
    assert find(test_decks=True, details=False).devices[-len(decks) :] == decks
    assert not [one for one in find(details=False).devices if one.driver is Driver.DECK]


def test_no_place_is_asked_twice_at_a_time_and_no_answer_is_older_than_its_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_it = 0
    asked: list[int] = []
    go_on = threading.Event()
    decks = listing.devices()

    def slow(_: places.Tools) -> Found:
        nonlocal at_it
        at_it += 1
        asked.append(at_it)
        go_on.wait(20)
        at_it -= 1
        return Found(decks[: len(asked)])

    monkeypatch.setattr(finding, "places", lambda _: {"a slow place": slow})
    found: dict[int, Found] = {}

    def look(number: int) -> None:
        found[number] = find(details=False)

    looks = [threading.Thread(target=look, args=(number,)) for number in range(3)]
    looks[0].start()
    while not asked:
        time.sleep(0.01)
    for one in looks[1:]:
        one.start()
    while sum(one.name == "look: a slow place" for one in threading.enumerate()) < 2:
        time.sleep(0.01)
    go_on.set()
    for one in looks:
        one.join(30)
    assert set(asked) == {1}
    assert len(found[0].devices) == 1
    assert min(len(found[number].devices) for number in (1, 2)) >= 2


def test_a_bug_in_one_place_hides_nothing_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: places.Tools) -> Found:
        raise ZeroDivisionError("ours")

    def whole(_: places.Tools) -> Found:
        return Found(listing.devices()[:1])

    monkeypatch.setattr(finding, "places", lambda _: {"broken": broken, "whole": whole})
    found = find()
    assert len(found.devices) == 1
    assert "ZeroDivisionError: ours" in found.faults[0].text


def test_a_program_that_is_not_there_or_hangs_is_told() -> None:
    with pytest.raises(SilentError, match="cannot be started"):
        asking.ask(("no such program at all",))
    with pytest.raises(SilentError, match=r"no answer within 0\.2 s"):
        asking.ask((sys.executable, "-c", "import time; time.sleep(30)"), patience_s=0.2)


def test_ffmpegs_own_list_of_devices_is_read_old_and_new() -> None:
    new = " D. = Demuxing supported\n .E = Muxing supported\n ---\n DE pulse  x\n D  video4linux2,v4l2 x\n  E xv  x\n"
    assert parsed(new) == {"pulse", "video4linux2", "v4l2"}


def test_the_command_lists_in_words_and_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capture", "devices", "--test-devices"]) == 0
    words = capsys.readouterr().out
    assert "Test deck PAL" in words
    assert "inputs     Composite (chosen now), S-Video" in words
    assert main(["capture", "devices", "--test-devices", "--json", "--quick"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["version"] == 1
    deck = next(one for one in told["devices"] if one["id"] == "deck:ntsc")
    assert deck["formats"][0]["sizes"][0]["rates"] == ["30000/1001"]
    assert deck["nature"]["signal"] == "analog"
    assert deck["ffmpeg"][-2:] == ["-i", "pipe:0"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["capture", "devics"], "there is no capture 'devics'"),
        (["capture", "devices", "--patience", "0"], "--patience is 0"),
        (["capture", "devices", "--patience", "nan"], "--patience is nan"),
    ],
)
def test_a_mistake_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_capture_is_a_command_beside_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "  capture   Find devices" in capsys.readouterr().out
    assert main(["capture"]) == 0
    assert "  devices   List what tape can be recorded from" in capsys.readouterr().out


def test_a_source_is_a_value() -> None:
    assert FfmpegInput("v4l2", "/dev/video0") == FfmpegInput("v4l2", "/dev/video0", ())
