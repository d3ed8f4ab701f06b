"""Starts a worker process, which may not outlive its parent unless it is to, and kills it with all that it started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
"""Where our packages lie; the worker gets it as its import path and keeps the user's working folder."""

COMMAND = (sys.executable, "-P", "-m", "runtime.worker")  # -P: nothing is imported from the working folder


_POLL_S = 0.002


class Child:
    """A process with pipes on stdin, stdout and stderr, alone in a group (POSIX) or a job (Windows)."""

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        beside: Mapping[str, str] | None = None,
        *,
        stdin: int | IO[bytes] = subprocess.PIPE,
        preexec: Callable[[], None] | None = None,
        outlives: bool = False,
    ) -> None:
        """`beside`: what its environment has that ours has not. `preexec`: called in the child before its program.
        `outlives`: Windows, which ends it with us, is not to; elsewhere it goes by its pipes alone."""
        path = os.environ.get("PYTHONPATH")
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{path}" if path else str(ROOT)}
        environment |= beside or {}
        self.process = subprocess.Popen(
            list(command),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            preexec_fn=preexec,
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._job = _Job(self.process, outlives) if sys.platform == "win32" else None

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """It and everything in its group, now. Safe to repeat until it has been reaped."""
        if sys.platform == "win32":
            assert self._job is not None
            self._job.end()
            return
        if self.process.returncode is None:  # not reaped: the group's number is still ours
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                self.process.kill()

    def ended(self) -> bool:
        """Whether it has ended. Where the system can tell, it is left unreaped: its group's number stays ours."""
        if sys.platform != "win32" and hasattr(os, "waitid"):  # macOS has it from Python 3.13 on
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
        return self.process.poll() is not None

    def reap(self, grace_s: float) -> str:
        """Give it `grace_s` to end by itself, end what is left of its group, and say how it ended."""
        deadline_s = time.monotonic() + grace_s
        while not self.ended() and time.monotonic() < deadline_s:
            time.sleep(_POLL_S)
        self.kill()
        return how_it_ended(self.process.wait())

    def close(self) -> None:
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass  # something was left to say to a dead process


def how_it_ended(code: int) -> str:
    """ "was killed by SIGSEGV", "ended with exit code 3"."""
    if code < 0:
        try:
            return f"was killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"was killed by signal {-code}"
    if code > 0xFFFF:  # a Windows status such as 0xC0000005, an access violation
        return f"crashed with status 0x{code:08X}"
    return f"ended with exit code {code}"


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
    _KILL_ON_JOB_CLOSE = 0x2000

    class _BasicLimits(ctypes.Structure):
        _fields_ = [
            ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
            ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        ]

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = [
            ("BasicLimitInformation", _BasicLimits),
            ("IoInfo", ctypes.c_ulonglong * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        ]

    class _Job:
        """A Job object: Windows ends what is in it when our last handle closes, that is, when we end, unless it is to
        outlive us."""

        def __init__(self, process: "subprocess.Popen[bytes]", outlives: bool) -> None:
            self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            self._kernel.CreateJobObjectW.restype = wintypes.HANDLE
            self._kernel.CreateJobObjectW.argtypes = [ctypes.c_void_p, wintypes.LPCWSTR]
            self._kernel.SetInformationJobObject.argtypes = [
                wintypes.HANDLE,
                ctypes.c_int,
                ctypes.c_void_p,
                wintypes.DWORD,
            ]
            self._kernel.AssignProcessToJobObject.argtypes = [wintypes.HANDLE, wintypes.HANDLE]
            self._kernel.TerminateJobObject.argtypes = [wintypes.HANDLE, wintypes.UINT]
            self._process = process
            self._handle = self._kernel.CreateJobObjectW(None, None)
            if not outlives:
                limits = _ExtendedLimits()
                limits.BasicLimitInformation.LimitFlags = _KILL_ON_JOB_CLOSE
                size = ctypes.sizeof(limits)
                self._kernel.SetInformationJobObject(self._handle, _EXTENDED_LIMITS, ctypes.byref(limits), size)
            self._kernel.AssignProcessToJobObject(self._handle, int(process._handle))

        def end(self) -> None:
            if not self._kernel.TerminateJobObject(self._handle, 1):
                self._process.kill()

else:

    class _Job:
        def __init__(self, process: "subprocess.Popen[bytes]", outlives: bool) -> None: ...

        def end(self) -> None: ...
