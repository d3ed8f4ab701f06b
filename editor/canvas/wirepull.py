"""Drawing wires: from port to port, off a port, into the void. A wire on the mouse says where it may end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from editor.canvas.card import CardItem, CardPort
from editor.canvas.gestures import Gesture, Keys
from editor.canvas.hits import Hit, Where
from editor.canvas.ports import Port, port_kind
from editor.canvas.wire import Wire
from editor.canvas.wiring import GOOD, Verdict, entry_for, exit_for, judge, wire
from editor.language import tr
from graphs.edits import Disconnect

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView


class DrawWire(Gesture):
    """A wire hangs on the mouse, held at `port`. `pulled` is the input from which it was taken, if it was there."""

    drifts = True

    def __init__(self, canvas: CanvasView, at: QPointF, port: CardPort, pulled: Port | None = None) -> None:
        super().__init__(canvas, at)
        self.port = port
        self.pulled = pulled
        self._end: CardPort | None = None
        self._verdict: Verdict | None = None
        self._faded = canvas.mirror.wires.get(pulled) if pulled is not None else None

    @staticmethod
    def from_port(canvas: CanvasView, at: QPointF, port: CardPort, *, keep: bool) -> DrawWire:
        """Press on a port: a new wire; on a used input: its wire comes off (`keep`: it stays, and a new one begins)."""
        used = canvas.mirror.wires.get(port.address) if not port.view.gives else None
        if used is not None and not keep:
            return DrawWire(canvas, at, used.output_port, port.address)
        return DrawWire(canvas, at, port)

    # ---- while it hangs
    def drag(self, at: QPointF, keys: Keys) -> None:
        self._end, self._verdict = self._aim(at)
        live = self.canvas.live_wire()
        end = self._end.anchor() if self._end is not None else self.canvas.to_scene(at)
        verdict = self._verdict or GOOD
        live.hang(self.port, end, bad=not verdict.may, doubtful=bool(verdict.reason))
        live.setVisible(True)
        if self._faded is not None:
            self._faded.setVisible(False)
        self.canvas.show_hot(self._hot())
        self.canvas.doubted.emit(verdict if verdict.reason else None, at)

    def _hot(self) -> Hit | None:
        if self._end is None:
            return None
        return Hit(Where.PORT, self._end.anchor(), card=self._end.card, port=self._end)

    def _aim(self, at: QPointF) -> tuple[CardPort | None, Verdict | None]:
        """The port that is meant, and whether the wire may end there: near a port that one, on a card the first that
        fits."""
        hit = self.canvas.find_at(at)
        if hit.port is self.port:
            return None, None
        if hit.port is not None and hit.port.view.gives is not self.port.view.gives:
            return hit.port, self._judge(hit.port)
        if hit.card is not None and hit.card is not self.port.card:
            port = self._first_fitting(hit.card)
            if port is not None:
                return port, self._judge(port)
            return None, self._no_port(hit.card)
        return None, None

    def _first_fitting(self, card: CardItem) -> CardPort | None:
        desk = self.canvas.desk
        kind = port_kind(desk.graph, desk.registry, self.port.address, gives=self.port.view.gives)
        if self.port.view.gives:
            name = entry_for(desk.graph, desk.registry, card.node, kind, free=self.pulled is None)
            if name is None and self.pulled is not None and self.pulled[0] == card.node:
                name = self.pulled[1]
            return card.ports.get((name, False)) if name else None
        name = exit_for(desk.graph, desk.registry, card.node, kind)
        return card.ports.get((name, True)) if name else None

    def _no_port(self, card: CardItem) -> Verdict:
        kind = self.port.view.kind or tr("unknown")
        if self.port.view.gives:
            taken = tr("{node} has no free input for {kind}")
            return Verdict(False, taken.format(node=card.face.title, kind=kind))
        return Verdict(False, tr("{node} gives no {kind}").format(node=card.face.title, kind=kind))

    def _ends(self, port: CardPort) -> tuple[Port, Port]:
        """(output, input)"""
        return (self.port.address, port.address) if self.port.view.gives else (port.address, self.port.address)

    def _judge(self, port: CardPort) -> Verdict:
        desk = self.canvas.desk
        return judge(desk.graph, desk.registry, *self._ends(port), self.canvas.facts.info)

    # ---- letting go
    def release(self, at: QPointF, keys: Keys) -> None:
        if not self.moved:
            return
        desk = self.canvas.desk
        if self._verdict is not None and not self._verdict.may:
            self.canvas.said.emit(self._verdict.reason)
        elif self._end is not None:
            source, target = self._ends(self._end)
            old = desk.graph.incoming(target[0]).get(target[1])
            if old is not None and old.source == source and self.pulled in (None, target):
                return
            done = desk.do(wire(desk.graph, source, target, self.pulled), tr("Wire"))
            if done and self._verdict is not None and self._verdict.remedy:
                self.canvas.doubted.emit((self._verdict, target), at)
        elif self.canvas.find_at(at).where is Where.PORT:
            return  # on a port of the same side: nothing was meant
        elif self.pulled is not None:
            desk.do(Disconnect(self.pulled), tr("Pull wire off"))
        else:
            where = self.canvas.viewport().mapToGlobal(at.toPoint())
            hit = Hit(Where.EMPTY, self.canvas.to_scene(at), port=self.port)
            self.canvas.searched.emit(hit, where)

    def tidy(self) -> None:
        self.canvas.live_wire().setVisible(False)
        self.canvas.show_hot(None)
        if not isinstance(self._verdict, Verdict) or not self._verdict.remedy or not self.moved:
            self.canvas.doubted.emit(None, QPointF())
        if self._faded is not None and self._faded.scene() is not None:
            self._faded.route()


class PullWire(Gesture):
    """Press on a wire: select it; drag: the nearer end comes off and hangs on the mouse."""

    drifts = True

    def __init__(self, canvas: CanvasView, at: QPointF, wire: Wire, add: bool) -> None:
        super().__init__(canvas, at)
        self._wire = wire
        if not add:
            canvas.scene().clearSelection()
            canvas.desk.select(())
        wire.setSelected(not wire.isSelected() if add else True)
        wire.update()
        self._drawing: DrawWire | None = None

    def drag(self, at: QPointF, keys: Keys) -> None:
        if self._drawing is None:
            near = self._wire.nearer_end(self.start)
            held = self._wire.input_port if near is self._wire.output_port else self._wire.output_port
            self._drawing = DrawWire(self.canvas, self.canvas.to_view(self.start), held, self._wire.link.target)
            self._drawing.moved = True
        self._drawing.drag(at, keys)

    def release(self, at: QPointF, keys: Keys) -> None:
        if self._drawing is not None:
            self._drawing.release(at, keys)
        elif self._wire.problem:
            verdict = Verdict(True, self._wire.problem, self._wire.remedy)
            self.canvas.doubted.emit((verdict, self._wire.link.target), at)

    def tidy(self) -> None:
        if self._drawing is not None:
            self._drawing.tidy()
