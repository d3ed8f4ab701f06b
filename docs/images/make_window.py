"""Makes the docs' pictures of the window from a real session: `.venv/bin/python docs/images/make_window.py [NAME …]`.

Under X, on a virtual screen of its own where there is none (Xvfb). The tape is the bundled demo clip; its graph runs in
the real worker. Each scene below is one picture.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCREEN = (1920, 1080)
TAPE = ROOT / "graphs" / "demo" / "tape.mkv"
PATIENCE_S = 90
CLOGGED = """
def look(n, f):
    raise RuntimeError("the heads are clogged")

clip = clip.std.ModifyFrame(clip, look)
"""


class Session:
    """A window on a screen, and what to do with it."""

    def __init__(self, folder: Path) -> None:
        sys.path.insert(0, str(ROOT))
        from editor.dressing import application, dress
        from editor.settings import Settings
        from editor.window.window import Window
        from nodes.registry import default_registry
        from tests.editor.answers import Answers

        self.app = application()
        self.settings = Settings(folder / "settings.json")
        dress(self.app, self.settings)
        self.folder = folder
        self.window = Window(self.settings, default_registry(), Answers(keep="discard", yes=True))
        self.window.setGeometry(0, 0, *SCREEN)
        self.window.show()
        self.until(lambda: self.window.parts is not None)
        self.tape = folder / "Holiday 1994.mkv"
        shutil.copyfile(TAPE, self.tape)

    @property
    def parts(self):  # type: ignore[no-untyped-def]
        assert self.window.parts is not None
        return self.window.parts

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.app.processEvents()
            time.sleep(0.01)

    def until(self, what: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        end = time.monotonic() + patience_s
        while not what():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get so far")
            self.wait(0.05)
        self.wait(0.3)

    def settled(self) -> bool:
        """Whether every card has its picture, and the viewer its own."""
        states = {str(self.parts.engine.state_of(node).state) for node in self.window.desk.graph.nodes}
        shots = [slot.shot for slot in self.parts.viewer.slots.values() if slot.node is not None]
        return "computing" not in states and all(shot is not None and not shot.stand_in for shot in shots)

    def open_tape(self) -> None:
        """The demo's graph, as far as it is somebody's who has worked on it for an evening."""
        from graphs.document import NodeId
        from graphs.files import load
        from runtime.opening import found

        graph = load(ROOT / "graphs" / "demo" / "demo.graph")
        graph = found(graph, ROOT / "graphs" / "demo", self.window.desk.registry)
        source = next(node for node in graph.nodes.values() if node.type == "input.video")
        graph = graph.with_node(source.with_param("file", str(self.tape)))
        self.window.desk.open(graph, None, "Holiday 1994", saved=True)
        self.until(lambda: self.parts.engine.analysis.graph is self.window.desk.graph)
        self.window.desk.select([NodeId("levels1")], NodeId("levels1"))
        self.window.playhead.seek(Fraction(62, 25))
        self.until(self.settled)
        self.window.playhead.set_span(Fraction(1, 2), Fraction(4))
        self.parts.canvas.zoom_to_fit()
        self.wait(4)
        self.until(self.settled)

    def picture(self, name: str) -> None:
        self.wait(0.6)
        import io

        from PIL import Image
        from PySide6.QtCore import QBuffer, QIODevice

        held = QBuffer()
        held.open(QIODevice.OpenModeFlag.WriteOnly)
        self.app.primaryScreen().grabWindow(0).save(held, "PNG")  # type: ignore[call-overload]
        with Image.open(io.BytesIO(bytes(held.data().data()))) as shot:
            shot.convert("RGB").save(HERE / f"{name}.jpg", quality=88, subsampling=0, optimize=True)
        print(HERE / f"{name}.jpg")

    def close(self) -> None:
        self.window.close()
        self.wait(0.2)


def start_page(session: Session) -> None:
    if not session.window.on_start_page:
        session.window.actions_.get("file.start").trigger()
    session.wait(3)
    session.picture("start")


def chain(session: Session) -> None:
    session.open_tape()
    session.picture("editor")


def wipe(session: Session) -> None:
    session.open_tape()
    session.window.layout_.fill_with("viewer")
    session.parts.viewer.set_manner(safe=False, wipe=0.42)
    session.wait(1)
    session.until(session.settled)
    session.picture("wipe")
    session.window.layout_.fill_with("viewer")


def scopes(session: Session) -> None:
    session.open_tape()
    session.parts.scopes.show_kind("parade")
    session.window.layout_.fill_with("scopes")
    session.wait(2)
    session.picture("scopes")
    session.window.layout_.fill_with("scopes")
    session.parts.scopes.show_kind("luma")


def queue(session: Session) -> None:
    from editor.renders.ordering import request
    from graphs.document import NodeId
    from runtime.jobs.queue.order import Order

    session.open_tape()
    wanted = request(session.window.desk, session.parts.engine.analysis, session.window.playhead)
    for name, target in (
        ("Holiday 1994", "holiday.mkv"),
        ("Holiday 1994, archive", "missing/x.mkv"),
        ("Wedding 1989", "w.mkv"),
    ):
        node = wanted.graph.nodes[NodeId("encode1")].with_param("file", str(session.folder / target))
        session.parts.line.add(replace(Order(name, wanted.graph.with_node(node)), source=str(session.tape)))
    session.until(lambda: any(job.share > 0.35 for job in session.parts.line.jobs))
    session.picture("queue")
    for job in session.parts.line.jobs:
        session.parts.line.cancel(job.id)
    session.until(lambda: not session.parts.line.busy)
    session.parts.line.clear()


def error(session: Session) -> None:
    """A node whose filter fails on a frame."""
    from graphs.document import NodeDoc, NodeId
    from graphs.edits import InsertOnWire

    session.open_tape()
    kind = session.window.desk.registry.types["utility.script"]
    code = CLOGGED
    node = NodeDoc(NodeId("own1"), kind.id, kind.version, {"code": code}, label="Own repair", position=(1050, 640))
    target = next(
        link.target for link in session.window.desk.graph.links if link.target == (NodeId("sharpness1"), "clip")
    )
    session.window.desk.do(InsertOnWire(target, node, "clip", "out"), "insert")
    session.parts.trust.grant()
    session.wait(4)
    session.parts.viewer.show_node(NodeId("own1"), "B")
    session.window.desk.select([NodeId("own1")], NodeId("own1"))
    session.wait(4)
    session.picture("error")


def light(session: Session) -> None:
    session.open_tape()
    session.window.actions_.get("theme.toggle").trigger()
    session.wait(2)
    session.picture("light")
    session.window.actions_.get("theme.toggle").trigger()
    session.wait(1)


def large(session: Session) -> None:
    """Two hundred and ten nodes: fifteen tapes, each with a chain of its own."""
    from graphs.document import Graph, Link, NodeDoc, NodeId
    from graphs.files import load

    source = load(ROOT / "graphs" / "demo" / "demo.graph")
    nodes: list[NodeDoc] = []
    links: list[Link] = []
    for number in range(15):
        for node in source.nodes.values():
            x, y = node.position
            made = replace(
                node, id=NodeId(f"{node.id}_{number}"), position=(x + number % 3 * 2200, y + number // 3 * 900)
            )
            nodes.append(made.with_param("file", str(session.tape)) if node.type == "input.video" else made)
        for link in source.links:
            (a, out), (b, into) = link.source, link.target
            links.append(Link((NodeId(f"{a}_{number}"), out), (NodeId(f"{b}_{number}"), into)))
    session.window.desk.open(Graph.of(nodes, links), None, "Shoebox", saved=True)
    session.until(lambda: session.parts.engine.analysis.graph is session.window.desk.graph)
    session.parts.canvas.zoom_to_fit()
    session.wait(25)
    session.picture("large")


def models(session: Session) -> None:
    """The shelf: two models are there, one is being fetched (from a server of our own, slowly), one waits."""
    from graphs.document import NodeId
    from runtime.models.getting import bring_own
    from runtime.models.store import Shelf
    from tests.runtime.models.shelves import crawling

    demo = ROOT / "graphs" / "demo" / "models" / "demo-upscale-2x.onnx"
    shelf = Shelf()
    bring_own(shelf, demo, "tape-x2", title="My tape 2×")
    with crawling(shelf, "realesrgan-x4plus", "span-x2", size=67_040_989, per_s=2_500_000) as slow:
        session.open_tape()
        session.parts.shelf.models.shelf = lambda: slow
        session.parts.shelf.show_panel("", "realesrgan-x4plus")
        session.until(lambda: session.parts.shelf.models.loaded)
        panel = session.parts.shelf.panel
        panel.move(430, 190)
        panel.choose("realesrgan-x4plus")
        session.parts.shelf.models.get("realesrgan-x4plus")
        session.parts.shelf.models.get("span-x2")
        session.until(lambda: (session.parts.shelf.models.job("realesrgan-x4plus").share or 0) > 0.28)
        session.window.desk.select([NodeId("levels1")], NodeId("levels1"))
        panel.raise_()
        session.picture("models")
        for name in ("span-x2", "realesrgan-x4plus"):
            session.parts.shelf.models.cancel(name)
        session.until(lambda: not session.parts.shelf.models.busy)
        panel.close()


def capture(session: Session) -> None:
    """A test deck is recorded, with a real ffmpeg in real time: seven frames go missing, a stretch is blank."""
    from capture.decks.listing import analog_input
    from capture.decks.listing import devices as decks
    from editor.capture import finding

    faults = analog_input("--faults", "drop 7 @ 14; black 4 @ 24", deck="pal")
    finding._test_decks = lambda: tuple(replace(one, source=faults) if one.id == "deck:pal" else one for one in decks())
    os.environ["HOME"] = str(session.folder)
    session.settings.set("capture", {"folder": "~/Videos"})
    if session.window.on_start_page:
        session.open_tape()
    capture = session.parts.capture
    session.window.actions_.get("file.capture").trigger()
    panel = capture.panel
    panel.move((SCREEN[0] - panel.width()) // 2, (SCREEN[1] - panel.height()) // 2)
    session.until(lambda: not capture.finding.busy)
    panel.form.try_button.click()
    session.until(lambda: panel.picture.image is not None)
    panel.form.name.setText("Holiday 1994")
    panel.record()
    session.until(lambda: capture.taping.standing.elapsed_s > 34)
    panel.picture.warn("")
    session.picture("capture")
    panel.stop()
    session.until(lambda: capture.taping.standing.done is not None)
    panel.close()
    session.window.actions_.get("capture.decks").trigger()


SCENES = {one.__name__: one for one in (start_page, chain, wipe, scopes, queue, error, light, large, models, capture)}


def main(names: list[str]) -> int:
    if not os.environ.get("DISPLAY") and os.environ.get("QT_QPA_PLATFORM") is None:
        screen = f"-screen 0 {SCREEN[0]}x{SCREEN[1]}x24"
        return subprocess.call(["xvfb-run", "-a", "-s", screen, sys.executable, __file__, *names])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TAPELOOM_DATA"] = str(Path(folder) / "data")
        os.environ["TAPELOOM_CACHE"] = str(Path(folder) / "cache")
        session = Session(Path(folder))
        for name in names or list(SCENES):
            SCENES[name](session)
        session.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
