"""Pictures and features moved along a flow, in a form that ONNX's GridSample takes at any size."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Places:
    """Where the pixels of a picture are, asked for once at each size. The sizes stay symbols while traced."""

    columns: Tensor
    """1 × 1 × W, from 0."""
    rows: Tensor
    """1 × H × 1, from 0."""
    width: Tensor | int
    height: Tensor | int

    @classmethod
    def of(cls, like: Tensor) -> Places:
        height, width = like.shape[2:]
        columns = torch.arange(width, dtype=like.dtype, device=like.device).view(1, 1, -1)
        rows = torch.arange(height, dtype=like.dtype, device=like.device).view(1, -1, 1)
        return cls(columns, rows, width, height)

    def grid(self, right: Tensor, down: Tensor) -> Tensor:
        """Pixels beside each place (… × H × W) as grid_sample counts: -1 is the first column or row, 1 the last."""
        across, along = 2.0 / (self.width - 1), 2.0 / (self.height - 1)
        return torch.stack(((self.columns + right) * across - 1.0, (self.rows + down) * along - 1.0), dim=-1)


def sampled(source: Tensor, grid: Tensor, beyond: str, mode: str = "bilinear") -> Tensor:
    """`source` read between its pixels, `bilinear` or `nearest`; `beyond` its edge: `border` or `zeros`."""
    return F.grid_sample(source, grid, mode=mode, padding_mode=beyond, align_corners=True)


def warped(source: Tensor, flow: Tensor, places: Places, beyond: str = "border", mode: str = "bilinear") -> Tensor:
    """`source` as seen where `flow` (N × 2 × H × W, pixels to the right and down) points."""
    return sampled(source, places.grid(flow[:, 0], flow[:, 1]), beyond, mode)
