"""Fewer bits of an ONNX, from the shelf to the shelf; and a child that fails leaves one line and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from onnx import TensorProto, helper, numpy_helper

from nodes.model import find_model, on_shelf
from runtime.commands import DONE, FAILED, WRONG, main
from runtime.commands._conversions import bench_table, table
from runtime.models import child
from runtime.models.child import ConversionError, TorchMissingError, work
from runtime.models.convert import Report, Wish
from runtime.models.converting import DEMO_CLIP, convert, source
from runtime.models.download import sha256
from runtime.models.entry import ONNX
from runtime.models.fault import ShelfError
from runtime.models.inspect import inspect
from runtime.models.proof import MOST_OFF, Off, Precision, judged
from runtime.models.speeds import BOTH, Speed
from runtime.models.store import OWN, Item, Shelf
from runtime.worker.conversion import compare
from tests.runtime.models.shelves import left, shelf


@pytest.fixture(autouse=True)
def _one_thread_and_a_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def upscaler(path: Path, seed: int = 5) -> Path:
    """Four convolutions and a Resize beside them, as compact upscalers are built: 2×."""
    random = np.random.default_rng(seed)
    sizes = [(8, 3), (8, 8), (8, 8), (12, 8)]
    weights = {f"w{at}": random.normal(0, 0.25, (*size, 3, 3)).astype(np.float32) for at, size in enumerate(sizes)}
    nodes, last = [], "x"
    for at in range(4):
        nodes.append(helper.make_node("Conv", [last, f"w{at}"], [f"c{at}"], pads=[1, 1, 1, 1]))
        last = f"c{at}"
        if at < 3:
            nodes.append(helper.make_node("LeakyRelu", [last], [last := f"r{at}"], alpha=0.2))
    nodes += [
        helper.make_node("DepthToSpace", [last], ["up"], blocksize=2, mode="CRD"),
        helper.make_node("Resize", ["x", "", "two"], ["large"], mode="nearest"),
        helper.make_node("Mul", ["up", "tenth"], ["detail"]),
        helper.make_node("Add", ["detail", "large"], ["y"]),
    ]
    constants = {**weights, "two": np.array([1, 1, 2, 2], np.float32), "tenth": np.array(0.1, np.float32)}
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3, "hh", "ww"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(made, {"title": "Mine", "scale": "2", "radius": "4"})
    path.write_bytes(made.SerializeToString())
    return path


def wish(*precisions: Precision) -> Wish:
    return Wish(DEMO_CLIP, precisions, timed=False)


def said(capsys: pytest.CaptureFixture[str], *argv: str, code: int = DONE) -> str:
    assert main(["models", *argv]) == code
    out, err = capsys.readouterr()
    return out if code == DONE else err


# -- what a child may do ---------------------------------------------------------------------------
def acting(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """The child does `code` instead of its task."""
    monkeypatch.setattr(child, "COMMAND", (sys.executable, "-c", f"import sys, os, time, json\n{code}"))


def weights(tmp_path: Path) -> Path:
    path = tmp_path / "net.pth"
    path.write_bytes(b"PK\3\4" + bytes(1000))
    return path


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("print(json.dumps({'missing': 'torch'}))", "`python3 launch.py setup torch` brings it (4.7 GB on Linux)"),
        ("os.kill(os.getpid(), 11)", "its process was killed by SIGSEGV"),
        ("os.kill(os.getpid(), 9)", "most likely memory ran out"),
        ("sys.exit('torch is broken: no libc10.so')", "ended with exit code 1 (torch is broken: no libc10.so)"),
        ("print(json.dumps({'fault': 'its architecture is not known'}))", "net: its architecture is not known"),
    ],
    ids=["no torch", "a crash", "no memory", "a broken torch", "a fault"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_conversion_that_fails_is_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: str, line: str
) -> None:
    acting(monkeypatch, code)
    err = said(capsys, "convert", str(weights(tmp_path)), "--clip", str(DEMO_CLIP), code=FAILED)
    (only,) = err.splitlines()
    assert only.startswith("tapeloom: net: ")
    assert line in only
    assert left(Shelf()) == []
    assert "net" not in on_shelf()


def test_a_child_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    acting(monkeypatch, "print(json.dumps({'note': str(os.getpid())}), flush=True)\ntime.sleep(600)")
    told: list[str] = []
    with pytest.raises(ConversionError, match="net: it was not done within 1 s, and was stopped"):
        work("export", {}, "net", told.append, limit_s=1)
    assert not psutil.pid_exists(int(told[0].removeprefix("net: ")))


def test_ctrl_c_takes_the_child_along(monkeypatch: pytest.MonkeyPatch) -> None:
    acting(monkeypatch, "print(json.dumps({'note': str(os.getpid())}), flush=True)\ntime.sleep(600)")
    told: list[str] = []

    def interrupted(text: str) -> None:
        told.append(text)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work("export", {}, "net", interrupted)
    assert not psutil.pid_exists(int(told[0].removeprefix("net: ")))


def test_a_child_that_eats_the_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    acting(monkeypatch, "hold = bytearray(200 << 20)\nhold[::4096] = b'x' * len(hold[::4096])\ntime.sleep(600)")
    with pytest.raises(ConversionError, match="it wants more than the 100 MB that are free"):
        work("export", {}, "net", most_bytes=100 << 20)


def test_what_torch_is_needed_for_says_so_by_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    acting(monkeypatch, "print(json.dumps({'missing': 'spandrel'}))")
    with pytest.raises(TorchMissingError):
        work("export", {}, "net")


# -- fewer bits ------------------------------------------------------------------------------------
def held(tmp_path: Path) -> Shelf:
    """A shelf with the upscaler on it, as `models import` leaves it."""
    models = Shelf()
    found = inspect(upscaler(tmp_path / "mine.onnx"))
    folder = models.making("mine")
    part = upscaler(folder / "mine.onnx.part")
    from runtime.models.getting import _own

    item = Item("mine.onnx", ONNX, part.stat().st_size, sha256(part), "mine.onnx", OWN)
    models.place(_own("mine", tmp_path / "mine.onnx", found, "Mine", ""), {part: item}, inspected=found)
    return models


def test_half_and_eight_bits_stand_on_the_shelf_under_names_that_nodes_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = held(tmp_path)
    heard: list[str] = []
    report = convert(models, source(models, "mine"), wish(Precision.FP16, Precision.INT8), heard.append)
    whole, half, eight = report.made
    print("\n".join(table(report)))
    assert report.sound
    assert half.size_bytes < 0.7 * whole.size_bytes
    assert eight.size_bytes != half.size_bytes
    assert max(off.max for off in half.off) < 2e-3
    assert [off.size for off in eight.off] == ["128 × 96", "176 × 144"]
    assert all(off.psnr is not None and off.psnr > 30 for off in eight.off)
    assert set(on_shelf()) >= {"mine", "mine.fp16", "mine.int8"}
    assert find_model("mine").path.endswith("mine.onnx")
    for name in ("mine", "mine.fp16", "mine.int8"):
        model = find_model(name)
        assert (model.scale, model.pattern, model.radius) == (2, "frame", 4)
    again = models.held("mine")
    assert again is not None
    assert [item.name for item in again.items] == ["mine.onnx", "mine.fp16.onnx", "mine.int8.onnx"]
    assert again.items[2].source.endswith("; int8; calibrated on tape.mkv")
    assert left(models) == [f"mine/{name}" for name in ("mine.fp16.onnx", "mine.int8.onnx", "mine.onnx", "shelf.json")]
    assert any("calibrated on 12 frames" in line for line in heard)


def test_verifying_finds_a_conversion_that_is_not_the_net_any_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = held(tmp_path)
    convert(models, source(models, "mine"), wish(Precision.FP16), lambda _: None)
    before = left(models)
    said(capsys, "convert", "mine", "--verify")
    upscaler(models.folder / "mine" / "mine.fp16.onnx", seed=6)
    (found,) = json.loads(_failed(capsys, "convert", "mine", "--verify", "--json"))
    assert not found["sound"]
    assert "it is another picture" in found["made"][1]["refused"]
    assert left(models) == before


def _failed(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(["models", *argv]) == FAILED
    return capsys.readouterr().out


def test_a_file_goes_into_a_folder_and_not_onto_the_shelf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = upscaler(tmp_path / "my net ü.onnx")
    out = tmp_path / "out here"
    argv = ("convert", str(path), "--precision", "fp16", "--out", str(out), "--no-bench", "--json")
    (report,) = json.loads(said(capsys, *argv))
    assert [one.name for one in out.iterdir()] == ["my-net.fp16.onnx"]
    assert report["made"][1]["file"] == str(out / "my-net.fp16.onnx")
    assert find_model(str(out / "my-net.fp16.onnx")).scale == 2
    assert left(Shelf()) == []


def test_a_net_that_has_nothing_to_quantise_keeps_its_half(tmp_path: Path) -> None:
    demo = DEMO_CLIP.parent / "models" / "demo-upscale-2x.onnx"
    models = shelf(tmp_path)
    report = convert(
        models, source(models, str(demo), keep=False), wish(Precision.FP16, Precision.INT8), lambda _: None, tmp_path
    )
    assert [bool(made.refused) for made in report.made] == [False, False, True]
    assert "nothing to count in eight bits" in report.made[2].refused
    assert sorted(path.name for path in tmp_path.glob("*.onnx")) == ["demo-upscale-2x.fp16.onnx"]
    assert not report.sound


@pytest.mark.parametrize(
    ("argv", "code", "line"),
    [
        (("convert",), WRONG, "name a model or a file, or say --all"),
        (("convert", "span-x2"), FAILED, "`launch.py models get span-x2` puts it there"),
        (("convert", "nothing.pth"), FAILED, "nothing.pth: there is no such file"),
        (("convert", "a", "--clip", "no.mkv"), WRONG, "no.mkv: there is no such file"),
        (("convert", "a", "--graph", "no.graph"), WRONG, "no.graph"),
        (("bench", "nosuch"), FAILED, "there is no model 'nosuch'"),
    ],
)
def test_a_users_mistake_is_one_line(
    capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], code: int, line: str
) -> None:
    assert main(["models", *argv]) == code
    err = capsys.readouterr().err
    assert line in err
    assert "Traceback" not in err


def test_an_onnx_that_is_asked_for_as_it_is_says_what_can_be_made(tmp_path: Path) -> None:
    path = upscaler(tmp_path / "mine.onnx")
    models = shelf(tmp_path)
    with pytest.raises(ConversionError, match=r"ONNX already\. --precision fp16 or int8"):
        convert(models, source(models, str(path)), wish(Precision.FP32), lambda _: None)
    with pytest.raises(ConversionError, match="--size needs its PyTorch weights"):
        convert(models, source(models, str(path)), Wish(DEMO_CLIP, (Precision.FP16,), (64, 64)), lambda _: None)
    assert left(models) == []


def test_a_clip_without_pictures_is_named(tmp_path: Path) -> None:
    clip = tmp_path / "no video.txt"
    clip.write_text("words")
    models = shelf(tmp_path)
    one = source(models, str(upscaler(tmp_path / "mine.onnx")), keep=False)
    with pytest.raises(ConversionError, match=r"mine: no video.txt: its pictures cannot be read .*Name another clip"):
        convert(models, one, Wish(clip, (Precision.FP16,), timed=False), lambda _: None, tmp_path)


def test_the_clip_of_a_graph_is_its_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = upscaler(tmp_path / "mine.onnx")
    demo = DEMO_CLIP.with_name("demo.graph")
    argv = ("convert", str(path), "--graph", str(demo), "--precision", "fp16", "--out", str(tmp_path), "--no-bench")
    assert main(["models", *argv]) == DONE
    assert "frames of tape.mkv" in capsys.readouterr().err


def test_a_second_conversion_waits_its_turn_and_sweeps_up_after_a_killed_one(tmp_path: Path) -> None:
    models = held(tmp_path)
    (models.folder / ".converting-killed").mkdir()
    (models.folder / ".converting-killed" / "mine.onnx").touch()
    convert(models, source(models, "mine"), wish(Precision.FP16), lambda _: None)
    assert not (models.folder / ".converting-killed").exists()


# -- judging, and telling --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("precision", "off", "refused", "note"),
    [
        (Precision.FP32, Off("a", 3e-5, 1e-6, 110.0), "", ""),
        (Precision.FP32, Off("a", 2e-3, 1e-6, 80.0), "it differs by up to 2.0e-03", ""),
        (Precision.FP32, Off("a", fault="it fails on a picture"), "a: it fails on a picture", ""),
        (Precision.FP16, Off("a", 1e-3, 1e-4, 70.0), "", ""),
        (Precision.FP16, Off("a", 0.02, 1e-3, 50.0), "", "off by up to 5.1 codes of eight bits"),
        (Precision.FP16, Off("a", 0.1, 1e-2, 39.0), "it is another picture: 39.0 dB", ""),
        (Precision.INT8, Off("a", 0.1, 1e-2, 39.0), "", "off by up to 25.5 codes of eight bits"),
        (Precision.INT8, Off("a", 0.5, 1e-1, 29.0), "it is another picture", ""),
        (Precision.INT8, Off("a"), "", ""),
    ],
)
def test_a_conversion_is_judged_by_its_precision(precision: Precision, off: Off, refused: str, note: str) -> None:
    verdict = judged(precision, (Off("b", 1e-9, 1e-9, 150.0), off))
    assert bool(verdict.refused) == bool(refused)
    assert verdict.refused.startswith(refused)
    assert verdict.note == note


@pytest.mark.parametrize(
    ("off", "refused"),
    [
        (Off("a", 0.2, 1e-5, 70.0, beyond=4e-3), ""),
        (Off("a", 5e-4, 1e-6, 90.0), ""),
        (Off("a", 0.2, 1e-5, 70.0, beyond=0.2), "it differs by up to 2.0e-01"),
        (Off("a", 0.9, 1e-2, 39.0, beyond=4e-3), "it differs by up to 9.0e-01"),
    ],
)
def test_a_net_that_picks_whole_pixels_may_differ_in_a_few(off: Off, refused: str) -> None:
    found = (Off("b", 1e-9, 1e-9, 150.0), off)
    verdict = judged(Precision.FP32, found, jumps=True)
    assert verdict.refused.startswith(refused) and bool(verdict.refused) == bool(refused)
    assert bool(verdict.note) == (off.max > MOST_OFF and not refused)
    assert bool(judged(Precision.FP32, found).refused) == (off.max > MOST_OFF)


def test_what_counts_as_off_is_told_once() -> None:
    assert compare._CLEAR == MOST_OFF


def test_the_bench_marks_the_fastest_and_tells_what_failed() -> None:
    speeds = [Speed("vs-mlrt ort", (720, 576), 5, 41.0, 80.0, 3_000_000), Speed("torch", fault="PyTorch is not here")]
    speeds.append(Speed("onnxruntime", (720, 576), 5, 40.0, 81.0, 2_000_000))
    head, _, first, second, third, _ = bench_table("net", speeds)
    assert head == "net · 720 × 576"
    assert "fastest" in third and "fastest" not in first
    assert second.endswith("PyTorch is not here")
    assert "it runs on nothing here" in "\n".join(bench_table("net", [Speed("a", fault="b")]))


def test_a_model_is_timed_by_every_engine(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("runtime.commands._conversions.engines", lambda _: list(BOTH))
    argv = ("bench", "demo-upscale-2x", "--size", "64x48", "--frames", "2", "--seconds", "2", "--json")
    (found,) = json.loads(said(capsys, *argv))
    assert [one["engine"] for one in found["engines"]] == ["vs-mlrt ort", "vs-mlrt ov", "onnxruntime"]
    for one in found["engines"]:
        assert one["fault"] == ""
        assert one["size"] == [64, 48]
        assert one["ms"] > 0 and one["memory_bytes"] > 0


def test_a_reports_table_has_a_line_a_precision() -> None:
    report = Report("net", "net.pth", "PyTorch", {}, (), ())
    assert "PyTorch" in "\n".join(table(report))


def test_a_file_of_a_registry_s_model_goes_to_the_shelf_first_with_those_that_belong_to_it(tmp_path: Path) -> None:
    names = r"ProPainter\.pth recurrent_flow_completion\.pth raft-things\.pth"
    (tmp_path / "ProPainter.pth").write_bytes(b"weights")
    with pytest.raises(ShelfError, match=f"models get propainter --from-file {names}"):
        source(Shelf(), str(tmp_path / "ProPainter.pth"))
