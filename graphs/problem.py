"""What is wrong with a graph, said to the restorer: where, what, what next. A list, never an exception."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from graphs.document import NodeId


class Severity(StrEnum):
    ERROR = "error"
    """The graph cannot be rendered as it stands."""
    WARNING = "warning"
    """It renders, but hardly as wished."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`node` and `part` (a param, an input or an output port of it) say where; `remedy` names a node type
    that mends it when put on the wire into `part`."""

    severity: Severity
    text: str
    node: NodeId | None = None
    part: str = ""
    remedy: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def line(self) -> str:
        """One line: `qtgmc1 · smoothing: 9 is above the most, 3. Set it to 3 or less`. What a document brought
        along that could steer a terminal is written out (`\\x1b`)."""
        where = " · ".join(part for part in (self.node, self.part) if part)
        line = f"{where}: {self.text}" if where else self.text
        return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)


def error(text: str, node: NodeId | None = None, part: str = "", remedy: str = "") -> Problem:
    return Problem(Severity.ERROR, text, node, part, remedy)


def warning(text: str, node: NodeId | None = None, part: str = "", remedy: str = "") -> Problem:
    return Problem(Severity.WARNING, text, node, part, remedy)


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.is_error for problem in problems)
