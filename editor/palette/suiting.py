"""How well a node suits the place that waits for one: its ports, and the clip that would come in. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from editor.canvas.placing import SearchContext
from editor.language import tr
from editor.palette.entries import Entry
from graphs.document import NodeId
from graphs.forecast import conversion
from graphs.resolve import kinds_fit
from nodes.clip import ClipInfo, SoundInfo
from nodes.convert import says_fields
from nodes.node import Node
from nodes.ports import InPort, PortType

type InfoOf = Callable[[NodeId, str], ClipInfo | SoundInfo | None]


@dataclass(frozen=True, slots=True)
class Suits:
    """`rank`: 0 it suits, 1 the clip is converted for it, 2 its fields are not what the node works on."""

    rank: int = 0
    word: str = ""


GOOD = Suits()


def suits(node: type[Node], kind: type[PortType] | None, info: ClipInfo | SoundInfo | None) -> Suits:
    """How the clip `info` suits the input into which a wire of `kind` would go."""
    if kind is None or not isinstance(info, ClipInfo):
        return GOOD
    entry = entry_of(node, kind)
    if entry is None:
        return GOOD
    if not entry.wants.accepts_fields(info):
        return Suits(2, tr("works on {fields}").format(fields=tr(says_fields(entry.wants.fields))))
    target = conversion(entry, info)
    if target is not None:
        return Suits(1, tr("as {format}").format(format=target.name))
    return GOOD


def entry_of(node: type[Node], kind: type[PortType]) -> InPort | None:
    """The input that a wire of this kind would go into."""
    fitting = [port for port in node.inputs.values() if kinds_fit(kind, port.kind)]
    return min(fitting, key=lambda port: port.kind is not kind, default=None)


def arriving(context: SearchContext, graph_feed: Callable[[tuple[NodeId, str]], tuple[NodeId, str] | None],
    info_of: InfoOf | None) -> ClipInfo | SoundInfo | None:  # fmt: skip
    """The clip that would come into the new node, if it is known. `graph_feed` tells what feeds an input."""
    if info_of is None:
        return None
    source = context.port if context.gives else None
    if context.on is not None:
        source = graph_feed(context.on)
    return info_of(*source) if source is not None else None


def replacing(entries: Iterable[Entry], old: type[Node] | None) -> list[Entry]:
    """Those that could stand where `old` stands, the ones with the same ports first."""
    if old is None:
        return list(entries)
    into, out = [port.kind for port in old.inputs.values()], [port.kind for port in old.outputs.values()]

    def lost(entry: Entry) -> int:
        """How many ports of the old node would find no partner."""
        return _unmatched(into, [port.kind for port in entry.kind.inputs.values()], swap=False) + _unmatched(
            out, [port.kind for port in entry.kind.outputs.values()], swap=True
        )

    def more(entry: Entry) -> int:
        return sum(not port.optional for port in entry.kind.inputs.values()) - len(into)

    fitting = [entry for entry in entries if entry.kind is not old and lost(entry) < len(into) + len(out)]
    return sorted(fitting, key=lambda entry: (lost(entry), max(0, more(entry)), entry.category != old.category))


def whole(entry: Entry, old: type[Node] | None) -> bool:
    """Whether every port of `old` finds a partner in the new node."""
    if old is None:
        return True
    into = [port.kind for port in old.inputs.values() if not port.optional]
    out = [port.kind for port in old.outputs.values()]
    return not _unmatched(into, [port.kind for port in entry.kind.inputs.values()], swap=False) and not _unmatched(
        out, [port.kind for port in entry.kind.outputs.values()], swap=True
    )


def _unmatched(old: list[type[PortType]], new: list[type[PortType]], *, swap: bool) -> int:
    left, lost = list(new), 0
    for kind in old:
        found = next((one for one in left if kinds_fit(*((one, kind) if swap else (kind, one)))), None)
        if found is None:
            lost += 1
        else:
            left.remove(found)
    return lost
