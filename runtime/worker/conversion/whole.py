"""An ONNX whose convolutions count in eight bits, calibrated on real frames (static, QDQ: what every runtime reads).

The first and the last convolution stay as they are: they touch the picture itself, and cost most of the error.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from runtime.worker.conversion.fault import ConversionError

_QUANTISED = ["Conv", "MatMul", "Gemm"]


def to_int8(source: Path, to: Path, frames: Any) -> None:
    """`frames` (N, planes, height, width) set the ranges. ConversionError where there is nothing to quantise."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    model = onnx.load(source)
    places = [node for node in model.graph.node if node.op_type in _QUANTISED]
    for place, node in enumerate(model.graph.node):
        node.name = node.name or f"{node.op_type}_{place}"  # quantisation leaves nodes out by their names
    if len(places) < 3:
        raise ConversionError("it has no convolutions between its first and its last: nothing to count in eight bits")
    named = to.with_suffix(".named")
    onnx.save(model, named)
    taken = next(value.name for value in model.graph.input if value.name not in _constants(model))

    class Frames(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
        def __init__(self) -> None:
            self.left: Iterator[Any] = iter(np.asarray(frames))

        def get_next(self) -> dict[str, Any] | None:
            frame = next(self.left, None)
            return None if frame is None else {taken: frame[None]}

    try:
        quantize_static(
            str(named),
            str(to),
            Frames(),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=_QUANTISED,
            nodes_to_exclude=[places[0].name, places[-1].name],
        )
    finally:
        named.unlink(missing_ok=True)
    made = onnx.load(to)
    del made.metadata_props[:]
    made.metadata_props.extend(model.metadata_props)
    onnx.save(made, to)


def _constants(model: Any) -> set[str]:
    return {tensor.name for tensor in model.graph.initializer}
