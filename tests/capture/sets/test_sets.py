"""Sets of passes: kept whole, found again after a move, aligned and wired from the command line."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from capture.sets.kept import changed, listed, save, with_pass, without_pass
from graphs.check import check
from graphs.files import load as load_graph
from nodes.media import Media
from nodes.registry import default_registry
from runtime import takes
from runtime.takes import Part, Pass, SetError, TapeSet, decode, found, load
from tests.capture.sets.tapes import HIGH, WIDE, played, tape
from tests.nodes import sources
from tests.nodes.sources import ffmpeg

Capture = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Capture:
    """Runs a capture command; its exit code and words."""

    def call(*words: str | Path) -> tuple[int, str, str]:
        from runtime.commands import main

        capsys.readouterr()
        code = main(["capture", *map(str, words)])
        out = capsys.readouterr()
        return code, out.out, out.err

    return call


def some(path: Path, size: int = 10) -> Path:
    path.write_bytes(b"x" * size)
    return path


def test_passes_are_added_and_removed_and_numbers_never_come_again(tmp_path: Path, said: Capture) -> None:
    path = tmp_path / "Zwei Wörter №3.tapeset"
    for name in ("a.mkv", "b.mkv", "c1.mkv", "c2.mkv"):
        some(tmp_path / name)
    assert said("sets", "add", path, tmp_path / "a.mkv")[0] == 0
    assert said("sets", "add", path.with_suffix(""), tmp_path / "b.mkv", "--notes", "heads cleaned")[0] == 0
    assert said("sets", "remove", path, "2")[0] == 0
    assert said("sets", "add", path, tmp_path / "c1.mkv", tmp_path / "c2.mkv")[0] == 0
    one = load(path)
    assert one.tape == "Zwei Wörter №3"
    assert [(each.id, [part.file for part in each.parts]) for each in one.passes] == [
        (1, ["a.mkv"]),
        (2, ["c1.mkv", "c2.mkv"]),
    ]
    assert (tmp_path / "b.mkv").exists()
    code, out, _ = said("sets", "list", tmp_path)
    assert code == 0 and "pass 2: 2 files" in out
    code, out, _ = said("sets", "list", tmp_path, "--json")
    assert json.loads(out)[0]["passes"][0]["parts"][0]["size"] == 10


def test_a_moved_folder_is_found_again(tmp_path: Path) -> None:
    (tmp_path / "here" / "files").mkdir(parents=True)
    file = some(tmp_path / "here" / "files" / "a.mkv")
    path = tmp_path / "here" / "t.tapeset"
    changed(path, lambda one: with_pass(one, path, [file]), make=True)
    shutil.move(tmp_path / "here", tmp_path / "elsewhere")
    moved = tmp_path / "elsewhere" / "t.tapeset"
    part = load(moved).passes[0].parts[0]
    assert found(part, moved) == tmp_path / "elsewhere" / "files" / "a.mkv"
    shutil.move(tmp_path / "elsewhere" / "files" / "a.mkv", tmp_path / "elsewhere" / "a.mkv")  # beside the set
    assert found(part, moved) == tmp_path / "elsewhere" / "a.mkv"
    some(tmp_path / "elsewhere" / "a.mkv", 9)
    with pytest.raises(SetError, match="10 were recorded"):
        found(part, moved)
    (tmp_path / "elsewhere" / "a.mkv").unlink()
    with pytest.raises(SetError, match="Put it beside the set again"):
        found(part, moved)


def test_two_programs_that_change_a_set_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.tapeset"
    files = [some(tmp_path / f"{number}.mkv") for number in range(12)]

    def add(file: Path) -> None:
        changed(path, lambda one: with_pass(one, path, [file]), make=True)

    threads = [threading.Thread(target=add, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one = load(path)
    assert sorted(each.id for each in one.passes) == list(range(1, 13))
    assert sorted(each.parts[0].file for each in one.passes) == sorted(file.name for file in files)
    assert not list(tmp_path.glob("*.part"))


def test_a_change_that_fails_leaves_the_set_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "t.tapeset"
    file = some(tmp_path / "a.mkv")
    changed(path, lambda one: with_pass(one, path, [file]), make=True)
    before = path.read_bytes()
    with pytest.raises(SetError, match=r"is pass 1 of t\.tapeset already"):
        changed(path, lambda one: with_pass(one, path, [file]))
    with pytest.raises(SetError, match="there is no pass 7; there are: 1"):
        changed(path, lambda one: without_pass(one, 7))
    assert path.read_bytes() == before


def test_what_was_aligned_is_forgotten_when_passes_change(tmp_path: Path) -> None:
    file = some(tmp_path / "b.mkv")
    one = TapeSet("t", "pal", (Pass(1, (Part("a.mkv"),), places="0:0"),))
    assert with_pass(one, tmp_path / "t.tapeset", [file]).passes[0].places == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("[1]", "no set of takes"),
        ('{"format": "tapeloom.tapeset", "version": 9}', "newer Tapeloom"),
        ('{"format": "tapeloom.tapeset", "version": 1, "passes": [{"id": 0}]}', "damaged"),
        ('{"format": "tapeloom.tapeset", "version": 1, "passes": [{"id": 1}, {"id": 1}]}', "two passes"),
        ('{"format": "tapeloom.tapeset", "version": 1, "passes": {}}', "damaged"),
    ],
)
def test_a_set_that_cannot_be_read_says_why(text: str, says: str, tmp_path: Path, said: Capture) -> None:
    with pytest.raises(SetError, match=says):
        decode(text.encode())
    (tmp_path / "t.tapeset").write_text(text, "utf-8")
    code, out, _ = said("sets", "list", tmp_path)
    assert code == 0 and says in out
    assert [type(one) for _, one in listed(tmp_path)] == [SetError]


def test_a_set_is_read_back_as_it_was_saved(tmp_path: Path) -> None:
    one = TapeSet(
        'Sommer \'88 "gut"', "pal", (Pass(3, (Part("ä/b.mkv", 5, 7),), "t", "d", 7, 2, "r", "n", "0:x,4:-4"),)
    )
    save(one, tmp_path / "t.tapeset")
    assert load(tmp_path / "t.tapeset") == one


@pytest.fixture
def passes(tmp_path: Path) -> Path:
    """Three recordings of one tape, each of which began elsewhere or lost something."""
    whole = tape(300, 3)
    path = tmp_path / "tape.tapeset"
    for number, (begin, lost) in enumerate([(0, set(range(100, 107))), (12, set()), (3, {200, 201})], 1):
        one = played(whole, number, begin=begin, lost=lost)
        raw = tmp_path / "raw"
        raw.write_bytes(np.kron(one.pictures, np.ones((1, 6, 8), np.uint8)).tobytes())
        size = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDE * 8}x{HIGH * 6}", "-r", "25")
        ffmpeg(*size, "-i", raw, "-c:v", "ffv1", "-pix_fmt", "yuv422p", tmp_path / f"pass{number}.mkv")
        changed(path, lambda had, n=number: with_pass(had, path, [tmp_path / f"pass{n}.mkv"]), make=True)  # type: ignore[misc]
    return path


def test_passes_are_aligned_and_wired_from_the_command_line(passes: Path, said: Capture) -> None:
    code, _, err = said("sets", "graph", passes, "-o", passes.with_suffix(".graph"))
    assert code == 2 and "capture sets align" in err
    code, out, err = said("sets", "align", passes)
    assert (code, err) == (0, "")
    assert "pass 2: 288 frames of the tape" in out
    texts = [each.places for each in load(passes).passes]
    assert texts == ["0:0,100:x,107:-7", "0:x,12:-12", "0:x,3:-3,200:x,202:-5"]
    assert said("sets", "graph", passes, "vhs-pal", "-o", passes.with_suffix(".graph"))[0] == 0
    graph = load_graph(passes.with_suffix(".graph"))

    def probe(path: str) -> Media:
        return takes.media_of(path, probe) if takes.stands_for_others(path) else sources.probe(path)

    wrong = [problem.text for problem in check(graph, default_registry(), probe) if problem.is_error]
    assert not [text for text in wrong if "stack" in text or "capture" in text]


def test_dv_passes_are_merged_otherwise(tmp_path: Path, said: Capture) -> None:
    path = tmp_path / "t.tapeset"
    for name in ("a.dv", "b.dv"):
        changed(path, lambda one, n=name: with_pass(one, path, [some(tmp_path / n)]), make=True)  # type: ignore[misc]
    code, _, err = said("sets", "graph", path, "-o", tmp_path / "g.graph")
    assert code == 2 and "capture merge" in err
