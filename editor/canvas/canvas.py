"""The pipeline as a picture one can take hold of: the widget that the window puts in its middle."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QPointF, QRectF, QTimer, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QCursor, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from editor import theme
from editor.canvas import commands, menus
from editor.canvas.facts import Facts
from editor.canvas.hint import Hint
from editor.canvas.minimap import Minimap
from editor.canvas.operations import Operations
from editor.canvas.order import Order
from editor.canvas.placing import SearchContext, placement
from editor.canvas.ports import Port
from editor.canvas.searching import Searching
from editor.canvas.telling import Telling
from editor.canvas.thumbnails import Thumbnails
from editor.canvas.view import CanvasView
from editor.canvas.wiring import Verdict
from editor.canvas.writing import Writing
from editor.desk.desk import Desk
from editor.language import tr
from graphs.document import Json, NodeId
from graphs.edits import SetParams, Several

if TYPE_CHECKING:
    from editor.actions.actions import Actions
    from editor.engine.engine import Engine


class Canvas(QWidget):
    """A view of the desk's graph.

    Signals:
        search_wanted(QPoint, SearchContext)   global place; `place` puts in what is chosen
        node_activated(str)                    double click on a card
        files_dropped(list, tuple)             paths, and where in the scene
        message(str)                           for the status bar
    """

    search_wanted = Signal(QPoint, object)
    node_activated = Signal(str)
    files_dropped = Signal(list, object)
    message = Signal(str)

    def __init__(
        self, desk: Desk, engine: Engine | None = None, actions: Actions | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.desk = desk
        self.facts = Facts(engine)
        self.view = CanvasView(desk, self.facts)
        self.mirror = self.view.mirror
        self.operations = Operations(self.view, self.message.emit)
        self.order = Order(self.view)
        self.searching = Searching(self)
        self.writing = Writing(self)
        self.minimap = Minimap(self.view, self)
        self.hint = Hint(self)
        self.thumbnails = Thumbnails(self.view, engine)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.setFocusProxy(self.view)
        self.view.setAccessibleName(tr("Pipeline"))
        self._fit_soon = True
        self._actions = actions
        self.commands = commands.registered(self, actions)
        self.group_actions: list[QAction] = []  # what editor.groups offers for nodes
        self.telling = Telling(self, engine)
        self._listen()
        self.mirror.rebuild()
        self.telling.mark_wires()
        self._speak()

    def _listen(self) -> None:
        desk, view = self.desk, self.view
        desk.changed.connect(self._changed)
        desk.reset.connect(self._reset)
        desk.selected.connect(self._selected)
        desk.refused.connect(self._refused)
        view.menu_wanted.connect(self._menu)
        view.searched.connect(lambda hit, where: self.searching.at_hit(hit, where))
        view.activated.connect(self.node_activated)
        view.rename_wanted.connect(lambda hit: self.writing.at_hit(hit))
        view.dragged_in.connect(self._dropped)
        view.said.connect(self.message)
        view.doubted.connect(self._doubted)
        view.space_tapped.connect(self._play)
        theme.watch.changed.connect(self._restyle)

    # ---- the document has changed
    def _changed(self, change: Any) -> None:
        self.mirror.follow(change)
        if self.view.gesture is not None and not self.view.releasing:
            self.view.end(cancelled=True)  # undone, or changed from elsewhere, under the hand
        self._speak()
        self.telling.mark_wires()
        self.minimap.forget()
        self.hint.hide()
        self.view.looked.emit()

    def _reset(self) -> None:
        if self.view.gesture is not None:
            self.view.end(cancelled=True)
        self.mirror.rebuild()
        self._speak()
        self.minimap.forget()
        self.hint.hide()
        self._fit_soon = True
        if self.isVisible():
            self.zoom_to_fit()

    def _selected(self) -> None:
        chosen, current = self.desk.selection, self.desk.current
        changed = [
            node
            for node, card in self.mirror.cards.items()
            if card.face.selected != (node in chosen) or card.face.current != (node == current)
        ]
        self.mirror.refresh_faces(changed)
        self._speak()
        for node in changed:
            self.mirror.cards[node].setZValue(2.0 if node in chosen else 1.0)
        ends = {wire for node in changed for wire in self.mirror.cards[node].wires()}
        for wire in ends:
            wire.look(near=bool({wire.link.source[0], wire.link.target[0]} & chosen))

    def _speak(self) -> None:
        """For a screen reader: what the keyboard is at."""
        said = self.view.words.aloud(self.desk.current, len(self.desk.selection), self.mirror)
        if said != self.view.accessibleDescription():
            self.view.setAccessibleDescription(said)

    def _refused(self, reason: str) -> None:
        self.message.emit(reason)
        self.hint.say(reason, QPointF(self.mapFromGlobal(QCursor.pos())))
        QTimer.singleShot(3000, self.hint, self.hint.hide)

    # ---- for the window
    def add_node(self, type_id: str, scene_pos: tuple[float, float] | None = None) -> NodeId | None:
        """Put in a node of a type, at `scene_pos` or in the middle of what is seen."""
        return self.place(type_id, SearchContext(scene_pos or self.viewport_centre()))

    def place(
        self, type_id: str, context: SearchContext | None = None, params: Mapping[str, Json] | None = None
    ) -> NodeId | None:
        """What a search has found, put in and wired as `context` says, as one undo step. Without it: in the middle.
        `params` are set otherwise than usual."""
        context = context or SearchContext(self.viewport_centre())
        kind = self.desk.type_named(type_id)
        if kind is None:
            self.message.emit(tr("{type} is not installed here").format(type=type_id))
            return None
        if context.replaces is not None:
            return context.replaces if self.replace_node(context.replaces, type_id) else None
        fresh, edit = placement(self.desk.graph, self.desk.registry, kind, context)
        if params:
            edit = Several((edit, SetParams(fresh.id, params)))
        if not self.desk.do(edit, tr("Add {node}").format(node=kind.name())):
            return None
        self.operations.select([fresh.id])
        return fresh.id

    def replace_node(self, node: NodeId, type_id: str) -> bool:
        """Make a node one of another type; its wires stay where they fit."""
        return self.operations.replace(node, type_id)

    def frame_selection(self) -> None:
        """Show what is selected, or all."""
        rects = [self.mirror.cards[node].rect() for node in self.desk.selection if node in self.mirror.cards]
        rects += [self.mirror.notes[note].rect() for note in self.operations.notes()]
        self._show(rects) if rects else self.zoom_to_fit()

    def zoom_to_fit(self) -> None:
        """Show the whole graph."""
        rects = [card.rect() for card in self.mirror.cards.values() if card.hidden_in is None]
        rects += [frame.rect for frame in self.mirror.frames.values() if not frame.rect.isEmpty()]
        rects += [note.rect() for note in self.mirror.notes.values()]
        self._show(rects)

    def _show(self, rects: list[QRectF]) -> None:
        around = QRectF()
        for rect in rects:
            around = around.united(rect)
        if not rects:
            return
        around.adjust(-36, -36, 36, 36)
        corner, zoom = self.view.fit(around)
        if not self.minimap.isHidden() and self._behind_minimap(rects, corner, zoom):
            beside = self.view.fit(around, right=self.minimap.width() + 16)
            above = self.view.fit(around, bottom=self.minimap.height() + 16)
            corner, zoom = max(beside, above, key=lambda found: found[1])
        self.view.look_at(corner, zoom)

    def _behind_minimap(self, rects: list[QRectF], corner: QPointF, zoom: float) -> bool:
        place = QRectF(self.minimap.geometry()).adjusted(-6, -6, 6, 6)
        hidden = QRectF(corner + place.topLeft() / zoom, place.size() / zoom)
        return any(hidden.intersects(rect) for rect in rects)

    def centre_on(self, node: NodeId) -> None:
        """Bring a node into the middle, at the zoom that is."""
        card = self.mirror.cards.get(node)
        if card is not None:
            rect = card.hidden_in.rect if card.hidden_in is not None else card.rect()
            by = (self.view.seen_rect().center() - rect.center()) * self.view.zoom
            self.view.pan_by(by.x(), by.y())

    def bring_into_view(self, node: NodeId) -> None:
        """Move no more than is needed to see a node."""
        card = self.mirror.cards.get(node)
        if card is not None and not self.view.seen_rect().contains(card.rect()):
            self.centre_on(node)

    def viewport_centre(self) -> tuple[float, float]:
        """In scene coordinates."""
        centre = self.view.seen_rect().center()
        return centre.x(), centre.y()

    def set_badges(self, badges: Mapping[NodeId, str]) -> None:
        """Which nodes the viewer shows, by their letter: `{node: "A"}`."""
        old, self.view.badges = self.view.badges, dict(badges)
        self.mirror.refresh_faces({*old, *badges})

    def show_progress(self, progress: Mapping[NodeId, float]) -> None:
        """How much of a render is done, by output node (0…1); nodes not named show none."""
        for node, card in self.mirror.cards.items():
            card.show_progress(progress.get(node))

    def show_moment(self, moment: Fraction) -> None:
        """The moment of tape that thumbnails show."""
        self.thumbnails.show_moment(moment)

    def show_heat(self, on: bool) -> None:
        """Colour cards by their part of the time."""
        self.view.heat = on
        self.mirror.refresh_faces()

    # ---- what the view asks for
    def _dropped(self, what: object, spot: QPointF) -> None:
        match what:
            case (str() as type_id, SearchContext() as context):
                self.place(type_id, context)
            case list():
                self.files_dropped.emit([Path(path) for path in what], (spot.x(), spot.y()))

    def _doubted(self, what: object, at: QPointF) -> None:
        match what:
            case Verdict(reason=reason):
                self.hint.say(reason, at)
            case (Verdict() as verdict, (str(node), str(port))):
                self.offer_remedy(verdict.reason, (NodeId(node), port), verdict.remedy, at)
            case _:
                self.hint.hide()

    def offer_remedy(self, text: str, target: Port, remedy: str, at: QPointF) -> None:
        """Say what is wrong at a wire's end, with a button that puts the mending node on it."""
        kind = self.desk.registry.get(remedy)
        if kind is not None:
            button = tr("Put {node} in between").format(node=kind.name())
            self.hint.offer(text, button, at, lambda: self.operations.insert_remedy(target, remedy))

    def _play(self) -> None:
        """The space bar moves the view while it is held; only tapped it plays, as everywhere else."""
        if self._actions is not None and "play.toggle" in self._actions:
            self._actions.get("play.toggle").trigger()

    def _menu(self, hit: Any, where: QPoint) -> None:
        menus.menu(self, hit).popup(where)

    # ---- the widget
    def _restyle(self) -> None:
        self.view.restyle()
        self.hint.restyle()
        self.minimap.forget()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.minimap.move(self.width() - self.minimap.width() - 12, self.height() - self.minimap.height() - 12)
        self.minimap.raise_()
        if self._fit_soon and self.isVisible():
            self.zoom_to_fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.view.looked.emit()
        if self._fit_soon:
            QTimer.singleShot(0, self, self._first_fit)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.thumbnails.ask()

    def _first_fit(self) -> None:
        if self._fit_soon:
            self._fit_soon = False
            self.zoom_to_fit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()  # the view has its own
