"""The edit that mends a problem, where there is one. Pure."""

from __future__ import annotations

from editor.forms.words import kind_name
from editor.language import tr
from graphs.document import Graph, NodeDoc
from graphs.edits import Edit, InsertOnWire, SetParams
from graphs.groups.types import kind_of
from graphs.problem import Problem
from graphs.resolve import kinds_fit
from graphs.upgrade import defaults
from nodes.registry import Registry


def remedy(graph: Graph, registry: Registry, problem: Problem) -> tuple[str, Edit] | None:
    """What the button says, and what it does."""
    if problem.node is None or problem.node not in graph.nodes:
        return None
    if problem.remedy:
        return _inserted(graph, registry, problem)
    kind = kind_of(graph.nodes[problem.node], registry)
    declared = kind.params.get(problem.part) if kind else None
    if declared is None or problem.is_error is False:
        return None
    stored = graph.nodes[problem.node].params.get(problem.part)
    try:
        declared.accept(stored)
    except ValueError:
        value = declared.plain(declared.default)
        return tr("Back to the default"), SetParams(problem.node, {problem.part: value})  # type: ignore[dict-item]
    return None


def _inserted(graph: Graph, registry: Registry, problem: Problem) -> tuple[str, Edit] | None:
    """The mending node, put on the wire that brings the trouble."""
    assert problem.node is not None
    kind = registry.get(problem.remedy)
    link = graph.incoming(problem.node).get(problem.part)
    target = kind_of(graph.nodes[problem.node], registry)
    if kind is None or link is None or target is None or problem.part not in target.inputs:
        return None
    wanted = target.inputs[problem.part].kind
    entry = next((port for port in kind.inputs.values() if kinds_fit(wanted, port.kind)), None)
    leaving = next((port for port in kind.outputs.values() if kinds_fit(port.kind, wanted)), None)
    source = graph.nodes.get(link.source[0])
    if entry is None or leaving is None or source is None:
        return None
    here = graph.nodes[problem.node].position
    middle = ((source.position[0] + here[0]) / 2, (source.position[1] + here[1]) / 2)
    stem = kind.id.rpartition(".")[2]
    new = NodeDoc(graph.free_id(stem), kind.id, kind.version, defaults(kind), position=middle)
    text = tr("Insert {node}").format(node=kind_name(kind))
    return text, InsertOnWire((problem.node, problem.part), new, entry.name, leaving.name)
