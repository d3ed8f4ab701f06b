"""Renders with a real VapourSynth and a real ffmpeg: whole files, or a reason."""

import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.protocol import RenderSink, StepCode
from runtime.session import Cancelled, NodeError, RenderError, RenderUpdate, Session
from tests.runtime.steps import (
    FFMPEG,
    PRELUDE,
    children,
    faulty_sink,
    fingerprint,
    per_frame,
    running,
    sink,
    source,
    step,
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Session]:
    with Session() as session:
        yield session


@pytest.fixture
def session(shared: Session) -> Session:
    shared.load([])
    return shared


def load(session: Session, *steps: StepCode) -> None:
    assert {report.state for report in session.load(steps, PRELUDE)} <= {"built", "reused"}


def frame_hashes(path: Path) -> list[str]:
    argv = [FFMPEG, "-v", "error", "-i", str(path), "-f", "framemd5", "-"]
    text = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    return [line.split(",")[-1].strip() for line in text.splitlines() if not line.startswith("#")]


def test_a_render_is_the_frames_that_were_asked_for(session: Session, tmp_path: Path) -> None:
    load(session, source())
    updates: list[RenderUpdate] = []
    whole = session.render([sink("src", tmp_path / "whole.part", last=200)], updates.append)
    (one,) = whole.sinks
    assert (one.written, one.encoded, one.total) == (200, 200, 200)
    assert one.size_bytes == (tmp_path / "whole.part").stat().st_size
    assert [update.frames for update in updates] == sorted(update.frames for update in updates)
    session.render([sink("src", tmp_path / "middle.part", first=50, last=120)])
    hashes = frame_hashes(tmp_path / "whole.part")
    assert len(set(hashes)) == 200
    assert frame_hashes(tmp_path / "middle.part") == hashes[50:120]


@pytest.mark.parametrize(
    ("kind", "pix_fmt"),
    [("RGB24", "gbrp"), ("RGB48", "gbrp16le"), ("GRAY16", "gray16le"), ("YUV444P12", "yuv444p12le")],
)
def test_raw_planes_come_in_ffmpegs_order(session: Session, tmp_path: Path, kind: str, pix_fmt: str) -> None:
    """Red must arrive as red: VapourSynth gives R, G, B, ffmpeg's gbrp wants G, B, R."""
    peak = {"RGB24": 255, "RGB48": 65535}.get(kind, 3000)
    colour = f"[{peak}, 0, 0]" if kind.startswith("RGB") else "[3000]" if kind == "GRAY16" else "[3000, 2048, 2048]"
    code = f"c = core.std.BlankClip(format=vs.{kind}, width=18, height=14, length=5, color={colour})"
    load(session, step("c", code, change=kind))
    out = tmp_path / "raw.part"
    taken = ("-f", "rawvideo", "-pix_fmt", pix_fmt, "-s", "18x14", "-r", "25")
    argv = (
        FFMPEG,
        "-v",
        "error",
        "-y",
        *taken,
        "-i",
        "pipe:0",
        "-c:v",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-f",
        "rawvideo",
        str(out),
    )
    session.render([RenderSink("c", fingerprint("c", kind), "out", 0, 5, "raw", argv, 5)])
    pixels = out.read_bytes()
    assert len(pixels) == 18 * 14 * 3 * 5
    red, green, blue = pixels[:3]
    assert (red, green, blue) == (255, 0, 0) if kind.startswith("RGB") else red == green == blue


def test_what_two_files_share_is_computed_once(session: Session, tmp_path: Path) -> None:
    """One encoder is much slower than the other, and one sink takes the shared clip itself."""
    tally = tmp_path / "tally"
    count = per_frame("shared", f"with open({str(tally)!r}, 'a') as tally:\n    tally.write('.')")
    slow = per_frame("slow", "time.sleep(0.004)", "shared")
    load(session, source(), count, slow, step("other", "other = shared.std.FlipVertical()", "shared"))
    sinks = [sink(node, tmp_path / node, last=150) for node in ("shared", "slow", "other")]
    session.render(sinks)
    assert tally.stat().st_size == 150
    assert frame_hashes(tmp_path / "shared") == frame_hashes(tmp_path / "slow")


def test_rates_may_differ_between_files_of_one_pass(session: Session, tmp_path: Path) -> None:
    double = step("double", "double = core.std.Interleave([src, src])", "src")
    load(session, source(), double)
    sinks = [sink("src", tmp_path / "a", last=60), sink("double", tmp_path / "b", last=120)]
    done = session.render(sinks)
    assert [one.encoded for one in done.sinks] == [60, 120]


def test_a_frame_that_fails_ends_the_render_with_node_frame_and_line(session: Session, tmp_path: Path) -> None:
    bad = replace(per_frame("bad", "if n == 57:\n    raise ValueError('head clog')"), line=70)
    load(session, source(), bad, step("out", "out = bad.std.FlipVertical()", "bad"))
    with pytest.raises(RenderError, match="head clog") as caught:
        session.render([sink("out", tmp_path / "out")])
    failure = caught.value.failure
    assert (failure.node, failure.frame, failure.line) == ("bad", 57, 72)


