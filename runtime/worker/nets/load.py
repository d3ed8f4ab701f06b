"""From a file of weights to a net: the names of its tensors tell the architecture, first of our own, then of those that
spandrel brings."""

from __future__ import annotations

from pathlib import Path

from runtime.worker.nets.amt import from_amt
from runtime.worker.nets.basicvsr import from_basicvsr
from runtime.worker.nets.dain import from_dain
from runtime.worker.nets.ddcolor import from_ddcolor
from runtime.worker.nets.deoldify import from_deoldify
from runtime.worker.nets.film import from_film
from runtime.worker.nets.net import Net, NetError
from runtime.worker.nets.propainter import beside, from_propainter, together
from runtime.worker.nets.rife import from_rife
from runtime.worker.nets.spandrels import from_spandrel
from runtime.worker.nets.weights import Weights, read_weights

_KNOWN = (
    from_rife, from_film, from_amt, from_dain, from_basicvsr, from_ddcolor, from_deoldify, from_propainter,
    from_spandrel,
)  # fmt: skip
"""Each gives a net of a file's name and weights, or None where they are not its own."""


def load(path: Path) -> Net:
    """The net of `path` (.pth .pt .ckpt .pkl .bin .safetensors), and of the files beside it where several make one.
    NetError, with what to do, where it cannot be used."""
    parts = {part: one for part, one in beside(path).items() if one.is_file()}
    if parts:
        return made(path.name, together({part: read_weights(one) for part, one in parts.items()}))
    return made(path.name, read_weights(path))


def made(name: str, weights: Weights) -> Net:
    """The net of these tensors; `name` is the file's, for the error's text."""
    for known in _KNOWN:
        net = known(name, weights)
        if net is not None:
            return net
    raise NetError(
        f"{name}: its architecture is not known here (first tensors: {', '.join(list(weights)[:3])}). "
        "Choose another model, or one that is ONNX already"
    )
