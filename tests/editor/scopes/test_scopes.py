"""What the scopes show is what the picture holds."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, Signal
from pytestqt.qtbot import QtBot

from editor.desk.playhead import Playhead
from editor.engine.wishes import Trouble, Wish
from editor.scopes.meters import height
from editor.scopes.panel import Scopes
from editor.scopes.traces import beyond, frame_of, histogram, targets, uv, vectors, waveform
from graphs.document import NodeId
from runtime.envelope import Level
from runtime.readings import SamplePlane, Samples

RED_75 = {"y": 65, "cb": 100, "cr": 212}  # EBU bars 75 %, 8 bits, BT.601


def plane(values: list[list[float]], kind: str = "H") -> SamplePlane:
    flat = array(kind, [value if kind == "f" else int(value) for row in values for value in row])  # type: ignore[arg-type, list-item]
    return SamplePlane(memoryview(flat), len(values[0]), len(values))


def flat(value: float, width: int = 8, height_: int = 6, kind: str = "H") -> SamplePlane:
    return plane([[value] * width] * height_, kind)


def yuv(y: float, cb: float, cr: float, bits: int = 8, *, full: bool = False, kind: str = "H") -> Samples:
    chroma = (flat(cb, 4, 6, kind), flat(cr, 4, 6, kind))
    return Samples((flat(y, kind=kind), *chroma), 720, 576, "yuv", bits, kind == "f", full, 6, 1, 0)


def test_a_waveform_counts_each_columns_levels() -> None:
    counts = waveform(np.asarray([[16, 235], [16, 40], [17, 300]], np.float32))
    assert counts.shape == (256, 2)
    assert counts[16, 0] == 2 and counts[17, 0] == 1
    assert counts[235, 1] == 1 and counts[40, 1] == 1 and counts[255, 1] == 1  # above the top counts as the top
    assert counts.sum() == 6


@pytest.mark.parametrize(
    "samples",
    [
        yuv(65, 100, 212),
        yuv(65 * 4, 400, 848, 10),
        yuv((65 - 16) / 219, (100 - 128) / 224, (212 - 128) / 224, 32, kind="f"),
    ],
    ids=["8 bits", "10 bits", "float"],
)
def test_bars_of_any_depth_hit_their_target(samples: Samples) -> None:
    frame = frame_of(samples)
    counts = vectors(frame, 256, 0.62)
    assert counts is not None
    row, column = (int(at[0]) for at in np.nonzero(counts))
    v, u = (place / 256 * 1.24 - 0.62 for place in (row, column))
    wanted = {name: (x, y) for name, x, y in targets()}["R"]
    assert math.hypot(u - wanted[0], v - wanted[1]) < 0.01
    r, g, b = (float(one.mean()) for one in frame.rgb())
    assert (round(r), round(g), round(b)) == pytest.approx((191, 0, 0), abs=2)
    assert abs(float(frame.luma.mean()) - 65) < 0.5


def test_the_targets_stand_at_the_angles_of_the_trade() -> None:
    angles = {name: math.degrees(math.atan2(v, u)) % 360 for name, u, v in targets()}
    for name, degrees in {"R": 103.5, "Mg": 60.7, "B": 347.1, "Cy": 283.5, "G": 240.7, "Yl": 167.1}.items():
        assert angles[name] == pytest.approx(degrees, abs=0.6)
    assert uv(0.0, 0.0) == (0.0, 0.0)


def test_illegal_levels_are_told() -> None:
    samples = Samples((plane([[10, 240, 100, 100]] * 2),), 4, 2, "gray", 8, False, False, None, 0, 0)
    assert beyond(frame_of(samples)) == (0.25, 0.25)
    legal = Samples(samples.planes, 4, 2, "gray", 8, False, True, None, 0, 0)
    assert beyond(frame_of(legal)) == (0.0, 0.0)
    assert vectors(frame_of(samples)) is None
    assert histogram(frame_of(samples).luma)[100] == 4


class FakeEngine(QObject):
    """Answers as the engine does: at once, with a red field."""

    analysed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, NodeId, Fraction]] = []
        self.answer: Samples | Trouble = yuv(**{"y": RED_75["y"], "cb": RED_75["cb"], "cr": RED_75["cr"]})
        self.analysis = SimpleNamespace(main_picture=lambda node: (node, "out"))

    def samples(
        self, view: str, node: NodeId, port: str, moment: Fraction, on_done: Callable[[object], None], **_: object
    ) -> bool:
        self.asked.append((view, node, moment))
        on_done(self.answer)
        return True


class FakeSound(QObject):
    changed = Signal()
    envelope = None
    start_s = 0.0
    failure = ""


@pytest.fixture
def rig(qtbot: QtBot) -> tuple[Scopes, FakeEngine, Playhead]:
    engine, playhead = FakeEngine(), Playhead()
    scopes = Scopes(engine, playhead, FakeSound())  # type: ignore[arg-type]
    qtbot.addWidget(scopes)
    scopes.resize(1000, 260)
    return scopes, engine, playhead


def test_the_scopes_follow_what_is_shown(qtbot: QtBot, rig: tuple[Scopes, FakeEngine, Playhead]) -> None:
    scopes, engine, playhead = rig
    scopes.set_nodes(NodeId("a"), None)
    playhead.seek(Fraction(1))
    qtbot.wait(60)
    assert engine.asked == []  # nobody looks: nothing is asked for
    scopes.show()
    qtbot.waitUntil(lambda: bool(engine.asked))
    assert engine.asked[-1] == ("scope:A", "a", Fraction(1))
    scopes.set_nodes(NodeId("a"), NodeId("b"))
    qtbot.waitUntil(lambda: engine.asked[-1][0] == "scope:B")
    assert "8 bit" in scopes.banks["B"].note.text()
    assert not scopes.banks["A"].isVisible()
    qtbot.keyClick(scopes._which, Qt.Key.Key_End)  # A and B
    qtbot.waitUntil(lambda: {view for view, _, _ in engine.asked[-2:]} == {"scope:A", "scope:B"})
    engine.answer = Trouble("scope:B", Wish(NodeId("b"), "out"), "broken")
    playhead.seek(Fraction(2))
    qtbot.waitUntil(lambda: scopes.banks["B"].note.text() == "")


@pytest.mark.parametrize("kind", ["luma", "parade", "yc"])
def test_every_kind_of_waveform_draws_bars_and_grey(
    qtbot: QtBot, rig: tuple[Scopes, FakeEngine, Playhead], kind: str
) -> None:
    scopes, engine, playhead = rig
    scopes.show()
    scopes.set_nodes(NodeId("a"), None)
    scopes.show_kind(kind)
    qtbot.waitUntil(lambda: bool(engine.asked))
    shown = [image for image in scopes.banks["A"].waveform._images if image.isVisible() and image.image is not None]
    assert len(shown) == (1 if kind == "luma" else 3)
    engine.answer = Samples((flat(100),), 8, 6, "gray", 8, False, False, None, 0, 0)
    playhead.seek(Fraction(3))
    qtbot.waitUntil(lambda: engine.asked[-1][2] == 3)
    shown = [image for image in scopes.banks["A"].waveform._images if image.isVisible()]
    assert len(shown) == (3 if kind == "parade" else 1)


def test_meters_reach_from_silence_to_full_scale() -> None:
    assert height(Level(0.0, -3.0).peak_db) == 1.0
    assert height(-60) == 0.0 == height(-120)
    assert height(-6) == pytest.approx(0.9)
