"""What can be done with groups, as commands: made, laid open, chosen what they show, kept, brought in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from editor.actions import Actions
from editor.desk.asking import Asker
from editor.desk.desk import Desk
from editor.groups.chooser import Choice, Chooser, Port
from editor.groups.shelf import Shelf
from editor.language import tr
from graphs.codec import DocumentError
from graphs.document import Graph, NodeDoc, NodeId
from graphs.edits import Edit, EditError, apply, difference
from graphs.groups.collapse import collapse, may_be_one
from graphs.groups.expand import expand
from graphs.groups.files import SUFFIX
from graphs.groups.showing import describing, showing

FOR_NODES = ("node.collapse_to_group", "node.expand_group", "node.group_params", "node.keep_group")
"""The commands that a node's menu offers."""

type Ask = Callable[[Chooser], Choice | None]


class Groups:
    """`ask` shows the dialog and gives what was chosen; None: nothing is done."""

    def __init__(
        self, desk: Desk, shelf: Shelf, asker: Asker, parent: QWidget | None = None, ask: Ask | None = None
    ) -> None:
        self.desk, self.shelf, self.asker, self.parent = desk, shelf, asker, parent
        self._ask = ask or _shown

    # ---- making and laying open

    def collapse(self) -> None:
        """Put the selected nodes into one, whose params the user chooses."""
        desk, chosen = self.desk, self.desk.selection
        try:
            may_be_one(desk.graph, chosen, desk.registry)
        except EditError as fault:
            desk.refused.emit(str(fault))
            return
        part = Graph({key: desk.graph.nodes[key] for key in chosen})
        choice = self._ask(Chooser(part, desk.registry, {}, self.parent))
        if choice is None:
            return
        title = choice.title or tr("Group")
        try:
            edit, key = self._made(chosen, title, choice)
        except EditError as fault:
            desk.refused.emit(str(fault))
            return
        if desk.do(edit, tr("Make group {name}").format(name=title)):
            desk.select([key])

    def _made(self, chosen: frozenset[NodeId], title: str, choice: Choice) -> tuple[Edit, NodeId]:
        """One edit that makes the group, shows what was chosen and describes it."""
        before = self.desk.graph
        wanted = [(node, param) for node, param, _ in choice.shown]
        made, _ = apply(before, collapse(before, chosen, title, self.desk.registry, wanted))
        key = next(node for node in made.nodes if node not in before.nodes)
        inside = made.nodes[key].inside
        assert inside is not None
        labels = {(node, param): label for node, param, label in choice.shown}
        shown = [(one.node, one.param, labels.get((one.node, one.param), "")) for one in inside.params]
        made, _ = apply(made, showing(made, key, shown, self.desk.registry))
        made, _ = apply(made, describing(made, key, title, choice.about))
        return difference(before, made), key

    def expand(self) -> None:
        """Put what lies in the selected groups in their place."""
        graph, fresh = self.desk.graph, set[NodeId]()
        for node in self.groups():
            known = set(graph.nodes) - {node}
            graph, _ = apply(graph, expand(graph, node))
            fresh = (fresh - {node}) | (set(graph.nodes) - known)
        if fresh and self.desk.do(difference(self.desk.graph, graph), tr("Expand group")):
            self.desk.select(fresh)

    def choose(self) -> None:
        """Choose anew what the current group shows."""
        node = self.current()
        if node is None:
            return
        doc = self.desk.graph.nodes[node]
        assert doc.inside is not None
        shown: dict[Port, str] = {(one.node, one.param): one.label for one in doc.inside.params}
        values = {(one.node, one.param): doc.params.get(one.name, one.default) for one in doc.inside.params}
        inner = doc.inside.graph
        for (key, param), value in values.items():
            inner = inner.with_node(inner.nodes[key].with_param(param, value))
        title, about = doc.label or str(inner.meta.get("title", "")), str(inner.meta.get("about", ""))
        heading, yes = tr("What the group shows"), tr("Show these")
        dialog = Chooser(
            inner, self.desk.registry, shown, self.parent, heading=heading, title=title, about=about, yes=yes
        )
        choice = self._ask(dialog)
        if choice is None:
            return
        order = list(shown)
        wanted = sorted(choice.shown, key=lambda one: order.index(one[:2]) if one[:2] in shown else len(order))
        before = self.desk.graph
        try:
            made, _ = apply(before, showing(before, node, wanted, self.desk.registry))
            made, _ = apply(made, describing(made, node, choice.title, choice.about))
        except EditError as fault:
            self.desk.refused.emit(str(fault))
            return
        self.desk.do(difference(before, made), tr("Choose what the group shows"))

    # ---- the shelf

    def keep(self) -> None:
        """Save the current group among the user's own."""
        node = self.current()
        if node is None:
            return
        doc = self.desk.graph.nodes[node]
        assert doc.inside is not None
        proposed = doc.label or str(doc.inside.graph.meta.get("title", "")) or tr("Group")
        title = self.asker.name(tr("Keep as my group"), tr("Name"), proposed)
        if not title:
            return
        over = tr("My groups has a “{name}” already. Replace it?").format(name=title)
        if self.shelf.has(title) and not self.asker.sure(tr("Keep as my group"), over, tr("Replace")):
            return
        self._tried(lambda: self.shelf.keep(doc, title))

    def take_in(self) -> None:
        """Bring in a group from a file."""
        endings = tr("Groups ({endings})").format(endings=f"*{SUFFIX} *.graph")
        path = self.asker.file(tr("Bring in a group"), Path.home(), endings)
        if path is not None:
            self._tried(lambda: self.shelf.take_in(path))

    def take_in_file(self, path: Path) -> bool:
        """Bring in a file that was dropped; False where it is not a group's."""
        if path.suffix.lower() != SUFFIX:
            return False
        self._tried(lambda: self.shelf.take_in(path))
        return True

    def give_out(self, type_id: str) -> None:
        """Write one of the user's groups to a file, for others."""
        folder = self.asker.folder(tr("Where to put the group?"), Path.home())
        if folder is None:
            return
        path = folder / f"{type_id.partition(':')[2]}{SUFFIX}"
        over = tr("{file} is there already. Replace it?").format(file=path.name)
        if not path.exists() or self.asker.sure(tr("Export group"), over, tr("Replace")):
            self._tried(lambda: self.shelf.give_out(type_id, path))

    def remove(self, type_id: str) -> None:
        """Take a group off the shelf. Documents that use it keep their own."""
        name = type_id.partition(":")[2]
        text = tr("Graphs that use it keep it: each carries its own.")
        if self.asker.sure(tr("Remove “{name}” from my groups?").format(name=name), text, tr("Remove")):
            self._tried(lambda: self.shelf.remove(type_id))

    def _tried(self, do: Callable[[], object]) -> None:
        try:
            do()
        except (DocumentError, ValueError) as fault:
            self.asker.tell(tr("The group"), str(fault))

    # ---- what is chosen

    def groups(self) -> list[NodeId]:
        return [node for node in sorted(self.desk.selection) if self._is_group(self.desk.graph.nodes.get(node))]

    def current(self) -> NodeId | None:
        node = self.desk.current
        return node if node is not None and self._is_group(self.desk.graph.nodes.get(node)) else None

    @staticmethod
    def _is_group(doc: NodeDoc | None) -> bool:
        return doc is not None and doc.inside is not None


