"""One ffmpeg that eats raw frames from a pipe, and what it says of itself."""

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from runtime.worker.lifeline import die_with_parent

_LOG_LINES = 30
_PIPE_BUFFER_BYTES = 1 << 16
_PIPE_BYTES = 1 << 20
_END_S = 10.0


class EncoderError(Exception):
    """ffmpeg could not be started, failed, or did not encode what it was given."""

    def __init__(self, message: str, log: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.log = tuple(log)


class Encoder:
    """A running ffmpeg. The thread that makes it must outlive it (see lifeline)."""

    def __init__(self, argv: Sequence[str]) -> None:
        try:
            self._process = subprocess.Popen(
                [*argv, "-progress", "pipe:1", "-nostats"],  # global options may come last
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=_PIPE_BUFFER_BYTES,
                preexec_fn=die_with_parent,
            )
        except OSError as error:
            raise EncoderError(f"cannot start {argv[0]}: {error.strerror or error}") from error
        _widen(self.input)
        self.frames = 0
        self.size_bytes = 0
        self._whole = False
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._readers = [
            threading.Thread(target=self._read_progress, name="ffmpeg progress", daemon=True),
            threading.Thread(target=self._read_log, name="ffmpeg log", daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @property
    def input(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def log(self) -> tuple[str, ...]:
        return tuple(self._log)

    def finish(self, frames_expected: int) -> None:
        """Close the input, wait for the end, and make sure that everything arrived. Raises EncoderError."""
        with suppress(OSError):  # it has gone already: its exit code says why
            self.input.close()
        code = self._process.wait()
        self._join()
        if code != 0:
            raise EncoderError(f"ffmpeg ended with {_exit_words(code)}{self._last_words()}", self.log)
        if not self._whole or self.frames != frames_expected:
            raise EncoderError(
                f"ffmpeg encoded {self.frames} frames of {frames_expected}{self._last_words()}", self.log
            )

    def kill(self) -> None:
        """End it now. Whoever is writing to it gets a broken pipe."""
        if self._process.poll() is None:
            self._process.kill()

    def close(self) -> None:
        self.kill()
        self._process.wait()
        self._join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass  # frames that were still buffered for a dead ffmpeg

    def _join(self) -> None:
        for reader in self._readers:
            reader.join(_END_S)  # bounded: a grandchild may hold the pipe open

    def _last_words(self) -> str:
        words = [line.strip() for line in self._log if line.strip()]
        told = dict.fromkeys((words[0], words[-1])) if words else ()  # the cause, and what came of it
        return f": {'; '.join(told)}" if told else ""

    def _read_progress(self) -> None:
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            key, _, value = raw.decode("ascii", "replace").strip().partition("=")
            match key:
                case "frame" if value.isdigit():
                    self.frames = int(value)
                case "total_size" if value.isdigit():
                    self.size_bytes = int(value)
                case "progress":
                    self._whole = value == "end"

    def _read_log(self) -> None:
        assert self._process.stderr is not None
        for raw in self._process.stderr:
            self._log.append(raw.decode("utf-8", "replace").rstrip())


def _widen(pipe: IO[bytes]) -> None:
    """Let more lie in the pipe, where the system can: whole frames go over at once, instead of both sides waking each
    other for every 64 kB."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # more than this user may have
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _exit_words(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
