"""Group nodes in the window: made of a selection, set in the form, kept on the shelf, brought in from strangers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from editor.actions import Actions
from editor.canvas import Canvas
from editor.canvas.placing import SearchContext
from editor.groups import Shelf, register
from editor.groups.chooser import Choice, Chooser
from editor.groups.commands import Groups
from editor.palette import Needs, Palette, SearchPopup
from graphs.document import GROUP, NodeId
from graphs.edits import SetParams
from graphs.files import save
from graphs.groups.files import load_group
from nodes.params import Kind
from tests.editor.groups.kit import Answers, N, desk
from tests.editor.palette.kit import labels, press

PARTS = [N("crop1"), N("qtgmc1")]


def choosing(
    title: str = "Cleaner", *shown: tuple[str, str, str], about: str = ""
) -> Callable[[Chooser], Choice | None]:
    return lambda dialog: Choice(title, about, tuple((N(node), param, label) for node, param, label in shown))


type Ask = Callable[[Chooser], Choice | None]


class Rig:
    """A window's worth of groups."""

    def __init__(self, qtbot: QtBot, ask: Ask, answers: Answers | None = None) -> None:
        self.desk = desk()
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.actions = Actions(self.window)
        self.shelf = Shelf(self.desk)
        self.answers = answers or Answers()
        self.groups: Groups = register(self.actions, self.desk, self.shelf, self.answers, self.window, ask)
        self.refusals: list[str] = []
        self.desk.refused.connect(self.refusals.append)

    def do(self, name: str) -> None:
        self.actions._refresh()
        self.actions.get(name).trigger()


def test_a_selection_becomes_one_node_in_one_undo_step(qtbot: QtBot) -> None:
    rig = Rig(qtbot, choosing("Cleaner", ("qtgmc1", "sharpness", "Crispness"), about="For VHS"))
    before = rig.desk.graph
    rig.desk.select(PARTS)
    rig.do("node.collapse_to_group")
    assert sorted(rig.desk.graph.nodes) == ["ffv1", "group1", "source1"]
    assert rig.desk.selection == {"group1"} and rig.desk.undo_text == "Make group Cleaner"
    kind = rig.desk.kind(N("group1"))
    assert kind is not None and (kind.name(), kind.help()) == ("Cleaner", "For VHS")
    assert [param.title for param in kind.params.values()] == ["Crispness"]
    rig.desk.undo()
    assert rig.desk.graph == before


def test_expanding_brings_the_nodes_back_and_selects_them(qtbot: QtBot) -> None:
    rig = Rig(qtbot, choosing())
    before = rig.desk.graph
    rig.desk.select(PARTS)
    rig.do("node.collapse_to_group")
    rig.do("node.expand_group")
    assert rig.desk.graph == before
    assert rig.desk.selection == set(PARTS)
    assert not rig.actions.get("node.expand_group").isEnabled() or not rig.groups.groups()


def test_who_cancels_the_dialog_changes_nothing(qtbot: QtBot) -> None:
    rig = Rig(qtbot, lambda dialog: None)
    rig.desk.select(PARTS)
    rig.do("node.collapse_to_group")
    assert rig.desk.undo_text is None


def test_a_selection_that_cannot_be_one_node_says_why_before_any_dialog(qtbot: QtBot) -> None:
    def never(dialog: Chooser) -> Choice | None:
        raise AssertionError("it was asked")

    rig = Rig(qtbot, never)
    rig.desk.select([N("source1"), N("qtgmc1")])
    rig.do("node.collapse_to_group")
    assert "leads over crop1" in rig.refusals[0]


def test_what_a_group_shows_is_chosen_anew_with_values_kept(qtbot: QtBot) -> None:
    answers = [
        Choice("Cleaner", "", ((N("qtgmc1"), "sharpness", ""),)),
        Choice("Cleaner 2", "", ((N("crop1"), "top", "Top lines"), (N("qtgmc1"), "sharpness", ""))),
    ]
    asked: list[Chooser] = []

    def ask(dialog: Chooser) -> Choice:
        asked.append(dialog)
        return answers.pop(0)

    rig = Rig(qtbot, ask)
    rig.desk.select(PARTS)
    rig.do("node.collapse_to_group")
    rig.desk.do(SetParams(N("group1"), {"sharpness": 0.7}), "set")
    rig.do("node.group_params")
    group = rig.desk.graph.nodes[N("group1")]
    assert group.label == "Cleaner 2"
    assert group.params == {"sharpness": 0.7, "top": 0}
    assert asked[1].choice().shown == ((N("qtgmc1"), "sharpness", ""),)  # ticked at first: what it showed


