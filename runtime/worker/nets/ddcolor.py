"""DDColor: a gray picture's colours. One decoder draws the picture's features large again, another asks them a hundred
learnt questions of colour. Kang et al., DDColor: Towards Photo-Realistic Image Colorization via Dual Decoders, ICCV
2023. Takes the authors' weights (Apache-2.0) by their own names; those with the multi-scale decoder, as all published.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # its usual name

from runtime.worker.nets.convnext import ConvNext
from runtime.worker.nets.net import Net, NetError
from runtime.worker.nets.queries import Queries
from runtime.worker.nets.spectral import unnormed
from runtime.worker.nets.weights import Weights, filled

_SIDE = 512
"""Pixels: what the authors' own program makes every picture."""
_LUMA = (0.212671, 0.715160, 0.072169)  # linear R, G, B in Y, as OpenCV's Lab has it
_UNUSED = ("encoder.arch.norm.", "encoder.arch.head_cls.")
"""What only classifying pictures needs."""


class DdColor(nn.Module):
    """N × 3 × H × W, RGB 0 to 1, whose own colours are left out → N × 2 × H × W: a and b of Lab. Sides: multiples of
    32."""

    def __init__(self, depths: tuple[int, ...], widths: tuple[int, ...], decoder: tuple[int, int, int]) -> None:
        """`decoder`: its planes, its questions, its layers."""
        super().__init__()
        planes, questions, layers = decoder
        self.encoder = nn.ModuleDict({"arch": ConvNext(depths, widths)})
        self.decoder = _Decoder(widths, planes, questions, layers)
        self.refine_net = nn.Sequential(nn.Sequential(nn.Conv2d(questions + 3, 2, 1)))
        self.register_buffer("mean", torch.tensor((0.485, 0.456, 0.406)).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor((0.229, 0.224, 0.225)).view(1, 3, 1, 1))

    def forward(self, picture: Tensor) -> Tensor:
        x = (grayed(picture) - self.mean) / self.std
        return self.refine_net(torch.cat((self.decoder(self.encoder["arch"](x)), x), 1))


class _Decoder(nn.Module):
    def __init__(self, widths: tuple[int, ...], planes: int, questions: int, layers: int) -> None:
        super().__init__()
        given = (planes, planes, planes // 2)
        taken = (widths[3], planes, planes)
        self.layers = nn.Sequential(*(_Up(*each) for each in zip(taken, widths[2::-1], given, strict=True)))
        self.last_shuf = _Larger(planes // 2, planes // 2, 4, normed=False)
        self.color_decoder = Queries(given, planes // 2, questions, layers)

    def forward(self, seen: list[Tensor]) -> Tensor:
        x, drawn = seen[3], []
        for layer, beside in zip(self.layers, seen[2::-1], strict=True):
            x = layer(x, beside)
            drawn.append(x)
        return self.color_decoder(drawn, self.last_shuf(x))


class _Up(nn.Module):
    """Twice as large, with what the encoder saw at that size."""

    def __init__(self, taken: int, beside: int, given: int) -> None:
        super().__init__()
        self.shuf = _Larger(taken, given, 2, normed=True)
        self.bn = nn.BatchNorm2d(beside)
        conv = nn.Conv2d(given + beside, given, 3, 1, 1, bias=False)
        self.conv = nn.Sequential(conv, nn.ReLU(), nn.BatchNorm2d(given))

    def forward(self, x: Tensor, beside: Tensor) -> Tensor:
        return self.conv(F.relu(torch.cat((self.shuf(x), self.bn(beside)), 1)))


class _Larger(nn.Module):
    """`by` times as large, each pixel then the mean of itself and those above and to the left: no checkerboard."""

    def __init__(self, taken: int, given: int, by: int, normed: bool) -> None:
        super().__init__()
        self.by = by
        conv = nn.Conv2d(taken, given * by * by, 1, bias=not normed)
        self.conv = nn.Sequential(conv, *([nn.BatchNorm2d(given * by * by)] if normed else []))

    def forward(self, x: Tensor) -> Tensor:
        x = F.pixel_shuffle(F.relu(self.conv(x)), self.by)
        return F.avg_pool2d(F.pad(x, (1, 0, 1, 0), mode="replicate"), 2, 1)


def grayed(picture: Tensor) -> Tensor:
    """RGB of the same L of Lab, without colour: the sRGB curve (IEC 61966-2-1) undone, Y taken, the curve redone."""
    picture = picture.clamp(0, 1)
    linear = torch.where(picture <= 0.04045, picture / 12.92, ((picture + 0.055) / 1.055) ** 2.4)
    luma = sum(linear[:, at : at + 1] * share for at, share in enumerate(_LUMA))
    gray = torch.where(luma <= 0.0031308, luma * 12.92, 1.055 * luma.clamp_min(1e-6) ** (1 / 2.4) - 0.055)
    return torch.cat((gray, gray, gray), 1)


# -- from a file -----------------------------------------------------------------------------------
def from_ddcolor(name: str, weights: Weights) -> Net | None:
    """The net of these weights; None where they are not DDColor's."""
    if "encoder.arch.downsample_layers.0.0.weight" not in weights:
        return None
    weights = unnormed({key: one for key, one in weights.items() if not key.startswith(_UNUSED)})
    if "decoder.color_decoder.query_feat.weight" not in weights:
        raise NetError(f"{name}: is a DDColor of one scale, which is not known here. Take one of the published models")
    depths = tuple(sum(_is_depth(key, stage) for key in weights) for stage in range(4))
    widths = tuple(weights[f"encoder.arch.norm{stage}.weight"].shape[0] for stage in range(4))
    questions = weights["decoder.color_decoder.query_feat.weight"].shape[0]
    layers = sum(key.endswith("multihead_attn.in_proj_weight") for key in weights)
    planes = weights["decoder.layers.0.conv.0.weight"].shape[0]
    size = {96: "tiny", 192: "large"}.get(widths[0], f"{widths[0]} wide")
    return Net(
        module=filled(name, DdColor(depths, widths, (planes, questions, layers)), weights),
        arch=f"DDColor {size}",
        pattern="chroma",
        planes_out=2,
        multiple=32,
        fixed=(_SIDE, _SIDE),
    )


def _is_depth(key: str, stage: int) -> bool:
    return key.startswith(f"encoder.arch.stages.{stage}.") and key.endswith(".gamma")
