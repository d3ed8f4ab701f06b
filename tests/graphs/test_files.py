"""Saving never loses the file that is there; loading says what is wrong with one."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from graphs import files
from graphs.codec import DocumentError, encode
from graphs.document import Graph, NodeDoc, NodeId
from graphs.files import FileError, load, save

OLD = Graph.of([NodeDoc(NodeId("a"), "input.video", params={"file": "old.dv"})])
NEW = Graph.of([NodeDoc(NodeId("a"), "input.video", params={"file": "new.dv"})])


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "tape ü.graph"
    save(OLD, path)
    save(NEW, path)
    assert load(path) == NEW
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("broken", ["write", "fsync", "replace"])
def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = tmp_path / "a.graph"
    save(OLD, path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    match broken:
        case "write":
            monkeypatch.setattr(files, "_write", full)
        case "fsync":
            monkeypatch.setattr(os, "fsync", full)
        case _:
            monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(FileError, match=r"not saved .No space left.*as it was"):
        save(NEW, path)
    monkeypatch.undo()
    assert load(path) == OLD
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.graph"
    save(OLD, path)
    really = os.open
    monkeypatch.setattr(
        os,
        "open",
        lambda file, *rest: really("/dev/full", os.O_WRONLY) if ".part" in str(file) else really(file, *rest),
    )
    with pytest.raises(FileError, match="No space left"):
        save(NEW, path)
    monkeypatch.undo()
    assert load(path) == OLD


def test_a_graph_that_no_file_can_hold_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.graph"
    save(OLD, path)
    for bad in ({"x": float("nan")}, {"x": float("inf")}):
        with pytest.raises(ValueError, match=r"JSON|float|read back"):
            save(Graph.of([NodeDoc(NodeId("a"), "t", params=bad)]), path)
    with pytest.raises(DocumentError):
        save(Graph.of([NodeDoc(NodeId("no id"), "t")]), path)
    assert load(path) == OLD


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_the_mode_is_kept_and_a_new_file_has_the_usual_one(tmp_path: Path) -> None:
    path = tmp_path / "a.graph"
    save(OLD, path)
    usual = tmp_path / "plain"
    usual.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)
    path.chmod(0o640)
    save(NEW, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.graph", tmp_path / "link.graph"
    save(OLD, real)
    link.symlink_to(real)
    save(NEW, link)
    assert link.is_symlink()
    assert load(real) == NEW


def test_missing_places_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        load(tmp_path / "none.graph")
    with pytest.raises(FileError, match="folder"):
        load(tmp_path)
    with pytest.raises(FileError, match="folder does not exist"):
        save(OLD, tmp_path / "none" / "a.graph")


def test_a_zero_byte_file_is_told_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "lost.graph"
    path.touch()
    with pytest.raises(DocumentError, match=r"lost\.graph: the file is empty"):
        load(path)


def test_a_truncated_file_is_told_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "half.graph"
    path.write_text(encode(OLD)[:90], "utf-8")
    with pytest.raises(DocumentError, match=r"half\.graph: line \d+, column \d+: the file stops in the middle"):
        load(path)


@pytest.mark.parametrize("spoilt", ["too large", "nowhere"])
def test_a_graph_that_no_file_can_hold_is_told_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: str
) -> None:
    path = tmp_path / "a.graph"
    save(OLD, path)
    before = path.read_bytes()
    node = NEW.nodes[NodeId("a")]
    if spoilt == "too large":
        monkeypatch.setattr("graphs.strict_json.MAX_BYTES", 100)
    else:
        node = replace(node, position=(float("inf"), 0.0))
    with pytest.raises(FileError if spoilt == "too large" else ValueError, match=r"a\.graph: "):
        save(Graph.of([node]), path)
    assert path.read_bytes() == before and [*tmp_path.iterdir()] == [path]
