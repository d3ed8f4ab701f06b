"""Writes weights of PyTorch as ONNX, with what a graph must know of them in the file's own metadata. Needs torch.

The exporter that traces, at opset 17: DirectML takes no newer one, and torch's newer exporter hangs on SPAN.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from runtime.worker.conversion import compare
from runtime.worker.conversion.answers import answering, facts, feed_of, loaded
from runtime.worker.conversion.fault import ConversionError
from runtime.worker.conversion.pictures import Feed
from runtime.worker.conversion.reference import keep

OPSET = 17
TAKES, GIVES = "picture", "made"


def work(asked: dict[str, Any], note: Callable[[str], None]) -> dict[str, Any]:
    """{"weights", "onnx", "reference", "clip", "size", "frozen", "meta"}: the file, the answers to prove it by, and
    how far it is `off`, as `compare` tells it."""
    net = loaded(Path(asked["weights"]))
    size = asked.get("size")
    how = feed_of(net, tuple(size) if size else None, asked.get("frozen", False))
    note(f"{net.arch}: its answers to frames of {Path(asked['clip']).name}")
    sizes = keep(Path(asked["reference"]), Path(asked["clip"]), how, answering(net))
    at = f"{how.fixed[0]} × {how.fixed[1]} alone" if how.fixed else "any size"
    note(f"writing ONNX, opset {OPSET}, for {at}")
    _export(net, how, Path(asked["onnx"]))
    found = facts(net, how)
    _describe(Path(asked["onnx"]), found, asked.get("meta", {}))
    off = compare.work({"onnx": asked["onnx"], "reference": asked["reference"]}, note)
    return {**found, "sizes": sizes, "opset": OPSET, "off": off}


def _export(net: Any, how: Feed, to: Path) -> None:
    import torch

    width, height = how.sizes()[0]
    free = {TAKES: {2: "height", 3: "width"}, GIVES: {2: "high", 3: "wide"}} if how.fixed is None else None
    try:
        with torch.no_grad():
            torch.onnx.export(
                net.module,
                (torch.rand(1, how.planes, height, width),),
                str(to),
                input_names=[TAKES],
                output_names=[GIVES],
                dynamic_axes=free,
                opset_version=OPSET,
                dynamo=False,
            )
    except MemoryError:
        raise
    except Exception as error:  # an operator ONNX lacks, or whatever the architecture does while it is traced
        text = (str(error).strip().splitlines() or [type(error).__name__])[0][:240]
        raise ConversionError(f"{net.arch} cannot be written as ONNX ({text}). Run the weights with torch") from None


def _describe(path: Path, found: dict[str, Any], meta: dict[str, str]) -> None:
    """The keys that nodes.model reads, and where the file comes from."""
    import onnx

    model = onnx.load(path)
    told = {
        "scale": found["scale"],
        "pattern": found["pattern"],
        "range": found["value_range"],
        "multiple": str(found["multiple"]),
        "radius": str(found["radius"]),
        "frames": str(found["frames"]),
        "jumps": "yes" if found["jumps"] else "",
        "arch": found["arch"],
        "torch": found["torch"],
        "spandrel": found["spandrel"],
        **meta,
    }
    onnx.helper.set_model_props(model, {key: value for key, value in told.items() if value})
    onnx.checker.check_model(model)
    onnx.save(model, path)
