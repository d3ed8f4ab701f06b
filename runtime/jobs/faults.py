"""What stops a render, in one line for the user: where, what, what next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from graphs.problem import Problem
from runtime.ffmpeg import FfmpegError
from runtime.jobs.destinations import Destination
from runtime.jobs.journal import JournalError
from runtime.session import NodeError, RenderError, RequestError, Starved, WorkerGone


class RefusedError(Exception):
    """The graph or the arguments are wrong; nothing was started."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(problem.line() for problem in problems))
        self.problems = tuple(problems)


class ChangedError(RefusedError):
    """An unfinished render is there that is not the same any more: `.changed`, a line each."""

    def __init__(self, problem: Problem, changed: Sequence[str]) -> None:
        super().__init__([problem])
        self.changed = tuple(changed)


class BrokenRenderError(Exception):
    """It did not become whole. One line: where, what, what next."""

    def __init__(self, text: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.log = log


def unwritable(goal: Destination, fault: OSError) -> BrokenRenderError:
    text = f"{goal.final} cannot be written ({fault.strerror or fault}). Choose a folder that can be written to"
    return BrokenRenderError(text)


_MORE = "It needs more than that: allow it more with --memory-mb, or give it fewer --threads"


@contextmanager
def clear_words() -> Iterator[None]:
    """The session's errors as one line that says what to do."""
    try:
        yield
    except (FfmpegError, JournalError) as fault:
        raise BrokenRenderError(str(fault)) from None
    except NodeError as fault:
        failure = fault.failure
        text = "\n".join((failure.message, *failure.log))
        if "No space left on device" in text or "Disk quota exceeded" in text:
            raise BrokenRenderError(
                f"{failure.node}: the disk is full. Make room, or write to another disk", failure.log
            ) from None
        if failure.starved:
            raise BrokenRenderError(f"{fault}. {_MORE}", failure.log) from None
        hint = ". The node's log is above; try it with other settings, or bypass it" if failure.crashed else ""
        raise BrokenRenderError(f"{fault}{hint if not isinstance(fault, RenderError) else ''}", failure.log) from None
    except RequestError as fault:
        raise BrokenRenderError(f"a source cannot be read: {fault}", fault.log) from None
    except Starved as fault:
        raise BrokenRenderError(f"{fault}. {_MORE}", fault.log) from None
    except WorkerGone as fault:
        raise BrokenRenderError(f"the worker is gone: {fault}. Run it again", fault.log) from None
