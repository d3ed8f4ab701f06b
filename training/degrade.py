"""What a tape, a worn recorder, a capture card and a deinterlacer do to a picture, as tensors for training.

A sharp RGB picture N×3×H×W in 0..1 becomes one of half its width and height, rounded to 8 bits. Bandwidths are given
in MHz of a line sampled at 13.5 MHz, as Rec. 601 does, so they compare with data sheets: VHS luma 3, chroma 0.4;
S-VHS luma 5. The small picture may be softer than its size: that is the point. Everything random comes from the
generator that is handed in, so a seed gives the same pictures again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

SAMPLE_MHZ = 13.5
NYQUIST = 6.5
BLOCK = 8  # of the capture's DCT


@dataclass(frozen=True, slots=True)
class Wear:
    """One tape. Lengths in pixels of the small picture, strengths in parts of full scale."""

    luma_mhz: float = NYQUIST
    chroma_mhz: float = NYQUIST
    luma_down: float = 0.0
    """Sigma of the blur down the picture: deinterlacing, and a recorder that averages lines."""
    chroma_down: float = 0.0
    late: float = 0.0
    """How far colour lags behind its edges, to the right."""
    low: float = 0.0
    peaking: float = 0.0
    """Overshoot at edges, of the recorder's sharpness circuit."""
    peaking_reach: float = 1.3
    noise: float = 0.0
    noise_reach: float = 0.5
    noise_down: float = 0.0
    """A deinterlacer makes lines of their neighbours, and so noise alike down the picture."""
    chroma_noise: float = 0.0
    chroma_noise_reach: float = 2.0
    jitter: float = 0.0
    """How far lines wander, standard deviation."""
    comb: float = 0.0
    """How far each second line is off, where a deinterlacer left it."""
    dropouts: float = 0.0
    """Streaks in a thousand lines of 64 pixels."""
    dropout_lines: int = 1
    dropout_level: float = 0.9
    blocks: float = 0.0
    """Quantiser step of the capture's DCT."""
    subsampling: tuple[int, int] = (1, 1)


CLEAN = Wear()


def worn(generator: Generator, level: float = 1.0) -> Wear:
    """A tape like those in attics. `level`: 0, hardly any noise, to 1, a bad one."""

    def between(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand(1, generator=generator))

    def log_between(low: float, high: float) -> float:
        return math.exp(between(math.log(low), math.log(high)))

    def sometimes(share: float, value: float) -> float:
        return value if between(0, 1) < share else 0.0

    subsampling = ((1, 2), (2, 2), (1, 4))[int(between(0, 3)) % 3]
    return Wear(
        luma_mhz=log_between(1.9, 5.5),
        chroma_mhz=log_between(0.4, 1.6),
        luma_down=between(0.0, 0.6),
        chroma_down=between(0.2, 1.2),
        late=between(-0.5, 4.0),
        low=between(-0.3, 2.5),
        peaking=between(0.0, 0.9),
        peaking_reach=between(1.0, 2.2),
        noise=level * between(0.006, 0.035),
        noise_reach=between(0.2, 1.0),
        noise_down=between(0.0, 0.8),
        chroma_noise=level * between(0.008, 0.05),
        chroma_noise_reach=log_between(1.0, 5.0),
        jitter=sometimes(0.4, between(0.05, 0.5)),
        comb=sometimes(0.25, between(0.1, 1.2)),
        dropouts=sometimes(0.15, level * between(0.5, 6.0)),
        dropout_lines=int(between(1, 4)),
        dropout_level=0.9 if between(0, 1) < 0.7 else 0.1,
        blocks=sometimes(0.3, between(0.01, 0.06)),
        subsampling=subsampling,
    )


def small(sharp: Tensor) -> Tensor:
    """Half the width and height, each pixel the mean of four."""
    return functional.avg_pool2d(sharp, 2)


def degrade(sharp: Tensor, wear: Wear, generator: Generator) -> Tensor:
    """`sharp` N×3×H×W, H and W multiples of 16, as the tape gives it at half the size."""
    luma, chroma = split(small(sharp))
    luma = down(across(luma, sigma(wear.luma_mhz)), wear.luma_down)
    if wear.peaking:
        luma = luma + wear.peaking * (luma - across(luma, wear.peaking_reach))
    chroma = down(across(chroma, sigma(wear.chroma_mhz)), wear.chroma_down)
    luma = luma + wear.noise * grain(luma.shape, wear.noise_reach, wear.noise_down, generator)
    chroma = chroma + wear.chroma_noise * grain(chroma.shape, wear.chroma_noise_reach, 0.6, generator)
    if wear.dropouts:
        lost = streaks(luma.shape, wear.dropouts, wear.dropout_lines, generator)
        luma = torch.where(lost, wear.dropout_level, luma)
    wander = _wander(luma, wear.jitter, generator)
    if wear.comb:
        odd = torch.arange(luma.shape[2]) % 2
        wander = wander + odd * wear.comb
    if wear.jitter or wear.comb:
        luma = shifted(luma, wander)
    if wear.late or wear.low or wear.jitter:
        chroma = shifted(chroma, wander + wear.late, wear.low)
    if wear.subsampling != (1, 1):
        size = chroma.shape[2:]
        chroma = functional.interpolate(
            functional.avg_pool2d(chroma, wear.subsampling), size=size, mode="bilinear", align_corners=False
        )
    if wear.blocks:
        luma, chroma = blocked(luma, wear.blocks), blocked(chroma, 1.5 * wear.blocks)
    return rounded(joined(luma, chroma))


