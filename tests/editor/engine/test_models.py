"""A bad model in the window: its node says why, the others go on, and a good one mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from editor.engine.wishes import State
from graphs.document import Graph, NodeId
from tests.editor.engine.bench import Bench, graph, node
from tests.nodes import ai_models

ALL = ai_models.BAD_AT_SIGHT | ai_models.BAD_AT_LOAD | ai_models.BAD_AT_A_FRAME


def with_model(path: str) -> Graph:
    tape = node("tape", "input.pattern", standard="pal50p", seconds=4)
    crop = node("crop", "geometry.crop", left=300, right=300, top=250, bottom=250)
    ai = node("ai", "ai.denoise", model=path)
    return graph(tape, crop, ai, node("flip", "geometry.flip"), wires="tape > crop > ai > flip")


@pytest.mark.parametrize("name", ["cut", "strange", "nan"])
def test_a_bad_model_is_shown_on_its_node_and_the_others_go_on(bench: Bench, tmp_path: Path, name: str) -> None:
    make, words = ALL[name]
    bench.open(with_model(ai_models.written(tmp_path, name, make())))
    bench.want("A", "flip", 3)
    trouble = bench.trouble("A")
    assert trouble.blamed == "ai"
    assert words in trouble.message
    assert not trouble.crashed
    bench.wait(lambda: bench.engine.state_of(NodeId("ai")).state is State.ERROR)
    assert words in bench.engine.state_of(NodeId("ai")).message
    bench.want("B", "crop", 3)
    bench.see("B")
    bench.set("ai", model="demo-denoise")
    bench.see("A")
    bench.wait(lambda: bench.engine.state_of(NodeId("ai")).state is not State.ERROR)


def test_a_model_that_wants_all_memory_takes_nothing_along(bench: Bench, tmp_path: Path) -> None:
    bench.open(with_model(ai_models.written(tmp_path, "glutton", ai_models.gluttonous())))
    bench.want("A", "ai", 0)
    trouble = bench.trouble("A")
    assert (trouble.blamed, trouble.crashed) == ("ai", False)
    assert "more memory than there is" in trouble.message
    bench.want("B", "crop", 0)
    bench.see("B")
    assert [state for state, _ in bench.workers if state == "restarting"] == []
