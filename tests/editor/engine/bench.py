"""An engine on its desk, and what its views are told: for tests with the real worker."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction

from pytestqt.qtbot import QtBot

from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.engine.engine import Engine
from editor.engine.wishes import Shot, Trouble, Wish
from graphs.document import Graph, Json, Link, NodeDoc, NodeId
from graphs.edits import SetParams
from nodes.registry import default_registry
from runtime.session import Session

PATIENCE_MS = 60_000


def node(name: str, kind: str, **params: Json) -> NodeDoc:
    return NodeDoc(NodeId(name), kind, default_registry().types[kind].version, params)


def graph(*nodes: NodeDoc, wires: str = "") -> Graph:
    """`wires` like `tape > levels > file`: from the first output into the first input."""
    by_id = {one.id: one for one in nodes}
    links = []
    for line in wires.split(","):
        names = [NodeId(name.strip()) for name in line.split(">") if name.strip()]
        for source, target in itertools.pairwise(names):
            types = default_registry().types
            out = next(iter(types[by_id[source].type].outputs))
            port = next(iter(types[by_id[target].type].inputs))
            links.append(Link((source, out), (target, port)))
    return Graph.of(nodes, links)


def tape(name: str = "tape") -> NodeDoc:
    return node(name, "input.pattern", picture="motion", standard="pal", seconds=4)


class Bench:
    """Notes every picture. `wait` fails the test after a minute."""

    def __init__(self, qtbot: QtBot, session: Session | None = None) -> None:
        self.qtbot = qtbot
        self.desk, self.playhead = Desk(default_registry()), Playhead()
        self.engine = Engine(self.desk, self.playhead, session=session)
        self.told: list[Shot | Trouble] = []
        self.workers: list[tuple[str, str]] = []
        self.engine.pictured.connect(lambda _view, what: self.told.append(what))
        self.engine.worker_state.connect(lambda state, text: self.workers.append((state, text)))

    def open(self, document: Graph) -> None:
        """Another document; what was told of the last one is forgotten."""
        for view in {what.view for what in self.told}:
            self.engine.want(view, None)
        self.desk.open(document)
        self.engine.start()
        self.wait(lambda: self.engine.analysis.graph is document)
        self.told.clear()

    def wait(self, until: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(until()), timeout=PATIENCE_MS)

    def want(self, view: str, node: str, frame: int | None = None, **more: object) -> None:
        self.engine.want(view, Wish(NodeId(node), "", Fraction(1), frame=frame, **more))  # type: ignore[arg-type]

    def set(self, node: str, **params: Json) -> None:
        assert self.desk.do(SetParams(NodeId(node), params), "edit")

    def of(self, view: str) -> list[Shot | Trouble]:
        return [what for what in self.told if what.view == view]

    def true(self, view: str) -> Shot | None:
        """The last that this view was told, if it is a picture of the graph as it is."""
        newest = next(iter(reversed(self.of(view))), None)
        if not isinstance(newest, Shot) or newest.stand_in or self.engine.analysis.graph is not self.desk.graph:
            return None
        output = self.engine.analysis.main_picture(newest.wish.node)
        place = self.engine.analysis.places.of(*output) if output else None
        return newest if place is not None and place.fingerprint == newest.fingerprint else None

    def see(self, view: str) -> Shot:
        """Wait for the true picture."""
        self.wait(lambda: self.true(view))
        found = self.true(view)
        assert found is not None
        return found

    def trouble(self, view: str) -> Trouble:
        def last() -> Trouble | None:
            told = self.of(view)
            return told[-1] if told and isinstance(told[-1], Trouble) else None

        self.wait(last)
        found = last()
        assert found is not None
        return found


def grey(shot: Shot, x: float = 0.5, y: float = 0.5) -> int:
    colour = shot.image.pixelColor(int(shot.image.width() * x), int(shot.image.height() * y))
    return (colour.red() + colour.green() + colour.blue()) // 3
