"""What the worker tells the user of a model: that it runs elsewhere than was asked, or in smaller parts. Each is told
once, at the nodes that it is about, and holds there for as long as they do the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import PurePath

from graphs.document import Graph, NodeId
from graphs.groups.types import kind_of
from nodes.media import MediaError
from nodes.model import find_model
from nodes.registry import Registry
from runtime.session import Session

EVERY_MS = 700


class WorkerNotes:
    """`look` is called now and then on the window's thread; `tell(text, nodes)` on a thread of ours."""

    def __init__(self, registry: Registry, tell: Callable[[str, tuple[NodeId, ...]], None]) -> None:
        self._registry, self._tell = registry, tell
        self._session: Session | None = None
        self._told: frozenset[str] = frozenset()
        self._by_node: dict[NodeId, dict[str, str]] = {}

    def look(self, session: Session | None, graph: Graph) -> None:
        """Whether there is something new."""
        if session is not self._session:
            self._session, self._told = session, frozenset()
        fresh = [text for text in session.notes() if text not in self._told] if session is not None else []
        if fresh:
            self._told |= frozenset(fresh)
            threading.Thread(target=self._attribute, args=(fresh, graph), name="notes", daemon=True).start()

    def _attribute(self, fresh: list[str], graph: Graph) -> None:
        for text in fresh:
            self._tell(text, about(text, graph, self._registry))

    def put(self, text: str, node: NodeId, does: str) -> None:
        """It holds for what the node does now."""
        self._by_node.setdefault(node, {})[text] = does

    def of(self, node: NodeId, does: str) -> tuple[str, ...]:
        """The notes about what a node does now."""
        return tuple(text for text, then in self._by_node.get(node, {}).items() if then == does)

    def clear(self) -> None:
        self._by_node.clear()


def about(text: str, graph: Graph, registry: Registry) -> tuple[NodeId, ...]:
    """The nodes whose model a note names: it begins with the file's name. Looks at the shelf."""
    file = text.partition(": ")[0]
    return tuple(node for node in graph.nodes if file in _files(graph, node, registry))


def _files(graph: Graph, node: NodeId, registry: Registry) -> set[str]:
    """The names of the model files of a node, or of those inside it."""
    doc = graph.nodes[node]
    if doc.inside is not None:
        inner = doc.inside.graph
        return {name for one in inner.nodes for name in _files(inner, one, registry)}
    kind = kind_of(doc, registry)
    found = set()
    for param in kind.params.values() if kind is not None else ():
        value = _value(doc.params, param.name)
        if param.model and value:
            found.add(PurePath(value.replace("\\", "/")).name)
            try:
                found.add(PurePath(find_model(value).path).name)
            except MediaError:
                continue
    return found


def _value(params: Mapping[str, object], name: str) -> str:
    value = params.get(name)
    return value if isinstance(value, str) else ""
