"""RAFT: the flow between two pictures, guessed at an eighth of their size and corrected again and again by looking up
how alike the places around the guess are. Teed and Deng, RAFT: Recurrent All-Pairs Field Transforms for Optical Flow,
ECCV 2020. Takes the authors' weights (`raft-things`, BSD-3-Clause) by their own names; their small net is not known.

Memory grows with the square of the picture's area: for each pair of pictures 6 · (H·W / 64)² bytes.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.matches import LEVELS, Around, matches
from runtime.worker.nets.warp import Places

REACH = 4
STEPS = 20
"""Corrections of a guess, as ProPainter asks for."""
_SMALLER = 8


class Raft(nn.Module):
    """T pictures in a row, T × 3 × H × W, -1 to 1, sides multiples of 8, 64 at least → the flow from each to the next,
    and from each that follows to the one before: two of (T - 1) × 2 × H × W, pixels to the right and down."""

    def __init__(self, unit: int = 32, steps: int = STEPS) -> None:
        """`unit`: all widths are multiples of it."""
        super().__init__()
        self.steps, self.hidden = steps, 4 * unit
        self.fnet = _Looks(unit, nn.InstanceNorm2d)
        self.cnet = _Looks(unit, nn.BatchNorm2d)
        self.update_block = _Correction(unit)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        seen, state = self.fnet(pictures), self.cnet(pictures)
        # one direction after the other: half the memory of both together
        ahead = self._flow(seen[:-1], seen[1:], state[:-1])
        return ahead, self._flow(seen[1:], seen[:-1], state[1:])

    def _flow(self, here: Tensor, there: Tensor, state: Tensor) -> Tensor:
        alike = Around.of(matches(here, there), REACH)
        places = Places.of(here)
        told, known = torch.tanh(state[:, : self.hidden]), F.relu(state[:, self.hidden :])
        flow = torch.zeros_like(here[:, :2])
        for _ in range(self.steps):
            near = alike.read(places.columns + flow[:, 0], places.rows + flow[:, 1])
            told, more = self.update_block(told, known, near, flow)
            flow = flow + more
        return _enlarged(flow, self.update_block.shares(told))


def _enlarged(flow: Tensor, shares: Tensor) -> Tensor:
    """Eight times as large: each new pixel a mix of the nine around its old one. shares: N × 9·64 × H × W."""
    count, _, height, width = flow.shape
    shares = torch.softmax(shares.reshape(count, 1, 9, _SMALLER**2, height, width), 2)
    wide = F.pad(_SMALLER * flow, (1, 1, 1, 1))
    near = [wide[:, :, down : down + height, right : right + width] for down in range(3) for right in range(3)]
    mixed = (torch.stack(near, 2).unsqueeze(3) * shares).sum(2)
    return F.pixel_shuffle(mixed.reshape(count, 2 * _SMALLER**2, height, width), _SMALLER)


class _Looks(nn.Module):
    """N × 3 × H × W → N × 8·unit × H/8 × W/8."""

    def __init__(self, unit: int, norm: type[nn.Module]) -> None:
        super().__init__()
        one, two, three = 2 * unit, 3 * unit, 4 * unit
        self.conv1 = nn.Conv2d(3, one, 7, 2, 3)
        self.norm1 = norm(one)
        self.layer1 = nn.Sequential(_Residual(one, one, 1, norm), _Residual(one, one, 1, norm))
        self.layer2 = nn.Sequential(_Residual(one, two, 2, norm), _Residual(two, two, 1, norm))
        self.layer3 = nn.Sequential(_Residual(two, three, 2, norm), _Residual(three, three, 1, norm))
        self.conv2 = nn.Conv2d(three, 8 * unit, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm1(self.conv1(x)))
        return self.conv2(self.layer3(self.layer2(self.layer1(x))))


class _Residual(nn.Module):
    def __init__(self, taken: int, given: int, stride: int, norm: type[nn.Module]) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(taken, given, 3, stride, 1)
        self.conv2 = nn.Conv2d(given, given, 3, 1, 1)
        self.norm1, self.norm2 = norm(given), norm(given)
        self.downsample: nn.Sequential | None = None
        if stride > 1:
            self.norm3 = norm(given)  # the files hold it by both names
            self.downsample = nn.Sequential(nn.Conv2d(taken, given, 1, stride), self.norm3)

    def forward(self, x: Tensor) -> Tensor:
        made = F.relu(self.norm1(self.conv1(x)))
        made = F.relu(self.norm2(self.conv2(made)))
        return F.relu(made + (x if self.downsample is None else self.downsample(x)))


class _Correction(nn.Module):
    """One step: what is alike around the guess, and the guess, change what is remembered, and that the guess."""

    def __init__(self, unit: int) -> None:
        super().__init__()
        self.encoder = _Hints(unit)
        self.gru = _Memory(4 * unit, 8 * unit)
        self.flow_head = _Head(4 * unit, 8 * unit)
        self.mask = nn.Sequential(
            nn.Conv2d(4 * unit, 8 * unit, 3, 1, 1), nn.ReLU(), nn.Conv2d(8 * unit, 9 * _SMALLER**2, 1)
        )

    def forward(self, told: Tensor, known: Tensor, alike: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
        told = self.gru(told, torch.cat((known, self.encoder(flow, alike)), 1))
        return told, self.flow_head(told)

    def shares(self, told: Tensor) -> Tensor:
        return 0.25 * self.mask(told)


class _Hints(nn.Module):
    def __init__(self, unit: int) -> None:
        super().__init__()
        self.convc1 = nn.Conv2d(LEVELS * (2 * REACH + 1) ** 2, 8 * unit, 1)
        self.convc2 = nn.Conv2d(8 * unit, 6 * unit, 3, 1, 1)
        self.convf1 = nn.Conv2d(2, 4 * unit, 7, 1, 3)
        self.convf2 = nn.Conv2d(4 * unit, 2 * unit, 3, 1, 1)
        self.conv = nn.Conv2d(8 * unit, 4 * unit - 2, 3, 1, 1)

    def forward(self, flow: Tensor, alike: Tensor) -> Tensor:
        alike = F.relu(self.convc2(F.relu(self.convc1(alike))))
        moved = F.relu(self.convf2(F.relu(self.convf1(flow))))
        return torch.cat((F.relu(self.conv(torch.cat((alike, moved), 1))), flow), 1)


class _Memory(nn.Module):
    """A gated recurrent unit, first along the rows, then along the columns."""

    def __init__(self, width: int, taken: int) -> None:
        super().__init__()
        for at, side in ((1, (1, 5)), (2, (5, 1))):
            for gate in "zrq":
                conv = nn.Conv2d(width + taken, width, side, 1, (side[0] // 2, side[1] // 2))
                setattr(self, f"conv{gate}{at}", conv)

    def forward(self, told: Tensor, new: Tensor) -> Tensor:
        for at in (1, 2):
            both = torch.cat((told, new), 1)
            takes = torch.sigmoid(getattr(self, f"convz{at}")(both))
            keeps = torch.sigmoid(getattr(self, f"convr{at}")(both))
            fresh = torch.tanh(getattr(self, f"convq{at}")(torch.cat((keeps * told, new), 1)))
            told = (1 - takes) * told + takes * fresh
        return told


class _Head(nn.Module):
    def __init__(self, taken: int, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(taken, width, 3, 1, 1)
        self.conv2 = nn.Conv2d(width, 2, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(F.relu(self.conv1(x)))
