"""`run` and `resume` as a user has them: killed at the worst moment, gone on with, equal to a render in one go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.runtime import tapes
from tests.runtime.documents import graph, save
from tests.runtime.test_run import names, ran, started
from tests.runtime.written import FFMPEG

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")
FRAMES = 200
CHAIN = graph(
    {
        "source1": ("input.video", {}),
        "bwdif1": ("deinterlace.bwdif", {}),
        "encode1": ("output.ffv1", {}),
        "encode2": ("output.ffv1", {}),
    },
    "source1.out > bwdif1.clip",
    "bwdif1.out > encode1.clip",
    "source1.sound > encode1.audio",
    "source1.out > encode2.clip",
)


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tapes.tape(tmp_path_factory.mktemp("tape") / "my tape.mkv", seconds=4, fps="25")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CACHE", "DATA"):
        monkeypatch.setenv(f"TAPELOOM_{name}", str(tmp_path / name.lower()))
    desk = tmp_path / "desk"
    desk.mkdir()
    monkeypatch.chdir(desk)
    save(CHAIN, tmp_path / "chain.graph")
    return desk


def frames_of(path: Path, stream: str = "v") -> list[str]:
    argv = [FFMPEG, "-v", "error", "-i", str(path), "-map", f"0:{stream}", "-f", "framemd5", "-"]
    lines = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines()
    return [line for line in lines if not line.startswith("#")]


def cut_short(
    tape: Path, how: Callable[[subprocess.Popen[str]], None], after: int, *words: str
) -> list[dict[str, object]]:
    """A run that `how` ends once `after` frames are whole; what it said."""
    run = ("run", "../chain.graph", "-i", tape, "-o", "out.mkv", "--segment", "20", "--progress", "json", *words)
    process = started(*run, start_new_session=True)
    events: list[dict[str, object]] = []
    assert process.stdout is not None
    try:
        for line in process.stdout:
            events.append(json.loads(line))
            outputs = events[-1].get("outputs")
            if isinstance(outputs, list) and max(one["written"] for one in outputs) > after:
                how(process)
                break
    finally:
        out, _ = process.communicate(timeout=60)
    return [*events, *(json.loads(line) for line in out.splitlines())]


def killed(process: subprocess.Popen[str]) -> None:
    family = psutil.Process(process.pid)
    children = family.children(recursive=True)
    process.kill()
    psutil.wait_procs([family, *children], timeout=20)


def resumed(*words: str | Path) -> tuple[int, list[dict[str, object]], str]:
    process = started("resume", *words, "--progress", "json")
    out, err = process.communicate(timeout=150)
    return process.returncode, [json.loads(line) for line in out.splitlines()], err


def test_a_killed_render_is_gone_on_with_and_equals_one_in_one_go(desk: Path, tape: Path) -> None:
    cut_short(tape, killed, 70)
    assert names(desk) == ["out.mkv.job"]
    listed = started("resume").communicate(timeout=60)[0]
    made = int(listed.split(": ")[1].split()[0])
    assert 60 <= made < FRAMES, listed
    code, events, err = resumed("out.mkv")
    assert (err, code) == ("", 0)
    done = events[-1]
    assert (done["event"], done["segments"]) == ("done", 10)
    assert done["made"] == 10 - made // 20
    assert names(desk) == ["out-encode2.mkv", "out.mkv"]
    assert started("resume").communicate(timeout=60)[0] == "nothing is unfinished\n"
    assert ran("../chain.graph", "-i", tape, "-o", "whole.mkv", "--single-pass")[0] == 0
    for one, other in (("out.mkv", "whole.mkv"), ("out-encode2.mkv", "whole-encode2.mkv")):
        assert frames_of(desk / one) == frames_of(desk / other)
    assert frames_of(desk / "out.mkv", "a") == frames_of(desk / "whole.mkv", "a")


def test_the_same_run_again_goes_on_and_another_one_is_refused(desk: Path, tape: Path) -> None:
    cut_short(tape, killed, 50)
    code, out, err = ran("../chain.graph", "-i", tape, "-o", "out.mkv", "--frames", "0:90")
    assert (code, out) == (2, "")
    assert "out.mkv.job holds an unfinished render that is not the same" in err and "--overwrite begins anew" in err
    code, out, err = ran("../chain.graph", "-i", tape, "-o", "out.mkv", "--segment", "20")
    assert (code, err) == (0, "")
    assert "goes on with out.mkv.job" in out
    assert len(frames_of(desk / "out.mkv")) == FRAMES


def test_an_interrupt_keeps_what_is_whole_and_says_how_to_go_on(desk: Path, tape: Path) -> None:
    events = cut_short(tape, lambda process: os.kill(process.pid, signal.SIGINT), 50)
    assert events[-1] == {"event": "cancelled"}
    (kept,) = [event for event in events if event["event"] == "kept"]
    assert (kept["result"], kept["frames"]) == (str(desk / "out.mkv"), FRAMES)
    assert names(desk) == ["out.mkv.job"]
    assert resumed("out.mkv.job")[0::2] == (0, "")


def test_a_source_that_changed_since_is_told_and_nothing_is_done_unless_wanted(desk: Path, tape: Path) -> None:
    mine = desk.parent / "mine.mkv"
    mine.write_bytes(tape.read_bytes())
    cut_short(mine, killed, 50)
    tapes.tape(mine, seconds=4, size="96x80", sound=True)
    mine.write_bytes(mine.read_bytes() + b"\0" * 7)
    code, _, err = resumed("out.mkv")
    assert code == 2
    assert "the graph, a source or a model has changed" in err
    assert names(desk) == ["out.mkv.job"]
    code, events, _ = resumed("out.mkv", "--anyway")
    assert code == 0
    assert any("changed since" in str(event.get("text")) for event in events)


def test_a_folder_moved_with_its_tape_away_is_told(desk: Path, tape: Path) -> None:
    mine = desk.parent / "mine.mkv"
    mine.write_bytes(tape.read_bytes())
    cut_short(mine, killed, 50)
    mine.rename(desk.parent / "elsewhere.mkv")
    code, _, err = resumed("out.mkv")
    assert (code, "Traceback" in err) == (2, False)
    assert "mine.mkv" in err
    assert names(desk) == ["out.mkv.job"]


def test_what_is_made_can_be_given_up(desk: Path, tape: Path) -> None:
    cut_short(tape, killed, 50)
    assert "removed" in started("resume", "out.mkv", "--forget").communicate(timeout=60)[0]
    assert names(desk) == []


def test_what_is_no_render_is_told(desk: Path) -> None:
    code, _, err = resumed("nothing.mkv")
    assert (code, len(err.splitlines())) == (2, 1)
    (desk / "odd.job").mkdir()
    assert resumed("odd.job")[0] == 2
