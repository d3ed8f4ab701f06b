"""A Matroska file that Tapeloom makes carries the graph that made it."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.codec import decode
from graphs.document import Graph
from graphs.library import preset
from graphs.overrides import set_inputs
from nodes.registry import default_registry
from runtime.jobs.render import render
from runtime.session import Session

TAPE = Path(__file__).resolve().parents[2] / "graphs/demo/tape.mkv"


@pytest.fixture(scope="module")
def session() -> object:
    with Session() as one:
        yield one


def archive(tmp_path: Path, container: str) -> Graph:
    found = preset("archive-only")
    assert found is not None
    graph, problems = set_inputs(found.graph, [str(TAPE)], default_registry())
    assert not problems
    node = graph.nodes["encode1"]
    graph = graph.with_node(node.with_param("container", container))
    return graph.with_node(graph.nodes["encode1"].with_param("file", str(tmp_path / f"copy.{container}")))


def test_the_graph_of_a_matroska_file_comes_back_as_it_was(session: Session, tmp_path: Path) -> None:
    graph = archive(tmp_path, "mkv")
    done = render(graph, frames=(0, 3), session=session)
    facts = session.probe(str(done.files[0].path))
    assert facts["attachments"] == ["tapeloom.graph", "tapeloom-record.json"]
    assert decode(str(facts["graph"])) == graph


def test_a_container_without_attachments_is_written_all_the_same(session: Session, tmp_path: Path) -> None:
    done = render(archive(tmp_path, "mov"), frames=(0, 3), session=session)
    assert session.probe(str(done.files[0].path))["graph"] == ""


def test_a_file_of_somebody_else_has_none(session: Session) -> None:
    assert session.probe(str(TAPE))["graph"] == ""


def test_a_full_disk_for_the_document_does_not_stop_the_render(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "not there"))
    done = render(archive(tmp_path, "mkv"), frames=(0, 3), session=session)
    assert session.probe(str(done.files[0].path))["graph"] == ""
