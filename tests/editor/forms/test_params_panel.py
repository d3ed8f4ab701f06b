"""What a user does in the Parameters tab, with real events."""

from __future__ import annotations

import gc
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from editor import theme
from graphs.document import Graph, NodeDoc, NodeId
from graphs.edits import RemoveNodes
from tests.editor.forms.kit import Bench, chain, drag, enter, node, settle

pytestmark = pytest.mark.usefixtures("qapp")


def levels(**params: Any) -> Bench:
    return Bench(chain(node("tape", "input.pattern"), node("levels1", "colour.levels", **params)), "levels1")


def handle(slide: Any) -> float:
    return float(slide._handle_x())


# ---- sliders


def test_a_slider_dragged_edits_live_and_is_one_step_of_undo() -> None:
    bench = levels()
    slide = bench.control("in_black").slide
    start = handle(slide)
    drag(slide, start, start + 10, start + 25, start + 40, start + 60)
    assert len(bench.changes) == 4
    values = [change.after.nodes["levels1"].params["in_black"] for change in bench.changes]
    assert values == sorted(values) and len(set(values)) == 4
    assert bench.value("in_black") == values[-1] != 16.0
    assert bench.undo_steps() == 1
    bench.desk.undo()
    assert bench.value("in_black") == 16.0 and bench.control("in_black").entry.text().startswith("16")


def test_two_drags_are_two_steps() -> None:
    bench = levels()
    slide = bench.control("gamma").slide
    drag(slide, handle(slide), handle(slide) + 30)
    drag(slide, handle(slide), handle(slide) + 30)
    assert bench.undo_steps() == 2


def test_many_moves_within_one_turn_of_the_loop_are_one_edit() -> None:
    bench = levels()
    slide = bench.control("gamma").slide
    for share in (0.6, 0.65, 0.7, 0.75):
        slide._take(slide._scale.value(share))
    settle()
    assert len(bench.changes) == 1 and bench.value("gamma") == slide._scale.value(0.75)


def test_a_click_on_the_groove_takes_the_handle_there() -> None:
    bench = levels()
    slide = bench.control("gamma").slide
    QTest.mouseClick(slide, Qt.MouseButton.LeftButton, pos=slide.rect().center())
    settle()
    assert bench.value("gamma") == pytest.approx(1.0, abs=0.06)  # the middle of 0.1 … 10 is 1, not 5


def test_shift_moves_ten_times_finer() -> None:
    coarse, fine = levels(), levels()
    for bench, modifiers in ((coarse, Qt.KeyboardModifier.NoModifier), (fine, Qt.KeyboardModifier.ShiftModifier)):
        slide = bench.control("in_white").slide
        drag(slide, handle(slide), handle(slide) - 50, modifiers=modifiers)
    far, near = (235.0 - float(bench.value("in_white")) for bench in (coarse, fine))  # type: ignore[arg-type]
    assert 0 < near < far / 5


def test_the_wheel_scrolls_the_form_unless_the_slider_has_the_focus() -> None:
    bench = levels()
    slide = bench.control("gamma").slide
    bench.panel.setFocus()

    def turn() -> None:
        spot = QPointF(slide.rect().center())
        angle = QPointF(0, 120).toPoint()
        none, no = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        event = QWheelEvent(spot, slide.mapToGlobal(spot), angle, angle, none, no, Qt.ScrollPhase.NoScrollPhase, False)
        QApplication.sendEvent(slide, event)
        settle()

    turn()
    assert not bench.changes
    slide.setFocus()
    turn()
    assert bench.value("gamma") == 1.05


def test_arrow_keys_step_and_home_goes_to_the_end() -> None:
    bench = levels()
    slide = bench.control("in_black").slide
    slide.setFocus()
    for _ in range(3):
        QTest.keyClick(slide, Qt.Key.Key_Right)
    settle()
    assert bench.value("in_black") == 19.0
    QTest.keyClick(slide, Qt.Key.Key_Home)
    settle()
    assert bench.value("in_black") == -64.0
    assert bench.undo_steps() == 1


