"""`launch.py capture run` from a test deck to the results, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from capture.decks import reading
from capture.session.asking import Asked
from capture.session.messages import Done, Part
from capture.sets.kept import changed, with_pass
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.files import load, save
from runtime.jobs.queue.store import Queue
from runtime.takes import load as load_set

Capture = Callable[..., tuple[int, str, str]]
TWICE = [("bob1.out", "qtgmc1.clip"), ("qtgmc1.out", "small1.clip")]


@pytest.fixture(autouse=True)
def _a_queue_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path / "data"))


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Capture:
    """Runs `capture run`; its exit code and words."""

    def call(*words: str | Path) -> tuple[int, str, str]:
        from runtime.commands import main

        capsys.readouterr()
        code = main(["capture", "run", *map(str, words)])
        out = capsys.readouterr()
        return code, out.out, out.err

    return call


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """Two results, and a third that would only be the recording once more."""
    (tmp_path / "tapes é").mkdir()
    params = {"device": "deck:pal", "tape": "Sommer '88", "folder": str(tmp_path / "tapes é")}
    nodes = [
        NodeDoc(NodeId("capture1"), "input.capture", params=params),
        NodeDoc(NodeId("bob1"), "deinterlace.bwdif"),
        NodeDoc(NodeId("small1"), "scale.resize", params={"width": 360, "height": 288}),
        NodeDoc(NodeId("encode1"), "output.h264", params={"preset": "ultrafast"}),
        NodeDoc(NodeId("encode2"), "output.ffv1"),
        NodeDoc(NodeId("encode3"), "output.ffv1"),
    ]
    links = [
        "capture1.out > bob1.clip", "bob1.out > small1.clip", "small1.out > encode1.clip", "bob1.out > encode2.clip",
        "capture1.out > encode3.clip", "capture1.sound > encode1.audio",
    ]  # fmt: skip
    save(Graph.of(nodes, [Link.of(*link.split(" > ")) for link in links]), tmp_path / "my.graph")
    return tmp_path / "my.graph"


def test_a_tape_becomes_a_master_and_restored_copies(graph: Path, said: Capture) -> None:
    code, out, err = said(graph, "--minutes", "0.02", "--progress", "lines")
    assert code == 0, err
    folder = graph.parent / "tapes é"
    assert "encode3 is left out" in out
    made = sorted(one.name for one in folder.iterdir() if one.suffix in (".mkv", ".mp4", ".graph", ".tapeset"))
    assert made == [
        "Sommer '88-restored-encode2.mkv", "Sommer '88-restored.mp4", "Sommer '88.graph", "Sommer '88.mkv",
        "Sommer '88.tapeset",
    ]  # fmt: skip
    master = [one.number for one in reading.pictures(folder / "Sommer '88.mkv")]
    assert master == list(range(len(master))) and len(master) >= 25
    restored = [one.number for one in reading.pictures(folder / "Sommer '88-restored-encode2.mkv")]
    assert restored[::2] == master
    one = load_set(folder / "Sommer '88.tapeset").passes[0]
    assert (one.id, one.frames, one.lost, one.device) == (1, len(master), 0, "Test deck PAL")
    kept = load(folder / "Sommer '88.graph").nodes[NodeId("capture1")].params
    assert (kept["take"], kept["pass_number"]) == ("Sommer '88.tapeset", 1)  # beside it, wherever the folder goes


def test_the_next_playing_is_the_next_pass_and_may_wait_in_line(graph: Path, said: Capture, tmp_path: Path) -> None:
    folder = graph.parent / "tapes é"
    for name in ("Sommer '88.mkv", "Sommer '88.log.jsonl"):
        (folder / name).write_bytes(b"an earlier recording")
    earlier = folder / "Sommer '88.tapeset"
    changed(earlier, lambda one: with_pass(one, earlier, [folder / "Sommer '88.mkv"]), make=True)
    (folder / "Sommer '88 pass 2.graph").write_text("somebody's own", "utf-8")
    code, out, err = said(graph, "--minutes", "0.01", "--queue")
    assert code == 0, err
    passes = load_set(folder / "Sommer '88.tapeset").passes
    assert [(one.id, one.parts[0].file) for one in passes] == [(1, "Sommer '88.mkv"), (2, "Sommer '88 pass 2.mkv")]
    queue = Queue()
    (job,) = queue.jobs()
    queue.close()
    assert out.startswith("encode3 is left out") and f"job {job.id}: Sommer '88 pass 2" in out
    doc = job.order.graph.nodes[NodeId("capture1")].params
    assert (doc["take"], doc["pass_number"]) == (str(folder / "Sommer '88.tapeset"), 2)
    files = [job.order.graph.nodes[NodeId(node)].params["file"] for node in ("encode1", "encode2")]
    assert files == [str(folder / "Sommer '88 pass 2-restored"), str(folder / "Sommer '88 pass 2-restored-encode2")]
    assert json.loads(job.order.text())["graph"]
    assert (folder / "Sommer '88 pass 2.graph").read_text("utf-8") == "somebody's own"
    assert load(folder / "Sommer '88 pass 2 2.graph").nodes[NodeId("capture1")].params["pass_number"] == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--set", "capture1.device=deck:none"), "there is no device 'deck:none'"),
        (("--set", "capture1.standard=pal-m"), "does not take PAL-M"),
        (("--set", "capture1.folder=nowhere"), "there is no folder"),
        (("--live",), "does not say which node is quick enough"),
        (("--live", "bobb"), "there is no such node"),
        (("--node", "capture9"), "there is no Tape capture 'capture9'; there are: capture1"),
        (("--minutes", "0"), "more than 0"),
        (("--picture", "x.png"), "--picture needs --live"),
        (("--set", "capture1.samples=dv"), "Set samples to 8 bit"),
    ],
)
def test_before_the_tape_plays_all_is_looked_at(words: tuple[str, ...], says: str, graph: Path, said: Capture) -> None:
    code, _, err = said(graph, *words)
    assert code == 2 and says in err
    assert list((graph.parent / "tapes é").iterdir()) == []


def test_a_graph_that_cannot_run_is_told_before_the_tape_plays(graph: Path, said: Capture) -> None:
    made = load(graph).with_node(NodeDoc(NodeId("qtgmc1"), "deinterlace.qtgmc"))  # behind another deinterlacer
    links = [one for one in made.links if one.target != ("small1", "clip")]
    save(replace(made, links=(*links, *map(Link.of, *zip(*TWICE, strict=True)))), graph)
    code, _, err = said(graph, "--minutes", "0.01")
    assert code == 2 and "before the tape plays" in err
    assert list((graph.parent / "tapes é").iterdir()) == []


def test_nothing_is_rendered_of_a_recording_that_ended_by_a_fault(
    graph: Path, said: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a full disk leaves: a file that is safe, and a word that it ended by a fault."""
    folder = graph.parent / "tapes é"

    def broken(asked: Asked, *_: object) -> Done:
        file = folder / f"{asked.name}.mkv"
        file.write_bytes(b"what was recorded")
        part = Part(str(file), 0, 10, 0.0, 17)
        return Done("the disk is full", (str(file),), (part,), "", "", "", 10, 0, fault=True)

    monkeypatch.setattr("capture.commands.run.recorded", broken)
    code, _, err = said(graph)
    assert code == 1 and "ended by a fault (the disk is full)" in err
    assert f"launch.py run '{folder / "Sommer '88.graph"}'" in err
    assert [one.parts[0].file for one in load_set(folder / "Sommer '88.tapeset").passes] == ["Sommer '88.mkv"]
    assert not list(folder.glob("*restored*"))
