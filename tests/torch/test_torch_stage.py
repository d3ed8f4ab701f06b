"""PyTorch weights run as they are: the pictures of ONNX, in any order, in tiles, and when something goes wrong."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here")
pytest.importorskip("spandrel", reason="spandrel is not installed here")

import vapoursynth as vs  # noqa: E402

from nodes.library.scale.ai_upscale import AiUpscale  # noqa: E402
from nodes.registry import default_registry  # noqa: E402
from runtime.compiled import compiled  # noqa: E402
from runtime.script import script_text, step_codes  # noqa: E402
from runtime.session import NodeError, Session  # noqa: E402
from runtime.worker import torch_cache, torch_compile, torch_inference  # noqa: E402
from runtime.worker.onnx import ModelError, run_model  # noqa: E402
from runtime.worker.torch_stage import run_torch  # noqa: E402
from tests.nodes import harness  # noqa: E402
from tests.nodes.measure import planes  # noqa: E402
from tests.nodes.test_ai import SMALL, error, given, rgb  # noqa: E402
from tests.nodes.test_weights import no_probe, with_model  # noqa: E402
from tests.runtime.test_onnx_stage import logged  # noqa: E402
from tests.torch.small_nets import compact, exported, saved, span  # noqa: E402


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPELOOM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(torch_inference, "NETS", torch_inference.Nets())


def first(clips: list[vs.VideoNode], n: int = 3) -> Any:
    return planes(clips[0], n)


# -- the same picture --------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["compact", "compact 4x", "span", "luma"])
def test_torch_gives_the_picture_of_onnx(tmp_path: Path, kind: str) -> None:
    net = {"compact": compact, "compact 4x": lambda: compact(scale=4), "span": span, "luma": lambda: compact(1)}[kind]()
    count, scale = (1 if kind == "luma" else 3), (4 if kind == "compact 4x" else 2)
    clip = rgb(90, 70)
    source = [clip.std.ShufflePlanes(0, vs.GRAY) if count == 1 else clip]
    made = run_torch(source, saved(tmp_path, net), scale=scale)
    wanted = run_model(source, exported(tmp_path, net, count), provider="cpu", scale=scale)
    assert made[0].format.id == wanted[0].format.id
    off = error(first(made), first(wanted))
    print(f"{kind}: torch against ONNX {off:.1e}")
    assert off < 1e-5
    assert error(first(made), first([source[0].resize.Bicubic(90 * scale, 70 * scale)])) > 1e-3, (
        "the net does something"
    )


@pytest.mark.parametrize("name", ["a.pth", "b.safetensors"])
def test_the_node_runs_weights_of_either_kind(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path, compact(), name, pattern="frame", scale=2, radius=4)
    whole = harness.run(AiUpscale(model=path), {"clip": (SMALL, given())})["out"]
    onnx = exported(tmp_path, compact(), name="other.onnx")
    wanted = harness.run(AiUpscale(model=onnx), {"clip": (SMALL, given())})["out"]
    assert (whole.width, whole.height, whole.num_frames) == (192, 160, 13)
    assert error(planes(whole, 5), planes(wanted, 5)) < 1e-5


def test_frames_in_any_order_are_those_in_order(tmp_path: Path) -> None:
    path = saved(tmp_path, compact())
    in_order = run_torch([rgb(64, 48)], path, scale=2)
    kept = [first(in_order, n) for n in range(13)]
    again = run_torch([rgb(64, 48)], path, scale=2)
    for n in random.Random(3).sample(range(13), 13):
        assert error(first(again, n), kept[n]) == 0


@pytest.mark.parametrize("tile", [(64, 64), (96, 40), (199, 135)])
def test_tiles_leave_no_seam(tmp_path: Path, tile: tuple[int, int]) -> None:
    path, clip = saved(tmp_path, compact()), [rgb()]
    whole = first(run_torch(clip, path, scale=2))
    seam = error(whole, first(run_torch(clip, path, scale=2, tile=tile, overlap=6)))
    print(f"seam of tiles of {tile}: {seam:.1e}")
    assert seam < 1e-5
    assert error(whole, first(run_torch(clip, path, scale=2, tile=tile, overlap=0))) > 1e-4


# -- when something goes wrong underneath ------------------------------------------------------------
@pytest.mark.parametrize(
    "said",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
        RuntimeError("MPS backend out of memory"),
    ],
)
def test_where_memory_runs_out_tiles_are_halved_and_the_frame_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Exception
) -> None:
    path, clip = saved(tmp_path, compact()), [rgb(90, 70)]
    whole = first(run_torch(clip, path, scale=2))
    real = torch_inference._computed

    def tight(run: Any, picture: Any, way: Any) -> Any:
        if picture.shape[1] * picture.shape[2] > 4000:
            raise said
        return real(run, picture, way)

    monkeypatch.setattr(torch_inference, "_computed", tight)
    with logged() as lines:
        assert error(whole, first(run_torch(clip, path, scale=2, overlap=6))) < 1e-5
    assert [line for line in lines if "goes on with tiles of 45 × 70" in line]


def test_a_card_that_fails_gives_way_to_the_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, clip = saved(tmp_path, compact()), [rgb(64, 48)]
    wanted = first(run_torch(clip, path, provider="cpu", scale=2))
    monkeypatch.setattr(torch_inference, "_here", lambda device: device == "meta")
    monkeypatch.setitem(torch_inference._CARDS, "auto", ("meta",))  # a device on which nothing can be read back
    with logged() as lines:
        assert error(wanted, first(run_torch(clip, path, scale=2))) == 0
    told = [line for line in lines if "net.pth: meta" in line]
    assert len(told) == 2 and "half precision does not work here" in told[0] and "meta does not work" in told[1]


def test_a_card_whose_picture_is_wrong_gives_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, clip = saved(tmp_path, compact()), [rgb(64, 48)]
    wanted = first(run_torch(clip, path, provider="cpu", scale=2))
    real = torch_inference._computed
    monkeypatch.setattr(torch_inference, "_here", lambda device: device == "card")
    monkeypatch.setitem(torch_inference._CARDS, "auto", ("card",))
    plain = torch_inference.Way("cpu")

    class Card(torch_inference.Nets):
        def get(self, path: str, way: Any) -> Any:
            return super().get(path, plain)

    def crooked(run: Any, picture: Any, way: Any) -> Any:
        off = {("card", True): np.float32("nan"), ("card", False): np.float32(0.1)}.get((way.device, way.half), 0)
        return real(run, picture, plain) + off

    monkeypatch.setattr(torch_inference, "NETS", Card())
    monkeypatch.setattr(torch_inference, "_computed", crooked)
    with logged() as lines:
        assert error(wanted, first(run_torch(clip, path, scale=2))) == 0
    assert [line.rpartition("(")[2] for line in lines if "net.pth: card" in line] == [
        "its picture is wrong by inf)", "its picture is wrong by 0.1)"
    ]  # fmt: skip


def test_a_provider_that_pytorch_has_not_is_told(tmp_path: Path) -> None:
    with logged() as lines:
        run_torch([rgb(64, 48)], saved(tmp_path, compact()), provider="dml", scale=2)
    assert any("runs on cpu instead of dml" in line for line in lines)


def test_what_cannot_be_run_is_told_at_load(tmp_path: Path) -> None:
    broken = tmp_path / "cut.pth"
    broken.write_bytes(Path(saved(tmp_path, compact())).read_bytes()[:900])
    with pytest.raises(ModelError, match=r"the model cut\.pth cannot be run: is not whole"):
        run_torch([rgb(64, 48)], str(broken), scale=2)
    with pytest.raises(ModelError, match="expects 1 input planes, is given 3"):
        run_torch([rgb(64, 48)], saved(tmp_path, compact(1)), scale=2)


# -- in the worker -----------------------------------------------------------------------------------
def test_a_graph_runs_in_the_worker_and_its_export_without_tapeloom(tmp_path: Path) -> None:
    path = saved(tmp_path, compact(), pattern="frame", scale=2, radius=4)
    made = compiled(with_model(model=path), default_registry(), no_probe)
    prelude, codes = step_codes(made.plan, {})
    with Session() as session:
        assert {report.state for report in session.load(codes, prelude)} == {"built"}
        picture = session.preview("ai", "out", 2)
        assert (picture.width, picture.height) == (1440, 1152)
    space: dict[str, Any] = {}
    exec(script_text(made.plan).text, space)
    ours: dict[str, Any] = {}
    exec(prelude + "\n" + "\n".join(code.code for code in codes), ours)
    assert error(planes(space["ai"], 1), planes(ours["ai"], 1)) <= 1
    vs.clear_outputs()


def test_a_wrong_scale_in_the_description_fails_its_node_alone(tmp_path: Path) -> None:
    path = saved(tmp_path, compact(), pattern="frame", scale=3)
    prelude, codes = step_codes(compiled(with_model(model=path), default_registry(), no_probe).plan, {})
    with Session() as session:
        session.load(codes, prelude)
        with pytest.raises(NodeError) as caught:
            session.preview("ai", "out", 0)
        assert "scale in its description is wrong" in caught.value.failure.message
        assert session.preview("tape", "out", 0).width == 720


# -- compiled ----------------------------------------------------------------------------------------
def entries() -> list[Path]:
    return sorted(torch_cache.folder().glob("*-*.*"))


def notes_of(lines: list[str], word: str) -> list[str]:
    return [line for line in lines if word in line]


def traced(path: str, size: tuple[int, int] = (64, 48)) -> Any:
    return run_torch([rgb(*size)], path, scale=2, compiled=True)


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled here: a child takes seconds to load torch."""

    def here(order: Any, key: str, space: Path) -> str:
        monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(space / "inductor"))
        torch_compile.compile_(order, key, space)
        return ""

    monkeypatch.setattr(torch_cache, "_compiled_by_a_child", here)


