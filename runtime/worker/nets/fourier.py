"""LaMa's Fourier units without the Fourier operators that the exporter lacks: a transform is a product with a matrix of
cosines and one of sines, and at an eighth of a picture's size those are small. Of any size, and equal but for rounding.
Suvorov et al., Resolution-robust Large Mask Inpainting with Fourier Convolutions, WACV 2022.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

_REPLACED = "FourierUnit"


class Fourier(nn.Module):
    """N × C × H × W → N × D × H × W: transformed, convolved pixel by pixel, and transformed back."""

    def __init__(self, conv: nn.Module, norm: nn.Module) -> None:
        super().__init__()
        self.conv_layer, self.bn = conv, norm

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[2:]
        rows = torch.arange(height, dtype=x.dtype, device=x.device)
        columns = torch.arange(width, dtype=x.dtype, device=x.device)
        half = torch.arange(width // 2 + 1, dtype=x.dtype, device=x.device)  # the rest mirrors it
        cos_h, sin_h = _waves(rows, rows)
        cos_w, sin_w = _waves(columns, half)
        across, along = x @ cos_w, -(x @ sin_w)
        seen = torch.stack((cos_h @ across + sin_h @ along, cos_h @ along - sin_h @ across), 2).flatten(1, 2)
        made = torch.relu(self.bn(self.conv_layer(seen))).unflatten(1, (-1, 2))
        real, imaginary = made[:, :, 0], made[:, :, 1]
        across, along = cos_h @ real - sin_h @ imaginary, cos_h @ imaginary + sin_h @ real
        twice = (
            2.0 - (half == 0).to(x.dtype) - (half * 2 == columns[-1:] + 1).to(x.dtype)
        )  # what the mirrored half adds
        return (across * twice) @ cos_w.transpose(0, 1) - (along * twice) @ sin_w.transpose(0, 1)


def _waves(places: Tensor, paces: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines, places × paces, of length 1 in all. Whole turns are taken off first: they cost precision."""
    length = places[-1:] + 1
    turns = torch.remainder(places[:, None] * paces[None], length)
    angle = turns * (2.0 * math.pi / length)
    by = torch.rsqrt(length)
    return torch.cos(angle) * by, torch.sin(angle) * by


def without_fft(module: nn.Module) -> bool:
    """Exchange every Fourier unit inside. False, and nothing is exchanged, where one is of a kind that LaMa's published
    weights do not use."""
    found = [
        (owner, name, unit)
        for owner in module.modules()
        for name, unit in owner.named_children()
        if type(unit).__name__ == _REPLACED
    ]
    if any(unit.spatial_scale_factor or unit.use_se or unit.spectral_pos_encoding or unit.ffc3d for *_, unit in found):
        return False
    for owner, name, unit in found:
        setattr(owner, name, Fourier(unit.conv_layer, unit.bn))
    return True
