"""An ONNX file in onnxruntime on the processor, as a function of a batch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from runtime.worker.conversion.fault import ConversionError
from runtime.worker.conversion.pictures import Batch


def session(path: Path) -> Callable[[Batch], Batch]:
    """ConversionError where onnxruntime does not take the file, or a picture."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        net = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own errors have no base but Exception
        raise ConversionError(f"onnxruntime does not load it: {_first_line(error)}") from None
    (taken, *more) = net.get_inputs()
    if more:
        raise ConversionError(f"it has {1 + len(more)} inputs; one that holds all planes is needed")
    kind = np.float16 if "float16" in taken.type else np.float32

    def answer(given: Batch) -> Batch:
        try:
            (made, *_) = net.run(None, {taken.name: given.astype(kind)})
        except Exception as error:
            height, width = given.shape[2:]
            raise ConversionError(f"it fails on a picture of {width} × {height}: {_first_line(error)}") from None
        return np.asarray(made, np.float32)

    return answer


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:300]
