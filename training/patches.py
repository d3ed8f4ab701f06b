"""Pairs to learn from: patches of sharp pictures, and what a tape makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Generator, Tensor
from torch.nn import functional

from training.degrade import Wear, degrade, rounded, small, worn

PATCH = 64
"""Side of what the net sees, in pixels of the tape."""
MARGIN = 8
"""Degraded beyond the patch on each side and cut away: a patch's border is no picture's border."""
WHOLE = 2 * (PATCH + 2 * MARGIN)
CLEAN_SHARE = 0.25
_GROUP = 2  # of one tape: half the work of wearing them


def load(folder: Path) -> list[Tensor]:
    """Every picture of `folder` as 3×H×W bytes, and again at half and at a quarter of its size where that is enough."""
    found = []
    for path in sorted(folder.glob("*.png")):
        picture = Image.open(path).convert("RGB")
        for part in (1, 2, 4):
            size = picture.width // part, picture.height // part
            if min(size) >= WHOLE:
                at = picture if part == 1 else picture.resize(size, Image.Resampling.BOX)
                found.append(torch.from_numpy(np.array(at)).permute(2, 0, 1).contiguous())
    return found


def batch(pictures: Sequence[Tensor], count: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """`count` pairs: as the tape gives it, count×3×64×64, and as it was, count×3×128×128."""
    sharp = torch.stack([_patch(pictures, generator) for _ in range(count)])
    soft = []
    for at in range(0, count, _GROUP):
        group = sharp[at : at + _GROUP]
        soft.append(_clean(group, generator) if _one(generator) < CLEAN_SHARE else _taped(group, generator))
    cut = slice(2 * MARGIN, -2 * MARGIN)
    return torch.cat(soft), sharp[:, :, cut, cut]


def _taped(sharp: Tensor, generator: Generator) -> Tensor:
    wear = worn(generator, 1.2 * _one(generator))
    return degrade(sharp, wear, generator)[:, :, MARGIN:-MARGIN, MARGIN:-MARGIN]


def _clean(sharp: Tensor, generator: Generator) -> Tensor:
    """Of no tape: scaled down one way or another, or softened alone, without noise."""
    match int(4 * _one(generator)):
        case 0 | 1:
            soft = rounded(small(sharp))
        case 2:
            half = functional.interpolate(sharp, scale_factor=0.5, mode="bicubic", antialias=True, align_corners=False)
            soft = rounded(half)
        case _:
            soft = degrade(sharp, Wear(luma_mhz=3 + 3 * _one(generator), subsampling=(1, 2)), generator)
    return soft[:, :, MARGIN:-MARGIN, MARGIN:-MARGIN]


def _patch(pictures: Sequence[Tensor], generator: Generator) -> Tensor:
    """3×H×W in 0..1: a part of any picture, turned, of other contrast, and sometimes gray."""
    picture = pictures[_below(len(pictures), generator)]
    top, left = (_below(size - WHOLE + 1, generator) for size in picture.shape[1:])
    patch = picture[:, top : top + WHOLE, left : left + WHOLE].float() / 255
    if _one(generator) < 0.5:
        patch = patch.flip(2)
    if _one(generator) < 0.25:
        patch = patch.flip(1)
    if _one(generator) < 0.25:
        patch = patch[torch.randperm(3, generator=generator)]
    patch = ((patch - 0.5) * (0.7 + 0.5 * _one(generator)) + 0.4 + 0.2 * _one(generator)).clamp(0, 1)
    if _one(generator) < 0.1:
        patch = patch.mean(0, keepdim=True).expand(3, -1, -1)
    return patch


def _one(generator: Generator) -> float:
    return float(torch.rand(1, generator=generator))


def _below(count: int, generator: Generator) -> int:
    return int(torch.randint(count, (1,), generator=generator))
