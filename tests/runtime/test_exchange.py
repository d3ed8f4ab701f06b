"""Where memory runs out in a filter that cannot help itself, the frame is made another way: shown, or rendered."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vapoursynth as vs

from nodes.model import find_model
from runtime.ffmpeg import find
from runtime.protocol import RenderDone, RenderFailed, RenderSink, Reply
from runtime.worker import exchange, onnx
from runtime.worker.onnx import run_model
from runtime.worker.render import RenderJob

core = vs.core
DEMO = find_model("demo-upscale-2x").path
LENGTH, STARVED = 12, 5


def waves() -> vs.VideoNode:
    blank = core.std.BlankClip(width=80, height=64, format=vs.RGBS, length=LENGTH, keep=True)
    return blank.akarin.Expr([f"X {7 + at} / sin Y {11 - at} / cos + N + 4 / 0.5 +" for at in range(3)])


@pytest.fixture
def starving(monkeypatch: pytest.MonkeyPatch) -> None:
    """vs-mlrt's filter has no memory from the sixth frame on."""
    real = onnx._Job._filter

    def starved(self: Any, *given: Any) -> list[vs.VideoNode]:
        def fail(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
            if n >= STARVED:
                raise MemoryError("operator(): bad_alloc")
            return f

        return [made.std.ModifyFrame(made, fail) for made in real(self, *given)]

    monkeypatch.setattr(onnx._Job, "_filter", starved)


def stage() -> vs.VideoNode:
    return run_model([waves()], DEMO, provider="cpu", overlap=2, scale=2)[0]


def asked(clip: vs.VideoNode, frame: int) -> np.ndarray[Any, Any] | Exception:
    """As a view asks for it."""
    came, found = threading.Event(), []

    def got(made: vs.RawFrame | None, fault: Exception | None) -> None:
        if isinstance(made, vs.VideoFrame):
            with made:
                found.append(np.array(made[0]))
        else:
            assert fault is not None
            found.append(fault)
        came.set()

    exchange.get(clip, frame, got)
    assert came.wait(60)
    return found[0]


def rendered(clip: vs.VideoNode, to: Path, wire: Any) -> Reply:
    size = f"{clip.width}x{clip.height}"
    taken = ("-f", "yuv4mpegpipe") if wire == "y4m" else ("-f", "rawvideo", "-pix_fmt", "gray", "-s", size)
    argv = (find().path, "-v", "error", *taken, "-i", "pipe:0", "-f", "rawvideo", str(to))
    sink = RenderSink("encode", "", "out", 1, LENGTH, wire, argv, LENGTH - 1)
    said: list[Reply] = []
    RenderJob.of(1, [(sink, clip)], [], said.append).run()
    return said[-1]


def test_a_view_s_frame_is_asked_for_once_more(starving: None, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(onnx, "warn", told.append)
    made = stage()
    before = asked(made, 2)
    late = asked(made, STARVED + 1)
    assert isinstance(before, np.ndarray) and isinstance(late, np.ndarray)
    assert told == ["demo-upscale-2x.onnx: out of memory; goes on with tiles of 40 × 64"]
    monkeypatch.undo()
    right = stage()
    for frame, one in ((2, before), (STARVED + 1, late)):
        with right.get_frame(frame) as whole:
            assert np.abs(np.asarray(whole[0]) - one).max() < 1e-6


@pytest.mark.parametrize("wire", ["y4m", "raw"])
def test_a_render_goes_on_at_the_frame_that_failed(
    starving: None, monkeypatch: pytest.MonkeyPatch, wire: str, tmp_path: Path
) -> None:
    def gray(clip: vs.VideoNode) -> vs.VideoNode:
        return clip.resize.Point(format=vs.GRAY8, matrix_s="709")

    done = rendered(gray(stage()), tmp_path / "starved.raw", wire)
    assert isinstance(done, RenderDone) and done.sinks[0].written == LENGTH - 1
    monkeypatch.undo()
    assert isinstance(rendered(gray(stage()), tmp_path / "right.raw", wire), RenderDone)
    one, other = (np.fromfile(tmp_path / f"{name}.raw", np.uint8).astype(int) for name in ("starved", "right"))
    assert one.size == other.size == (LENGTH - 1) * 160 * 128
    assert np.abs(one - other).max() <= 1  # tiles differ in the last bit, which may round the other way


def test_what_fails_for_another_reason_fails_at_once(tmp_path: Path) -> None:
    tried: list[int] = []

    def fail(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        tried.append(n)
        raise ValueError("no such thing")

    kept = stage()  # another way would be there
    clip = waves()
    fault = asked(clip.std.ModifyFrame(clip, fail), 3)
    assert isinstance(fault, Exception) and "no such thing" in str(fault)
    assert tried == [3] and kept.num_frames == LENGTH
    gray = clip.resize.Point(format=vs.GRAY8, matrix_s="709")
    assert isinstance(rendered(gray.std.ModifyFrame(gray, fail), tmp_path / "a.raw", "raw"), RenderFailed)


def test_where_no_other_way_helps_the_frame_fails(starving: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Any:
        raise MemoryError("out of memory")

    monkeypatch.setattr("runtime.worker.inference.Inference._run", never)
    fault = asked(stage(), STARVED)
    assert isinstance(fault, Exception) and "out of memory" in str(fault)
