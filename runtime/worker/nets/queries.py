"""DDColor's second decoder: learnt questions of colour, asked of the picture at three sizes in turn by attention.
Carion et al., End-to-End Object Detection with Transformers, 2020, and Cheng et al., Mask2Former, 2022, had it first.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # its usual name

_HEADS, _WIDER = 8, 2048
_TURN, _SLOWEST = 6.283185307179586, 10000.0


class Queries(nn.Module):
    """Features at three sizes and the picture's own → a plane for each question, as large as the picture."""

    def __init__(self, taken: tuple[int, ...], width: int, questions: int, layers: int) -> None:
        super().__init__()
        self.query_feat = nn.Embedding(questions, width)
        self.query_embed = nn.Embedding(questions, width)
        self.level_embed = nn.Embedding(len(taken), width)
        self.input_proj = nn.ModuleList(nn.Conv2d(planes, width, 1) for planes in taken)
        self.transformer_cross_attention_layers = nn.ModuleList(_Asking("multihead_attn", width) for _ in range(layers))
        self.transformer_self_attention_layers = nn.ModuleList(_Asking("self_attn", width) for _ in range(layers))
        self.transformer_ffn_layers = nn.ModuleList(_Pondering(width) for _ in range(layers))
        self.decoder_norm = nn.LayerNorm(width)
        self.color_embed = nn.ModuleDict({"layers": nn.ModuleList(nn.Linear(width, width) for _ in range(3))})

    def forward(self, seen: list[Tensor], picture: Tensor) -> Tensor:
        levels = []
        for proj, of_level, x in zip(self.input_proj, self.level_embed.weight, seen, strict=True):
            value = proj(x).flatten(2).transpose(1, 2) + of_level
            levels.append((value + _where(x, value.shape[2]), value))
        asked = self.query_embed.weight[None]
        x = self.query_feat.weight[None]
        blocks = zip(
            self.transformer_cross_attention_layers,
            self.transformer_self_attention_layers,
            self.transformer_ffn_layers,
            strict=True,
        )
        for at, (cross, own, ponder) in enumerate(blocks):
            x = cross(x, x + asked, *levels[at % len(levels)])
            x = ponder(own(x, x + asked, x + asked, x))
        x = self.decoder_norm(x)
        for at, layer in enumerate(self.color_embed["layers"]):
            x = F.relu(layer(x)) if at < 2 else layer(x)
        height, width = picture.shape[2:]
        return torch.matmul(x, picture.flatten(2)).reshape(picture.shape[0], -1, height, width)


class _Asking(nn.Module):
    """Attention of eight heads, added to what was there, and normed. `name`: what the weights call it."""

    def __init__(self, name: str, width: int) -> None:
        super().__init__()
        self.add_module(name, nn.MultiheadAttention(width, _HEADS, batch_first=True))
        self.name = name
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        held = getattr(self, self.name)  # for its weights alone: its own way has branches that no trace can follow
        parts = zip((query, key, value), held.in_proj_weight.chunk(3), held.in_proj_bias.chunk(3), strict=True)
        q, k, v = (
            F.linear(one, weight, bias).unflatten(2, (_HEADS, -1)).transpose(1, 2) for one, weight, bias in parts
        )
        share = torch.softmax(torch.matmul(q, k.transpose(2, 3)) * q.shape[-1] ** -0.5, -1)
        return self.norm(x + held.out_proj(torch.matmul(share, v).transpose(1, 2).flatten(2)))


class _Pondering(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(width, _WIDER)
        self.linear2 = nn.Linear(_WIDER, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x + self.linear2(F.relu(self.linear1(x))))


def _where(like: Tensor, width: int) -> Tensor:
    """1 × H·W × `width`: where each pixel is, as sines and cosines, rows first. Vaswani et al., 2017."""
    rows, columns = (torch.arange(side, dtype=like.dtype, device=like.device) + 1 for side in like.shape[2:])
    pace = torch.arange(width // 4, dtype=like.dtype, device=like.device) * (4 / width)
    waves = _SLOWEST**pace
    down, across = (
        torch.stack((torch.sin(one), torch.cos(one)), -1).flatten(1)
        for one in (side[:, None] / (side[-1] + 1e-6) * _TURN / waves for side in (rows, columns))
    )
    height, length = like.shape[2:]
    parts = down[:, None].expand(height, length, width // 2), across[None].expand(height, length, width // 2)
    return torch.cat(parts, -1).flatten(0, 1)[None]
