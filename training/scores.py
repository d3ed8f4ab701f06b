"""How alike two pictures are: N×3×H×W in 0..1, their outermost pixels left out.

Two say how near the values are (PSNR), the others how near they look: SSIM and MS-SSIM by structure, GMSD by gradients
(less is better), HaarPSI by wavelets, which follows people's judgement best of those that need no trained weights.
LPIPS and DISTS need weights that are downloaded, so they are left out.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import piq
import torch
from torch import Tensor

BORDER = 12


@dataclass(frozen=True, slots=True)
class Scores:
    psnr: float
    psnr_y: float
    ssim_y: float
    ms_ssim: float
    haarpsi: float
    gmsd: float


HEADINGS = ("PSNR", "PSNR-Y", "SSIM-Y", "MS-SSIM", "HaarPSI", "GMSD ↓")


def luma(picture: Tensor) -> Tensor:
    red, green, blue = picture.unbind(1)
    return (0.299 * red + 0.587 * green + 0.114 * blue)[:, None]


def psnr(made: Tensor, wanted: Tensor) -> float:
    return float(-10 * torch.log10(((made - wanted) ** 2).mean().clamp(min=1e-10)))


def scores(made: Tensor, wanted: Tensor) -> Scores:
    cut = slice(BORDER, -BORDER)
    made, wanted = (picture[:, :, cut, cut].clamp(0, 1) for picture in (made, wanted))
    return Scores(
        psnr(made, wanted),
        psnr(luma(made), luma(wanted)),
        float(piq.ssim(luma(made), luma(wanted), data_range=1.0)),
        float(piq.multi_scale_ssim(made, wanted, data_range=1.0)),
        float(piq.haarpsi(made, wanted, data_range=1.0)),
        float(piq.gmsd(made, wanted, data_range=1.0)),
    )


def mean(several: list[Scores]) -> Scores:
    return Scores(*(sum(values) / len(several) for values in zip(*map(astuple, several), strict=True)))


def row(name: str, found: Scores) -> str:
    shown = [f"{value:.2f}" if field.name.startswith("psnr") else f"{value:.4f}"
             for field, value in zip(fields(found), astuple(found), strict=True)]  # fmt: skip
    return f"| {name} | " + " | ".join(shown) + " |"
