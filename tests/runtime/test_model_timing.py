"""Which of ONNX Runtime and OpenVINO computes a model on the processor: timed once, and the answer kept."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import vapoursynth as vs

from nodes.model import find_model
from runtime.worker import onnx, tiled, timing
from runtime.worker.onnx import run_model
from runtime.worker.tiled import tile_that_fits

DEMO = find_model("demo-upscale-2x").path


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAPELOOM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "timing"


def order(path: str = DEMO, size: tuple[int, int] = (288, 256)) -> timing.Order:
    return timing.Order(path, (3,), size, "2", 1, 1, False)


def tape(width: int = 288, height: int = 256) -> vs.VideoNode:
    return vs.core.std.BlankClip(width=width, height=height, format=vs.RGBS, length=2, color=[0.2, 0.5, 0.7])


def keep(place: Path, better: str, bytes_a_pixel: int = 0) -> Path:
    """The answer that is there for the demo upscaler, replaced."""
    place.mkdir(parents=True, exist_ok=True)
    note = place / f"{timing._key(order())}.json"
    note.write_text(json.dumps({"better": better, "bytes_a_pixel": bytes_a_pixel}))
    return note


def filters(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The providers whose filter a stage takes."""
    taken: list[str] = []
    made = onnx._Job._filter

    def noted(self: onnx._Job, name: str, *args: object) -> list[vs.VideoNode]:
        taken.append(name)
        return made(self, name, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(onnx._Job, "_filter", noted)
    return taken


def test_a_model_is_timed_by_both_and_the_answer_is_kept(place: Path) -> None:
    found = timing.timed(order())
    assert not found.why
    assert found.ort_s > 0
    assert found.ov_s > 0
    assert found.better == ("ov" if found.ov_s < 0.97 * found.ort_s else "cpu")
    (note,) = place.iterdir()
    note.write_text(json.dumps({"better": "ov", "why": "kept"}))
    assert timing.timed(order()).why == "kept"


def test_a_small_picture_is_not_worth_the_question(place: Path) -> None:
    assert timing.timed(order(size=(200, 200))) == timing.Timed()
    assert not place.exists()


def test_what_another_program_left_is_replaced(place: Path) -> None:
    for rubbish in ("{", '{"better": "quantum"}', '{"best": 1}', "[]"):
        note = keep(place, "cpu")
        note.write_text(rubbish)
        timing._keep(note, timing.Timed("ov"))
        assert timing.timed(order()).better == "ov"
        assert [path.name for path in place.iterdir()] == [note.name]


def test_the_first_answer_stands(place: Path) -> None:
    note = keep(place, "cpu")
    timing._keep(note, timing.Timed("ov"))
    assert timing.timed(order()).better == "cpu"
    assert [path.name for path in place.iterdir()] == [note.name]


def test_a_model_that_cannot_be_run_is_left_to_the_stage(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    found = timing.timed(order(str(broken)))
    assert found.better == "cpu"
    assert found.why


@pytest.mark.skipif(sys.platform == "win32", reason="a folder cannot be forbidden so")
def test_without_a_place_to_keep_it_chance_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("TAPELOOM_CACHE", str(tmp_path / "file"))
    assert timing.timed(order()) == timing.Timed()


@pytest.mark.parametrize("better", ["cpu", "ov"])
def test_the_stage_takes_the_better_and_the_picture_is_the_same(
    place: Path, monkeypatch: pytest.MonkeyPatch, better: str
) -> None:
    keep(place, better)
    plain = vs.core.ort.Model(tape(), DEMO)
    taken = filters(monkeypatch)
    (made,) = run_model([tape()], DEMO, scale=2)
    assert taken == [better]
    with made.get_frame(1) as one, plain.get_frame(1) as other:
        for plane in range(3):
            assert np.abs(np.asarray(one[plane]) - np.asarray(other[plane])).max() < 1e-5


def test_a_provider_that_was_asked_for_is_not_changed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(place, "ov")
    taken = filters(monkeypatch)
    run_model([tape()], DEMO, scale=2, provider="cpu")
    assert taken == ["cpu"]


def test_where_openvino_fails_onnx_runtime_takes_its_place(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(place, "ov")
    made = onnx._Job._filter

    def broken(self: onnx._Job, name: str, *args: object) -> list[vs.VideoNode]:
        if name == "ov":
            raise vs.Error("operator(): no such instruction")
        return made(self, name, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(onnx._Job, "_filter", broken)
    (clip,) = run_model([tape()], DEMO, scale=2)
    with clip.get_frame(0) as frame:
        assert frame.width == 576


def test_a_hungry_model_is_cut_up(place: Path) -> None:
    """More than there is for the whole picture: tiles, by what was seen of this model."""
    size = (720, 576)
    assert tile_that_fits(size, 16, Fraction(2), 1, seen=1) == (0, 0)
    wide, high = tile_that_fits(size, 16, Fraction(2), 1, seen=1 << 30)
    assert 0 < wide < 720
    assert 0 < high < 576


def test_a_row_of_pictures_wants_more_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiled, "free_memory", lambda: 8 << 30)
    size = (720, 576)
    assert tile_that_fits(size, 16, Fraction(1), 8, planes=4) == (0, 0)
    wide, high = tile_that_fits(size, 16, Fraction(1), 8, planes=44)
    assert 0 < wide < 720 and not wide % 8
    assert 0 < high < 576 and not high % 8
