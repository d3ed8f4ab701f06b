"""ProPainter's third net: draws what no other picture of the row shows. An encoder, features carried along the flow, a
transformer over patches of all pictures, a decoder. Zhou et al., ProPainter, ICCV 2023, sections 3.2 and 3.3.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.patches import EDGE, SIDE, STEP, TAPS, cut, laid
from runtime.worker.nets.propainter_attend import Transformer
from runtime.worker.nets.propainter_carry import Passing
from runtime.worker.nets.propainter_flows import Doubled

_SMALLER = 4


class Painter(nn.Module):
    """The pictures with what was fetched for them, T × 3 × H × W, -1 to 1; the flow from each to the next and back,
    (T - 1) × 2 × H × W; the holes that were, and those that are left, T × 1 × H × W → the picture in the middle of the
    row, 1 × 3 × H × W. H and W: multiples of 4."""

    def __init__(self, unit: int = 64, width: int = 512, hidden: int = 40, depth: int = 8) -> None:
        super().__init__()
        two = 2 * unit
        self.encoder = _Encoder(unit)
        self.decoder = nn.Sequential(
            Doubled(two, two), _bent(), nn.Conv2d(two, unit, 3, 1, 1), _bent(),
            Doubled(unit, unit), _bent(), nn.Conv2d(unit, 3, 3, 1, 1),
        )  # fmt: skip
        self.ss = _Split(two, width)
        self.sc = _Composed(two, width)
        self.feat_prop_module = Passing(two)
        self.transformers = Transformer(width, hidden, depth)

    def forward(self, pictures: Tensor, ahead: Tensor, back: Tensor, holes: Tensor, left: Tensor) -> Tensor:
        middle = pictures.shape[0] // 2
        seen = self.encoder(torch.cat((pictures, holes, left), 1))
        small = [F.interpolate(flow, scale_factor=1 / _SMALLER, mode="bilinear") / _SMALLER for flow in (ahead, back)]
        both = torch.cat((holes, left), 1)[:, :, ::_SMALLER, ::_SMALLER]
        seen = self.feat_prop_module(seen, *small, both)
        open_ = F.max_pool2d(both[:, :1].amax(0, keepdim=True), SIDE, STEP, EDGE)[0, 0]
        x = self.transformers(self.ss(seen), open_, seen)[middle : middle + 1]
        own = seen[middle : middle + 1]
        return torch.tanh(self.decoder(own + self.sc(x, own)))


class _Encoder(nn.Module):
    """N × 5 × H × W → N × 2·unit × H/4 × W/4. After the fifth convolution each is shown the fourth's answer, in as
    many groups as it has itself."""

    def __init__(self, unit: int) -> None:
        super().__init__()
        one, two, four, six = unit, 2 * unit, 4 * unit, 6 * unit
        convs = (
            nn.Conv2d(5, one, 3, 2, 1), nn.Conv2d(one, one, 3, 1, 1), nn.Conv2d(one, two, 3, 2, 1),
            nn.Conv2d(two, four, 3, 1, 1), nn.Conv2d(four, six, 3, 1, 1),
            nn.Conv2d(six + four, 8 * unit, 3, 1, 1, groups=2), nn.Conv2d(8 * unit + four, six, 3, 1, 1, groups=4),
            nn.Conv2d(six + four, four, 3, 1, 1, groups=8), nn.Conv2d(four + four, two, 3, 1, 1),
        )  # fmt: skip
        self.layers = nn.ModuleList(layer for conv in convs for layer in (conv, _bent()))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers[:8]:
            x = layer(x)
        fourth = x
        for at in range(8, len(self.layers), 2):
            conv = self.layers[at]
            if at > 8:
                x = _in_groups(fourth, x, conv.groups)
            x = self.layers[at + 1](conv(x))
        return x


def _in_groups(one: Tensor, other: Tensor, groups: int) -> Tensor:
    """Some of the planes of the one, then some of the other, `groups` times over."""
    if groups == 1:
        return torch.cat((one, other), 1)
    pairs = zip(one.chunk(groups, 1), other.chunk(groups, 1), strict=True)
    return torch.cat([part for pair in pairs for part in pair], 1)


class _Split(nn.Module):
    """T × C × H × W → T × rows × columns × width: a patch is a row of numbers."""

    def __init__(self, planes: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Linear(planes * TAPS, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.embedding(cut(x).permute(0, 2, 3, 1))


class _Composed(nn.Module):
    """The reverse: the sums of what the patches say of each place, as large as `like`."""

    def __init__(self, planes: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Linear(width, planes * TAPS)
        self.bias_conv = nn.Conv2d(planes, planes, 3, 1, 1)

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        return self.bias_conv(laid(self.embedding(x).permute(0, 3, 1, 2), like))


def _bent() -> nn.Module:
    return nn.LeakyReLU(0.2)
