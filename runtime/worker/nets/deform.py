"""Modulated deformable convolution of ordinary operators: ONNX has one from opset 19 on only, and what is written here
is 17. Equal to torchvision's `deform_conv2d` but for rounding. Zhu et al., Deformable ConvNets v2, 2019.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from runtime.worker.nets.warp import Places, sampled


def deformed(x: Tensor, offset: Tensor, mask: Tensor, weight: Tensor, bias: Tensor, places: Places) -> Tensor:
    """A k × k convolution, stride 1, edges padded, whose every tap looks `offset` beside its place and counts `mask`.

    x: N × C × H × W. offset: N × 2·G·k² × H × W, pixels down and right of each tap of each of G groups of planes.
    mask: N × G·k² × H × W. weight: D × C × k × k. → N × D × H × W.

    A row of the kernel at a time: all of it would hold k² copies of `x`, and tap by tap makes a graph three times as
    long.
    """
    planes, side = weight.shape[1], weight.shape[2]
    taps = side * side
    height, width = x.shape[2:]
    groups = mask.shape[1] // taps
    batch = x.shape[0] * groups
    offset = offset.reshape(batch, taps, 2, height, width)
    own = torch.arange(side, dtype=x.dtype, device=x.device) - side // 2
    right, down = own.repeat(side).view(-1, 1, 1), own.repeat_interleave(side).view(-1, 1, 1)
    grids = places.grid(offset[:, :, 1] + right, offset[:, :, 0] + down)
    grids = grids.reshape(batch, side, -1, width, 2)
    masks = mask.reshape(batch, side, 1, -1, width)
    parts = x.reshape(batch, planes // groups, height, width)
    total = bias.view(1, -1, 1, 1)
    for row in range(side):
        seen = sampled(parts, grids[:, row], "zeros") * masks[:, row]
        share = weight[:, :, row].flatten(1)[..., None, None]
        total = total + conv2d(seen.reshape(-1, planes * side, height, width), share)
    return total


def offsets(taken: int, width: int, taps: int) -> nn.Sequential:
    """What tells a deformable convolution where to look (2 · taps), and how much of it counts (taps)."""
    convs = [nn.Conv2d(planes, width, 3, 1, 1) for planes in (taken, width, width)]
    layers = [layer for conv in convs for layer in (conv, nn.LeakyReLU(0.1))]
    return nn.Sequential(*layers, nn.Conv2d(width, 3 * taps, 3, 1, 1))
