"""The shelf's window, by mouse and keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from editor.models import words
from editor.models.job import Stage
from editor.models.known import Known
from editor.models.listing import MODEL
from editor.models.models import Models
from editor.models.panel import ModelsPanel
from runtime.models import store
from runtime.models.entry import Memory, Task
from tests.editor.answers import Answers
from tests.editor.models.kit import PRIVATE, models, over
from tests.runtime.models.server import serving
from tests.runtime.models.shelves import CONTENT, model

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def asker() -> Answers:
    return Answers(yes=True)


def shown(qtbot: QtBot, made: Models, tmp_path: Path) -> ModelsPanel:
    panel = ModelsPanel(made, tmp_path)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: made._looking is None, timeout=20_000)
    return panel


def names(panel: ModelsPanel) -> list[str]:
    found = [panel.listing.index(row, 0).data(MODEL) for row in range(panel.listing.rowCount())]
    return [one.name for one in found if isinstance(one, Known)]


def test_typing_finds_a_model_and_return_fetches_it(qtbot: QtBot, asker: Answers, tmp_path: Path) -> None:
    with serving(CONTENT) as site:
        both = model("sharp", site.address), model("quiet", site.address, does=Task.DENOISE, suits="Hissing pictures.")
        with models(qtbot, asker, *both) as made:
            panel = shown(qtbot, made, tmp_path)
            QTest.keyClicks(panel.field, "hissing")
            assert names(panel) == ["quiet"] and panel.details.title.text() == "Quiet"
            QTest.keyClick(panel.field, Qt.Key.Key_Return)
            assert over(qtbot, made, "quiet").stage is Stage.DONE
            assert panel.details.get_button.isHidden() and panel.details.verify_button.isVisible()
            assert panel.details.said.text() == "It is here."


def test_the_list_is_narrowed_to_a_task_and_to_what_is_here(qtbot: QtBot, asker: Answers, tmp_path: Path) -> None:
    both = model("sharp", ""), model("quiet", "", does=Task.DENOISE)
    with models(qtbot, asker, *both) as made:
        panel = shown(qtbot, made, tmp_path)
        assert {"sharp", "quiet"} <= set(names(panel))
        panel.task.setFocus()
        QTest.keyClicks(panel.task, "Denoise")
        assert names(panel) == ["quiet", "demo-denoise"]
        panel.task.setCurrentText("On the shelf")
        assert names(panel) == [] and panel.none.text() == "Nothing is on the shelf yet."
        panel.choose("sharp")
        assert panel.chosen is not None and panel.chosen.name == "sharp" and panel.task.currentIndex() == 0


def test_a_press_on_get_asks_about_the_licence_and_the_row_shows_how_far_it_is(
    qtbot: QtBot, asker: Answers, tmp_path: Path
) -> None:
    with serving(CONTENT) as site:
        entry = model("small", site.address, "", licence=PRIVATE, memory=Memory(8500, "estimated"))
        with models(qtbot, asker, entry) as made:
            panel = shown(qtbot, made, tmp_path)
            panel.choose("small")
            facts = panel.details.facts.findChildren(type(panel.details.title))
            said = " ".join(label.text() for label in facts)
            assert "CC BY-NC 4.0" in said and "For non-commercial use only" in said
            assert "3.53 GB" in said and "nobody states one" in said
            asker.yes = False
            QTest.mouseClick(panel.details.get_button, LEFT)
            assert asker.asked == ["For non-commercial use only"] and made.job("small") is None
            asker.yes = True
            QTest.mouseClick(panel.details.get_button, LEFT)
            assert panel.details.bar.isVisible() and panel.details.cancel_button.isVisible()
            over(qtbot, made, "small")
            title = type(panel.details.title)
            qtbot.waitUntil(  # Qt shows what comes into a layout a moment later
                lambda: any(
                    "unverified" in label.text() and label.isVisible()
                    for label in panel.details.facts.findChildren(title)
                )
            )
            QTest.mouseClick(panel.details.verify_button, LEFT)
            over(qtbot, made, "small")
            assert "nobody states its hash" in panel.details.said.text()
            QTest.mouseClick(panel.details.remove_button, LEFT)
            over(qtbot, made, "small")
            assert asker.asked[-1] == "Remove Small" and panel.details.get_button.isVisible()


def test_a_failed_download_says_so_in_place(qtbot: QtBot, asker: Answers, tmp_path: Path) -> None:
    with serving(b"<!doctype html> log in first") as site, models(qtbot, asker, model("small", site.address)) as made:
        panel = shown(qtbot, made, tmp_path)
        panel.choose("small")
        QTest.mouseClick(panel.details.get_button, LEFT)
        over(qtbot, made, "small")
        assert "a web page came instead" in panel.details.said.text()
        assert panel.details.said.objectName() == "Error" and panel.details.get_button.isVisible()


def test_a_file_by_hand_is_asked_for_by_its_name(qtbot: QtBot, asker: Answers, tmp_path: Path) -> None:
    asker.path = tmp_path / "model.pth"
    asker.path.write_bytes(CONTENT)
    with models(qtbot, asker, model("byhand", "")) as made:
        panel = shown(qtbot, made, tmp_path)
        panel.choose("byhand")
        assert panel.details.get_button.isHidden()
        QTest.mouseClick(panel.details.file_button, LEFT)
        assert asker.asked == ["Where is model.pth?"] and over(qtbot, made, "byhand").stage is Stage.DONE


def test_a_demo_model_is_used_by_a_double_click(qtbot: QtBot, asker: Answers, tmp_path: Path) -> None:
    with models(qtbot, asker) as made:
        panel = shown(qtbot, made, tmp_path)
        panel.choose("demo-interpolate")
        spot = panel.list.visualRect(panel.list.currentIndex()).center()
        with qtbot.waitSignal(panel.use_wanted) as wanted:
            QTest.mouseClick(panel.list.viewport(), LEFT, pos=spot)
            QTest.mouseDClick(panel.list.viewport(), LEFT, pos=spot)
        assert wanted.args is not None and wanted.args[0].suits == "interpolate"


def test_a_model_may_be_dropped_on_it_and_nothing_else(qtbot: QtBot, asker: Answers, tmp_path: Path) -> None:
    with models(qtbot, asker) as made:
        panel = shown(qtbot, made, tmp_path)
        for name, taken in (("net.onnx", True), ("tape.avi", False)):
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
            keys = Qt.KeyboardModifier.NoModifier
            enter = QDragEnterEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, LEFT, keys)
            enter.ignore()
            QApplication.sendEvent(panel, enter)
            assert enter.isAccepted() is taken
        dropped: list[object] = []
        panel.own_wanted.connect(dropped.append)
        data.setUrls([QUrl.fromLocalFile(str(tmp_path / "net.onnx"))])
        drop = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, LEFT, keys)
        QApplication.sendEvent(panel, drop)
        assert dropped == [tmp_path / "net.onnx"]


def test_the_shelfs_word_for_what_was_converted_is_ours_too() -> None:
    assert words.CONVERTED == store.CONVERTED


def test_words_tell_who_vouches_for_a_file(qtbot: QtBot, asker: Answers) -> None:
    with models(qtbot, asker, model("sure", "https://x.org"), model("unsure", "https://x.org", "")) as made:
        tints = {one.name: [tint for tint, _ in words.hash_lines(one)] for one in made.known if one.entry is not None}
        assert tints == {"sure": ["ok"], "unsure": ["warn"]}