def test_a_width_that_must_be_odd_is_odd_wherever_the_handle_stops() -> None:
    bench = Bench(chain(node("tape", "input.pattern"), node("s", "clean.scratch")), "s")
    slide = bench.control("width").slide
    seen = []
    for x in range(8, slide.width() - 8, 9):
        QTest.mouseClick(slide, Qt.MouseButton.LeftButton, pos=slide.rect().center() * 0 + QPointF(x, 8).toPoint())
        settle()
        seen.append(bench.value("width"))
    assert all(value % 2 == 1 for value in seen) and {1, 15} <= set(seen)  # type: ignore[operator]
    slide.setFocus()
    QTest.keyClick(slide, Qt.Key.Key_Left)
    settle()
    assert bench.value("width") == 13


# ---- entries


def test_a_typed_value_is_taken_with_its_unit_and_a_comma() -> None:
    bench = levels()
    enter(bench.control("in_black").entry, "20,5 levels")
    assert bench.value("in_black") == 20.5
    assert bench.row("in_black").complaint == "" and bench.undo_steps() == 1


def test_an_entry_out_of_range_is_refused_with_its_reason_and_the_old_value_stays() -> None:
    bench = levels()
    entry = bench.control("in_black").entry
    enter(entry, "300")
    assert bench.value("in_black") == 16.0 and not bench.changes
    assert "above the most, 255" in bench.row("in_black").complaint
    assert bench.row("in_black").fault.isVisible() and entry.text() == "16"
    enter(entry, "30")
    assert bench.value("in_black") == 30.0 and bench.row("in_black").complaint == ""


@pytest.mark.parametrize("text", ["abc", "--", "1e999", "nan"])
def test_an_entry_that_is_no_number_is_refused(text: str) -> None:
    bench = levels()
    enter(bench.control("gamma").entry, text)
    assert bench.row("gamma").complaint and bench.value("gamma") == 1.0 and not bench.changes


def test_escape_takes_the_entry_back() -> None:
    bench = levels()
    entry = bench.control("gamma").entry
    enter(entry, "5", confirm=False)
    QTest.keyClick(entry, Qt.Key.Key_Escape)
    assert entry.text() == "1" and not bench.changes


def test_what_is_being_typed_survives_an_edit_from_elsewhere() -> None:
    bench = levels()
    entry = bench.control("gamma").entry
    enter(entry, "2", confirm=False)
    bench.desk.do(bench.panel.subject.setting({"in_black": 30.0}), "elsewhere")
    assert entry.text() == "2"
    QTest.keyClick(entry, Qt.Key.Key_Return)
    settle()
    assert bench.value("gamma") == 2.0


def test_a_number_without_an_end_is_dragged() -> None:
    bench = Bench(Graph.of([node("i", "input.images")]))
    control = bench.control("first")
    assert control.slide is None
    bench.panel.setFocus()
    drag(control.entry, 40, 80, 120)
    assert bench.value("first") == -1 + 80 // 6
    assert bench.undo_steps() == 1


# ---- the other controls


def test_a_choice_of_few_is_clicked_and_of_many_is_picked() -> None:
    bench = Bench(chain(node("tape", "input.pattern"), node("h", "output.h264")), "h")
    segments = bench.control("container")
    QTest.mouseClick(segments.parts()[2], Qt.MouseButton.LeftButton)
    settle()
    assert bench.value("container") == "mkv"
    combo = bench.control("preset").combo
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    settle()
    assert bench.value("preset") == "slow"
    assert bench.undo_steps() == 2


def test_a_toggle_and_the_switch_of_the_node() -> None:
    bench = levels()
    bench.panel.form.fold.setChecked(True)  # type: ignore[union-attr]
    switch = bench.control("colour_follows").switch
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    settle()
    assert bench.value("colour_follows") is False
    QTest.mouseClick(bench.panel.header.switch, Qt.MouseButton.LeftButton)
    assert bench.desk.graph.nodes["levels1"].bypass and not bench.panel.header.switch.isChecked()
    bench.desk.undo()
    assert bench.panel.header.switch.isChecked()


