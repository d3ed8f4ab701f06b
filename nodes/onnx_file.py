"""Reads what an ONNX file says of itself, without running it and without any library: a file is data, and may be
anybody's. Weights are skipped, so that a large model takes milliseconds.

Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

FLOAT, INT64, HALF = 1, 7, 10
"""TensorProto.DataType."""
_MOST_NODES = 200_000


class OnnxError(ValueError):
    """No ONNX file, or a damaged one; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output of a model. `dims` are sizes, None where they are free."""

    name: str
    type: int
    dims: tuple[int | None, ...]

    @property
    def planes(self) -> int | None:
        """The channels of a batch of pictures (N, C, H, W)."""
        return self.dims[1] if len(self.dims) == 4 else None


@dataclass(frozen=True, slots=True)
class OnnxFile:
    """`scale` is the size of the picture that comes out over the one that goes in, None where that cannot be told."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    opset: int
    meta: Mapping[str, str]
    scale: Fraction | None


def read_onnx(data: bytes) -> OnnxFile:
    """The description of a model. OnnxError where `data` is none."""
    graph: memoryview | None = None
    opset = 0
    meta: dict[str, str] = {}
    for number, value in _fields(memoryview(data)):
        match number, value:
            case 7, memoryview():
                graph = value
            case 8, memoryview():
                entry = dict(_fields(value))
                if not _text(entry.get(1, b"")):
                    opset = _int(entry.get(2, 0))
            case 14, memoryview():
                pair = dict(_fields(value))
                meta[_text(pair.get(1, b""))] = _text(pair.get(2, b""))
    if graph is None or not opset:
        raise OnnxError("it is no ONNX model")
    return _graph(graph, opset, meta)


def _graph(data: memoryview, opset: int, meta: Mapping[str, str]) -> OnnxFile:
    inputs: list[Tensor] = []
    outputs: list[Tensor] = []
    nodes: list[_Op] = []
    constants: dict[str, tuple[float, ...]] = {}
    known: set[str] = set()
    for number, value in _fields(data):
        if not isinstance(value, memoryview):
            continue
        match number:
            case 1:
                nodes.append(_op(value))
                if len(nodes) > _MOST_NODES:
                    raise OnnxError("it has more operations than any model we know")
            case 5:
                name, numbers = _tensor(value)
                known.add(name)
                if numbers is not None:
                    constants[name] = numbers
            case 11:
                inputs.append(_value_info(value))
            case 12:
                outputs.append(_value_info(value))
    # old exporters list the weights among the inputs
    real = tuple(one for one in inputs if one.name not in known)
    if not real or not outputs:
        raise OnnxError("it names no input or no output")
    return OnnxFile(real, tuple(outputs), opset, meta, _scale(real, outputs[0], nodes, constants))


# -- how large the picture becomes -----------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Op:
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    numbers: Mapping[str, tuple[float, ...]]


def _scale(
    inputs: tuple[Tensor, ...], output: Tensor, ops: list[_Op], constants: dict[str, tuple[float, ...]]
) -> Fraction | None:
    """From the sizes where they are given, else by following the picture through the operations."""
    before, after = inputs[0].dims[-2:], output.dims[-2:]
    if len(before) == len(after) == 2 and all(before) and all(after):
        (h, w), (high, wide) = (before, after)
        assert h and w and high and wide
        return Fraction(high, h) if high * w == wide * h else None
    sizes: dict[str, Fraction | None] = {one.name: Fraction(1) for one in inputs}
    for op in ops:
        if op.kind == "Constant":
            value = op.numbers.get("value") or op.numbers.get("value_floats")
            if value is not None:
                constants.update(dict.fromkeys(op.outputs, value))
            continue
        if op.kind in ("Shape", "Size"):  # numbers about the picture, no longer the picture
            continue
        arriving = [sizes[name] for name in op.inputs if name in sizes]
        if arriving:
            known = [size for size in arriving if size is not None]
            # a picture meets its own mean (1 × 1) or a mask: the largest is the picture
            size = max(known) * _factor(op, constants) if known and _factor(op, constants) else None
            sizes.update(dict.fromkeys(op.outputs, size))
    return sizes.get(output.name)


