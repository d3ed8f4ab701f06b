"""RIFE's IFNet: the flow from the picture between two frames to each of them, guessed coarse to fine, and what to take
of which. Huang et al., Real-Time Intermediate Flow Estimation for Video Frame Interpolation, ECCV 2022; the net is that
of Practical-RIFE (MIT), its releases 4.5, 4.6, 4.13 to 4.26, and takes their weights by their own names.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.net import Net, NetError
from runtime.worker.nets.warp import Places, warped
from runtime.worker.nets.weights import Weights, filled

_FLOW, _MASK, _STRIDE = 4, 1, 4
"""Planes of both flows; of the mask; and how much a block's first convolutions make a picture smaller."""
_CARRIED = 8
"""Planes that a block of 4.21 and later hands to the next."""
_NOT_ASKED = ("teacher.", "caltime.")
"""What only training needs, and some of the official files still hold."""


@dataclass(frozen=True)
class Shape:
    """What tells the releases apart. `widths`: features of each block. `head`: features inside and out of the net that
    looks at each frame first; None where there is none. `planes`: what a block gives."""

    widths: tuple[int, ...]
    head: tuple[int, int] | None
    planes: int

    @property
    def scales(self) -> tuple[int, ...]:
        """How much smaller each block sees the picture."""
        if len(self.widths) == 4:
            return 8, 4, 2, 1
        return (32, 16, 8, 4, 1) if self.widths[-1] == 24 else (16, 8, 4, 2, 1)  # 4.25 lite alone ends in 24

    @property
    def carries(self) -> bool:
        return self.planes == _FLOW + _MASK + _CARRIED

    @property
    def release(self) -> str:
        if self.head is None:
            return "4.6" if self.planes == 6 else "4.5"
        if len(self.widths) == 4:
            return "4.21 to 4.24" if self.carries else "4.13 to 4.24"
        return "4.25 lite" if self.widths[-1] == 24 else "4.25 or 4.26"


class Rife(nn.Module):
    """N × 7 × H × W (R, G, B of both frames, then the time, 0 to 1) → N × 3 × H × W. H and W: multiples of
    `4 · scales[0]`."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        seen = 2 * shape.head[1] if shape.head else 0
        later = 8 + _FLOW + seen + (_CARRIED if shape.carries else 0)  # two frames, time, mask, flow …
        for at, width in enumerate(shape.widths):
            setattr(self, f"block{at}", _Block(later if at else 7 + seen, width, shape.planes))
        if shape.head:
            self.encode = _Head(*shape.head)

    def forward(self, fed: Tensor) -> Tensor:
        first, second, time = fed[:, :3].clamp(0, 1), fed[:, 3:6].clamp(0, 1), fed[:, 6:7]
        places = Places.of(first)
        looks = (self.encode(first), self.encode(second)) if self.shape.head else ()
        flow, given = self.block0(torch.cat((first, second, *looks, time), 1), None, self.shape.scales[0])
        mask, carried = given[:, :1], given[:, 1:]
        for at, scale in enumerate(self.shape.scales[1:], 1):
            to_first, to_second = flow[:, :2], flow[:, 2:]
            parts = [warped(first, to_first, places), warped(second, to_second, places)]
            if looks:
                parts += [warped(looks[0], to_first, places), warped(looks[1], to_second, places)]
            parts += [time, mask, *([carried] if self.shape.carries else [])]
            step, given = getattr(self, f"block{at}")(torch.cat(parts, 1), flow, scale)
            flow, carried = flow + step, given[:, 1:]
            mask = given[:, :1] if self.shape.head else mask + given[:, :1]  # from 4.7 on it is told anew each time
        share = torch.sigmoid(mask)
        return warped(first, flow[:, :2], places) * share + warped(second, flow[:, 2:], places) * (1 - share)


class _Block(nn.Module):
    """One guess, at a size of its own: what to add to the flow (in pixels), and the other planes."""

    def __init__(self, taken: int, width: int, planes: int) -> None:
        super().__init__()
        self.conv0 = nn.Sequential(_down(taken, width // 2), _down(width // 2, width))
        self.convblock = nn.Sequential(*(_Residual(width) for _ in range(8)))
        self.lastconv = nn.Sequential(nn.ConvTranspose2d(width, 4 * planes, 4, 2, 1), nn.PixelShuffle(2))

    def forward(self, seen: Tensor, flow: Tensor | None, scale: int) -> tuple[Tensor, Tensor]:
        seen = _resized(seen, 1 / scale)
        if flow is not None:
            seen = torch.cat((seen, _resized(flow, 1 / scale) / scale), 1)
        given = _resized(self.lastconv(self.convblock(self.conv0(seen))), scale)
        return given[:, :_FLOW] * scale, given[:, _FLOW:]


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, 1, 1)
        self.beta = nn.Parameter(torch.ones(1, width, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return F.leaky_relu(self.conv(x) * self.beta + x, 0.2)


class _Head(nn.Module):
    """What a frame looks like, at its own size."""

    def __init__(self, width: int, given: int) -> None:
        super().__init__()
        self.cnn0 = nn.Conv2d(3, width, 3, 2, 1)
        self.cnn1 = nn.Conv2d(width, width, 3, 1, 1)
        self.cnn2 = nn.Conv2d(width, width, 3, 1, 1)
        self.cnn3 = nn.ConvTranspose2d(width, given, 4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        for conv in (self.cnn0, self.cnn1, self.cnn2):
            x = F.leaky_relu(conv(x), 0.2)
        return self.cnn3(x)


def _down(taken: int, given: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(taken, given, 3, 2, 1), nn.LeakyReLU(0.2))


def _resized(x: Tensor, factor: float) -> Tensor:
    return x if factor == 1 else F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)


# -- from a file -----------------------------------------------------------------------------------
def from_rife(name: str, weights: Weights) -> Net | None:
    """The net of these weights; None where they are not RIFE's."""
    if "block0.conv0.0.0.weight" not in weights:
        return None
    if "block0.convblock.0.beta" not in weights or any(key.startswith("encode.0.") for key in weights):
        raise NetError(f"{name}: is a release of RIFE that is not known here. Take 4.6, or 4.13 to 4.26")
    blocks = 4 + ("block4.conv0.0.0.weight" in weights)
    widths = tuple(weights[f"block{at}.conv0.1.0.weight"].shape[0] for at in range(blocks))
    head = weights.get("encode.cnn3.weight")
    shape = Shape(
        widths=widths,
        head=None if head is None else (head.shape[0], head.shape[1]),
        planes=weights["block0.lastconv.0.weight"].shape[1] // 4,
    )
    kept = {key: one for key, one in weights.items() if not key.startswith(_NOT_ASKED)}
    return Net(
        module=filled(name, Rife(shape), kept),
        arch=f"RIFE {shape.release}",
        pattern="pair",
        planes_in=7,
        multiple=_STRIDE * shape.scales[0],
    )
