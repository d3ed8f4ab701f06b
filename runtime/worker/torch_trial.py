"""Looks into a file of PyTorch weights and tries it on a small picture: what `model_trial`, in its child, does for
ONNX. The net's architecture tells how it is fed; opening the file runs nothing of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from runtime.worker.nets.load import load
from runtime.worker.nets.net import Net, NetError

__all__ = ["NetError", "Tried", "facts"]

Picture = NDArray[np.float32]


def facts(path: Path) -> dict[str, Any]:
    """As `model_trial.facts` tells of an ONNX file, and `net`: what the architecture says of itself. NetError."""
    net = _loaded(path)
    if Fraction(net.scale).denominator > 1:
        raise NetError(f"{path.name}: makes pictures {net.scale} times as large; only whole numbers can be used")
    width, height = net.fixed or (None, None)
    return {
        "inputs": [{"name": "picture", "type": "float32", "shape": [None, net.planes_in, height, width]}],
        "outputs": [{"name": "made", "type": "float32", "shape": [None, net.planes_out, None, None]}],
        "opset": 0,
        "weights": sum(one.numel() for one in net.module.parameters()),
        "producer": f"PyTorch {torch.__version__}",
        "net": {
            "arch": net.arch,
            "pattern": net.pattern,
            "scale": int(net.scale),
            "frames": net.frames,
            "planes_in": net.planes_in,
            "planes_out": net.planes_out,
            "multiple": net.multiple,
            "radius": net.radius,
            "value_range": net.value_range,
        },
    }


class Tried:
    """The net on the processor, fed pictures of 0 to 1, which are made what it knows."""

    def __init__(self, path: Path) -> None:
        self.net = _loaded(path)
        self.channels = self.net.planes_in
        self.low, self.high = (float(each) for each in self.net.value_range.split(".."))

    def run(self, picture: Picture) -> Picture:
        with torch.inference_mode():
            given = torch.from_numpy(self.low + picture[None] * (self.high - self.low)).float()
            made = self.net.module(given)[0].numpy()
        return np.asarray((made - self.low) / (self.high - self.low), np.float32)

    def scale(self, picture: Picture, answer: Picture) -> int:
        """The enlargement; 0 where the answer's shape is none of the picture's."""
        by = answer.shape[1] // picture.shape[1]
        return by if answer.shape[1:] == (picture.shape[1] * by, picture.shape[2] * by) else 0


def _loaded(path: Path) -> Net:
    torch.set_num_threads(min(2, torch.get_num_threads()))
    return load(path)
