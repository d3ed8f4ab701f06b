"""A model in PyTorch, picture by picture: on a card where that gives the processor's picture, in half precision where
that does too; compiled where that is asked for. Nets are shared by all steps that use the same weights."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch

from runtime.worker.alike import off
from runtime.worker.nets.load import load
from runtime.worker.nets.net import Net, NetError
from runtime.worker.providers import no_cards
from runtime.worker.tiled import Picture, Tiled, tile_that_fits
from runtime.worker.torch_cache import Order, compiled

_KEPT = 4  # nets at a time; each holds its weights
_PROOF = 64
_CARDS = {"auto": ("cuda", "mps", "xpu"), "cuda": ("cuda",), "trt": ("cuda",), "coreml": ("mps",)}
"""Which of PyTorch's devices a provider's name stands for. An AMD card is `cuda` to PyTorch built for it."""

_CORES = torch.get_num_threads()

ONE = ThreadPoolExecutor(1, "torch")
"""PyTorch computes here alone: each thread that calls it gets a pool of its own, and VapourSynth has many threads."""


@dataclass(frozen=True)
class Way:
    """Where a net is computed, and how finely."""

    device: str
    half: bool = False

    @property
    def kind(self) -> torch.dtype:
        return torch.float16 if self.half else torch.float32

    def __str__(self) -> str:
        return f"{self.device} in half precision" if self.half else self.device


def ways(provider: str, precision: str) -> list[Way]:
    """What to try, the fastest first; the processor, where half is slower, always last."""
    found: list[Way] = []
    for device in _CARDS.get(provider, ()):
        if _here(device):
            found += [Way(device, True)] if precision != "fp32" else []
            found.append(Way(device))
    return [*found, Way("cpu")]


def _here(device: str) -> bool:
    if no_cards():
        return False
    module = getattr(torch, device, None)
    try:
        return bool(module and module.is_available())
    except Exception:  # a driver may fail in any way
        return False


class Nets:
    """The loaded nets, by file, its state and where they compute; the longest unused is let go of first."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, int, int, Way], tuple[Net, Any]] = {}
        self._lock = threading.Lock()

    def get(self, path: str, way: Way) -> tuple[Net, Any]:
        """The net, and its module on the device. NetError."""
        at = Path(path).stat()
        key = path, at.st_size, at.st_mtime_ns, way
        plain = (*key[:3], Way("cpu"))
        with self._lock:
            if key not in self._held:
                net = self._held[plain][0] if plain in self._held else load(Path(path))
                module = net.module if way == Way("cpu") else copy.deepcopy(net.module).to(way.device, way.kind)
                self._held[key] = net, module
            held = self._held[key] = self._held.pop(key)
            while len(self._held) > _KEPT:
                del self._held[next(iter(self._held))]
            return held


NETS = Nets()


