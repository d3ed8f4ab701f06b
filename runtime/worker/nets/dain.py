"""DAIN: the picture at any moment between two frames, by flows that let what is near hide what is far, and by kernels
of each pixel's own. Bao et al., Depth-Aware Video Frame Interpolation, CVPR 2019; takes the authors' `best.pth` by its
own names (github.com/baowenbo/DAIN, MIT), and makes any moment as their DAIN_slowmotion does.

Their flow projection and their interpolation are programs for NVIDIA's cards; here they are gathers and scatters
(dain_places.py), which ONNX has since opset 16.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.dain_depth import Depth
from runtime.worker.nets.dain_drawing import CONTEXT, Context, Correction, Kernels, kernels
from runtime.worker.nets.dain_flow import PIXELS, Flow
from runtime.worker.nets.dain_places import SIDE, filtered, projected
from runtime.worker.nets.net import Net
from runtime.worker.nets.warp import Places
from runtime.worker.nets.weights import Weights, filled

_MARKS = ("initScaleNets_filter.0.weight", "rectifyNet.block1.0.weight", "depthNet.0.weight")
_STRIDE = 128
"""As its authors pad; the flow's net halves a picture six times and could do with 64."""
_MOVED = CONTEXT + 1
"""What is brought to the moment of each frame: the picture, its context, its depth."""
_FAR = 1e-6
"""The nearness of what is infinitely far."""


class Dain(nn.Module):
    """N × 7 × H × W (R, G, B of both frames, then the time, 0 to 1) → N × 3 × H × W. H and W: multiples of 64.
    `width`: features of the net that corrects the picture, 128 in the authors' weights."""

    def __init__(self, width: int = 128) -> None:
        super().__init__()
        self.initScaleNets_filter = Kernels()
        self.initScaleNets_filter1, self.initScaleNets_filter2 = kernels(), kernels()
        self.ctxNet = Context()
        self.rectifyNet = Correction(3 * 3 + 2 * 2 + 2 * SIDE * SIDE + 2 * _MOVED, width)
        self.flownets = Flow()
        self.depthNet = Depth()

    def forward(self, fed: Tensor) -> Tensor:
        time = fed[:, 6:7, :1, :1]
        frames = torch.cat((fed[:, :3], fed[:, 3:6]))
        places = Places.of(frames)
        depth = self.depthNet(frames)
        flow = PIXELS * self.flownets(frames) * torch.cat((time, 1 - time))
        flow = F.interpolate(flow, scale_factor=4.0, mode="bilinear", align_corners=False)
        flows = projected(flow, _FAR + torch.exp(-depth), places).chunk(2)
        guess = self.initScaleNets_filter(fed[:, :6])
        shares = self.initScaleNets_filter1(guess), self.initScaleNets_filter2(guess)
        seen = torch.cat((self.ctxNet(frames), depth), 1).chunk(2)
        moved = [filtered(*each, places) for each in zip(seen, flows, shares, strict=True)]
        pictures = moved[0][:, :3], moved[1][:, :3]
        made = pictures[0] * (1 - time) + pictures[1] * time
        return made + self.rectifyNet(torch.cat((made, *pictures, *flows, *shares, *moved), 1))


# -- from a file -----------------------------------------------------------------------------------
def from_dain(name: str, weights: Weights) -> Net | None:
    """The net of these weights; None where they are not DAIN's. What else the file holds is left out, as the authors'
    program leaves it out."""
    if any(mark not in weights for mark in _MARKS):
        return None
    module: nn.Module = Dain(weights["rectifyNet.block1.0.weight"].shape[0])
    wanted = module.state_dict()
    kept = {key: one for key, one in weights.items() if key in wanted}
    module = filled(name, module, kept)
    return Net(module=module, arch="DAIN", pattern="pair", planes_in=7, multiple=_STRIDE, jumps=True)
