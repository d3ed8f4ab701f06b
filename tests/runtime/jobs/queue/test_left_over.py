"""What is made of a cancelled render goes, though somebody still has a hand on it for a moment."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest

from runtime.jobs.journal import Folder, cleared
from runtime.jobs.queue import left_over
from runtime.jobs.queue.left_over import throw_away


def begun(tmp_path: Path) -> Path:
    path = Folder.of(tmp_path / "tape.mkv")
    Folder.make(path, {"graph": {}}).close()
    (path / "encode1-00000000.mkv").write_bytes(b"a segment")
    return path


def test_a_folder_whose_lock_is_let_go_of_in_a_moment_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by a process that was just being started when the render ended: until it runs, it holds what we held."""
    path = begun(tmp_path)
    held = Folder.open(path)
    tries = threading.Semaphore(0)
    monkeypatch.setattr(time, "sleep", lambda _: tries.release())
    thread = threading.Thread(target=throw_away, args=(path,))
    thread.start()
    assert tries.acquire(timeout=30)  # it was refused once
    assert path.exists()
    held.close()
    thread.join(30)
    assert not path.exists()


def test_a_folder_that_somebody_works_on_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = begun(tmp_path)
    held = Folder.open(path)
    monkeypatch.setattr(left_over, "_PATIENCE_S", 0.0)
    throw_away(path)
    assert (path / "encode1-00000000.mkv").exists()
    held.close()


def test_what_is_written_while_a_folder_goes_goes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows holds the file of an ffmpeg that is just ending, and its folder with it."""
    path = begun(tmp_path)
    remove, refused = shutil.rmtree, [True, True]

    def held(folder: Path, **_how: bool) -> None:
        if not refused:
            remove(folder, ignore_errors=True)
        else:
            refused.pop()

    monkeypatch.setattr(shutil, "rmtree", held)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    cleared(path)
    assert not path.exists()
