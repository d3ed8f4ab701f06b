"""Looks into an ONNX file, or PyTorch weights, and tries it, in a process of its own: `python -m
runtime.worker.model_trial FILE PARENT`.

A stranger's model may be broken, endless or larger than the machine: whatever it does, it does it here. What is
found is written to stdout as JSON lines, each as soon as it is known: {"facts": …}, then {"trial": …}, or {"fault": …}.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from runtime.worker.lifeline import end_with

if TYPE_CHECKING:
    from runtime.worker.torch_trial import Tried

KNOWN_DOMAINS = ("", "ai.onnx", "ai.onnx.ml", "com.microsoft")
WEIGHTS = (".pth", ".pt", ".ckpt", ".pkl", ".bin", ".safetensors")
MOST_BYTES = (1 << 31) - 1
"""What one protobuf message can be."""
SIZES = ((32, 48), (64, 128), (128, 256), (256, 512))
"""Heights and widths to try, the smallest first: nets with many levels refuse small pictures."""
OFF_BY = (1, 2, 4, 8, 16, 32, 64)
DOUBTFUL = 0.05
"""A picture enlarged or cleaned differs less than this (RMS, of 1) from what went in; one misread differs more."""

Picture = NDArray[np.float32]


class FaultyModelError(Exception):
    """Said to the user as it stands."""


def facts(path: Path) -> dict[str, Any]:
    """What the file says of itself, checked against ONNX's rules. FaultyModelError."""
    if path.suffix.lower() in WEIGHTS:
        return _of_weights(path)
    import onnx

    if path.stat().st_size > MOST_BYTES:
        raise FaultyModelError("it is larger than 2 GB, which one ONNX file cannot be")
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception:  # google.protobuf's DecodeError, or what its next version calls it
        raise FaultyModelError("it is no ONNX model, or a part of one is missing") from None
    if not model.graph.node:
        raise FaultyModelError("it is no ONNX model, or a part of one is missing: nothing is computed in it")
    nodes = [*model.graph.node, *(node for function in model.functions for node in function.node)]
    if any(tensor.external_data for tensor in (*_tensors(model.graph), *_in_nodes(nodes))):
        raise FaultyModelError("its weights lie in a second file; save it as one: onnx.save(onnx.load(FILE), NEW_FILE)")
    own = {function.domain for function in model.functions}
    strange = sorted({node.domain for node in nodes} - own - set(KNOWN_DOMAINS))
    if strange:
        raise FaultyModelError(
            f"it needs operators that are not part of ONNX ({', '.join(strange)}); export it without them"
        )
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise FaultyModelError(f"it breaks ONNX's rules: {_first_line(error)}") from None
    weights = {tensor.name for tensor in model.graph.initializer}
    return {
        "inputs": [_value(value) for value in model.graph.input if value.name not in weights],
        "outputs": [_value(value) for value in model.graph.output],
        "opset": max((one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), default=0),
        "weights": sum(int(np.prod(tensor.dims, dtype=np.int64)) for tensor in model.graph.initializer),
        "producer": f"{model.producer_name} {model.producer_version}".strip()[:80],
    }


def _of_weights(path: Path) -> dict[str, Any]:
    from runtime.worker import torch_trial  # torch takes seconds to import

    try:
        return torch_trial.facts(path)
    except torch_trial.NetError as fault:
        raise FaultyModelError(str(fault).removeprefix(f"{path.name}: ")) from None


def _tensors(graph: Any) -> Iterator[Any]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    yield from _in_nodes(graph.node)


def _in_nodes(nodes: Iterable[Any]) -> Iterator[Any]:
    for attribute in (attribute for node in nodes for attribute in node.attribute):
        yield from (attribute.t, *attribute.tensors)  # one that is not set is an empty tensor
        for graph in (attribute.g, *attribute.graphs):
            if graph.node or graph.initializer:
                yield from _tensors(graph)


def _value(value: Any) -> dict[str, Any]:
    import onnx

    tensor = value.type.tensor_type
    kinds = {onnx.TensorProto.FLOAT: "float32", onnx.TensorProto.FLOAT16: "float16"}
    kind = kinds.get(tensor.elem_type) or onnx.TensorProto.DataType.Name(tensor.elem_type).lower()
    shape = [int(side.dim_value) if side.HasField("dim_value") else None for side in tensor.shape.dim]
    return {"name": value.name, "type": kind, "shape": shape}


class Net:
    """The model in onnxruntime, on the CPU."""

    def __init__(self, path: Path, said: dict[str, Any]) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # what fails is told once, by us
        options.intra_op_num_threads = 2
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        try:
            self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own errors have no base but Exception
            raise FaultyModelError(f"onnxruntime does not load it: {_first_line(error)}") from None
        self.name = said["inputs"][0]["name"]
        self.kind = np.dtype(said["inputs"][0]["type"])
        self.channels = said["inputs"][0]["shape"][1] or 3

    def run(self, picture: Picture) -> Picture:
        answer = self.session.run(None, {self.name: picture[None].astype(self.kind)})[0]
        if answer.ndim != 4 or answer.shape[0] != 1:
            raise FaultyModelError(
                f"it gives {answer.ndim} dimensions ({answer.shape}) where a picture is four: N, C, H, W"
            )
        return np.asarray(answer[0], np.float32)

    def scale(self, picture: Picture, answer: Picture) -> int:
        """The enlargement; 0 where the answer's shape is none of the picture's."""
        by = answer.shape[1] // picture.shape[1]
        return by if answer.shape[1:] == (picture.shape[1] * by, picture.shape[2] * by) else 0


