"""One ffmpeg on the device: the thin edge. Starts it, follows what it says, lists and shows; ends it; says how.

Threads: one reads the live pipe and does nothing else (what it cannot give away at once it drops), one the log, one
follows the lists. Whoever makes a run must outlive it (see tether).
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from capture.session.argv import Files
from capture.session.lists import FrameList, Packet
from capture.session.matroska import Block, blocks
from capture.session.said import Said, cause, listen
from capture.session.state import How
from capture.session.tether import end_with_parent
from capture.session.urgency import raised
from runtime.process import Child, how_it_ended

__all__ = ["Ended", "Listener", "Run", "RunError"]

_PIPE_BYTES = 1 << 20
_LOOK_S = 0.03
_LOG_LINES = 200
_UNWRITTEN = 50_000  # lines that wait for the disk
_DRAIN_S = 3.0
_DECK = "deck "


class RunError(Exception):
    """It could not even be started: one line."""


@dataclass(frozen=True, slots=True)
class Ended:
    how: How
    text: str
    changed: bool = False  # the signal's standard is another one now
    log: tuple[str, ...] = ()


class Listener:
    """Who is told; each method is called on a thread of the run's own and must not block."""

    def packets(self, video: Sequence[Packet], audio: Sequence[Packet], at_s: float) -> None: ...

    def shown(self, block: Block) -> None: ...

    def said(self, said: Said) -> None: ...

    def ended(self, ended: Ended) -> None: ...


