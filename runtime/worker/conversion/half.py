"""An ONNX in half precision that takes and gives singles, so that whatever runs the one runs the other.

Not everything may be halved. The sizes of a Resize are singles by ONNX's rules, and where a GridSample looks would be
off by a third of a pixel in an SD frame (11 bits for −1 to 1): both stay in singles, with what computes them. So do
numbers that become whole (which pixel is picked), the difference of two such places, and sums of what is scattered.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from runtime.worker.conversion.fault import ConversionError

FLOAT, HALF = TensorProto.FLOAT, TensorProto.FLOAT16
_MOST = float(np.finfo(np.float16).max)
_EXACT = {"Resize": (1, 2), "Upsample": (1,), "GridSample": (1,), "ScatterElements": (0, 2)}
"""Inputs that stay singles."""
_WHOLE = {"GridSample", "ScatterElements", "Range", "CumSum", "RandomNormal", "RandomUniform"}
"""Operations that stay in singles: several runtimes have no half for them."""
_INTEGERS = {TensorProto.INT32, TensorProto.INT64}
_HEAVY = {"Conv", "ConvTranspose", "MatMul", "Gemm", "Resize", "GridSample"}
"""Where a chain that is kept exact begins: what feeds these may be halved."""
_TYPED = {"Cast": "to", "RandomNormalLike": "dtype", "RandomUniformLike": "dtype", "EyeLike": "dtype"}


def to_half(model: Any) -> Any:
    """A new model. ConversionError where it branches, or is not in singles."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    graph = made.graph
    if any(one.type in (5, 10) for node in graph.node for one in node.attribute):
        raise ConversionError("it branches or loops, which is not halved; keep it in singles")
    types = _types(made)
    if not any(types.get(value.name) == FLOAT for value in graph.input):
        raise ConversionError("it is not in singles: there is nothing to halve")
    exact = _exact(graph, types)
    _Halving(graph, types, exact).do()
    del graph.value_info[:]
    onnx.checker.check_model(made, full_check=True)
    return made


def _types(model: Any) -> dict[str, int]:
    """The element type of every tensor."""
    inferred = onnx.shape_inference.infer_shapes(model).graph
    found = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    values = (*inferred.value_info, *inferred.input, *inferred.output)
    return {**{value.name: value.type.tensor_type.elem_type for value in values}, **found}


def _exact(graph: Any, types: dict[str, int]) -> set[int]:
    """The places of the nodes that stay in singles."""
    maker = {name: place for place, node in enumerate(graph.node) for name in node.output}
    exact = {place for place, node in enumerate(graph.node) if node.op_type in _WHOLE}
    wanted = [node.input[at] for node in graph.node for at in _exactly(node) if at < len(node.input)]
    _widen(graph, types, maker, exact, wanted)
    places = {place for place in exact if graph.node[place].op_type not in _WHOLE}
    for place, node in enumerate(graph.node):
        if node.op_type == "Sub" and place not in exact and maker.get(node.input[0]) in places:
            exact.add(place)  # how far beyond its pixel a place lies
            _widen(graph, types, maker, exact, list(node.input))
    return exact


def _exactly(node: Any) -> tuple[int, ...]:
    """The inputs of a node that stay in singles."""
    to = next((one.i for one in node.attribute if one.name == "to"), FLOAT)
    return (0,) if node.op_type == "Cast" and to in _INTEGERS else _EXACT.get(node.op_type, ())


def _widen(graph: Any, types: dict[str, int], maker: dict[str, int], exact: set[int], wanted: list[str]) -> None:
    """Put what makes the tensors `wanted` among the exact ones, back to where a heavy operation begins the chain."""
    while wanted:
        place = maker.get(wanted.pop())
        if place is None or place in exact or graph.node[place].op_type in _HEAVY:
            continue
        node = graph.node[place]
        if any(types.get(name) == FLOAT for name in node.output):
            exact.add(place)
            wanted += [name for name in node.input if name]


