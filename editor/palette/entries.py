"""What one can take from the palette: node types, as they are named and found. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from editor.language import tr
from nodes.node import Node
from nodes.registry import Registry


@dataclass(frozen=True)
class Entry:
    """`id` is what a choice hands on. `kind` tells its ports, params and help."""

    id: str
    kind: type[Node]
    label: str
    category: str
    words: tuple[str, ...] = ()
    origin: str = "library"

    @property
    def help(self) -> str:
        return self.kind.help()

    @property
    def summary(self) -> str:
        """The first paragraph of the help, in one line."""
        return " ".join(self.help.split("\n\n", 1)[0].split())


def entries_of(registry: Registry) -> Iterator[Entry]:
    """Every node type at hand."""
    for kind in registry:
        yield Entry(kind.id, kind, tr(kind.name()), kind.category, kind.words, registry.origins.get(kind.id, ""))


def by_label(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.label.casefold(), entry.id))
