"""PyTorch weights in a graph as nodes see them: described, chosen and refused, all without PyTorch."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from graphs.document import Graph
from nodes import stage, torch_script
from nodes.library.scale.ai_upscale import AiUpscale
from nodes.media import MediaError
from nodes.model import Mode, find_model, known_models
from nodes.registry import default_registry
from nodes.stage import Stage
from runtime.compiled import compiled
from runtime.script import script_text, step_codes
from tests.nodes import ai_models
from tests.nodes.test_ai import SMALL
from tests.runtime.documents import graph

SAID = {"pattern": "frame", "scale": 2}


def weights(folder: Path, name: str = "net.pth", said: object = SAID, data: bytes = b"weights") -> str:
    path = folder / name
    path.write_bytes(data)
    if said is not None:
        path.with_suffix(".json").write_text(json.dumps(said), encoding="utf-8")
    return str(path)


@pytest.fixture
def with_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "torch_is_here", lambda: True)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path / "data"))
    (tmp_path / "data" / "models").mkdir(parents=True)
    return tmp_path / "data" / "models"


def kept(shelf: Path, name: str, inspected: object, *files: tuple[str, str, bytes]) -> Path:
    """A model as the shelf keeps it: name, kind and content of each file."""
    folder = shelf / name
    folder.mkdir()
    for file, _, data in files:
        (folder / file).write_bytes(data)
    said = [{"name": f, "format": kind, "sha256": hashlib.sha256(data).hexdigest()} for f, kind, data in files]
    (folder / "shelf.json").write_text(json.dumps({"files": said, "inspected": inspected}), encoding="utf-8")
    return folder


def with_model(**upscale: Any) -> Graph:
    return graph(
        {"tape": ("input.pattern", {"standard": "pal50p"}), "ai": ("ai.upscale", upscale), "out": ("output.ffv1", {})},
        "tape.out > ai.clip",
        "ai.out > out.clip",
    )


def no_probe(path: str) -> Any:
    raise MediaError(path)


# -- what they are -----------------------------------------------------------------------------------
def test_a_description_beside_the_weights_says_all(tmp_path: Path) -> None:
    said = {**SAID, "title": "Mine", "range": "-1..1", "multiple": 8, "radius": 9, "fixed": [64, 48]}
    model = find_model(weights(tmp_path, said=said))
    assert (model.title, model.scale, model.pattern, model.torch) == ("Mine", 2, "frame", True)
    assert (model.black, model.white, model.multiple, model.radius, model.fixed) == (-1, 1, 8, 9, (64, 48))
    assert model.identity == hashlib.sha256(b"weights").hexdigest()


@pytest.mark.parametrize("name", ["a.pth", "b.PTH", "c.safetensors", "d.pt", "e.ckpt"])
def test_every_kind_of_file_is_known_by_its_ending(tmp_path: Path, name: str) -> None:
    assert find_model(weights(tmp_path, name)).torch


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"pattern": "frame"}, "how much larger"),
        ({"scale": 2}, "how many planes"),
        ({**SAID, "pattern": "window"}, "how many pictures"),
        ({**SAID, "fixed": 64}, "fixed"),
        ({**SAID, "fixed": ["wide", 3]}, "fixed"),
        ({**SAID, "channels_in": 5}, "takes 5 planes"),
        ({**SAID, "scale": 99}, "scale"),
        ([], "no description"),
    ],
)
def test_a_description_that_does_not_do_is_told(tmp_path: Path, said: object, why: str) -> None:
    with pytest.raises(MediaError, match=why) as caught:
        find_model(weights(tmp_path, said=said))
    assert "net" in str(caught.value)


def test_weights_that_nobody_has_looked_into_say_how_to(tmp_path: Path, shelf: Path) -> None:
    path = weights(tmp_path, said=None)
    with pytest.raises(MediaError) as caught:
        find_model(path)
    assert str(caught.value).endswith(f"`launch.py models import {path}`")
    kept(shelf, "official", None, ("x4.pth", "torch", b"official"))
    with pytest.raises(MediaError, match=r"`launch.py models get official`"):
        find_model("official")


def test_weights_of_the_shelf_are_found_by_name_and_by_content(tmp_path: Path, shelf: Path) -> None:
    seen = {"pattern": "tiles", "scale": 4, "window": 1, "value_range": "0..255", "channels_in": 3, "channels_out": 3}
    folder = kept(shelf, "mine", seen, ("mine.pth", "torch", b"weights"))
    by_name = find_model("mine")
    assert (by_name.path, by_name.scale, by_name.white) == (str(folder / "mine.pth"), 4, 255)
    elsewhere = find_model(weights(tmp_path, said=None))
    assert (elsewhere.path, elsewhere.scale) == (str(tmp_path / "net.pth"), 4)
    assert "mine.pth" in {Path(model.path).name for model in known_models()}
    with pytest.raises(MediaError, match="models import"):
        find_model(weights(tmp_path, "other.pth", None, b"other weights"))


def test_changed_weights_are_another_model(tmp_path: Path) -> None:
    path = weights(tmp_path)
    before = find_model(path).identity
    weights(tmp_path, data=b"longer weights")
    assert find_model(path).identity != before


# -- which file runs -----------------------------------------------------------------------------------
def test_onnx_runs_where_there_is_one_unless_another_is_asked_for(tmp_path: Path, shelf: Path) -> None:
    onnx = ai_models.upscaler()
    seen = {"pattern": "tiles", "scale": 2, "window": 1}
    kept(shelf, "both", seen, ("w.pth", "torch", b"weights"), ("w.onnx", "onnx", onnx))
    path = weights(tmp_path)
    ai_models.written(tmp_path, "net", onnx)
    for name in ("both", path, str(Path(path).with_suffix(".onnx"))):
        runs = {mode: Path(find_model(name, mode).path).suffix for mode in Mode}
        assert runs == {Mode.AUTO: ".onnx", Mode.ONNX: ".onnx", Mode.TORCH: ".pth", Mode.COMPILED: ".pth"}


def test_a_file_of_the_shelf_in_which_a_bit_has_flipped_is_refused(shelf: Path) -> None:
    seen = {"pattern": "frame", "scale": 2, "value_range": "0..1"}
    onnx = ai_models.upscaler()
    folder = kept(shelf, "both", seen, ("w.pth", "torch", b"weights"), ("w.onnx", "onnx", onnx))
    assert find_model("both").scale == 2
    at = len(onnx) // 2
    (folder / "w.onnx").write_bytes(onnx[:at] + bytes([onnx[at] ^ 1]) + onnx[at + 1 :])
    (folder / "w.pth").write_bytes(b"weighty")
    for mode in (Mode.ONNX, Mode.TORCH):
        with pytest.raises(MediaError, match=r"not what came to the shelf.*models get both --again"):
            find_model("both", mode)


def test_a_way_for_which_there_is_no_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"models convert .*net\.pth.*auto"):
        find_model(weights(tmp_path), Mode.ONNX)
    for mode in (Mode.TORCH, Mode.COMPILED):
        with pytest.raises(MediaError, match=r"no PyTorch weights.*auto"):
            find_model("demo-upscale-2x", mode)


# -- in a graph ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("lacking", ["torch", "spandrel"])
def test_without_pytorch_the_check_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    monkeypatch.setattr(torch_script, "find_spec", lambda name: None if name == lacking else object())
    (problem,) = compiled(with_model(model=weights(tmp_path)), default_registry(), no_probe).errors
    assert problem.node == "ai"
    assert "PyTorch is not installed here" in problem.text and "launch.py setup torch" in problem.text


def test_without_pytorch_onnx_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_script, "find_spec", lambda name: None)
    assert not compiled(with_model(), default_registry(), no_probe).errors


@pytest.mark.usefixtures("with_torch")
def test_a_graph_with_weights_is_checked_forecast_and_written(tmp_path: Path) -> None:
    path = weights(tmp_path)
    assert AiUpscale(model=path).forecast(SMALL).width == 192
    made = compiled(with_model(model=path, inference_mode="torch compiled"), default_registry(), no_probe)
    assert not made.errors
    prelude, codes = step_codes(made.plan, {})
    assert "from runtime.worker.torch_stage import run_torch" in prelude
    assert any("compiled=True" in code.code for code in codes)
    exported = script_text(made.plan).text
    assert "def run_torch(" in exported and "models convert" in exported
    assert "runtime" not in exported and "tapeloom" not in exported.lower()
    lines = exported.split("\n")
    assert [lines[code.line - 1] for code in codes] == [code.code.split("\n")[0] for code in codes]


@pytest.mark.usefixtures("with_torch")
def test_the_way_of_computing_is_part_of_what_a_step_is(tmp_path: Path) -> None:
    path = weights(tmp_path)
    prints = [
        compiled(with_model(model=path, inference_mode=mode), default_registry(), no_probe).plan.step("ai").fingerprint
        for mode in ("auto", "torch", "torch compiled")
    ]
    assert prints[0] == prints[1] != prints[2]


def test_tiles_of_weights_follow_the_same_rules(tmp_path: Path) -> None:
    made = Stage(find_model(weights(tmp_path, said={**SAID, "fixed": [64, 48], "radius": 40})))
    assert made.tile_size == (64, 48) and made.around == 12
