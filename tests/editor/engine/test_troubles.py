"""What goes wrong is said where it belongs, and all else goes on."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from editor.engine.wishes import Shot, State, Trouble
from graphs.document import Graph, NodeDoc, NodeId
from graphs.edits import Mute
from runtime.session import Session
from runtime.watch import Limits
from tests.editor.engine.bench import Bench, graph, node, tape

CLIP = Path(__file__).parents[2] / "media" / "synthetic_dv_pal_16x9.dv"
DIES = """\
import os, signal
def die(n, f):
    if n == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return f
clip = clip.std.ModifyFrame(clip, die)
"""
CLOGGED = """\
def look(n, f):
    raise RuntimeError("the heads are clogged")
clip = clip.std.ModifyFrame(clip, look)
"""


def with_code(code: str) -> Graph:
    own = node("own", "utility.script", code=code)
    return graph(tape(), own, node("levels", "colour.levels", in_white=200), wires="tape > own > levels")


def trusted(bench: Bench, code: str) -> None:
    bench.open(with_code(code))
    bench.engine.set_trust(True)
    bench.wait(lambda: not bench.engine.analysis.problems(NodeId("own")))


def test_a_killed_worker_is_started_again_and_the_picture_comes(bench: Bench) -> None:
    bench.open(graph(tape()))
    bench.want("A", "tape", 0)
    bench.see("A")
    assert bench.engine.session is not None
    pid = bench.engine.session.worker_pid
    assert pid is not None
    bench.wait(lambda: bench.workers[-1][0] == "ready")
    os.kill(pid, signal.SIGKILL)
    bench.want("A", "tape", 9)
    bench.wait(lambda: (shot := bench.true("A")) and shot.frame == 9)
    bench.wait(lambda: [state for state, _ in bench.workers][-2:] == ["restarting", "ready"])


def test_a_node_that_fails_is_blamed_and_mended_by_an_edit(bench: Bench) -> None:
    trusted(bench, "clip = clip.std.Crop(left=9000)")
    bench.want("A", "levels", 0)
    trouble = bench.trouble("A")
    assert trouble.blamed == "own"
    assert "Crop" in trouble.message
    bench.wait(lambda: bench.engine.state_of(NodeId("own")).state is State.ERROR)
    bench.want("B", "tape", 0)
    bench.see("B")
    bench.set("own", code="clip = clip.std.Invert()")
    bench.see("A")
    bench.wait(lambda: bench.engine.state_of(NodeId("own")).state is not State.ERROR)


def test_what_lies_below_a_node_that_fails_on_a_frame_waits_for_it(bench: Bench) -> None:
    clogged = (
        "def look(n, f):\n    raise RuntimeError('the heads are clogged')\nclip = clip.std.ModifyFrame(clip, look)"
    )
    trusted(bench, clogged)
    bench.want("below", "levels", 3)
    assert bench.trouble("below").message == "RuntimeError: the heads are clogged"  # its traceback is in the log
    bench.want("at", "own", 3)
    bench.trouble("at")
    bench.wait(lambda: bench.engine.state_of(NodeId("levels")).state is State.WAITING)
    assert bench.engine.state_of(NodeId("own")).state is State.ERROR
    assert "own" in bench.engine.state_of(NodeId("levels")).message
    bench.want("below", "levels", 4)
    bench.wait(lambda: any(isinstance(one, Trouble) and one.frame == 4 and one.blamed == "own" for one in bench.told))


def test_a_node_that_crashes_the_worker_is_blamed_until_it_is_forgiven(bench: Bench, tmp_path: Path) -> None:
    flag = tmp_path / "mended"
    trusted(bench, DIES.replace("if n == 7", f"if n == 7 and not os.path.exists({str(flag)!r})"))
    bench.want("A", "levels", 0)
    bench.see("A")
    bench.want("A", "levels", 7)
    trouble = bench.trouble("A")
    assert trouble.crashed
    assert trouble.blamed in ("own", "levels")
    blamed = trouble.blamed
    assert blamed is not None
    bench.wait(lambda: bench.engine.state_of(blamed).crashed)
    bench.want("B", "tape", 7)
    bench.see("B")
    flag.touch()
    bench.engine.forgive()
    bench.wait(lambda: (shot := bench.true("A")) and shot.frame == 7)
    bench.wait(lambda: bench.engine.state_of(blamed).state is not State.ERROR)


def test_a_node_whose_building_ends_the_worker_is_done_without(bench: Bench) -> None:
    trusted(bench, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    bench.want("A", "levels", 0)
    bench.want("B", "tape", 0)
    trouble = bench.trouble("A")
    assert (trouble.blamed, trouble.crashed) == ("own", True)
    bench.see("B")
    bench.wait(lambda: bench.engine.state_of(NodeId("own")).crashed)
    bench.set("own", code="clip = clip.std.Invert()")
    bench.see("A")


def test_code_of_the_document_is_not_run_without_trust(bench: Bench) -> None:
    bench.open(with_code("clip = clip.std.Invert()"))
    bench.want("A", "levels", 0)
    assert bench.trouble("A").blamed == "own"
    bench.engine.set_trust(True)
    bench.see("A")
    bench.open(with_code("clip = clip.std.Invert()"))
    bench.want("A", "levels", 0)
    assert bench.trouble("A").blamed == "own"  # another document begins without


def test_a_missing_file_is_the_nodes_problem_until_it_appears(
    benches: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("editor.engine.watching.EVERY_S", 0.1)
    bench = benches()
    path = tmp_path / "tape.dv"
    bench.open(
        graph(
            node("source", "input.video", file=str(path)),
            node("levels", "colour.levels", in_white=200),
            wires="source > levels",
        )
    )
    bench.want("A", "levels", 0)
    trouble = bench.trouble("A")
    assert trouble.blamed == "source"
    assert "tape.dv" in trouble.message
    bench.wait(lambda: bench.engine.state_of(NodeId("source")).state is State.ERROR)
    shutil.copy(CLIP, path)
    assert isinstance(bench.see("A"), Shot)
    bench.wait(lambda: bench.workers[-1][0] == "ready")
    bench.wait(lambda: bench.engine.state_of(NodeId("source")).state is not State.ERROR)


def test_missing_and_muted_nodes_say_so(bench: Bench) -> None:
    strange = NodeDoc(NodeId("strange"), "pack.unknown", 1)
    bench.open(graph(tape(), node("levels", "colour.levels", in_white=200), wires="tape > levels").with_node(strange))
    bench.want("A", "strange", 0)
    assert "pack.unknown" in bench.trouble("A").message
    bench.wait(lambda: bench.engine.state_of(NodeId("strange")).state is State.MISSING)
    assert bench.desk.do(Mute(frozenset([NodeId("levels")]), True), "mute")
    bench.wait(lambda: bench.engine.state_of(NodeId("levels")).state is State.MUTED)


def test_a_worker_that_cannot_run_is_told_and_may_be_tried_again(benches: Callable[..., Bench]) -> None:
    limits = Limits(restarts=1, backoff_s=(0.0,))
    bench = benches(Session(command=("tapeloom-has-no-such-program",), limits=limits))
    bench.desk.open(graph(tape()))
    bench.want("A", "tape", 0)
    bench.engine.start()
    bench.wait(lambda: bench.workers[-1][0] == "gone")
    assert "tapeloom-has-no-such-program" in bench.workers[-1][1]
    bench.engine.forgive()
    bench.see("A")
    bench.wait(lambda: bench.workers[-1][0] == "ready")