@pytest.mark.parametrize(
    ("typed", "stored"), [("29.97", "30000/1001"), ("30000/1001", "30000/1001"), ("50", "50"), ("12,5", "25/2")]
)
def test_a_rate_is_typed_as_people_say_it(typed: str, stored: str) -> None:
    bench = Bench(chain(node("tape", "input.pattern"), node("r", "motion.rate")), "r")
    enter(bench.control("rate").combo.lineEdit(), typed)
    assert bench.value("rate") == stored


def test_a_rate_that_is_none_is_refused() -> None:
    bench = Bench(chain(node("tape", "input.pattern"), node("r", "motion.rate")), "r")
    enter(bench.control("rate").combo.lineEdit(), "fast")
    assert "no ratio" in bench.row("rate").complaint and bench.value("rate") == "25"


def test_a_usual_rate_is_picked() -> None:
    bench = Bench(chain(node("tape", "input.pattern"), node("r", "motion.rate")), "r")
    combo = bench.control("rate").combo
    at = next(at for at in range(combo.count()) if combo.itemData(at) == "30000/1001")
    combo.setCurrentIndex(at)
    combo.activated.emit(at)
    settle()
    assert bench.value("rate") == "30000/1001" and combo.currentText() == "29.970 (30000/1001)"


def test_a_colour_is_typed_as_a_code_or_a_name() -> None:
    bench = Bench(chain(node("tape", "input.pattern"), node("p", "geometry.pad")), "p")
    line = bench.control("colour").line
    enter(line, "#FF8000")
    assert bench.value("colour") == "#ff8000"
    enter(line, "navy")
    assert bench.value("colour") == "#000080"
    enter(line, "muddy")
    assert "no colour" in bench.row("colour").complaint and bench.value("colour") == "#000080"


def test_picking_a_colour_follows_live_and_cancel_brings_the_old_one_back() -> None:
    bench = Bench(chain(node("tape", "input.pattern"), node("p", "geometry.pad", colour="#102030")), "p")
    dialog = bench.control("colour").pick()
    dialog.setCurrentColor("#445566")
    settle()
    assert bench.value("colour") == "#445566"
    dialog.reject()
    settle()
    assert bench.value("colour") == "#102030"


def test_a_long_text_is_taken_over_when_it_is_left() -> None:
    bench = Bench(chain(node("tape", "input.pattern"), node("o", "utility.overlay")), "o")
    edit = bench.control("text").edit
    edit.setFocus()
    QTest.keyClicks(edit, "Holiday")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    QTest.keyClicks(edit, "1994")
    assert bench.value("text") == ""
    bench.panel.header.info.setFocus()
    settle()
    assert bench.value("text") == "Holiday\n1994" and bench.undo_steps() == 1


def test_an_expression_is_taken_over_with_return_and_given_back_with_escape() -> None:
    bench = Bench(chain(node("tape", "input.pattern"), node("e", "utility.expression")), "e")
    line = bench.control("formula").line
    enter(line, "x 2 *")
    assert bench.value("formula") == "x 2 *"
    enter(line, "x 3", confirm=False)
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "x 2 *" and bench.undo_steps() == 1


def test_what_is_half_typed_goes_to_the_node_it_was_typed_for() -> None:
    graph = chain(node("tape", "input.pattern"), node("o1", "utility.overlay"), node("o2", "utility.overlay"))
    bench = Bench(graph, "o1")
    edit = bench.control("text").edit
    edit.setFocus()
    QTest.keyClicks(edit, "one")
    bench.desk.select(["o2"])
    settle()
    assert (bench.value("text", "o1"), bench.value("text", "o2")) == ("one", "")
    edit = bench.control("text").edit
    edit.setFocus()
    QTest.keyClicks(edit, "two")
    bench.desk.open(graph)
    bench.desk.select(["o2"])
    settle()
    assert bench.value("text", "o2") == "" and not bench.desk.dirty and bench.control("text").edit.toPlainText() == ""


