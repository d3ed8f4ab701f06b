"""Pictures as numbers: planes, likeness, and video made from known truth."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import vapoursynth as vs

type Plane = npt.NDArray[np.float64]


def planes(clip: vs.VideoNode, n: int) -> list[Plane]:
    """Frame `n`'s planes as floats."""
    with clip.get_frame(n) as frame:
        return [np.asarray(frame[plane]).astype(np.float64) for plane in range(frame.format.num_planes)]


def luma(clip: vs.VideoNode, n: int) -> Plane:
    return planes(clip, n)[0]


def same(one: vs.VideoNode, other: vs.VideoNode) -> bool:
    """Whether two clips hold the same samples in every frame."""
    return next(unlike(one, other), None) is None


def unlike(one: vs.VideoNode, other: vs.VideoNode) -> Iterator[int]:
    """The frames in which two clips differ (in length or format: frame -1)."""
    if one.num_frames != other.num_frames or one.format != other.format:
        yield -1
        return
    for n in range(one.num_frames):
        if any(
            a.shape != b.shape or not np.array_equal(a, b)
            for a, b in zip(planes(one, n), planes(other, n), strict=True)
        ):
            yield n


def psnr(one: Plane, other: Plane, peak: float = 255.0) -> float:
    """Decibels."""
    error = float(np.mean((one - other) ** 2))
    return math.inf if error == 0 else 10 * math.log10(peak * peak / error)


def interlaced(full: vs.VideoNode, *, tff: bool) -> vs.VideoNode:
    """Progressive 50p as 25i: each frame gives one field."""
    fields = full.std.SetFieldBased(0).std.SeparateFields(tff=tff)
    kept = fields.std.SelectEvery(4, [0, 3])
    return kept.std.DoubleWeave(tff=tff)[::2]


def telecined(film: vs.VideoNode, *, tff: bool) -> vs.VideoNode:
    """24p as 30i: the fields of A B C D become A A | B B | B C | C D | D D."""
    fields = film.std.SetFieldBased(0).std.SeparateFields(tff=tff)
    return fields.std.SelectEvery(8, [0, 1, 2, 3, 2, 5, 4, 7, 6, 7]).std.DoubleWeave(tff=tff)[::2]


def field_shifted(film: vs.VideoNode, *, tff: bool) -> vs.VideoNode:
    """25p film laid on 25i a field late: each frame holds the last field of one picture and the first of
    the next. One frame shorter."""
    fields = film.std.SetFieldBased(0).std.SeparateFields(tff=not tff)
    return fields[1:-1].std.DoubleWeave(tff=tff)[::2]


def moved(one: Plane, other: Plane) -> tuple[float, float]:
    """How far `other` lies right of and below `one`, in pixels: the slope of the phase of their cross
    spectrum over the lowest frequencies, weighted by power. Good to a hundredth of a pixel for shifts under
    two."""
    window = np.outer(np.hanning(one.shape[0]), np.hanning(one.shape[1]))
    cross = np.fft.fft2((one - one.mean()) * window) * np.conj(np.fft.fft2((other - other.mean()) * window))
    fy, fx = np.meshgrid(np.fft.fftfreq(one.shape[0]), np.fft.fftfreq(one.shape[1]), indexing="ij")
    low = (np.abs(fx) < 0.12) & (np.abs(fy) < 0.12) & ((fx != 0) | (fy != 0))
    weight, phase = np.abs(cross[low]), np.angle(cross[low])
    a = np.stack([fx[low], fy[low]], axis=1) * 2 * np.pi
    right, down = np.linalg.lstsq(a * weight[:, None], phase * weight, rcond=None)[0]
    return float(right), float(down)


def drawn(*arrays: npt.NDArray[np.floating], like: vs.VideoNode) -> vs.VideoNode:
    """`like` with its planes holding `arrays` in every frame."""

    def paint(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        made = f.copy()
        for plane, values in enumerate(arrays):
            target = np.asarray(made[plane])
            np.copyto(target, values if target.dtype.kind == "f" else np.rint(values), casting="unsafe")
        return made

    return like.std.ModifyFrame(like, paint)


def speckle(width: int, height: int, low: float, high: float, *, seed: int = 1, size: float = 3.0) -> Plane:
    """Soft random blobs about `size` pixels wide between `low` and `high`: texture without any direction or
    period."""
    noise = np.random.default_rng(seed).standard_normal((height, width))
    fy, fx = np.meshgrid(np.fft.fftfreq(height), np.fft.fftfreq(width), indexing="ij")
    soft = np.fft.ifft2(np.fft.fft2(noise) * np.exp(-2 * (np.pi * size) ** 2 * (fx**2 + fy**2) / 4)).real
    soft = (soft - soft.min()) / (soft.max() - soft.min())
    return low + (high - low) * soft
