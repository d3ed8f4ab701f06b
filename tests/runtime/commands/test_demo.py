"""The demo restores its clip, and the picture it leaves is better than the tape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nodes.clip import Fields
from runtime.commands import main
from runtime.commands.demo import FOLDER, side_by_side
from runtime.session import Picture
from tests.nodes.sources import BUNNY, ffmpeg, probe


def test_the_bundled_tape_is_what_it_claims_to_be() -> None:
    clip = probe(str(FOLDER / "tape.mkv")).video[0].clip
    assert (clip.width, clip.height, clip.fps, clip.fields) == (720, 576, 25, Fields.TFF)
    assert (FOLDER / "tape.mkv").stat().st_size < 5_000_000
    assert "Blender Foundation" in (FOLDER / "LICENSE.txt").read_text(encoding="utf-8")


@pytest.mark.timeout(300)
def test_the_demo_leaves_a_restored_clip_and_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "the demo"
    assert main(["demo", "-o", str(folder), "--frames", "0:6", "--progress", "lines"]) == 0
    assert str(folder / "before-after.png") in capsys.readouterr().out
    restored = probe(str(folder / "restored.mp4"))
    assert restored.video[0].clip.frames == 6
    assert (restored.video[0].clip.fps, restored.video[0].clip.fields) == (50, Fields.PROGRESSIVE)
    assert restored.sound
    assert not list(folder.glob("*.part"))
    before, after = _halves(folder / "before-after.png")
    truth = _truth(tmp_path, before.shape)
    assert _error(after, truth) < 0.5 * _error(before, truth)


def _halves(path: Path) -> tuple[np.ndarray, np.ndarray]:
    both = np.asarray(Image.open(path).convert("RGB")).astype(float)
    width = both.shape[1] // 2
    return both[:, :width], both[:, width:]


def _truth(folder: Path, shape: tuple[int, ...]) -> np.ndarray:
    """The film's own picture at the same moment: the second one at 2 s."""
    path = folder / "truth.png"
    scale = f"crop=960:720,scale={shape[1]}:{shape[0]}:flags=lanczos"
    ffmpeg("-i", BUNNY, "-vf", f"select='eq(n,50)',{scale}", "-frames:v", "1", path)
    return np.asarray(Image.open(path).convert("RGB")).astype(float)


def _error(one: np.ndarray, truth: np.ndarray) -> float:
    """Mean squared difference, the edges left out."""
    return float(np.mean((one[20:-20, 20:-20] - truth[20:-20, 20:-20]) ** 2))


def test_an_unwritable_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["demo", "-o", str(tmp_path / "file" / "demo")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_pictures_of_unlike_sizes_stand_side_by_side() -> None:
    left = Picture(memoryview(b"\1\2\3\4" * 6), 3, 2, 12)
    padded = b"\5\6\7\x08" * 2 + b"pad!"
    both = side_by_side(left, Picture(memoryview(padded * 2), 2, 2, 12))
    assert (both.width, both.height, both.stride) == (5, 2, 20)
    assert bytes(both.data) == (b"\1\2\3\4" * 3 + b"\5\6\7\x08" * 2) * 2