def test_what_is_half_typed_is_there_when_the_document_is_saved() -> None:
    bench = levels()
    entry = bench.control("gamma").entry
    entry.setFocus()
    entry.selectAll()
    QTest.keyClicks(entry, "1.5")
    bench.panel.header.label.setFocus()
    bench.panel.header.label.selectAll()
    QTest.keyClicks(bench.panel.header.label, "Blacks")
    node = bench.panel.subject.ids[0]
    bench.desk.finish()
    assert bench.value("gamma") == 1.5 and bench.desk.graph.nodes[node].label == "Blacks"


def test_an_edit_on_its_way_to_a_node_that_is_removed_is_dropped() -> None:
    bench = levels()
    refused: list[str] = []
    bench.desk.refused.connect(refused.append)
    bench.control("gamma").slide._take(2.0)
    bench.desk.do(RemoveNodes(frozenset({NodeId("levels1")})), "remove")
    settle()
    assert not refused and bench.panel.form is None


# ---- files


def test_a_file_that_is_gone_looks_so_and_all_its_readers_follow_when_it_is_found(qtbot: Any, tmp_path: Path) -> None:
    lost, found = str(tmp_path / "lost.avi"), tmp_path / "found.avi"
    found.write_bytes(b"tape")
    graph = Graph.of([node("a", "input.video", file=lost), node("b", "input.video", file=lost)])
    bench = Bench(graph, "a")
    control = bench.control("file")
    qtbot.waitUntil(lambda: control.missing)
    assert control.relink_button.isVisible() and "no such file" in bench.facts.analysis.problems("a")[0].text  # type: ignore[union-attr, arg-type]
    dialog = control.browse()
    dialog.fileSelected.emit(str(found))
    dialog.reject()
    settle()
    assert bench.value("file", "a") == bench.value("file", "b") == str(found)
    qtbot.waitUntil(lambda: not control.missing)
    assert bench.undo_steps() == 1


