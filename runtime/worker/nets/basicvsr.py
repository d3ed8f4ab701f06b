"""BasicVSR++: pictures in a row, made larger together. What is seen goes through the row backwards and forwards, twice,
each time carried along the flow by a deformable convolution. Chan et al., BasicVSR++: Improving Video Super-Resolution
with Enhanced Propagation and Alignment, CVPR 2022. Takes the weights of OpenMMLab (Apache-2.0) by their own names.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.deform import deformed, offsets
from runtime.worker.nets.net import Net
from runtime.worker.nets.spynet import SpyNet
from runtime.worker.nets.warp import Places, warped
from runtime.worker.nets.weights import Weights, filled

FRAMES = 15
"""How many pictures a row has unless another number is asked for: what its authors trained with was 30."""
_FARTHEST = 10
"""Pixels: how far beside the flow the alignment may look."""
_GROUPS, _TAPS = 16, 9
_WAYS = ("backward_1", "forward_1", "backward_2", "forward_2")
_OWNER = "generator."
"""Before every name in the official files, but for a `step_counter`."""


class BasicVsr(nn.Module):
    """N × 3·frames × H × W → N × 3·frames × 4H × 4W, or as large as it came where `same_size` (then it looks at a
    quarter of it). H and W: multiples of 32, or of 128."""

    def __init__(self, width: int, blocks: int, frames: int, same_size: bool = False) -> None:
        super().__init__()
        self.width, self.frames, self.same_size = width, frames, same_size
        self.spynet = SpyNet()
        looks = _Blocks(width if same_size else 3, width, 5)
        self.feat_extract = nn.Sequential(*_quartered(width), looks) if same_size else looks
        self.deform_align = nn.ModuleDict({way: _Align(width) for way in _WAYS})
        self.backbone = nn.ModuleDict({way: _Blocks((2 + at) * width, width, blocks) for at, way in enumerate(_WAYS)})
        self.reconstruction = _Blocks(5 * width, width, 5)
        self.upsample1 = _Doubled(width, width)
        self.upsample2 = _Doubled(width, 64)
        self.conv_hr = nn.Conv2d(64, 64, 3, 1, 1)
        self.conv_last = nn.Conv2d(64, 3, 3, 1, 1)

    def forward(self, fed: Tensor) -> Tensor:
        pictures = fed.split(3, 1)
        small = [_quarter(one) for one in pictures] if self.same_size else pictures
        earlier, later = torch.cat(small[:-1]), torch.cat(small[1:])
        ahead = self.spynet(earlier, later).chunk(self.frames - 1)  # from each picture to the next …
        back = self.spynet(later, earlier).chunk(self.frames - 1)
        seen = [[self.feat_extract(one)] for one in pictures]  # of each picture, one more with each way through
        places = Places.of(ahead[0])
        for way in _WAYS:
            self._go(way, seen, ahead if way.startswith("backward") else back, places)
        return torch.cat([self._made(one, looks) for one, looks in zip(pictures, seen, strict=True)], 1)

    def _go(self, way: str, seen: list[list[Tensor]], flows: tuple[Tensor, ...], places: Places) -> None:
        """Once through the row. `flows[i]` is between pictures i and i + 1, from where it goes to where it was."""
        order = list(range(self.frames))
        if way.startswith("backward"):
            order.reverse()
        done: list[Tensor] = []
        steps: list[Tensor] = []
        for at, here in enumerate(order):
            carried = torch.zeros_like(seen[here][0])
            if at:
                steps.append(flows[min(here, order[at - 1])])
                carried = self._carried(way, seen[here][0], done, steps, places)
            done.append(carried + self.backbone[way](torch.cat((*seen[here], carried), 1)))
        for here, one in zip(order, done, strict=True):
            seen[here].append(one)

    def _carried(self, way: str, now: Tensor, done: list[Tensor], steps: list[Tensor], places: Places) -> Tensor:
        """What the last two pictures showed, brought to where it is now."""
        flow = steps[-1]
        if len(done) == 1:
            longer, before, hint = torch.zeros_like(flow), torch.zeros_like(now), torch.zeros_like(now)
        else:
            before = done[-2]
            longer = flow + warped(steps[-2], flow, places, "zeros")
            hint = warped(before, longer, places, "zeros")
        hints = torch.cat((warped(done[-1], flow, places, "zeros"), now, hint, flow, longer), 1)
        return self.deform_align[way](torch.cat((done[-1], before), 1), hints, flow, longer, places)

    def _made(self, picture: Tensor, looks: list[Tensor]) -> Tensor:
        x = self.reconstruction(torch.cat(looks, 1))
        for layer in (self.upsample1, self.upsample2, self.conv_hr):
            x = _leaky(layer(x))
        plain = picture if self.same_size else F.interpolate(picture, scale_factor=4.0, mode="bilinear")
        return self.conv_last(x) + plain


class _Align(nn.Module):
    """A deformable convolution that looks where the flow points, and somewhat beside it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width, 2 * width, 3, 3))
        self.bias = nn.Parameter(torch.zeros(width))
        nn.init.kaiming_uniform_(self.weight)
        self.conv_offset = offsets(3 * width + 4, width, _TAPS * _GROUPS)

    def forward(self, x: Tensor, hints: Tensor, flow: Tensor, longer: Tensor, places: Places) -> Tensor:
        rough = self.conv_offset(hints)
        half = _TAPS * _GROUPS
        beside = _FARTHEST * torch.tanh(rough[:, : 2 * half])
        flows = (flow.flip(1).repeat(1, half // 2, 1, 1), longer.flip(1).repeat(1, half // 2, 1, 1))  # down, right …
        share = torch.sigmoid(rough[:, 2 * half :])
        return deformed(x, beside + torch.cat(flows, 1), share, self.weight, self.bias, places)


class _Blocks(nn.Module):
    def __init__(self, taken: int, width: int, count: int) -> None:
        super().__init__()
        residuals = nn.Sequential(*(_Residual(width) for _ in range(count)))
        self.main = nn.Sequential(nn.Conv2d(taken, width, 3, 1, 1), nn.LeakyReLU(0.1), residuals)

    def forward(self, x: Tensor) -> Tensor:
        return self.main(x)


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, 1, 1)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.relu(self.conv1(x)))


