"""Pictures cut into patches that overlap, and patches laid over one another again: what PyTorch calls unfold and fold.
ONNX has the second from opset 18 on only, and what is written here is 17. Equal to torch's, whose sums may be in
another order.

A patch is 7 × 7, the next begins 3 further. So the picture is seen as cells of 3 × 3, of which a patch holds 3 × 3, the
last of them in part: cutting and laying then are moves of whole cells, and no multiplication by ones and noughts.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor

SIDE, STEP, EDGE = 7, 3, 3
_REACH = 3
"""Cells that a patch lies in, in each direction."""
TAPS = SIDE * SIDE


def cut(x: Tensor) -> Tensor:
    """N × C × H × W → N × C·49 × ⌈H/3⌉ × ⌈W/3⌉: each place of it a patch, zero beyond the picture's edge."""
    count, planes, height, width = x.shape
    rows, columns = (height + STEP - 1) // STEP, (width + STEP - 1) // STEP
    x = F.pad(x, (EDGE, STEP * columns + EDGE - width, EDGE, STEP * rows + EDGE - height))
    x = x.reshape(count, planes, rows + 2, STEP, columns + 2, STEP).permute(0, 1, 3, 5, 2, 4)
    x = torch.cat([x[..., by : by + rows, :] for by in range(_REACH)], 2)[:, :, :SIDE]
    x = torch.cat([x[..., by : by + columns] for by in range(_REACH)], 3)[:, :, :, :SIDE]
    return x.reshape(count, planes * TAPS, rows, columns)


def laid(patches: Tensor, like: Tensor) -> Tensor:
    """N × C·49 × rows × columns → N × C × H × W, as large as `like`: where patches overlap, their sum."""
    count, planes, rows, columns = patches.shape
    height, width = like.shape[2:]
    x = patches.reshape(count, planes // TAPS, SIDE, SIDE, rows, columns)
    x = F.pad(x, (0, 0, 0, 0, 0, _REACH * STEP - SIDE, 0, _REACH * STEP - SIDE))
    down = [F.pad(x[:, :, STEP * by : STEP * (by + 1)], (0, 0, by, _REACH - 1 - by)) for by in range(_REACH)]
    x = down[0] + down[1] + down[2]
    right = [F.pad(x[:, :, :, STEP * by : STEP * (by + 1)], (by, _REACH - 1 - by)) for by in range(_REACH)]
    x = (right[0] + right[1] + right[2]).permute(0, 1, 4, 2, 5, 3)
    x = x.reshape(count, planes // TAPS, STEP * (rows + 2), STEP * (columns + 2))
    return x[:, :, EDGE : EDGE + height, EDGE : EDGE + width]
