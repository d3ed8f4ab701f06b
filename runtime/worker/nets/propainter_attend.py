"""ProPainter's transformer: every place of a window that has a hole looks at the window's surroundings in every second
picture, and at all of them from afar; windows without holes look at themselves alone. Zhou et al., ProPainter, ICCV
2023, section 3.3.

Its authors compute the first for windows with holes and the second for the others, picked by the mask. A graph cannot
pick: here both are computed for every window, and the mask chooses. The answer is the same; the work is that of a mask
which has a hole in every window.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812  # its usual name
from torch import Tensor, nn

from runtime.worker.nets.patches import TAPS, cut, laid

HEADS = 4
_TALL, _WIDE = 5, 9
"""A window, in patches."""
_DOWN, _RIGHT = (_TALL + 1) // 2, (_WIDE + 1) // 2
"""How far around its window a place looks."""
_POOL = 4
"""So many patches a side are one from afar."""
_STRIDE = 2
"""Every second picture is looked at: in the first block the even ones, in the next the odd ones …"""


class Transformer(nn.Module):
    """T × rows × columns × C, and which patches have holes in some picture, rows × columns → T × rows × columns × C."""

    def __init__(self, width: int = 512, hidden: int = 40, depth: int = 8) -> None:
        """`hidden`: planes that patches are laid together as between."""
        super().__init__()
        self.transformer = nn.ModuleList(_Block(width, hidden) for _ in range(depth))

    def forward(self, x: Tensor, holes: Tensor, like: Tensor) -> Tensor:
        """like: what the patches were cut from."""
        shape = x.shape[1:3]
        below, beside = -shape[0] % _TALL, -shape[1] % _WIDE
        open_ = F.max_pool2d(F.pad(holes[None, None], (0, beside, 0, below)), (_TALL, _WIDE)).flatten() > 0
        counts = laid(torch.ones_like(x[:1, ..., :1]).permute(0, 3, 1, 2).repeat(1, TAPS, 1, 1), like)
        for at, block in enumerate(self.transformer):
            x = block(x, open_, counts, (below, beside), at % _STRIDE)
        return x


class _Block(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.attention = _Windows(width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = _Mixed(width, hidden)

    def forward(self, x: Tensor, open_: Tensor, counts: Tensor, more: tuple[int, int], first: int) -> Tensor:
        x = x + self.attention(self.norm1(x), open_, more, first)
        return x + self.mlp(self.norm2(x), counts)


class _Mixed(nn.Module):
    """Patches laid together and cut again, so that neighbours agree. `counts`: how many overlap at each place."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Sequential(nn.Linear(width, hidden * TAPS))
        self.fc2 = nn.Sequential(nn.GELU(), nn.Linear(hidden * TAPS, width))

    def forward(self, x: Tensor, counts: Tensor) -> Tensor:
        whole = laid(self.fc1(x).permute(0, 3, 1, 2), counts) / counts
        return self.fc2(cut(whole).permute(0, 2, 3, 1))


class _Windows(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.key, self.query, self.value, self.proj = (nn.Linear(width, width) for _ in range(4))
        self.pool_layer = nn.Conv2d(width, width, _POOL, _POOL, groups=width)

    def forward(self, x: Tensor, open_: Tensor, more: tuple[int, int], first: int) -> Tensor:
        _, rows, columns, _ = x.shape
        x = F.pad(x, (0, 0, 0, more[1], 0, more[0]))
        far = self.pool_layer(x.permute(0, 3, 1, 2)).flatten(2).transpose(1, 2)[first::_STRIDE]
        asked, keys, values = self.query(x), self.key(x), self.value(x)
        windows = [_windows(one) for one in (asked, keys, values)]
        seen = [
            torch.cat((own[:, :, first::_STRIDE], _around(one[first::_STRIDE]), _everywhere(afar, own)), 3)
            for one, own, afar in zip((keys, values), windows[1:], (self.key(far), self.value(far)), strict=True)
        ]
        wide = _answer(windows[0].flatten(2, 3), *(one.flatten(2, 3) for one in seen)).reshape(windows[0].shape)
        near = _answer(*windows)
        made = torch.where(open_.view(-1, 1, 1, 1, 1), wide, near)
        return self.proj(_joined(made, x)[:, :rows, :columns])


def _answer(asked: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Scaled dot products: of … × places × features."""
    share = torch.softmax(asked @ keys.transpose(-2, -1) * asked.shape[-1] ** -0.5, -1)
    return share @ values


def _windows(x: Tensor) -> Tensor:
    """T × rows × columns × C → windows × heads × T × places × C/heads."""
    count, rows, columns, width = x.shape
    x = x.reshape(count, rows // _TALL, _TALL, columns // _WIDE, _WIDE, HEADS, width // HEADS)
    x = x.permute(1, 3, 5, 0, 2, 4, 6)
    return x.reshape(-1, HEADS, count, _TALL * _WIDE, width // HEADS)


def _joined(windows: Tensor, like: Tensor) -> Tensor:
    """The reverse of it."""
    count, rows, columns, width = like.shape
    x = windows.reshape(rows // _TALL, columns // _WIDE, HEADS, count, _TALL, _WIDE, width // HEADS)
    return x.permute(3, 0, 4, 1, 5, 2, 6).reshape(count, rows, columns, width)


def _around(x: Tensor) -> Tensor:
    """What lies around each window, beyond the edge what is at the other: as `_windows`, 148 places."""
    shifts = [(down, right) for down in (-_DOWN, _DOWN) for right in (-_RIGHT, _RIGHT)]
    moved = [_windows(torch.roll(x, shift, (1, 2))) for shift in shifts]
    outside = [torch.tensor(_outside(*shift), device=x.device) for shift in shifts]
    return torch.cat([one[:, :, :, places] for one, places in zip(moved, outside, strict=True)], 3)


def _outside(down: int, right: int) -> list[int]:
    """Which places of a window hold what was not in it before all was moved by so many."""
    return [
        row * _WIDE + column
        for row in range(_TALL)
        for column in range(_WIDE)
        if not (0 <= row - down < _TALL and 0 <= column - right < _WIDE)
    ]


def _everywhere(far: Tensor, like: Tensor) -> Tensor:
    """T × places × C → the same for each window, as `_windows`."""
    count, places, width = far.shape
    far = far.reshape(count, places, HEADS, width // HEADS).permute(2, 0, 1, 3)
    return far.unsqueeze(0).expand(like.shape[0], -1, -1, -1, -1)
