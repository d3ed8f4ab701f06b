"""Decks as they are used: a process, a pipe, a real ffmpeg, the file read back."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from capture.decks import listing, reading
from capture.devices.found import PipedInput, Signal
from capture.devices.opening import Choice, sources, words
from runtime import ffmpeg

SMALL = ("--video_size", "180x144", "--input", "clean")
LOSSLESS = ("-fps_mode", "passthrough", "-enc_time_base:v", "1:1000000", "-c:v", "ffv1", "-c:a", "pcm_s16le")


def run(deck: str, *more: str, place: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        listing.command(deck, "--memory", str(place / "memory"), *more), capture_output=True, check=False, cwd=place
    )


def end(said: bytes) -> dict[str, Any]:
    line = said.decode().strip().splitlines()[-1]
    found: dict[str, Any] = json.loads(line.removeprefix("deck "))
    assert found["what"] == "end"
    return found


def recorded(source: PipedInput, place: Path, *more: str) -> Path:
    """As a session does it: the deck's stdout is ffmpeg's stdin."""
    path = place / "tape é.mkv"
    argv = [ffmpeg.find().path, "-v", "error", *words(source), *(more or LOSSLESS), "-y", str(path)]
    with subprocess.Popen(source.argv, stdout=subprocess.PIPE) as deck:
        subprocess.run(argv, stdin=deck.stdout, check=True, cwd=place)
    return path


def analog(place: Path, *more: str, deck: str = "pal") -> PipedInput:
    return listing.analog_input("--memory", str(place / "memory"), *more, deck=deck)


def test_a_real_ffmpeg_records_every_picture_with_its_time(tmp_path: Path) -> None:
    path = recorded(analog(tmp_path, "--seconds", "1.2", "--faults", "drop 3 @ 0.4"), tmp_path)
    found = reading.pictures(path)
    assert [one.number for one in found] == [*range(10), *range(13, 30)]
    assert [one.at_s for one in found] == [Fraction(one.number, 25) for one in found]
    assert [one.number for one in reading.sound(path)] == [0, 25]
    assert reading.samples(path) == 30 * 1920


def test_a_deck_keeps_real_time(tmp_path: Path) -> None:
    began = time.monotonic()
    found = end(run("ntsc", "--seconds", "1", "--buffers", "999", *SMALL, place=tmp_path).stderr)
    assert time.monotonic() - began > 1
    assert found["pictures"] == 30 and found["overrun"] == 0


def test_it_looks_like_ntsc_too(tmp_path: Path) -> None:
    path = recorded(analog(tmp_path, "--fast", "1", "--input", "svideo", deck="ntsc"), tmp_path)
    said = subprocess.run([ffmpeg.find().path, "-i", str(path)], capture_output=True, check=False).stderr.decode()
    assert "720x480" in said and "29.97 fps" in said and "DAR 4:3" in said and "bottom" in said
    assert [one.number for one in reading.pictures(path)] == list(range(30))


def test_numbers_outlive_lossy_compression(tmp_path: Path) -> None:
    lossy = ("-c:v", "libx264", "-crf", "40", "-preset", "ultrafast", "-fps_mode", "passthrough")
    path = recorded(analog(tmp_path, "--fast", "0.6"), tmp_path, *lossy)
    assert [one.number for one in reading.pictures(path)] == list(range(15))


def test_minutes_are_written_fast(tmp_path: Path) -> None:
    path = tmp_path / "minute.mkv"
    done = run("pal", "--fast", "60", "--video_size", "90x72", "--sound-ppm", "50", "--out", str(path), place=tmp_path)
    assert end(done.stderr)["pictures"] == 1500
    found = reading.sound(path)
    assert [one.number for one in found] == list(range(0, 1500, 25))
    clock = (found[-1].sample - found[0].sample) / (59 * 48000)
    assert (clock - 1) * 1e6 == pytest.approx(50, abs=0.5)
    assert reading.samples(path) == round(60 * 48000 * (1 + 50e-6))


def test_timestamps_that_jitter_stay_in_order(tmp_path: Path) -> None:
    path = tmp_path / "jitter.mkv"
    run("pal", "--fast", "8", "--video_size", "90x72", "--jitter", "8", "--out", str(path), place=tmp_path)
    times = [float(one.at_s) for one in reading.pictures(path)]
    off = [at - number / 25 for number, at in enumerate(times)]
    assert times == sorted(times) and len(times) == 200
    assert 0.004 < sum(map(abs, off)) / 200 < 0.01


def test_one_that_vanished_is_missing_for_a_while(tmp_path: Path) -> None:
    vanishing = ("--faults", "vanish 60 @ 0.2", "--seconds", "1", *SMALL)
    first = run("pal", *vanishing, place=tmp_path)
    assert first.returncode == errno.ENODEV and b"no such device" in first.stderr
    missing = run("pal", *vanishing, place=tmp_path)
    assert missing.returncode == errno.ENODEV and b"no such device" in missing.stderr and missing.stdout == b""


def test_one_that_is_back_plays_what_its_tape_has_got_to(tmp_path: Path) -> None:
    vanishing = ("--faults", "vanish 0 @ 0.2", "--seconds", "1", *SMALL)
    run("pal", *vanishing, place=tmp_path)
    numbers = [one.number for one in reading.pictures(recorded(analog(tmp_path, *vanishing), tmp_path))]
    assert len(numbers) == 25 and numbers == list(range(numbers[0], numbers[0] + 25))
    assert numbers[0] > 5  # from the moment that it broke off until the next start it played on


def test_after_a_change_of_standard_the_next_start_gives_the_other(tmp_path: Path) -> None:
    changing = ("--faults", "standard @ 0.2", "--video_size", "720x576", "--input", "clean", "--no-sound")
    first = run("pal", *changing, place=tmp_path)
    assert first.returncode == 0 and end(first.stderr)["why"] == "standard"
    second = run("pal", *changing, "--seconds", "0.1", place=tmp_path)
    assert b'"standard": "ntsc"' in second.stderr
    assert len(second.stdout) > 3 * 720 * 480 * 2


def test_a_tape_that_plays_on_does_not_wait_for_its_reader(tmp_path: Path) -> None:
    for _ in range(2):
        done = run("pal", "--plays-on", "--seconds", "0.1", *SMALL, place=tmp_path)
    line = done.stderr.decode().splitlines()[0]
    assert json.loads(line.removeprefix("deck "))["number"] > 3


def test_another_tape_begins_at_its_beginning(tmp_path: Path) -> None:
    run("pal", "--plays-on", "--seconds", "0.1", *SMALL, place=tmp_path)
    other = run("pal", "--plays-on", "--seconds", "0.1", "--seed", "2", *SMALL, place=tmp_path)
    assert b'"number": 0' in other.stderr.splitlines()[0]


def test_one_that_is_taken_says_so(tmp_path: Path) -> None:
    done = run("pal", "--refuse", "Device or resource busy", place=tmp_path)
    assert done.returncode == errno.EBUSY and b"Device or resource busy" in done.stderr


def test_the_environment_adds_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPELOOM_DECK", "--faults 'drop 2 @ 0'")
    assert end(run("pal", "--fast", "0.4", *SMALL, place=tmp_path).stderr)["lost"] == 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("pal", "--faults", "explode 1 @ 2"), b"there is no 'explode'"),
        (("pal", "--video_size", "10x10"), b"WIDTHxHEIGHT"),
        (("dv-pal", "--file", "nowhere.dv"), b"cannot be read"),
        (("dv-pal", "--file", sys.executable), b"no raw DV"),
    ],
)
def test_wrong_words_are_told_in_a_line(wrong: tuple[str, ...], says: bytes, tmp_path: Path) -> None:
    done = run(*wrong, place=tmp_path)
    assert done.returncode == 2 and says in done.stderr and b"Traceback" not in done.stderr


def test_decks_are_devices_like_any_other(tmp_path: Path) -> None:
    decks = {one.id: one for one in listing.devices()}
    pal, camera = decks["deck:pal"], decks["deck:dv-ntsc"]
    assert [one.name for one in pal.inputs] == ["Composite", "S-Video"] and pal.carries_sound
    assert pal.nature.signal is Signal.ANALOG and camera.nature.signal is Signal.DV
    chosen = Choice(pal, pal.inputs[1], pal.standards[1], pal.formats[0], (720, 576), Fraction(25))
    (source,) = sources(chosen)
    assert isinstance(source, PipedInput)
    fast = PipedInput((*source.argv, "--fast", "0.2", "--memory", str(tmp_path / "m")), source.format, source.options)
    assert len(reading.pictures(recorded(fast, tmp_path))) == 6  # the standard chosen has 30 pictures a second
