"""What a PyTorch net is to the rest of the worker: one tensor in, one tensor out, and what to feed it. Exporting it and
running it are others' work; both need only this."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from torch import nn


class NetError(Exception):
    """A file of weights that cannot be used: what is wrong, and what to do."""


@dataclass(frozen=True, eq=False)
class Net:
    """A net with its weights, in eval mode, float32, on the CPU.

    `module` takes one tensor N × `planes_in` × H × W and gives N × `planes_out` × H·`scale` × W·`scale`:
    window and recurrent 3 · `frames` planes (R, G, B of the first picture, then of the next), pair seven (R, G, B of
    both pictures, then the time), mask 4 · `frames` (the pictures, then for each a plane that is 1 where it is to be
    filled; the middle one comes out), chroma three.
    """

    module: nn.Module
    arch: str
    """Its family, for people: `ESRGAN`, `RIFE 4.6`."""
    pattern: str
    """A word of `nodes.model.Pattern`: frame luma window recurrent pair chroma mask faces."""
    scale: Fraction | int = 1
    frames: int = 1
    planes_in: int = 3
    planes_out: int = 3
    multiple: int = 1
    """Width and height must be multiples of it."""
    radius: int = 0
    """How far it looks, in pixels of its input; 0 where that is not known."""
    fixed: tuple[int, int] | None = None
    """The only width and height it takes; None for any."""
    value_range: str = "0..1"
    """What black and white are to it: `0..1`, `-1..1` or `0..255`."""
    dynamic: bool = True
    """Whether an ONNX file of it serves any size. Where not, it is traced for one size and serves that alone."""
    jumps: bool = False
    """Whether it picks whole pixels by what it computes: there the last bit of a number can change what is picked, so
    that single pixels differ between two ways of computing the same net."""
