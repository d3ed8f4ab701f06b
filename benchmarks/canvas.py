"""What the canvas costs: opening, panning, dragging and live thumbnails with 500 nodes, beside a bare QGraphicsView.

    python -m benchmarks.canvas [--nodes 500] [--rounds 20] [--shots 50]

- **ours**: editor/canvas in a window of 1280x800, drawn by the processor (offscreen platform, raster).
- **bare**: a QGraphicsView of as many rounded rectangles and curves in the same places, nothing else on it.

Times are CPU milliseconds of the whole process for one paint, the median and the worst of the rounds; both are
measured in turn in the same run, since machines differ. Targets: a paint ≤ 16.7 ms at any zoom, opening < 1.5 s, and 50
thumbnails at 10 Hz without a block > 50 ms.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainterPath, QPen
from PySide6.QtWidgets import QApplication, QGraphicsPathItem, QGraphicsScene, QGraphicsView, QWidget

from editor import theme
from editor.canvas import Canvas
from editor.canvas.wire import curve
from editor.desk.desk import Desk
from editor.engine.wishes import Shot, Wish
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.upgrade import defaults
from nodes.registry import default_registry

FRAME_MS = 16.7
ZOOMS = (0.12, 0.2, 0.33, 0.35, 0.5, 0.75, 1.0, 1.5)
TYPES = ("clean.bm3d", "colour.levels", "geometry.crop", "colour.gamma", "sound.gain", "clean.dropout", "scale.resize")


def document(count: int) -> Graph:
    """Rows of 25 nodes, wired along and, here and there, across."""
    dice, registry = random.Random(5), default_registry()
    nodes, links = [], []
    for at in range(count):
        kind = registry.types["input.video" if at % 25 == 0 else TYPES[at % len(TYPES)]]
        place = (at % 25 * 246.0, at // 25 * 262.0)
        nodes.append(NodeDoc(NodeId(f"n{at}"), kind.id, kind.version, defaults(kind), position=place))
        sound = kind.id == "sound.gain"
        if at % 25 and sound:
            links.append(Link.of(f"n{at - at % 25}.sound", f"n{at}.audio"))
        elif at % 25:
            before = at - 2 if nodes[at - 1].type == "sound.gain" else at - 1
            links.append(Link.of(f"n{before}.out", f"n{at}.clip"))
            if dice.random() < 0.2 and at > 30 and nodes[at - 25].type != "sound.gain" and "mask" in kind.inputs:
                links.append(Link.of(f"n{at - 25}.out", f"n{at}.mask"))
    return Graph.of(nodes, links)


def bare(graph: Graph) -> QGraphicsView:
    scene = QGraphicsScene()
    for node in graph.nodes.values():
        path = QPainterPath()
        path.addRoundedRect(QRectF(0, 0, 192, 222), 8, 8)
        item = QGraphicsPathItem(path)
        item.setBrush(QColor("#1b1f25"))
        item.setPen(QPen(QColor("#3a414d"), 1))
        item.setPos(*node.position)
        item.setZValue(1)
        item.setFlag(QGraphicsPathItem.GraphicsItemFlag.ItemIsMovable)
        scene.addItem(item)
    for link in graph.links:
        one, other = graph.nodes[link.source[0]].position, graph.nodes[link.target[0]].position
        wire = QGraphicsPathItem(curve(QPointF(one[0] + 192, one[1] + 186), QPointF(other[0], other[1] + 186)))
        wire.setPen(QPen(QColor("#f2b84b"), 2.1))
        scene.addItem(wire)
    view = QGraphicsView(scene)
    scene.setParent(view)
    view.setRenderHint(view.renderHints().Antialiasing)
    view.setBackgroundBrush(QColor("#111317"))
    view.resize(1280, 800)
    view.show()
    return view


def took(do: Callable[[], object]) -> float:
    """CPU milliseconds."""
    start = time.process_time()
    do()
    return (time.process_time() - start) * 1000


def told(values: list[float]) -> str:
    return f"{statistics.median(values):6.1f} ms (worst {max(values):5.1f})"


def settle(app: QApplication, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.002)


def panned(port: QWidget, move: Callable[[float], object], rounds: int) -> list[float]:
    def step(by: float) -> None:
        move(by)
        port.repaint()

    return [took(partial(step, 9.0 if at % 2 else -7.0)) for at in range(rounds)]


def dragged(app: QApplication, port: QWidget, at: QPointF, rounds: int) -> list[float]:
    """Press on what lies at a point, and move it; each step is painted."""

    def send(kind: QEvent.Type, spot: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        keys = Qt.KeyboardModifier.NoModifier
        app.sendEvent(port, QMouseEvent(kind, spot, port.mapToGlobal(spot), button, held, keys))
        app.processEvents()

    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    send(QEvent.Type.MouseButtonPress, at, left, left)
    send(QEvent.Type.MouseMove, at + QPointF(9, 9), none, left)
    times = [
        took(lambda step=step: send(QEvent.Type.MouseMove, at + QPointF(10 + 3 * step, 10 + 2 * step), none, left))  # type: ignore[misc]
        for step in range(rounds)
    ]
    send(QEvent.Type.MouseButtonRelease, at + QPointF(10, 10), left, none)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--nodes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--shots", type=int, default=50)
    options = parser.parse_args()
    app = QApplication.instance() or QApplication(sys.argv)
    assert isinstance(app, QApplication)
    theme.fonts.load()
    theme.apply(app)
    graph = document(options.nodes)
    print(f"{len(graph.nodes)} nodes, {len(graph.links)} wires, 1280x800")
    late = False

    desk = Desk(default_registry())
    desk.open(graph)
    made: list[Canvas] = []

    def open_ours() -> None:
        canvas = Canvas(desk)
        canvas.resize(1280, 800)
        canvas.show()
        app.processEvents()
        canvas.view.viewport().repaint()
        made.append(canvas)

    def open_bare() -> None:
        view = bare(graph)
        app.processEvents()
        view.viewport().repaint()
        others.append(view)

    others: list[QGraphicsView] = []
    ours_open, bare_open = took(open_ours), took(open_bare)
    print(f"open          ours {ours_open:6.0f} ms   bare {bare_open:6.0f} ms   ×{ours_open / bare_open:.1f}")
    late |= ours_open > 1500
    canvas, other = made[0], others[0]
    view, port = canvas.view, canvas.view.viewport()
    image = QImage(176, 132, QImage.Format.Format_RGB32)
    image.fill(QColor("#5070a0"))
    wish = Wish(NodeId("n0"), "out")
    for node in graph.nodes:
        canvas.thumbnails._pictured(f"thumb:{node}", Shot(f"thumb:{node}", wish, 0, image, Fraction(1), 1.0, ""))

    for zoom in ZOOMS:
        view.zoom_by(zoom / view.zoom)
        centre = view.seen_rect().center()
        view.pan_by((centre.x() - 2900) * zoom, (centre.y() - 2500) * zoom)
        settle(app, 0.5)
        for _ in range(30):  # every card that is seen has been drawn at this zoom
            view.pan_by(1, 0)
            port.repaint()
        ours = panned(port, lambda by: view.pan_by(by, by / 2), options.rounds)
        other.resetTransform()
        other.scale(zoom, zoom)
        other.centerOn(2900, 2500)
        app.processEvents()
        bar = other.horizontalScrollBar()
        theirs = panned(other.viewport(), lambda by, bar=bar: bar.setValue(bar.value() + int(by)), options.rounds)  # type: ignore[misc]
        cards = [card for card in canvas.mirror.cards.values() if view.seen_rect().intersects(card.rect())]
        spot = view.to_view(cards[len(cards) // 2].pos() + QPointF(60, 12))
        drag = dragged(app, port, spot, options.rounds)
        desk.undo()
        ratio = statistics.median(ours) / max(0.01, statistics.median(theirs))
        print(
            f"zoom {zoom:4.2f}  {len(cards):3} cards   pan ours {told(ours)}   bare {told(theirs)}  ×{ratio:.2f}"
            f"   drag ours {told(drag)}"
        )
        late |= statistics.median(ours) > FRAME_MS or statistics.median(drag) > FRAME_MS

    view.zoom_by(0.5 / view.zoom)
    settle(app, 0.5)
    wheel = [
        took(lambda step=step: (view.zoom_by(1.12 if step % 8 < 4 else 1 / 1.12), port.repaint()))  # type: ignore[misc]
        for step in range(options.rounds * 2)
    ]
    print(f"wheel from 0.5 to 0.8         {told(wheel)}")
    view._sharpen()
    sharp = [took(lambda: (view._pay(), port.repaint())) for _ in range(20)]
    print(f"sharp again, each paint       {told(sharp)}")
    late |= statistics.median(wheel) > FRAME_MS or max(sharp) > 50

    settle(app, 0.3)
    seen = [card for card in canvas.mirror.cards.values() if view.seen_rect().intersects(card.rect())][: options.shots]
    blocks = []
    for turn in range(10):
        image = image.copy()
        image.fill(QColor.fromHsv(turn * 30, 120, 150))

        def deliver(image: QImage = image) -> None:
            for card in seen:
                name = f"thumb:{card.node}"
                canvas.thumbnails._pictured(name, Shot(name, wish, 0, image, Fraction(1), 1.0, ""))
            app.processEvents()

        blocks.append(took(deliver))
    print(f"{len(seen)} thumbnails at once         {told(blocks)}")
    late |= max(blocks) > 50
    print("LATE" if late else "all within their targets")
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
