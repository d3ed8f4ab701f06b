"""A disk that stands still, a listener that does not listen, a share that is away for a moment: recording goes on."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from capture.dv.frames import Reader
from capture.session import disk, following, session
from capture.session.argv import Files
from capture.session.disk import Looking, Syncing
from capture.session.log import Log
from capture.session.messages import Counters, Done, Event, Happened, Refused, StateIs
from capture.session.run import Listener, Run
from runtime.ffmpeg import find
from runtime.process import ROOT
from tests.capture.session.tapes import Heard, asked
from tests.capture.session.tapes import session as sessions

posix = pytest.mark.skipif(sys.platform != "linux", reason="a named pipe stands for the disk that takes nothing")


@contextmanager
def stuck(path: Path) -> Iterator[None]:
    """A file that can be opened, and takes one page."""
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, 4096)
    try:
        yield
    finally:
        os.close(reading)


@posix
def test_what_ffmpeg_says_waits_in_memory_for_the_disk(tmp_path: Path) -> None:
    over = threading.Event()

    class Ends(Listener):
        def ended(self, ended: object) -> None:
            over.set()

    files = Files(tmp_path, 1)
    says = f"import sys; [sys.stderr.write('{'x' * 99}\\n') for _ in range(20000)]"  # 2 MB: a second of a damaged tape
    with stuck(files.log):
        run = Run([sys.executable, "-c", says], (), files, Ends())
        said_all = over.wait(20.0)
        run.kill()
    assert said_all


@posix
def test_whoever_tells_the_log_something_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with stuck(path):
        log, began_s = Log(path), time.monotonic()
        for number in range(200):
            log.write("note", text="x" * 500, frame=number)
        log.flush(0.1)
        took_s = time.monotonic() - began_s
    assert took_s < 2.0


def test_a_disk_that_stands_still_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on, syncing = threading.Event(), Syncing(tmp_path, every_s=0.01)
    monkeypatch.setattr(os, "utime", lambda *_: goes_on.wait(10.0))  # nothing grows: it is asked all the same
    until_s = time.monotonic() + 10.0
    while not syncing.stands_still() and time.monotonic() < until_s:
        time.sleep(0.01)
    assert syncing.stands_still()
    goes_on.set()
    while syncing.stands_still() and time.monotonic() < until_s:
        time.sleep(0.01)
    assert not syncing.stands_still()
    syncing.stop()


def test_a_share_that_is_away_for_a_moment_is_no_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for = threading.Semaphore(0)

    def away(_: object) -> object:
        asked_for.release()
        raise OSError(116, "Stale file handle")

    looking = Looking(tmp_path, tmp_path, every_s=0.01)
    free = looking.free
    monkeypatch.setattr(shutil, "disk_usage", away)
    assert all(asked_for.acquire(timeout=10.0) for _ in range(5)) and looking.free == free > 0
    monkeypatch.setattr(disk, "_GONE_S", 0.0)
    assert all(asked_for.acquire(timeout=10.0) for _ in range(5)) and looking.free == 0
    looking.stop()


def test_a_listener_that_blocks_does_not_have_its_recorder_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal that is held with Ctrl-S, or in which something is being marked, takes no line."""
    monkeypatch.setattr(session, "_QUIET_S", 2.0)
    heard, held = Heard(), threading.Event()

    def listener(event: Event) -> None:
        if isinstance(event, Counters) and event.frames > 5 and not held.is_set():
            time.sleep(4.0)
            held.set()
        heard(event)

    made = session.Session(listener)
    made.record(asked(tmp_path))
    assert held.wait(60.0)
    made.finish()
    done = heard.wait(Done)
    assert made.close("the test is over", 60.0)
    assert not heard.happened("restarted") and done.lost == 0 and len(done.files) == 1


PROGRAM = """
import sys, threading
from pathlib import Path
from capture.session import session
from capture.session.messages import Counters, Done
from tests.capture.session.tapes import Heard, asked
from tests.capture.session.tapes import session as sessions
session._QUIET_S = 2.0
heard = Heard()
made = session.Session(heard)
made.record(asked(Path(sys.argv[1])))
heard.wait(Counters, lambda one: one.frames > 5)
print(made.pid, flush=True)
sys.stdin.read()
print(made.pid, flush=True)
made.finish()
done = heard.wait(Done)
print(len(heard.happened("restarted")), done.lost, flush=True)
made.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_program_that_was_stopped_does_not_kill_its_recorder_when_it_goes_on(tmp_path: Path) -> None:
    """Ctrl-Z and fg; or the lid was closed for a while."""
    argv = [sys.executable, "-P", "-c", PROGRAM, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdout is not None and program.stdin is not None
        recorder = int(program.stdout.readline())
        os.kill(program.pid, signal.SIGSTOP)
        time.sleep(3.0)
        os.kill(program.pid, signal.SIGCONT)
        time.sleep(0.5)
        assert psutil.pid_exists(recorder)
        program.stdin.close()
        assert int(program.stdout.readline()) == recorder
        assert program.stdout.read().split() == ["0", "0"]


@pytest.mark.skipif(sys.platform == "win32", reason="as the others")
def test_what_another_program_records_is_not_mended_nor_cleared_away(tmp_path: Path) -> None:
    """A device that is waited for looks as quiet as a recorder that is dead."""
    wanted = asked(tmp_path, "--after", "black")
    with sessions() as (held, heard):
        held.arm(wanted)
        heard.wait(StateIs, lambda one: one.state == "armed")
        work = Path(wanted.folder) / f"{wanted.name}.capture"
        until_s = time.monotonic() + 30.0
        while not list(work.glob("run001-*")) and time.monotonic() < until_s:
            time.sleep(0.05)
        with sessions() as (other, said):
            other.mend(wanted)
            assert "another program" in said.wait(Refused).text
        with sessions() as (other, said):
            other.record(wanted)
            assert "under way" in said.wait(Refused).text
        assert list(work.glob("run001-*")), "it is being recorded into"


def test_dv_that_cannot_be_followed_any_more_does_not_look_like_a_good_tape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> list[object]:
        raise IndexError("out of bounds")

    monkeypatch.setattr(Reader, "feed", breaks)
    files = Files(tmp_path, 1)
    told: list[Happened] = []
    files.part(0, ".dv").write_bytes(bytes(144_000))
    follower = following.DvFollower(files, 0, 25.0, lambda: 0.0, told.append)
    follower.stop()
    assert [one.kind for one in told] == ["changed"] and "IndexError" in told[0].text


def test_a_picture_that_cannot_be_shown_ends_no_preview() -> None:
    count, over = 0, threading.Event()

    class Breaks(Listener):
        def shown(self, block: object) -> None:
            nonlocal count
            count += 1
            raise ValueError("no picture")

        def ended(self, ended: object) -> None:
            over.set()

    words = [find().path, "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x48:r=25:d=0.4", "-c:v", "rawvideo"]
    _ = Run([*words, "-allow_raw_vfw", "1", "-f", "matroska", "pipe:1"], (), None, Breaks())
    assert over.wait(20.0) and count == 10
