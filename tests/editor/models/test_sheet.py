"""A model that is dropped: what is found is shown, and it goes to the shelf and the canvas; bad files say one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from editor.models.looking import Looking, free_name
from editor.models.models import Models
from editor.models.sheet import Sheet
from runtime.models.entry import Pattern
from runtime.models.fault import ShelfError
from runtime.models.inspect import Inspected
from tests.editor.answers import Answers
from tests.editor.models.kit import models, over
from tests.runtime.models.nets import resizer

LEFT = Qt.MouseButton.LeftButton
WINDOWED = Inspected(
    Pattern.WINDOW, 15, 3, 1, "float16", 17, multiple=8, window=5, weights=1_234_567, producer="pytorch",
    notes=("what it gives is unlike what it was given",),
)  # fmt: skip


def opened(qtbot: QtBot, made: Models, looking: Looking, path: Path, *, canvas: bool = True) -> Sheet:
    sheet = Sheet(made, looking, canvas=canvas)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(sheet)
    sheet.look(path)
    assert sheet.bar.isVisible() and sheet.use_button.isHidden()
    qtbot.waitUntil(lambda: not sheet.bar.isVisible(), timeout=20_000)
    return sheet


def said(sheet: Sheet) -> str:
    return " | ".join(label.text() for label in sheet.facts.findChildren(QLabel))


def test_a_users_own_model_is_tried_named_and_put_on_the_shelf(qtbot: QtBot, tmp_path: Path) -> None:
    path = resizer(tmp_path / "My Net v3.onnx", 3)
    with models(qtbot, Answers()) as made:
        sheet = opened(qtbot, made, Looking(), path)
        assert "3×" in said(sheet) and "3 in, 3 out (RGB)" in said(sheet) and "Upscale" in said(sheet)
        assert sheet.title.hasFocus() and sheet.title.text() == "My Net v3"
        QTest.keyClicks(sheet.title, "Tape net")  # what was selected is written over
        wanted: list[tuple[str, str]] = []
        sheet.use_wanted.connect(lambda name, task: wanted.append((name, task)))
        told: list[str] = []
        made.job_changed.connect(lambda name: told.append(made.jobs[name].said))
        QTest.keyClick(sheet.title, Qt.Key.Key_Return)
        over(qtbot, made, "tape-net")
        assert not any("trying" in text for text in told)  # what was found out is not found out again
        assert wanted == [("tape-net", "upscale")] and not sheet.isVisible()
        one = made.one("tape-net")
        assert one is not None and one.title == "Tape net" and one.model is not None
        # the very same file again: it is known
        sheet = opened(qtbot, made, Looking(), path)
        assert "It is on the shelf already, as Tape net." in sheet.said.text() and sheet.title.isReadOnly()
        assert sheet.shelf_button.isHidden()
        sheet.use_wanted.connect(lambda name, task: wanted.append((name, task)))
        QTest.mouseClick(sheet.use_button, LEFT)
        assert wanted[1] == ("tape-net", "upscale") and len([one for one in made.known if one.held]) == 1


def test_what_a_file_takes_is_said_with_its_doubts(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "window.onnx"
    path.write_bytes(b"x")
    with models(qtbot, Answers()) as made:
        sheet = opened(qtbot, made, Looking(lambda _: WINDOWED), path, canvas=False)
        for part in ("Denoise", "keeps the size", "5 pictures in a row", "multiples of 8", "float16", "pytorch"):
            assert part in said(sheet)
        assert "unlike what it was given." in sheet.said.text()
        assert sheet.use_button.isHidden() and sheet.shelf_button.isVisible()


@pytest.mark.parametrize("content", [b"", b"no model at all", b"<!doctype html><title>Sign in</title>"])
def test_a_bad_file_says_one_clear_line(qtbot: QtBot, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with models(qtbot, Answers()) as made:
        sheet = opened(qtbot, made, Looking(), path)
        text = sheet.said.text()
        assert text and "\n" not in text and str(tmp_path) not in text and sheet.said.objectName() == "Error"
        assert sheet.use_button.isHidden() and sheet.shelf_button.isHidden()
        QTest.keyClick(sheet, Qt.Key.Key_Escape)
        assert not sheet.isVisible() and not [one for one in made.known if one.held]


def test_what_the_shelf_refuses_can_be_mended_in_place(qtbot: QtBot, tmp_path: Path) -> None:
    """It was tried, and is gone when it is to be copied."""
    path = resizer(tmp_path / "net.onnx")
    with models(qtbot, Answers()) as made:
        sheet = opened(qtbot, made, Looking(), path)
        path.unlink()
        QTest.mouseClick(sheet.shelf_button, LEFT)
        over(qtbot, made, "net")
        assert "there is no such file" in sheet.said.text() and sheet.isVisible() and sheet.shelf_button.isEnabled()


def test_a_file_that_is_given_up_is_not_heard_of_again(qtbot: QtBot, tmp_path: Path) -> None:
    def slow(path: Path) -> Inspected:
        raise ShelfError("too late")

    seen: list[object] = []
    looking = Looking(slow)
    looking.seen.connect(seen.append)
    looking.look(tmp_path / "a.onnx", ())
    looking.stop()
    looking.look(tmp_path / "b.onnx", ())
    qtbot.waitUntil(lambda: bool(seen), timeout=20_000)
    assert [found.path.name for found in seen] == ["b.onnx"]  # type: ignore[attr-defined]


def test_names_for_the_shelf_are_plain_and_free() -> None:
    assert free_name("Ünser Netz (v2).best", ()) == "nser-netz-v2-.best"
    assert free_name("span x2", ("span-x2", "span-x2-2")) == "span-x2-3"
    assert free_name("???", ()) == "model"
