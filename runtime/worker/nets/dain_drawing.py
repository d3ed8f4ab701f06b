"""The nets of DAIN's own: which kernels make each pixel, what surrounds it, and what to correct of the picture made."""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.dain_places import SIDE

_DOWN = (16, 32, 64, 128, 256, 512)
_SEEN = 64
CONTEXT = 3 + 3 * _SEEN
"""Planes of `Context`: the picture itself, then three looks at it."""


class Kernels(nn.Sequential):
    """Both pictures, N × 6 × H × W, sides multiples of 32 → N × 16 × H × W, of which `kernels` makes those of one
    picture. Down by halves and up again; on the way up what was there on the way down is added."""

    def __init__(self) -> None:
        layers: list[nn.Module] = [*_bent(6, _DOWN[0])]
        for taken, given in pairwise(_DOWN):
            layers += [*_bent(taken, given), nn.MaxPool2d(2)]
        layers += _bent(_DOWN[-1], _DOWN[-1])
        for taken, given in pairwise(_DOWN[::-1]):
            layers += [nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False), *_bent(taken, given)]
        super().__init__(*layers)

    def forward(self, x: Tensor) -> Tensor:
        passed = []
        for layer in self:
            if isinstance(layer, nn.MaxPool2d):
                passed.append(x)
            x = layer(x)
            if isinstance(layer, nn.Upsample):
                x = x + passed.pop()
        return x


def kernels() -> nn.Sequential:
    return nn.Sequential(*_bent(_DOWN[0], _DOWN[0]), nn.Conv2d(_DOWN[0], SIDE * SIDE, 3, 1, 1))


class Context(nn.Module):
    """N × 3 × H × W → N × `CONTEXT` × H × W: what surrounds each pixel, ever further away."""

    def __init__(self) -> None:
        super().__init__()
        self.block1 = nn.Sequential(nn.Conv2d(3, _SEEN, 7, 1, 3, bias=False), nn.ReLU())
        self.block2, self.block3 = _Residual(_SEEN, 4), _Residual(_SEEN, 8)

    def forward(self, picture: Tensor) -> Tensor:
        near = self.block1(picture)
        far = self.block2(near)
        return torch.cat((picture, near, far, self.block3(far)), 1)


class Correction(nn.Module):
    """N × `taken` × H × W → N × 3 × H × W, to be added to the picture."""

    def __init__(self, taken: int, width: int) -> None:
        super().__init__()
        self.block1 = nn.Sequential(nn.Conv2d(taken, width, 7, 1, 3), nn.ReLU())
        self.block2, self.block3, self.block4 = (_Residual(width, 1) for _ in range(3))
        self.block5 = nn.Sequential(nn.Conv2d(width, 3, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.block5(self.block4(self.block3(self.block2(self.block1(x)))))


class _Residual(nn.Module):
    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, 1, dilation, dilation, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.conv2(F.relu(self.conv1(x))))


def _bent(taken: int, given: int) -> list[nn.Module]:
    return [nn.Conv2d(taken, given, 3, 1, 1), nn.ReLU()]