@pytest.fixture
def no_compiler(in_process: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-compiler")


@pytest.mark.usefixtures("in_process")
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore")  # PyTorch's compiler warns of its own ways
def test_what_is_compiled_ahead_is_kept_and_found_again(tmp_path: Path) -> None:
    if not torch_cache.compiler():
        pytest.skip("there is no C++ compiler here")
    path, clip = saved(tmp_path, compact()), [rgb(64, 48)]
    eager = first(run_torch(clip, path, scale=2))
    with logged() as lines:
        made = first(run_torch(clip, path, scale=2, compiled=True))
    assert len(notes_of(lines, "is compiled for pictures of 64 × 48")) == 1
    assert not notes_of(lines, "uncompiled")
    (entry,) = entries()
    assert entry.suffix == ".pt2"
    assert list(torch_cache.folder().iterdir()) == [entry], "nothing is left lying about"
    off = error(eager, made)
    print(f"compiled against eager: {off:.1e}")
    assert off < 1e-5
    with logged() as lines:
        assert error(made, first(run_torch(clip, path, scale=2, compiled=True))) == 0
    assert not notes_of(lines, "compiled")


def test_a_child_compiles_and_leaves_nothing_but_the_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-compiler")
    path = saved(tmp_path, compact())
    eager = first(run_torch([rgb(64, 48)], path, scale=2))
    assert error(eager, first(traced(path))) < 1e-5
    assert list(torch_cache.folder().iterdir()) == entries()
    assert [entry.suffix for entry in entries()] == [".ts"]


@pytest.mark.usefixtures("no_compiler")
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_without_a_compiler_torchscript_serves(tmp_path: Path) -> None:
    path = saved(tmp_path, compact())
    eager = first(run_torch([rgb(64, 48)], path, scale=2))
    assert error(eager, first(traced(path))) < 1e-5
    assert [entry.suffix for entry in entries()] == [".ts"]
    traced(path, (80, 48))
    torch.manual_seed(5)
    traced(saved(tmp_path, span(), "other.pth"))
    assert len(entries()) == 3, "one for each size and each model"


@pytest.mark.usefixtures("no_compiler")
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_a_damaged_entry_is_made_anew(tmp_path: Path) -> None:
    path = saved(tmp_path, compact())
    whole = first(traced(path))
    (entry,) = entries()
    entry.write_bytes(entry.read_bytes()[:-100])
    with logged() as lines:
        assert error(whole, first(traced(path))) == 0
    assert notes_of(lines, "is compiled for")
    (again,) = entries()
    assert again.stem.rpartition("-")[2] == torch_cache.digest(again)


@pytest.mark.usefixtures("no_compiler")
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_the_longest_unused_goes_where_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, compact())
    traced(path)
    (old,) = entries()
    os.utime(old, (1, 1))
    monkeypatch.setattr(torch_cache, "_MOST_BYTES", old.stat().st_size * 3 // 2)
    traced(path, (80, 48))
    assert old not in entries() and len(entries()) == 1


def test_what_cannot_be_compiled_runs_uncompiled_and_is_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, compact())
    eager = first(run_torch([rgb(64, 48)], path, scale=2))
    tried: list[str] = []

    def fails(order: Any, key: str, space: Path) -> str:
        tried.append(key)
        return "the compiler ended with exit code -9"

    monkeypatch.setattr(torch_cache, "_compiled_by_a_child", fails)
    for _ in range(2):
        with logged() as lines:
            assert error(eager, first(traced(path))) == 0
        assert len(notes_of(lines, "cannot be compiled (the compiler ended with exit code -9); runs uncompiled")) == 1
    assert len(tried) == 1


def test_where_nothing_can_be_kept_it_runs_uncompiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("TAPELOOM_CACHE", str(tmp_path / "file"))
    path = saved(tmp_path, compact())
    with logged() as lines:
        assert error(first(run_torch([rgb(64, 48)], path, scale=2)), first(traced(path))) == 0
    assert len(notes_of(lines, "runs uncompiled")) == 1


@pytest.mark.usefixtures("no_compiler")
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_what_fails_compiled_at_a_frame_goes_on_uncompiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, compact())
    eager = first(run_torch([rgb(64, 48)], path, scale=2))

    def lost(picture: Any) -> Any:
        raise RuntimeError("illegal instruction\nand much more")

    monkeypatch.setattr(torch_cache, "opened", lambda entry, device: lost)
    with logged() as lines:
        clip = run_torch([rgb(64, 48)], path, scale=2, compiled=True)
        assert error(eager, first(clip)) == 0
    assert notes_of(lines, "compiled, it failed (illegal instruction); goes on uncompiled")
