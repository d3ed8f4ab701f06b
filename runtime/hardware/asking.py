"""Asks several things at once and waits only so long: what does not answer is a failure by itself.

A graphics driver that hangs makes its tool hang; nvidia-smi may take half a minute where the driver is only being
loaded. Nobody waits for more than the patience that is given.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


class Absent(Exception):  # noqa: N818  # no error: the thing to ask is not here
    """There is nothing to ask: the tool is not installed, the folder is not there."""


@dataclass(frozen=True, slots=True)
class Answers[T]:
    """What each question came to: an answer, a failure, or neither where there was nothing to ask."""

    found: Mapping[str, T] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)


def asked[T](questions: Mapping[str, Callable[[], T]], patience_s: float) -> Answers[T]:
    """Every question in a thread of its own. One that raises, or is late, fails alone."""
    found: dict[str, T] = {}
    failed: dict[str, str] = {}

    def ask(name: str, question: Callable[[], T]) -> None:
        try:
            found[name] = question()
        except Absent:
            pass
        except Exception as fault:  # a probe that falls ill is what this is for
            failed[name] = str(fault) or type(fault).__name__

    threads = {
        name: threading.Thread(target=ask, args=(name, question), name=f"probe {name}", daemon=True)
        for name, question in questions.items()
    }
    deadline_s = time.monotonic() + patience_s
    for thread in threads.values():
        thread.start()
    for thread in threads.values():
        thread.join(max(0.0, deadline_s - time.monotonic()))
    late = [name for name, thread in threads.items() if thread.is_alive()]
    return Answers(
        {name: answer for name, answer in list(found.items()) if name not in late},
        {**failed, **dict.fromkeys(late, f"no answer within {patience_s:.0f} s")},
    )


def output(command: Sequence[str], patience_s: float) -> str:
    """What a program prints on stdout. Absent where it is not installed, OSError with its own words where it fails."""
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=patience_s, check=False
        )  # fmt: skip
    except FileNotFoundError:
        raise Absent from None
    except subprocess.TimeoutExpired:
        raise OSError(f"{command[0]} gave no answer within {patience_s:.0f} s") from None
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        said = (done.stderr.decode("utf-8", "replace") or text).strip().splitlines()
        raise OSError(said[0] if said else f"{command[0]} ended with {done.returncode}")
    return text
