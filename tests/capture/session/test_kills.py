"""Whatever is killed, whenever: what came before is in the files, what did not is told, and recording goes on."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from capture.commands import report as report_command
from capture.decks import reading
from capture.session.asking import Asked
from capture.session.messages import Counters, Done, StateIs
from capture.session.session import Session
from runtime import ffmpeg
from runtime.process import ROOT
from tests import programs
from tests.capture.session.tapes import PATIENCE_S, Heard, asked, recorded, session

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def numbers(path: str) -> list[int]:
    return [one.number for one in reading.pictures(Path(path))]


def child(of: int, like: str) -> psutil.Process:
    for one in psutil.Process(of).children(recursive=True):
        if like in " ".join(one.cmdline()):
            return one
    raise AssertionError(f"{of} has no {like}")


def under_way(held: Session, heard: Heard, frames: int) -> int:
    """The recorder's id, once so many frames have come."""
    heard.wait(Counters, lambda one: one.frames >= frames)
    assert held.pid is not None
    return held.pid


@pytest.mark.parametrize("frames", [8, 27, 44])
def test_ffmpeg_killed_costs_a_hole_and_no_frame_before_it(tmp_path: Path, frames: int) -> None:
    with session() as (held, heard):
        held.record(asked(tmp_path, "--plays-on", part_s=0.6))
        recorder = under_way(held, heard, frames)
        child(recorder, "fifo").send_signal(signal.SIGKILL)
        heard.wait(StateIs, lambda one: one.state == "paused")
        heard.wait(StateIs, lambda one: one.state == "recording" and heard.states().count("recording") > 1)
        have = heard.all(Counters)[-1].frames
        heard.wait(Counters, lambda one: one.frames > have + 10)
        held.finish()
        done = heard.wait(Done)
    (back,) = heard.happened("back")
    found = [one for path in done.files for one in numbers(path)]
    before = [one for part in done.parts if part.last <= back.frame for one in numbers(part.path)]
    # all but the last moment is there: what had been read is in the list, what had been written is in the file
    missing = back.frame - len(before)
    assert before == list(range(len(before))) and 0 <= missing <= 3, (len(before), back)
    assert found == sorted(set(found)) and "holes" in done.note
    assert abs(found[len(before)] - (back.frame + back.count)) <= 4, "the hole's length, against the tape's own numbers"
    assert done.lost == missing and not done.fault


@pytest.mark.parametrize("frames", [8, 40])
def test_the_recorder_killed_is_started_again_and_goes_on(tmp_path: Path, frames: int) -> None:
    with session() as (held, heard):
        held.record(asked(tmp_path, "--plays-on", part_s=0.6))
        recorder = under_way(held, heard, frames)
        os.kill(recorder, signal.SIGKILL)
        heard.wait(Counters, lambda one: held.pid not in (None, recorder) and one.frames > frames + 20)
        held.finish("enough")
        done = heard.wait(Done)
    assert heard.happened("restarted") and heard.happened("back")
    found = [one for path in done.files for one in numbers(path)]
    assert found[0] == 0 and found == sorted(set(found)) and -1 not in found
    assert len(found) == done.frames
    (back,) = heard.happened("back")
    holes = [(one, two) for one, two in pairwise(found) if two != one + 1]
    assert len(holes) == 1, holes
    assert abs((holes[0][1] - holes[0][0] - 1) - back.count) <= 4 + done.lost
    log = Path(done.log).read_text("utf-8").splitlines()
    assert [json.loads(line)["what"] for line in log].count("run") == 2


_USER = """
import sys, time
from capture.session.messages import Record, decode_request
from capture.session.session import Session
asked = decode_request(open(sys.argv[1], "rb").read()).asked
session = Session(lambda event: print(type(event).__name__, getattr(event, "frames", ""), flush=True))
session.record(asked)
time.sleep(600)
"""


def user_killed(place: Path, wanted: Asked) -> Path:
    """A program that records, killed in the midst of it; gives the recording's folder."""
    from capture.session.messages import Record, encode

    place.joinpath("asked").write_bytes(encode(Record(1, wanted)))
    argv = [sys.executable, "-c", _USER, str(place / "asked")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=ROOT) as user:
        assert user.stdout is not None
        for line in user.stdout:
            kind, _, count = line.strip().partition(" ")
            if kind == "Counters" and int(count) > 20:
                break
        user.kill()
    return Path(wanted.folder)


