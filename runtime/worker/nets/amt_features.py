"""What AMT sees in a frame: features to be compared, at an eighth of its size, and features to draw with."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # its usual name


class Features(nn.Module):
    """N × 3 × H × W → N × `widths[3]` × H/8 × W/8, each plane normed over the picture. `widths`: inside, and out."""

    def __init__(self, widths: tuple[int, int, int, int], plain: bool) -> None:
        super().__init__()
        block = _Plain if plain else _Bottleneck
        one, two, three, out = widths
        self.conv1 = nn.Conv2d(3, one, 7, 2, 3)
        self.layer1 = nn.Sequential(block(one, one, 1), block(one, one, 1))
        self.layer2 = nn.Sequential(block(one, two, 2), block(two, two, 1))
        self.layer3 = nn.Sequential(block(two, three, 2), block(three, three, 1))
        self.conv2 = nn.Conv2d(three, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = _normed(self.conv1(x))
        return self.conv2(self.layer3(self.layer2(self.layer1(x))))


class _Block(nn.Module):
    """Convolutions, and the picture beside them."""

    convs: tuple[str, ...]

    def __init__(self, taken: int, given: int, stride: int) -> None:
        super().__init__()
        self.downsample = nn.Sequential(nn.Conv2d(taken, given, 1, stride)) if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        made = x
        for name in self.convs:
            made = _normed(getattr(self, name)(made))
        beside = x if self.downsample is None else F.instance_norm(self.downsample(x))
        return F.relu(beside + made)


class _Plain(_Block):
    convs = ("conv1", "conv2")

    def __init__(self, taken: int, given: int, stride: int) -> None:
        super().__init__(taken, given, stride)
        self.conv1 = nn.Conv2d(taken, given, 3, stride, 1)
        self.conv2 = nn.Conv2d(given, given, 3, 1, 1)


class _Bottleneck(_Block):
    convs = ("conv1", "conv2", "conv3")

    def __init__(self, taken: int, given: int, stride: int) -> None:
        super().__init__(taken, given, stride)
        self.conv1 = nn.Conv2d(taken, given // 4, 1)
        self.conv2 = nn.Conv2d(given // 4, given // 4, 3, stride, 1)
        self.conv3 = nn.Conv2d(given // 4, given, 1)


class Pyramid(nn.Module):
    """N × 3 × H × W → four tensors: the picture at 1/2, 1/4, 1/8 and 1/16 of its size, `widths` planes each."""

    def __init__(self, widths: tuple[int, ...], first: int) -> None:
        """`first`: the side of the first convolution."""
        super().__init__()
        taken = 3
        for at, width in enumerate(widths, 1):
            steps = nn.Sequential(bent(taken, width, first if at == 1 else 3, 2), bent(width, width))
            setattr(self, f"pyramid{at}", steps)
            taken = width
        self.levels = len(widths)

    def forward(self, x: Tensor) -> list[Tensor]:
        seen = []
        for at in range(1, self.levels + 1):
            x = getattr(self, f"pyramid{at}")(x)
            seen.append(x)
        return seen


def bent(taken: int, given: int, side: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(taken, given, side, stride, side // 2), nn.PReLU(given))


def _normed(x: Tensor) -> Tensor:
    return F.relu(F.instance_norm(x))
