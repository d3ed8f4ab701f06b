"""The timeline under real mouse and key events, over a small engine of the test's own."""

from collections.abc import Iterator
from fractions import Fraction

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from editor.actions.actions import Actions
from editor.desk.playhead import Playhead
from editor.timeline import strip
from editor.timeline.at_hand import common
from editor.timeline.commands import register
from editor.timeline.timeline import Timeline
from graphs.document import NodeId
from tests.editor.viewer.fake_engine import FakeEngine, desk_with

SOURCE, BOB = NodeId("source1"), NodeId("bob1")
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class Bench:
    """Ten seconds of PAL: 250 frames."""

    def __init__(self, qtbot: QtBot) -> None:
        self.head = Playhead()
        desk = desk_with()
        self.engine = FakeEngine(desk)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.line = Timeline(desk, self.engine, self.head)  # type: ignore[arg-type]
        column = QVBoxLayout(self.window)
        column.addWidget(self.line)
        self.actions = Actions(self.window)
        register(self.actions, self.line)
        self.window.resize(1300, 120)
        self.window.show()
        QTest.qWaitForWindowExposed(self.window)
        self.track = self.line.track
        self.track.setFocus()

    @property
    def frame(self) -> int:
        return int(self.head.moment * 25)

    def at(self, second: float, y: int = 40) -> QPoint:
        return QPointF(self.track.scale.x(second), y).toPoint()

    def drag(self, start: QPoint, end: QPoint) -> None:
        QTest.mousePress(self.track, LEFT, NONE, start)
        for step in range(1, 5):
            point = QPointF(start) + QPointF(end - start) * (step / 4)
            there = self.track.mapToGlobal(point)
            QApplication.sendEvent(
                self.track, QMouseEvent(QEvent.Type.MouseMove, point, there, Qt.MouseButton.NoButton, LEFT, NONE)
            )
        QTest.mouseRelease(self.track, LEFT, NONE, end)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.track, key, keys)


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot)
    yield made
    made.line.close_views()


def test_it_tells_the_timecode_and_the_frame(bench: Bench) -> None:
    bench.head.seek(Fraction(100, 25))
    assert bench.line.counter.text() == "00:00:04:00"
    assert bench.line._frames.text() == "frame 100 / 250"


def test_a_click_goes_there_and_dragging_scrubs(bench: Bench) -> None:
    QTest.mouseClick(bench.track, LEFT, NONE, bench.at(4.02))
    assert bench.frame == 100
    assert bench.head.moment.denominator in (1, 5, 25)  # at the very beginning of a frame
    bench.drag(bench.at(2), bench.at(6.01))
    assert bench.frame == 150
    bench.drag(bench.at(2), bench.at(2) + QPoint(5000, 0))
    assert bench.frame == 249


def test_scrubbing_over_the_end_of_what_is_seen_goes_on_there(bench: Bench) -> None:
    bench.head.seek(Fraction(1))
    bench.track.zoom(4)
    seen_end = bench.track.scale.end
    right = QPoint(bench.track.width() - 4, 40)
    bench.drag(right - QPoint(60, 0), right + QPoint(80, 0))
    assert bench.track.scale.end > seen_end
    assert float(bench.head.moment) > seen_end


def test_marks_are_set_by_keys_and_dragged(bench: Bench) -> None:
    bench.head.seek(Fraction(2))
    bench.key(Qt.Key.Key_I)
    bench.head.seek(Fraction(8))
    bench.key(Qt.Key.Key_O)
    assert (bench.head.mark_in, bench.head.mark_out) == (2, Fraction(201, 25))  # the frame itself is the last one
    bench.drag(bench.at(2), bench.at(3))
    assert bench.head.mark_in == 3
    assert bench.frame == 200  # no seeking on the way
    bench.drag(bench.at(float(Fraction(201, 25))), bench.at(1))
    assert bench.head.mark_out == Fraction(76, 25)  # never empty
    bench.key(Qt.Key.Key_I, Qt.KeyboardModifier.AltModifier)
    assert (bench.head.mark_in, bench.head.mark_out) == (None, Fraction(76, 25))