def waited_for(path: Path) -> dict[str, object]:
    deadline_s = time.monotonic() + PATIENCE_S
    while not path.exists():
        assert time.monotonic() < deadline_s, f"{path.name} never came"
        time.sleep(0.1)
    facts: dict[str, object] = json.loads(path.read_text("utf-8"))
    return facts


def test_a_program_that_dies_leaves_a_whole_recording(tmp_path: Path) -> None:
    folder = user_killed(tmp_path, asked(tmp_path))
    facts = waited_for(folder / "Sommer '88 50%.report.json")
    found = numbers(str(folder / "Sommer '88 50%.mkv"))
    assert found == list(range(len(found))) and len(found) == facts["frames"] and len(found) > 20


def test_a_recording_that_knows_its_end_goes_on_to_it_without_its_program(tmp_path: Path) -> None:
    wanted = asked(tmp_path)
    folder = user_killed(tmp_path, replace(wanted, stops=replace(wanted.stops, after_s=4.0)))
    facts = waited_for(folder / "Sommer '88 50%.report.json")
    found = numbers(str(folder / "Sommer '88 50%.mkv"))
    assert found == list(range(len(found))) and len(found) >= 95 and "4 s" in str(facts["reason"])


def test_all_killed_at_once_is_made_whole_by_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heard = Heard()
    held = Session(heard)
    held.record(asked(tmp_path, part_s=0.6))
    recorder = under_way(held, heard, 40)
    everyone = [psutil.Process(recorder), *psutil.Process(recorder).children(recursive=True)]
    held._closing = True  # as if this program were gone as well: nobody starts another recorder
    for one in everyone:
        one.kill()
    counted = heard.all(Counters)[-1].frames
    assert held._closed.wait(PATIENCE_S)
    work = tmp_path / "tapes é" / "Sommer '88 50%.capture"
    assert report_command.run(_words(str(work), "--verify")) in (0, 1)
    said = capsys.readouterr().out
    assert "every frame is as it was recorded" in said, said
    found = numbers(str(work.with_name("Sommer '88 50%.mkv")))
    assert found == list(range(len(found))) and len(found) >= counted - 3
    assert not work.exists()


def _words(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    report_command.arguments(parser)
    return parser.parse_args(words)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 160 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(place)], check=False)
    if done.returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(sys.platform != "linux" or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounts a disk")
@pytest.mark.parametrize(("reserve_mb", "left"), [(0, 300_000), (12, 10_000_000)])
def test_a_full_disk_ends_the_recording_and_what_is_there_is_whole(
    tmp_path: Path, small_disk: Path, reserve_mb: int, left: int
) -> None:
    with session() as (held, heard):
        held.record(asked(tmp_path, folder=str(small_disk / "t"), reserve_mb=reserve_mb, part_s=0.6))
        heard.wait(Counters, lambda one: one.frames >= 20)
        status = os.statvfs(small_disk)
        ballast = status.f_bavail * status.f_frsize - left
        with suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as file:
            file.write(bytes(ballast))  # the recording may have been quicker
        done = heard.wait(Done)
    assert done.fault and "disk is full" in done.reason and heard.happened("disk")
    found = [one for path in done.files for one in numbers(path)]
    assert found == list(range(len(found))) and len(found) >= 20
    assert len(found) == done.frames


def test_an_ffmpeg_that_says_the_disk_is_full_ends_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ffmpeg 9 says it, of a disk that fills in the midst of a cluster."""
    real = ffmpeg.find().path
    fake = programs.written(
        tmp_path / "ffmpeg",
        f"""import subprocess, sys
words = sys.argv[1:]
if "-filter_complex" not in words:
    sys.exit(subprocess.call([{real!r}, *words]))
process = subprocess.Popen([{real!r}, "-t", "1.5", *words])
process.wait()
print("[out#0/segment @ 0x5581] [error] Error writing trailer: No space left on device", file=sys.stderr)
sys.exit(228)
""",
    )
    monkeypatch.setenv(ffmpeg.VARIABLE, str(fake))
    done, heard = recorded(asked(tmp_path))
    monkeypatch.delenv(ffmpeg.VARIABLE)
    assert done.fault and "disk is full" in done.reason and heard.happened("disk")
    found = numbers(done.files[0])
    assert found == list(range(len(found))) and 30 <= len(found) <= 45
