"""A user's own code runs where it is trusted, through the same script and the same worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.document import Graph, Link, NodeDoc, NodeId
from nodes.registry import default_registry
from runtime.compiled import compiled
from runtime.script import script_text, step_codes
from runtime.session import NodeError, Session


def graph(code: str) -> Graph:
    nodes = [
        NodeDoc(NodeId("source1"), "input.pattern"),
        NodeDoc(NodeId("own1"), "utility.script", params={"code": code}),
        NodeDoc(NodeId("encode1"), "output.ffv1"),
    ]
    return Graph.of(nodes, [Link.of("source1.out", "own1.clip"), Link.of("own1.out", "encode1.clip")])


def no_files(path: str) -> None:
    raise AssertionError(f"nobody should look at {path}")


def test_without_trust_nothing_of_it_is_compiled(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    done = compiled(graph(f"open({str(mark)!r}, 'w')"), default_registry(), no_files)  # type: ignore[arg-type]
    assert "own1" not in [step.id for step in done.plan.steps]
    assert any("--trust" in problem.text for problem in done.errors)
    assert not mark.exists()


def test_with_trust_it_changes_the_picture() -> None:
    done = compiled(graph("clip = clip.std.Invert()"), default_registry(), no_files, trust=True)  # type: ignore[arg-type]
    assert "def run_code(code, clip):" in script_text(done.plan).text
    prelude, steps = step_codes(done.plan, {})
    with Session() as session:
        assert [report.state for report in session.load(steps, prelude)] == ["built"] * len(steps)
        before, after = session.preview("source1", "out", 0), session.preview("own1", "out", 0)
    assert bytes(before.data) != bytes(after.data)


@pytest.mark.parametrize(
    ("code", "says"),
    [("clip = clip.std.Crop(left=8)", "changed the clip's width"), ("clip = nothing", "'nothing' is not defined")],
)
def test_its_mistakes_are_said_at_its_node(code: str, says: str) -> None:
    done = compiled(graph(code), default_registry(), no_files, trust=True)  # type: ignore[arg-type]
    prelude, steps = step_codes(done.plan, {})
    with Session() as session:
        session.load(steps, prelude)
        with pytest.raises(NodeError, match=says) as failed:
            session.preview("own1", "out", 0)
    assert failed.value.failure.node == "own1"