# -- its parts -------------------------------------------------------------------------------------
def split(rgb: Tensor) -> tuple[Tensor, Tensor]:
    """Luma and the two colour differences of Rec. 601."""
    red, green, blue = rgb.unbind(1)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return luma[:, None], torch.stack([(blue - luma) / 1.772, (red - luma) / 1.402], 1)


def joined(luma: Tensor, chroma: Tensor) -> Tensor:
    blue, red = luma[:, 0] + 1.772 * chroma[:, 0], luma[:, 0] + 1.402 * chroma[:, 1]
    return torch.stack([red, (luma[:, 0] - 0.299 * red - 0.114 * blue) / 0.587, blue], 1)


def rounded(rgb: Tensor) -> Tensor:
    return (rgb.clamp(0, 1) * 255).round() / 255


def sigma(mhz: float) -> float:
    """Of the Gaussian that is 6 dB down at `mhz`; 0 where a line holds no more anyway."""
    return 0.0 if mhz >= NYQUIST else math.sqrt(math.log(4)) / (2 * math.pi) * SAMPLE_MHZ / mhz


def across(planes: Tensor, reach: float) -> Tensor:
    """A Gaussian along each line."""
    if reach < 0.1:
        return planes
    radius = max(1, math.ceil(3 * reach))
    taps = torch.exp(-0.5 * (torch.arange(-radius, radius + 1) / reach) ** 2)
    kernel = (taps / taps.sum()).view(1, 1, 1, -1)
    count, depth, height, width = planes.shape
    flat = functional.pad(planes.reshape(count * depth, 1, height, width), (radius, radius, 0, 0), mode="replicate")
    return functional.conv2d(flat, kernel).view(count, depth, height, width)


def down(planes: Tensor, reach: float) -> Tensor:
    return across(planes.transpose(2, 3), reach).transpose(2, 3) if reach >= 0.1 else planes


def grain(shape: torch.Size, right: float, below: float, generator: Generator) -> Tensor:
    """Noise of deviation 1 that is alike over `right` pixels along a line, and `below` down the picture."""
    noise = down(across(torch.randn(shape, generator=generator), right), below)
    return noise / noise.std().clamp(min=1e-6)


def streaks(shape: torch.Size, per_mille: float, lines: int, generator: Generator) -> Tensor:
    """Where the head lost the tape: 4 to 60 pixels long, on one line, or what a deinterlacer made of one."""
    count, _, height, width = shape
    starts = torch.rand((count, 1, height, width), generator=generator) < per_mille / 1000 / 64
    long = 4 + 56 * torch.rand((count, 1, height, width), generator=generator) ** 2
    place = torch.arange(width, dtype=torch.float32).expand(count, 1, height, width)
    ends = torch.where(starts, place + long, torch.tensor(-1.0))
    lost = (ends.cummax(3).values > place).float()
    return functional.max_pool2d(functional.pad(lost, (0, 0, lines - 1, 0)), (lines, 1), 1) > 0


def _wander(luma: Tensor, deviation: float, generator: Generator) -> Tensor:
    """How far each line lies to the right: N×H, neighbours mostly alike."""
    count, _, height, _ = luma.shape
    if not deviation:
        return torch.zeros(count, height)
    loose = torch.randn((count, height), generator=generator)
    slow = across(torch.randn((count, 1, 1, height), generator=generator), 3.0)[:, 0, 0]
    return deviation * (0.5 * loose + 2.0 * slow)


def shifted(planes: Tensor, right: Tensor, below: float = 0.0) -> Tensor:
    """Each line moved by its entry of `right`, N×H, and the whole by `below`, between pixels by straight lines."""
    height, width = planes.shape[2:]
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    x = (columns[None] - right[:, :, None] + 0.5) * 2 / width - 1
    y = ((rows - below + 0.5) * 2 / height - 1)[None].expand_as(x)
    return functional.grid_sample(
        planes, torch.stack([x, y], -1), mode="bilinear", padding_mode="border", align_corners=False
    )


def blocked(planes: Tensor, step: float) -> Tensor:
    """Blocks of 8×8, their DCT rounded: coarser towards the fine detail, as DV and MPEG do."""
    order = torch.arange(BLOCK, dtype=torch.float32)
    basis = torch.cos(math.pi / BLOCK * (order[None] + 0.5) * order[:, None]) * math.sqrt(2 / BLOCK)
    basis[0] /= math.sqrt(2)
    count, depth, height, width = planes.shape
    parts = planes.reshape(count, depth, height // BLOCK, BLOCK, width // BLOCK, BLOCK).transpose(3, 4)
    steps = step * (0.5 + (order[:, None] + order[None]) / 4)
    coded = ((basis @ parts @ basis.T) / steps).round() * steps
    return (basis.T @ coded @ basis).transpose(3, 4).reshape(planes.shape)
