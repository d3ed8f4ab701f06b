"""The journal: what power cuts, damage and a second program do to it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.jobs.journal import Folder, JournalError, Piece, Whole, digest, read_job, wholes_of


def whole(folder: Folder, first: int) -> Whole:
    """One of a film and a folder of pictures."""
    film, pictures = folder.path / f"encode1-{first:08d}.mkv", folder.path / f"pictures-{first:08d}"
    film.write_bytes(bytes([first]) * 100)
    pictures.mkdir()
    (pictures / "000001.png").write_bytes(bytes([first]) * 50)
    pieces = {
        "encode1": Piece(film.name, 10, 100, "", "a" * 64, coded(film)),
        "pictures": Piece(pictures.name, 10, 50, digest(pictures), "a" * 64),
    }
    return Whole(first, first + 10, pieces, 1.5, 2.5)


def coded(path: Path) -> str:
    """In place of ffmpeg, which reads packets: the bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder.make(tmp_path / "tape ü.mkv.job", {"graph": {}, "decides": {}})
    yield made
    made.close()


def test_what_is_kept_is_there_after_opening_it_again(folder: Folder) -> None:
    kept = [whole(folder, 0), whole(folder, 10)]
    for one in kept:
        folder.keep(one)
    folder.keep_cuts(60, 470)
    folder.close()
    again = Folder.open(folder.path)
    assert (again.wholes(), again.cuts(), again.job()["graph"]) == (kept, (60, 470), {})
    assert all(again.sound(one, coded) for one in kept)
    again.close()


@pytest.mark.parametrize("cut", [1, 7, 9, 40, -1])
def test_a_line_that_a_power_cut_tore_does_not_count_and_is_written_over(folder: Folder, cut: int) -> None:
    folder.keep(first := whole(folder, 0))
    before = (folder.path / "journal").read_bytes()
    folder.keep(whole(folder, 10))
    after = (folder.path / "journal").read_bytes()
    (folder.path / "journal").write_bytes(after[: len(before) + cut] if cut > 0 else after[:cut] + b"\0\0\0")
    assert wholes_of(folder.path) == [first]
    folder.keep(third := whole(folder, 20))
    assert wholes_of(folder.path) == [first, third]


def test_a_journal_that_cannot_be_read_for_a_moment_costs_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for first in (0, 10):
        folder.keep(whole(folder, first))
    real = Path.read_bytes

    def stumbles(path: Path) -> bytes:
        if path.name == "journal":
            raise OSError(5, "Input/output error")
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", stumbles)
        with pytest.raises(JournalError, match="try again"):
            folder.wholes()
        with pytest.raises(OSError, match="Input/output"):
            folder.keep(whole(folder, 20))
    assert [one.first for one in folder.wholes()] == [0, 10]


def test_a_flipped_bit_ends_what_counts(folder: Folder) -> None:
    for at in (0, 10, 20):
        folder.keep(whole(folder, at))
    data = bytearray((folder.path / "journal").read_bytes())
    data[len(data) // 2] ^= 4
    (folder.path / "journal").write_bytes(bytes(data))
    assert [one.first for one in wholes_of(folder.path)] == [0]


@pytest.mark.parametrize("damage", ["gone", "short", "changed"])
@pytest.mark.parametrize("node", ["encode1", "pictures"])
def test_a_damaged_piece_is_found(folder: Folder, damage: str, node: str) -> None:
    folder.keep(one := whole(folder, 0))
    piece = folder.path / one.pieces[node].file
    path = piece if piece.is_file() else piece / "000001.png"
    match damage:
        case "gone":
            path.unlink()
        case "short":
            path.write_bytes(path.read_bytes()[:-1])
        case _:
            path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert not folder.sound(one, coded)


def test_remains_of_a_segment_are_swept_and_nothing_else(folder: Folder) -> None:
    folder.keep(one := whole(folder, 0))
    (folder.path / "encode1-00000010.mkv").write_bytes(b"half")
    (folder.path / "encode1-00000010.hashes").write_bytes(b"half")
    (folder.path / "pictures-00000010").mkdir()
    folder.tidy([one])
    assert sorted(path.name for path in folder.path.iterdir()) == [
        "encode1-00000000.mkv",
        "job.json",
        "journal",
        "lock",
        "pictures-00000000",
    ]


def test_two_programs_do_not_work_on_one_job(folder: Folder) -> None:
    code = (
        "import sys; from pathlib import Path; from runtime.jobs.journal import Folder; Folder.open(Path(sys.argv[1]))"
    )
    argv = [sys.executable, "-c", code, str(folder.path)]
    root = Path(__file__).parents[3]
    other = subprocess.run(argv, capture_output=True, text=True, cwd=root, check=False)
    assert "another Tapeloom works on" in other.stderr
    folder.close()
    assert subprocess.run(argv, cwd=root, check=False).returncode == 0


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="no unfinished render"):
        Folder.open(tmp_path)
    (tmp_path / "job.json").write_text('{"format": "tapeloom job", "version": 99}')
    with pytest.raises(JournalError, match="newer Tapeloom"):
        read_job(tmp_path)
    (tmp_path / "job.json").write_text("{")
    with pytest.raises(JournalError, match="cannot be read"):
        read_job(tmp_path)