def test_files_that_were_lost_together_are_found_together(qtbot: Any, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    for name in ("1.avi", "2.avi"):
        (tmp_path / "new" / name).touch()
    lost = [node(f"t{at}", "input.video", file=str(tmp_path / "old" / f"{at}.avi")) for at in (1, 2, 3)]
    bench = Bench(Graph.of(lost), "t1")
    qtbot.waitUntil(lambda: bench.control("file").missing)
    bench.control("file").take(str(tmp_path / "new" / "1.avi"))
    settle()
    assert [Path(str(bench.value("file", f"t{at}"))).parent.name for at in (1, 2, 3)] == ["new", "new", "old"]
    assert bench.undo_steps() == 1 and "2 nodes" in bench.told[-1]


def test_a_file_is_dropped_on_its_field(tmp_path: Path) -> None:
    file = tmp_path / "tape 1.avi"
    file.write_bytes(b"tape")
    bench = Bench(Graph.of([node("a", "input.video")]))
    control = bench.control("file")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    copy, left, no = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(control, QDragEnterEvent(QPointF(5, 5), copy, data, left, no))
    QApplication.sendEvent(control, QDropEvent(QPointF(5, 5), copy, data, left, no))
    settle()
    assert bench.value("file") == str(file)


# ---- ranges


def trim() -> Bench:
    return Bench(chain(node("tape", "input.pattern"), node("t", "time.trim")), "t")


def test_ranges_come_from_the_marks_and_from_the_playhead() -> None:
    bench = trim()
    table = bench.control("ranges")
    bench.playhead.set_span(Fraction(2), Fraction(4))
    QTest.mouseClick(table.take_marks, Qt.MouseButton.LeftButton)
    settle()
    assert bench.value("ranges") == ((50, 100),)
    bench.playhead.seek(Fraction(1))
    QTest.mouseClick(table.add_here, Qt.MouseButton.LeftButton)
    settle()
    assert bench.value("ranges") == ((25, 26), (50, 100))  # in order of time
    bench.playhead.seek(Fraction(6, 5))
    QTest.mouseClick(table.end_here, Qt.MouseButton.LeftButton)
    settle()
    assert bench.value("ranges") == ((25, 31), (50, 100))
    assert [table.table.item(0, column).text() for column in range(3)] == ["25", "30", "0.24 s"]
    assert bench.undo_steps() == 3


def test_a_range_is_typed_and_removed() -> None:
    bench = Bench(chain(node("tape", "input.pattern"), node("t", "time.trim", ranges=[[10, 20], [30, 40]])), "t")
    table = bench.control("ranges")
    table.table.item(0, 1).setText("24")
    settle()
    assert bench.value("ranges") == ((10, 25), (30, 40))
    table.table.item(1, 1).setText("end")
    settle()
    assert bench.value("ranges") == ((10, 25), (30, None))
    table.table.item(0, 0).setText("90")
    settle()
    assert bench.row("ranges").complaint and bench.value("ranges") == ((10, 25), (30, None))
    table.table.item(0, 0).setText("soon")
    settle()
    assert "frame number" in bench.row("ranges").complaint and table.table.item(0, 0).text() == "10"
    table.table.selectRow(0)
    table.table.setFocus()
    QTest.keyClick(table.table, Qt.Key.Key_Delete)
    settle()
    assert bench.value("ranges") == ((30, None),)


def test_marks_that_are_not_set_are_asked_for() -> None:
    bench = trim()
    QTest.mouseClick(bench.control("ranges").take_marks, Qt.MouseButton.LeftButton)
    assert "in or an out point" in bench.row("ranges").complaint and not bench.changes


# ---- defaults


def test_the_dot_tells_a_changed_value_and_a_double_click_resets_it() -> None:
    bench = levels(in_black=32.0)
    assert bench.row("in_black").dot.on and not bench.row("in_white").dot.on
    QTest.mouseDClick(bench.row("in_black").dot, Qt.MouseButton.LeftButton)
    assert bench.value("in_black") == 16.0 and not bench.row("in_black").dot.on


def test_delete_resets_where_it_means_nothing_else() -> None:
    bench = levels(gamma=2.0)
    bench.control("gamma").slide.setFocus()
    QTest.keyClick(bench.control("gamma").slide, Qt.Key.Key_Delete)
    assert bench.value("gamma") == 1.0


def test_no_widget_outlives_its_form() -> None:
    bench = levels()

    def look_around() -> int:
        for name in ("tape", "levels1") * 3:
            bench.desk.select([name])
            settle()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return len(QApplication.allWidgets())

    gc.collect()  # what earlier tests left in cycles is not to be counted
    before = look_around()
    for _ in range(5):
        assert look_around() == before


def test_the_context_menu_resets() -> None:
    bench = levels(gamma=2.0)
    menu = bench.row("gamma").menu()
    assert menu.actions()[0].text() == "Reset to 1"
    menu.actions()[0].trigger()
    assert bench.value("gamma") == 1.0


def test_reset_all_is_one_step_and_keeps_the_file(tmp_path: Path) -> None:
    file = tmp_path / "x.avi"
    file.touch()
    bench = Bench(Graph.of([node("a", "input.video", file=str(file), field_order="bff", video_track=3)]))
    QTest.mouseClick(bench.panel.reset_button, Qt.MouseButton.LeftButton)
    assert (bench.value("field_order"), bench.value("video_track"), bench.value("file")) == ("auto", 1, str(file))
    assert bench.undo_steps() == 1


def test_advanced_params_are_folded_away_and_tell_when_they_are_changed() -> None:
    bench = levels(colour_follows=False)
    fold = bench.panel.form.fold  # type: ignore[union-attr]
    assert not bench.row("colour_follows").isVisible() and "1 changed" in fold.text()
    QTest.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert bench.row("colour_follows").isVisible()
    bench.desk.select(["tape"])
    bench.desk.select(["levels1"])
    settle()
    assert bench.row("colour_follows").isVisible()  # and it stays open


# ---- several nodes


def test_nodes_of_one_type_are_edited_together() -> None:
    graph = chain(node("tape", "input.pattern"), node("l1", "colour.levels", gamma=2.0), node("l2", "colour.levels"))
    bench = Bench(graph, "l1", "l2")
    entry = bench.control("gamma").entry
    assert entry.text() == "" and entry.placeholderText() == "mixed"
    assert bench.control("in_black").entry.text().startswith("16")
    enter(entry, "1.5")
    assert bench.value("gamma", "l1") == bench.value("gamma", "l2") == 1.5
    assert bench.undo_steps() == 1 and "2 ×" in bench.panel.header.label.text()
    bench.desk.undo()
    assert (bench.value("gamma", "l1"), bench.value("gamma", "l2")) == (2.0, 1.0)


def test_nodes_of_several_types_offer_what_they_share() -> None:
    graph = chain(node("tape", "input.pattern"), node("c", "scale.cas"), node("m", "clean.rainbow"))
    shared = Bench(graph, "c", "m")
    assert shared.panel.form is not None and list(shared.panel.form.rows) == ["strength"]
    enter(shared.control("strength").entry, "0.25")
    assert shared.value("strength", "c") == shared.value("strength", "m") == 0.25
    QTest.mouseClick(shared.panel.reset_button, Qt.MouseButton.LeftButton)
    assert (shared.value("strength", "c"), shared.value("strength", "m")) == (0.4, 1.0)  # each its own
    none = Bench(graph, "tape", "c")
    assert none.panel.form is None and "in common" in none.panel.hint.text()


def test_several_nodes_are_switched_off_at_once() -> None:
    graph = chain(node("tape", "input.pattern"), node("l1", "colour.levels"), node("l2", "colour.levels"))
    bench = Bench(graph, "l1", "l2")
    QTest.mouseClick(bench.panel.header.switch, Qt.MouseButton.LeftButton)
    assert all(bench.desk.graph.nodes[name].bypass for name in ("l1", "l2"))
    assert bench.undo_steps() == 1


# ---- names, presets, copies


def test_a_node_is_renamed_and_the_type_name_is_no_label() -> None:
    bench = levels()
    enter(bench.panel.header.label, "Faded VHS")
    assert bench.desk.graph.nodes["levels1"].label == "Faded VHS"
    enter(bench.panel.header.label, "Levels")
    assert bench.desk.graph.nodes["levels1"].label == "" and bench.panel.header.label.text() == "Levels"


def test_presets_are_saved_applied_renamed_and_deleted() -> None:
    bench = levels(in_black=26.0, gamma=1.12)
    box = bench.panel.header.presets
    assert box.current() == "Custom"
    dialog = box.ask_save()
    dialog.setTextValue("faded VHS")
    dialog.accept()
    settle()
    assert box.current() == "faded VHS"
    QTest.mouseClick(bench.panel.reset_button, Qt.MouseButton.LeftButton)
    assert box.current() == "Defaults"
    other = levels()
    menu = other.panel.header.presets.menu()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "faded VHS").trigger()
    assert other.value("in_black") == 26.0 and other.value("gamma") == 1.12 and other.undo_steps() == 1
    other.panel.header.presets.rename("faded VHS", "washed out")
    assert other.panel.header.presets.current() == "washed out"
    other.panel.header.presets.delete("washed out")
    assert other.panel.header.presets.current() == "Custom"


