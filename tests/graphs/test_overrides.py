"""`-i` and `--set` change a document as the form would, and say all that is wrong at once."""

from graphs.overrides import set_inputs, set_params
from tests.graphs.kit import REGISTRY, graph, node

ONE = graph(node("source1"), node("qtgmc1"), node("encode1"))
TWO = graph(node("source2"), node("source10"), node("qtgmc1"))


def files(graph_: object) -> dict[str, object]:
    nodes = graph_.nodes.values()  # type: ignore[attr-defined]
    return {doc.id: doc.params["file"] for doc in nodes if doc.type == "input.video"}


def test_one_input_goes_to_the_one_source() -> None:
    made, problems = set_inputs(ONE, ["my tape = 1.dv"], REGISTRY)
    assert problems == []
    assert files(made) == {"source1": "my tape = 1.dv"}


def test_several_inputs_go_to_the_sources_in_their_order() -> None:
    made, problems = set_inputs(TWO, ["a.dv", "b.dv"], REGISTRY)
    assert problems == []
    assert files(made) == {"source2": "a.dv", "source10": "b.dv"}


def test_a_source_can_be_named() -> None:
    made, problems = set_inputs(TWO, ["source2=a=1.dv", "b.dv"], REGISTRY)
    assert problems == []
    assert files(made) == {"source2": "a=1.dv", "source10": "b.dv"}


def test_inputs_that_fit_nowhere_are_all_said() -> None:
    made, problems = set_inputs(ONE, ["a.dv", "b.dv", "qtgmc1=c.dv", "surce1=d.dv"], REGISTRY)
    said = [problem.text for problem in problems]
    assert said[0].startswith("-i qtgmc1=c.dv: qtgmc1 reads no file; these do: source1")
    assert said[1].startswith("-i b.dv: the graph has 1 video source")
    assert "did you mean 'source1'" in said[2]
    assert files(made) == {"source1": "a.dv"}


def test_an_output_is_never_taken_for_a_source() -> None:
    _, problems = set_inputs(ONE, ["encode1=a.mkv"], REGISTRY)
    assert "encode1 reads no file" in problems[0].text


def test_a_source_given_twice_and_an_empty_path_are_said() -> None:
    _, problems = set_inputs(ONE, ["source1=a", "source1=b"], REGISTRY)
    assert "has a file already" in problems[0].text
    _, problems = set_inputs(ONE, ["source1="], REGISTRY)
    assert "names no file" in problems[0].text


def test_params_are_read_as_their_form_reads_them() -> None:
    made, problems = set_params(
        ONE, ["qtgmc1.preset=very-slow", "qtgmc1.smoothing= 2", "encode1.crf=20.5", "encode1.file=a=b.mkv"], REGISTRY
    )
    assert problems == []
    assert made.nodes["qtgmc1"].params == {"preset": "Very Slow", "smoothing": 2}  # type: ignore[index]
    assert made.nodes["encode1"].params == {"crf": 20.5, "file": "a=b.mkv"}  # type: ignore[index]


def test_bypass_and_mute_can_be_switched() -> None:
    made, problems = set_params(ONE, ["qtgmc1.bypass=on", "encode1.mute=true"], REGISTRY)
    assert problems == []
    assert made.nodes["qtgmc1"].bypass  # type: ignore[index]
    assert made.nodes["encode1"].mute  # type: ignore[index]


def test_all_wrong_settings_are_said_at_once() -> None:
    _, problems = set_params(
        ONE,
        [
            "preset=slow",
            "qtgmc.preset=slow",
            "qtgmc1.presett=slow",
            "qtgmc1.preset=warp",
            "encode1.crf=99",
            "x",
            "encode1.mute=?",
        ],
        REGISTRY,
    )
    said = [problem.text for problem in problems]
    assert len(said) == 7
    assert "node.param=value" in said[0]
    assert "no node 'qtgmc' (did you mean 'qtgmc1'?)" in said[1]
    assert "no param 'presett' (did you mean 'preset'?)" in said[2]
    assert "choose one of: Fast, Slow, Very Slow" in said[3]
    assert "above the most, 51" in said[4]
    assert "neither on nor off" in said[6]


def test_the_good_settings_are_kept_beside_the_bad() -> None:
    made, problems = set_params(ONE, ["qtgmc1.preset=Fast", "qtgmc1.smoothing=9"], REGISTRY)
    assert len(problems) == 1
    assert made.nodes["qtgmc1"].params["preset"] == "Fast"  # type: ignore[index]


def test_setting_a_param_of_an_old_node_upgrades_it_first() -> None:
    old = graph(node("qtgmc1", version=1, speed=0))
    made, problems = set_params(old, ["qtgmc1.smoothing=3"], REGISTRY)
    assert problems == []
    doc = made.nodes["qtgmc1"]  # type: ignore[index]
    assert (doc.version, doc.params) == (3, {"preset": "Fast", "smoothing": 3})


def test_a_type_that_is_not_installed_has_no_params_to_set() -> None:
    _, problems = set_params(graph(node("a", "who.knows")), ["a.b=1"], REGISTRY)
    assert "not installed" in problems[0].text