def test_arrows_step_frames_of_what_is_viewed(bench: Bench) -> None:
    from editor.engine.wishes import Wish

    bench.head.seek(Fraction(2))
    bench.key(Qt.Key.Key_Right)
    assert bench.head.moment == Fraction(51, 25)
    bench.line.player.wishes = lambda: [("A", Wish(*_output(bench, BOB)))]
    bench.key(Qt.Key.Key_Right)
    assert bench.head.moment == Fraction(103, 50)
    bench.key(Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert bench.head.moment == Fraction(53, 50)
    bench.key(Qt.Key.Key_End)
    assert bench.frame == 249
    bench.key(Qt.Key.Key_Right)
    assert bench.frame == 249
    bench.key(Qt.Key.Key_Home)
    bench.key(Qt.Key.Key_Left)
    assert bench.head.moment == 0


def _output(bench: Bench, node: NodeId) -> tuple[NodeId, str]:
    found = bench.engine.analysis.main_picture(node)
    assert found is not None
    return found


def test_up_and_down_go_from_mark_to_mark(bench: Bench) -> None:
    bench.line.set_marks([(Fraction(3), "err", "dropout"), (Fraction(1), "warn", "head switch")])
    bench.head.set_span(Fraction(2), None)
    stops = []
    for _ in range(5):
        bench.key(Qt.Key.Key_Down)
        stops.append(bench.frame)
    assert stops == [25, 50, 75, 249, 249]
    bench.key(Qt.Key.Key_Up)
    assert bench.frame == 75


def test_L_plays_and_K_with_L_crawls_until_let_go(bench: Bench) -> None:
    from editor.engine.wishes import Wish

    bench.line.player.wishes = lambda: [("A", Wish(*_output(bench, SOURCE)))]
    bench.key(Qt.Key.Key_L)
    assert bench.head.speed == 1
    bench.key(Qt.Key.Key_L)
    assert bench.head.speed == 2
    QTest.keyPress(bench.track, Qt.Key.Key_K)
    assert bench.head.speed == 0
    before = bench.frame
    QTest.keyPress(bench.track, Qt.Key.Key_L)
    assert bench.frame == before + 1
    assert 0 < bench.head.speed < 1
    QTest.keyRelease(bench.track, Qt.Key.Key_L)
    assert bench.head.speed == 0
    QTest.keyRelease(bench.track, Qt.Key.Key_K)
    bench.key(Qt.Key.Key_Space)
    assert bench.head.speed == 1
    bench.key(Qt.Key.Key_Right)
    assert bench.head.speed == 0  # a step by hand stops it


def test_a_timecode_is_typed(bench: Bench) -> None:
    counter = bench.line.counter
    bench.key(Qt.Key.Key_G)
    QTest.keyClicks(counter, "00:00:06:10")
    QTest.keyClick(counter, Qt.Key.Key_Return)
    assert bench.frame == 160
    bench.key(Qt.Key.Key_G)
    QTest.keyClicks(counter, "nonsense")
    QTest.keyClick(counter, Qt.Key.Key_Return)
    assert bench.frame == 160
    assert "nonsense" in counter.accessibleDescription()
    QTest.keyClick(counter, Qt.Key.Key_Escape)
    assert counter.text() == "00:00:06:10"
    assert bench.track.hasFocus()
    bench.line.counter.begin()
    QTest.keyClicks(counter, "100")
    QTest.keyClick(counter, Qt.Key.Key_Return)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)  # the keys are the tape's again
    assert bench.frame == 101


def test_a_place_behind_the_end_is_told(bench: Bench, qtbot: QtBot) -> None:
    bench.key(Qt.Key.Key_G)
    QTest.keyClicks(bench.line.counter, "3:05")
    with qtbot.waitSignal(bench.line.told) as told:
        QTest.keyClick(bench.line.counter, Qt.Key.Key_Return)
    assert bench.frame == 249 and told.args == ["The tape ends at 00:00:09:24"]


