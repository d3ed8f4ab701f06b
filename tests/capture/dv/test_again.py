"""Which places of a tape are to be played again, and the keys of a deck, of which a program of ours plays the part."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

import pytest

from capture.command import run as capture
from capture.devices.transport import Transport, TransportError
from capture.dv.again import advice, again
from runtime.commands import UserError
from tests import programs
from tests.capture.dv import tapes
from tests.capture.dv.test_analysis import told

WHEN = datetime.datetime(2003, 1, 2, 3, 4, 5)


def test_places_that_lie_near_are_one_stretch() -> None:
    import numpy as np

    one = tapes.recorded(60, tc=25 * 100, when=WHEN)
    tapes.damage(one, 10, [1, 2], sta=10)
    tapes.mute(one, 20, [3])
    rest = tapes.recorded(30, tc=25 * 100 + 60 + 40, when=WHEN + datetime.timedelta(seconds=4), first=100)
    late = tapes.recorded(40, tc=25 * 200, when=WHEN + datetime.timedelta(days=1))
    tapes.damage(late, 39, [5], sta=7)
    report = told(np.concatenate((one, rest, late)))
    first, second = again(report)
    assert (first.first, first.last, first.damaged, first.missing) == ("00:01:35:10", "00:01:46:12", 2, 40)
    assert (second.first, second.damaged, second.missing) == ("00:03:16:14", 1, 0)
    (line,) = advice(report)
    assert "00:01:35:10 to 00:01:46:12" in line
    assert "capture merge" in line


def test_a_sound_tape_asks_for_nothing() -> None:
    report = told(tapes.recorded(30, tc=0, when=WHEN))
    assert again(report) == ()
    assert list(advice(report)) == []


def test_one_heads_errors_ask_for_a_clean_deck() -> None:
    tape = tapes.recorded(30, tc=5000)
    for at in range(5, 15):
        tapes.damage(tape, at, list(range(135)), sta=10)
    report = told(tape)
    assert report.head == "even"
    assert "clean" in next(iter(advice(report)))


DECK = """import sys, pathlib
log = pathlib.Path({log!r})
words = sys.argv[1:]
said = log.read_text().split() if log.exists() else []
if "gone" in said:
    print("Could not find any AV/C devices on the 1394 bus.", file=sys.stderr)
    sys.exit(1)
if words == ["status"]:
    print("Playing" if said and said[-1] == "play" else "Winding stopped")
elif words == ["timecode"]:
    print("00:12:34:05")
else:
    log.write_text(" ".join([*said, *words]))
"""


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dvcont on PATH; gives the file in which the words that it was sent stand."""
    if not sys.platform.startswith("linux"):
        pytest.skip("dvcont is a program of Linux")
    log = tmp_path / "sent"
    program = tmp_path / "bin" / "dvcont"
    program.parent.mkdir()
    programs.written(program, DECK.format(log=str(log)))
    monkeypatch.setenv("PATH", str(program.parent))
    return log


def wind(*words: str) -> int:
    return capture(argparse.Namespace(what="wind", words=list(words)))


def test_a_deck_is_wound_and_played(deck: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert wind("00:37:40:06") == 0
    assert deck.read_text() == "seek 00:37:40:06"
    assert wind("play") == 0
    assert "Playing, at 00:12:34:05" in capsys.readouterr().out
    assert wind("play") == 0  # another play would be slow motion
    assert deck.read_text() == "seek 00:37:40:06 play"
    assert wind("stop") == 0
    assert deck.read_text().endswith("play stop")


def test_a_deck_never_records(deck: Path) -> None:
    for word in ("record", "eject", "trickplay"):
        with pytest.raises(UserError, match="no key"):
            wind(word)
    with pytest.raises(UserError, match="no timecode"):
        wind("12:34")
    assert not deck.exists()


def test_a_deck_that_is_gone_is_told_in_a_line(deck: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deck.write_text("gone")
    with pytest.raises(UserError, match="Could not find any AV/C"):
        wind("rewind")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="libavc1394-tools"):
        wind()
    with pytest.raises(TransportError, match="cannot be started"):
        Transport(str(deck.parent / "nowhere")).status()
