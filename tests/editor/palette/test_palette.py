"""The palette at the left: found by typing, starred, folded, dragged, and honest about what cannot run here."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from editor.actions import Actions
from editor.canvas.mime import dropped_type
from editor.desk.desk import Desk
from editor.palette import Kept, Needs, Palette
from editor.palette.dragging import drag
from editor.palette.rows import Role, star_box
from nodes.registry import LoadFailure, default_registry
from tests.editor.palette.kit import labels, press, word


def _everything(kinds: object) -> set[str]:
    return {need for kind in default_registry() for need in kind.needs}


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(default_registry())


@pytest.fixture
def palette(desk: Desk, qtbot: QtBot) -> Palette:
    return _shown(Palette(desk, needs=Needs(desk.registry, _everything)), qtbot)


def _shown(palette: Palette, qtbot: QtBot) -> Palette:
    qtbot.addWidget(palette)
    palette.resize(260, 3600)
    palette.show()
    qtbot.waitExposed(palette)
    return palette


def _row(palette: Palette, label: str, nth: int = 0) -> QModelIndex:
    found, index = [], palette.tree.items().index(0, 0)
    while index.isValid():
        if index.data(Qt.ItemDataRole.DisplayRole) == label:
            found.append(index)
        index = palette.tree.indexBelow(index)
    return found[nth]


def _click(palette: Palette, index: QModelIndex, at: QPoint | None = None) -> None:
    place = at or palette.tree.visualRect(index).center()
    QTest.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_every_node_lies_on_its_shelf_in_the_order_of_the_tape(palette: Palette) -> None:
    seen = labels(palette.tree)
    shelves = [text for text in seen if text.startswith("[")]
    order = ["Input", "Field", "Clean", "Colour", "Geometry", "Scale", "Motion", "Sound", "Utility", "Output"]
    assert shelves == [f"[{name}]" for name in order]
    assert len(seen) - len(shelves) == len(default_registry())
    field = seen[seen.index("[Field]") + 1 : seen.index("[Clean]")]
    assert field == sorted(field, key=str.casefold)
    assert "Deinterlace (QTGMC)" in field


def test_typing_finds_the_best_first_and_enter_adds_it(palette: Palette, qtbot: QtBot) -> None:
    QTest.keyClicks(palette.field, "qtgmc")
    assert labels(palette.tree)[0] == "Deinterlace (QTGMC)"
    with qtbot.waitSignal(palette.chosen) as told:
        press(palette.field, Qt.Key.Key_Return)
    assert told.args == ["deinterlace.qtgmc"]


def test_arrows_in_the_field_walk_through_what_was_found(palette: Palette, qtbot: QtBot) -> None:
    QTest.keyClicks(palette.field, "sharpen")
    found = labels(palette.tree)
    press(palette.field, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up)
    with qtbot.waitSignal(palette.chosen) as told:
        press(palette.field, Qt.Key.Key_Return)
    chosen = default_registry().get(told.args[0])
    assert chosen is not None and chosen.name() == found[1]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("dropout", "clean.dropout"),
        ("dqt", "deinterlace.qtgmc"),  # beginnings
        ("bm3d noise", "clean.bm3d"),  # two words, in two places
        ("output.ffv1", "output.ffv1"),  # an id
        ("telecine", "field.ivtc"),
        ("deintrelace", "deinterlace.bwdif"),  # misspelt
    ],
)
def test_a_node_is_found_by_name_word_id_and_in_spite_of_a_slip(palette: Palette, typed: str, first: str) -> None:
    palette.field.setText(typed)
    kind = default_registry().get(first)
    assert kind is not None, f"the library has no {first}"
    assert kind.name() in labels(palette.tree)[:2], labels(palette.tree)


def test_nothing_found_says_so_and_escape_shows_all_again(palette: Palette) -> None:
    palette.field.setText("qzxqzx")
    assert labels(palette.tree) == []
    assert "qzxqzx" in palette.none.text()
    assert palette.none.isVisible()
    press(palette.field, Qt.Key.Key_Return)  # nothing to add: nothing happens
    press(palette.field, Qt.Key.Key_Escape)
    assert palette.field.text() == ""
    assert "[Field]" in labels(palette.tree)
    assert not palette.none.isVisible()


def test_a_double_click_adds_and_is_remembered(palette: Palette, qtbot: QtBot) -> None:
    index = _row(palette, "Crop")
    with qtbot.waitSignal(palette.chosen) as told:
        QTest.mouseDClick(
            palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=palette.tree.visualRect(index).center()
        )
    assert told.args == ["geometry.crop"]
    assert labels(palette.tree)[:2] == ["[Used of late]", "Crop"]


def test_a_star_puts_a_node_on_top_and_stays_for_the_next_session(palette: Palette, desk: Desk, qtbot: QtBot) -> None:
    _click(palette, _row(palette, "Crop"), star_box(palette.tree.visualRect(_row(palette, "Crop"))).center())
    assert labels(palette.tree)[:2] == ["[Favourites]", "Crop"]
    again = _shown(Palette(desk, needs=Needs(desk.registry, _everything)), qtbot)
    assert labels(again.tree)[:2] == ["[Favourites]", "Crop"]
    top = again.tree.visualRect(_row(again, "Crop"))
    _click(again, _row(again, "Crop"), star_box(top).center())
    assert labels(again.tree)[0] == "[Input]"


def test_a_broken_file_of_favourites_is_set_aside(desk: Desk, qtbot: QtBot) -> None:
    kept = Kept()
    kept.star("geometry.crop", True)
    kept._file.file.write_text("{half", "utf-8")
    palette = _shown(Palette(desk, kept=Kept(), needs=Needs(desk.registry, _everything)), qtbot)
    assert labels(palette.tree)[0] == "[Input]"
    kept._file.file.write_text('{"favourites": 7, "recent": [1, null, "geometry.crop", "gone.node"]}', "utf-8")
    palette = _shown(Palette(desk, kept=Kept(), needs=Needs(desk.registry, _everything)), qtbot)
    assert labels(palette.tree)[:3] == ["[Used of late]", "Crop", "[Input]"]


def test_a_press_on_a_heading_folds_its_shelf_for_good(palette: Palette, desk: Desk, qtbot: QtBot) -> None:
    _click(palette, _row(palette, "Field"))
    seen = labels(palette.tree)
    assert seen[seen.index("[Field]") + 1] == "[Clean]"
    again = _shown(Palette(desk, needs=Needs(desk.registry, _everything)), qtbot)
    assert "Deinterlace (QTGMC)" not in labels(again.tree)
    again.field.setText("qtgmc")  # folded or not, it is found
    assert labels(again.tree)[0] == "Deinterlace (QTGMC)"
    again.field.clear()
    _click(again, _row(again, "Field"))
    assert "Deinterlace (QTGMC)" in labels(again.tree)


def test_what_is_not_installed_is_grey_and_says_what_to_do(desk: Desk, qtbot: QtBot) -> None:
    needs = Needs(desk.registry, lambda _: {"akarin"})
    palette = _shown(Palette(desk, needs=needs), qtbot)
    assert word(palette.tree, "Denoise (BM3D)") == ""
    with qtbot.waitSignal(needs.changed):
        needs.start()
    assert word(palette.tree, "Denoise (BM3D)") == "not installed"
    assert word(palette.tree, "Crop") == ""
    assert _row(palette, "Denoise (BM3D)").data(Role.DIM)
    said = palette.tip_of(_row(palette, "Denoise (BM3D)"))
    assert "needs bm3d" in said and "launch.py doctor" in said
    palette.field.setText("denoise")
    assert word(palette.tree, labels(palette.tree)[0]) != "not installed"  # what can be used comes first


def test_a_machine_without_vapoursynth_says_so(desk: Desk, qtbot: QtBot) -> None:
    needs = Needs(desk.registry, lambda _: None)
    with qtbot.waitSignal(needs.changed):
        needs.start()
    bm3d = default_registry().types["clean.bm3d"]
    assert needs.lacking(bm3d) == ("VapourSynth",)


def test_a_look_that_fails_greys_nothing(desk: Desk, qtbot: QtBot) -> None:
    def failing(kinds: object) -> set[str]:
        raise OSError("no more processes")

    needs = Needs(desk.registry, failing)
    needs._work()
    assert not needs.known
    assert needs.lacking(default_registry().types["clean.bm3d"]) == ()


def test_the_tooltip_tells_what_a_node_does_takes_and_gives(palette: Palette) -> None:
    said = palette.tip_of(_row(palette, "Deinterlace (QTGMC)"))
    kind = default_registry().types["deinterlace.qtgmc"]
    assert kind.help().splitlines()[0].split()[0] in said
    assert "Takes clip (clip)" in said
    assert "Gives" in said


def test_packs_that_did_not_load_stand_at_the_end_with_the_reason(qtbot: QtBot) -> None:
    failure = LoadFailure("plugins/teletext/reader.py", "ModuleNotFoundError: No module named 'zvbi'", "…")
    desk = Desk(replace(default_registry(), failures=(failure,)))
    palette = _shown(Palette(desk, needs=Needs(desk.registry, _everything)), qtbot)
    assert labels(palette.tree)[-2:] == ["[Did not load]", "teletext/reader.py"]
    index = _row(palette, "teletext/reader.py")
    assert "zvbi" in palette.tip_of(index) and "plugins/teletext/reader.py" in palette.tip_of(index)
    palette.tree.setCurrentIndex(index)
    press(palette.tree, Qt.Key.Key_Return)  # is no node: nothing is added


def test_what_is_dragged_is_a_node_type_under_a_small_card(palette: Palette, qtbot: QtBot) -> None:
    _click(palette, _row(palette, "Crop"))
    entry = palette.tree.current()
    assert entry is not None
    made = drag(palette.tree, entry)
    assert dropped_type(made.mimeData()) == "geometry.crop"
    picture = made.pixmap().toImage()
    assert picture.width() > 100
    assert picture.pixelColor(picture.width() // 2, picture.height() - 6).alpha() > 200
    assert picture.pixelColor(0, picture.height() - 1).alpha() == 0


def test_its_command_puts_the_cursor_into_the_search(desk: Desk, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    palette = Palette(desk, Actions(window), window, needs=Needs(desk.registry, _everything))
    window.show()
    qtbot.waitExposed(window)
    palette.tree.setFocus()
    actions = window.actions()
    next(action for action in actions if action.objectName() == "palette.find").trigger()
    assert window.focusWidget() is palette.field