class _Doubled(nn.Module):
    def __init__(self, taken: int, given: int) -> None:
        super().__init__()
        self.upsample_conv = nn.Conv2d(taken, 4 * given, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.pixel_shuffle(self.upsample_conv(x), 2)


def _quartered(width: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(3, width, 3, 2, 1), nn.LeakyReLU(0.1), nn.Conv2d(width, width, 3, 2, 1), nn.LeakyReLU(0.1)


def _quarter(picture: Tensor) -> Tensor:
    return F.interpolate(picture, scale_factor=0.25, mode="bicubic")


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.1)


# -- from a file -----------------------------------------------------------------------------------
def from_basicvsr(name: str, weights: Weights, frames: int = FRAMES) -> Net | None:
    """The net of these weights, for rows of `frames` pictures; None where they are not BasicVSR++'s."""
    owned = {key.removeprefix(_OWNER): one for key, one in weights.items() if key.startswith(_OWNER)}
    weights = owned or weights
    if "deform_align.backward_1.weight" not in weights:
        return None
    width = weights["deform_align.backward_1.weight"].shape[0]
    blocks = sum(key.startswith("backbone.backward_1.main.2.") for key in weights) // 4
    same_size = "feat_extract.0.weight" in weights
    return Net(
        module=filled(name, BasicVsr(width, blocks, frames, same_size), weights),
        arch="BasicVSR++",
        pattern="recurrent",
        scale=1 if same_size else 4,
        frames=frames,
        planes_in=3 * frames,
        planes_out=3 * frames,
        multiple=128 if same_size else 32,
    )
