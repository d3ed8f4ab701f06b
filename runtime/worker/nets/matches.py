"""How alike every place of one picture is to every place of another, and what of that lies around a guess: the step
that RAFT brought to optical flow. Teed and Deng, RAFT: Recurrent All-Pairs Field Transforms, ECCV 2020.

Memory grows with the square of the picture's area.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor

LEVELS = 4
REACH = 3
"""Places looked at to each side of a guess, at each level twice as far apart; RAFT itself looks at one more."""
PLANES = LEVELS * (2 * REACH + 1) ** 2


def matches(here: Tensor, there: Tensor) -> list[Tensor]:
    """Features N × C × H × W of two pictures → for each place of the first (N·H·W in all) a plane of its likeness to
    the places of the second, at full size, half, a quarter and an eighth."""
    like = here.flatten(2).transpose(1, 2) @ there.flatten(2) * here.shape[1] ** -0.5
    maps = [like.reshape(-1, 1, *there.shape[2:])]
    for _ in range(LEVELS - 1):
        maps.append(F.avg_pool2d(maps[-1], 2))
    return maps


def around(maps: list[Tensor], right: Tensor, down: Tensor, reach: int = REACH) -> Tensor:
    """N × `PLANES` × H × W: the likenesses around the guesses (columns and rows, N × H × W each), zero beyond the
    picture. A level after the other; in each, columns count first, as RAFT's weights are used to."""
    side = 2 * reach + 1
    near = torch.arange(-reach, reach + 1, dtype=right.dtype, device=right.device)
    beside, below = near.view(-1, 1).expand(side, side), near.expand(side, side)
    batch, height, width = right.shape
    found = []
    for level, plane in enumerate(maps):
        columns, rows = right.reshape(-1, 1, 1) / 2**level + beside, down.reshape(-1, 1, 1) / 2**level + below
        tall, wide = plane.shape[2:]
        # by the pixels' edges, not by their centres: a plane of one pixel has no two centres to count between
        grid = torch.stack(((2 * columns + 1) / wide - 1, (2 * rows + 1) / tall - 1), -1)
        read = F.grid_sample(plane, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
        found.append(read.reshape(batch, height, width, side * side))
    return torch.cat(found, 3).permute(0, 3, 1, 2)
