"""What is wrong inside a group, said where its user can see it: at the group, naming the node inside. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from graphs.document import Graph, NodeId
from graphs.problem import Problem


def outward(problems: Iterable[Problem], graph: Graph) -> tuple[Problem, ...]:
    """`problems` of the flat graph as those of `graph`. A promoted param and an input keep their outer names."""
    return tuple(dict.fromkeys(_outward(problem, graph) for problem in problems))


def _outward(problem: Problem, graph: Graph) -> Problem:
    if problem.node is None or "/" not in problem.node:
        return problem
    group, _, within = problem.node.partition("/")
    part = shown_as(graph, problem.node, problem.part) if problem.part else ""
    where = within if part or not problem.part else f"{within} · {problem.part}"
    remedy = problem.remedy if part else ""
    return replace(problem, node=NodeId(group), part=part, text=f"{where}: {problem.text}", remedy=remedy)


def shown_as(graph: Graph, node: NodeId, part: str) -> str:
    """The name under which a param or an input of a node inside shows at the outermost group; empty where it does
    not."""
    *path, key = node.split("/")
    docs, here = [], graph
    for one in path:
        doc = here.nodes.get(NodeId(one))
        if doc is None or doc.inside is None:
            return ""
        docs.append(doc)
        here = doc.inside.graph
    for doc in reversed(docs):
        assert doc.inside is not None
        names = [one.name for one in doc.inside.params if (one.node, one.param) == (key, part)]
        names += [one.name for one in doc.inside.inputs if (key, part) in one.to]
        if not names:
            return ""
        key, part = doc.id, names[0]
    return part
