"""The canvas as a picture of the document: makes items of a graph, follows its patches, and can tell any difference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from editor.canvas import cardsize
from editor.canvas.card import CardItem
from editor.canvas.cardsize import sized
from editor.canvas.face import Face
from editor.canvas.frame import FrameItem
from editor.canvas.note import NoteItem
from editor.canvas.ports import Port, ports_of
from editor.canvas.wire import Wire
from editor.desk.history import Change
from editor.language import tr
from graphs.document import Graph, GroupId, Link, NodeDoc, NodeId, NoteId, Point

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView

FOLDED = "folded"
"""The field of a node that keeps its card folded; other programs carry it along."""


def is_folded(node: NodeDoc) -> bool:
    return node.extra.get(FOLDED) is True


class Mirror:
    """All items of the scene by the ids of the document."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas
        self.desk = canvas.desk
        self.cards: dict[NodeId, CardItem] = {}
        self.wires: dict[Port, Wire] = {}
        self.frames: dict[GroupId, FrameItem] = {}
        self.notes: dict[NoteId, NoteItem] = {}
        self._frames_of: dict[NodeId, list[FrameItem]] = {}

    # ---- the whole
    def rebuild(self) -> None:
        """Another document."""
        graph = self.desk.graph
        for item in [*self.wires.values(), *self.cards.values(), *self.frames.values(), *self.notes.values()]:
            self.canvas.scene().removeItem(item)
        self.cards.clear()
        self.wires.clear()
        self.frames.clear()
        self.notes.clear()
        self._put(
            graph, graph.nodes, graph.links, [group.id for group in graph.groups], [note.id for note in graph.notes]
        )

    def follow(self, change: Change) -> None:
        """Draw anew what an edit has changed."""
        graph, patch = change.after, change.patch
        touched = {port[0] for port in patch.links} | {
            link.source[0] for port, link in self._links(patch.links) if link is not None
        }
        touched |= {wire.link.source[0] for port, wire in self.wires.items() if port in patch.links}
        for target in patch.links:
            self._drop_wire(target)
        anew: set[NodeId] = set()
        for node in (*patch.nodes, *touched):
            card = self.cards.get(node)
            gone = node not in graph.nodes
            if card is not None and (gone or ports_of(graph, node, self.desk.registry) != card.face.ports):
                self._drop_card(node)
            if not gone and node not in self.cards:
                anew.add(node)
        links = [link for link in graph.links if link.target not in self.wires]
        known = set(self.notes)
        for gone_note in known - {note.id for note in graph.notes}:
            self.canvas.scene().removeItem(self.notes.pop(gone_note))
        self.place({node: doc.position for node, doc in patch.nodes.items() if doc is not None and node in self.cards})
        self._put(graph, anew, links, patch.groups, patch.notes)
        self.refresh_faces({*patch.nodes, *touched} & self.cards.keys())
        self.frames_moved()

    @staticmethod
    def _links(links: object) -> Iterable[tuple[Port, Link | None]]:
        return links.items() if isinstance(links, dict) else ()

    def _put(
        self,
        graph: Graph,
        nodes: Iterable[NodeId],
        links: Iterable[Link],
        groups: Iterable[GroupId],
        notes: Iterable[NoteId],
    ) -> None:
        for node in nodes:
            card = CardItem(self.canvas, node, self.face(graph, node))
            card.setPos(*graph.nodes[node].position)
            self.cards[node] = card
            self.canvas.scene().addItem(card)
        for link in links:
            self._put_wire(link)
        put = {group.id: group for group in graph.groups}
        for key in groups:
            if key in self.frames and key not in put:
                self.canvas.scene().removeItem(self.frames.pop(key))
            elif key in put and key not in self.frames:
                self.frames[key] = FrameItem(self.canvas, put[key])
                self.canvas.scene().addItem(self.frames[key])
        for key, frame in self.frames.items():
            frame.doc = put[key]
        written = {note.id: note for note in graph.notes}
        for note in notes:
            if note in written and note in self.notes:
                self.notes[note].show_note(written[note])
            elif note in written:
                self.notes[note] = NoteItem(written[note])
                self.canvas.scene().addItem(self.notes[note])
        self.refold()
        self.canvas.items_made()

    def _put_wire(self, link: Link) -> None:
        source, target = self.cards.get(link.source[0]), self.cards.get(link.target[0])
        if source is None or target is None:
            return  # a wire to nowhere; `resolve` reports it
        wire = Wire(self.canvas, link, source.ports[link.source[1], True], target.ports[link.target[1], False])
        self.wires[link.target] = wire
        self.canvas.scene().addItem(wire)

    def _drop_wire(self, target: Port) -> None:
        wire = self.wires.pop(target, None)
        if wire is not None:
            wire.delete()

    def _drop_card(self, node: NodeId) -> None:
        card = self.cards.pop(node)
        for wire in card.wires():
            self.wires.pop(wire.link.target, None)
            wire.delete()
        self.canvas.scene().removeItem(card)
        self.canvas.card_gone(node)

    # ---- faces
    def face(self, graph: Graph, node: NodeId) -> Face:
        """What the card of `node` has to show."""
        doc = graph.nodes[node]
        kind = self.desk.kind(doc)
        ports = ports_of(graph, node, self.desk.registry)
        facts = self.canvas.facts
        size = sized(ports, cardsize.shows_picture(kind), is_folded(doc))
        state = facts.state(node)
        cost = facts.cost(node)
        wired = {(name, False) for name in graph.incoming(node)}
        wired |= {(link.source[1], True) for link in graph.outgoing(node)}
        message = state.message
        shown = "muted" if doc.mute else "bypassed" if doc.bypass else str(state.state)
        if kind is None:
            shown, message = "missing", message or self.canvas.words.missing(doc.type)
        return Face(
            title=doc.label or (tr(kind.name()) if kind else doc.type),
            category=kind.category if kind else "",
            ports=ports,
            size=size,
            wired=frozenset(wired),
            line=facts.line(node, size.outputs, size.inputs) or (tr(kind.name()) if kind else doc.type),
            state=shown,
            message=message,
            bypass=doc.bypass,
            mute=doc.mute,
            missing=kind is None,
            selected=node in self.desk.selection,
            current=node == self.desk.current,
            badge=self.canvas.badges.get(node, ""),
            cost=self.canvas.words.cost(cost) if cost is not None and cost.frames else "",
            share=round(cost.share, 3) if cost is not None else 0.0,
            heat=self.canvas.heat,
            noted=bool(doc.notes),
        )

    def refresh_faces(self, nodes: Collection[NodeId] | None = None) -> None:
        """Ask again what cards have to show (None: all)."""
        graph = self.desk.graph
        for node in self.cards if nodes is None else nodes:
            if node in self.cards and node in graph.nodes:
                card = self.cards[node]
                before = card.face.size
                card.show_face(self.face(graph, node))
                if card.face.size != before:
                    for wire in card.wires():
                        wire.route()
        self.canvas.wires_moved()

    def place(self, spots: Mapping[NodeId, Point]) -> None:
        """Show cards in other places; wires and frames follow."""
        wires: set[Wire] = set()
        for node, (x, y) in spots.items():
            self.cards[node].setPos(x, y)
            wires.update(self.cards[node].wires())
        for wire in wires:
            wire.route()
        self.frames_moved(spots)

    # ---- groups
    def frames_moved(self, nodes: Iterable[NodeId] | None = None) -> None:
        """Frames lie around their cards again (those of `nodes`; None: all)."""
        wanted = self.frames.values()
        if nodes is not None:
            wanted = list({frame.doc.id: frame for node in nodes for frame in self._frames_of.get(node, ())}.values())  # type: ignore[assignment]
        for frame in wanted:
            frame.refresh(self.cards)
            if frame.folded:
                for node in frame.doc.nodes:
                    if node in self.cards:
                        for wire in self.cards[node].wires():
                            wire.route()

    def refold(self) -> None:
        """Hide the cards of folded groups, show all others."""
        self._frames_of = {}
        for frame in self.frames.values():
            for node in frame.doc.nodes:
                self._frames_of.setdefault(node, []).append(frame)
        for node, card in self.cards.items():
            hidden = next((frame for frame in self._frames_of.get(node, ()) if frame.folded), None)
            if hidden is not card.hidden_in or card.isVisible() == (hidden is not None):
                card.hidden_in = hidden
                card.setVisible(hidden is None)
                for wire in card.wires():
                    wire.route()
        self.frames_moved()

    # ---- whether it is true
    def differences(self) -> list[str]:
        """In what the items differ from the document; empty when the canvas tells the truth."""
        graph = self.desk.graph
        told: list[str] = []
        if self.cards.keys() != graph.nodes.keys():
            told.append(f"cards {sorted(self.cards.keys() ^ graph.nodes.keys())}")
        drawable = {link for link in graph.links if {link.source[0], link.target[0]} <= graph.nodes.keys()}
        shown = {wire.link for wire in self.wires.values()}
        if shown != drawable:
            told.append(f"wires {sorted(map(str, shown ^ drawable))}")
        for wire in self.wires.values():
            ends = (wire.output_port.address, wire.input_port.address)
            if ends != (wire.link.source, wire.link.target) or wire.scene() is not self.canvas.scene():
                told.append(f"the wire {wire.link} hangs on {ends}")
        for node, card in self.cards.items():
            doc = graph.nodes.get(node)
            if doc is not None and (card.x(), card.y()) != doc.position:
                told.append(f"{node} lies at {(card.x(), card.y())}, not {doc.position}")
            if doc is not None and (card.face.bypass, card.face.mute) != (doc.bypass, doc.mute):
                told.append(f"{node} looks bypassed or muted, or does not")
        if {key: frame.doc for key, frame in self.frames.items()} != {group.id: group for group in graph.groups}:
            told.append("groups")
        if {key: item.note for key, item in self.notes.items()} != {note.id: note for note in graph.notes}:
            told.append("notes")
        chosen = {node for node, card in self.cards.items() if card.face.selected}
        if chosen != self.desk.selection:
            told.append(f"selection {sorted(chosen ^ self.desk.selection)}")
        return told

    def reconcile(self) -> None:
        """After a gesture: put every card back where the document has it, and all else too if anything differs."""
        graph = self.desk.graph
        moved: dict[NodeId, Point] = {}
        for node, doc in graph.nodes.items():
            card = self.cards.get(node)
            if card is not None and (card.x(), card.y()) != doc.position:
                moved[node] = doc.position
        for note in graph.notes:
            item = self.notes.get(note.id)
            if item is not None and ((item.x(), item.y()) != note.position or item.size != note.size):
                item.show_note(note)
        if moved:
            self.place(moved)
        if self.differences():
            self.rebuild()
