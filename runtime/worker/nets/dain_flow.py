"""PWC-Net: the flow between two pictures, from their features compared at five sizes, coarse to fine. Sun et al.,
PWC-Net: CNNs for Optical Flow Using Pyramid, Warping, and Cost Volume, CVPR 2018; the denser of its two nets, as DAIN
holds it. Written anew from the paper, the weights' names and what its layers compute.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.warp import Places, warped

REACH = 4
"""Places looked at to each side of the same place in the other picture."""
_SIDE = 2 * REACH + 1
_SEEN = (16, 32, 64, 96, 128, 196)
"""Features at a half of the picture's size, at a quarter, and so on."""
_STEPS = (128, 128, 96, 64, 32)
"""What the five convolutions of a level add to all that came before them."""
_AROUND = ((128, 1), (128, 2), (128, 4), (96, 8), (64, 16), (32, 1))
"""Features and dilation of the convolutions that look around the finest flow."""
_WHOLE = 0.9999
"""A place that is read from beyond the picture, be it by so little, counts for nothing."""
PIXELS = 20.0
"""What the net calls one, in pixels of the whole picture."""


class Flow(nn.Module):
    """Pictures, first and second in turn: 2N × 3 × H × W, 0 to 1 (the N first ones, then the N second ones), sides
    multiples of 64 → 2N × 2 × H/4 × W/4: from each to its other, right and down, `PIXELS` pixels of the whole picture
    being one."""

    def __init__(self) -> None:
        super().__init__()
        taken = 3
        for level, width in enumerate(_SEEN, 1):
            first, second = ("aa", "a") if level == len(_SEEN) else ("a", "aa")  # so their names went
            setattr(self, f"conv{level}{first}", _conv(taken, width, stride=2))
            setattr(self, f"conv{level}{second}", _conv(width, width))
            setattr(self, f"conv{level}b", _conv(width, width))
            taken = width
        for level in range(len(_SEEN), 1, -1):
            taken = _SIDE**2 + (0 if level == len(_SEEN) else _SEEN[level - 1] + 4)
            for at, width in enumerate(_STEPS):
                setattr(self, f"conv{level}_{at}", _conv(taken, width))
                taken += width
            setattr(self, f"predict_flow{level}", nn.Conv2d(taken, 2, 3, 1, 1))
            setattr(self, f"deconv{level}", nn.ConvTranspose2d(2, 2, 4, 2, 1))  # the last one is asked for nothing
            if level > 2:
                setattr(self, f"upfeat{level}", nn.ConvTranspose2d(taken, 2, 4, 2, 1))
        for at, (width, dilation) in enumerate(_AROUND, 1):
            setattr(self, f"dc_conv{at}", _conv(taken, width, dilation=dilation))
            taken = width
        self.dc_conv7 = nn.Conv2d(taken, 2, 3, 1, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        looks = self._looks(pictures)
        x = self._dense(len(looks), _leaky(alike(looks[-1], _others(looks[-1]))))
        for level in range(len(looks) - 1, 1, -1):
            here = looks[level - 1]
            rough = getattr(self, f"deconv{level + 1}")(getattr(self, f"predict_flow{level + 1}")(x))
            more = getattr(self, f"upfeat{level + 1}")(x)
            there = _moved(_others(here), rough * (PIXELS / 2**level))
            x = self._dense(level, torch.cat((_leaky(alike(here, there)), here, rough, more), 1))
        flow = self.predict_flow2(x)
        for at in range(1, len(_AROUND) + 1):
            x = getattr(self, f"dc_conv{at}")(x)
        return flow + self.dc_conv7(x)

    def _looks(self, x: Tensor) -> list[Tensor]:
        found = []
        for level in range(1, len(_SEEN) + 1):
            for name in ("aa", "a", "b") if level == len(_SEEN) else ("a", "aa", "b"):
                x = getattr(self, f"conv{level}{name}")(x)
            found.append(x)
        return found

    def _dense(self, level: int, x: Tensor) -> Tensor:
        for at in range(len(_STEPS)):
            x = torch.cat((getattr(self, f"conv{level}_{at}")(x), x), 1)
        return x


def alike(here: Tensor, there: Tensor) -> Tensor:
    """Features N × C × H × W of two pictures → N × 81 × H × W: the mean product of each place's features with those of
    the places around it in the other, row by row from above left; zero beyond the picture."""
    wide = F.pad(there, (REACH, REACH, REACH, REACH))
    found = []
    for down in range(_SIDE):
        rows = wide[:, :, down : down + 1 - _SIDE or None]
        found += [(here * rows[..., right : right + 1 - _SIDE or None]).mean(1, keepdim=True) for right in range(_SIDE)]
    return torch.cat(found, 1)


def _others(x: Tensor) -> Tensor:
    """For each picture the one it is compared with."""
    first, second = x.chunk(2)
    return torch.cat((second, first))


def _moved(x: Tensor, flow: Tensor) -> Tensor:
    places = Places.of(x)
    there = warped(torch.ones_like(x[:, :1]), flow, places, "zeros") >= _WHOLE
    return warped(x, flow, places, "zeros") * there.to(x.dtype)


def _conv(taken: int, given: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(taken, given, 3, stride, dilation, dilation), nn.LeakyReLU(0.1))


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.1)
