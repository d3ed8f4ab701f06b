"""Compiles a net for one size of picture, in a process of its own: `python -m runtime.worker.torch_compile ORDER KEY
SPACE`. By torch.compile, ahead of time, where a C++ compiler is here, else by TorchScript; what comes of it is kept
only if it gives the uncompiled net's picture.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import torch

from runtime.worker.lifeline import end_with
from runtime.worker.nets.load import load
from runtime.worker.torch_cache import AHEAD, TRACED, Order, compiler, keep, keep_fault, opened
from runtime.worker.torch_inference import proof

_TOLERANCE = {False: 1e-3, True: 2e-2}
"""By half precision: what the compiled net's picture may differ, of the values' range, as sums go in another order."""


def compile_(order: Order, key: str, space: Path) -> None:
    """Put the compiled net among those kept; where none comes of it, why."""
    net = load(Path(order.path))
    module = net.module.eval().to(order.device, order.kind)
    low, high = (float(each) for each in net.value_range.split(".."))
    _, planes, height, width = order.shape
    picture = torch.from_numpy(low + proof(planes, height, width)[None] * (high - low)).to(order.device, order.kind)
    with torch.inference_mode():
        wanted = module(picture)
    faults: list[str] = []
    for suffix, make in ((AHEAD, _ahead), (TRACED, _traced)):
        if suffix == AHEAD and order.device == "cpu" and not compiler():
            faults.append("there is no C++ compiler")
            continue
        made = space / f"made.{suffix}"
        try:
            with torch.no_grad():
                make(module, picture, made)
            run = opened(made, order.device)
            assert run is not None
            with torch.inference_mode():
                off = float((run(picture) - wanted).abs().max().float()) / (high - low)
            if not off <= _TOLERANCE[order.half]:
                raise ValueError(f"its picture is wrong by {off:.2g}")
        except Exception as fault:  # a compiler may fail in any way
            faults.append(_line(fault))
            continue
        keep(key, suffix, made)
        return
    keep_fault(key, "; ".join(faults), space)


def _ahead(module: torch.nn.Module, picture: torch.Tensor, to: Path) -> None:
    program = torch.export.export(module, (picture,))
    # how many threads may compute is the worker's to say, not this process's
    options = {"freezing": True, "cpp.dynamic_threads": True}
    torch._inductor.aoti_compile_and_package(program, package_path=str(to), inductor_configs=options)


def _traced(module: torch.nn.Module, picture: torch.Tensor, to: Path) -> None:
    traced: Any = torch.jit.trace(module, picture, check_trace=False)
    torch.jit.save(torch.jit.freeze(traced), str(to))


def _line(fault: BaseException) -> str:
    lines = str(fault).strip().splitlines()
    return lines[0][:160] if lines else type(fault).__name__


def main(argv: list[str]) -> int:
    end_with(os.getppid())
    warnings.simplefilter("ignore")  # TorchScript says of itself that it is old; it is all there is without a compiler
    said = json.loads(argv[0])
    order = Order(**{**said, "shape": tuple(said["shape"])})
    compile_(order, argv[1], Path(argv[2]))
    sys.stderr.flush()
    os._exit(0)  # a driver's tear-down may hang, and nothing of it is needed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
