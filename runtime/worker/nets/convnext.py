"""ConvNeXt, which looks at a picture at a quarter, an eighth … of its size. Liu et al., A ConvNet for the 2020s, CVPR
2022."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # its usual name


class ConvNext(nn.Module):
    """N × 3 × H × W → four tensors, the picture at 1/4, 1/8, 1/16 and 1/32 of its size, `widths` planes each."""

    def __init__(self, depths: tuple[int, ...], widths: tuple[int, ...]) -> None:
        super().__init__()
        first = nn.Sequential(nn.Conv2d(3, widths[0], 4, 4), _Norm(widths[0]))
        later = [nn.Sequential(_Norm(taken), nn.Conv2d(taken, given, 2, 2)) for taken, given in pairwise(widths)]
        self.downsample_layers = nn.ModuleList([first, *later])
        self.stages = nn.ModuleList(
            nn.Sequential(*(_Block(width) for _ in range(depth))) for depth, width in zip(depths, widths, strict=True)
        )
        for at, width in enumerate(widths):
            setattr(self, f"norm{at}", _Norm(width))

    def forward(self, x: Tensor) -> list[Tensor]:
        seen = []
        for at, (down, stage) in enumerate(zip(self.downsample_layers, self.stages, strict=True)):
            x = stage(down(x))
            seen.append(getattr(self, f"norm{at}")(x))
        return seen


class _Norm(nn.Module):
    """Over the planes of each pixel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        x = x.permute(0, 2, 3, 1)
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, 1e-6).permute(0, 3, 1, 2)


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(width, width, 7, 1, 3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.pwconv1 = nn.Linear(width, 4 * width)
        self.pwconv2 = nn.Linear(4 * width, width)
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        made = self.norm(self.dwconv(x).permute(0, 2, 3, 1))
        made = self.gamma * self.pwconv2(F.gelu(self.pwconv1(made)))
        return x + made.permute(0, 3, 1, 2)
