"""The chooser of a model: what fits is offered, a file is taken, what is missing is fetched where it is missed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QObject, QPointF, Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from editor.desk.paths import by_path, lost
from editor.forms.asks import Absent, Offer
from editor.forms.controls.model import ModelBox
from editor.forms.panel import ParamsPanel
from graphs.document import Graph
from nodes.registry import default_registry
from tests.editor.forms.kit import Bench, chain, node, settle

pytestmark = pytest.mark.usefixtures("qapp")
LEFT = Qt.MouseButton.LeftButton


class Shelf(QObject):
    """A shelf as a form sees it, filled by the test."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.here = {"upscale": [Offer("tape-x2", "My tape 2×", "2× · 2 KB"), Offer("span-x2", "SPAN ×2", "2×")]}
        self.gone: dict[str, Absent] = {}
        self.asked: list[tuple[str, ...]] = []

    def load(self) -> None:
        self.asked.append(("load",))

    def look(self) -> None:
        self.asked.append(("look",))

    def offers(self, task: str) -> Sequence[Offer]:
        return self.here.get(task, [])

    def offer(self, name: str) -> Offer | None:
        return next((one for known in self.here.values() for one in known if one.name == name), None)

    def absent(self, name: str) -> Absent | None:
        return self.gone.get(name)

    def get(self, name: str) -> None:
        self.asked.append(("get", name))

    def cancel(self, name: str) -> None:
        self.asked.append(("cancel", name))

    def more(self, task: str, name: str = "") -> None:
        self.asked.append(("more", task))


class Upscaling(Bench):
    """A Parameters tab with an AI upscale node, and the box of its model."""

    def __init__(self, model: str) -> None:
        self.shelf = Shelf()
        super().__init__(chain(node("test1", "input.pattern"), node("up1", "ai.upscale", model=model)), "up1")
        self.panel = ParamsPanel(self.desk, self.facts, self.playhead, models=self.shelf)
        self.panel.resize(430, 600)
        self.panel.show()
        self.facts.compile()
        settle()

    @property
    def box(self) -> ModelBox:
        control = self.control("model")
        assert isinstance(control, ModelBox)
        return control

    def menu(self) -> list[str]:
        self.box.menu.aboutToShow.emit()
        return [action.text().split("\t")[0] for action in self.box.menu.actions() if not action.isSeparator()]

    def choose(self, text: str) -> None:
        self.menu()
        next(action for action in self.box.menu.actions() if action.text().startswith(text)).trigger()
        settle()


def problems(bench: Upscaling) -> str:
    """What the cards above the form say."""
    cards = bench.panel.problems.findChildren(QLabel)
    return " ".join(card.text() for card in cards if card.isVisible())


def test_what_fits_is_offered_by_its_title_and_chosen_as_one_step() -> None:
    bench = Upscaling("span-x2")
    assert "SPAN ×2" in bench.box.button.text() and bench.box.small.text() == "2×" and not bench.box.missing
    assert bench.menu() == ["My tape 2×", "SPAN ×2", "From file…", "Get more…"]
    assert [action.isChecked() for action in bench.box.menu.actions()][:2] == [False, True]
    bench.choose("My tape")
    assert bench.value("model") == "tape-x2" and bench.undo_steps() == 1
    bench.choose("Get more")
    assert ("more", "upscale") in bench.shelf.asked


def test_the_menu_opens_and_chooses_by_keys() -> None:
    bench = Upscaling("span-x2")
    bench.box.button.setFocus()
    chosen: list[str] = []
    bench.box.menu.aboutToShow.connect(lambda: chosen.append("open"))
    bench.box.menu.popup(bench.box.mapToGlobal(bench.box.rect().bottomLeft()))
    QTest.keyClick(bench.box.menu, Qt.Key.Key_Down)
    QTest.keyClick(bench.box.menu, Qt.Key.Key_Return)
    settle()
    assert chosen == ["open"] and bench.value("model") == "tape-x2"


def test_one_that_is_missing_is_fetched_where_it_is_missed() -> None:
    bench = Upscaling("realesrgan-x4plus")
    bench.shelf.gone["realesrgan-x4plus"] = Absent("realesrgan-x4plus", "Real-ESRGAN x4plus", "BSD-3-Clause", True)
    bench.shelf.changed.emit()
    settle()
    assert bench.box.missing == "realesrgan-x4plus" and "Real-ESRGAN" in bench.box.button.text()
    assert bench.box.gone.text() == "It is not on the shelf. BSD-3-Clause"
    assert "realesrgan" not in problems(bench)  # the row says it
    QTest.mouseClick(bench.box.mend_button, LEFT)
    assert bench.shelf.asked[-1] == ("get", "realesrgan-x4plus")
    bench.shelf.gone["realesrgan-x4plus"] = Absent(
        "realesrgan-x4plus", "Real-ESRGAN x4plus", may_get=True, at="x.pth: 12 MB of 64 MB", share=0.19
    )
    bench.shelf.changed.emit()
    assert bench.box.bar.isVisible() and bench.box.bar.value() == 190 and "12 MB" in bench.box.gone.text()
    QTest.mouseClick(bench.box.mend_button, LEFT)
    assert bench.shelf.asked[-1] == ("cancel", "realesrgan-x4plus")
    bench.shelf.gone["realesrgan-x4plus"] = Absent(
        "realesrgan-x4plus", "R", may_get=True, fault="example.org broke off"
    )
    bench.shelf.changed.emit()
    assert bench.box.gone.text() == "example.org broke off" and bench.box.mend_button.text() == "Try again"
    bench.shelf.here["upscale"].append(Offer("realesrgan-x4plus", "Real-ESRGAN x4plus", "4×"))
    del bench.shelf.gone["realesrgan-x4plus"]
    bench.shelf.changed.emit()
    assert not bench.box.missing and not bench.box.bar.isVisible()


def test_a_name_that_nobody_knows_leads_to_the_shelf() -> None:
    bench = Upscaling("esrgan-of-my-friend")
    assert (
        not bench.box.missing and bench.panel.problems.isVisible()
    )  # the shelf has not been looked at: the check says it
    bench.shelf.gone["esrgan-of-my-friend"] = Absent("esrgan-of-my-friend", "esrgan-of-my-friend")
    bench.shelf.changed.emit()
    QTest.mouseClick(bench.box.mend_button, LEFT)
    assert bench.shelf.asked[-1] == ("more", "upscale")


def test_a_file_is_dropped_and_one_that_has_moved_is_said(tmp_path: Path) -> None:
    bench = Upscaling("span-x2")
    (tmp_path / "net.onnx").touch()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "net.onnx"))])
    keys = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(bench.box, QDragEnterEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, LEFT, keys))
    QApplication.sendEvent(bench.box, QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, LEFT, keys))
    settle()
    assert bench.value("model") == str(tmp_path / "net.onnx")
    assert bench.box.button.text() == "net.onnx" and bench.box.small.text() == "a file"
    bench.box._heard(str(tmp_path / "net.onnx"), False)
    assert bench.box.missing and bench.box.mend_button.text() == "Find it…"
    bench.box.take(str(tmp_path / "moved.onnx"))
    settle()
    assert bench.value("model") == str(tmp_path / "moved.onnx")


def test_a_name_with_a_dot_is_no_lost_file() -> None:
    graph = Graph.of([node("a", "ai.interpolate", model="rife-4.6"), node("b", "ai.upscale", model="gone/net.onnx")])
    assert [one.path for one in lost(graph, default_registry())] == ["gone/net.onnx"]
    assert by_path("C:\\nets\\x.pth") and by_path("x.ONNX") and not by_path("rife-4.25")
