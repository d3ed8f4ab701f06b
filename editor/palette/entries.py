"""What one can take from the palette: node types and the user's own groups, as they are named and found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from editor.groups.shelf import PREFIX, Shelf
from editor.language import tr
from nodes.node import Node
from nodes.registry import Registry

GROUPS = "groups"
"""The category of the user's own groups."""


@dataclass(frozen=True)
class Entry:
    """`id` is what a choice hands on. `kind` tells its ports, params and help."""

    id: str
    kind: type[Node]
    label: str
    category: str
    words: tuple[str, ...] = ()
    origin: str = ""

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


def own_groups(shelf: Shelf) -> Iterator[Entry]:
    """The groups that the user has kept."""
    for one in shelf.groups:
        kind = shelf.kind(f"{PREFIX}{one.name}")
        if kind is not None:
            yield Entry(f"{PREFIX}{one.name}", kind, kind.name(), GROUPS)


def by_label(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.label.casefold(), entry.id))
