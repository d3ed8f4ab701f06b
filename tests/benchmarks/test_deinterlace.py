"""The yardsticks of benchmarks/deinterlace.py are right, and its material is what it says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import vapoursynth as vs

from benchmarks import truth
from benchmarks.quality import compare

core = vs.core
Plane = npt.NDArray[np.uint8]


def pair(height: int, width: int, kind: int) -> tuple[Plane, Plane]:
    """A texture, and the same with a pattern of errors."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    a = (x * x * (kind + 1) // 7 + y * 3 + (x * y) // 11) % 200 + 16
    b = np.clip(a + ((x * 13 + y * 29 + (x * y) % 17) % 23 - 11), 0, 255)
    return a.astype(np.uint8), b.astype(np.uint8)


def clip(planes: list[Plane], frames: int = 2) -> vs.VideoNode:
    height, width = planes[0].shape
    blank = core.std.BlankClip(format=vs.YUV420P8, width=width, height=height, length=frames)

    def fill(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        out = f.copy()
        for index, values in enumerate(planes):
            np.copyto(np.asarray(out[index]), values)
        return out

    return blank.std.ModifyFrame(blank, fill)


def test_psnr_and_ssim_are_those_of_scikit_image() -> None:
    """`structural_similarity(a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
    data_range=255)` and `peak_signal_noise_ratio`, scikit-image 0.26."""
    pairs = [pair(64, 96, 0), pair(32, 48, 1), pair(32, 48, 2)]
    quality = compare(clip([a for a, _ in pairs]), clip([b for _, b in pairs]))
    assert quality.ssim_y == pytest.approx(0.9672973047907728, abs=1e-5)
    assert quality.ssim_uv == pytest.approx((0.9571857633621699 + 0.9734696175501968) / 2, abs=1e-5)
    assert quality.psnr_y == pytest.approx(31.681586188752902, abs=1e-4)
    assert quality.psnr_uv == pytest.approx(31.729303199318085, abs=1e-4)


def test_an_error_that_stays_put_is_steady_and_a_bobbing_one_is_not() -> None:
    a, b = pair(64, 96, 0)
    flat = np.full((32, 48), 128, np.uint8)
    still, wrong = clip([a, flat, flat], 4), clip([b, flat, flat], 4)
    assert compare(wrong, still).steady_y == 99.0
    bobbing = core.std.Interleave([still, wrong])[:4]
    assert compare(bobbing, still).steady_y < 32


def test_fields_come_from_their_own_moments() -> None:
    moments = [(np.full((4, 4), n, np.uint8),) * 3 for n in (10, 20)]
    ((top_first, *_),) = truth.interlace(moments, tff=True)
    ((bottom_first, *_),) = truth.interlace(moments, tff=False)
    assert top_first[:, 0].tolist() == [10, 20, 10, 20]
    assert bottom_first[:, 0].tolist() == [20, 10, 20, 10]


def test_tape_noise_is_as_strong_as_it_says_and_the_same_every_time() -> None:
    gray = [(np.full((288, 360), 128, np.uint8),) * 3] * 2
    once, again = truth.tape(gray, 5.0, key=1), truth.tape(gray, 5.0, key=1)
    assert all((a == b).all() for a, b in zip(once[0], again[0], strict=True))
    assert not (once[0][0] == once[1][0]).all()
    assert np.std(once[0][0]) == pytest.approx(5.0, rel=0.05)
    assert np.std(once[0][1]) == pytest.approx(4.5, rel=0.05)


def test_band_limits_lie_where_they_are_said_to() -> None:
    across = np.arange(720)
    for taps, cycles in ((truth.LUMA_TAPS, 3.0 / 13.5), (truth.CHROMA_TAPS, 0.5 / 6.75)):
        wave = np.cos(2 * np.pi * cycles * across)[None].astype(np.float32)
        limited = truth._along_lines(wave, taps)[0, 50:-50]
        assert np.abs(limited).max() == pytest.approx(0.5, abs=0.02)  # −6 dB
