"""DeOldify: a gray picture in colour. A ResNet looks at it, a U-Net draws it anew. Jason Antic's net (MIT) is built by
fastai from pieces; here it is written out, and takes the published weights by their names: ColorizeArtistic (ResNet-34,
two convolutions a step) and ColorizeVideo, ColorizeStable (ResNet-101, one wide convolution a step).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from runtime.worker.nets.net import Net, NetError
from runtime.worker.nets.spectral import unnormed
from runtime.worker.nets.weights import Weights, filled

_MARKS = ("layers.0.4.0.conv1.weight", "layers.8.conv.0.weight", "layers.10.layers.0.0.weight")
_REACH = 3.0
"""The drawing lies between -3 and 3, in the numbers that a ResNet sees pictures in."""
_SEEN = (2, 4, 5, 6)
"""After which parts of the ResNet the drawing looks at it again: at a half, a quarter, an eighth, a sixteenth."""
_ATTENTIVE = 1
"""The step that compares every place with every other one: that at an eighth."""


class DeOldify(nn.Module):
    """N × 3 × H × W, gray as RGB, 0 to 1 → the same in colour. Sides: multiples of 32."""

    def __init__(self, resnet: ResNet, steps: tuple[Step, ...], drawn: int) -> None:
        """`drawn`: planes that the last step gives."""
        super().__init__()
        encoder = nn.Sequential(*list(resnet.children())[:-2])
        wide = encoder[-1][-1].bn1.num_features * type(encoder[-1][-1]).expansion
        middle = nn.Sequential(_conv(wide, 2 * wide), _conv(2 * wide, wide))
        full = drawn + 3
        last = nn.ModuleDict({"layers": nn.ModuleList([_plain(full, full), _plain(full, full)])})
        self.layers = nn.ModuleList(
            [
                *(encoder, nn.BatchNorm2d(wide), nn.ReLU(), middle, *steps),
                *(_Larger(drawn, drawn, normed=False), nn.Identity(), last, nn.Sequential(nn.Conv2d(full, 3, 1))),
            ]
        )
        self.register_buffer("mean", torch.tensor((0.485, 0.456, 0.406)).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor((0.229, 0.224, 0.225)).view(1, 3, 1, 1), persistent=False)

    def forward(self, picture: Tensor) -> Tensor:
        encoder, norm, bend, middle, *steps, larger, _, last, colours = self.layers
        x = fed = (picture - self.mean) / self.std
        seen = []
        for at, part in enumerate(encoder):
            x = part(x)
            if at in _SEEN:
                seen.append(x)
        x = middle(bend(norm(x)))
        for step, beside in zip(steps, reversed(seen), strict=True):
            x = step(x, beside)
        x = torch.cat((larger(x), fed), 1)
        made = x
        for conv in last["layers"]:
            made = conv(made)
        made = torch.sigmoid(colours(made + x)) * (2 * _REACH) - _REACH
        return (made * self.std + self.mean).clamp(0, 1)


class Step(nn.Module):
    """Twice as large, with what the ResNet saw at that size. `names`: `conv`, or `conv1` and `conv2`."""

    def __init__(self, taken: int, larger: int, beside: int, drawn: int, names: tuple[str, ...], attends: bool) -> None:
        super().__init__()
        self.shuf = _Larger(taken, larger, normed=True)
        self.bn = nn.BatchNorm2d(beside)
        self.names = names
        before = larger + beside
        for name in names:
            conv = _conv(before, drawn)
            if attends and name == names[-1]:
                conv.append(_Attention(drawn))
            setattr(self, name, conv)
            before = drawn

    def forward(self, x: Tensor, beside: Tensor) -> Tensor:
        x = F.relu(torch.cat((self.shuf(x), self.bn(beside)), 1))
        for name in self.names:
            x = getattr(self, name)(x)
        return x


class _Larger(nn.Module):
    """Twice as large, each pixel then the mean of itself and those above and to the left: no checkerboard."""

    def __init__(self, taken: int, given: int, normed: bool) -> None:
        super().__init__()
        conv = nn.Conv2d(taken, 4 * given, 1, bias=not normed)
        self.conv = nn.Sequential(conv, *([nn.BatchNorm2d(4 * given)] if normed else []))

    def forward(self, x: Tensor) -> Tensor:
        x = F.pixel_shuffle(F.relu(self.conv(x)), 2)
        return F.avg_pool2d(F.pad(x, (1, 0, 1, 0), mode="replicate"), 2, 1)


class _Attention(nn.Module):
    """Each place takes from all that are like it. Zhang et al., Self-Attention GANs, ICML 2019."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Conv1d(width, width // 8, 1, bias=False)
        self.key = nn.Conv1d(width, width // 8, 1, bias=False)
        self.value = nn.Conv1d(width, width, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        places = x.flatten(2)
        like = torch.softmax(self.query(places).transpose(1, 2) @ self.key(places), 1)  # over what asks, as trained
        return (self.gamma * (self.value(places) @ like) + places).view_as(x)


def _conv(taken: int, given: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(taken, given, 3, 1, 1, bias=False), nn.ReLU(), nn.BatchNorm2d(given))


def _plain(taken: int, given: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(taken, given, 3, 1, 1), nn.ReLU())


def built(weights: Weights) -> DeOldify:
    """The net of these weights' shapes, not yet filled; norms are worked in already. KeyError where one is missing."""
    block: type[BasicBlock | Bottleneck] = Bottleneck if "layers.0.4.0.conv3.weight" in weights else BasicBlock
    depths = [sum(_is_block(key, 4 + at) for key in weights) for at in range(4)]
    wide = block.expansion * 512
    names = ("conv1", "conv2") if "layers.4.conv1.0.weight" in weights else ("conv",)
    steps, taken = [], wide
    for at in range(len(_SEEN)):
        larger = weights[f"layers.{4 + at}.shuf.conv.0.weight"].shape[0] // 4
        beside = weights[f"layers.{4 + at}.bn.weight"].shape[0]
        drawn = weights[f"layers.{4 + at}.{names[0]}.0.weight"].shape[0]
        steps.append(Step(taken, larger, beside, drawn, names, attends=at == _ATTENTIVE))
        taken = drawn
    return DeOldify(ResNet(block, depths), tuple(steps), taken)


def _is_block(key: str, part: int) -> bool:
    return key.startswith(f"layers.0.{part}.") and key.endswith(".conv1.weight")


# -- from a file -----------------------------------------------------------------------------------
def from_deoldify(name: str, weights: Weights) -> Net | None:
    """The net of these weights; None where they are not DeOldify's."""
    if not all(mark in weights or f"{mark}_orig" in weights or f"{mark}_g" in weights for mark in _MARKS):
        return None
    try:
        weights = unnormed(weights)
        net = built(weights)
    except KeyError as lacking:
        raise NetError(f"{name}: looks like a DeOldify, but lacks {lacking.args[0]}. Fetch it again") from None
    kind = "deep, as artistic" if "layers.4.conv1.0.weight" in weights else "wide, as video and stable"
    return Net(
        module=filled(name, net, weights), arch=f"DeOldify ({kind})", pattern="chroma", planes_out=3, multiple=32
    )
