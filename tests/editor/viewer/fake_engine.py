"""An engine without a worker: the same signals and the real analysis, pictures painted by the tests."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QImage

from editor.desk.desk import Desk
from editor.engine.analysis import Analysis
from editor.engine.wishes import NodeState, Shot, Trouble, Wish
from graphs.document import Graph, Link, NodeDoc, NodeId
from nodes.clip import ClipInfo, Fields, Matrix, PixelFormat
from nodes.media import Media, VideoStream
from nodes.registry import default_registry
from runtime.compiled import compiled
from runtime.readings import NodeCost, Pixel

PAL = ClipInfo(
    720,
    576,
    PixelFormat.parse("YUV420P8"),
    Fraction(25),
    250,
    sar=Fraction(16, 15),
    fields=Fields.TFF,
    matrix=Matrix.BT470BG,
    exact=True,
)


def tape(clip: ClipInfo = PAL) -> Callable[[str], Media]:
    return lambda path: Media(path, "matroska", f"id of {path}", 1, clip.duration, (VideoStream(0, "ffv1", clip),))


def document() -> Graph:
    """A PAL tape, cropped, and deinterlaced to 50p."""
    return Graph.of(
        [
            NodeDoc(NodeId("source1"), "input.video", params={"file": "tape.mkv"}, label="Source"),
            NodeDoc(NodeId("crop1"), "geometry.crop", params={"left": 0, "right": 0, "top": 0, "bottom": 0}),
            NodeDoc(NodeId("bob1"), "deinterlace.bwdif", params={"rate": "double"}, label="Bob"),
        ],
        [Link.of("source1.out", "crop1.clip"), Link.of("source1.out", "bob1.clip")],
    )


class Played:
    """A run of frames that a test hands out one by one."""

    def __init__(self, wish: Wish, frames: range, on_frame: Callable[[Shot | Trouble], None]) -> None:
        self.wish, self.frames, self.on_frame = wish, frames, on_frame
        self.told: list[int] = []
        self.given = 0
        self.stopped = False

    @property
    def over(self) -> bool:
        return self.stopped or self.given == len(self.frames)

    def shown(self, frame: int) -> None:
        self.told.append(frame)

    def stop(self) -> None:
        self.stopped = True


class FakeEngine(QObject):
    """Signals as the real one's. Wishes are kept in `wishes`; `answer` gives one its picture."""

    analysed = Signal(object)
    pictured = Signal(str, object)
    costs_changed = Signal()
    node_state = Signal(str)
    worker_state = Signal(str, str)

    def __init__(self, desk: Desk, clip: ClipInfo = PAL) -> None:
        super().__init__()
        self._desk, self._probe = desk, tape(clip)
        self.wishes: dict[str, Wish] = {}
        self.played: list[Played] = []
        self.forgiven: list[NodeId | None] = []
        self.pixels: list[tuple[NodeId, Fraction, int, int]] = []
        self.made = 0
        self.compile()
        desk.changed.connect(self.compile)
        desk.reset.connect(self.compile)

    def compile(self) -> None:
        nodes = frozenset(self._desk.graph.nodes)
        self.analysis = Analysis(self._desk.graph, compiled(self._desk.graph, self._desk.registry, self._probe, nodes))
        self.analysed.emit(self.analysis)

    def want(self, view: str, wish: Wish | None) -> None:
        if wish is None:
            self.wishes.pop(view, None)
        else:
            self.wishes[view] = wish

    def forgive(self, node: NodeId | None = None) -> None:
        self.forgiven.append(node)

    def state_of(self, node: NodeId) -> NodeState:
        return NodeState()

    def costs(self) -> dict[NodeId, NodeCost]:
        return {}

    def cached_frames(self, node: NodeId, port: str) -> tuple[tuple[int, int], ...]:
        return ()

    def pixel(
        self,
        view: str,
        node: NodeId,
        port: str,
        moment: Fraction,
        x: int,
        y: int,
        on_done: Callable[[Pixel | Trouble], None],
        *,
        frame: int | None = None,
        look: str = "frame",
    ) -> bool:
        self.pixels.append((node, moment, x, y))
        on_done(Pixel(x, y, (81.0, 90.0, 240.0), (255, 0, 0), "yuv", 8, False, False))
        return True

    def play(self, view: str, wish: Wish, frames: range, on_frame: Callable[[Shot | Trouble], None]) -> Played:
        self.played.append(Played(wish, frames, on_frame))
        return self.played[-1]

    # ---- what tests do

    def frame_of(self, wish: Wish) -> int:
        return wish.frame if wish.frame is not None else self.analysis.frame_at(wish.node, wish.port, wish.moment)

    def shot(self, view: str, colour: str = "#808080", *, stand_in: bool = False, wish: Wish | None = None) -> Shot:
        wish = wish or self.wishes[view]
        place = self.analysis.places.of(wish.node, wish.port)
        info = self.analysis.clip(wish.node, wish.port)
        assert place is not None
        assert info is not None
        size = wish.region[2:] if wish.region else (wish.max_width or info.width, wish.max_height or info.height)
        image = QImage(*size, QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        return Shot(view, wish, self.frame_of(wish), image, info.sar, 1.0, place.fingerprint, stand_in)

    def answer(self, view: str, colour: str = "#808080", *, stand_in: bool = False) -> Shot:
        self.made += 1
        shot = self.shot(view, colour, stand_in=stand_in)
        self.pictured.emit(view, shot)
        return shot

    def give(self, run: int = -1, count: int = 1) -> None:
        """Hand out the next frames of a run."""
        played = self.played[run]
        for _ in range(count):
            frame = played.frames[played.given]
            played.given += 1
            played.on_frame(
                Shot("", played.wish, frame, QImage(2, 2, QImage.Format.Format_RGB32), Fraction(1), 1.0, "")
            )


def desk_with(graph: Graph | None = None) -> Desk:
    desk = Desk(default_registry())
    desk.open(graph if graph is not None else document(), name="Holiday")
    return desk
