"""ONNX stages where they run: in a real worker, in an exported script, and when something goes wrong underneath."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vapoursynth as vs

from graphs.document import Graph, NodeId
from nodes.media import MediaError
from nodes.model import find_model
from nodes.registry import default_registry
from runtime.compiled import compiled
from runtime.jobs.render import Note, render
from runtime.script import script_text, step_codes
from runtime.session import NodeError, Session
from runtime.worker import onnx, providers, tiled
from runtime.worker.inference import Inference, Picture
from runtime.worker.onnx import run_model
from runtime.worker.tiles import halved, spans
from tests.nodes import ai_models
from tests.runtime.documents import graph

core = vs.core
DEMO = find_model("demo-upscale-2x").path


def no_probe(path: str) -> Any:
    raise MediaError(path)


def small(**upscale: Any) -> Graph:
    return graph(
        {
            "tape": ("input.pattern", {"standard": "pal50p"}),
            "crop": ("geometry.crop", {"left": 300, "right": 300, "top": 200, "bottom": 200}),
            "ai": ("ai.upscale", {"model": "demo-upscale-2x", **upscale}),
            "encode": ("output.ffv1", {}),
        },
        "tape.out > crop.clip",
        "crop.out > ai.clip",
        "ai.out > encode.clip",
    )


@contextmanager
def logged() -> Iterator[list[str]]:
    lines: list[str] = []
    handle = core.add_log_handler(lambda level, text: lines.append(text))
    try:
        yield lines
    finally:
        core.remove_log_handler(handle)


def noise(width: int = 90, height: int = 70, planes: int = 3) -> Picture:
    return np.random.default_rng(1).random((planes, height, width), dtype=np.float32)


def painted(values: Picture) -> vs.VideoNode:
    blank = core.std.BlankClip(width=values.shape[2], height=values.shape[1], format=vs.RGBS, length=2)

    def paint(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        made = f.copy()
        for plane in range(3):
            np.copyto(np.asarray(made[plane]), values[plane])
        return made

    return blank.std.ModifyFrame(blank, paint)


def held(clip: vs.VideoNode) -> Picture:
    with clip.get_frame(0) as frame:
        return np.stack([np.asarray(frame[plane]) for plane in range(3)])


def of_demo(warnings: list[str], tile: tuple[int, int] = (0, 0)) -> Inference:
    return Inference(DEMO, "cpu", tile, 2, Fraction(2), 1, warnings.append)


# -- the worker --------------------------------------------------------------------------------------
def test_a_stage_runs_in_the_worker_and_its_export_runs_without_tapeloom() -> None:
    made = compiled(small(), default_registry(), no_probe)
    assert not made.errors
    prelude, codes = step_codes(made.plan, {})
    assert "from runtime.worker.onnx import run_model" in prelude
    with Session() as session:
        assert {report.state for report in session.load(codes, prelude)} == {"built"}
        picture = session.preview("ai", "out", 7)
        assert (picture.width, picture.height) == (240, 352)
        assert session.describe("ai", "out").width == 240
    exported = script_text(made.plan).text
    assert "runtime" not in exported and "tapeloom" not in exported.lower()
    space: dict[str, Any] = {}
    exec(exported, space)
    ours: dict[str, Any] = {}
    exec(prelude + "\n" + "\n".join(code.code for code in codes), ours)
    for n in (0, 9):
        with space["ai"].get_frame(n) as one, ours["ai"].get_frame(n) as other:
            assert all(np.array_equal(np.asarray(one[plane]), np.asarray(other[plane])) for plane in range(3))
    vs.clear_outputs()


def test_lines_of_a_stage_are_those_of_the_exported_script() -> None:
    made = compiled(small(), default_registry(), no_probe)
    lines = script_text(made.plan).text.split("\n")
    _, codes = step_codes(made.plan, {})
    for code in codes:
        assert lines[code.line - 1] == code.code.split("\n")[0]


def test_the_same_model_elsewhere_is_the_same_step(tmp_path: Path) -> None:
    copy = tmp_path / "copy.onnx"
    copy.write_bytes(Path(DEMO).read_bytes())
    changed = ai_models.written(tmp_path, "other", ai_models.upscaler() + b"\x10\x00" * 0 + b"\x28\x07")
    prints = [
        compiled(small(model=model), default_registry(), no_probe).plan.step("ai").fingerprint
        for model in ("demo-upscale-2x", str(copy), changed)
    ]
    assert prints[0] == prints[1] != prints[2]


def test_a_model_that_wants_all_memory_fails_its_node_and_the_worker_goes_on(tmp_path: Path) -> None:
    path = ai_models.written(tmp_path, "glutton", ai_models.gluttonous())
    document = graph(
        {"tape": ("input.pattern", {"standard": "pal50p"}), "ai": ("ai.denoise", {"model": path})}, "tape.out > ai.clip"
    )
    made = compiled(document, default_registry(), no_probe)
    assert not [problem for problem in made.errors if problem.node == NodeId("ai")]
    prelude, codes = step_codes(made.plan, {})
    with Session() as session:
        session.load(codes, prelude)
        with pytest.raises(NodeError) as caught:
            session.preview("ai", "out", 0)
        assert caught.value.failure.node == "ai"
        assert not caught.value.failure.crashed
        assert session.preview("tape", "out", 0).width == 720


def test_a_model_that_is_broken_is_a_problem_of_its_node(tmp_path: Path) -> None:
    path = ai_models.written(tmp_path, "cut", ai_models.upscaler()[:900])
    errors = compiled(small(model=path), default_registry(), no_probe).errors
    assert [(problem.node, "cut.onnx: it ends too early" in problem.text) for problem in errors] == [("ai", True)]


def test_a_wrong_scale_in_the_description_is_told_at_load(tmp_path: Path) -> None:
    path = Path(ai_models.written(tmp_path, "thrice", ai_models.upscaler()))
    path.with_suffix(".json").write_text(json.dumps({"scale": 3}), encoding="utf-8")
    prelude, codes = step_codes(compiled(small(model=str(path)), default_registry(), no_probe).plan, {})
    with Session() as session:
        (report,) = [one for one in session.load(codes, prelude) if one.node == "ai"]
    assert report.state == "failed"
    assert "thrice.onnx" in report.message and "scale" in report.message


def test_the_user_is_told_of_another_provider_once_and_the_file_is_made(tmp_path: Path) -> None:
    absent = "dml" if sys.platform == "darwin" else "coreml"
    heard: list[str] = []
    made = render(
        small(provider=absent),
        outputs=[str(tmp_path / "out.mkv")],
        frames=(0, 3),
        listen=lambda event: heard.append(event.text) if isinstance(event, Note) else None,
    )
    assert made.files[0].frames == 3
    said = [text for text in heard if "demo-upscale-2x.onnx" in text]
    assert len(said) == 2
    assert absent in said[0] and f"runs on cpu instead of {absent}" in said[1]


# -- when something goes wrong underneath ------------------------------------------------------------
@pytest.mark.parametrize(
    "said", [MemoryError(), RuntimeError("bad_alloc"), RuntimeError("Failed to allocate memory for buffer of size 9")]
)
def test_where_memory_runs_out_tiles_are_halved_and_the_frame_is_the_same(
    said: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = of_demo([]).picture(noise())
    real = Inference._run

    def tight(self: Inference, planes: Picture) -> Picture:
        if planes.shape[1] * planes.shape[2] > 2000:
            raise said
        return real(self, planes)

    monkeypatch.setattr(Inference, "_run", tight)
    warnings: list[str] = []
    starved = of_demo(warnings)
    assert np.abs(starved.picture(noise()) - whole).max() < 1e-6
    assert [line.split("tiles of ")[1] for line in warnings] == ["45 × 70", "45 × 35"]
    starved.picture(noise())
    assert len(warnings) == 2, "the next frame begins with the smaller tiles"


def test_where_memory_never_does_the_frame_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: Inference, planes: Picture) -> Picture:
        raise MemoryError("out of memory")

    monkeypatch.setattr(Inference, "_run", never)
    with pytest.raises(MemoryError):
        of_demo([]).picture(noise())


def test_a_provider_that_fails_at_a_frame_is_left_for_the_processor() -> None:
    class Lost:
        def get_inputs(self) -> Any:
            raise RuntimeError("device removed\nand much more")

    warnings: list[str] = []
    stage = of_demo(warnings)
    whole = stage.picture(noise())
    stage._provider, stage._session = "cuda", Lost()
    assert np.array_equal(stage.picture(noise()), whole)
    assert warnings == ["cuda failed (device removed); goes on with the processor"]


def test_a_provider_that_is_not_here_is_said_and_the_picture_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "tried", lambda name: providers.Trial(name, (), "no such card"))
    clip = painted(noise())
    with logged() as lines:
        made = run_model([clip], DEMO, provider="cuda", scale=2)[0]
    assert np.array_equal(held(made), held(run_model([clip], DEMO, scale=2)[0]))
    assert any("cuda is not here (no such card)" in line for line in lines)
    assert any("runs on cpu instead of cuda" in line for line in lines)


def test_a_provider_that_breaks_when_it_is_used_gives_way_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    real = providers.tried
    works = providers.Trial("dml", ("mlrt", "onnxruntime"))
    monkeypatch.setattr(providers, "tried", lambda name: works if name == "dml" else real(name))
    clip = painted(noise())
    with logged() as lines:
        made = run_model([clip], DEMO, scale=2)[0]  # this machine's vs-mlrt knows no DML
    assert np.array_equal(held(made), held(run_model([clip], DEMO, provider="cpu", scale=2)[0]))
    assert sum("dml by" in line and "does not work here" in line for line in lines) == 2


def test_a_provider_whose_picture_is_wrong_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    real = onnx._Job._filter

    def wrong(self: Any, name: str, *others: Any) -> list[vs.VideoNode]:
        made = real(self, name, *others)
        return [clip.std.Expr("x 0.1 +") for clip in made] if name == "ov" else made

    monkeypatch.setattr(onnx._Job, "_filter", wrong)
    clip = painted(noise())
    with logged() as lines:
        made = run_model([clip], DEMO, provider="ov", scale=2)[0]
    assert np.array_equal(held(made), held(run_model([clip], DEMO, provider="cpu", scale=2)[0]))
    assert any("ov by mlrt does not work here (its picture is wrong by 0.1)" in line for line in lines)


def test_a_picture_too_large_for_memory_is_cut_and_runs_where_tiles_can_shrink(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = painted(noise(400, 300))
    whole = held(run_model([clip], DEMO, overlap=2, scale=2)[0])
    monkeypatch.setattr(tiled, "_SHARE", 1e-12)
    seen: list[tuple[int, int]] = []
    real = Inference._run

    def watched(self: Inference, planes: Picture) -> Picture:
        seen.append((planes.shape[2], planes.shape[1]))
        return real(self, planes)

    monkeypatch.setattr(Inference, "_run", watched)
    assert np.abs(held(run_model([clip], DEMO, overlap=2, scale=2)[0]) - whole).max() < 1e-6
    assert set(seen) == {(132, 132)}


def test_each_provider_is_known_or_has_a_reason() -> None:
    found = {trial.name: trial for trial in providers.trials()}
    assert set(found) == set(providers.ORDER)
    assert found["cpu"].ways == ("mlrt", "onnxruntime")
    assert all(trial.ways or trial.why for trial in found.values())
    assert providers.best()[-1] == "cpu"


# -- tiles -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("length", "tile", "overlap"), [(100, 40, 5), (41, 40, 19), (1000, 64, 0), (40, 40, 3), (7, 9, 1)]
)
def test_tiles_cover_a_side_once_and_see_beyond_it(length: int, tile: int, overlap: int) -> None:
    shown = 0
    for start, first, last in spans(length, tile, overlap):
        assert first == shown < last <= start + min(tile, length) <= length
        assert start <= max(0, first - overlap)
        assert last == length or last + overlap <= start + tile
        shown = last
    assert shown == length


def test_halving_ends() -> None:
    tile, steps = (4096, 2160), 0
    while (smaller := halved(tile, 16, 8)) is not None:
        assert smaller[0] % 8 == 0 or smaller[0] == tile[0]
        tile, steps = smaller, steps + 1
    assert min(tile) >= 40 and steps < 16
