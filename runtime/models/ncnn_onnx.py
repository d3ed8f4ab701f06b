"""Writes an ncnn image net as ONNX: the same arithmetic in singles, opset 17, any width and height.

Covers what the nets in the packages are made of: RRDB, Compact (SRVGG) and SPAN. A layer that is not covered is
refused by name; nothing is approximated. Opset 17 is the newest that DirectML takes (docs/facts.md, section 5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, checker, helper, numpy_helper

from runtime.models.ncnn import Bin, Floats, Layer, NcnnError, read_param

OPSET, IR_VERSION = 17, 8
_BINARY = {0: "Add", 1: "Sub", 2: "Mul", 3: "Div", 4: "Max", 5: "Min"}
_REVERSED = {7: "Sub", 8: "Div"}
"""RSUB and RDIV: the second operand comes first."""
_ELTWISE = {0: "Mul", 1: "Sum", 2: "Max"}
_INTERP = {1: "nearest", 2: "linear", 3: "cubic"}


def convert(param: Path, weights: Path, scale: int, channels: int = 3) -> onnx.ModelProto:
    """The model that the two files are. `scale` is only written into the output's description. NcnnError."""
    writer = _Writer(Bin(weights.read_bytes(), weights.name), channels)
    for layer in read_param(param):
        writer.add(layer)
    writer.bin.end()
    return writer.model(param.stem, scale)


