"""What the window's parts ask of the engine, and what they get. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from PySide6.QtGui import QImage

from graphs.document import NodeId
from runtime.protocol import Look


@dataclass(frozen=True, slots=True)
class Wish:
    """A picture that a view wants to keep showing: of `node`'s output `port`, at `moment` seconds of tape (or at
    `frame` of that node, where given), at most so large in screen pixels (0: its own size).

    `look` and `region` are as in Session.preview_async; `square` corrects the pixel aspect in the worker;
    `background` wishes (thumbnails) wait for all others.
    """

    node: NodeId
    port: str
    moment: Fraction = Fraction(0)
    max_width: int = 0
    max_height: int = 0
    look: Look = "frame"
    region: tuple[int, int, int, int] | None = None
    square: bool = False
    background: bool = False
    frame: int | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture for a view. `stand_in`: a quick look-alike, the true one follows. `sar`: to show it with, once
    `square` has not been asked for. `fingerprint` names the state of the graph it shows."""

    view: str
    wish: Wish
    frame: int
    image: QImage
    sar: Fraction
    took_ms: float
    fingerprint: str
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a view has no picture. `blamed` is the node at fault, which may stand above the one asked for."""

    view: str
    wish: Wish
    message: str
    blamed: NodeId | None = None
    frame: int | None = None
    log: tuple[str, ...] = ()
    crashed: bool = False


class State(StrEnum):
    IDLE = "idle"
    COMPUTING = "computing"
    CACHED = "cached"
    ERROR = "error"
    WARNING = "warning"
    WAITING = "waiting"
    """A node above it has failed."""
    MISSING = "missing"
    MUTED = "muted"
    BYPASSED = "bypassed"


@dataclass(frozen=True, slots=True)
class NodeState:
    """What a card shows of its node: the state, in words why, and the worker's log where it crashed."""

    state: State = State.IDLE
    message: str = ""
    log: tuple[str, ...] = ()
    crashed: bool = False
