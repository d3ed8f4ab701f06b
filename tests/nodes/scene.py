"""A small natural-looking scene of known truth: fractal texture panned by parts of a pixel, still ground with fine
lines, a disc crossing it; and what tape does to it. Planes are float64 in 8-bit code values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import vapoursynth as vs

from nodes.clip import ClipInfo, Fields, PixelFormat
from tests.nodes import harness
from tests.nodes.measure import Plane, planes, psnr, speckle

type Picture = tuple[Plane, Plane, Plane]

core = vs.core
WIDTH, HEIGHT, FRAMES = 256, 192, 9


def scene(frames: int = FRAMES, width: int = WIDTH, height: int = HEIGHT) -> list[Picture]:
    """4:4:4 pictures. The left two thirds pan by (1.5, 0.5) a frame, the rest is still."""
    wide, tall = width + 3 * frames, height + 2 * frames
    ground = sum((speckle(wide, tall, -1, 1, seed=k, size=2.0 * 2**k) * (16 + 10 * k) for k in range(4)), np.zeros(()))
    ground = np.clip(120 + ground, 20, 230)
    tints = [speckle(wide, tall, 88, 168, seed=10 + k, size=14) for k in range(2)]
    y, x = np.mgrid[0:height, 0:width].astype(float)
    made = []
    for n in range(frames):
        luma, u, v = (_looked_at(plane, 1.5 * n, 0.5 * n, width, height) for plane in (ground, *tints))
        still = x >= width * 2 // 3
        luma = np.where(still, 90 + 60 * (np.floor(y / 6) % 2) + 20 * np.sin(x / 5), luma)
        u, v = np.where(still, 110, u), np.where(still, 140, v)
        disc = np.clip(height / 6 + 0.5 - np.hypot(x - 30 - 4 * n, y - height / 2), 0, 1)
        luma, u, v = luma + (205 - luma) * disc, u + (100 - u) * disc, v + (160 - v) * disc
        made.append((luma, u, v))
    return made


def _looked_at(plane: Plane, left: float, top: float, width: int, height: int) -> Plane:
    x0, y0 = int(left), int(top)
    fx, fy = left - x0, top - y0
    part = plane[y0 : y0 + height + 1, x0 : x0 + width + 1]
    rows = part[:-1] * (1 - fy) + part[1:] * fy
    return np.asarray(rows[:, :-1] * (1 - fx) + rows[:, 1:] * fx)


def shot(pictures: Sequence[Picture], name: str, fields: Fields = Fields.PROGRESSIVE) -> tuple[ClipInfo, vs.VideoNode]:
    """A clip of these pictures in format `name`, one frame each; interlaced, each picture gives one field."""
    height, width = pictures[0][0].shape
    info = replace(
        harness.PAL_50P, width=width, height=height, frames=len(pictures), format=PixelFormat.parse("YUV444P16")
    )
    fine = core.std.BlankClip(
        width=width, height=height, format=vs.YUV444P16, length=len(pictures), fpsnum=50, keep=True
    )

    def paint(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        made = f.copy()
        for plane, values in enumerate(pictures[n]):
            np.copyto(np.asarray(made[plane]), np.rint(np.clip(values * 256, 0, 65535)), casting="unsafe")
        return made

    clip = harness.mark(fine.std.ModifyFrame(fine, paint), info)
    if fields.interlaced:
        tff = fields is Fields.TFF
        apart = clip.std.SeparateFields(tff=tff).std.SelectEvery(4, [0, 3])
        info = replace(info, fields=fields, fps=Fraction(25), frames=len(pictures) // 2)
        clip = harness.mark(apart.std.DoubleWeave(tff=tff)[::2][: info.frames], info)
    info = replace(info, format=PixelFormat.parse(name))
    return info, clip.resize.Bicubic(format=getattr(vs, name), dither_type="none")


def noisy(pictures: Sequence[Picture], luma: float, chroma: float, seed: int = 7) -> list[Picture]:
    """Noise as tape has it: new in every picture, grains about 1.5 px long, colour streaks about 6."""
    rng = np.random.default_rng(seed)
    made = []
    for picture in pictures:
        y, u, v = (
            plane + sigma * _grain(rng, plane.shape, length)
            for plane, sigma, length in zip(picture, (luma, chroma, chroma), (0.7, 2.5, 2.5), strict=True)
        )
        made.append((y, u, v))
    return made


def _grain(rng: np.random.Generator, shape: tuple[int, ...], length: float) -> Plane:
    noise = rng.standard_normal(shape)
    along = np.exp(-2 * (np.pi * length * np.fft.fftfreq(shape[1])) ** 2)
    soft = np.fft.ifft(np.fft.fft(noise, axis=1) * along, axis=1).real
    return np.asarray(soft / soft.std())


def likeness(clip: vs.VideoNode, truth: vs.VideoNode, first: int = 2, last: int = -2) -> list[float]:
    """PSNR of each plane in dB, over frames [first, last). Samples are compared as 8-bit code values."""
    frames = range(truth.num_frames)[first:last]
    ours, theirs = ([codes(which, n) for n in frames] for which in (clip, truth))
    return [psnr(np.stack([a[p] for a in ours]), np.stack([b[p] for b in theirs])) for p in range(len(theirs[0]))]


def codes(clip: vs.VideoNode, n: int) -> list[Plane]:
    """Frame `n` in 8-bit code values, with fractions, for limited-range formats."""
    form = clip.format
    if form.sample_type == vs.FLOAT:
        return [plane * (224 if p else 219) + (128 if p else 16) for p, plane in enumerate(planes(clip, n))]
    return [plane / (1 << (form.bits_per_sample - 8)) for plane in planes(clip, n)]
