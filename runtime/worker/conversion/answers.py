"""Loads weights of PyTorch, and asks them: what an ONNX of them is compared with. Needs torch."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from runtime.worker.conversion.fault import ConversionError
from runtime.worker.conversion.pictures import Batch, Feed
from runtime.worker.conversion.reference import Answer, keep

FIXED = (256, 256)
"""What a net is frozen for that cannot be free, and that prefers no size."""


def loaded(path: Path) -> Any:
    """The net (runtime.worker.nets.net.Net). ConversionError where its architecture is not known."""
    from runtime.worker.nets.load import load
    from runtime.worker.nets.net import NetError

    try:
        return load(path)
    except NetError as fault:
        raise ConversionError(str(fault)) from None


def feed_of(net: Any, size: tuple[int, int] | None, frozen: bool) -> Feed:
    """How it is fed. `frozen`: its ONNX is to take one size alone, `size` or its own."""
    fixed = net.fixed
    if fixed is None and (frozen or size or not net.dynamic):
        free = Feed(net.pattern, net.planes_in, net.frames, net.multiple)
        fixed = free.fit(size or FIXED)
    return Feed(net.pattern, net.planes_in, net.frames, net.multiple, fixed, net.value_range)


def answering(net: Any) -> Answer:
    import torch

    def answer(given: Batch) -> Batch:
        with torch.inference_mode():
            made = net.module(torch.from_numpy(given))
        return np.asarray(made.numpy(), np.float32)

    return answer


def facts(net: Any, how: Feed) -> dict[str, Any]:
    """What is told of the net to whoever feeds it."""
    return {
        "arch": net.arch,
        "pattern": net.pattern,
        "scale": str(net.scale),
        "frames": net.frames,
        "planes_in": net.planes_in,
        "planes_out": net.planes_out,
        "multiple": net.multiple,
        "radius": net.radius,
        "fixed": list(how.fixed) if how.fixed else None,
        "own_fixed": list(net.fixed) if net.fixed else None,
        "value_range": net.value_range,
        "jumps": net.jumps,
        "weights": sum(one.numel() for one in net.module.parameters()),
        "torch": version("torch"),
        "spandrel": version("spandrel"),
    }


def version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def work(asked: dict[str, Any], note: Callable[[str], None]) -> dict[str, Any]:
    """{"weights", "reference", "clip", "size"}: the answers alone, for an ONNX that is there already."""
    net = loaded(Path(asked["weights"]))
    size = asked.get("size")
    how = feed_of(net, tuple(size) if size else None, frozen=bool(size))
    note(f"{net.arch}: its answers to frames of {Path(asked['clip']).name}")
    sizes = keep(Path(asked["reference"]), Path(asked["clip"]), how, answering(net))
    return {**facts(net, how), "sizes": sizes}