def test_the_picture_between_two_frames_of_tape_is_told_apart(bench: Bench) -> None:
    bench.head.seek(Fraction(75, 25))
    assert bench.line._frames.text() == "frame 75 / 250"
    bench.head.seek(Fraction(151, 50))
    assert bench.line._frames.text() == "frame 75½ / 250"


def test_the_wheel_zooms_at_the_mouse_and_scrolls_with_shift(bench: Bench) -> None:
    spot = bench.at(4)
    for _ in range(10):
        _wheel(bench, spot, 240)
    assert bench.track.scale.moment(spot.x()) == pytest.approx(4, abs=0.02)
    assert bench.track.scale.px_s > 300
    start = bench.track.scale.start
    _wheel(bench, spot, -120, Qt.KeyboardModifier.ShiftModifier)
    assert bench.track.scale.start > start
    bench.line.track.show_all()
    assert bench.track.scale.is_whole


def _wheel(bench: Bench, at: QPoint, delta: int, keys: Qt.KeyboardModifier = NONE) -> None:
    there = QPointF(bench.track.mapToGlobal(at))
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(QPointF(at), there, QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton, keys, phase, False)
    QApplication.sendEvent(bench.track, event)


def test_the_film_asks_for_few_pictures_one_by_one_and_never_twice(bench: Bench, qtbot: QtBot) -> None:
    asked = []
    while True:
        qtbot.waitUntil(lambda: strip.VIEW in bench.engine.wishes)
        wish = bench.engine.wishes[strip.VIEW]
        assert wish.background
        assert wish.frame not in asked
        asked.append(wish.frame)
        bench.engine.answer(strip.VIEW, "#336699")
        QTest.qWait(1)
        bench.track.grab()
        if strip.VIEW not in bench.engine.wishes:
            break
    assert 8 <= len(asked) <= 40
    assert asked == sorted(asked, key=lambda frame: frame or 0)
    box = bench.track.rows.film
    image = bench.track.grab().toImage()
    assert image.pixelColor(int(box.center().x()) + 7, int(box.center().y())).name() == "#336699"


def test_nothing_is_asked_for_the_film_while_it_plays(bench: Bench, qtbot: QtBot) -> None:
    from editor.engine.wishes import Wish

    bench.line.player.wishes = lambda: [("A", Wish(*_output(bench, SOURCE)))]
    bench.key(Qt.Key.Key_Space)
    QTest.qWait(500)
    assert strip.VIEW not in bench.engine.wishes
    bench.key(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: strip.VIEW in bench.engine.wishes)


def test_what_is_at_hand_is_drawn(bench: Bench) -> None:
    bench.engine.cached_frames = lambda node, port: ((50, 100),)  # type: ignore[method-assign]
    bench.line._show_cached()
    assert list(bench.track.cached) == [(2.0, 4.0)]
    image = bench.track.grab().toImage()
    y = int(bench.track.rows.cache) + 1
    inside, outside = (image.pixelColor(bench.at(second).x(), y) for second in (3, 6))
    assert inside.green() > outside.green() + 60


def test_a_frame_is_at_hand_once_both_that_are_compared_have_it(bench: Bench) -> None:
    bench.engine.cached_frames = lambda node, port: ((50, 100),) if node == SOURCE else ((150, 250),)  # type: ignore[method-assign]
    bench.line.set_beside(BOB)  # 50p: its frames 150 to 250 are seconds 3 to 5
    assert list(bench.track.cached) == [(3.0, 4.0)]
    bench.line.set_beside(None)
    assert list(bench.track.cached) == [(2.0, 4.0)]


def test_what_two_have_in_common() -> None:
    assert common([(0, 2), (4, 9)], [(1, 5), (6, 7), (8, 12)]) == [(1, 2), (4, 5), (6, 7), (8, 9)]
    assert common([(0, 2)], [(2, 3)]) == common([], [(0, 1)]) == []


def test_another_document_has_another_length(bench: Bench) -> None:
    from graphs.document import Graph

    bench.line._desk.open(Graph())
    assert bench.line.output is None
    bench.track.grab()
    assert bench.line._frames.text() == "frame 0 / 0"
