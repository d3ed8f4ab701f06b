"""PyTorch weights to ONNX: the same net on real frames at two sizes, on the shelf, and in a graph. Errors are printed.

Runs where PyTorch is: `python3 launch.py setup torch`, then `python3 launch.py test tests/torch`."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodes.media import MediaError
from nodes.model import Mode, find_model
from nodes.registry import default_registry
from runtime.commands import DONE, FAILED, main
from runtime.compiled import compiled
from runtime.models.convert import Report, Wish
from runtime.models.converting import DEMO_CLIP, convert, source
from runtime.models.proof import MOST_OFF, Precision, worst
from runtime.models.store import Shelf
from runtime.script import step_codes
from runtime.session import Session
from tests.runtime.documents import graph
from tests.runtime.models.shelves import left
from tests.torch.seeded import weights

pytestmark = pytest.mark.skipif(
    not (importlib.util.find_spec("torch") and importlib.util.find_spec("spandrel")),
    reason="PyTorch is not here: `python3 launch.py setup torch`",
)


@pytest.fixture(autouse=True)
def _one_thread_and_a_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def converted(shelf: Shelf, path: Path, *precisions: Precision, size: tuple[int, int] | None = None) -> Report:
    wish = Wish(DEMO_CLIP, precisions or (Precision.FP32,), size, timed=False)
    report = convert(shelf, source(shelf, str(path)), wish, print)
    for made in report.made:
        off = worst(made.off) if made.off else None
        print(f"{report.name} {made.precision}: {off}")
    return report


@pytest.mark.parametrize("kind", ["compact", "span", "rrdb"])
def test_a_net_is_the_same_as_onnx_in_every_size_and_precision(tmp_path: Path, kind: str) -> None:
    shelf = Shelf()
    report = converted(shelf, weights(tmp_path, kind), Precision.FP16, Precision.INT8)
    assert [one.precision for one in report.made] == list(Precision)
    whole, half, eight = report.made
    assert worst(whole.off).max < MOST_OFF
    assert worst(whole.off).size.count("×") == 2
    assert not half.refused and worst(half.off).max < 0.02
    assert half.size_bytes < 0.75 * whole.size_bytes
    assert not eight.refused and (worst(eight.off).psnr or 99) > 30
    for name in (kind, f"{kind}.fp16", f"{kind}.int8"):
        model = find_model(name)
        assert (model.scale, model.pattern, model.fixed) == (2, "frame", None)
    held = shelf.held(kind)
    assert held is not None and held.inspected is not None
    assert held.inspected.weights > 1000
    assert "by PyTorch" in held.items[0].source and "opset 17" in held.items[0].source


def test_a_converted_net_runs_in_a_graph_by_its_name_and_by_its_halfs_name(tmp_path: Path) -> None:
    converted(Shelf(), weights(tmp_path, "compact"), Precision.FP16)

    def no_probe(path: str) -> Any:
        raise MediaError(path)

    pictures = []
    for name in ("compact", "compact.fp16"):
        made = compiled(
            graph(
                {
                    "tape": ("input.pattern", {"standard": "pal50p"}),
                    "crop": ("geometry.crop", {"left": 300, "right": 300, "top": 250, "bottom": 250}),
                    "ai": ("ai.upscale", {"model": name}),
                    "encode": ("output.ffv1", {}),
                },
                "tape.out > crop.clip",
                "crop.out > ai.clip",
                "ai.out > encode.clip",
            ),
            default_registry(),
            no_probe,
        )
        assert not made.errors
        prelude, codes = step_codes(made.plan, {})
        with Session() as session:
            session.load(codes, prelude)
            picture = session.preview("ai", "out", 3)
            assert (picture.width, picture.height) == (240, 152)
            pictures.append(np.frombuffer(picture.data, np.uint8).astype(int))
    off = np.abs(pictures[0] - pictures[1])
    print(f"half precision in a graph: off by {off.max()} of 255 at most, {off.mean():.3f} on average")
    assert pictures[0].std() > 5
    assert off.max() <= 5  # one code of luma and one of chroma, rounded the other way, are four of blue
    assert off.mean() < 0.5


def test_the_stage_makes_what_the_weights_make(tmp_path: Path) -> None:
    import torch
    import vapoursynth as vs

    from runtime.worker.nets.load import load
    from runtime.worker.onnx import run_model

    path = weights(tmp_path, "compact")
    converted(Shelf(), path)
    given = np.random.default_rng(2).random((3, 54, 70), dtype=np.float32)
    with torch.inference_mode():
        wanted = load(path).module(torch.from_numpy(given[None]))[0].numpy()
    blank = vs.core.std.BlankClip(width=70, height=54, format=vs.RGBS, length=1)

    def paint(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        made = f.copy()
        for plane in range(3):
            np.copyto(np.asarray(made[plane]), given[plane])
        return made

    clip = blank.std.ModifyFrame(blank, paint)
    for engine in ("mlrt", "onnxruntime"):
        (made,) = run_model([clip], find_model("compact").path, "cpu", scale=2, engine=engine)
        with made.get_frame(0) as frame:
            answer = np.stack([np.asarray(frame[plane]) for plane in range(3)])
        off = np.abs(answer - wanted).max()
        print(f"the stage by {engine} against PyTorch: off by {off:.1e}")
        assert off < 1e-4


def test_a_net_that_must_be_frozen_is_frozen_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = weights(tmp_path, "swinir")
    assert main(["models", "convert", str(path), "--size", "64x48", "--no-bench"]) == DONE
    assert "64 × 48 alone" in capsys.readouterr().out
    assert find_model("swinir").fixed == (64, 48)


def test_verifying_writes_nothing_and_finds_other_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shelf = Shelf()
    path = weights(tmp_path, "compact")
    converted(shelf, path)
    before = left(shelf)
    capsys.readouterr()
    assert main(["models", "convert", str(path), "--verify", "--json"]) == DONE
    (sound,) = json.loads(capsys.readouterr().out)
    assert sound["against"] == "PyTorch" and sound["made"][0]["off"][0]["max"] < MOST_OFF
    weights(tmp_path, "compact", seed=2)
    assert main(["models", "convert", str(path), "--verify"]) == FAILED
    assert "refused: it differs by up to" in capsys.readouterr().out
    assert left(shelf) == before


def test_all_converts_what_can_be_and_names_what_cannot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.torch.shelved import with_weights

    shelf = Shelf()
    with_weights(shelf, "good", weights(tmp_path, "compact"))
    broken = tmp_path / "broken.pth"
    broken.write_bytes(weights(tmp_path, "span").read_bytes()[:5000])
    with_weights(shelf, "bad", broken)
    assert main(["models", "convert", "--all", "--no-bench"]) == FAILED
    out, err = capsys.readouterr()
    assert "good · RealESRGAN Compact" in out
    faults = [line for line in err.splitlines() if line.startswith("tapeloom: ")]
    assert len(faults) == 1 and faults[0].startswith("tapeloom: bad: ")
    assert left(shelf) == ["bad/bad.pth", "bad/shelf.json", "good/good.onnx", "good/good.pth", "good/shelf.json"]
    assert find_model("good", Mode.ONNX).scale == 2


@pytest.mark.parametrize("content", [b"", b"not weights at all", b"PK\3\4 cut short"], ids=["empty", "text", "cut"])
def test_a_file_that_holds_no_weights_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "odd.pth"
    path.write_bytes(content)
    assert main(["models", "convert", str(path), "--clip", str(DEMO_CLIP)]) == FAILED
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("tapeloom: odd: ")
    assert left(Shelf()) == []