# -- the dialog ------------------------------------------------------------------------------------
def rows(dialog: Chooser) -> dict[str, QTreeWidgetItem]:
    return {f"{item.parent().text(0)}/{item.text(0)}": item for item in dialog._rows()}


@pytest.fixture
def dialog(qtbot: QtBot) -> Chooser:
    start = desk()
    made = Chooser(start.graph, start.registry, {})
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_dialog_lists_every_param_by_node_and_counts_what_is_ticked(dialog: Chooser) -> None:
    assert "Deinterlace (QTGMC)/Sharpness" in rows(dialog)
    assert dialog.count.text() == "1 param shown"  # the file that the source reads
    item = rows(dialog)["Deinterlace (QTGMC)/Sharpness"]
    dialog.tree.setCurrentItem(item)
    press(dialog.tree, Qt.Key.Key_Space)
    assert dialog.count.text() == "2 params shown"
    assert (N("qtgmc1"), "sharpness", "") in dialog.choice().shown


def test_naming_a_param_ticks_it(dialog: Chooser) -> None:
    item = rows(dialog)["Crop/Top"]
    item.setText(2, "Lines above")
    assert (N("crop1"), "top", "Lines above") in dialog.choice().shown


def test_files_cannot_be_unticked(dialog: Chooser) -> None:
    item = rows(dialog)["Video file/File"]
    assert item.checkState(0) == Qt.CheckState.Checked
    assert not item.flags() & Qt.ItemFlag.ItemIsUserCheckable


def test_its_search_hides_what_does_not_fit(dialog: Chooser) -> None:
    QTest.keyClicks(dialog.field, "sharpness")
    seen = [name for name, item in rows(dialog).items() if not item.isHidden()]
    assert "Deinterlace (QTGMC)/Sharpness" in seen and "Crop/Top" not in seen
    dialog.field.clear()
    assert not any(item.isHidden() for item in rows(dialog).values())


def test_enter_makes_the_group_with_the_name_that_was_typed(dialog: Chooser) -> None:
    QTest.keyClicks(dialog.name, "VHS cleaner")
    press(dialog.name, Qt.Key.Key_Return)
    assert dialog.result() == Chooser.DialogCode.Accepted
    assert dialog.choice().title == "VHS cleaner"


# -- the shelf -------------------------------------------------------------------------------------
def kept(qtbot: QtBot, title: str = "VHS: cleaner") -> Rig:
    rig = Rig(qtbot, choosing("Cleaner", ("qtgmc1", "sharpness", "")), Answers(name=title))
    rig.desk.select(PARTS)
    rig.do("node.collapse_to_group")
    rig.do("node.keep_group")
    return rig


def test_a_kept_group_is_offered_again_in_the_next_session(qtbot: QtBot) -> None:
    rig = kept(qtbot)
    other = desk()
    palette = Palette(other, needs=Needs((), lambda _: set()))
    qtbot.addWidget(palette)
    assert labels(palette.tree)[:2] == ["[My groups]", "VHS: cleaner"]
    chosen: list[str] = []
    palette.chosen.connect(chosen.append)
    QTest.keyClicks(palette.field, "cleaner")
    press(palette.field, Qt.Key.Key_Return)
    kind = other.type_named(chosen[0])
    assert kind is not None and list(kind.params) == ["sharpness"]
    assert rig.shelf.has("VHS: cleaner")


def test_a_kept_group_is_put_on_a_wire_of_the_canvas(qtbot: QtBot) -> None:
    rig = kept(qtbot)
    rig.do("node.expand_group")
    canvas = Canvas(rig.desk, None, None)
    qtbot.addWidget(canvas)
    type_id = f"group:{rig.shelf.groups[0].name}"
    placed = canvas.place(type_id, SearchContext((400.0, 200.0), on=(N("crop1"), "clip")))
    assert placed == "group1"
    doc = rig.desk.graph.nodes[N("group1")]
    assert doc.type == GROUP and doc.inside is not None and doc.label == "VHS: cleaner"
    assert str(rig.desk.graph.incoming(N("crop1"))["clip"]) == "group1.out → crop1.clip"
    assert str(rig.desk.graph.incoming(N("group1"))["clip"]) == "source1.out → group1.clip"
    card = canvas.mirror.cards[N("group1")]
    assert {name for name, _ in card.ports} == {"clip", "out"}


def test_the_search_on_the_canvas_offers_groups_before_shelves(qtbot: QtBot) -> None:
    rig = kept(qtbot)
    palette = Palette(rig.desk, needs=Needs((), lambda _: set()), shelf=rig.shelf)
    qtbot.addWidget(palette)
    popup = SearchPopup(rig.desk, rig.window, entries=palette.entries)
    popup.ask(QPoint(10, 10), None, lambda _: None)
    assert labels(popup.list)[:2] == ["[My groups]", "VHS: cleaner"]
    popup.ask_instead(QPoint(10, 10), N("ffv1"), lambda _: None)
    assert "VHS: cleaner" not in labels(popup.list)