class TorchInference(Tiled):
    """One stage by PyTorch. `size`: width and height of the pictures it is given."""

    def __init__(
        self,
        path: str,
        size: tuple[int, int],
        tile: tuple[int, int],
        overlap: int,
        scale: Fraction,
        multiple: int,
        warn: Callable[[str], None],
        *,
        provider: str = "auto",
        precision: str = "auto",
        compile_: bool = False,
        threads: int = 0,
    ) -> None:
        super().__init__(tile, overlap, scale, multiple, warn)
        self._path, self._size, self._compile, self._threads = path, size, compile_, threads
        self._ways = ways(provider, precision)
        self._compiled: tuple[tuple[int, int], Any] | None = None
        faults = ONE.submit(self._begin).result()
        if provider not in ("auto", "cpu") and self._way.device not in _CARDS.get(provider, ()):
            why = f" ({provider} is not here)" if not faults else ""
            warn(f"runs on {self._way} instead of {provider}{why}")

    @property
    def planes_out(self) -> int:
        return self._net.planes_out

    def check(self, planes: int) -> None:
        """ValueError where the model takes another number of planes."""
        if planes != self._net.planes_in:
            raise ValueError(f"expects {self._net.planes_in} input planes, is given {planes}")

    # -- the way ---------------------------------------------------------------------------------
    def _begin(self) -> list[str]:
        """Take the first way that works, from the one now in front. Gives what spoke against those before it."""
        if self._threads:
            torch.set_num_threads(min(self._threads, _CORES))
        faults: list[str] = []
        while True:
            self._way = self._ways[0]
            try:
                self._net, self._module = NETS.get(self._path, self._way)
                if self._way.device != "cpu" and (wrong := self._error()) > self._tolerance:
                    raise ValueError(f"its picture is wrong by {wrong:.2g}")
            except NetError:
                raise  # no other place makes anything of the file
            except Exception as fault:  # a driver may fail in any way
                if self._way.device == "cpu":
                    raise
                faults.append(_line(fault))
                self._warn(f"{self._way} does not work here ({faults[-1]})")
                self._ways.pop(0)
                continue
            break
        if self._way.device == "cpu" and not self._tile[0]:
            planes = self._net.planes_in
            self._tile = tile_that_fits(self._size, self._overlap, self._scale, self._multiple, planes=planes)
        if self._compile:
            self._compiled = self._made_compiled()
        return faults

    @property
    def _tolerance(self) -> float:
        """What a card may differ from the processor: full precision on it is often 19 bits, half 11."""
        return 0.04 if self._way.half else 0.01

    def _error(self) -> float:
        """How far a small picture is off on the card, against the processor's."""
        width, height = self._net.fixed or (_round_up(_PROOF, self._net.multiple),) * 2
        picture = proof(self._net.planes_in, height, width)
        _, plain = NETS.get(self._path, Way("cpu"))
        low, high = (float(each) for each in self._net.value_range.split(".."))
        one, other = (
            _computed(module, low + picture * (high - low), way)
            for module, way in ((self._module, self._way), (plain, Way("cpu")))
        )
        return off(one, other, jumps=self._net.jumps) / (high - low)

    def _made_compiled(self) -> tuple[tuple[int, int], Any] | None:
        """The net compiled for the tile, and the tile's height and width."""
        width, height = (min(self._tile[at] or self._size[at], self._size[at]) for at in (0, 1))
        order = Order(self._path, self._way.device, self._way.half, (1, self._net.planes_in, height, width))
        run = compiled(order, self._warn)
        return None if run is None else ((height, width), run)

    def _retreat(self, fault: Exception) -> bool:
        if self._compiled is not None:
            self._warn(f"compiled, it failed ({_line(fault)}); goes on uncompiled")
            self._compiled = None
            return True
        if len(self._ways) == 1:
            return False
        failed = self._ways.pop(0)
        self._compile = False  # a picture waits for it
        ONE.submit(self._begin).result()
        self._warn(f"{failed} failed ({_line(fault)}); goes on with {self._way}")
        return True

    # -- the picture -----------------------------------------------------------------------------
    def _run(self, planes: Picture) -> Picture:
        return self._fitting(planes, ONE.submit(self._made, planes).result())

    def _made(self, planes: Picture) -> Any:
        run = self._module
        if self._compiled is not None and self._compiled[0] == planes.shape[1:]:
            run = self._compiled[1]
        try:
            made = _computed(run, planes, self._way)
        except Exception:
            if self._way.device == "cuda":
                torch.cuda.empty_cache()  # what the failed picture held, before a smaller one is tried
            raise
        if self._way.half and not np.isfinite(made).all():
            raise ValueError("half precision is too small for what it computes")
        return made


def proof(planes: int, height: int, width: int) -> Picture:
    """A picture of soft slopes, 0 to 1, unlike in each plane: half precision's noise is not taken for an error."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [0.5 + 0.4 * np.sin(columns / (7 + at % 3)) * np.cos(rows / (11 - at % 3)) for at in range(planes)]
    return np.stack(waves).astype(np.float32)


def _computed(run: Any, planes: Picture, way: Way) -> Any:
    """A batch of one, as it comes out, in single precision."""
    with torch.inference_mode():
        given = torch.from_numpy(np.ascontiguousarray(planes[None], np.float32)).to(way.device, way.kind)
        return run(given).float().cpu().numpy()


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


def _line(fault: BaseException) -> str:
    lines = str(fault).strip().splitlines()
    return lines[0][:160] if lines else type(fault).__name__
