"""Opening and saving: nothing is lost, whatever goes wrong."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from editor.desk.desk import Desk
from editor.desk.files import Files
from editor.settings import Settings
from graphs.document import Graph, NodeDoc, NodeId
from graphs.edits import AddNodes, SetParams
from graphs.files import load, save
from nodes.registry import default_registry
from tests.editor.answers import Answers

NOTE = AddNodes((NodeDoc(NodeId("fill1"), "geometry.fill"),))


@pytest.fixture
def asker() -> Answers:
    return Answers()


@pytest.fixture
def files(qtbot: QtBot, tmp_path: Path, asker: Answers) -> Files:
    desk = Desk(default_registry())
    made = Files(desk, Settings(tmp_path / "settings.json"), asker)
    made.desk = desk  # type: ignore[attr-defined]
    made.said = []  # type: ignore[attr-defined]
    made.failed.connect(made.said.append)  # type: ignore[attr-defined]
    return made


def desk_of(files: Files) -> Desk:
    return files.desk  # type: ignore[attr-defined, no-any-return]


def said(files: Files) -> list[str]:
    return files.said  # type: ignore[attr-defined, no-any-return]


def test_a_document_is_saved_where_the_user_says_and_opened_again(files: Files, asker: Answers, tmp_path: Path) -> None:
    desk = desk_of(files)
    desk.do(NOTE, "add")
    assert desk.dirty
    asker.path = tmp_path / "my tape"
    assert files.save()
    assert desk.path == tmp_path / "my tape.graph" and not desk.dirty and desk.name == "my tape"
    assert files.new() and desk.graph == Graph()
    assert files.open(tmp_path / "my tape.graph") and list(desk.graph.nodes) == ["fill1"]
    assert files.recent() == [tmp_path / "my tape.graph"]


def test_unsaved_work_is_kept_when_the_user_cancels(files: Files, asker: Answers, tmp_path: Path) -> None:
    save(Graph(), tmp_path / "other.graph")
    desk_of(files).do(NOTE, "add")
    for leave in (files.new, lambda: files.open(tmp_path / "other.graph")):
        assert not leave()
        assert list(desk_of(files).graph.nodes) == ["fill1"]
    asker.keep = "discard"
    assert files.open(tmp_path / "other.graph") and not desk_of(files).graph.nodes


def test_saving_that_is_cancelled_keeps_the_document_open(files: Files, asker: Answers) -> None:
    desk_of(files).do(NOTE, "add")
    asker.keep, asker.path = "save", None
    assert not files.new() and desk_of(files).dirty


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_loses_nothing(files: Files, asker: Answers, tmp_path: Path) -> None:
    place = tmp_path / "locked"
    place.mkdir(mode=0o500)
    asker.path = place / "a.graph"
    desk_of(files).do(NOTE, "add")
    assert not files.save() and desk_of(files).dirty and "Permission denied" in said(files)[0]


def test_a_full_disk_leaves_the_old_file_and_the_work(
    files: Files, asker: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker.path = tmp_path / "a.graph"
    assert files.save_as()
    before = (tmp_path / "a.graph").read_bytes()
    desk_of(files).do(NOTE, "add")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert not files.save()
    assert desk_of(files).dirty and (tmp_path / "a.graph").read_bytes() == before
    assert "No space left on device" in said(files)[0] and "still here" in said(files)[0]


def test_a_file_that_is_no_graph_is_said_in_a_line_and_opens_nothing(files: Files, tmp_path: Path) -> None:
    (tmp_path / "a.graph").write_text("{")
    assert not files.open(tmp_path / "a.graph")
    assert said(files) and "a.graph" in said(files)[0] and desk_of(files).path is None


def test_files_beside_the_document_are_named_from_there(files: Files, asker: Answers, tmp_path: Path) -> None:
    tape = tmp_path / "tapes" / "one.mkv"
    tape.parent.mkdir()
    tape.write_bytes(b"x")
    source = NodeDoc(NodeId("source1"), "input.video", params={"file": str(tape)})
    desk_of(files).do(AddNodes((source,)), "add")
    asker.path = tmp_path / "a.graph"
    files.save()
    assert load(tmp_path / "a.graph").nodes[NodeId("source1")].params["file"] == "tapes/one.mkv"
    files.reload()
    assert desk_of(files).graph.nodes[NodeId("source1")].params["file"] == str(tape)


def test_a_change_from_outside_is_noticed_and_our_own_saving_is_not(
    files: Files, asker: Answers, tmp_path: Path, qtbot: QtBot
) -> None:
    asker.path = tmp_path / "a.graph"
    files.save_as()
    desk_of(files).do(NOTE, "add")
    files.save()
    noticed: list[object] = []
    files.changed_outside.connect(noticed.append)
    files.look()
    assert noticed == []
    with qtbot.waitSignal(files.changed_outside, timeout=5000):
        save(Graph(), tmp_path / "a.graph")
    (tmp_path / "a.graph").unlink()
    files.look()
    assert noticed == [tmp_path / "a.graph"] * 2


def test_what_undo_takes_back_to_the_saved_state_is_not_dirty(files: Files, asker: Answers, tmp_path: Path) -> None:
    desk = desk_of(files)
    asker.path = tmp_path / "a.graph"
    desk.do(NOTE, "add")
    files.save()
    desk.do(SetParams(NodeId("fill1"), {"left": 4}), "set")
    assert desk.dirty
    desk.undo()
    assert not desk.dirty


def test_opening_the_file_that_is_open_shows_what_was_just_saved(files: Files, asker: Answers, tmp_path: Path) -> None:
    asker.path = tmp_path / "a.graph"
    files.save_as()
    desk_of(files).do(NOTE, "add")
    asker.keep = "save"
    assert files.open(tmp_path / "a.graph")
    assert list(desk_of(files).graph.nodes) == ["fill1"] and not desk_of(files).dirty


def test_a_name_without_its_ending_overwrites_no_file_unasked(files: Files, asker: Answers, tmp_path: Path) -> None:
    save(Graph(), tmp_path / "a.graph")
    before = (tmp_path / "a.graph").read_bytes()
    desk_of(files).do(NOTE, "add")
    asker.path = tmp_path / "a"  # the system's dialog knows of no file that is called so
    assert not files.save_as() and (tmp_path / "a.graph").read_bytes() == before and desk_of(files).dirty
    asker.yes = True
    assert files.save_as() and list(load(tmp_path / "a.graph").nodes) == ["fill1"]


def test_a_graph_that_no_file_can_hold_is_told_and_stays_open(
    files: Files, asker: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker.path = tmp_path / "a.graph"
    desk_of(files).do(NOTE, "add")
    monkeypatch.setattr("graphs.strict_json.MAX_BYTES", 100)
    assert not files.save() and desk_of(files).dirty and "still here" in said(files)[0]
