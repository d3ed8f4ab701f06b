"""What a command does to the document: each is one edit with a name for the undo list."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from editor.canvas.fragment import (
    Copied,
    FragmentError,
    as_text,
    centre,
    cut_out,
    free_group,
    free_note,
    from_text,
    outer_links,
    pasted,
)
from editor.canvas.frame import COLOURS
from editor.canvas.healing import pulled_out, removal, unwired
from editor.canvas.mirror import FOLDED, is_folded
from editor.canvas.ports import Port
from editor.canvas.wiring import entry_for, insertion, judge, made
from editor.language import tr
from graphs.document import Graph, Group, GroupId, NodeId, Note, NoteId, Point
from graphs.edits import (
    Bypass,
    Connect,
    Disconnect,
    Edit,
    Mute,
    Patch,
    PutGroup,
    PutNote,
    RemoveGroup,
    RemoveNote,
    Rename,
    Several,
    replacing,
)

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView

STEP = 24.0
"""How far beside the original a copy is put, twice."""


class Operations:
    """All of them act on what is selected."""

    def __init__(self, canvas: CanvasView, say: Callable[[str], None]) -> None:
        self.canvas = canvas
        self.desk = canvas.desk
        self.say = say

    # ---- what is chosen
    @property
    def graph(self) -> Graph:
        return self.desk.graph

    @property
    def nodes(self) -> list[NodeId]:
        """From left to right."""
        place = {node: self.graph.nodes[node].position for node in self.desk.selection}
        return sorted(place, key=lambda node: (place[node], node))

    def notes(self) -> list[NoteId]:
        return [key for key, note in self.canvas.mirror.notes.items() if note.isSelected()]

    def frames(self) -> list[GroupId]:
        return [key for key, frame in self.canvas.mirror.frames.items() if frame.isSelected()]

    def wires(self) -> list[Port]:
        return [target for target, wire in self.canvas.mirror.wires.items() if wire.isSelected()]

    def anything(self) -> bool:
        return bool(self.desk.selection or self.notes() or self.frames() or self.wires())

    def select(self, nodes: Collection[NodeId], notes: Collection[NoteId] = ()) -> None:
        self.canvas.scene().clearSelection()
        self.desk.select(nodes)
        for note in notes:
            if note in self.canvas.mirror.notes:
                self.canvas.mirror.notes[note].setSelected(True)

    def select_all(self) -> None:
        self.select(self.graph.nodes.keys(), [note.id for note in self.graph.notes])

    # ---- clipboard
    def copy(self) -> bool:
        notes = self.notes()
        if not self.desk.selection and not notes:
            self.say(tr("Select nodes to copy"))
            return False
        QGuiApplication.clipboard().setText(as_text(self.graph, self.desk.selection, notes))
        return True

    def cut(self) -> None:
        if self.copy():
            self.delete(text=tr("Cut"))

    def paste(self, at: Point) -> None:
        """Bring in what the clipboard holds, its middle at `at`."""
        try:
            part = from_text(QGuiApplication.clipboard().text())
        except FragmentError as fault:
            self.say(str(fault))
            return
        middle = centre(part)
        offset = (round(at[0] - middle[0]), round(at[1] - middle[1]))
        self._bring(pasted(self.graph, part, offset), tr("Paste"))

    def duplicate(self, *, wired: bool = False) -> None:
        """A copy beside what is selected; `wired`: fed by the same nodes as the original."""
        notes = self.notes()
        if not self.desk.selection and not notes:
            return
        part = cut_out(self.graph, self.desk.selection, notes)
        outer = outer_links(self.graph, self.desk.selection) if wired else ()
        self._bring(pasted(self.graph, part, (2 * STEP, 2 * STEP), outer), tr("Duplicate"))

    def _bring(self, copied: Copied, text: str) -> None:
        if self.desk.do(copied.edit, text):
            self.select(copied.nodes, copied.notes)

    # ---- taking away
    def delete(self, *, heal: bool = True, text: str = "") -> None:
        """Take away what is selected; wires close behind a node where `heal`."""
        steps: list[Edit] = [Disconnect(target) for target in self.wires() if self._survives(target)]
        steps += [RemoveNote(note) for note in self.notes()]
        steps += [RemoveGroup(group) for group in self.frames()]
        nodes = self.desk.selection
        if nodes:
            steps.append(removal(self.graph, self.desk.registry, nodes, heal=heal))
            steps += [RemoveGroup(group.id) for group in self.graph.groups if self._left_empty(group)]
        if not steps:
            return
        self.desk.do(steps[0] if len(steps) == 1 else Several(tuple(steps)), text or tr("Delete"))

    def _survives(self, target: Port) -> bool:
        """Whether a wire is not taken away with one of its nodes anyway."""
        link = self.graph.incoming(target[0])[target[1]]
        return not {link.source[0], link.target[0]} & self.desk.selection

    def _left_empty(self, group: Group) -> bool:
        gone = self.desk.selection
        return bool(group.nodes) and set(group.nodes) <= gone and group.id not in self.frames()

    def disconnect(self) -> None:
        """Take every wire off the selected nodes."""
        edit = unwired(self.graph, self.desk.selection)
        if edit is not None:
            self.desk.do(edit, tr("Take wires off"))

    def pull_out(self) -> None:
        """Take the current node off its wires, which close behind it."""
        node = self.desk.current
        edit = pulled_out(self.graph, self.desk.registry, node) if node is not None else None
        if edit is not None:
            self.desk.do(edit, tr("Take out of the wire"))

    # ---- wiring by keyboard
    def connect(self) -> None:
        """Wire the selected nodes in a row, from left to right, each into the first input that is free and fits."""
        nodes, steps = self.nodes, list[Edit]()
        if len(nodes) < 2:
            self.say(tr("Select two or more nodes to wire them in a row"))
            return
        for source, target in pairwise(nodes):
            ports = self._meeting(source, target)
            if ports is None:
                self.say(tr("{one} gives nothing that {other} has a free input for").format(one=source, other=target))
                continue
            steps.append(Connect((source, ports[0]), (target, ports[1])))
        if steps:
            self.desk.do(Several(tuple(steps)), tr("Wire in a row"))

    def _meeting(self, source: NodeId, target: NodeId) -> tuple[str, str] | None:
        kind = self.desk.kind(source)
        for out in kind.outputs.values() if kind else ():
            entry = entry_for(self.graph, self.desk.registry, target, out.kind)
            if entry and judge(self.graph, self.desk.registry, (source, out.name), (target, entry)).may:
                return out.name, entry
        return None

    def insert_remedy(self, target: Port, type_id: str) -> NodeId | None:
        """Put a new node of a type on the wire into `target`."""
        kind = self.desk.registry.get(type_id)
        wire = self.canvas.mirror.wires.get(target)
        if kind is None or wire is None:
            return None
        at = wire.path().pointAtPercent(0.5)
        fresh = made(self.graph, kind, (round(at.x() - 96), round(at.y() - 60)))
        edit = insertion(self.graph, self.desk.registry, kind, target, fresh)
        if edit is None:
            self.say(tr("{node} does not fit on this wire").format(node=kind.name()))
            return None
        if self.desk.do(edit, tr("Insert {node}").format(node=kind.name())):
            self.select([fresh.id])
        return fresh.id

    def replace(self, node: NodeId, type_id: str) -> bool:
        """Make `node` one of another type; wires stay where they fit."""
        new = self.desk.registry.get(type_id)
        doc = self.graph.nodes.get(node)
        if new is None or doc is None:
            return False
        edit: Edit = replacing(node, self.desk.kind(node), new, doc.params)
        if doc.label:  # a Dehalo that is still called Dropouts would tell a lie
            edit = Several((edit, Rename(node, "")))
        return self.desk.do(edit, tr("Replace by {node}").format(node=new.name()))

    # ---- states
    def bypass(self) -> None:
        nodes = self.desk.selection
        on = not all(self.graph.nodes[node].bypass for node in nodes)
        if nodes:
            self.desk.do(Bypass(nodes, on), tr("Bypass") if on else tr("Do not bypass"))

    def mute(self) -> None:
        nodes = self.desk.selection
        on = not all(self.graph.nodes[node].mute for node in nodes)
        if nodes:
            self.desk.do(Mute(nodes, on), tr("Mute") if on else tr("Do not mute"))

    def fold(self) -> None:
        """Fold cards to their titles, or unfold them; a selected group is folded as one."""
        frames = [self.canvas.mirror.frames[key].doc for key in self.frames()]
        if frames:
            on = not all(group.collapsed for group in frames)
            edits = tuple(PutGroup(replace(group, collapsed=on)) for group in frames)
            self.desk.do(Several(edits), tr("Fold group") if on else tr("Unfold group"))
            return
        docs = [self.graph.nodes[node] for node in self.desk.selection]
        on = not all(is_folded(doc) for doc in docs)
        changed = {
            doc.id: replace(
                doc, extra={**{k: v for k, v in doc.extra.items() if k != FOLDED}, **({FOLDED: True} if on else {})}
            )
            for doc in docs
        }
        if changed:
            self.desk.do(Patch(nodes=changed), tr("Fold cards") if on else tr("Unfold cards"))

    # ---- groups and notes
    def group(self) -> GroupId | None:
        nodes = self.desk.selection
        if not nodes:
            self.say(tr("Select the nodes that belong together"))
            return None
        same = next((group.id for group in self.graph.groups if set(group.nodes) == nodes), None)
        if same is not None:
            return same  # a second frame would lie exactly over the first
        key = free_group(self.graph)
        colour = COLOURS[len(self.graph.groups) % len(COLOURS)]
        self.desk.do(PutGroup(Group(key, tr("Group"), tuple(nodes), colour)), tr("Group"))
        return key

    def ungroup(self) -> None:
        """Take away the frames that are selected, or that hold the selected nodes."""
        chosen = self.frames() or [group.id for group in self.graph.groups if set(group.nodes) & self.desk.selection]
        if chosen:
            self.desk.do(Several(tuple(RemoveGroup(key) for key in chosen)), tr("Ungroup"))

    def leave_group(self) -> None:
        """Take the selected nodes out of their groups."""
        edits: list[Edit] = []
        for group in self.graph.groups:
            rest = tuple(node for node in group.nodes if node not in self.desk.selection)
            if len(rest) < len(group.nodes):
                edits.append(PutGroup(replace(group, nodes=rest)) if rest else RemoveGroup(group.id))
        if edits:
            self.desk.do(Several(tuple(edits)), tr("Take out of group"))

    def recolour(self, key: GroupId, colour: str) -> None:
        group = next((group for group in self.graph.groups if group.id == key), None)
        if group is not None:
            self.desk.do(PutGroup(replace(group, colour=colour)), tr("Colour group"))

    def retitle(self, key: GroupId, label: str) -> None:
        group = next((group for group in self.graph.groups if group.id == key), None)
        if group is not None:
            self.desk.do(PutGroup(replace(group, label=label)), tr("Rename group"))

    def rename(self, node: NodeId, label: str) -> None:
        kind = self.desk.kind(node)
        plain = "" if kind is not None and label == kind.name() else label
        self.desk.do(Rename(node, plain), tr("Rename"))

    def note(self, at: Point) -> NoteId | None:
        key = free_note(self.graph)
        fresh = Note(key, "", (round(at[0]) - 120, round(at[1]) - 60))
        return key if self.desk.do(PutNote(fresh), tr("Add note")) else None

    def write_note(self, key: NoteId, text: str) -> None:
        note = next((note for note in self.graph.notes if note.id == key), None)
        if note is not None:
            self.desk.do(PutNote(replace(note, text=text)), tr("Write note"))
