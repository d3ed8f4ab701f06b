"""The viewer under real mouse and key events, its pictures painted by a small engine of the test's own."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from editor.actions.actions import Actions
from editor.desk.playhead import Playhead
from editor.engine.wishes import Trouble
from editor.viewer import captions
from editor.viewer.commands import register
from editor.viewer.manner import Mode
from editor.viewer.pictures import difference
from editor.viewer.placement import Aspect
from editor.viewer.viewer import Viewer
from graphs.document import NodeId
from tests.editor.viewer.fake_engine import FakeEngine, desk_with

SOURCE, CROP, BOB = NodeId("source1"), NodeId("crop1"), NodeId("bob1")
RED, GREEN = "#c83232", "#32c832"


class Bench:
    def __init__(self, qtbot: QtBot) -> None:
        self.desk, self.head = desk_with(), Playhead()
        self.engine = FakeEngine(self.desk)
        self.viewer = Viewer(self.desk, self.engine, self.head)  # type: ignore[arg-type]
        qtbot.addWidget(self.viewer)
        self.actions = Actions(self.viewer)
        self.commands = register(self.actions, self.desk, self.engine, self.head, self.viewer)  # type: ignore[arg-type]
        self.viewer.resize(700, 560)
        self.viewer.show()
        self.display = self.viewer.display
        QTest.qWaitForWindowExposed(self.viewer)

    def both(self, mode: Mode = Mode.WIPE) -> None:
        """A is red, B is green."""
        self.viewer.show_node(SOURCE)
        self.viewer.show_node(BOB, "B")
        self.viewer.set_manner(mode=mode)
        self.engine.answer("viewer.A", RED)
        self.engine.answer("viewer.B", GREEN)

    def colour(self, x: float, y: float) -> str:
        """What is painted at a share of the display."""
        image = self.display.grab().toImage()
        return image.pixelColor(round(x * (image.width() - 1)), round(y * (image.height() - 1))).name()

    def press(self, at: QPointF) -> None:
        QTest.mousePress(self.display, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at.toPoint())

    def drag(self, start: QPointF, end: QPointF, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(self.display, left, keys, start.toPoint())
        for step in range(1, 6):
            point = start + (end - start) * (step / 5)
            moved = _move(self.display.mapToGlobal(point), point, keys)
            QApplication.sendEvent(self.display, moved)
        QTest.mouseRelease(self.display, left, keys, end.toPoint())

    def wheel(self, at: QPointF, delta: int) -> None:
        event = QWheelEvent(
            at,
            self.display.mapToGlobal(at),
            QPoint(),
            QPoint(0, delta),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.display, event)


def _move(where: QPointF, point: QPointF, keys: Qt.KeyboardModifier) -> object:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    return QMouseEvent(QEvent.Type.MouseMove, point, where, Qt.MouseButton.NoButton, left, keys)


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot)
    yield made
    made.viewer.close_views()


# ---- one picture


def test_a_pal_picture_fills_the_screen_four_by_three(bench: Bench) -> None:
    bench.viewer.show_node(SOURCE)
    wish = bench.engine.wishes["viewer.A"]
    assert wish.square
    assert wish.max_width / wish.max_height == pytest.approx(4 / 3, abs=0.003)
    assert wish.max_height <= bench.display.height()
    bench.engine.answer("viewer.A", RED)
    assert bench.colour(0.5, 0.5) == RED


def test_raw_and_near_views_ask_for_the_pixels_as_they_are(bench: Bench) -> None:
    bench.viewer.show_node(SOURCE)
    bench.viewer.set_manner(aspect=Aspect.RAW)
    wish = bench.engine.wishes["viewer.A"]
    assert (wish.max_width, wish.max_height, wish.square) == (0, 0, False)


def test_the_picture_follows_the_playhead(bench: Bench) -> None:
    bench.viewer.show_node(SOURCE)
    bench.head.seek(Fraction(3))
    assert bench.engine.wishes["viewer.A"].moment == 3


def test_a_deleted_node_leaves_the_screen(bench: Bench) -> None:
    from graphs.edits import RemoveNodes

    bench.viewer.show_node(SOURCE)
    bench.desk.do(RemoveNodes(frozenset({SOURCE})), "Remove")
    assert bench.viewer.shown["A"] is None
    assert bench.engine.wishes == {}


def test_it_says_when_it_takes_long_and_when_it_shows_a_stand_in(bench: Bench, qtbot: QtBot) -> None:
    bench.viewer.show_node(SOURCE)
    slot = bench.viewer.slots["A"]
    qtbot.waitUntil(lambda: captions.status(slot) == "computing…")
    bench.engine.answer("viewer.A", stand_in=True)
    assert captions.status(slot) == "stand-in"
    bench.engine.answer("viewer.A")
    assert captions.status(slot) == ""


def test_another_moment_of_the_same_frame_is_not_waited_for(bench: Bench, qtbot: QtBot) -> None:
    bench.viewer.show_node(SOURCE)
    bench.engine.answer("viewer.A")
    bench.head.seek(Fraction(1, 50))  # half a frame on: the engine has nothing to send
    with qtbot.assertNotEmitted(bench.viewer.slots["A"].changed, wait=400):
        pass


# ---- two pictures


def test_the_wipe_is_dragged(bench: Bench) -> None:
    bench.both()
    assert (bench.colour(0.3, 0.3), bench.colour(0.7, 0.3)) == (RED, GREEN)
    start = QPointF(bench.display.wipe_at, bench.display.height() / 2)
    bench.drag(start, QPointF(bench.display.width() * 0.8, start.y()))
    assert (bench.colour(0.7, 0.3), bench.colour(0.9, 0.3)) == (RED, GREEN)
    assert bench.display.zoom is None  # nothing was panned


def test_the_wipe_is_moved_by_keys(bench: Bench) -> None:
    bench.both()
    bench.display.setFocus()
    for _ in range(10):
        QTest.keyClick(bench.display, Qt.Key.Key_BracketRight)
    assert (bench.colour(0.65, 0.3), bench.colour(0.75, 0.3)) == (RED, GREEN)


def test_with_shift_the_wipe_lies_flat(bench: Bench) -> None:
    bench.both()
    start = QPointF(bench.display.wipe_at, bench.display.height() / 2)
    bench.drag(start, QPointF(start.x(), bench.display.height() * 0.3), Qt.KeyboardModifier.ShiftModifier)
    assert (bench.colour(0.3, 0.2), bench.colour(0.3, 0.5)) == (RED, GREEN)


def test_side_by_side_and_toggle_and_difference(bench: Bench) -> None:
    bench.both(Mode.SPLIT)
    bench.engine.answer("viewer.A", RED)
    bench.engine.answer("viewer.B", GREEN)
    assert (bench.colour(0.25, 0.5), bench.colour(0.75, 0.5)) == (RED, GREEN)
    bench.actions.get("view.flip").trigger()
    assert bench.colour(0.5, 0.5) == GREEN
    bench.actions.get("view.flip").trigger()
    assert bench.colour(0.5, 0.5) == RED
    bench.viewer.set_manner(mode=Mode.DIFFERENCE, gain=1)
    assert bench.colour(0.5, 0.5) == "#969600"


def test_a_difference_is_amplified_and_never_wraps() -> None:
    one, other = QImage(4, 4, QImage.Format.Format_RGB32), QImage(8, 8, QImage.Format.Format_RGB32)
    one.fill(QColor(100, 100, 100))
    other.fill(QColor(103, 90, 100))
    assert difference(one, other, 8).pixelColor(1, 1).getRgb()[:3] == (24, 80, 0)
    assert difference(one, other, 32).pixelColor(1, 1).getRgb()[:3] == (96, 255, 0)


def test_both_slots_show_the_same_moment_each_with_its_own_frame(bench: Bench) -> None:
    bench.head.seek(Fraction(2) + Fraction(1, 50))
    bench.both()
    first, second = (bench.viewer.slots[letter] for letter in ("A", "B"))  # type: ignore[index]
    assert first.wish is not None
    assert second.wish is not None
    assert first.wish.moment == second.wish.moment == Fraction(101, 50)
    assert (first.frame, second.frame) == (50, 101)


def test_without_a_B_there_is_nothing_to_compare(bench: Bench) -> None:
    bench.viewer.show_node(SOURCE)
    bench.viewer.set_manner(mode=Mode.SPLIT)
    bench.engine.answer("viewer.A", RED)
    assert bench.display.mode is Mode.SINGLE
    assert not bench.viewer.toolbar.modes[Mode.SPLIT].isEnabled()


# ---- near


def test_the_wheel_zooms_to_pixels_under_the_mouse(bench: Bench, qtbot: QtBot) -> None:
    bench.viewer.show_node(SOURCE)
    at = QPointF(200, 150)
    placed = bench.display.placement(bench.viewer.slots["A"])
    assert placed is not None
    before = placed.to_picture(at)
    for _ in range(12):
        bench.wheel(at, 120)
    after = bench.display.placement(bench.viewer.slots["A"])
    assert after is not None
    assert after.scale > 5 * placed.scale
    now = after.to_picture(at)
    assert (now.x(), now.y()) == (pytest.approx(before.x(), abs=0.6), pytest.approx(before.y(), abs=0.6))
    qtbot.waitUntil(lambda: bench.engine.wishes["viewer.A"].max_width == 0)


def test_dragging_pans_and_a_double_click_fits_it_in_again(bench: Bench) -> None:
    bench.viewer.show_node(SOURCE)
    bench.display.zoom_to(4.0)
    slot = bench.viewer.slots["A"]
    before = bench.display.placement(slot)
    bench.drag(QPointF(400, 300), QPointF(340, 320))
    after = bench.display.placement(slot)
    assert before is not None
    assert after is not None
    assert after.rect.topLeft() - before.rect.topLeft() == QPointF(-60, 20)
    QTest.mouseDClick(bench.display, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(300, 200))
    assert bench.display.zoom is None


def test_pixels_are_pixels_from_200_percent_on(bench: Bench) -> None:
    bench.viewer.show_node(SOURCE)
    shot = bench.engine.answer("viewer.A")
    checker = QImage(720, 576, QImage.Format.Format_RGB32)
    for x in range(720):
        for y in range(280, 296):
            checker.setPixelColor(x, y, QColor("white" if x % 2 else "black"))
    bench.viewer.set_manner(aspect=Aspect.SQUARE)
    bench.display.zoom_to(4.0)
    bench.engine.pictured.emit("viewer.A", type(shot)(**{**_fields(shot), "image": checker}))
    row = bench.display.grab().toImage()
    colours = {row.pixelColor(x, row.height() // 2).lightness() for x in range(100, 700)}
    assert colours == {0, 255}


def _fields(shot: object) -> dict[str, object]:
    return {name: getattr(shot, name) for name in shot.__dataclass_fields__}  # type: ignore[attr-defined]


def test_of_a_large_picture_only_the_part_that_is_seen_is_fetched(qtbot: QtBot) -> None:
    from dataclasses import replace

    from tests.editor.viewer.fake_engine import PAL

    desk = desk_with()
    engine = FakeEngine(desk, replace(PAL, width=3840, height=2160, sar=Fraction(1)))
    viewer = Viewer(desk, engine, Playhead())  # type: ignore[arg-type]
    qtbot.addWidget(viewer)
    viewer.resize(800, 640)
    viewer.show()
    viewer.show_node(SOURCE)
    assert engine.wishes["viewer.A"].max_width <= 800
    viewer.display.zoom_to(2.0)
    qtbot.waitUntil(lambda: "viewer.A.detail" in engine.wishes)
    wish = engine.wishes["viewer.A.detail"]
    assert wish.region is not None
    x, _, wide, _ = wish.region
    assert wide < 700
    assert x + wide <= 3840
    assert (wish.max_width, wish.square) == (0, False)
    engine.answer("viewer.A", RED)
    engine.answer("viewer.A.detail", GREEN)
    image = viewer.display.grab().toImage()
    assert image.pixelColor(image.width() // 2, image.height() // 2).name() == GREEN
    viewer.set_manner(look="y")
    engine.answer("viewer.A", RED)  # the part of the coloured picture does not belong to it
    image = viewer.display.grab().toImage()
    assert image.pixelColor(image.width() // 2, image.height() // 2).name() == RED
    viewer.display.zoom_to(None)
    qtbot.waitUntil(lambda: "viewer.A.detail" not in engine.wishes)


def test_the_value_under_the_mouse_is_the_source_s(bench: Bench, qtbot: QtBot) -> None:
    bench.viewer.show_node(SOURCE)
    bench.engine.answer("viewer.A")
    placed = bench.display.placement(bench.viewer.slots["A"])
    assert placed is not None
    at = placed.to_widget(QPointF(360.5, 100.5))
    QApplication.sendEvent(bench.display, _move(bench.display.mapToGlobal(at), at, Qt.KeyboardModifier.NoModifier))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: bool(bench.display.readout))
    assert bench.engine.pixels[-1] == (SOURCE, Fraction(0), 360, 100)
    assert bench.display.readout == "x 360  y 100   Y 81  U 90  V 240   #FF0000"


# ---- crop


def test_a_crop_is_dragged_on_what_it_is_given_as_one_undo_step(bench: Bench) -> None:
    bench.viewer.show_node(CROP)
    assert bench.engine.wishes["viewer.A"].node == CROP
    bench.desk.select([CROP])
    assert bench.engine.wishes["viewer.A"].node == SOURCE  # so that one sees what is cut
    bench.engine.answer("viewer.A")
    placed = bench.display.placement(bench.viewer.slots["A"])
    assert placed is not None
    edge = placed.to_widget(QPointF(0, 288))
    bench.drag(edge, edge + QPointF(41, 0))
    params = bench.desk.graph.nodes[CROP].params
    wanted = 41 / placed.rect.width() * 720
    assert params["left"] == round(wanted / 2) * 2
    assert (params["right"], params["top"], params["bottom"]) == (0, 0, 0)
    bench.desk.undo()
    assert bench.desk.graph.nodes[CROP].params["left"] == 0
    assert bench.desk.undo_text is None


def test_the_buttons_name_their_keys(bench: Bench) -> None:
    assert bench.viewer.toolbar.modes[Mode.WIPE].toolTip().endswith("(W)")
    bench.actions.remap("view.difference", "Ctrl+D")
    assert "(Ctrl+D)\n" in bench.viewer.toolbar.modes[Mode.DIFFERENCE].toolTip()


def test_f9_brings_the_handles_from_any_manner_and_leaves_all_as_it_was(bench: Bench, qtbot: QtBot) -> None:
    bench.both(Mode.WIPE)
    bench.desk.select([CROP])
    bench.actions.get("view.crop").trigger()
    assert bench.viewer.shown["A"] == CROP and bench.viewer.manner.mode is Mode.SINGLE
    assert bench.display.cut is not None and bench.engine.wishes["viewer.A"].node == SOURCE
    bench.actions.get("view.crop").trigger()
    assert (bench.viewer.shown, bench.viewer.manner.mode) == ({"A": SOURCE, "B": BOB}, Mode.WIPE)
    assert bench.display.cut is None
    bench.desk.select([BOB])
    with qtbot.waitSignal(bench.viewer.told) as told:
        bench.actions.get("view.crop").trigger()
    assert "Select a crop" in told.args[0] and bench.viewer.manner.mode is Mode.WIPE


def test_two_drags_are_two_steps(bench: Bench) -> None:
    bench.viewer.show_node(CROP)
    bench.desk.select([CROP])
    placed = bench.display.placement(bench.viewer.slots["A"])
    assert placed is not None
    bottom = placed.to_widget(QPointF(360, 576))
    bench.drag(bottom, bottom - QPointF(0, 30))
    lower = bench.desk.graph.nodes[CROP].params["bottom"]
    right = placed.to_widget(QPointF(720, 200))
    bench.drag(right, right - QPointF(30, 0))
    assert bench.desk.graph.nodes[CROP].params["right"]
    bench.desk.undo()
    assert bench.desk.graph.nodes[CROP].params["right"] == 0
    assert bench.desk.graph.nodes[CROP].params["bottom"] == lower
    assert isinstance(lower, int)
    assert lower % 4 == 0
    assert lower > 0


# ---- keys


def test_number_keys_keep_and_recall_nodes(bench: Bench) -> None:
    bench.display.setFocus()
    bench.desk.select([BOB])
    QTest.keyClick(bench.display, Qt.Key.Key_2)
    assert bench.viewer.shown["A"] == BOB
    bench.desk.select([SOURCE])
    QTest.keyClick(bench.display, Qt.Key.Key_1)
    assert bench.viewer.shown["A"] == SOURCE
    QTest.keyClick(bench.display, Qt.Key.Key_2)
    assert bench.viewer.shown["A"] == BOB
    QTest.keyClick(bench.display, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert bench.viewer.shown["B"] == SOURCE
    assert bench.display.mode is Mode.WIPE
    QTest.keyClick(bench.display, Qt.Key.Key_QuoteLeft)
    assert bench.display.mode is Mode.TOGGLE


def test_fields_and_planes_are_asked_of_the_worker(bench: Bench) -> None:
    bench.viewer.show_node(SOURCE)
    for look in ("top", "bottom", "bob", "y", "u", "v", "frame"):
        bench.actions.get(f"view.look_{look}").trigger()
        assert bench.engine.wishes["viewer.A"].look == look


# ---- trouble


def test_trouble_is_told_with_what_can_be_done(bench: Bench) -> None:
    bench.viewer.show_node(BOB)
    wish = bench.engine.wishes["viewer.A"]
    bench.engine.pictured.emit(
        "viewer.A", Trouble("viewer.A", wish, "out of memory", BOB, 7, ("line 1", "line 2"), True)
    )
    panel = bench.viewer.troubles.panels[0]
    assert panel.isVisible()
    assert "out of memory" in panel._message.text()
    assert "line 2" in panel._log.toPlainText()
    asked: list[str] = []
    bench.viewer.node_wanted.connect(asked.append)
    QTest.mouseClick(panel.go_button, Qt.MouseButton.LeftButton)
    assert asked == [BOB]
    assert bench.desk.current == BOB
    QTest.mouseClick(panel.again_button, Qt.MouseButton.LeftButton)
    assert bench.engine.forgiven == [BOB]
    QTest.mouseClick(panel.bypass_button, Qt.MouseButton.LeftButton)
    assert bench.desk.graph.nodes[BOB].bypass
    bench.engine.answer("viewer.A", GREEN)
    assert not panel.isVisible()
    assert bench.colour(0.5, 0.5) == GREEN


# ---- stills and windows


def test_a_still_is_whole_and_has_square_pixels(bench: Bench, tmp_path: Path) -> None:
    bench.viewer.show_node(SOURCE)
    bench.engine.answer("viewer.A")
    told: list[str] = []
    bench.viewer.told.connect(told.append)
    bench.viewer.save_still(tmp_path / "still.png")
    assert bench.engine.wishes["viewer.still"].max_width == 0
    bench.engine.answer("viewer.still", RED)
    saved = QImage(str(tmp_path / "still.png"))
    assert saved.size() == QSize(768, 576)
    assert saved.pixelColor(5, 5).name() == RED
    assert "still.png" in told[-1]
    assert bench.viewer.still_name() == "Holiday Source 0.png"
    assert "viewer.still" not in bench.engine.wishes


def test_a_still_that_cannot_be_written_is_said(bench: Bench, tmp_path: Path) -> None:
    bench.viewer.show_node(SOURCE)
    bench.engine.answer("viewer.A")
    told: list[str] = []
    bench.viewer.told.connect(told.append)
    bench.viewer.save_still(tmp_path / "no" / "such" / "still.png")
    bench.engine.answer("viewer.still", RED)
    assert "Choose another folder" in told[-1]


def test_the_picture_goes_to_the_clipboard(bench: Bench) -> None:
    bench.viewer.show_node(SOURCE)
    bench.engine.answer("viewer.A")
    bench.viewer.copy_still()
    bench.engine.answer("viewer.still", GREEN)
    assert QGuiApplication.clipboard().image().size() == QSize(768, 576)


def test_full_screen_and_back(bench: Bench) -> None:
    bench.viewer.show_node(SOURCE)
    bench.actions.get("view.full").trigger()
    assert bench.display.isWindow()
    QTest.keyClick(bench.display, Qt.Key.Key_Escape)
    assert not bench.display.isWindow()
    assert bench.display.parentWidget() is bench.viewer
    assert bench.display.isVisible()


def test_the_second_window_follows_B(bench: Bench) -> None:
    bench.viewer.show_node(SOURCE)
    bench.commands.open_second()
    second = bench.commands.second
    assert second is not None
    assert second.viewer.shown["A"] == SOURCE
    assert {view for view, _ in bench.viewer.wishes()} == {"viewer.A", "viewer2.A"}  # both play
    bench.viewer.show_node(BOB, "B")
    assert second.viewer.shown["A"] == BOB
    second.follow.setCurrentIndex(2)
    bench.viewer.show_node(CROP, "B")
    assert second.viewer.shown["A"] == BOB
    second.close()
    assert bench.commands.second is None
    assert {view for view, _ in bench.viewer.wishes()} == {"viewer.A", "viewer.B"}
    assert not any(view.startswith("viewer2") for view in bench.engine.wishes)
