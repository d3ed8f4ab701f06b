"""FILM: the picture between two frames that lie far apart. One net looks at the picture at seven sizes, so that large
motion at full size is small motion further up. Reda et al., FILM: Frame Interpolation for Large Motion, ECCV 2022;
takes the weights of frame-interpolation-pytorch (Apache-2.0), which are the authors' own, by their names there.

Its sizes stay symbols while traced, where that program counts them out: so one ONNX file serves every size.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.net import Net
from runtime.worker.nets.warp import Places, warped
from runtime.worker.nets.weights import Weights, filled

LEVELS = 7
"""Sizes at which the picture is looked at, each half of the one before: sides are multiples of 64."""
_DEEP = 4
"""Sizes that one look reaches down to."""
_MARK = "extract.extract_sublevels.convs.0.0.0.weight"


@dataclass(frozen=True)
class Shape:
    """`width`: features of the first look, twice as many at each size further down. `flows`: features of the nets that
    guess flow, from the finest; the last serves all coarser sizes. `drawn`: features of the net that draws, finest
    first."""

    width: int = 64
    flows: tuple[int, ...] = (32, 64, 128, 256)
    drawn: tuple[int, ...] = (64, 128, 256, 512)

    def seen(self, level: int) -> int:
        """Features that a picture has at a size: its own look's, and those of looks that began at finer sizes."""
        return sum(self.width << step for step in range(min(level + 1, _DEEP)))

    def aligned(self, level: int) -> int:
        """Planes that the drawing is given: both pictures, their features and flows."""
        return 2 * (self.seen(level) + 3 + 2)


class Film(nn.Module):
    """N × 7 × H × W (R, G, B of both frames, then the time, 0 to 1) → N × 3 × H × W. H and W: multiples of 64."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.extract = _Looks(shape)
        self.predict_flow = _Flows(shape)
        self.fuse = _Drawing(shape)

    def forward(self, fed: Tensor) -> Tensor:
        first, second, time = _halved(fed[:, :3]), _halved(fed[:, 3:6]), fed[:, 6:7, :1, :1]
        looks = self.extract(first), self.extract(second)
        places = [Places.of(picture) for picture in first]
        there = self.predict_flow(looks[0], looks[1], places)
        back = self.predict_flow(looks[1], looks[0], places)
        aligned = []
        for level in range(len(self.fuse.convs) + 1):
            to_first, to_second = back[level] * time, there[level] * (1 - time)
            one = torch.cat((first[level], looks[0][level]), 1)
            other = torch.cat((second[level], looks[1][level]), 1)
            moved = warped(one, to_first, places[level]), warped(other, to_second, places[level])
            aligned.append(torch.cat((*moved, to_first, to_second), 1))
        return self.fuse(aligned)


class _Looks(nn.Module):
    """What is to be seen at every size: of a look that begins there, and of those that began one to three sizes finer
    and have come down to it. So a thing has the same features at every size but the first ones."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        widths = (3, *(shape.width << step for step in range(_DEEP)))
        steps = [nn.Sequential(_conv(taken, given), _conv(given, given)) for taken, given in pairwise(widths)]
        self.extract_sublevels = nn.ModuleDict({"convs": nn.ModuleList(steps)})

    def forward(self, pictures: list[Tensor]) -> list[Tensor]:
        looks = [self._look(picture, len(pictures) - level) for level, picture in enumerate(pictures)]
        return [
            torch.cat([looks[level - step][step] for step in range(min(level + 1, _DEEP))], 1)
            for level in range(len(pictures))
        ]

    def _look(self, x: Tensor, deep: int) -> list[Tensor]:
        seen = []
        for step, conv in enumerate(self.extract_sublevels["convs"][:deep]):
            x = conv(F.avg_pool2d(x, 2) if step else x)
            seen.append(x)
        return seen


class _Flows(nn.Module):
    """The flow from one picture to the other at every size, in its pixels: from the coarsest on, each adds to it."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        nets = [_Guess(2 * shape.seen(level), width) for level, width in enumerate(shape.flows)]
        self._predictor = nets[-1]
        self._predictors = nn.ModuleList(nets[-2::-1])

    def forward(self, here: list[Tensor], there: list[Tensor], places: list[Places]) -> list[Tensor]:
        flows = [self._predictor(here[-1], there[-1])]
        own = len(self._predictors)
        for level in range(len(here) - 2, -1, -1):
            rough = F.interpolate(2 * flows[0], scale_factor=2.0, mode="bilinear", align_corners=False)
            guess = self._predictor if level >= own else self._predictors[own - 1 - level]
            flows.insert(0, rough + guess(here[level], warped(there[level], rough, places[level])))
        return flows


class _Guess(nn.Module):
    def __init__(self, taken: int, width: int) -> None:
        super().__init__()
        convs = [_conv(taken, width), _conv(width, width), _conv(width, width), _conv(width, width // 2, 1)]
        self._convs = nn.ModuleList([*convs, _conv(width // 2, 2, 1, bent=False)])

    def forward(self, here: Tensor, there: Tensor) -> Tensor:
        x = torch.cat((here, there), 1)
        for conv in self._convs:
            x = conv(x)
        return x


class _Drawing(nn.Module):
    """The picture, from what was brought to its moment, coarse to fine."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        steps, taken = [], shape.aligned(len(shape.drawn))
        for level in range(len(shape.drawn) - 1, -1, -1):
            width = shape.drawn[level]
            beside = shape.aligned(level)
            larger = _conv(taken, width, 2, bent=False)
            steps.append(nn.ModuleList([larger, _conv(beside + width, width), _conv(width, width)]))
            taken = width
        self.convs = nn.ModuleList(steps)
        self.output_conv = nn.Conv2d(taken, 3, 1)

    def forward(self, aligned: list[Tensor]) -> Tensor:
        x = aligned[-1]
        for beside, (larger, first, second) in zip(aligned[-2::-1], self.convs, strict=True):
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = larger(F.pad(x, (0, 1, 0, 1)))  # 2 × 2: its own pixel, and those to the right and below
            x = second(first(torch.cat((beside, x), 1)))
        return self.output_conv(x)


def _conv(taken: int, given: int, side: int = 3, bent: bool = True) -> nn.Sequential:
    conv = nn.Conv2d(taken, given, side, padding=1 if side == 3 else 0)
    return nn.Sequential(conv, nn.LeakyReLU(0.2)) if bent else nn.Sequential(conv)


def _halved(picture: Tensor) -> list[Tensor]:
    found = [picture]
    while len(found) < LEVELS:
        found.append(F.avg_pool2d(found[-1], 2))
    return found


# -- from a file -----------------------------------------------------------------------------------
def from_film(name: str, weights: Weights) -> Net | None:
    """The net of these weights; None where they are not FILM's."""
    if _MARK not in weights:
        return None
    shape = Shape(
        width=weights[_MARK].shape[0],
        flows=(*(_wide(weights, f"_predictors.{at}") for at in (2, 1, 0)), _wide(weights, "_predictor")),
        drawn=tuple(_drawn(weights, at) for at in (3, 2, 1, 0)),
    )
    return Net(
        module=filled(name, Film(shape), weights), arch="FILM", pattern="pair", planes_in=7, multiple=2 ** (LEVELS - 1)
    )


def _wide(weights: Weights, guess: str) -> int:
    found = weights.get(f"predict_flow.{guess}._convs.0.0.weight")
    return 1 if found is None else found.shape[0]  # `filled` tells what is missing


def _drawn(weights: Weights, step: int) -> int:
    found = weights.get(f"fuse.convs.{step}.0.0.weight")
    return 1 if found is None else found.shape[0]
