"""Where things are at a moment between two frames, and what is seen there: DAIN's two layers that come as programs for
a card, as gathers and scatters that ONNX has. Bao et al., Depth-Aware Video Frame Interpolation, CVPR 2019, sections
3.1 and 3.3; borders and holes as the authors' layers treat them (read in DepthFlowProjection and FilterInterpolation
of their program, whose loops the tests go through pixel by pixel).

Both choose whole pixels by a flow, so both jump where a flow crosses the edge of a pixel: what differs in the last bit
may there differ in a picture.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor

from runtime.worker.nets.warp import Places

SIDE = 4
"""Pixels across and down that make one pixel."""


def projected(flow: Tensor, nearness: Tensor, places: Places) -> Tensor:
    """`flow` N × 2 × H × W, pixels, from each pixel of a frame to where it is at the moment; `nearness` N × 1 × H × W,
    above 0 → N × 2 × H × W, from each pixel of the moment back to where it is in the frame.

    A pixel that comes to lie between four tells its flow to each of them; a pixel that is told several takes their
    mean, the nearest counting most. What leaves the picture is forgotten. A pixel that is told nothing is a hole.
    """
    across, down = places.columns + flow[:, 0], places.rows + flow[:, 1]
    there = _within(across, down, places).unsqueeze(1).to(flow.dtype)
    told = (torch.cat((-flow, torch.ones_like(nearness)), 1) * (nearness * there)).flatten(2)
    left, above = _whole(across, places.width), _whole(down, places.height)
    right, below = (left + 1).clamp(max=places.width - 1), (above + 1).clamp(max=places.height - 1)
    corners = [(row * places.width + column).flatten(1) for row in (above, below) for column in (left, right)]
    at = torch.cat(corners, 1).unsqueeze(1).expand(-1, 3, -1)
    sums = torch.zeros_like(told).scatter_add(2, at, torch.cat((told, told, told, told), 2))
    return _without_holes(sums.reshape(-1, 3, *flow.shape[2:]))


def _without_holes(sums: Tensor) -> Tensor:
    """`sums` N × 3 × H × W: flows times weights, and the weights. Where there are none: the mean of the flows that are
    nearest to the left, to the right, above and below, as many of them as there are; where there are none either, 0."""
    known = sums[:, 2:] > 0
    flow = sums[:, :2] / torch.where(known, sums[:, 2:], torch.ones_like(sums[:, 2:]))
    held = torch.cat((flow, known.to(flow.dtype)), 1)
    around = _neighbours(held, 3) + _neighbours(held, 2)
    return torch.where(known, flow, around[:, :2] / around[:, 2:].clamp(min=1))


def _neighbours(held: Tensor, axis: int) -> Tensor:
    """`held` N × 3 × H × W: two values, and 1 where they are known, all 0 where not → for what is not known the sum of
    its nearest known ones before and after it along `axis`.

    The known ones of each line are moved up to its beginning, into the places 1, 2, 3 …; how many lie before a pixel is
    then the place of the last of them, and the next place that of the first one after it."""
    known = held[:, 2:]
    count = known.cumsum(axis)
    room = (0, 2) if axis == 3 else (0, 0, 0, 2)
    before = count.long()
    lines = F.pad(torch.zeros_like(held), room).scatter(axis, (before * known.long()).expand_as(held), held)
    return lines.gather(axis, before.expand_as(held)) + lines.gather(axis, (before + 1).expand_as(held))


def filtered(source: Tensor, flow: Tensor, kernels: Tensor, places: Places) -> Tensor:
    """`source` N × C × H × W as seen where `flow` (N × 2 × H × W, pixels) points: each pixel made of 4 × 4 around that
    place, by a kernel of its own (`kernels` N × 16 × H × W, rows first). Its four quarters count as the corners of a
    bilinear reading would. A pixel whose flow leaves the picture, or is half as long as it, is left where it is."""
    across, down = places.columns + flow[:, 0], places.rows + flow[:, 1]
    left, above = _whole(across, places.width), _whole(down, places.height)
    batch, planes = source.shape[:2]
    pixels = source.permute(0, 2, 3, 1).reshape(-1, planes)
    first = torch.arange(batch, device=source.device).view(-1, 1, 1) * (places.width * places.height)

    def tap(y: int, x: int) -> Tensor:
        row = (above + (y - 1)).clamp(min=0).clamp(max=places.height - 1)
        column = (left + (x - 1)).clamp(min=0).clamp(max=places.width - 1)
        at = first + row * places.width + column
        return pixels.index_select(0, at.flatten()) * kernels[:, SIDE * y + x].reshape(-1, 1)

    def quarter(y: int, x: int, share: Tensor) -> Tensor:
        one, other = tap(y, x) + tap(y, x + 1), tap(y + 1, x) + tap(y + 1, x + 1)
        return (one + other) * share.reshape(-1, 1)

    # added two by two: in a row of sums onnxruntime computes the last term first and holds all sixteen at once
    beyond, under, half = across - left, down - above, SIDE // 2
    upper = quarter(0, 0, (1 - beyond) * (1 - under)) + quarter(0, half, beyond * (1 - under))
    lower = quarter(half, 0, (1 - beyond) * under) + quarter(half, half, beyond * under)
    made = (upper + lower).reshape(batch, *source.shape[2:], planes).permute(0, 3, 1, 2)
    short = (2 * flow[:, 0].abs() < places.width) & (2 * flow[:, 1].abs() < places.height)
    return torch.where((_within(across, down, places) & short).unsqueeze(1), made, source)


def _within(across: Tensor, down: Tensor, places: Places) -> Tensor:
    return (across >= 0) & (down >= 0) & (across <= places.width - 1) & (down <= places.height - 1)


def _whole(place: Tensor, size: Tensor | int) -> Tensor:
    """The pixel at or before a place, as a number; within the picture also for places beyond it."""
    return place.clamp(min=0).clamp(max=size - 1).floor().long()
