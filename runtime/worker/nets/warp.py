"""Pictures and features moved along a flow, in a form that ONNX's GridSample takes at any size."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor


def pixels(like: Tensor) -> tuple[Tensor, Tensor]:
    """Each pixel's column (1 × 1 × W) and row (1 × H × 1), counted from 0. The sizes stay symbols while traced."""
    height, width = like.shape[2:]
    columns = torch.arange(width, dtype=like.dtype, device=like.device).view(1, 1, -1)
    rows = torch.arange(height, dtype=like.dtype, device=like.device).view(1, -1, 1)
    return columns, rows


def sampled(source: Tensor, column: Tensor, row: Tensor, beyond: str) -> Tensor:
    """`source` read between its pixels, bilinear. `column` and `row`: N × H × W, in pixels. `beyond` its edge: `border`
    or `zeros`."""
    height, width = source.shape[2:]
    grid = torch.stack((column * (2.0 / (width - 1)) - 1.0, row * (2.0 / (height - 1)) - 1.0), dim=3)
    return F.grid_sample(source, grid, mode="bilinear", padding_mode=beyond, align_corners=True)


def warped(source: Tensor, flow: Tensor, beyond: str = "border") -> Tensor:
    """`source` as seen where `flow` (N × 2 × H × W, pixels to the right and down) points."""
    columns, rows = pixels(source)
    return sampled(source, columns + flow[:, 0], rows + flow[:, 1], beyond)
