"""How long from an edit in the window to its picture on the screen, and what stays behind after many of them.

    python -m benchmarks.editor [--edits 20] [--memory [--short]]

A tape behind QTGMC (Medium, as in benchmarks.preview) and behind it a node that costs next to nothing, in a real engine
with the real worker; an offscreen widget paints what it is given.

- **cheap edit**: a param of the node behind QTGMC is changed as a form changes it, until the widget has painted the new
  picture. Beside it, in turns of ten edits, as a slider makes them: **bare**, the new node as the exported script has
  it and the same conversion for the screen in this very process, with everything upstream alive; **bare at once**, the
  same with what our worker does to be quick (std.Expr for akarin.Expr, QTGMC's last frames kept), so that what is left
  is the way through two processes and Qt; and **whole script**, every line evaluated again for the same frame.
  Targets: ours ≤ 1.3 × bare, and ≥ 50 × faster than the whole script.
- **dear edit**: a param of QTGMC itself, until its stand-in is painted: CPU ms of the window and the worker together
  (at most 100); and until the true picture is.
- **memory** (--memory): 1,000 edits and 10,000 previews (--short: a tenth), the worker's and the window's memory in
  five stretches; the last must not be above the second by more than 8 MB (worker: 32 MB).
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.engine.engine import Engine
from editor.engine.wishes import Shot, Trouble, Wish
from graphs.document import Graph, Json, Link, NodeDoc, NodeId
from graphs.edits import SetParams
from nodes.registry import default_registry
from runtime.at_once import AtOnce
from runtime.compiled import compiled, index_files
from runtime.script import script_text
from runtime.session import Session
from runtime.sources import prober

TAPE = Path(__file__).parent.parent / "graphs" / "demo" / "tape.mkv"
MOMENTS = (Fraction(1), Fraction(2), Fraction(3))
MOST_TIMES_BARE, LEAST_TIMES_FASTER, MOST_STAND_IN_MS = 1.3, 50.0, 100.0
PATIENCE_S = 120.0
DRAG = 10
"""Edits in a row, as a slider makes them, before it is the next peer's turn."""

SOURCE, DEAR, CHEAP = NodeId("source"), NodeId("qtgmc"), NodeId("levels")
CHEAP_LINE = "# levels · Levels"
Figures = list[tuple[float, float]]  # wall ms, CPU ms


def document(white: float = 199.0, thsad: int = 0) -> Graph:
    registry = default_registry()

    def node(name: NodeId, kind: str, params: dict[str, Json]) -> NodeDoc:
        return NodeDoc(name, kind, registry.types[kind].version, params)

    nodes = [
        node(SOURCE, "input.video", {"file": str(TAPE)}),
        node(DEAR, "deinterlace.qtgmc", {"preset": "medium", "basic_thsad": thsad}),
        node(CHEAP, "colour.levels", {"in_white": white}),
    ]
    return Graph.of(nodes, [Link.of("source.out", "qtgmc.clip"), Link.of("qtgmc.out", "levels.clip")])


class Screen(QWidget):
    """Paints the newest picture, as a viewer does."""

    def __init__(self) -> None:
        super().__init__()
        self.image = QImage()
        self.painted = 0
        self.resize(720, 576)
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.drawImage(0, 0, self.image)
        painter.end()
        self.painted += 1