def _shown(dialog: Chooser) -> Choice | None:
    done = dialog.exec()
    choice = dialog.choice() if done else None
    dialog.deleteLater()
    return choice


def register(
    actions: Actions, desk: Desk, shelf: Shelf, asker: Asker, parent: QWidget | None = None, ask: Ask | None = None
) -> Groups:
    """The commands of groups. Ctrl+G and Ctrl+Shift+G are the canvas's frames, so these add Alt."""
    made = Groups(desk, shelf, asker, parent, ask)
    actions.add("node.collapse_to_group", tr("Make one node of the selection…"), made.collapse, shortcut="Ctrl+Alt+G",
        icon="group", group="group", enabled=lambda: bool(desk.selection),
        words=(tr("collapse group nest compound macro"),))  # fmt: skip
    actions.add("node.expand_group", tr("Expand group"), made.expand, shortcut="Ctrl+Alt+Shift+G", icon="ungroup",
        group="group", enabled=lambda: bool(made.groups()), words=(tr("explode unpack dissolve"),))  # fmt: skip
    actions.add("node.group_params", tr("What the group shows…"), made.choose, icon="settings", group="group",
        enabled=lambda: made.current() is not None, words=(tr("promote params expose"),))  # fmt: skip
    actions.add("node.keep_group", tr("Keep as my group…"), made.keep, icon="save", group="group",
        enabled=lambda: made.current() is not None, words=(tr("save group preset own"),))  # fmt: skip
    actions.add("node.take_in_group", tr("Bring in a group…"), made.take_in, icon="open", group="group",
        words=(tr("import group"),))  # fmt: skip
    desk.selected.connect(actions.refresh)
    desk.changed.connect(lambda _: actions.refresh())
    return made
