"""What comes of asking a worker: pictures, figures, failures; and the errors that a session raises. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.protocol import SinkProgress
from runtime.readings import NodeCost, Pixel, Samples


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of B, G, R, A bytes. sar is the pixel aspect to show it with; 0/0: the frame does not say."""

    data: memoryview
    width: int
    height: int
    stride: int
    sar_num: int = 0
    sar_den: int = 0
    took_ms: float = 0.0  # in the worker


@dataclass(frozen=True, slots=True)
class NodeFailure:
    """Which node, which frame (None: it could not be built), which line of the script, and what was said."""

    node: str
    port: str
    frame: int | None
    line: int | None
    message: str
    log: tuple[str, ...] = ()
    crashed: bool = False  # it took the worker along
    starved: bool = False  # the worker took more memory than it may


@dataclass(frozen=True, slots=True)
class Superseded:
    """A newer request of the same view came first."""


@dataclass(frozen=True, slots=True)
class RenderUpdate:
    """How far a render is. Frames are counted over all sinks."""

    sinks: tuple[SinkProgress, ...]
    frames: int
    frames_total: int
    size_bytes: int
    elapsed_s: float

    @property
    def fps(self) -> float:
        """Frames of the longest sink a second."""
        longest = max(self.sinks, key=lambda sink: sink.total, default=None)
        return longest.encoded / self.elapsed_s if longest and self.elapsed_s > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds to go at the pace so far; None before there is a pace."""
        return self.elapsed_s * (self.frames_total - self.frames) / self.frames if self.frames else None


@dataclass(frozen=True, slots=True)
class RenderResult:
    """A render that is whole: every sink's ffmpeg ended well and encoded every frame."""

    sinks: tuple[SinkProgress, ...]
    elapsed_s: float
    cpu_s: float  # the worker's, without ffmpeg's
    by: str = ""  # the card or the machine, where there are several


class SessionError(Exception):
    pass


class NodeError(SessionError):
    def __init__(self, failure: NodeFailure) -> None:
        at = "" if failure.frame is None else f" · frame {failure.frame}"
        super().__init__(f"{failure.node}{at}: {failure.message}")
        self.failure = failure


class RenderError(NodeError):
    def __init__(self, failure: NodeFailure, sinks: tuple[SinkProgress, ...] = ()) -> None:
        super().__init__(failure)
        self.sinks = sinks


class RequestError(SessionError):
    def __init__(self, message: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.log = log


class Cancelled(SessionError):  # noqa: N818  # nothing went wrong
    pass


class WorkerGone(SessionError):  # noqa: N818
    def __init__(self, reason: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.log = reason, log


class Starved(WorkerGone):
    pass


Region = tuple[int, int, int, int]
"""x, y, width, height in pixels of the look that is shown."""

PreviewOutcome = Picture | NodeFailure | Superseded | SessionError
SamplesOutcome = Samples | NodeFailure | Superseded | SessionError
PixelOutcome = Pixel | NodeFailure | Superseded | SessionError
CostsOutcome = tuple[NodeCost, ...] | SessionError
