"""AMT: the picture between two frames, by several flows at once, each corrected by looking up what is alike in both.
Li et al., AMT: All-Pairs Multi-Field Transforms for Efficient Frame Interpolation, CVPR 2023.

Written anew. The structure is the paper's and was checked against the authors' program, which was read and run beside
this one; none of its text is in here. Their program and weights are for non-commercial use only (CC BY-NC 4.0). The
small and the large net; not the global one.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from runtime.worker.nets.amt_features import Features, Pyramid
from runtime.worker.nets.amt_steps import Correction, Drawing, First, Later, Pair, resized
from runtime.worker.nets.matches import Around, matches
from runtime.worker.nets.net import Net, NetError
from runtime.worker.nets.warp import Places, warped
from runtime.worker.nets.weights import Weights, filled

_MARKS = ("feat_encoder.conv1.weight", "decoder1.convblock.0.0.weight", "comb_block.0.weight")
_SOONEST = 1e-3
"""The net divides by the time and by what is left of it; frames at 0 and 1 are there already."""
_STRIDE = 16


@dataclass(frozen=True)
class Shape:
    """`widths`: features at a half, a quarter, an eighth, a sixteenth. `seen`: of the net that looks for what is alike,
    inside (three steps) and out. `plain`: its blocks are two convolutions, else a bottleneck of three. `flows`: how
    many at once. `comb`, `first`: sides of the last and of the first convolution. `side`: features that a residual
    block takes aside. `fix`: what is inside a correction, by the names of its layers."""

    widths: tuple[int, int, int, int]
    seen: tuple[int, int, int, int]
    plain: bool
    flows: int
    comb: int
    first: int
    side: int
    fix: tuple[tuple[str, int], ...]


class Amt(nn.Module):
    """N × 7 × H × W (R, G, B of both frames, then the time, 0 to 1) → N × 3 × H × W. H and W: multiples of 16."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = shape.widths
        fix = dict(shape.fix)
        self.flows = shape.flows
        self.feat_encoder = Features(shape.seen, shape.plain)
        self.encoder = Pyramid(shape.widths, shape.first)
        self.decoder4 = First(sixteenth, eighth, shape.side)
        self.decoder3 = Later(eighth, quarter + 4, shape.side)
        self.decoder2 = Later(quarter, half + 4, shape.side)
        self.decoder1 = Later(half, 8 * shape.flows, shape.side)
        self.update4 = Correction(eighth, fix)
        self.update3 = Correction(quarter, fix)
        self.update2 = Correction(half, fix)
        self.comb_block = Drawing(shape.flows, shape.comb)

    def forward(self, fed: Tensor) -> Tensor:
        time = fed[:, 6:7, :1, :1].clamp(_SOONEST, 1 - _SOONEST)
        mean = fed[:, :6].mean((1, 2, 3), keepdim=True)
        first, second = fed[:, :3] - mean, fed[:, 3:6] - mean
        alike = _Alike(self.feat_encoder(first), self.feat_encoder(second), time)
        looks = list(zip(self.encoder(first), self.encoder(second), strict=True))  # from a half on
        flows, x = self.decoder4(*looks[3], time)
        flows, x = self._corrected(self.update4, flows, x, alike, 1)
        for by, decoder, update, at in ((2, self.decoder3, self.update3, 2), (4, self.decoder2, self.update2, 1)):
            given, before = decoder(x, *looks[at], flows), flows
            flows = Pair(given[:, :2], given[:, 2:4]).plus(before.doubled())
            flows, x = self._corrected(update, flows, given[:, 4:], alike, by)
        return self._drawn(self.decoder1(x, *looks[0], flows), flows.doubled(), (first, second), mean)

    def _corrected(self, update: nn.Module, flows: Pair, x: Tensor, alike: _Alike, by: int) -> tuple[Pair, Tensor]:
        """`by`: how much larger than an eighth of the picture they are."""
        small = flows.smaller(by)
        more, flow = update(resized(x, 1 / by), small.joined(), alike.around(small))
        flow = by * resized(flow, by)
        return flows.plus(Pair(flow[:, :2], flow[:, 2:])), x + resized(more, by)

    def _drawn(self, given: Tensor, flows: Pair, frames: tuple[Tensor, Tensor], mean: Tensor) -> Tensor:
        """`given`: what each flow to the first frame adds, and to the second, their shares, and what neither shows."""
        n = self.flows
        to_first, to_second, shares, rest = given.split((2 * n, 2 * n, n, 3 * n), 1)
        shares = torch.sigmoid(shares)
        places = Places.of(frames[0])
        made = []
        for at in range(n):
            one = warped(frames[0], flows.first + to_first[:, 2 * at : 2 * at + 2], places)
            other = warped(frames[1], flows.second + to_second[:, 2 * at : 2 * at + 2], places)
            share = shares[:, at : at + 1]
            made.append(one * share + other * (1 - share) + mean + rest[:, 3 * at : 3 * at + 3])
        average = torch.stack(made).mean(0)
        return (average + self.comb_block(torch.cat(made, 1))).clamp(0, 1)


