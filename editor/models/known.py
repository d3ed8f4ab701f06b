"""The models as the window shows them: every line of the shelf, and those that come along. `look` reads the disk, so
it is called on a thread; what it gives is plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from editor.models.tasks import ORDER, task_of
from nodes.media import MediaError
from nodes.model import Model, find_model
from nodes.shelf import on_shelf

if TYPE_CHECKING:
    from runtime.models.entry import Entry
    from runtime.models.store import Held, Shelf


@dataclass(frozen=True)
class Known:
    """A model. `entry` is None for one that comes along for tests and first steps. `held` where it is here, `part` the
    bytes of a download broken off; `model` where a graph can use it at once, else `why` not."""

    name: str
    title: str
    task: str
    entry: Entry | None = None
    held: Held | None = None
    part: int = 0
    fault: str = ""
    model: Model | None = None
    why: str = ""

    @property
    def here(self) -> bool:
        return self.held is not None or self.entry is None or bool(self.entry.builtin)

    @property
    def comes_along(self) -> bool:
        """Nothing of it can be fetched or removed."""
        return self.entry is None or bool(self.entry.builtin)

    @property
    def may_get(self) -> bool:
        """Whether it can be fetched: it is not here, and where it is to be had is known."""
        entry = self.entry
        if entry is None or entry.own or entry.builtin or self.held is not None:
            return False
        return entry.downloadable or entry.package is not None

    @property
    def suits(self) -> str:
        """The task of the node that takes it, which the file itself tells better than the shelf."""
        return task_of(self.model) if self.model is not None else self.task


def look(shelf: Shelf) -> tuple[Known, ...]:
    """All of them, by what they are for; what is here first, and what only shows how it works last. ShelfError."""
    usable: dict[str, Model | str] = {}
    for name in on_shelf():
        try:
            usable[name] = find_model(name)
        except MediaError as fault:
            usable[name] = str(fault)
    found = []
    for row in shelf.rows():
        entry, at_hand = row.entry, usable.pop(row.entry.name, "")
        model = at_hand if isinstance(at_hand, Model) else None
        why = at_hand if isinstance(at_hand, str) else ""
        task = "detector" if entry.pattern.value == "detector" else entry.does.value
        if entry.own and model is not None:
            task = task_of(model)
        found.append(Known(entry.name, entry.title, task, entry, row.held, row.part, row.fault, model, why))
    for name, at_hand in usable.items():
        if isinstance(at_hand, Model):
            found.append(Known(name, at_hand.title, task_of(at_hand), model=at_hand))
    return tuple(sorted(found, key=_in_order))


def _in_order(one: Known) -> tuple[int, bool, bool, str]:
    place = ORDER.index(one.task) if one.task in ORDER else len(ORDER)
    return place, one.entry is None, not one.here, one.title.casefold()
