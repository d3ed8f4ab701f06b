"""AMT's steps from coarse to fine: a guess of both flows, and its correction by what is alike in both frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.amt_features import bent
from runtime.worker.nets.matches import PLANES
from runtime.worker.nets.warp import Places, warped


@dataclass(frozen=True, eq=False)
class Pair:
    """Flows from the moment between to the first frame and to the second, N × 2 × H × W each, in pixels of their own
    size."""

    first: Tensor
    second: Tensor

    def plus(self, other: Pair) -> Pair:
        return Pair(self.first + other.first, self.second + other.second)

    def doubled(self) -> Pair:
        return Pair(2 * resized(self.first, 2), 2 * resized(self.second, 2))

    def smaller(self, by: int) -> Pair:
        return Pair(resized(self.first, 1 / by) / by, resized(self.second, 1 / by) / by)

    def joined(self) -> Tensor:
        return torch.cat((self.first, self.second), 1)


class First(nn.Module):
    """Both flows of both frames' features and the time, and what the next step begins with; twice as large."""

    def __init__(self, taken: int, given: int, side: int) -> None:
        super().__init__()
        self.convblock = _block(2 * taken + 1, 2 * taken, given + 4, side)

    def forward(self, first: Tensor, second: Tensor, time: Tensor) -> tuple[Pair, Tensor]:
        made = self.convblock(torch.cat((first, second, torch.zeros_like(first[:, :1]) + time), 1))
        return Pair(made[:, :2], made[:, 2:4]), made[:, 4:]


class Later(nn.Module):
    """The same, of what the step before gave: `given` planes, twice as large."""

    def __init__(self, taken: int, given: int, side: int) -> None:
        super().__init__()
        self.convblock = _block(3 * taken + 4, 3 * taken, given, side)

    def forward(self, x: Tensor, first: Tensor, second: Tensor, flows: Pair) -> Tensor:
        places = Places.of(x)
        moved = warped(first, flows.first, places), warped(second, flows.second, places)
        return self.convblock(torch.cat((x, *moved, flows.joined()), 1))


class _Residual(nn.Module):
    """Five convolutions; the second and fourth see the last `side` planes alone."""

    def __init__(self, width: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.conv1, self.conv3 = bent(width, width), bent(width, width)
        self.conv2, self.conv4 = bent(side, side), bent(side, side)
        self.conv5 = nn.Conv2d(width, width, 3, 1, 1)
        self.prelu = nn.PReLU(width)

    def forward(self, x: Tensor) -> Tensor:
        made = self._aside(self.conv1(x), self.conv2)
        made = self._aside(self.conv3(made), self.conv4)
        return self.prelu(x + self.conv5(made))

    def _aside(self, x: Tensor, conv: nn.Module) -> Tensor:
        return torch.cat((x[:, : -self.side], conv(x[:, -self.side :])), 1)


class Correction(nn.Module):
    """What to add to the features and to both flows (4 planes), all at an eighth of the picture's size. `fix`: features
    of its layers by their names; the large net has one more, `convc2`."""

    def __init__(self, width: int, fix: Mapping[str, int]) -> None:
        super().__init__()
        hidden, of_flow, of_match = fix["gru.0"], fix["convf2"], fix.get("convc2", fix["convc1"])
        self.convc1 = nn.Conv2d(2 * PLANES, fix["convc1"], 1)
        self.convc2 = nn.Conv2d(fix["convc1"], of_match, 3, 1, 1) if "convc2" in fix else None
        self.convf1 = nn.Conv2d(4, fix["convf1"], 7, 1, 3)
        self.convf2 = nn.Conv2d(fix["convf1"], of_flow, 3, 1, 1)
        self.conv = nn.Conv2d(of_match + of_flow, fix["conv"], 3, 1, 1)
        self.gru = _twice(fix["conv"] + 4 + width, hidden, hidden)
        self.feat_head = _twice(hidden, hidden, width)
        self.flow_head = _twice(hidden, hidden, 4)

    def forward(self, x: Tensor, flow: Tensor, match: Tensor) -> tuple[Tensor, Tensor]:
        match = _leaky(self.convc1(match))
        if self.convc2 is not None:
            match = _leaky(self.convc2(match))
        moved = _leaky(self.convf2(_leaky(self.convf1(flow))))
        seen = _leaky(self.conv(torch.cat((match, moved), 1)))
        made = self.gru(torch.cat((seen, flow, x), 1))
        return self.feat_head(made), self.flow_head(made)


class Drawing(nn.Sequential):
    """What the pictures of all flows, beside each other, leave to be drawn."""

    def __init__(self, flows: int, side: int) -> None:
        first = nn.Conv2d(3 * flows, 6 * flows, side, 1, side // 2)
        super().__init__(first, nn.PReLU(6 * flows), nn.Conv2d(6 * flows, 3, side, 1, side // 2))


def resized(x: Tensor, factor: float) -> Tensor:
    return x if factor == 1 else F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)


def _block(taken: int, width: int, given: int, side: int) -> nn.Sequential:
    return nn.Sequential(bent(taken, width), _Residual(width, side), nn.ConvTranspose2d(width, given, 4, 2, 1))


def _twice(taken: int, width: int, given: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(taken, width, 3, 1, 1), nn.LeakyReLU(0.1), nn.Conv2d(width, given, 3, 1, 1))


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.1)