class _Alike:
    """What lies where a flow says, seen from each frame. The flows begin at the moment between: over a whole step they
    are as much longer as the time is shorter."""

    def __init__(self, first: Tensor, second: Tensor, time: Tensor) -> None:
        self.there, self.back = Around.of(matches(first, second)), Around.of(matches(second, first))
        self.time, self.places = time, Places.of(first)

    def around(self, flows: Pair) -> Tensor:
        ahead, behind = flows.second / self.time, flows.first / (1 - self.time)
        return torch.cat((self._read(self.there, ahead), self._read(self.back, behind)), 1)

    def _read(self, maps: Around, flow: Tensor) -> Tensor:
        return maps.read(self.places.columns + flow[:, 0], self.places.rows + flow[:, 1])


# -- from a file -----------------------------------------------------------------------------------
def from_amt(name: str, weights: Weights) -> Net | None:
    """The net of these weights; None where they are not AMT's."""
    if any(mark not in weights for mark in _MARKS):
        return None
    if "feat_encoder.layer3_2.0.conv1.weight" in weights:
        raise NetError(f"{name}: is AMT-G, which is not known here. Take AMT-S or AMT-L")
    try:
        shape = _shape(weights)
    except KeyError as lacking:
        raise NetError(f"{name}: looks like an AMT, but lacks {lacking.args[0]}. Fetch it again") from None
    size = "L" if shape.plain else "S"
    return Net(
        module=filled(name, Amt(shape), weights), arch=f"AMT-{size}", pattern="pair", planes_in=7, multiple=_STRIDE
    )


def _shape(weights: Weights) -> Shape:
    def wide(key: str) -> int:
        return int(weights[f"{key}.weight"].shape[0])

    layers = ("convc1", "convc2", "convf1", "convf2", "conv", "gru.0")
    a, b, c, d = (wide(f"encoder.pyramid{at}.0.0") for at in range(1, 5))
    plain = "feat_encoder.layer1.0.conv3.weight" not in weights
    last = "conv2" if plain else "conv3"
    inside = [wide(f"feat_encoder.layer{at}.0.{last}") for at in (1, 2, 3)]
    comb = weights["comb_block.0.weight"]
    return Shape(
        widths=(a, b, c, d),
        seen=(inside[0], inside[1], inside[2], wide("feat_encoder.conv2")),
        plain=plain,
        flows=comb.shape[1] // 3,
        comb=comb.shape[2],
        first=weights["encoder.pyramid1.0.0.weight"].shape[2],
        side=wide("decoder4.convblock.1.conv2.0"),
        fix=tuple((layer, wide(f"update4.{layer}")) for layer in layers if f"update4.{layer}.weight" in weights),
    )