class Window:
    """An engine and a screen, driven by the real event loop."""

    def __init__(self, app: QApplication) -> None:
        self.app = app
        self.desk, self.playhead = Desk(default_registry()), Playhead()
        self.engine = Engine(self.desk, self.playhead)
        self.screen = Screen()
        self.newest: Shot | None = None
        self.engine.pictured.connect(self._pictured)
        self.desk.open(document())
        self.engine.start()

    def _pictured(self, _view: str, what: Shot | Trouble) -> None:
        if isinstance(what, Trouble):
            sys.exit(what.message)
        self.newest, self.screen.image = what, what.image
        self.screen.repaint()  # at once, as update() would after this event

    def until(self, done: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while not done():
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if time.monotonic() > give_up:
                sys.exit("no picture came")

    def shows(self, *, true: bool = True) -> bool:
        """Whether the newest picture is of the graph as it is."""
        if self.newest is None or self.engine.analysis.graph is not self.desk.graph:
            return False
        if self.newest.stand_in:
            return not true
        place = self.engine.analysis.places.of(CHEAP, "out")
        return place is not None and place.fingerprint == self.newest.fingerprint

    def see(self, moment: Fraction) -> bytes:
        if self.newest is None or self.newest.wish.moment != moment:
            self.newest = None
            self.engine.want("A", Wish(CHEAP, "out", moment))
        self.until(self.shows)
        assert self.newest is not None
        image = self.newest.image
        return b"".join(bytes(image.constScanLine(y))[: image.width() * 4] for y in range(image.height()))

    def edit(self, node: NodeId, *, true: bool = True, **params: Json) -> None:
        self.newest = None
        self.desk.do(SetParams(node, params), "edit")
        self.until(lambda: self.shows(true=true))

    def cpu_s(self) -> float:
        session = self.engine.session
        assert session is not None
        times = psutil.Process(session.worker_pid).cpu_times()
        return float(times.user + times.system) + time.process_time()


class Bare:
    """The exported script in this process, without any of our machinery. `at_once`: with the worker's shortcuts."""

    def __init__(self, session: Session, whites: list[float], *, at_once: bool = False) -> None:
        import vapoursynth as vs

        vs.core.max_cache_size = 1024
        self._at_once = AtOnce() if at_once else None
        # written beforehand: what is bare does not compile
        self._texts = {white: self._text(document(white), session) for white in whites}
        self._space: dict[str, object] = {}
        exec(self._texts[whites[0]].partition(CHEAP_LINE)[0], self._space)
        above = self._space["qtgmc"]
        assert isinstance(above, vs.VideoNode)
        if at_once:
            above.std.SetVideoCache(mode=1)

    def _text(self, graph: Graph, session: Session) -> str:
        made = compiled(graph, default_registry(), prober(session), [CHEAP])
        text = script_text(self._at_once(made.plan) if self._at_once else made.plan).text
        (index,) = index_files(made.plan.files).values()
        text = text.replace("VideoSource(", f"VideoSource(cachemode=4, cachepath={index!r}, source=")
        assert CHEAP_LINE in text
        return text.replace("levels.set_output()", "")

    def edited(self, white: float, frame: int) -> bytes:
        space = dict(self._space)
        exec(self._texts[white].partition(CHEAP_LINE)[2], space)
        return self._shown(space, frame)

    def whole(self, white: float, frame: int) -> bytes:
        space: dict[str, object] = {}
        exec(self._texts[white], space)
        return self._shown(space, frame)

    @staticmethod
    def _shown(space: dict[str, object], frame: int) -> bytes:
        import vapoursynth as vs

        clip = space["levels"]
        assert isinstance(clip, vs.VideoNode)
        rgb = clip.resize.Bilinear(format=vs.RGB24).vszip.PackRGB()
        with rgb.get_frame(frame) as made:
            return bytes(memoryview(made[0]).tobytes())


def timed(call: Callable[[], object], cpu_s: Callable[[], float]) -> tuple[float, float]:
    cpu, wall = cpu_s(), time.perf_counter()
    call()
    return (time.perf_counter() - wall) * 1000, (cpu_s() - cpu) * 1000


def cheap_edits(window: Window, edits: int) -> dict[str, Figures]:
    session = window.engine.session
    assert session is not None
    whites = [200.0 + number / 8 for number in range((edits + 1) * len(MOMENTS))]
    bare, at_once = Bare(session, whites), Bare(session, whites, at_once=True)
    took: dict[str, Figures] = {"ours": [], "bare": [], "bare at once": [], "whole script": []}
    left = iter(whites)
    for moment in MOMENTS:
        frame, white = int(moment * 50), next(left)
        window.edit(CHEAP, in_white=white)
        if not window.see(moment) == bare.edited(white, frame) == at_once.edited(white, frame):  # also warms them
            sys.exit("ours and bare are not the same picture")
        for start in range(0, edits, DRAG):
            drag = [next(left) for _ in range(min(DRAG, edits - start))]
            for white in drag:
                took["ours"].append(timed(lambda white=white: window.edit(CHEAP, in_white=white), window.cpu_s))  # type: ignore[misc]
            for name, peer in (("bare", bare), ("bare at once", at_once)):
                for white in drag:
                    call = partial(peer.edited, white, frame)
                    took[name].append(timed(call, time.process_time))
            took["whole script"].append(timed(partial(bare.whole, drag[0], frame), time.process_time))
    return took


def dear_edits(window: Window, edits: int) -> dict[str, Figures]:
    took: dict[str, Figures] = {"stand-in": [], "true": []}
    for number in range(edits):
        window.until(lambda: window.shows())
        thsad = 300 + number
        took["stand-in"].append(timed(lambda: window.edit(DEAR, true=False, basic_thsad=thsad), window.cpu_s))  # noqa: B023
        took["true"].append(timed(lambda: window.until(window.shows), window.cpu_s))
    return took


def memory(window: Window, edits: int, previews: int) -> bool:
    """Edits with previews in between; whether the last stretch holds no more than the second."""
    session = window.engine.session
    assert session is not None
    window.engine.limit_cache(64 << 20)
    held: list[tuple[float, float]] = []
    for stretch in range(5):
        for number in range(edits // 5):
            window.edit(CHEAP, in_white=150.0 + (stretch * edits + number) / 50)
            for preview in range(previews // edits):
                window.see(Fraction((7 * number + preview) % 200, 50))  # all new: the edit has changed every frame
        worker = psutil.Process(session.worker_pid).memory_info().rss / 1e6
        held.append((psutil.Process().memory_info().rss / 1e6, worker))
        print(f"after {(stretch + 1) * (edits // 5):5} edits: window {held[-1][0]:7.1f} MB, worker {worker:7.1f} MB")
    return held[-1][0] - held[1][0] <= 8 and held[-1][1] - held[1][1] <= 32


def table(took: dict[str, Figures]) -> dict[str, float]:
    print(f"{'':14}{'median ms':>12}{'worst ms':>12}{'mean CPU ms':>14}{'times':>8}")
    for name, times in took.items():
        walls, cpus = zip(*times, strict=True)
        row = (statistics.median(walls), max(walls), statistics.fmean(cpus))
        print(f"{name:14}{row[0]:12.2f}{row[1]:12.2f}{row[2]:14.2f}{len(times):8}")
    return {name: statistics.median(wall for wall, _ in times) for name, times in took.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--edits", type=int, default=20, help="edits at each of three frames")
    parser.add_argument("--memory", action="store_true", help="1,000 edits and 10,000 previews instead")
    parser.add_argument("--short", action="store_true", help="a tenth of that")
    args = parser.parse_args()
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TAPELOOM_CACHE"] = folder
        window = Window(app)
        try:
            window.see(MOMENTS[0])
            if args.memory:
                tenth = 10 if args.short else 1
                return 0 if memory(window, 1000 // tenth, 10_000 // tenth) else 1
            cheap = table(cheap_edits(window, args.edits))
            window.see(MOMENTS[0])
            dear = dear_edits(window, max(3, args.edits // 4))
            table(dear)
        finally:
            window.engine.close()
    times_bare, times_faster = cheap["ours"] / cheap["bare"], cheap["whole script"] / cheap["ours"]
    stand_in = statistics.median(cpu for _, cpu in dear["stand-in"])
    print(f"ours / bare            {times_bare:7.2f}   (at most {MOST_TIMES_BARE})")
    print(f"ours - bare at once    {cheap['ours'] - cheap['bare at once']:7.2f} ms")
    print(f"whole script / ours    {times_faster:7.1f}   (at least {LEAST_TIMES_FASTER:g})")
    print(f"CPU ms to a stand-in   {stand_in:7.1f}   (at most {MOST_STAND_IN_MS:g})")
    good = times_bare <= MOST_TIMES_BARE and times_faster >= LEAST_TIMES_FASTER and stand_in <= MOST_STAND_IN_MS
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
