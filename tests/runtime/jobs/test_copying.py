"""Copies are proved before they count, and nothing is deleted before that."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from runtime.jobs import copying
from runtime.jobs.copying import CopyCancelled, CopyError, copy_all


def big(path: Path, size: int = 300_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(size))
    return path


def test_files_and_folders_are_copied_and_their_sums_told(tmp_path: Path) -> None:
    one, two = big(tmp_path / "Fête d’été.mkv"), big(tmp_path / "pictures" / "deep" / "000001.png")
    shares: list[float] = []
    done = copy_all([one, tmp_path / "pictures"], tmp_path / "shelf", tell=shares.append)
    assert (tmp_path / "shelf" / one.name).read_bytes() == one.read_bytes()
    assert (tmp_path / "shelf" / "pictures" / "deep" / "000001.png").read_bytes() == two.read_bytes()
    assert {copy.sha256 for copy in done} == {hashlib.sha256(file.read_bytes()).hexdigest() for file in (one, two)}
    assert max(shares) == 1.0 and not list(tmp_path.rglob("*.part"))
    assert (tmp_path / "shelf" / one.name).stat().st_mtime_ns == one.stat().st_mtime_ns


def test_what_is_moved_is_deleted_once_it_is_proved(tmp_path: Path) -> None:
    files = [big(tmp_path / f"{number}.mkv") for number in range(5)]
    sums = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    done = copy_all(files, tmp_path / "shelf", delete=True)
    assert not any(file.exists() for file in files) and all(one.deleted for one in done)
    assert [hashlib.sha256(one.target.read_bytes()).hexdigest() for one in done] == sums


def test_a_disk_that_writes_other_bytes_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = big(tmp_path / "a.mkv")

    def flip(path: Path) -> None:  # between what was written and what is read back
        data = bytearray(path.read_bytes())
        data[1000] ^= 1
        path.write_bytes(data)

    monkeypatch.setattr(copying, "_let_go", flip)
    with pytest.raises(CopyError, match="not what is read back"):
        copy_all([file], tmp_path / "shelf", delete=True)
    assert file.exists() and list((tmp_path / "shelf").iterdir()) == []


def test_a_file_that_is_there_counts_only_if_it_is_the_same(tmp_path: Path) -> None:
    file = big(tmp_path / "a.mkv")
    there = tmp_path / "shelf" / "a.mkv"
    there.parent.mkdir()
    there.write_bytes(file.read_bytes())
    assert copy_all([file], there.parent)[0].target == there
    there.write_bytes(b"another tape")
    with pytest.raises(CopyError, match="another file"):
        copy_all([file], there.parent, delete=True)
    assert there.read_bytes() == b"another tape" and file.exists()


def test_one_that_grows_meanwhile_is_not_called_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = big(tmp_path / "a.mkv")

    def grow(_: Path) -> None:
        file.write_bytes(file.read_bytes() + b"more")

    monkeypatch.setattr(copying, "_let_go", grow)
    with pytest.raises(CopyError, match="changed while"):
        copy_all([file], tmp_path / "shelf")
    assert list((tmp_path / "shelf").iterdir()) == []


def test_it_is_cancelled_and_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "CHUNK_BYTES", 10_000)
    files = [big(tmp_path / f"{number}.mkv") for number in range(3)]
    stop = threading.Event()
    with pytest.raises(CopyCancelled):
        copy_all(
            files, tmp_path / "shelf", delete=True, stop=stop, tell=lambda share: stop.set() if share > 0.3 else None
        )
    assert all(file.exists() for file in files) and not list((tmp_path / "shelf").glob("*.part"))


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (["gone.mkv"], "there is no file"),
        (["a/tape.mkv", "b/tape.mkv"], "both called"),
        (["shelf/here.mkv"], "the same"),
    ],
)
def test_what_cannot_be_is_said_beforehand(tmp_path: Path, files: list[str], words: str) -> None:
    for name in ("a/tape.mkv", "b/tape.mkv", "shelf/here.mkv"):
        big(tmp_path / name, 10)
    with pytest.raises(CopyError, match=words) as caught:
        copy_all([tmp_path / name for name in files], tmp_path / "shelf")
    assert "\n" not in str(caught.value)
    assert [file.name for file in (tmp_path / "shelf").iterdir()] == ["here.mkv"]


def test_what_changes_while_others_are_copied_is_not_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = big(tmp_path / "a.bin"), big(tmp_path / "b.bin")
    real = copying._Work.copy

    def copy(work: copying._Work, source: Path, target: Path) -> copying.Copied:
        done = real(work, source, target)
        if source == second:
            first.write_bytes(b"a later version")
        return done

    monkeypatch.setattr(copying._Work, "copy", copy)
    with pytest.raises(CopyError, match="changed after it was copied"):
        copying.copy_all([first, second], tmp_path / "to", delete=True, at_once=1)
    assert first.read_bytes() == b"a later version" and second.exists()