class Run:
    """`command`: ffmpeg's words. `program`: what writes into its input. `files` None: nothing is recorded."""

    def __init__(
        self,
        command: Sequence[str],
        program: Sequence[str],
        files: Files | None,
        listener: Listener,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._files, self._listener, self._clock = files, listener, clock
        self._said: list[Said] = []
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._told: dict[str, object] = {}
        self._stopping = self._killed = False
        self._why = ""
        self.video, self.audio = FrameList(), FrameList()
        self._deck: Child | None = None
        try:
            if program:
                self._deck = Child(program, stdin=subprocess.DEVNULL, preexec=end_with_parent)
            self._ffmpeg = self._started(command)
        except OSError as fault:
            if self._deck is not None:
                self._deck.kill()
                self._deck.close()
            raise RunError(f"cannot start {(program or command)[0]}: {fault.strerror or fault}") from None
        self._over = threading.Event()
        threads = [("live", self._show), ("log", self._read_log)]
        if self._deck is not None:
            threads.append(("deck", self._read_deck))
        self._readers = [threading.Thread(target=one, name=f"run {name}", daemon=True) for name, one in threads]
        self._follower = threading.Thread(target=self._follow, name="run lists", daemon=True)
        for thread in (*self._readers, self._follower):
            thread.start()

    def _started(self, command: Sequence[str]) -> Child:
        deck = self._deck
        if deck is None:
            child = Child(command, preexec=end_with_parent)
        else:
            assert deck.process.stdout is not None
            child = Child(command, stdin=deck.process.stdout, preexec=end_with_parent)
            deck.process.stdout.close()  # or the deck would never learn that ffmpeg has gone
        _widen(child.process.stdout)
        raised(child.pid)
        return child

    @property
    def pid(self) -> int:
        return self._ffmpeg.pid

    def stop(self, why: str = "") -> None:
        """Ask it to end; what came so far is written, and the files are closed. `why`: the device's fault for which."""
        self._stopping, self._why = True, why
        if self._deck is not None:
            with suppress(OSError):
                self._deck.process.terminate()  # its end is the stream's end
            return
        with suppress(OSError, ValueError):
            stdin = self._ffmpeg.process.stdin
            assert stdin is not None
            stdin.write(b"q")
            stdin.flush()
        if sys.platform != "win32":  # where it does not look at its stdin
            with suppress(OSError):
                self._ffmpeg.process.terminate()

    def kill(self, why: str = "") -> None:
        self._killed = True
        if why:
            self._log.append(f"[tapeloom] {why}")
        self._ffmpeg.kill()
        if self._deck is not None:
            self._deck.kill()

    # ---- on its threads

    def _show(self) -> None:
        stream = self._ffmpeg.process.stdout
        assert stream is not None
        with suppress(OSError, ValueError):
            for block in blocks(stream):
                try:
                    self._listener.shown(block)
                except Exception:  # a picture that cannot be shown ends no preview
                    traceback.print_exc()

    def _read_log(self) -> None:
        stream = self._ffmpeg.process.stderr
        assert stream is not None
        with _Kept(self._files.log if self._files else None) as kept:
            for raw in stream:
                line = raw.decode("utf-8", "replace").rstrip()
                self._log.append(line)
                kept(raw)
                said = listen(line)
                if said is not None:
                    self._said.append(said)
                    del self._said[:-_LOG_LINES]
                    self._listener.said(said)

    def _read_deck(self) -> None:
        assert self._deck is not None and self._deck.process.stderr is not None
        for raw in self._deck.process.stderr:
            line = raw.decode("utf-8", "replace").rstrip()
            if line.startswith(_DECK):
                with suppress(ValueError):
                    self._told.update(json.loads(line.removeprefix(_DECK)))
                continue
            self._log.append(line)

    def _follow(self) -> None:
        """Follow the lists until ffmpeg has ended; then say how, whatever happened on the way."""
        try:
            self._followed()
        except Exception:  # a bug of ours must not leave a run without its end
            traceback.print_exc()
            self._ffmpeg.kill()
        self._listener.ended(self._how())

    def _followed(self) -> None:
        files = self._files
        video = _Tail(files.video if files else None)
        audio = _Tail(files.audio if files else None)
        while True:
            over = self._ffmpeg.ended()
            if over:
                for reader in self._readers[:2]:
                    reader.join(_DRAIN_S)  # bounded: a grandchild may hold the pipe open
            now_s = self._clock()
            pictures, sounds = self.video.feed(video.more()), self.audio.feed(audio.more())
            if pictures or sounds:
                self._listener.packets(pictures, sounds, now_s)
            if over:
                break
            time.sleep(_LOOK_S)
        video.close()
        audio.close()

    def _how(self) -> Ended:
        code = self._ffmpeg.process.wait()
        deck_code = self._bury_deck()
        self._ffmpeg.close()
        log, why = tuple(self._log), cause(self._said)
        if why is not None and why.kind == "disk":
            return Ended("disk", "the disk is full. Make room, or record to another disk", log=log)
        if self._why:
            return Ended("gone", self._why, log=log)
        if self._told.get("why") == "standard" and not self._killed:
            return Ended("gone", "the signal's standard has changed", changed=True, log=log)
        if deck_code:
            last = next((line for line in reversed(log) if line.startswith("deck: ")), "")
            return Ended("gone", last or f"the test deck {how_it_ended(deck_code)}", log=log)
        if self._killed:
            return Ended("gone", "no picture came for too long", log=log)
        if why is not None and why.kind == "gone":
            return Ended("gone", why.text, log=log)
        if code:
            return Ended("gone", why.text if why else f"ffmpeg {how_it_ended(code)}", log=log)
        return Ended("end", "the tape has ended", log=log)

    def _bury_deck(self) -> int:
        if self._deck is None:
            return 0
        try:
            code = self._deck.process.wait(_DRAIN_S)
        except subprocess.TimeoutExpired:
            self._deck.kill()
            self._deck.process.wait()
            code = 0  # we ended it
        for reader in self._readers[2:]:
            reader.join(_DRAIN_S)
        self._deck.close()
        return 0 if self._stopping else code


class _Tail:
    """What has been appended to a file since; the file may come later."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def more(self) -> bytes:
        if self._path is None:
            return b""
        try:
            if self._file is None:
                self._file = self._path.open("rb")
            return self._file.read()
        except OSError:
            return b""

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class _Kept:
    """A log beside the recording; where it cannot be written nothing is kept, and nothing else suffers. A thread of
    its own writes it: on a damaged tape ffmpeg says more in a second than its pipe holds, and would wait for us as long
    as the disk dawdles, and the device for it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="run log", daemon=True)

    def __call__(self, line: bytes) -> None:
        if self._path is not None and self._lines.qsize() < _UNWRITTEN:
            self._lines.put(line)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.put(None)
        self._thread.join(_DRAIN_S)

    def _write(self) -> None:
        if self._path is None:
            return
        with suppress(OSError), self._path.open("wb") as file:
            while (line := self._lines.get()) is not None:
                with suppress(OSError):
                    file.write(line)
                    if self._lines.empty():
                        file.flush()


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a whole frame lie in the pipe, where the system can."""
    if sys.platform == "linux" and pipe is not None:
        import fcntl

        with suppress(OSError):  # more than this user may have
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
