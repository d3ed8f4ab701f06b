"""`launch.py capture record`, `preview`, `report` as they are typed."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from capture.commands import _session, record
from capture.decks import listing, reading
from capture.devices.found import Found
from capture.session.messages import Counters, Event, Failed, Finishing, Happened, StateIs
from capture.session.telling import Json, Lines
from runtime.commands import UserError, main
from runtime.process import ROOT

DECK = ("--device", "deck:pal", "--test-devices")


@pytest.fixture(autouse=True)
def small_decks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = f"--video_size 180x144 --input clean --memory '{tmp_path / 'memory'}'"
    monkeypatch.setenv("TAPELOOM_DECK", words)


def words(*typed: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    record.arguments(parser)
    return parser.parse_args(typed)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another thing there")
def test_ctrl_c_ends_a_recording_in_an_orderly_way(tmp_path: Path) -> None:
    argv = [sys.executable, "-P", str(ROOT / "launch.py"), "capture", "record", *DECK]
    argv += ["-o", str(tmp_path), "--name", "tape", "--progress", "json", "--reserve", "1"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as typed:
        assert typed.stdout is not None and typed.stderr is not None
        last: dict[str, object] = {}
        for line in typed.stdout:
            last = json.loads(line)
            if last["event"] == "counters" and last["frames"]:
                os.kill(typed.pid, signal.SIGINT)
                break
        for line in typed.stdout:
            last = json.loads(line)
        assert typed.wait(60) == 0, typed.stderr.read()
    assert last["event"] == "done" and last["reason"] == "stopped from the keyboard"
    found = [one.number for one in reading.pictures(tmp_path / "tape.mkv")]
    assert found == list(range(len(found))) and len(found) == last["frames"]


def test_a_recording_and_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed = ["capture", "record", *DECK, "-o", str(tmp_path / "ä b"), "--name", "tape", "--for", "1.2"]
    assert main([*typed, "--reserve", "1"]) == 0
    said = capsys.readouterr().out
    assert "no frame lost; 1.2 s are over" in said and "report:" in said
    for name in ("tape", "tape.mkv", "tape.report.html", "tape.framemd5"):
        assert main(["capture", "report", str(tmp_path / "ä b" / name)]) == 0
    assert "recording begins" in capsys.readouterr().out
    assert main(["capture", "report", str(tmp_path / "ä b" / "tape"), "--verify"]) == 0
    assert "every frame is as it was recorded" in capsys.readouterr().out
    framemd5 = tmp_path / "ä b" / "tape.framemd5"
    framemd5.write_text(framemd5.read_text("ascii").replace(", ", ", ")[:-8] + "abcdefg\n", "ascii")
    assert main(["capture", "report", str(tmp_path / "ä b" / "tape"), "--verify"]) == 1
    assert "1 differ" in capsys.readouterr().out
    assert main([*typed, "--reserve", "1"]) == 2
    assert "no recording is written over" in capsys.readouterr().err


def test_a_preview_tells_numbers_and_ends(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capture", "preview", *DECK, "--for", "1"]) == 0
    assert "picture: luma" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--device", "nothing"], "there is no device 'nothing'. There are: deck:pal"),
        ([], "which device? --device with one of"),
        (["--device", "deck:pal", "--input", "SCART"], "--input: there is no 'SCART' on this device"),
        (["--device", "deck:pal", "--standard", "SECAM"], "There are: PAL, NTSC"),
        (["--device", "deck:pal", "--size", "720"], "write it as 720x576"),
        (["--device", "deck:pal", "--rate", "fast"], "write it as 25"),
        (["--device", "deck:pal", "--sound", "mic"], "there is no sound device"),
    ],
)
def test_words_that_fit_nothing_are_told_with_what_would(typed: list[str], said: str) -> None:
    found = Found(listing.devices())
    with pytest.raises(UserError) as caught:
        _session.choice_of(words("-o", "x", "--name", "y", *typed), found)
    assert said in str(caught.value)


def test_a_choice_of_what_a_device_offers() -> None:
    typed = words("-o", "x", "--name", "y", "--device", "Test deck PAL", "--input", "s-video", "--sound", "none")
    choice = _session.choice_of(typed, Found(listing.devices()))
    assert choice.input is not None and choice.input.name == "S-Video" and not choice.device.carries_sound


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("2:00", 120), ("1:30:00", 5400), ("10s", 10), ("5m", 300), ("1.5h", 5400)]
)
def test_times(text: str, seconds: float) -> None:
    assert _session.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "x", "-5", "1:x", "1e99", "nan"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        _session.seconds(text)


def test_what_is_told_to_a_log_and_to_a_program() -> None:
    events: list[Event] = [
        StateIs("recording"),
        Counters(1.0, 25, lost=3, left_s=3661.0, size_bytes=9_000_000),
        Counters(1.25, 31, lost=3),
        Happened("lost", 4.0, 100, 7, 0.28),
        Finishing("joining", 0.5),
    ]
    out = io.StringIO()
    lines = Lines(out, clock=lambda: 5.0)
    for event in events:
        lines.tell(event)
    assert out.getvalue().splitlines() == [
        "0:00.0 recording",
        "0:01.0 · 25 frames · 3 LOST · 9 MB · 1:01:01 left",
        "0:04.0 frame 100: frames lost, 7, 0.28 s",
        "joining: 50 %",
    ]
    out = io.StringIO()
    program = Json(out, clock=lambda: 5.0)
    for event in (*events, Failed("x")):
        program.tell(event)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one["event"] for one in told] == ["state_is", "counters", "happened", "finishing", "failed"]
    assert told[2]["count"] == 7