def test_a_preset_that_cannot_be_kept_is_told() -> None:
    bench = levels(gamma=2.0)
    bench.panel.header.presets.save("  ")
    assert any("1 to 80 letters" in text for text in bench.told)


def test_settings_are_copied_to_a_like_node() -> None:
    graph = chain(
        node("tape", "input.pattern"),
        node("l1", "colour.levels", gamma=2.0, in_black=30.0),
        node("l2", "colour.levels"),
        node("g", "colour.gamma"),
    )
    bench = Bench(graph, "l1")
    QTest.mouseClick(bench.panel.copy_button, Qt.MouseButton.LeftButton)
    bench.desk.select(["l2"])
    QTest.mouseClick(bench.panel.paste_button, Qt.MouseButton.LeftButton)
    assert bench.desk.graph.nodes["l2"].params == bench.desk.graph.nodes["l1"].params
    bench.desk.select(["g"])
    QTest.mouseClick(bench.panel.paste_button, Qt.MouseButton.LeftButton)
    assert bench.value("gamma", "g") == 2.0
    QGuiApplication.clipboard().setText("not settings")
    QTest.mouseClick(bench.panel.paste_button, Qt.MouseButton.LeftButton)
    assert any("no settings" in text for text in bench.told)


# ---- what is wrong