class _Halving:
    """One pass over the nodes in their order: every tensor is here in singles, in halves, or in both by a Cast."""

    def __init__(self, graph: Any, types: dict[str, int], exact: set[int]) -> None:
        self.graph, self.types, self.exact = graph, types, exact
        self.nodes: list[Any] = []
        self.halves: dict[str, str] = {}
        self.singles: dict[str, str] = {}
        self.constants: dict[str, Any] = {one.name: one for one in graph.initializer if one.data_type == FLOAT}

    def do(self) -> None:
        for value in self.graph.input:
            if self.types.get(value.name) == FLOAT and value.name not in self.constants:
                self.singles[value.name] = value.name
        for place, node in enumerate(self.graph.node):
            if place in self.exact:
                self._kept(node)
            else:
                self._halved(node)
        for value in self.graph.output:
            if self.types.get(value.name) == FLOAT and value.name not in self.singles:
                self._cast(self.halves[value.name], value.name, FLOAT)
        del self.graph.node[:]
        self.graph.node.extend(self.nodes)
        used = {name for node in self.nodes for name in node.input} | {value.name for value in self.graph.output}
        kept = [one for one in self.graph.initializer if one.name in used]
        del self.graph.initializer[:]
        self.graph.initializer.extend(kept)

    def _kept(self, node: Any) -> None:
        for at, name in enumerate(node.input):
            if self.types.get(name) == FLOAT:
                node.input[at] = self._single(name)
        self.nodes.append(node)
        self.singles.update({name: name for name in node.output if self.types.get(name) == FLOAT})

    def _halved(self, node: Any) -> None:
        if node.op_type == "Constant" and self.types.get(node.output[0]) == FLOAT:
            value = next((one.t for one in node.attribute if one.name == "value"), None)
            if value is None:  # value_float(s): the short way to say it
                (one,) = node.attribute
                value = numpy_helper.from_array(np.array(helper.get_attribute_value(one), np.float32))
            self.constants[node.output[0]] = value
            return
        for one in node.attribute:
            if one.name == _TYPED.get(node.op_type) and one.i == FLOAT:
                one.i = HALF
            if node.op_type == "ConstantOfShape" and one.name == "value" and one.t.data_type == FLOAT:
                one.t.CopyFrom(_as_half(one.t, one.t.name))
        if node.op_type == "ConstantOfShape" and not node.attribute:  # a single 0 by default
            node.attribute.append(helper.make_attribute("value", numpy_helper.from_array(np.zeros(1, np.float16))))
        exact = _EXACT.get(node.op_type, ())
        for at, name in enumerate(node.input):
            if self.types.get(name) == FLOAT:
                node.input[at] = self._single(name) if at in exact else self._half(name)
        for at, name in enumerate(node.output):
            if self.types.get(name) == FLOAT:
                node.output[at] = self.halves[name] = f"{name}__half"
        self.nodes.append(node)

    def _half(self, name: str) -> str:
        if name not in self.halves:
            half = self.halves[name] = f"{name}__half"
            if name in self.constants:
                self.graph.initializer.append(_as_half(self.constants[name], half))
            else:
                self._cast(self.singles[name], half, HALF)
        return self.halves[name]

    def _single(self, name: str) -> str:
        if name not in self.singles:
            single = self.singles[name] = name if name in self.constants else f"{name}__single"
            if name in self.constants:
                if not any(one.name == name for one in self.graph.initializer):
                    held = self.graph.initializer.add()
                    held.CopyFrom(self.constants[name])
                    held.name = name
            else:
                self._cast(self.halves[name], single, FLOAT)
        return self.singles[name]

    def _cast(self, given: str, to: str, kind: int) -> None:
        self.nodes.append(helper.make_node("Cast", [given], [to], name=f"{to}__cast", to=kind))


def _as_half(tensor: Any, name: str) -> Any:
    """What is beyond a half's reach becomes its largest."""
    values = np.clip(numpy_helper.to_array(tensor), -_MOST, _MOST).astype(np.float16)
    return numpy_helper.from_array(values, name)
