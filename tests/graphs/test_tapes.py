"""A capture node is a tape too: `-i` gives it its recording, and results are called after it."""

from pathlib import Path

from graphs.document import Graph, NodeDoc, NodeId
from graphs.overrides import set_inputs, tapes
from nodes.registry import default_registry
from runtime.jobs.destinations import stem_for
from runtime.jobs.queue.ordering import source_of

REGISTRY = default_registry()
BOTH = Graph.of([NodeDoc(NodeId("capture1"), "input.capture"), NodeDoc(NodeId("source1"), "input.video")])


def test_an_input_is_the_take_of_a_capture_node() -> None:
    made, problems = set_inputs(BOTH, ["tape 1.mkv", "old.dv"], REGISTRY)
    assert problems == []
    assert tapes(made) == [("capture1", "tape 1.mkv"), ("source1", "old.dv")]
    assert made.nodes[NodeId("capture1")].params["take"] == "tape 1.mkv"


def test_results_are_called_after_the_recording() -> None:
    made, _ = set_inputs(BOTH, [str(Path("a") / "Summer 1988.tapeset")], REGISTRY)
    assert stem_for(made, "vhs") == "Summer 1988-vhs"
    assert source_of(made) == ""  # a set is no file that a result could be compared with
    made, _ = set_inputs(BOTH, ["tape.mkv"], REGISTRY)
    assert (stem_for(made, "vhs"), source_of(made)) == ("tape-vhs", "tape.mkv")
