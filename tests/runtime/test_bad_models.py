"""Models that are broken, swapped, greedy or gone: what the commands and a session say, and what they leave behind."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from graphs.demo.models.make import softener
from graphs.document import Graph
from nodes.media import MediaError
from nodes.registry import default_registry
from runtime.commands import DONE, FAILED, WRONG, main
from runtime.compiled import compiled
from runtime.script import step_codes
from runtime.session import NodeError, Session
from tests.nodes import ai_models
from tests.runtime.documents import graph, save

AT_WORK: dict[str, ai_models.Bad] = ai_models.BAD_AT_LOAD | ai_models.BAD_AT_A_FRAME
ALL: dict[str, ai_models.Bad] = ai_models.BAD_AT_SIGHT | AT_WORK


def with_model(path: str) -> Graph:
    """A model in the middle, something below it, and a way beside it."""
    small = {"left": 300, "right": 300, "top": 250, "bottom": 250}
    return graph(
        {
            "tape": ("input.pattern", {"standard": "pal50p"}),
            "crop": ("geometry.crop", small),
            "ai": ("ai.denoise", {"model": path}),
            "flip": ("geometry.flip", {}),
            "encode": ("output.ffv1", {}),
        },
        "tape.out > crop.clip",
        "crop.out > ai.clip",
        "ai.out > flip.clip",
        "flip.out > encode.clip",
    )


def no_probe(path: str) -> Any:
    raise MediaError(path)


def steps_of(document: Graph) -> Any:
    made = compiled(document, default_registry(), no_probe)
    assert not made.errors
    prelude, codes = step_codes(made.plan, {})
    return codes, prelude


# -- the commands --------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ai_models.BAD_AT_SIGHT)
def test_a_bad_file_is_told_before_anything_runs(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, words = ai_models.BAD_AT_SIGHT[name]
    file = str(save(with_model(ai_models.written(tmp_path, name, make())), tmp_path / "g.graph"))
    before = sorted(tmp_path.iterdir())
    for argv in (["check", file], ["run", file, "-o", str(tmp_path / "out.mkv"), "--frames", "0:2"]):
        assert main(argv) == WRONG
        said = "".join(capsys.readouterr())
        assert f"ai: {name}.onnx" in said
        assert words in said
        assert "Traceback" not in said
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", AT_WORK)
def test_a_model_that_fails_at_work_fails_the_render_with_its_reason_and_leaves_nothing(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, words = AT_WORK[name]
    file = str(save(with_model(ai_models.written(tmp_path, name, make())), tmp_path / "g.graph"))
    before = sorted(tmp_path.iterdir())
    assert main(["run", file, "-o", str(tmp_path / "out.mkv"), "--frames", "0:2"]) == FAILED
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert words in last
    assert "Error:" not in last
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ALL)
def test_no_bad_model_gets_onto_the_shelf(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path / "data"))
    path = ai_models.written(tmp_path, name, ALL[name][0]())
    assert main(["models", "import", path]) == FAILED
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"tapeloom: {path}: ")
    assert not list((tmp_path / "data").rglob("*.onnx"))
    assert not list((tmp_path / "data").rglob("*.json"))
    assert main(["models", "list", "--here", "--json"]) == DONE
    assert capsys.readouterr().out.strip() == "[]"


# -- a session, as the window has one --------------------------------------------------------------------
@pytest.mark.parametrize("name", ai_models.BAD_AT_LOAD)
def test_a_model_that_does_not_load_fails_its_node_alone(name: str, tmp_path: Path) -> None:
    make, words = ai_models.BAD_AT_LOAD[name]
    with Session() as session:
        reports = session.load(*steps_of(with_model(ai_models.written(tmp_path, name, make()))))
        assert {one.node for one in reports if one.state == "failed"} >= {"ai"}
        with pytest.raises(NodeError) as caught:
            session.preview("flip", "out", 0)
        assert caught.value.failure.node == "ai"
        assert words in caught.value.failure.message
        assert session.preview("crop", "out", 0).width == 120


def test_no_numbers_blame_the_model_and_not_what_lies_below(tmp_path: Path) -> None:
    with Session() as session:
        session.load(*steps_of(with_model(ai_models.written(tmp_path, "nan", ai_models.of_no_numbers()))))
        with pytest.raises(NodeError) as caught:
            session.preview("flip", "out", 3)
        failure = caught.value.failure
        assert (failure.node, failure.frame, failure.crashed) == ("ai", 3, False)
        assert failure.message.startswith("the model nan.onnx gives no numbers (NaN or infinity) at frame 3. Set its")
        assert failure.message.endswith("or choose another model")
        assert session.preview("crop", "out", 3).width == 120


def test_a_model_that_vanishes_is_still_at_work_and_missed_by_the_next_worker(tmp_path: Path) -> None:
    path = ai_models.written(tmp_path, "short-lived", softener())
    steps = steps_of(with_model(path))
    with Session() as session:
        session.load(*steps)
        whole = bytes(session.preview("flip", "out", 1).data)
        Path(path).unlink()
        assert bytes(session.preview("flip", "out", 1).data) == whole
        assert session.preview("flip", "out", 2).width == 120
    with Session() as session:
        session.load(*steps)
        with pytest.raises(NodeError, match=r"short-lived\.onnx cannot be run") as caught:
            session.preview("flip", "out", 1)
        assert caught.value.failure.node == "ai"
        assert session.preview("crop", "out", 1).width == 120


def test_a_model_that_is_gone_is_a_problem_of_its_node(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = ai_models.written(tmp_path, "gone", softener())
    file = str(save(with_model(path), tmp_path / "g.graph"))
    assert main(["check", file]) == DONE
    Path(path).unlink()
    capsys.readouterr()
    assert main(["check", file]) == WRONG
    assert "gone.onnx: the model is not there" in capsys.readouterr().out


def test_a_model_that_changes_under_a_graph_is_another_step(tmp_path: Path) -> None:
    path = ai_models.written(tmp_path, "changing", softener())
    with Session() as session:
        session.load(*steps_of(with_model(path)))
        soft = bytes(session.preview("ai", "out", 1).data)
        shutil.copyfile(ai_models.written(tmp_path, "picky", ai_models.picky(2)), path)
        session.load(*steps_of(with_model(path)))
        assert bytes(session.preview("ai", "out", 1).data) != soft