def _factor(op: _Op, constants: Mapping[str, tuple[float, ...]]) -> Fraction:
    """What an operation does to the size of a picture; 0 where that cannot be told."""
    match op.kind:
        case "DepthToSpace":
            return Fraction(int(op.numbers.get("blocksize", (0,))[0]))
        case "SpaceToDepth":
            return 1 / Fraction(int(op.numbers.get("blocksize", (1,))[0]) or 1)
        case "Conv" | "MaxPool" | "AveragePool":
            return 1 / Fraction(int(op.numbers.get("strides", (1,))[-1]) or 1)
        case "ConvTranspose":
            return Fraction(int(op.numbers.get("strides", (1,))[-1]))
        case "Resize" | "Upsample":
            scales = next((constants[name] for name in op.inputs[1:] if len(constants.get(name, ())) == 4), None)
            scales = scales or op.numbers.get("scales")
            even = scales is not None and scales[-1] == scales[-2] > 0
            return Fraction(scales[-1]).limit_denominator(64) if even and scales else Fraction(0)
        case "Reshape" | "Flatten" | "MatMul" | "Gemm":
            return Fraction(0)
        case _:
            return Fraction(1)


# -- the parts of the file ---------------------------------------------------------------------------
def _op(data: memoryview) -> _Op:
    inputs: list[str] = []
    outputs: list[str] = []
    kind = ""
    numbers: dict[str, tuple[float, ...]] = {}
    for number, value in _fields(data):
        match number, value:
            case 1, memoryview():
                inputs.append(_text(value))
            case 2, memoryview():
                outputs.append(_text(value))
            case 4, memoryview():
                kind = _text(value)
            case 5, memoryview():
                name, found = _attribute(value)
                numbers[name] = found
    return _Op(kind, tuple(inputs), tuple(outputs), numbers)


def _attribute(data: memoryview) -> tuple[str, tuple[float, ...]]:
    name = ""
    found: list[float] = []
    for number, value in _fields(data):
        match number, value:
            case 1, memoryview():
                name = _text(value)
            case ((3 | 8), int()):
                found.append(_signed(value))
            case 8, memoryview():
                found += [_signed(each) for each in _varints(value)]
            case 7, memoryview():
                found += _floats(value)
            case 5, memoryview():
                found += _tensor(value)[1] or ()
    return name, tuple(found)


def _tensor(data: memoryview) -> tuple[str, tuple[float, ...] | None]:
    """The name and, of a handful of numbers, their values."""
    name, kind = "", 0
    found: tuple[float, ...] | None = None
    raw: memoryview | None = None
    for number, value in _fields(data):
        match number, value:
            case 2, int():
                kind = value
            case 4, memoryview() if len(value) <= 64:
                found = tuple(_floats(value))
            case 7, memoryview() if len(value) <= 64:
                found = tuple(map(_signed, _varints(value)))
            case 8, memoryview():
                name = _text(value)
            case 9, memoryview() if len(value) <= 64:
                raw = value
    if raw is not None and kind == FLOAT and len(raw) % 4 == 0:
        found = tuple(_floats(raw))
    if raw is not None and kind == INT64 and len(raw) % 8 == 0:
        found = tuple(int.from_bytes(raw[at : at + 8], "little", signed=True) for at in range(0, len(raw), 8))
    return name, found


def _value_info(data: memoryview) -> Tensor:
    name, kind = "", 0
    dims: list[int | None] = []
    for number, value in _fields(data):
        if number == 1 and isinstance(value, memoryview):
            name = _text(value)
        elif number == 2 and isinstance(value, memoryview):
            tensor = dict(_fields(value)).get(1, memoryview(b""))
            for part, held in _fields(tensor) if isinstance(tensor, memoryview) else ():
                if part == 1 and isinstance(held, int):
                    kind = held
                elif part == 2 and isinstance(held, memoryview):
                    for _, dim in _fields(held):
                        size = dict(_fields(dim)).get(1) if isinstance(dim, memoryview) else None
                        dims.append(size if isinstance(size, int) and 0 < size < 1 << 31 else None)
    return Tensor(name, kind, tuple(dims))


# -- protobuf ----------------------------------------------------------------------------------------
def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == 2:
            size, at = _varint(data, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise OnnxError("it is no ONNX model, or a damaged one")
        if number == 0 or at + size > end:
            raise OnnxError("it ends too early: the file is cut off, or no ONNX model")
        yield number, data[at : at + size]
        at += size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise OnnxError("it ends too early: the file is cut off, or no ONNX model")
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _varints(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _floats(data: memoryview) -> list[float]:
    return list(memoryview(bytes(data[: len(data) // 4 * 4])).cast("f"))


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _int(value: int | memoryview) -> int:
    return value if isinstance(value, int) else 0


def _text(value: int | memoryview | bytes) -> str:
    return "" if isinstance(value, int) else bytes(value).decode("utf-8", "replace")
