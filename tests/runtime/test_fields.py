"""The field structure is measured right on pictures whose structure is known, clean and noisy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime.session import Session
from runtime.worker.fields import Verdict, judge, look
from runtime.worker.measure import measure
from tests.nodes.sources import BUNNY, DV_NTSC, ffmpeg, pictures

HEIGHT, WIDTH, FRAMES = 160, 192, 40
KINDS = ["tff", "bff", "progressive", "shifted tff", "shifted bff", "telecine tff", "telecine bff"]


def scene(count: int, speed: float = 1.7) -> np.ndarray:
    """A textured scene, one whole picture for each field time, that pans and rises."""
    rng = np.random.default_rng(5)
    rough = rng.uniform(40, 215, (40, 60))
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    shown = []
    for t in range(count):
        across, down = (x + 2 * speed * t) / 11 % 58, (y + 0.6 * speed * t) / 9 % 38
        left, top = across.astype(int), down.astype(int)
        fx, fy = across - left, down - top
        upper = rough[top, left] * (1 - fx) + rough[top, left + 1] * fx
        lower = rough[top + 1, left] * (1 - fx) + rough[top + 1, left + 1] * fx
        shown.append(upper * (1 - fy) + lower * fy)
    return np.stack(shown)


def weave(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    woven = top.copy()
    woven[:, 1::2] = bottom[:, 1::2]
    return woven


def structured(kind: str, instants: np.ndarray) -> np.ndarray:
    even, odd = instants[0::2], instants[1::2]
    match kind:
        case "tff":
            return weave(even, odd)
        case "bff":
            return weave(odd, even)
        case "progressive":
            return even
        case "shifted tff":
            return weave(even[:-1], even[1:])
        case "shifted bff":
            return weave(even[1:], even[:-1])
        case _:
            film = instants[(np.arange(int(len(instants) / 2.5)) * 2.5).astype(int)]
            fields = np.repeat(film, [2 + number % 2 for number in range(len(film))], axis=0)
            fields = fields[: len(fields) // 2 * 2]
            first, second = fields[0::2], fields[1::2]
            return weave(first, second) if kind == "telecine tff" else weave(second, first)


def noisy(frames: np.ndarray, sigma: float) -> np.ndarray:
    rng = np.random.default_rng(int(sigma) + 1)
    grain = rng.normal(0, sigma, frames.shape) if sigma else 0
    return np.clip(frames + grain, 16, 235).astype(np.uint8)


def told(verdict: Verdict) -> str:
    two = verdict.kind in ("shifted", "telecine")
    return f"{verdict.kind} {verdict.first}" if two else verdict.kind


@pytest.mark.parametrize("sigma", [0, 4, 9])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told(kind: str, sigma: float) -> None:
    frames = noisy(structured(kind, scene(2 * FRAMES)), sigma)
    verdict = judge([look(list(frames))])
    assert told(verdict) == kind, verdict


def test_a_still_picture_tells_nothing() -> None:
    frames = noisy(structured("tff", np.repeat(scene(1), 2 * FRAMES, axis=0)), 4)
    assert judge([look(list(frames))]).kind == "unknown"


def test_still_places_have_no_vote() -> None:
    moving = look(list(noisy(structured("bff", scene(2 * FRAMES)), 4)))
    still = look(list(noisy(structured("tff", np.repeat(scene(1), 2 * FRAMES, axis=0)), 4)))
    verdict = judge([still, moving, still])
    assert (verdict.kind, verdict.agree) == ("bff", 1.0)


def test_places_that_disagree_are_counted() -> None:
    one = look(list(noisy(structured("bff", scene(2 * FRAMES)), 0)))
    other = look(list(noisy(structured("progressive", scene(2 * FRAMES)), 0)))
    assert judge([one, one, other]).agree == pytest.approx(2 / 3)


def test_a_picture_too_small_to_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        look([np.zeros((20, 20), np.uint8)] * 3)


def test_a_real_dv_tape_is_bottom_field_first() -> None:
    assert measure(str(DV_NTSC))["kind"] == "bff"


def test_a_film_is_progressive() -> None:
    assert measure(str(BUNNY))["kind"] == "progressive"


@pytest.mark.parametrize(("order", "mode"), [("tff", "interleave_top"), ("bff", "interleave_bottom")])
def test_a_coded_file_is_measured_whatever_its_flag_says(order: str, mode: str, tmp_path: Path) -> None:
    """Interlaced with one order, flagged with the other; an even pan over grass, where everything combs alike."""
    path = tmp_path / "wrong.mkv"
    wrong = {"tff": "bff", "bff": "tff"}[order]
    motion = f"crop=720:576:x=100+3*n:y=72,setpts=N/50/TB,fps=50,tinterlace={mode},setfield={wrong}"
    ffmpeg("-i", BUNNY, "-vf", motion, "-frames:v", "40", "-an", "-c:v", "ffv1", path)
    assert measure(str(path))["kind"] == order


def test_the_worker_measures_and_answers(tmp_path: Path) -> None:
    path = pictures("-c:v", "ffv1", to=tmp_path / "a.mkv", size="320x240", frames=20)
    with Session() as session:
        quick: Any = session.probe(str(path))
        slow: Any = session.probe(str(path), measure=True)
    assert "measured" not in quick
    assert slow["measured"]["kind"] in ("progressive", "unknown")
    assert slow["measured"]["frames"] == 19
