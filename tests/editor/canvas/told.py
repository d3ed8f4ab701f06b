"""An engine without a worker: the real analysis of a PAL tape; states, costs and pictures are what a test says."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QImage

from editor.desk.desk import Desk
from editor.engine.analysis import Analysis
from editor.engine.wishes import NodeState, Shot, Wish
from graphs.document import NodeId
from nodes.clip import ClipInfo, Fields, Matrix, PixelFormat, SoundInfo
from nodes.media import Media, SoundStream, VideoStream
from runtime.compiled import compiled
from runtime.readings import NodeCost

PAL = ClipInfo(
    720,
    576,
    PixelFormat.parse("YUV422P8"),
    Fraction(25),
    250,
    sar=Fraction(16, 15),
    fields=Fields.TFF,
    matrix=Matrix.BT470BG,
    exact=True,
)


def tape(path: str) -> Media:
    sound = SoundStream(0, "pcm_s16le", SoundInfo(48000, 2, Fraction(10)))
    return Media(path, "avi", "the tape", 1, PAL.duration, (VideoStream(0, "ffv1", PAL, Fields.TFF),), (sound,))


class ToldEngine(QObject):
    analysed = Signal(object)
    pictured = Signal(str, object)
    costs_changed = Signal()
    node_state = Signal(str)
    worker_state = Signal(str, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.wishes: dict[str, Wish] = {}
        self.states: dict[NodeId, NodeState] = {}
        self.known_costs: dict[NodeId, NodeCost] = {}
        self.analyse()
        desk.changed.connect(self.analyse)
        desk.reset.connect(self.analyse)

    def analyse(self, _change: object = None) -> None:
        graph = self._desk.graph
        self.analysis = Analysis(graph, compiled(graph, self._desk.registry, tape, graph.nodes))
        self.analysed.emit(self.analysis)

    def want(self, view: str, wish: Wish | None) -> None:
        if wish is None:
            self.wishes.pop(view, None)
        else:
            self.wishes[view] = wish

    def state_of(self, node: NodeId) -> NodeState:
        return self.states.get(node, NodeState())

    def costs(self) -> dict[NodeId, NodeCost]:
        return self.known_costs

    def say(self, node: str, state: NodeState) -> None:
        self.states[NodeId(node)] = state
        self.node_state.emit(node)

    def paint(self, view: str, colour: str = "#3070c0") -> None:
        wish = self.wishes[view]
        image = QImage(176, 132, QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        self.pictured.emit(view, Shot(view, wish, 0, image, Fraction(1), 5.0, "print"))
