"""The viewer: any node, or any two of them at the same moment of tape, on one screen with its buttons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.engine.wishes import Wish
from editor.language import tr
from editor.viewer import facts, still
from editor.viewer.crop import TYPES, Cut
from editor.viewer.cropping import Cropping
from editor.viewer.manner import Manner, Mode
from editor.viewer.placement import shape_of
from editor.viewer.readout import Readout
from editor.viewer.screen import Screen
from editor.viewer.sizes import Need, need, smaller
from editor.viewer.slot import Slot
from editor.viewer.still import Stills
from editor.viewer.toolbar import Toolbar
from editor.viewer.troubles import Troubles
from graphs.document import NodeId
from graphs.edits import SetParams
from runtime.readings import Pixel

if TYPE_CHECKING:
    from editor.engine.engine import Engine

Letter = Literal["A", "B"]
_SETTLE_MS = 90


class Viewer(QWidget):
    """`shown` maps A and B to the nodes that the user chose. Views at the engine are called `name`.A and so on.

    Signals: shown_changed() A or B is another node; manner_changed() mode, look, zoom; node_wanted(NodeId) the user
    wants to see this node on the canvas; told(str) for the status bar;
    asked(str) a button of the command view.… was pressed.
    """

    shown_changed = Signal()
    manner_changed = Signal()
    node_wanted = Signal(str)
    told = Signal(str)
    asked = Signal(str)

    def __init__(
        self, desk: Desk, engine: Engine, playhead: Playhead, parent: QWidget | None = None, name: str = "viewer"
    ) -> None:
        super().__init__(parent)
        self._desk, self._engine, self._playhead = desk, engine, playhead
        self.name = name
        self.slots: dict[Letter, Slot] = {"A": Slot(engine, f"{name}.A", self), "B": Slot(engine, f"{name}.B", self)}
        self.shown: dict[Letter, NodeId | None] = {"A": None, "B": None}
        self.kept: dict[int, NodeId] = {}
        self.companions: list[Viewer] = []  # viewers in other windows, which play along
        self.toolbar = Toolbar(self)
        self.display = Screen((self.slots["A"], self.slots["B"]), self)
        self.display.titles = self._caption
        self.display.hint = tr("Click a node’s eye, or press 1 … 9, to see it here")
        self.troubles = Troubles(desk, engine, self.display, self.title, self)
        self.cropping = Cropping(self, desk)
        self._stills = Stills(engine, f"{name}.still", self)
        self._readout = Readout(engine, f"{name}.pixel", self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.toolbar)
        self._column.addWidget(self.display, 1)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._ask)
        self._gesture = 0
        self.preview_share = 1.0
        self._wire()
        self._refresh()

    def _wire(self) -> None:
        self.toolbar.chosen.connect(
            lambda name, value: self.cropping.toggle() if name == "crop" else self.set_manner(**{name: value})
        )
        self.toolbar.zoom_chosen.connect(lambda zoom: self.display.zoom_to(zoom))
        self.toolbar.pressed.connect(self._pressed)
        self.display.placed.connect(self._placed)
        self.display.pointed.connect(self._pointed)
        self.display.cut_dragged.connect(self._cut)
        self._readout.read.connect(self._read)
        self._playhead.moved.connect(self._ask)
        self._engine.analysed.connect(self._refresh)
        self._desk.selected.connect(self._refresh)
        self._desk.changed.connect(self._refresh)
        self._desk.reset.connect(self._reset)
        self.troubles.go_to.connect(self._go_to)

    # ---- which nodes

    def show_node(self, node: NodeId | None, slot: Letter = "A") -> None:
        """Show a node in A or B; None empties it. The first B to be shown is compared by a wipe."""
        if self.shown[slot] == node:
            return
        first_b = slot == "B" and self.shown["B"] is None and node is not None
        self.shown[slot] = node
        if first_b and not self.manner.mode.compares:
            self.display.set_manner(replace(self.manner, mode=Mode.WIPE))
        if slot == "B" and node is None:
            self.display.set_manner(replace(self.manner, mode=Mode.SINGLE))
        self._refresh()
        self.shown_changed.emit()
        self.manner_changed.emit()

    def keep(self, number: int, node: NodeId) -> None:
        """Remember a node under a number key, and show it."""
        self.kept = {key: kept for key, kept in self.kept.items() if kept != node} | {number: node}
        self.show_node(node)

    def recall(self, number: int, slot: Letter = "A") -> None:
        """Show the node under a number key. Where there is none, the current node is put there."""
        node = self.kept.get(number)
        if node in self._desk.graph.nodes:
            self.show_node(node, slot)
        elif self._desk.current is not None:
            self.kept[number] = self._desk.current
            self.show_node(self._desk.current, slot)
            self.told.emit(
                tr("{node} is under key {number} now").format(node=self.title(self._desk.current), number=number)
            )
        else:
            self.told.emit(tr("Select a node first, then press {number} to keep it there").format(number=number))

    def swap(self) -> None:
        """A becomes B and B becomes A."""
        self.shown = {"A": self.shown["B"], "B": self.shown["A"]}
        self._refresh()
        self.shown_changed.emit()

    def title(self, node: NodeId | None) -> str:
        """What people call a node."""
        doc = self._desk.graph.nodes.get(node) if node is not None else None
        if doc is None:
            return ""
        kind = self._desk.kind(doc)
        return doc.label or (tr(kind.name()) if kind is not None else doc.type)

    def _caption(self, slot: Slot) -> str:
        chosen = self.shown["A" if slot is self.slots["A"] else "B"]
        name = self.title(chosen)
        return tr("{node}, uncut").format(node=name) if chosen != slot.node else name

    @property
    def leading(self) -> NodeId | None:
        """The node in front."""
        return self.shown["A" if self.display.leading is self.slots["A"] else "B"]

    def wishes(self) -> list[tuple[str, Wish]]:
        """What is wanted of the engine now, by view: what plays when the tape plays."""
        slots = (slot for slot in self.slots.values() if slot in self.display.shown())
        own = [(slot.view, slot.wish) for slot in slots if slot.wish is not None]
        return own + [wish for other in self.companions for wish in other.wishes()]

    # ---- how

    @property
    def manner(self) -> Manner:
        return self.display.manner

    def set_manner(self, **values: object) -> None:
        """Change fields of the manner: `set_manner(mode=Mode.SPLIT)`."""
        if values.get("mode") is self.manner.mode is Mode.TOGGLE:
            values["flipped"] = not self.manner.flipped
        self.display.set_manner(replace(self.manner, **values))  # type: ignore[arg-type]
        self._refresh()
        self.manner_changed.emit()

    def flip(self) -> None:
        """Toggle between A and B; in another mode, begin to."""
        flipped = not self.manner.flipped if self.manner.mode is Mode.TOGGLE else True
        self.display.set_manner(replace(self.manner, mode=Mode.TOGGLE, flipped=flipped))
        self._refresh()
        self.manner_changed.emit()

    # ---- keeping it true

    def _reset(self) -> None:
        self.shown = {"A": None, "B": None}
        self.kept.clear()
        self._refresh()
        self.shown_changed.emit()

    def _refresh(self) -> None:
        """After anything but time has changed: who is shown, and what has to be asked for."""
        nodes = self._desk.graph.nodes
        for letter, slot in self.slots.items():
            node = self.shown[letter]
            if node is not None and node not in nodes:
                self.shown[letter] = node = None
                self.shown_changed.emit()
            slot.show(*self._route(node))
            slot.reason = self._reason(slot)
        self.display.cut = self._cropping() if self.display.leading.node is not None else None
        self._ask()
        self._tell_toolbar()
        self.display.update()

    def _tell_toolbar(self) -> None:
        both = self.shown["A"] is not None and self.shown["B"] is not None
        self.toolbar.tell(self.manner, self.display.zoom, self.display.scale, compares=both)

    def _route(self, node: NodeId | None) -> tuple[NodeId | None, str]:
        """The output to look at: a crop whose edges are being set shows what it is given."""
        if node is None:
            return None, ""
        if self._edits_crop(node):
            link = self._desk.graph.incoming(node).get("clip")
            if link is not None and self._engine.analysis.info(*link.source) is not None:
                return link.source
        return self._engine.analysis.main_picture(node) or (node, "")

    def _reason(self, slot: Slot) -> str:
        """Why a node that nothing hinders has no picture: it handles sound, or waits for its author to be trusted."""
        node, analysis = slot.node, self._engine.analysis
        if node is None or slot.port or analysis.graph is not self._desk.graph:
            return ""
        if analysis.hindrance(node) is not None:
            return ""
        problems = analysis.problems(node)
        return problems[0].line() if problems else tr("{node} gives no picture").format(node=self.title(node))

    def _edits_crop(self, node: NodeId) -> bool:
        doc = self._desk.graph.nodes.get(node)
        chosen = self.manner.crop and self.manner.mode is Mode.SINGLE and node == self._desk.current
        return chosen and doc is not None and doc.type in TYPES and not doc.bypass and not doc.mute

    def _cropping(self) -> Cut | None:
        node = self.leading
        if node is None or not self._edits_crop(node) or self.display.leading.node == node:
            return None
        return Cut.of(self._desk.graph.nodes[node])

    def _placed(self) -> None:
        self.troubles.lay()
        self._settle.start()
        self._tell_toolbar()
        self.manner_changed.emit()

    def set_preview_share(self, share: float) -> None:
        """Make pictures at a share of the size they are shown at: smaller ones come sooner."""
        self.preview_share = share
        self._ask()

    def _ask(self) -> None:
        wanted = self.display.shown()
        for slot in self.slots.values():
            if slot.node is None or slot not in wanted:
                slot.rest()
                continue
            slot.ask(self._playhead.moment, self._need(slot), self.manner.look)
        self._readout.again(self._playhead.moment)

    def _need(self, slot: Slot) -> Need:
        area, ratio = self.display.area(slot), self.display.devicePixelRatioF()
        box = max(2, round(area.width() * ratio)), max(2, round(area.height() * ratio))
        asked = need(self.display.placement(slot), slot.info, self.manner.aspect, box)
        return smaller(asked, slot.info, self.preview_share)

    # ---- pixels

    def _pointed(self, slot: object, at: QPointF) -> None:
        if not isinstance(slot, Slot) or slot.node is None:
            self._readout.stop()
            self._read(None)
        else:
            self._readout.point(slot.node, slot.port, self._playhead.moment, int(at.x()), int(at.y()), self.manner.look)

    def _read(self, found: object) -> None:
        text = facts.pixel(found) if isinstance(found, Pixel) else ""
        if text != self.display.readout:
            self.display.readout = text
            self.display.update()

    # ---- crop

    def _cut(self, cut: object, let_go: bool) -> None:
        node = self.leading
        if node is None or not isinstance(cut, Cut):
            return
        self._desk.do(SetParams(node, dict(cut.params())), tr("Crop"), merge=("crop on picture", node, self._gesture))
        if let_go:
            self._gesture += 1
            self._desk.settle()

    def _go_to(self, node: str) -> None:
        self._desk.select([NodeId(node)], NodeId(node))
        self.node_wanted.emit(node)

    # ---- stills

    def save_still(self, path: Path) -> None:
        """Save the frame in front, whole, with square pixels unless another shape is chosen."""

        def save(image: QImage) -> None:
            done = still.save(image, path)
            text = tr("Saved {file}") if done else tr("{file} could not be written. Choose another folder")
            self.told.emit(text.format(file=path.name if done else str(path)))

        self._fetch_still(save)

    def copy_still(self) -> None:
        def copy(image: QImage) -> None:
            QGuiApplication.clipboard().setImage(image)
            self.told.emit(tr("The picture is on the clipboard"))

        self._fetch_still(copy)

    def still_name(self) -> str:
        slot = self.display.leading
        return still.file_name(self._desk.name, self.title(slot.node), slot.frame)

    def _fetch_still(self, then: Callable[[QImage], None]) -> None:
        slot = self.display.leading
        if slot.wish is None or slot.info is None:
            self.told.emit(tr("There is no picture to take"))
            return
        shape = shape_of(slot.info, self.manner.aspect)
        self._stills.fetch(slot.wish, shape, then, self.told.emit)

    # ---- the rest

    def _pressed(self, name: str) -> None:
        self.asked.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.display.isFullScreen():
            self.asked.emit("full")
            return
        super().keyPressEvent(event)

    def close_views(self) -> None:
        """Want nothing more from the engine."""
        for slot in self.slots.values():
            slot.close()
        self._readout.stop()