def test_a_sink_of_a_broken_step_is_refused(session: Session, tmp_path: Path) -> None:
    session.load([source(), step("bad", "bad = src.std.Nope()", "src")], PRELUDE)
    with pytest.raises(RenderError) as caught:
        session.render([sink("bad", tmp_path / "out")])
    assert caught.value.failure.node == "bad"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("disk-full", "No space left on device"),
        ("short", "encoded 93 frames of 100"),
        ("silent", "encoded 0 frames of 100"),
    ],
)
def test_a_file_that_is_not_whole_is_a_failure(session: Session, tmp_path: Path, how: str, said: str) -> None:
    load(session, source())
    with pytest.raises(RenderError, match=said) as caught:
        session.render([faulty_sink("src", tmp_path / "x.part", how)])
    assert caught.value.failure.node == "src"


def test_one_failing_file_stops_the_others(session: Session, tmp_path: Path) -> None:
    load(session, source(), step("flip", "flip = src.std.FlipVertical()", "src"))
    with pytest.raises(RenderError, match="No space left") as caught:
        session.render([sink("flip", tmp_path / "good"), faulty_sink("src", tmp_path / "bad", "disk-full")])
    assert caught.value.failure.node == "src"
    assert session.worker_pid is not None
    assert children(session.worker_pid) == []


def test_ffmpegs_own_words_are_told(session: Session, tmp_path: Path) -> None:
    load(session, source())
    bad = replace(sink("src", tmp_path / "x"), ffmpeg=(FFMPEG, "-v", "error", "-i", "pipe:0", "-c:v", "vhs", "x.mkv"))
    with pytest.raises(RenderError, match="vhs"):
        session.render([bad])


def test_a_missing_ffmpeg_is_named(session: Session, tmp_path: Path) -> None:
    load(session, source())
    lost = replace(sink("src", tmp_path / "x"), ffmpeg=("/nowhere/ffmpeg", "-i", "pipe:0"))
    with pytest.raises(RenderError, match="cannot start /nowhere/ffmpeg"):
        session.render([lost])


def test_a_killed_ffmpeg_fails_the_render_and_leaves_the_worker(session: Session, tmp_path: Path) -> None:
    import psutil

    load(session, source(), per_frame("slow", "time.sleep(0.05)"))
    worker = session.worker_pid
    assert worker is not None

    def kill(_update: RenderUpdate) -> None:
        for child in children(worker):
            psutil.Process(child).kill()

    with pytest.raises(RenderError, match=r"signal 9|exit code") as caught:
        session.render([sink("slow", tmp_path / "x")], kill)
    assert caught.value.failure.frame is not None
    assert session.worker_pid == worker
    assert session.preview("src", "out", 0).width == 320


@pytest.mark.parametrize("how", ["real", "stuck"])
def test_cancel_is_quick_even_when_ffmpeg_is_stuck(session: Session, tmp_path: Path, how: str) -> None:
    load(session, source(), per_frame("slow", "time.sleep(0.02)"))
    target = sink("slow", tmp_path / "x") if how == "real" else faulty_sink("src", tmp_path / "x", how)
    threading.Timer(0.4, session.cancel).start()
    began = time.perf_counter()
    with pytest.raises(Cancelled):
        session.render([target])
    assert time.perf_counter() - began < 2
    assert session.worker_pid is not None
    assert children(session.worker_pid) == []


def test_an_error_of_the_caller_stops_the_render(session: Session, tmp_path: Path) -> None:
    load(session, source(), per_frame("slow", "time.sleep(0.02)"))

    def interrupt(_update: RenderUpdate) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        session.render([sink("slow", tmp_path / "x")], interrupt)
    assert session.worker_pid is not None
    assert children(session.worker_pid) == []


def test_previews_go_on_while_a_render_runs(session: Session, tmp_path: Path) -> None:
    load(session, source(), per_frame("slow", "time.sleep(0.01)"))
    seen: list[int] = []

    def look(_update: RenderUpdate) -> None:
        seen.append(session.preview("src", "out", len(seen)).width)

    session.render([sink("slow", tmp_path / "x")], look)
    assert seen
    assert set(seen) == {320}


def test_an_edit_during_a_render_does_not_disturb_it(session: Session, tmp_path: Path) -> None:
    load(session, source(), per_frame("slow", "time.sleep(0.005)"))
    edited: list[object] = []

    def edit(_update: RenderUpdate) -> None:
        if not edited:
            edited.append(session.load([step("src", "src = 1 / 0", change="new")], PRELUDE))

    done = session.render([sink("slow", tmp_path / "x")], edit)
    assert done.sinks[0].encoded == 100
    assert edited
    with pytest.raises(NodeError):
        session.preview("slow", "out", 0)


def test_the_worker_of_a_render_has_no_children_left(session: Session) -> None:
    assert session.worker_pid is not None
    assert running(session.worker_pid)
    assert children(session.worker_pid) == []


def test_a_held_render_stands_still_and_goes_on_to_the_same_frames(session: Session, tmp_path: Path) -> None:
    load(session, source(), per_frame("slow", "time.sleep(0.01)"))
    heard: list[tuple[float, int]] = []
    resumed: list[float] = []

    def go_on() -> None:
        resumed.append(time.perf_counter())
        session.hold(False)

    def hear(update: RenderUpdate) -> None:
        heard.append((time.perf_counter(), update.sinks[0].written))
        if len(heard) == 1:
            session.hold(True)
            threading.Timer(1.2, go_on).start()

    done = session.render([sink("slow", tmp_path / "held.part")], hear)
    assert done.sinks[0].encoded == 100
    held = [written for at, written in heard if resumed[0] - 0.7 < at < resumed[0]]
    assert len(set(held)) <= 1  # nothing is written while it is held
    assert done.elapsed_s < heard[-1][0] - heard[0][0] + 0.5  # and that time does not count
    assert len(frame_hashes(tmp_path / "held.part")) == 100