def test_keeping_under_a_taken_name_asks_first(qtbot: QtBot) -> None:
    rig = kept(qtbot)
    before = rig.shelf.groups[0].path.read_text("utf-8")
    rig.answers.yes = False
    rig.desk.do(SetParams(N("group1"), {"sharpness": 0.9}), "set")
    rig.do("node.keep_group")
    assert rig.answers.asked and rig.shelf.groups[0].path.read_text("utf-8") == before
    rig.answers.yes = True
    rig.do("node.keep_group")
    doc = rig.shelf.groups[0].doc
    assert doc is not None and doc.params["sharpness"] == 0.9


def test_a_group_travels_as_a_file(qtbot: QtBot, tmp_path: Path) -> None:
    rig = kept(qtbot)
    type_id = f"group:{rig.shelf.groups[0].name}"
    rig.answers.path = tmp_path
    rig.groups.give_out(type_id)
    file = next(tmp_path.glob("*.group"))
    assert load_group(file).inside is not None
    rig.answers.path = file
    rig.do("node.take_in_group")  # the name is taken: it gets another
    assert [one.doc.label for one in rig.shelf.groups if one.doc] == ["VHS: cleaner", "VHS: cleaner 2"]
    rig.groups.remove(type_id)
    assert len(rig.shelf.groups) == 1
    assert rig.desk.type_named(type_id) is None


def test_a_dropped_group_file_comes_onto_the_shelf_and_other_files_do_not(qtbot: QtBot, tmp_path: Path) -> None:
    rig = kept(qtbot, "Mine")
    rig.shelf.give_out("group:Mine", tmp_path / "From a friend.group")
    assert rig.groups.take_in_file(tmp_path / "From a friend.group")
    assert len(rig.shelf.groups) == 2
    assert not rig.groups.take_in_file(tmp_path / "tape.mkv")


def test_what_is_no_group_is_refused_in_words(qtbot: QtBot, tmp_path: Path) -> None:
    rig = Rig(qtbot, choosing(), Answers())
    whole = tmp_path / "whole.graph"
    save(desk().graph, whole)
    broken = tmp_path / "broken.group"
    broken.write_text("{", "utf-8")
    for path, said in ((whole, "this is a whole graph, not a group"), (broken, "stops in the middle")):
        rig.answers.path = path
        rig.do("node.take_in_group")
        assert said in rig.answers.told[-1] and str(path) in rig.answers.told[-1]
    assert rig.shelf.groups == []


def test_a_broken_file_on_the_shelf_stands_at_the_end_of_the_palette(qtbot: QtBot) -> None:
    rig = kept(qtbot)
    (rig.shelf.folder / "half.group").write_text('{"format": "tapeloom.graph"', "utf-8")
    rig.shelf.look()
    palette = Palette(rig.desk, needs=Needs((), lambda _: set()), shelf=rig.shelf)
    qtbot.addWidget(palette)
    assert labels(palette.tree)[-2:] == ["[Did not load]", "groups/half.group"]
    index = palette.tree.items().index(palette.tree.items().rowCount() - 1, 0)
    assert "stops in the middle" in palette.tip_of(palette.tree.items().index(0, 0, index))


def test_a_shelf_that_cannot_be_written_says_so(qtbot: QtBot) -> None:
    rig = Rig(qtbot, choosing(), Answers(name="Mine"))
    rig.shelf.folder.parent.mkdir(parents=True, exist_ok=True)
    rig.shelf.folder.write_text("a file stands where the folder should", "utf-8")
    rig.desk.select(PARTS)
    rig.do("node.collapse_to_group")
    rig.do("node.keep_group")
    assert "cannot be made" in rig.answers.told[0]


# -- the form --------------------------------------------------------------------------------------
def test_the_type_of_a_group_declares_the_form(qtbot: QtBot) -> None:
    rig = Rig(qtbot, choosing("Cleaner", ("qtgmc1", "sharpness", ""), ("qtgmc1", "preset", "Quality")))
    rig.desk.select(PARTS)
    rig.do("node.collapse_to_group")
    from editor.forms.subject import subject

    shown = subject(rig.desk.graph, rig.desk.registry, rig.desk.selection, rig.desk.current)
    assert [param.title for param in shown.params] == ["Sharpness", "Quality"]
    assert shown.params[1].kind is Kind.CHOICE
    rig.desk.do(shown.setting({"sharpness": 0.4}), "set")
    assert rig.desk.graph.nodes[NodeId("group1")].params["sharpness"] == 0.4
