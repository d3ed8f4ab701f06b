"""The model that comes along: it is what its card says, runs in a graph with nothing fetched, makes a tape better than
a plain enlargement does, and leaves a clean picture alone. The tape here is worn by code of its own, not by what the
model was trained with, and the film is one that it never saw."""

from __future__ import annotations

import hashlib
import math
import re
import subprocess
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt
import pytest
import vapoursynth as vs
from PIL import Image

from nodes.clip import PixelFormat
from nodes.library.scale.ai_upscale import AiUpscale
from nodes.model import Pattern, find_model
from runtime.models.catalogue import catalogue
from runtime.worker.onnx import run_model
from tests.nodes import harness
from tests.nodes.measure import planes
from tests.nodes.staging import SMALL, error

type Picture = npt.NDArray[np.float32]
"""3×H×W, 0..1."""
NAME = "tapeloom-tape-2x"
FILM = Path(__file__).parents[1] / "media" / "bigbuckbunny_1280x720_25p.mp4"
CARD = Path(find_model(NAME).path).with_suffix(".md")


# -- pictures --------------------------------------------------------------------------------------
@cache
def film() -> Picture:
    """The rabbit's face and the meadow behind it, 384×320."""
    raw = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(FILM), "-vf",
         r"select=eq(n\,60),crop=768:640:420:40,scale=384:320:flags=area,format=gbrp", "-frames:v", "1",
         "-f", "rawvideo", "-"],
        check=True, stdout=subprocess.PIPE,
    ).stdout  # fmt: skip
    green, blue, red = np.frombuffer(raw, np.uint8).reshape(3, 320, 384)
    return np.stack([red, green, blue]).astype(np.float32) / 255


def halved(picture: Picture) -> Picture:
    planes, height, width = picture.shape
    small = picture.reshape(planes, height // 2, 2, width // 2, 2).mean((2, 4))
    return np.asarray((small * 255).round() / 255, np.float32)


def soft(plane: Picture, sigma: float) -> Picture:
    reach = math.ceil(3 * sigma)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    wide = np.pad(plane, ((0, 0), (reach, reach)), mode="edge")
    lines = [np.convolve(line, taps / taps.sum(), "valid") for line in wide]
    return np.asarray(lines, np.float32)


def taped(picture: Picture) -> Picture:
    """VHS: luma to 3.5 MHz and crispened, colour to 0.6 MHz and late, grain in both."""
    dice = np.random.default_rng(8)
    red, green, blue = halved(picture)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    colours = [(blue - luma) / 1.772, (red - luma) / 1.402]
    luma = soft(luma, 0.72)
    luma = luma + 0.4 * (luma - soft(luma, 1.3)) + 0.022 * dice.standard_normal(luma.shape, np.float32)
    worn = []
    for plane in colours:
        grain = soft(dice.standard_normal(plane.shape, np.float32), 2.0)
        worn.append(np.roll(soft(plane, 4.2), 1, 1) + 0.025 * grain / grain.std())
    blue, red = luma + 1.772 * worn[0], luma + 1.402 * worn[1]
    made = np.stack([red, (luma - 0.299 * red - 0.114 * blue) / 0.587, blue]).clip(0, 1)
    return np.asarray((made * 255).round() / 255, np.float32)


def lanczos(small: Picture) -> Picture:
    size = 2 * small.shape[2], 2 * small.shape[1]
    large = [np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.LANCZOS)) for plane in small]
    return np.stack(large).clip(0, 1)


