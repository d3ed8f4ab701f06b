"""Runs a program that lists things, for a bounded time, with nothing on its stdin; what it wrote, as text."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

PATIENCE_S = 10.0
"""A list comes in half a second; Windows' drivers have been seen to take four."""
_MOST = 4 * 1024 * 1024


class SilentError(Exception):
    """It could not be started, or gave no answer in time. The text says what to do."""


def ask(argv: Sequence[str], patience_s: float = PATIENCE_S, beside: Mapping[str, str] | None = None) -> str:
    """Its stderr and stdout, in this order, whatever its exit code: a list always ends in an error."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **(beside or {})}
    try:
        done = subprocess.run(
            list(argv),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=patience_s,
            check=False,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired:
        raise SilentError(
            f"no answer within {patience_s:g} s: a driver hangs. Unplug the device, plug it in again, then refresh"
        ) from None
    except (OSError, ValueError) as fault:
        raise SilentError(f"{argv[0]} cannot be started ({getattr(fault, 'strerror', None) or fault})") from None
    return done.stderr[:_MOST].decode("utf-8", "replace") + "\n" + done.stdout[:_MOST].decode("utf-8", "replace")
