"""ProPainter's second net: the flow where nothing is to be seen of it, made up from the flow around, before and after.
Zhou et al., ProPainter: Improving Propagation and Transformer for Video Inpainting, ICCV 2023, section 3.1.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.deform import deformed, offsets
from runtime.worker.nets.warp import Places

_GROUPS, _TAPS = 16, 9
_FARTHEST = 5
"""Places, at an eighth of the picture's size: how far the alignment may look."""


class Completion(nn.Module):
    """The flow of T pictures to the next ones, and back from those that follow, (T - 1) × 2 × H × W each, and where
    each picture has holes, T × 1 × H × W → the same flows, whole. Outside of the holes they stay as they are."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        two, four = 2 * width, 4 * width
        self.downsample = nn.Sequential(nn.Conv3d(3, width, (1, 5, 5), (1, 2, 2)), _bent())
        self.encoder1 = nn.Sequential(_Cubic(width, width), _bent(), _Cubic(width, two, 2), _bent())
        self.encoder2 = nn.Sequential(_Cubic(two, two), _bent(), _Cubic(two, four, 2), _bent())
        wide = [(nn.Conv3d(four, four, (1, 3, 3), 1, (0, by, by), (1, by, by)), _bent()) for by in (3, 2, 1)]
        self.mid_dilation = nn.Sequential(*(layer for pair in wide for layer in pair))
        self.feat_prop_module = _Passing(four)
        self.decoder2 = nn.Sequential(nn.Conv2d(four, four, 3, 1, 1), _bent(), Doubled(four, two), _bent())
        self.decoder1 = nn.Sequential(nn.Conv2d(two, two, 3, 1, 1), _bent(), Doubled(two, width), _bent())
        self.upsample = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1), _bent(), Doubled(width, 2))

    def forward(self, ahead: Tensor, back: Tensor, holes: Tensor) -> tuple[Tensor, Tensor]:
        # both directions are one thing to it, backwards seen from the end: a batch of two
        shown = torch.stack((ahead * (1 - holes[:-1]), (back * (1 - holes[1:])).flip(0)))
        where = torch.stack((holes[:-1], holes[1:].flip(0)))
        made = self._made(shown, where)
        there, here = made[0], made[1].flip(0)
        return (
            there * holes[:-1] + ahead * (1 - holes[:-1]),
            here * holes[1:] + back * (1 - holes[1:]),
        )

    def _made(self, flows: Tensor, holes: Tensor) -> Tensor:
        """flows: B × T × 2 × H × W."""
        batch, count, _, height, width = flows.shape
        x = torch.cat((flows, holes), 2).transpose(1, 2)
        half = self.downsample(F.pad(x, (2, 2, 2, 2, 0, 0), mode="replicate"))
        quarter = self.encoder1(half)
        x = self.mid_dilation(self.encoder2(quarter)).transpose(1, 2)
        x = self.feat_prop_module(x.unbind(1))
        x = self.decoder2(x) + _in_a_row(quarter)
        x = self.decoder1(x)  # nothing of `half` comes back: its authors' net forgets it, too
        return self.upsample(x).reshape(batch, count, 2, height, width)


def _in_a_row(x: Tensor) -> Tensor:
    """B × C × T × H × W → B·T × C × H × W."""
    return x.transpose(1, 2).flatten(0, 1)


class _Cubic(nn.Module):
    """Space first, then time: what is two pictures before and after."""

    def __init__(self, taken: int, given: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv3d(taken, given, (1, 3, 3), (1, stride, stride), (0, 1, 1)), _bent())
        self.conv2 = nn.Sequential(nn.Conv3d(given, given, (3, 1, 1), 1, (2, 0, 0), (2, 1, 1)))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(self.conv1(x))


class _Passing(nn.Module):
    """What is seen goes through the row backwards, then forwards, each time from the last two places to the next."""

    def __init__(self, width: int) -> None:
        super().__init__()
        ways = ("backward_", "forward_")
        self.deform_align = nn.ModuleDict({way: _Align(width) for way in ways})
        self.backbone = nn.ModuleDict({way: _backbone((2 + at) * width, width) for at, way in enumerate(ways)})
        self.fusion = nn.Conv2d(2 * width, width, 1)

    def forward(self, seen: tuple[Tensor, ...]) -> Tensor:
        """T of B × C × H × W → B·T × C × H × W."""
        places = Places.of(seen[0])
        backward = self._go("backward_", [(one,) for one in reversed(seen)], places)[::-1]
        forward = self._go("forward_", list(zip(seen, backward, strict=True)), places)
        made = [torch.cat(both, 1) for both in zip(backward, forward, strict=True)]
        return self.fusion(torch.stack(made, 1).flatten(0, 1)) + torch.stack(seen, 1).flatten(0, 1)

    def _go(self, way: str, shown: list[tuple[Tensor, ...]], places: Places) -> list[Tensor]:
        nothing = torch.zeros_like(shown[0][0])
        done: list[Tensor] = []
        for here in shown:
            carried = nothing
            if done:
                before = done[-2] if len(done) > 1 else nothing
                carried = self.deform_align[way](done[-1], before, here[0], places)
            done.append(carried + self.backbone[way](torch.cat((*here, carried), 1)))
        return done


class _Align(nn.Module):
    """A deformable convolution of the last two, that looks where it finds what is alike now."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width, 2 * width, 3, 3))
        self.bias = nn.Parameter(torch.zeros(width))
        nn.init.kaiming_uniform_(self.weight)
        self.conv_offset = offsets(3 * width, width, _TAPS * _GROUPS)

    def forward(self, last: Tensor, before: Tensor, now: Tensor, places: Places) -> Tensor:
        rough = self.conv_offset(torch.cat((last, now, before), 1))
        both = 2 * _TAPS * _GROUPS
        beside, share = _FARTHEST * torch.tanh(rough[:, :both]), torch.sigmoid(rough[:, both:])
        return deformed(torch.cat((last, before), 1), beside, share, self.weight, self.bias, places)


class Doubled(nn.Module):
    """Twice as large, then a convolution."""

    def __init__(self, taken: int, given: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(taken, given, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=True))


def _backbone(taken: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(taken, width, 3, 1, 1), nn.LeakyReLU(0.1), nn.Conv2d(width, width, 3, 1, 1))


def _bent() -> nn.Module:
    return nn.LeakyReLU(0.2)