def test_a_problem_is_shown_and_its_remedy_is_one_click() -> None:
    bench = Bench(chain(node("tape", "input.pattern"), node("s", "scale.nnedi3")), "s")
    problems = bench.facts.analysis.problems("s")  # type: ignore[union-attr, arg-type]
    mending = [problem for problem in problems if problem.remedy]
    assert mending and bench.panel.problems.isVisible()
    button = bench.panel.problems.findChild(QPushButton)
    assert button is not None and button.text().startswith("Insert ")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    new = next(doc for key, doc in bench.desk.graph.nodes.items() if key not in ("tape", "s"))
    assert new.type == mending[0].remedy
    assert not [one for one in bench.facts.analysis.problems("s") if one.remedy]  # type: ignore[union-attr, arg-type]


def test_a_value_that_the_document_should_not_hold_is_told_and_can_be_mended() -> None:
    bench = levels(in_black=9999.0)
    assert "above the most" in bench.row("in_black").complaint
    QTest.mouseDClick(bench.row("in_black").dot, Qt.MouseButton.LeftButton)
    assert bench.value("in_black") == 16.0 and bench.row("in_black").complaint == ""


def test_a_node_of_an_unknown_type_and_no_node_at_all_say_what_to_do() -> None:
    bench = levels()
    bench.desk.select([])
    assert "Select a node" in bench.panel.hint.text() and bench.panel.form is None
    bench.desk.open(Graph.of([NodeDoc(NodeId("x"), "gone.node", 1, {"a": 1})]))
    bench.desk.select(["x"])
    assert "gone.node" in bench.panel.hint.text() and bench.panel.form is None


def test_help_of_the_node_unfolds() -> None:
    bench = levels()
    QTest.mouseClick(bench.panel.header.info, Qt.MouseButton.LeftButton)
    assert bench.panel.header.help.isVisible() and "waveform monitor" in bench.panel.header.help.text.text()


def test_another_theme_and_text_size_keep_what_is_shown(qapp: QApplication) -> None:
    bench = Bench(Graph.of([node("l", "colour.levels", gamma=2.0)]))
    enter(bench.control("in_black").entry, "40", confirm=False)
    before = bench.control("gamma").entry.height()
    try:
        theme.apply(qapp, dark=False, text_scale=1.5)
        settle()
        assert bench.value("in_black") == 40.0 and bench.control("gamma").entry.text() == "2"
        assert bench.control("gamma").entry.height() > before and bench.panel.problems.isVisible()
    finally:
        theme.apply(qapp)
        settle()


def test_everything_is_reached_by_tab_and_has_a_name() -> None:
    bench = levels()
    bench.panel.form.fold.setChecked(True)  # type: ignore[union-attr]
    bench.panel.activateWindow()
    bench.panel.header.label.setFocus()
    reached: list[QWidget] = []
    for _ in range(60):
        now = QApplication.focusWidget()
        if now is None or now in reached:
            break
        reached.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    for name in ("in_black", "in_white", "gamma", "out_black", "limit", "colour_follows"):
        assert any(part in reached for part in bench.control(name).parts()), name
    for widget in reached:
        assert widget.accessibleName() or getattr(widget, "text", str)(), widget
    assert bench.control("in_black").slide.accessibleName() == "In black, levels"