class _Writer:
    def __init__(self, weights: Bin, channels: int) -> None:
        self.bin = weights
        self.channels = channels
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.same: dict[str, str] = {}
        self.input = ""
        self.output = ""

    def add(self, layer: Layer) -> None:
        kinds: dict[str, Callable[[Layer, list[str]], None]] = {
            "Input": self.take, "Split": self.share, "Noop": self.share, "Convolution": self.convolution,
            "PReLU": self.prelu, "ReLU": self.relu, "PixelShuffle": self.shuffle, "Interp": self.interp,
            "BinaryOp": self.binary, "Eltwise": self.eltwise, "Sigmoid": self.sigmoid, "Swish": self.swish,
            "MemoryData": self.memory, "Concat": self.concat,
        }  # fmt: skip
        if layer.kind not in kinds:
            raise NcnnError(f"{layer.name}: layers of kind {layer.kind} are not converted")
        try:
            kinds[layer.kind](layer, [self.same.get(blob, blob) for blob in layer.inputs])
        except NcnnError:
            raise
        except (KeyError, IndexError, ValueError):  # too few inputs, a param or numbers of another shape
            raise NcnnError(f"{layer.name}: a layer of kind {layer.kind} that lacks something") from None
        if layer.outputs:
            self.output = self.same.get(layer.outputs[0], layer.outputs[0])

    def model(self, name: str, scale: int) -> onnx.ModelProto:
        if not self.input or self.output == self.input:
            raise NcnnError(f"{name}: nothing is computed from an input")

        def value(blob: str, height: str, width: str) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(blob, TensorProto.FLOAT, ["n", self.channels, height, width])

        sides = [value(self.input, "h", "w")], [value(self.output, f"{scale}h", f"{scale}w")]
        graph = helper.make_graph(self.nodes, name, *sides, self.constants)
        versions = [helper.make_opsetid("", OPSET)]
        made = helper.make_model(graph, opset_imports=versions, ir_version=IR_VERSION, producer_name="tapeloom ncnn")
        checker.check_model(made, full_check=True)
        return made

    def node(self, kind: str, inputs: Sequence[str], layer: Layer, **attributes: Any) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [layer.outputs[0]], name=layer.name, **attributes))

    def between(self, kind: str, inputs: Sequence[str], blob: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [blob], name=blob, **attributes))
        return blob

    def constant(self, name: str, value: Floats) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def take(self, layer: Layer, _: list[str]) -> None:
        if self.input:
            raise NcnnError(f"{layer.name}: a second input; nets with one are converted")
        self.input = layer.outputs[0]

    def share(self, layer: Layer, inputs: list[str]) -> None:
        for blob in layer.outputs:
            self.same[blob] = inputs[0]

    def convolution(self, layer: Layer, inputs: list[str]) -> None:
        made, wide, tall = layer.whole(0), layer.whole(1), layer.whole(11, layer.whole(1))
        if min(made, wide, tall) < 1 or layer.whole(6) % (made * wide * tall):
            raise NcnnError(f"{layer.name}: {layer.whole(6)} weights do not make {made} filters of {wide}×{tall}")
        if layer.whole(8):
            raise NcnnError(f"{layer.name}: 8-bit weights are not converted")
        kernel = self.bin.weights(layer.whole(6)).reshape(made, -1, tall, wide)
        operands = [inputs[0], self.constant(f"{layer.name}.weight", kernel)]
        if layer.whole(5):
            operands.append(self.constant(f"{layer.name}.bias", self.bin.singles(made)))
        left, top = layer.whole(4), layer.whole(14, layer.whole(4))
        if min(left, top) < 0:
            raise NcnnError(f"{layer.name}: automatic padding is not converted")
        right, bottom = layer.whole(15, left), layer.whole(16, top)
        if layer.real(18):
            raise NcnnError(f"{layer.name}: padding with {layer.real(18)} is not converted")
        attributes = {
            "kernel_shape": [tall, wide],
            "pads": [top, left, bottom, right],
            "strides": [layer.whole(13, layer.whole(3, 1)), layer.whole(3, 1)],
            "dilations": [layer.whole(12, layer.whole(2, 1)), layer.whole(2, 1)],
        }
        match layer.whole(9):
            case 0:
                self.node("Conv", operands, layer, **attributes)
            case 1:
                self.node("Relu", [self.between("Conv", operands, f"{layer.name}.sum", **attributes)], layer)
            case 2:
                summed = self.between("Conv", operands, f"{layer.name}.sum", **attributes)
                self.node("LeakyRelu", [summed], layer, alpha=layer.arrays[10][0])
            case other:
                raise NcnnError(f"{layer.name}: activation {other} is not converted")

    def prelu(self, layer: Layer, inputs: list[str]) -> None:
        slope = self.bin.singles(layer.whole(0)).reshape(-1, 1, 1)
        self.node("PRelu", [inputs[0], self.constant(f"{layer.name}.slope", slope)], layer)

    def relu(self, layer: Layer, inputs: list[str]) -> None:
        if layer.real(0):
            self.node("LeakyRelu", inputs, layer, alpha=layer.real(0))
        else:
            self.node("Relu", inputs, layer)

    def shuffle(self, layer: Layer, inputs: list[str]) -> None:
        self.node("DepthToSpace", inputs, layer, blocksize=layer.whole(0, 1), mode="DCR" if layer.whole(1) else "CRD")

    def interp(self, layer: Layer, inputs: list[str]) -> None:
        mode = _INTERP.get(layer.whole(0))
        tall, wide = layer.real(1, 1), layer.real(2, 1)
        if mode is None or layer.whole(3) or layer.whole(4) or layer.whole(6) or min(tall, wide) <= 0:
            raise NcnnError(f"{layer.name}: this way of resizing is not converted")
        scales = self.constant(f"{layer.name}.scales", np.array([1, 1, tall, wide], np.float32))
        attributes: dict[str, Any] = {"mode": mode, "coordinate_transformation_mode": "half_pixel"}
        if mode == "nearest":
            attributes |= {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        if mode == "cubic":
            attributes["cubic_coeff_a"] = -0.75
        self.node("Resize", [inputs[0], "", scales], layer, **attributes)

    def binary(self, layer: Layer, inputs: list[str]) -> None:
        if layer.whole(1):
            inputs = [inputs[0], self.constant(f"{layer.name}.number", np.array(layer.real(2), np.float32))]
        kind = layer.whole(0)
        if kind in _REVERSED:
            self.node(_REVERSED[kind], inputs[::-1], layer)
        elif kind in _BINARY:
            self.node(_BINARY[kind], inputs, layer)
        else:
            raise NcnnError(f"{layer.name}: operation {kind} of two is not converted")

    def eltwise(self, layer: Layer, inputs: list[str]) -> None:
        factors = layer.arrays.get(1, ())
        if layer.whole(0) not in _ELTWISE or (factors and len(factors) != len(inputs)):
            raise NcnnError(f"{layer.name}: this way of joining is not converted")
        if layer.whole(0) == 1 and factors:
            inputs = [self.scaled(layer, place, *pair) for place, pair in enumerate(zip(inputs, factors, strict=True))]
        self.node(_ELTWISE[layer.whole(0)], inputs, layer)

    def scaled(self, layer: Layer, place: int, blob: str, factor: float) -> str:
        if factor == 1:
            return blob
        number = self.constant(f"{layer.name}.factor{place}", np.array(factor, np.float32))
        return self.between("Mul", [blob, number], f"{layer.name}.scaled{place}")

    def sigmoid(self, layer: Layer, inputs: list[str]) -> None:
        self.node("Sigmoid", inputs, layer)

    def swish(self, layer: Layer, inputs: list[str]) -> None:
        self.node("Mul", [inputs[0], self.between("Sigmoid", inputs, f"{layer.name}.sigmoid")], layer)

    def memory(self, layer: Layer, _: list[str]) -> None:
        shape = [size for size in (layer.whole(2), layer.whole(1), layer.whole(0)) if size]
        count = int(np.prod(shape))
        # 21: 1 (the default) is singles without a tag, 0 is weights with one
        values = self.bin.singles(count) if layer.whole(21, 1) else self.bin.weights(count)
        self.constant(layer.outputs[0], values.reshape(shape))

    def concat(self, layer: Layer, inputs: list[str]) -> None:
        self.node("Concat", inputs, layer, axis=layer.whole(0) + (layer.whole(0) >= 0))
