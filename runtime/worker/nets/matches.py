"""How alike every place of one picture is to every place of another, and what of that lies around a guess: the step
that RAFT brought to optical flow. Teed and Deng, RAFT: Recurrent All-Pairs Field Transforms, ECCV 2020.

Memory grows with the square of the picture's area.
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, eq=False)
class Around:
    """Reads what lies around guesses. What the sizes alone say is counted once, however often it is asked."""

    maps: list[Tensor]
    steps: list[Tensor]
    """1 × 1 × 1 × 2: how far one place of the picture goes in a map, as grid_sample counts."""
    near: list[Tensor]
    """1 × side × side × 2: the places around place 0."""

    @classmethod
    def of(cls, maps: list[Tensor], reach: int = REACH) -> Around:
        """Of `matches`. `reach`: places to each side."""
        places = torch.arange(-reach, reach + 1, dtype=maps[0].dtype, device=maps[0].device)
        whole = torch.ones_like(places[:1])
        steps, near = [], []
        for level, plane in enumerate(maps):
            tall, wide = plane.shape[2:]
            # by the pixels' edges, not by their centres: a plane of one pixel has no two centres to count between
            beside, below = (2 * places + 1) / wide - 1, (2 * places + 1) / tall - 1
            near.append(torch.stack(torch.meshgrid(beside, below, indexing="ij"), -1)[None])
            steps.append(torch.stack((whole * 2 / (2**level * wide), whole * 2 / (2**level * tall)), -1)[None, None])
        return cls(maps, steps, near)

    def read(self, right: Tensor, down: Tensor) -> Tensor:
        """N × levels·side² × H × W: the likenesses around the guesses (columns and rows, N × H × W each), zero beyond
        the picture. A level after the other; in each, columns count first, as RAFT's weights are used to."""
        batch, height, width = right.shape
        guess = torch.stack((right, down), -1).reshape(-1, 1, 1, 2)
        found = [
            F.grid_sample(plane, guess * step + near, mode="bilinear", padding_mode="zeros", align_corners=False)
            for plane, step, near in zip(self.maps, self.steps, self.near, strict=True)
        ]
        return torch.cat(found, 1).reshape(batch, height, width, -1).permute(0, 3, 1, 2)