def trial(path: Path, said: dict[str, Any]) -> dict[str, Any]:
    """What the model does with a picture: its scale, its padding, its range, and that it gives the same size twice."""
    net = _opened(path, said)
    height, width = said["inputs"][0]["shape"][2:]
    fixed = height is not None or width is not None
    sizes = ((height or width, width or height),) if fixed else SIZES
    picture, answer = _first_answer(net, sizes)
    scale = net.scale(picture, answer)
    if not np.isfinite(answer).all():
        raise FaultyModelError("it answers with numbers that are none (NaN or infinite)")
    if not scale:
        shapes = f"{picture.shape[2]} × {picture.shape[1]} becomes {answer.shape[2]} × {answer.shape[1]}"
        raise FaultyModelError(f"its picture has no size that fits: {shapes}")
    like = answer.shape[0] == picture.shape[0]
    error = _error(picture, answer, scale) if like else 0.0
    value_range = "0..1"
    if like and error > DOUBTFUL and "net" not in said:
        value_range, error = _value_range(net, picture, scale, error)
    multiple = 1 if fixed else _multiple(net, picture, scale, error, value_range if like else "")
    return {
        "channels_out": answer.shape[0],
        "scale": scale,
        "tried": [picture.shape[2], picture.shape[1]],
        "fixed": [width or height, height or width] if fixed else None,
        "multiple": multiple,
        "value_range": value_range,
        "error": round(error, 4) if like else None,
    }


def _opened(path: Path, said: dict[str, Any]) -> Net | Tried:
    if "net" not in said:
        return Net(path, said)
    from runtime.worker.torch_trial import Tried

    return Tried(path)


def _first_answer(net: Net | Tried, sizes: tuple[tuple[int, int], ...]) -> tuple[Picture, Picture]:
    first: Exception | None = None
    for height, width in sizes:
        picture = test_picture(net.channels, height, width)
        try:
            return picture, net.run(picture)
        except FaultyModelError:
            raise
        except MemoryError:
            raise FaultyModelError("it wants more memory than there is") from None
        except Exception as error:
            if any(word in str(error).lower() for word in ("bad_alloc", "bad allocation", "failed to allocate")):
                raise FaultyModelError(f"it wants more memory than there is: {_first_line(error)}") from None
            first = first or error
    tried = " or ".join(f"{width} × {height}" for height, width in sizes)
    raise FaultyModelError(f"it fails on a picture of {tried}: {_first_line(first)}")


def _multiple(net: Net | Tried, picture: Picture, scale: int, error: float, value_range: str) -> int:
    """The smallest step of width and height with which the answer still has its size and its likeness."""
    _, height, width = picture.shape
    for off in OFF_BY:
        if height % off or off >= height:
            break
        wider = test_picture(net.channels, height + off, width + off)
        try:
            answer = net.run(_in_range(wider, value_range))
        except Exception:  # a size it does not take
            continue
        if net.scale(wider, answer) != scale or not np.isfinite(answer).all():
            continue
        # some nets answer at any size, and wrongly at most
        if value_range and _error(wider, _from_range(answer, value_range), scale) > max(2 * error, error + DOUBTFUL):
            continue
        return off
    return int(np.gcd(height, width))


def _value_range(net: Net | Tried, picture: Picture, scale: int, unit_error: float) -> tuple[str, float]:
    best, least = "0..1", unit_error
    for value_range in ("0..255", "-1..1"):
        answer = _from_range(net.run(_in_range(picture, value_range)), value_range)
        error = _error(picture, answer, scale)
        if error < least / 2:
            best, least = value_range, error
    return best, least


def _in_range(picture: Picture, value_range: str) -> Picture:
    return {"0..255": picture * np.float32(255), "-1..1": picture * 2 - 1}.get(value_range, picture)


def _from_range(answer: Picture, value_range: str) -> Picture:
    return {"0..255": answer / np.float32(255), "-1..1": (answer + 1) / 2}.get(value_range, answer)


def _error(picture: Picture, answer: Picture, scale: int) -> float:
    """RMS between the picture and the answer made small again, the edges left out."""
    planes, height, width = picture.shape
    small = answer.reshape(planes, height, scale, width, scale).mean((2, 4))
    edge = 4
    return float(np.sqrt(np.mean((small - picture)[:, edge:-edge, edge:-edge] ** 2)))


def test_picture(channels: int, height: int, width: int) -> Picture:
    """Soft slopes in 0 to 1, unlike in each channel: what every net knows, as noise is not."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    planes = [
        0.5 + 0.3 * np.sin(columns / (9 + turn) + turn) * np.cos(rows / (11 + turn)) for turn in range(min(channels, 3))
    ]
    return np.stack([planes[place % len(planes)] for place in range(channels)]).astype(np.float32)


def _first_line(error: object) -> str:
    lines = str(error).strip().splitlines()
    text = "".join(part for part in (lines[0] if lines else type(error).__name__) if part.isprintable())
    return text.rpartition(" : ")[2][:200] or text[:200]


def main(argv: list[str]) -> int:
    path, parent = Path(argv[0]), int(argv[1])
    end_with(parent)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)  # what a library prints is not the answer

        def say(**what: object) -> None:
            out.write(json.dumps(what) + "\n")
            out.flush()

        try:
            said = facts(path)
            say(facts=said)
            if sys.stdin.buffer.readline().strip() == b"try":
                say(trial=trial(path, said))
        except ModuleNotFoundError as error:
            say(missing=error.name)
        except MemoryError:
            say(fault="it wants more memory than there is")
        except FaultyModelError as fault:
            say(fault=str(fault))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
