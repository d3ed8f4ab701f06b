"""What every wire will carry, foretold without running anything: the formats after each node, after each
conversion that the compiler will insert, and what cannot work. Pure, apart from what `probe` does.

The planner inserts `conversions`; the editor writes `inputs` and `outputs` on the wires.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphs.document import NodeId
from graphs.problem import Problem, error
from graphs.recall import Recall
from graphs.resolve import Placed, Port, Resolved
from nodes.clip import ClipInfo, PixelFormat, SoundInfo
from nodes.convert import converted, says_fields, wanted_format
from nodes.media import MediaError, Probe
from nodes.node import Info, Node, arguments, outputs_of
from nodes.params import ParamError
from nodes.ports import PICTURES, Audio, InPort
from nodes.registry import Registry
from nodes.script import Input, Ref


@dataclass(frozen=True)
class Forecast:
    """`outputs` by output port, bypassed nodes included; `inputs` by input port, after conversion;
    `conversions` by the input port in front of which they stand. A port is absent where nothing is known."""

    outputs: Mapping[Port, Info]
    inputs: Mapping[Port, Info]
    conversions: Mapping[Port, PixelFormat]
    problems: tuple[Problem, ...]

    def clip(self, node: NodeId, port: str) -> ClipInfo | None:
        """The clip on a port of a node (an input's after its conversion, or an output's)."""
        info = self.inputs.get((node, port), self.outputs.get((node, port)))
        return info if isinstance(info, ClipInfo) else None

    def sound(self, node: NodeId, port: str) -> SoundInfo | None:
        info = self.inputs.get((node, port), self.outputs.get((node, port)))
        return info if isinstance(info, SoundInfo) else None

    def arriving(self, node: NodeId) -> dict[str, Info]:
        """What arrives at a node, by input port."""
        return {port: info for (at, port), info in self.inputs.items() if at == node}


@dataclass(frozen=True, slots=True)
class _Told:
    """What is foretold of one node, by port."""

    inputs: Mapping[str, Info]
    conversions: Mapping[str, PixelFormat]
    outputs: Mapping[str, Info]
    problems: tuple[Problem, ...]


def forecast(
    resolved: Resolved, probe: Probe, registry: Registry | None = None, recall: Recall | None = None
) -> Forecast:
    """Walk the live nodes, sources first. With a `registry`, problems offer the node that mends them.

    `recall` knows what earlier versions of the graph came to; a probe that may see other files must be another object.
    """
    recall = Recall() if recall is None else recall
    outputs: dict[Port, Info] = {}
    inputs: dict[Port, Info] = {}
    conversions: dict[Port, PixelFormat] = {}
    problems: list[Problem] = []
    for key in resolved.order:
        node = resolved.placed[key]
        kind = node.type
        if node.bypass:
            for out in kind.outputs:
                feed = resolved.real((key, out))
                if feed in outputs:
                    outputs[key, out] = outputs[feed]
            continue
        feeds = [resolved.feed(key, name) for name in kind.inputs]
        arriving = [outputs.get(feed) if feed else None for feed in feeds]
        told = recall(
            ("told", key),
            (node.node, registry, probe if "probe" in arguments(kind.forecast) else None, *feeds, *arriving),
            partial(_told, node, feeds, arriving, probe, registry, recall),
        )
        problems += told.problems
        for name, info in told.inputs.items():
            inputs[key, name] = info
        for name, target in told.conversions.items():
            conversions[key, name] = target
        for name, info in told.outputs.items():
            outputs[key, name] = info
    return Forecast(
        recall.same("outputs", outputs),
        recall.same("inputs", inputs),
        recall.same("conversions", conversions),
        tuple(problems),
    )


def _told(
    node: Placed,
    feeds: Sequence[Port | None],
    arriving: Sequence[Info | None],
    probe: Probe,
    registry: Registry | None,
    recall: Recall,
) -> _Told:
    inputs: dict[str, Info] = {}
    conversions: dict[str, PixelFormat] = {}
    problems: list[Problem] = []
    arrived: dict[str, Info | None] = {}
    fits = True
    for port, feed, info in zip(node.type.inputs.values(), feeds, arriving, strict=True):
        if info is None or feed is None:
            arrived[port.name] = None
            fits = fits and port.optional
            continue
        entered, target, said = _at_port(node.id, port, info, feed, registry)
        problems += said
        if entered is None:
            fits = False
            continue
        arrived[port.name] = inputs[port.name] = recall.same(("input", node.id, port.name), entered)
        if target:
            conversions[port.name] = recall.same(("conversion", node.id, port.name), target)
    outputs: dict[str, Info] = {}
    if fits:
        outputs, said = _forecast_node(node, arrived, probe)
        outputs = {name: recall.same(("output", node.id, name), info) for name, info in outputs.items()}
        problems += said
    return _Told(inputs, conversions, outputs, tuple(problems))


def conversion(port: InPort, info: ClipInfo) -> PixelFormat | None:
    """The pixel format that `info` must be converted to in front of `port`; None where it fits as it is."""
    target = wanted_format(info, port.wants)
    return None if target == info.format else target


def _at_port(
    node: NodeId, port: InPort, info: Info, feed: Port, registry: Registry | None
) -> tuple[Info | None, PixelFormat | None, list[Problem]]:
    if isinstance(info, SoundInfo) is not (port.kind is Audio):
        return None, None, []  # resolve has reported the kinds
    if not isinstance(info, ClipInfo):
        return info, None, []
    problems = []
    if not port.wants.accepts_fields(info):
        text = f"{'.'.join(feed)} is {info.line()}, but this works on {says_fields(port.wants.fields)}"
        cure = mending_node(port.wants.fields, info, registry)
        advice = f". Put {cure} in between" if cure else _other_advice(port.wants.fields, info)
        problems.append(error(text + advice, node, port.name, cure))
    target = conversion(port, info)
    if target is None:
        return info, None, problems
    return converted(Ref(Input(*feed)).known(info), target).info, target, problems


def _forecast_node(
    node: Placed, arrived: Mapping[str, Info | None], probe: Probe
) -> tuple[dict[str, Info], list[Problem]]:
    kind = node.type
    if not kind.outputs and kind.forecast is Node.forecast:
        return {}, []  # an output that has nothing to object
    wanted = arguments(kind.forecast)
    given: dict[str, Any] = {name: arrived.get(name) for name in wanted if name in kind.inputs}
    if "probe" in wanted:
        given["probe"] = probe
    try:
        foretold = node.node.forecast(**given)
        made = outputs_of(kind, foretold) if kind.outputs else {}
    except (MediaError, ParamError) as fault:
        return {}, [error(str(fault), node.id)]
    except Exception as fault:  # a node file, perhaps a plugin's, may fail in any way
        text = f"the node's own forecast failed ({type(fault).__name__}: {fault}). That is a fault in {kind.id}"
        return {}, [error(f"{text}: report it", node.id)]
    problems = []
    for name, info in list(made.items()):
        if said := _impossible(kind.outputs[name].kind, info):
            problems.append(error(said, node.id, name))
            del made[name]
    return made, problems


def _impossible(kind: type, info: object) -> str:
    """Why a forecast cannot be, or nothing."""
    if kind is Audio and not isinstance(info, SoundInfo):
        return "the node foretells no sound here. That is a fault in the node: report it"
    if kind in PICTURES and not isinstance(info, ClipInfo):
        return "the node foretells no clip here. That is a fault in the node: report it"
    if not isinstance(info, ClipInfo):
        return ""
    if info.width < 1 or info.height < 1:
        return f"no picture is left: {info.width}x{info.height}. Crop less"
    if info.frames < 1:
        return "no frame is left. Choose frames that the clip has"
    across, down = 1 << info.format.ss_w, 1 << info.format.ss_h
    if info.width % across or info.height % down:
        need = f"a width that is a multiple of {across} and a height that is a multiple of {down}"
        return f"{info.width}x{info.height} cannot be {info.format.name}; it needs {need}"
    return ""


# What mends a wrong field structure: the first of these that is installed.
_MENDS = {
    ("progressive", "interlaced"): ("deinterlace.qtgmc", "deinterlace.bwdif"),
    ("progressive", "separated"): ("field.weave",),
    ("interlaced", "separated"): ("field.weave",),
    ("whole", "separated"): ("field.weave",),
    ("separated", "interlaced"): ("field.separate",),
}


def _structure(info: ClipInfo) -> str:
    return "separated" if info.separated else "interlaced" if info.interlaced else "progressive"


def mending_node(wanted: str, info: ClipInfo, registry: Registry | None) -> str:
    """The node type that gives a port wanting `wanted` fields what it takes; empty where none does."""
    offered = _MENDS.get((wanted, _structure(info)), ())
    return next((cure for cure in offered if registry is None or registry.get(cure)), "")


def _other_advice(wanted: str, info: ClipInfo) -> str:
    if _structure(info) == "progressive" and wanted in ("interlaced", "separated"):
        return ". Leave this node out; or, if the tape is interlaced all the same, set the source's field order"
    return ""
