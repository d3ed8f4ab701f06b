"""SPyNet: the flow between two pictures, found small and made finer five times. Ranjan and Black, Optical Flow
Estimation using a Spatial Pyramid Network, CVPR 2017; as OpenMMLab has it (Apache-2.0), without batch normalisation.
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.warp import Places, warped

_LEVELS = 6
_WIDTHS = (8, 32, 64, 32, 16, 2)
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet


class SpyNet(nn.Module):
    """Two N × 3 × H × W, 0 to 1, sides multiples of 32 → N × 2 × H × W: pixels to the right and down, from a place in
    `first` to the same in `second`. Its authors' own wrapper resizes other sizes to such; here the caller pads."""

    def __init__(self) -> None:
        super().__init__()
        self.basic_module = nn.ModuleList(_Level() for _ in range(_LEVELS))
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(_DEVIATION).view(1, 3, 1, 1))

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        pyramid = [((first - self.mean) / self.std, (second - self.mean) / self.std)]
        for _ in range(_LEVELS - 1):
            pyramid.append((F.avg_pool2d(pyramid[-1][0], 2), F.avg_pool2d(pyramid[-1][1], 2)))
        one, other = pyramid.pop()
        still = torch.zeros_like(one[:, :2])
        flow = self.basic_module[0](torch.cat((one, other, still), 1))
        for level in self.basic_module[1:]:
            one, other = pyramid.pop()
            rough = F.interpolate(flow, scale_factor=2.0, mode="bilinear", align_corners=True) * 2.0
            flow = rough + level(torch.cat((one, warped(other, rough, Places.of(other)), rough), 1))
        return flow


class _Level(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.basic_module = nn.Sequential(*(_Conv(*pair) for pair in pairwise(_WIDTHS)))

    def forward(self, x: Tensor) -> Tensor:
        return self.basic_module(x)


class _Conv(nn.Module):
    """Seven pixels wide; all but the last give no negative values."""

    def __init__(self, taken: int, given: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(taken, given, 7, 1, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return x if self.conv.out_channels == _WIDTHS[-1] else F.relu(x)