def clip_of(picture: Picture) -> vs.VideoNode:
    blank = vs.core.std.BlankClip(format=vs.RGBS, width=picture.shape[2], height=picture.shape[1], length=2)

    def paint(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        made = f.copy()
        for plane in range(3):
            np.copyto(np.asarray(made[plane]), picture[plane])
        return made

    return blank.std.ModifyFrame(blank, paint)


def through(picture: Picture) -> Picture:
    made = run_model([clip_of(picture)], find_model(NAME).path, provider="cpu", scale=2, engine="onnxruntime")[0]
    return np.asarray(planes(made, 0), np.float32).clip(0, 1)


def likeness(made: Picture, wanted: Picture) -> float:
    """PSNR in dB, without the edge."""
    inner = np.s_[:, 8:-8, 8:-8]
    return float(-10 * np.log10(((made[inner] - wanted[inner]) ** 2).mean()))


# -- what it does ----------------------------------------------------------------------------------
def test_a_tape_comes_closer_to_the_film_than_by_lanczos() -> None:
    tape = taped(film())
    ours, plain = likeness(through(tape), film()), likeness(lanczos(tape), film())
    print(f"worn: ours {ours:.2f} dB, Lanczos {plain:.2f} dB")
    assert ours > plain + 1.0


def test_a_clean_picture_stays_what_it_is() -> None:
    small = halved(film())
    ours, plain = likeness(through(small), film()), likeness(lanczos(small), film())
    print(f"clean: ours {ours:.2f} dB, Lanczos {plain:.2f} dB")
    assert ours > plain - 1.5


def test_even_gray_stays_gray_and_grain_in_it_goes() -> None:
    dice = np.random.default_rng(2)
    gray = np.full((3, 64, 80), 0.5, np.float32)
    assert np.abs(through(gray)[:, 8:-8, 8:-8] - 0.5).max() < 0.02
    grain = 0.03 * dice.standard_normal((1, 64, 80), np.float32)
    assert through(gray + grain)[:, 8:-8, 8:-8].std() < grain.std() / 2


@pytest.mark.parametrize("engine", ["mlrt", "onnxruntime"])
def test_tiles_leave_no_seam(engine: str) -> None:
    model = find_model(NAME)
    run = partial(run_model, [clip_of(taped(film()))], model.path, provider="cpu", scale=2, multiple=2, engine=engine)
    whole, cut = (planes(run(overlap=model.radius, tile=tile)[0], 0) for tile in ((0, 0), (96, 80)))
    assert error(whole, cut) < 2e-5


@pytest.mark.parametrize("size", [(96, 80), (95, 79)])
def test_it_runs_in_a_graph_by_its_name_with_nothing_fetched(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path))
    clip = vs.core.std.BlankClip(format=vs.YUV444P8, width=size[0], height=size[1], length=3, color=[110, 90, 160])
    info = replace(SMALL, width=size[0], height=size[1], format=PixelFormat.parse("YUV444P8"), frames=3)
    made = harness.run(AiUpscale(model=NAME), {"clip": (info, harness.mark(clip, info))})["out"]
    assert (made.width, made.height, made.format.id) == (2 * size[0], 2 * size[1], vs.YUV444P8)
    for plane, wanted in zip(planes(made, 1), (110, 90, 160), strict=True):
        assert np.abs(plane[16:-16, 16:-16] - wanted).max() <= 6


# -- what is said of it ----------------------------------------------------------------------------
def test_the_card_is_of_this_very_file() -> None:
    model = find_model(NAME)
    assert re.search(r"SHA-256 `([0-9a-f]{64})`", CARD.read_text("utf-8"))[1] == model.identity  # type: ignore[index]
    assert hashlib.sha256(Path(model.path).read_bytes()).hexdigest() == model.identity


def test_the_file_says_what_it_is() -> None:
    model = find_model(NAME)
    assert (model.pattern, model.scale, model.multiple) == (Pattern.FRAME, 2, 2)
    assert (model.black, model.white, model.fixed) == (0, 1, None)
    assert model.radius > 0
    assert Path(model.path).stat().st_size < 700_000


def test_the_shelf_knows_it_comes_along() -> None:
    entry = catalogue()[NAME]
    assert entry.builtin
    assert entry.scale == 2
    assert (Path(__file__).parents[2] / entry.page).samefile(CARD)
