"""What holds for every node type, tomorrow's too."""

from __future__ import annotations

import sys

import pytest

from nodes.node import Node
from nodes.params import Kind
from nodes.ports import Clip
from nodes.registry import default_registry
from nodes.script import Attr, Call, Expr, Name
from runtime.emit import walk
from tests.nodes import harness

REGISTRY = default_registry()
FREE = {"std", "resize", "runtime"}  # runtime: what the worker itself brings
ONE_CLIP = [
    node
    for node in REGISTRY
    if [port.kind for port in node.inputs.values() if not port.optional] == [Clip]
    and any(port.kind is Clip for port in node.outputs.values())
]


def ids(node: type[Node]) -> str:
    return node.id


def test_every_node_file_loads() -> None:
    assert [f"{failure.where}: {failure.message}" for failure in REGISTRY.failures] == []
    assert len(REGISTRY) > 0


@pytest.mark.parametrize("node", list(REGISTRY), ids=ids)
def test_it_explains_itself(node: type[Node]) -> None:
    assert len(node.help()) > 40, "the docstring is the help"
    assert node.label and node.words and node.category
    for param in node.params.values():
        assert param.help, f"{param.name} has no help"
    for port in (*node.inputs.values(), *node.outputs.values()):
        assert port.name.isidentifier()


@pytest.mark.parametrize("node", list(REGISTRY), ids=ids)
def test_defaults_survive_the_document_and_the_command_line(node: type[Node]) -> None:
    made = node()
    for name, param in node.params.items():
        value = getattr(made, name)
        assert param.accept(param.plain(value)) == value
        if param.kind not in (Kind.RANGES, Kind.CURVE):
            assert param.parse(str(param.plain(value))) == value


def namespaces(outputs: list[Expr]) -> set[str]:
    """VapourSynth namespaces and Python packages that expressions use."""
    used: set[str] = set()
    for expr in outputs:
        for part in walk(expr):
            match part:
                case Call(Attr(Attr(_, space), _)) if space.islower():
                    used.add(space)
                case Name(_, module) if module:
                    used.add(module.split(".")[0])
    return used - FREE - sys.stdlib_module_names


@pytest.mark.parametrize("tape", harness.TAPES)
@pytest.mark.parametrize("node", ONE_CLIP, ids=ids)
def test_the_real_clip_is_what_was_forecast(node: type[Node], tape: str) -> None:
    info = harness.TAPES[tape]
    port = next(name for name, port in node.inputs.items() if port.kind is Clip and not port.optional)
    if not node.inputs[port].wants.accepts_fields(info):
        pytest.skip(f"wants {node.inputs[port].wants.fields}")
    clips = {name: info if name == port else None for name, each in node.inputs.items() if each.kind.name != "audio"}
    extra = {name: None for name, each in node.inputs.items() if each.kind.name == "audio"}
    outputs, forecast = harness.built(node(), clips, extra)
    real = harness.run(
        node(), {name: (clip, harness.picture(clip)) if clip else None for name, clip in clips.items()}, extra
    )
    for out, clip in real.items():
        assert harness.differences(clip, forecast[out]) == []
        with clip.get_frame(clip.num_frames - 1):
            pass
    assert namespaces([expr for out, expr in outputs.items() if out in real]) <= set(node.needs)
