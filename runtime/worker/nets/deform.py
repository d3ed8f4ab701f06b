"""Modulated deformable convolution of ordinary operators: ONNX has one from opset 19 on only, and what is written here
is 17. Equal to torchvision's `deform_conv2d` but for rounding. Zhu et al., Deformable ConvNets v2, 2019.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import conv2d

from runtime.worker.nets.warp import pixels, sampled


def deformed(x: Tensor, offset: Tensor, mask: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """A k × k convolution, stride 1, edges padded, whose every tap looks `offset` beside its place and counts `mask`.

    x: N × C × H × W. offset: N × 2·G·k² × H × W, pixels down and right of each tap of each of G groups of planes.
    mask: N × G·k² × H × W. weight: D × C × k × k. → N × D × H × W.

    Tap by tap: all at once it would hold k² copies of `x`.
    """
    planes, side = weight.shape[1], weight.shape[2]
    taps = side * side
    groups = mask.shape[1] // taps
    height, width = x.shape[2:]
    columns, rows = pixels(x)
    parts = x.reshape(-1, planes // groups, height, width)
    offset = offset.reshape(-1, taps, 2, height, width)
    mask = mask.reshape(-1, taps, 1, height, width)
    total = bias.view(1, -1, 1, 1)
    for tap in range(taps):
        down, right = tap // side - side // 2, tap % side - side // 2
        seen = sampled(parts, columns + right + offset[:, tap, 1], rows + down + offset[:, tap, 0], "zeros")
        seen = (seen * mask[:, tap]).reshape(-1, planes, height, width)
        total = total + conv2d(seen, weight[:, :, tap // side, tap % side, None, None])
    return total
