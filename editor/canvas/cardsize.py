"""How large a card is and where its ports lie. Pure; in canvas units (pixels at 1:1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from editor.canvas.ports import PortView
from nodes.node import Node
from nodes.ports import PICTURES

WIDTH = 192.0
PAD = 8.0
TITLE = 30.0
ROW = 20.0
STATUS = 23.0
THUMB_WIDTH, THUMB_HEIGHT = 176.0, 132.0
RADIUS = 8.0
SHADOW = 14.0
"""How far the shadow reaches beyond the card."""
GRID = 24.0


@dataclass(frozen=True, slots=True)
class CardSize:
    """`picture`: the card has a thumbnail. `folded`: only its title, with all ports on one line each side."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    picture: bool
    folded: bool = False

    @property
    def width(self) -> float:
        return WIDTH

    @property
    def rows(self) -> int:
        return max(len(self.inputs), len(self.outputs))

    @property
    def ports_top(self) -> float:
        return TITLE + (THUMB_HEIGHT + 2 * PAD - 2 if self.picture else 5.0)

    @property
    def height(self) -> float:
        return TITLE if self.folded else self.ports_top + self.rows * ROW + 3.0 + STATUS

    def port_y(self, name: str, *, gives: bool) -> float:
        """The middle of a port, from the card's top."""
        names = self.outputs if gives else self.inputs
        row = names.index(name) if name in names else 0
        if self.folded:
            return TITLE * (row + 1) / (len(names) + 1)
        return self.ports_top + row * ROW + ROW / 2


def sized(ports: Sequence[PortView], picture: bool, folded: bool) -> CardSize:
    inputs = tuple(port.name for port in ports if not port.gives)
    outputs = tuple(port.name for port in ports if port.gives)
    return CardSize(inputs, outputs, picture, folded)


def shows_picture(kind: type[Node] | None) -> bool:
    """Whether a card of this type has a thumbnail: it makes pictures."""
    return kind is not None and any(port.kind in PICTURES for port in kind.outputs.values())


def of(kind: type[Node]) -> CardSize:
    """The size of a new card of this type."""
    return CardSize(tuple(kind.inputs), tuple(kind.outputs), shows_picture(kind))
