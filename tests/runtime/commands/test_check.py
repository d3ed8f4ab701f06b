"""`check`: every problem in one go, for people and for programs, with the right exit code."""

import json
from pathlib import Path

import pytest

from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.files import save
from runtime.commands import DONE, WRONG, main
from tests.nodes.sources import DV_NTSC

CHAIN = [Link.of("pattern1.out", "ffv1.clip"), Link.of("pattern1.sound", "ffv1.audio")]


def pattern_to_ffv1(**params: object) -> Graph:
    nodes = [
        NodeDoc(NodeId("pattern1"), "input.pattern", 1, params),  # type: ignore[arg-type]
        NodeDoc(NodeId("ffv1"), "output.ffv1", 1),
    ]
    return Graph.of(nodes, CHAIN)


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main(["check", *argv])
    return code, *capsys.readouterr()


def test_a_good_graph_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(pattern_to_ffv1(), tmp_path / "good.graph")
    code, out, _ = run(capsys, str(tmp_path / "good.graph"))
    assert (code, out) == (DONE, "good: nothing is wrong\n")
    code, out, _ = run(capsys, str(tmp_path / "good.graph"), "--wires")
    assert code == DONE
    assert "pattern1.out → ffv1.clip: 720x576" in out


def test_all_problems_of_graph_and_arguments_are_said_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = pattern_to_ffv1(nonsense=3).with_node(NodeDoc(NodeId("lost1"), "who.knows"))
    save(graph, tmp_path / "bad.graph")
    code, out, _ = run(capsys, str(tmp_path / "bad.graph"), "--set", "ffv1.slices=99", "--set", "ff.x=1", "-i", "a.dv")
    assert code == WRONG
    for part in ("nonsense", "lost1", "ffv1.slices=99", "no node 'ff'", "-i a.dv"):
        assert part in out


def test_a_tape_that_was_copied_in_part_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "archive-only", "-i", str(DV_NTSC))
    assert code == DONE
    assert f"warning: {DV_NTSC}: the file is cut short: it promises 2400 frames, about 15 are there" in out


def test_json_is_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(Graph.of([NodeDoc(NodeId("source1"), "input.video"), NodeDoc(NodeId("ffv1"), "output.ffv1")], [
        Link.of("source1.out", "ffv1.clip")
    ]), tmp_path / "a.graph")  # fmt: skip
    code, out, _ = run(capsys, str(tmp_path / "a.graph"), "--json", "-i", str(tmp_path / "none.dv"))
    (problem,) = json.loads(out)
    assert code == WRONG
    assert (problem["severity"], problem["node"]) == ("error", "source1")
    assert "none.dv" in problem["text"]


@pytest.mark.parametrize("content", ["", "{", "not json", '{"format": "x"}'])
def test_a_broken_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    path = tmp_path / "broken.graph"
    path.write_text(content, "utf-8")
    code, out, err = run(capsys, str(path))
    assert (code, out) == (WRONG, "")
    assert str(path) in err
    assert len(err.splitlines()) == 1
    code, out, _ = run(capsys, str(path), "--json")
    assert code == WRONG
    assert str(path) in json.loads(out)[0]["text"]


def test_a_preset_without_its_tape_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "archive-only")
    assert code == WRONG
    assert "source1: no file is chosen" in out
    assert out.count("error") == 2  # the one problem, and the sum
