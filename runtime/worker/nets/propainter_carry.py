"""ProPainter carries along the flow what other pictures of the row show: first the pixels themselves, where the way
there and back agrees, then features. Zhou et al., ProPainter, ICCV 2023, section 3.2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from runtime.worker.nets.deform import deformed, offsets
from runtime.worker.nets.warp import Places, warped

_GROUPS, _TAPS = 16, 9
_FARTHEST = 3
"""Places, at a quarter of the picture's size: how far beside the flow the alignment may look."""
_OPEN = 0.1
"""A mask above this is a hole, after it has been moved between pixels."""
_SLACK, _SLOPE = 0.5, 0.01
"""Square pixels that there and back may miss by, and how many more for each square pixel of both ways."""


def agreeing(flow: Tensor, back: Tensor, places: Places) -> Tensor:
    """N × 1 × H × W: 1 where going along `flow`, and from there along `back`, leads home; else 0."""
    returned = warped(back, flow, places, "zeros")
    most = _SLOPE * (_square(flow) + _square(returned)) + _SLACK
    return (_square(flow + returned) < most).to(flow.dtype)


def _square(flow: Tensor) -> Tensor:
    return (flow * flow).sum(1, keepdim=True)


def carried(pictures: Tensor, ahead: Tensor, back: Tensor, holes: Tensor) -> tuple[Tensor, Tensor]:
    """Pictures with nothing in their holes, T × 3 × H × W, the flow from each to the next and back, (T - 1) × 2 × …,
    and the holes, T × 1 × … → the pictures with what could be fetched for them, and what is still a hole."""
    places = Places.of(pictures)
    rows = list(pictures.split(1)), list(holes.split(1))
    there, here = agreeing(ahead, back, places), agreeing(back, ahead, places)
    # from the last on, each takes of the next what it lacks; then from the first on, each of the one before
    for flow, sure, backwards in ((ahead, there, True), (back, here, False)):
        rows = _fetched(*rows, flow, sure, places, backwards)
    return torch.cat(rows[0]), torch.cat(rows[1])


def _fetched(
    shown: list[Tensor], lacking: list[Tensor], flow: Tensor, sure: Tensor, places: Places, backwards: bool
) -> tuple[list[Tensor], list[Tensor]]:
    pictures, holes = list(shown), list(lacking)
    steps = range(len(shown) - 1)
    for step in reversed(steps) if backwards else steps:
        at, source = (step, step + 1) if backwards else (step + 1, step)
        way, sound = flow[step : step + 1], sure[step : step + 1]
        moved = warped(pictures[source], way, places, "zeros", "nearest")
        seen = sound * (1 - _open(warped(holes[source], way, places, "zeros")))
        new = _open(lacking[at] * seen)
        pictures[at] = new * moved + (1 - new) * shown[at]
        holes[at] = _open(lacking[at] * (1 - seen))
    return pictures, holes


def _open(mask: Tensor) -> Tensor:
    return (mask > _OPEN).to(mask.dtype)


class Passing(nn.Module):
    """Features go through the row backwards, then forwards, each time along the flow by a deformable convolution."""

    def __init__(self, width: int) -> None:
        super().__init__()
        ways = ("backward_1", "forward_1")
        self.deform_align = nn.ModuleDict({way: _Align(width) for way in ways})
        self.backbone = nn.ModuleDict({way: _mixed(width) for way in ways})
        self.fuse = _mixed(width)

    def forward(self, seen: Tensor, ahead: Tensor, back: Tensor, holes: Tensor) -> Tensor:
        """seen: T × C × H × W. holes: T × 2 × H × W, those that were and those that are left."""
        places = Places.of(seen)
        there, here = agreeing(ahead, back, places), agreeing(back, ahead, places)
        backward = self._go("backward_1", seen.flip(0), holes.flip(0), ahead.flip(0), there.flip(0), places).flip(0)
        forward = self._go("forward_1", backward, holes, back, here, places)
        return self.fuse(torch.cat((backward, forward, holes), 1)) + seen

    def _go(self, way: str, seen: Tensor, holes: Tensor, flow: Tensor, sure: Tensor, places: Places) -> Tensor:
        """All in the order of the way: `flow[i]` leads from i + 1 to i."""
        done: list[Tensor] = []
        for at in range(len(seen)):
            now, hole = seen[at : at + 1], holes[at : at + 1]
            moved = now
            if at:
                step, sound = flow[at - 1 : at], sure[at - 1 : at]
                hints = torch.cat((now, warped(done[-1], step, places, "zeros"), step, sound, hole), 1)
                moved = self.deform_align[way](done[-1], hints, step, places)
            done.append(moved + self.backbone[way](torch.cat((now, moved, hole), 1)))
        return torch.cat(done)


class _Align(nn.Module):
    """A deformable convolution that looks where the flow points, and somewhat beside it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width, width, 3, 3))
        self.bias = nn.Parameter(torch.zeros(width))
        nn.init.kaiming_uniform_(self.weight)
        self.conv_offset = offsets(2 * width + 5, width, _TAPS * _GROUPS)

    def forward(self, x: Tensor, hints: Tensor, flow: Tensor, places: Places) -> Tensor:
        rough = self.conv_offset(hints)
        both = 2 * _TAPS * _GROUPS
        beside = _FARTHEST * torch.tanh(rough[:, :both]) + flow.flip(1).repeat(1, both // 2, 1, 1)  # down, right …
        return deformed(x, beside, torch.sigmoid(rough[:, both:]), self.weight, self.bias, places)


def _mixed(width: int) -> nn.Sequential:
    """Two rows of features and two masks → one row."""
    return nn.Sequential(nn.Conv2d(2 * width + 2, width, 3, 1, 1), nn.LeakyReLU(0.2), nn.Conv2d(width, width, 3, 1, 1))
