"""What is left when the process is killed, and what is not when it ends well."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from editor.desk.desk import Desk
from editor.desk.recovery import Recovery, place, survivors
from graphs.document import Graph, NodeDoc, NodeId
from graphs.edits import AddNodes
from nodes.registry import default_registry

ADD = AddNodes((NodeDoc(NodeId("fill1"), "geometry.fill"),))
VICTIM = """
import sys
from PySide6.QtCore import QCoreApplication
from editor.desk.desk import Desk
from editor.desk.recovery import Recovery
from graphs.document import NodeDoc
from graphs.edits import AddNodes
from nodes.registry import Registry
app = QCoreApplication([])
desk = Desk(Registry({}))
recovery = Recovery(desk, 0.1)
desk.name = "holiday"
desk.do(AddNodes((NodeDoc("fill1", "geometry.fill"),)), "add")
recovery.keep(); recovery.wait()
print("kept", flush=True)
app.exec()
"""


def test_a_killed_window_leaves_its_document_to_the_next(qtbot: QtBot) -> None:
    victim = subprocess.Popen([sys.executable, "-c", VICTIM], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    assert victim.stdout is not None and victim.stdout.readline() == b"kept\n"
    assert survivors() == []  # its window lives
    os.kill(victim.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    victim.wait()
    victim.stdout.close()
    (found,) = survivors()
    assert found.name == "holiday" and found.path is None and list(found.graph().nodes) == ["fill1"]
    assert abs(time.time() - found.when) < 120
    found.discard()
    assert survivors() == []


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(default_registry())


def test_a_changed_document_is_kept_by_itself(desk: Desk, qtbot: QtBot) -> None:
    recovery = Recovery(desk, 0.05)
    desk.do(ADD, "add")
    qtbot.waitUntil(lambda: (recovery.folder / "document.graph").exists(), timeout=5000)
    recovery.close()


def test_saving_forgets_the_copy_and_closing_the_folder(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    recovery = Recovery(desk, 60)
    desk.do(ADD, "add")
    recovery.keep()
    recovery.wait()
    assert (recovery.folder / "document.graph").exists()
    desk.mark_saved(tmp_path / "a.graph")
    recovery.wait()
    assert not (recovery.folder / "document.graph").exists()
    recovery.close()
    assert list(place().iterdir()) == []


def test_an_unchanged_document_is_not_written(desk: Desk) -> None:
    recovery = Recovery(desk, 60)
    desk.open(Graph(), None, "a")
    recovery.keep()
    recovery.wait()
    assert not (recovery.folder / "document.graph").exists()
    recovery.close()


def test_a_broken_leftover_is_still_offered_by_its_document(desk: Desk) -> None:
    folder = place() / "old"
    folder.mkdir(parents=True)
    (folder / "about.json").write_text("[1")
    (folder / "document.graph").write_text("{")
    (found,) = survivors()
    assert found.name == ""
    (folder / "document.graph").unlink()
    assert survivors() == [] and not folder.exists()


def test_a_copy_that_cannot_be_written_is_told_and_then_that_it_can(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    recovery = Recovery(desk, 60)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        desk.do(ADD, "add")
        with qtbot.waitSignal(recovery.troubled, check_params_cb=lambda why: "No space left" in why):
            recovery.keep()
    recovery.wait()
    with qtbot.waitSignal(recovery.troubled, check_params_cb=lambda why: why == ""):  # it is tried again by itself
        recovery.keep()
    recovery.close()


def test_a_copy_is_only_said_to_be_kept_when_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    recovery = Recovery(desk, 60)
    desk.do(ADD, "add")
    with monkeypatch.context() as patched:
        patched.setattr("graphs.strict_json.MAX_BYTES", 100)
        assert not recovery.keep_now() and recovery.trouble
    assert recovery.keep_now() and not recovery.trouble and (recovery.folder / "document.graph").exists()
    recovery.close()


def test_a_window_opens_where_no_copy_can_be_kept_and_says_so_once_there_is_work(desk: Desk) -> None:
    place().write_text("a file where the folder should be")
    recovery = Recovery(desk, 60)
    desk.do(ADD, "add")
    assert not recovery.keep_now() and recovery.trouble
    place().unlink()
    assert recovery.keep_now() and survivors() == []  # the folder is there now, and locked
    recovery.close()
