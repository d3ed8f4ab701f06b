"""How deep the scene lies at every pixel, guessed from one picture: the hourglass of MegaDepth. Li and Snavely,
MegaDepth: Learning Single-View Depth Prediction from Internet Photos, CVPR 2018; its net is that of Chen et al.,
Single-Image Depth Perception in the Wild, NIPS 2016. Its layers have numbers for names, by where they stand.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_NEAR, _FAR = (3, 5, 7), (3, 7, 11)
"""Sides of the convolutions that look at a place beside each other."""


class Depth(nn.Sequential):
    """N × 3 × H × W, 0 to 1, sides multiples of 16 → N × 1 × H × W: the logarithm of the depth."""

    def __init__(self) -> None:
        smallest = _Both([_wide(), _wide()], [nn.AvgPool2d(2), _wide(), _wide(), _wide(), _larger()])
        way = [nn.AvgPool2d(2), _wide(), _wide(), smallest, _wide(), _Beside(256, 64, 64, _FAR), _larger()]
        small = _Both([_wide(), _Beside(256, 64, 64, _FAR)], way)
        way = [nn.MaxPool2d(2), _narrow(), _Beside(128, 64, 32, _NEAR), small, _wide()]
        middle = _Both([*way, _Beside(256, 32, 32, _NEAR), _larger()], [_narrow(), _Beside(128, 32, 64, _FAR)])
        way = [nn.MaxPool2d(2), _narrow(), _narrow(), middle, _Beside(128, 32, 64, _NEAR), _Beside(128, 16, 32, _FAR)]
        large = _Both([*way, _larger()], [_Beside(128, 16, 64, _FAR)])
        first = nn.Conv2d(3, 128, 7, 1, 3), nn.BatchNorm2d(128), nn.ReLU()
        super().__init__(*first, large, nn.Conv2d(64, 1, 3, 1, 1))


class _Both(nn.Sequential):
    """Two ways through, one of them mostly at half the size, added."""

    def __init__(self, one: list[nn.Module], other: list[nn.Module]) -> None:
        super().__init__(nn.ModuleList((nn.Sequential(*one), nn.Sequential(*other))))

    def forward(self, x: Tensor) -> Tensor:
        one, other = self[0]
        return one(x) + other(x)


class _Beside(nn.Sequential):
    """Four looks at each place, laid beside each other: one pixel wide, and as wide as `sides`. `given`: planes of
    each; `inside`: planes between its two convolutions."""

    def __init__(self, taken: int, given: int, inside: int, sides: tuple[int, ...]) -> None:
        looks = [nn.Sequential(*_normed(taken, inside, 1), *_normed(inside, given, side)) for side in sides]
        super().__init__(nn.Sequential(*_normed(taken, given, 1)), *looks)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([look(x) for look in self], 1)


def _wide() -> _Beside:
    return _Beside(256, 64, 32, _NEAR)


def _narrow() -> _Beside:
    return _Beside(128, 32, 32, _NEAR)


def _larger() -> nn.Module:
    return nn.Upsample(scale_factor=2, mode="nearest")


def _normed(taken: int, given: int, side: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(taken, given, side, 1, side // 2), nn.BatchNorm2d(given, affine=False), nn.ReLU()
