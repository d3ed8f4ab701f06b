"""ProPainter: holes of a video filled from other moments of it. The flow between the pictures is found and, where holes
hide it, made up; along it pixels are fetched; what no picture shows is drawn. Zhou, Li, Chan and Loy, ProPainter:
Improving Propagation and Transformer for Video Inpainting, ICCV 2023.

Written anew. The structure is the paper's and was checked against the authors' program, which was read and run beside
this one; none of its text is in here. Their program and weights are for non-commercial use only (S-Lab License 1.0).

The authors give a whole scene at once, and show the transformer eleven pictures around each, and every tenth beside
them. Here a picture is filled from a row of which it is the middle, and from nothing else: so any picture can be had by
itself, and is the same whoever asks. The price: all flows of a row are found anew for each picture, and what is hidden
for longer than the row is not fetched, but drawn.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from runtime.worker.nets.net import Net, NetError
from runtime.worker.nets.patches import TAPS
from runtime.worker.nets.propainter_carry import carried
from runtime.worker.nets.propainter_draw import Painter
from runtime.worker.nets.propainter_flows import Completion
from runtime.worker.nets.raft import Raft
from runtime.worker.nets.weights import Weights, filled

FRAMES = 11
"""A row: as many as the authors' program shows the transformer of a picture's own surroundings."""
PARTS = {"raft": "raft-things.pth", "completion": "recurrent_flow_completion.pth", "painter": "ProPainter.pth"}
"""Its three nets, and what the files of their weights are called."""
_MARKS = {
    "raft": "cnet.layer2.0.norm3.running_mean",
    "completion": "feat_prop_module.deform_align.backward_.weight",
    "painter": "feat_prop_module.deform_align.backward_1.weight",
}
_MULTIPLE = 8
_TRAINING = "completion.edgeDetector."
"""Finds edges in the flow, for the loss alone."""
_INDEX = ".attention.valid_ind_rolled"
"""Which places lie around a window: no weights, but told by its shape."""


class ProPainter(nn.Module):
    """1 × 4·frames × H × W (R, G, B of the first picture, of the next …, then of each what is to be filled: 1) →
    1 × 3 × H × W: the middle picture, which outside of its hole is as it came. H and W: multiples of 8, 64 at least."""

    def __init__(self, raft: Raft, completion: Completion, painter: Painter, frames: int) -> None:
        super().__init__()
        self.raft, self.completion, self.painter, self.frames = raft, completion, painter, frames

    def forward(self, fed: Tensor) -> Tensor:
        return torch.cat([self._filled(one) for one in fed.split(1)])

    def _filled(self, fed: Tensor) -> Tensor:
        height, width = fed.shape[2:]
        shown = fed[:, : 3 * self.frames].reshape(self.frames, 3, height, width)
        holes = (fed[:, 3 * self.frames :].reshape(self.frames, 1, height, width) > 0.5).to(fed.dtype)
        pictures = 2 * shown - 1
        ahead, back = self.completion(*self.raft(pictures), holes)
        fetched, left = carried(pictures * (1 - holes), ahead, back, holes)
        drawn = self.painter(pictures * (1 - holes) + fetched * holes, ahead, back, holes, left)
        middle = slice(self.frames // 2, self.frames // 2 + 1)
        return (drawn + 1) / 2 * holes[middle] + shown[middle] * (1 - holes[middle])


# -- from files ------------------------------------------------------------------------------------
def beside(path: Path) -> dict[str, Path]:
    """Of a file that is a third of a ProPainter by its name, all three, by what they are; else nothing."""
    return {part: path.with_name(name) for part, name in PARTS.items()} if path.name in PARTS.values() else {}


def together(parts: dict[str, Weights]) -> Weights:
    """The weights of the three nets as those of one."""
    return {f"{part}.{key}": one for part, weights in parts.items() for key, one in weights.items()}


def from_propainter(name: str, weights: Weights, frames: int = FRAMES) -> Net | None:
    """The net of these weights, all three together; None where they are not ProPainter's. NetError where some of them
    are lacking."""
    found = {part: any(key in weights for key in (mark, f"{part}.{mark}")) for part, mark in _MARKS.items()}
    if not any(found.values()):
        return None
    lacking = [PARTS[part] for part, mark in _MARKS.items() if f"{part}.{mark}" not in weights]
    if lacking:
        raise NetError(
            f"{name}: is one of the three files that make ProPainter. Lay {' and '.join(lacking)} beside it, named so; "
            "`launch.py models get propainter` fetches all of them"
        )
    weights = {key: one for key, one in weights.items() if not key.startswith(_TRAINING) and not key.endswith(_INDEX)}
    width, unit = _wide(weights, "painter.ss.embedding.weight"), _wide(weights, "painter.encoder.layers.0.weight")
    hidden = _wide(weights, "painter.transformers.transformer.0.mlp.fc1.0.weight") // TAPS
    depth = sum(key.startswith("painter.transformers.transformer.") and key.endswith("norm1.bias") for key in weights)
    net = ProPainter(
        Raft(_wide(weights, "raft.cnet.conv1.weight") // 2),
        Completion(_wide(weights, "completion.downsample.0.weight")),
        Painter(unit, width, hidden, depth),
        frames,
    )
    return Net(
        module=filled(name, net, weights),
        arch="ProPainter",
        pattern="mask",
        frames=frames,
        planes_in=4 * frames,
        multiple=_MULTIPLE,
        jumps=True,
    )


def _wide(weights: Weights, key: str) -> int:
    found = weights.get(key)
    return 64 if found is None else int(found.shape[0])  # `filled` tells what is missing
