"""The net: it works at half the tape's resolution, where a 3×3 convolution sees twice as far for the same price, and
adds what it finds to a Catmull-Rom enlargement. Untrained it is that enlargement, so it learns only what is better.

RGB N×3×H×W in 0..1, H and W even, becomes N×3×2H×2W.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

FEATURES, DEPTH = 40, 9
SCALE = 2
MULTIPLE = 2


def radius(depth: int = DEPTH) -> int:
    """How far a pixel of the output looks, in pixels of the input: two for each convolution, one within its own two."""
    return 2 * depth + 1


def catmull_rom(at: float) -> float:
    """Keys' cubic with a = -0.5."""
    x = abs(at)
    return 1.5 * x**3 - 2.5 * x**2 + 1 if x < 1 else -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


def enlarging() -> Tensor:
    """12×1×5×5: for each of three planes the kernels of its four new pixels."""
    phases = torch.tensor([[catmull_rom(tap + 0.25 - 0.5 * phase) for tap in range(-2, 3)] for phase in (0, 1)])
    four = torch.einsum("ay,bx->abyx", phases, phases).reshape(4, 1, 5, 5)
    return four.repeat(3, 1, 1, 1)


class TapeNet(nn.Module):
    def __init__(self, features: int = FEATURES, depth: int = DEPTH) -> None:
        super().__init__()
        self.register_buffer("enlarging", enlarging())
        self.first = nn.Conv2d(3, features, 6, stride=2, padding=2)
        self.middle = nn.ModuleList(nn.Conv2d(features, features, 3, padding=1) for _ in range(depth - 2))
        self.bends = nn.ModuleList(nn.PReLU(features, init=0.1) for _ in range(depth - 1))
        self.last = nn.Conv2d(features, 48, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, picture: Tensor) -> Tensor:
        found = self.bends[0](self.first(picture - 0.5))
        for conv, bend in zip(self.middle, self.bends[1:], strict=True):
            found = found + bend(conv(found))
        found = functional.pixel_shuffle(self.last(found), 4)
        wide = functional.pad(picture, (2, 2, 2, 2), mode="replicate")
        plain: Tensor = functional.pixel_shuffle(functional.conv2d(wide, self.enlarging, groups=3), 2)
        return plain + found


def restored(path: Path) -> TapeNet:
    """The net with the weights of `path`; how wide and deep it is, they tell."""
    weights = torch.load(path, weights_only=True)
    depth = 2 + sum(name.startswith("middle.") and name.endswith(".bias") for name in weights)
    net = TapeNet(weights["first.weight"].shape[0], depth)
    net.load_state_dict(weights)
    net.eval()
    return net
