"""Whether a wire may be made, why not, and what would mend it. Pure: the same words while dragging and on dropping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from editor.canvas.ports import Port, port_kind
from editor.language import tr
from graphs.document import GROUP, Graph, NodeDoc, NodeId
from graphs.edits import Connect, Disconnect, Edit, InsertOnWire, Several, leads_to
from graphs.forecast import mending_node
from graphs.groups.types import kind_of, saved_as_node
from graphs.resolve import kinds_fit
from nodes.clip import ClipInfo, SoundInfo
from nodes.node import Node
from nodes.ports import InPort, PortType
from nodes.registry import Registry

type InfoOf = Callable[[NodeId, str], ClipInfo | SoundInfo | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`may`: the wire can be made. `reason` tells why not, or what is doubtful all the same; `remedy` is the node type
    that mends it when put in between."""

    may: bool
    reason: str = ""
    remedy: str = ""


GOOD = Verdict(True)


def judge(graph: Graph, registry: Registry, source: Port, target: Port, info_of: InfoOf | None = None) -> Verdict:
    """Whether a wire may lead from the output `source` to the input `target`."""
    if source[0] == target[0]:
        return Verdict(False, tr("A node cannot feed itself"))
    given = port_kind(graph, registry, source, gives=True)
    taken = port_kind(graph, registry, target, gives=False)
    if taken is None and kind_of(graph.nodes[target[0]], registry) is not None:
        return Verdict(False, tr("{node} has no input {port} any more").format(node=target[0], port=target[1]))
    if given and taken and not kinds_fit(given, taken):
        text = tr("This gives {given}, but {port} takes {taken}")
        return Verdict(False, text.format(given=given.name, port=target[1], taken=taken.name))
    if leads_to(graph, target[0], source[0]):
        return Verdict(False, tr("The wires would go in a circle"))
    info = info_of(*source) if info_of else None
    kind = kind_of(graph.nodes[target[0]], registry)
    if isinstance(info, ClipInfo) and kind is not None and not graph.nodes[target[0]].bypass:
        return judge_fields(kind.inputs[target[1]], info, registry)
    return GOOD


def judge_fields(entry: InPort, info: ClipInfo, registry: Registry) -> Verdict:
    """Whether the fields of what arrives suit the port. Where not, the wire can still be made: it may be mended
    later."""
    if entry.wants.accepts_fields(info):
        return GOOD
    arriving = tr("separate fields") if info.separated else tr("interlaced") if info.interlaced else tr("progressive")
    wanted = {
        "interlaced": tr("interlaced frames"),
        "progressive": tr("progressive frames"),
        "separated": tr("separate fields"),
    }.get(entry.wants.fields, tr("whole frames"))
    text = tr("{clip} is {arriving}, but this works on {wanted}")
    reason = text.format(clip=info.line(), arriving=arriving, wanted=wanted)
    return Verdict(True, reason, mending_node(entry.wants.fields, info, registry))


def wire(graph: Graph, source: Port, target: Port, pulled: Port | None = None) -> Edit:
    """The edit that makes a wire; `pulled` is the input whose wire was in the hand and now goes."""
    made: Edit = Connect(source, target)
    if pulled is not None and pulled != target and pulled[1] in graph.incoming(pulled[0]):
        return Several((Disconnect(pulled), made))
    return made


def entry_for(
    graph: Graph, registry: Registry, node: NodeId, kind: type[PortType] | None, *, free: bool = True
) -> str | None:
    """The input of `node` into which a wire of `kind` goes: the first that fits, unwired ones before others."""
    found = kind_of(graph.nodes[node], registry)
    if found is None or kind is None:
        return None
    fitting = [port.name for port in found.inputs.values() if kinds_fit(kind, port.kind)]
    exact = [name for name in fitting if found.inputs[name].kind is kind] or fitting
    unwired = [name for name in exact if name not in graph.incoming(node)]
    return next(iter(unwired), None if free else next(iter(exact), None))


def exit_for(graph: Graph, registry: Registry, node: NodeId, kind: type[PortType] | None) -> str | None:
    """The output of `node` that can feed an input of `kind`."""
    found = kind_of(graph.nodes[node], registry)
    if found is None or kind is None:
        return None
    fitting = [port.name for port in found.outputs.values() if kinds_fit(port.kind, kind)]
    exact = [name for name in fitting if found.outputs[name].kind is kind]
    return next(iter([*exact, *fitting]), None)


def ends_on_wire(kind: type[Node], carried: type[PortType] | None) -> tuple[str, str] | None:
    """By which input and output a node of this type sits on a wire that carries `carried`; None if it cannot."""
    if carried is None:
        return None
    entry = next((port.name for port in kind.inputs.values() if port.kind is carried), None) or next(
        (port.name for port in kind.inputs.values() if kinds_fit(carried, port.kind)), None
    )
    out = next((port.name for port in kind.outputs.values() if kinds_fit(port.kind, carried)), None)
    return (entry, out) if entry and out else None


def made(graph: Graph, kind: type[Node], position: tuple[float, float], taken: frozenset[str] = frozenset()) -> NodeDoc:
    """A new node of a type, every param at its default, with an id that is free."""
    name = graph.free_id("group" if kind.id == GROUP else kind.id.rpartition(".")[2])
    while name in taken:
        name = NodeId(name + "_")
    return saved_as_node(kind, name, position)


def insertion(graph: Graph, registry: Registry, kind: type[Node], target: Port, node: NodeDoc) -> Edit | None:
    """The edit that puts `node` (of type `kind`) on the wire into `target`; None where it does not fit there."""
    link = graph.incoming(target[0]).get(target[1])
    if link is None or node.id in (link.source[0], target[0]):
        return None
    carried = port_kind(graph, registry, link.source, gives=True)
    ends = ends_on_wire(kind, carried)
    if ends is None:
        return None
    taken = port_kind(graph, registry, target, gives=False)
    if taken is not None and not kinds_fit(kind.outputs[ends[1]].kind, taken):
        return None
    return InsertOnWire(target, node, *ends)
