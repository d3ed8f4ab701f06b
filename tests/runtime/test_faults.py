"""What a plugin may do to a worker, and what the parent then says. Real workers, real deaths."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from runtime.process import ROOT
from runtime.session import (
    NodeError,
    Patience,
    RenderError,
    RenderUpdate,
    Session,
    Starved,
    WorkerGone,
)
from runtime.watch import Limits
from tests.runtime.steps import COUNTER, PRELUDE, children, faulty_worker, per_frame, running, sink, source, step

ABORT = "os.abort()"
SEGV = "import ctypes\nctypes.string_at(0)"
HANG = "time.sleep(60)"
HANG_HOLDING_PYTHON = "import ctypes\nctypes.PyDLL(None).sleep(60)"
RUBBISH = """\
import gc
gc.unfreeze()
for one in gc.get_objects():
    if type(one).__name__ == "Wire":
        one._writer.write(b"Hello, I am a plugin that prints.\\n" * 9)
        one._writer.flush()"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def settled(pids: list[int], within_s: float = 2.0) -> bool:
    """Whether all of these processes have ended by then."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not any(running(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(("deed", "words"), [(ABORT, "SIGABRT"), (SEGV, "SIGSEGV")])
@posix
def test_a_plugin_that_crashes_is_blamed_after_one_replay_and_the_rest_goes_on(deed: str, words: str) -> None:
    with Session() as session:
        plan = [source(), per_frame("bad", f"if n == 5:\n    {deed.replace(chr(10), chr(10) + '    ')}")]
        session.load(plan, PRELUDE)
        first = session.worker_pid
        with pytest.raises(NodeError) as caught:
            session.preview("bad", "out", 5)
        failure = caught.value.failure
        assert (failure.node, failure.frame, failure.crashed) == ("bad", 5, True)
        assert words in failure.message
        assert failure.line is not None  # faulthandler's stack in the log names the line
        assert session.worker_pid != first
        assert session.preview("src", "out", 5).width == 320
        second = session.worker_pid
        with pytest.raises(NodeError):
            session.preview("bad", "out", 5)
        assert session.worker_pid == second  # refused without another death


@posix
def test_a_crash_that_happens_once_is_never_noticed(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    once = f"if not os.path.exists({str(flag)!r}):\n    open({str(flag)!r}, 'w').close()\n    {ABORT}"
    with Session() as session:
        session.load([source(), per_frame("flaky", once)], PRELUDE)
        assert session.preview("flaky", "out", 0).width == 320
        assert flag.exists()


@posix
def test_a_step_that_crashes_while_it_is_built_is_reported_and_the_others_are_built() -> None:
    with Session() as session:
        reports = session.load([source(), step("bad", f"{ABORT}\nbad = src", "src")], PRELUDE)
        assert {report.node: report.state for report in reports} == {"src": "built", "bad": "failed"}
        assert "SIGABRT" in reports[1].message
        assert session.preview("src", "out", 5).width == 320
        with pytest.raises(NodeError, match="SIGABRT"):
            session.preview("bad", "out", 5)


@pytest.mark.parametrize("hang", [HANG, HANG_HOLDING_PYTHON])
@posix
def test_a_node_that_hangs_is_killed_and_blamed(hang: str) -> None:
    limits, patience = Limits(ping_every_s=0.1, pong_s=1.0), Patience(preview_s=0.5)
    with Session(patience=patience, limits=limits) as session:
        session.load([source(), per_frame("stuck", hang)], PRELUDE)
        with pytest.raises(NodeError, match=r"no sign of progress|has not answered") as caught:
            session.preview("stuck", "out", 3)
        assert (caught.value.failure.node, caught.value.failure.frame) == ("stuck", 3)
        assert session.preview("src", "out", 3).width == 320


@posix
def test_a_picture_behind_a_model_may_take_longer() -> None:
    with Session(patience=Patience(preview_s=0.8, model_s=30)) as session:
        said = "# run_model(src): "
        steps = [source(), per_frame("slow", "time.sleep(60)"), per_frame("model", f"{said}\ntime.sleep(1.2)")]
        steps.append(per_frame("below", "pass", "model"))
        session.load(steps, PRELUDE)
        assert session.describe("below").width == session.preview("model", "out", 3).width == 320
        with pytest.raises(NodeError, match="no sign of progress"):
            session.preview("slow", "out", 3)


@posix
def test_rubbish_on_the_wire_is_a_death_with_a_reason() -> None:
    with Session() as session:
        session.load([source(), per_frame("bad", RUBBISH)], PRELUDE)
        with pytest.raises(NodeError, match="rubbish on the wire") as caught:
            session.preview("bad", "out", 3)
        assert caught.value.failure.node == "bad"
        assert session.preview("src", "out", 3).width == 320


@posix
@pytest.mark.parametrize("victim", ["worker", "node"])
def test_a_worker_that_dies_in_a_render_leaves_a_report_and_no_ffmpeg(tmp_path: Path, victim: str) -> None:
    deed = f"if n == 20:\n    {ABORT}" if victim == "node" else "time.sleep(0.01)"
    out = tmp_path / "x.part"
    pids: list[int] = []
    with Session() as session:
        session.load([source(), per_frame("slow", "time.sleep(0.02)"), per_frame("last", deed, "slow")], PRELUDE)

        def strike(_update: RenderUpdate) -> None:
            worker = session.worker_pid
            if worker is not None:
                pids.extend(children(worker))
                if victim == "worker":
                    os.kill(worker, signal.SIGKILL)

        with pytest.raises(RenderError, match=r"SIGKILL|SIGABRT") as caught:
            session.render([sink("last", out)], strike)
        failure = caught.value.failure
        assert (failure.node, failure.crashed) == ("last", True)
        assert failure.frame is not None
        assert pids
        assert settled(pids)
        out.unlink(missing_ok=True)  # ours to remove, and nobody writes it any more
        assert session.preview("src", "out", 0).width == 320  # the plan was loaded again by itself


@posix
def test_a_render_that_makes_no_progress_is_ended(tmp_path: Path) -> None:
    with Session(patience=Patience(render_s=0.5)) as session:
        session.load([source(), per_frame("stuck", "if n == 30:\n    time.sleep(60)")], PRELUDE)
        with pytest.raises(RenderError, match="no sign of progress") as caught:
            session.render([sink("stuck", tmp_path / "x")])
        assert caught.value.failure.node == "stuck"


def test_memory_above_the_ceiling_gives_a_fresh_worker() -> None:
    with Session(limits=Limits(ping_every_s=0.05, memory_bytes=400 << 20)) as session:
        session.load([source(), per_frame("hoard", "globals().setdefault('hoarded', []).append(b'x' * (200 << 20))")])
        plan = [
            source(),
            per_frame("hoard", "globals().setdefault('hoarded', []).append(bytearray(b'x' * (200 << 20)))"),
        ]
        session.load(plan, PRELUDE)
        first = session.worker_pid
        for frame in range(2):
            session.preview("hoard", "out", frame)
        deadline = time.monotonic() + 3
        while session.worker_pid in (first, None) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert session.worker_pid != first
        assert session.preview("src", "out", 0).width == 320


def test_a_ceiling_that_no_worker_can_keep_is_told_and_not_tried_for_ever() -> None:
    slow = step("src", f"time.sleep(5)\n{COUNTER}")  # so that it is looked at meanwhile
    with (
        Session(limits=Limits(ping_every_s=0.05, memory_bytes=8 << 20, restarts=60)) as session,
        pytest.raises(Starved, match=r"held \d+ MB of memory; its ceiling is 8 MB"),
    ):
        session.load([slow], PRELUDE)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("cannot work", "no module named vapoursynth"),
        ("another version", "speaks version"),
        ("dies at once", "times in"),
        ("prints before the wire is taken", "rubbish"),
        ("never starts", "did not start"),
    ],
)
def test_a_worker_that_is_no_good_is_given_up_with_the_reason(how: str, said: str) -> None:
    limits = Limits(start_s=0.6 if how == "never starts" else 10, restarts=1, backoff_s=(0.0,))
    with Session(command=faulty_worker(how), limits=limits) as session, pytest.raises(WorkerGone, match=said):
        session.load([source()], PRELUDE)


def test_a_worker_that_hangs_up_but_stays_is_killed() -> None:
    limits = Limits(restarts=0)
    with Session(command=faulty_worker("closes the wire and stays"), limits=limits) as session:
        pid: list[int | None] = []
        threading.Timer(0.5, lambda: pid.append(session.worker_pid)).start()
        with pytest.raises(WorkerGone):
            session.load([source()], PRELUDE)
        assert settled([one for one in pid if one is not None])


def test_a_worker_that_will_not_stop_is_killed() -> None:
    session = Session(command=faulty_worker("will not stop"), limits=Limits(stop_s=0.2))
    deadline = time.monotonic() + 5
    while session.worker_pid is None and time.monotonic() < deadline:
        time.sleep(0.01)
    pid = session.worker_pid
    assert pid is not None
    time.sleep(0.3)
    session.close("enough")
    assert settled([pid])


PARENT = """
    import sys, threading
    from pathlib import Path
    from runtime.session import Session
    from tests.runtime.steps import PRELUDE, children, per_frame, sink, source

    def say(update):
        print(session.worker_pid, *children(session.worker_pid), flush=True)

    session = Session()
    session.load([source(), per_frame("slow", "time.sleep(0.05)"), per_frame("hang", {hang!r})], PRELUDE)
    session.preview_async("hang", "out", 0, print)
    session.render([sink("slow", Path(sys.argv[1]))], say)
"""


@pytest.mark.parametrize("hang", ["pass", HANG_HOLDING_PYTHON])
@posix
def test_when_the_parent_dies_everything_ends(tmp_path: Path, hang: str) -> None:
    """Also where the worker hangs and could not notice."""
    code = textwrap.dedent(PARENT).format(hang=f"if n == 1:\n    pass\n{hang}" if hang != "pass" else hang)
    argv = [sys.executable, "-c", code, str(tmp_path / "x.part")]
    # its resource tracker says on stderr that it removes the shared memory
    quiet = subprocess.DEVNULL
    with subprocess.Popen(argv, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=quiet) as parent:
        try:
            if hang == "pass":
                assert parent.stdout is not None
                pids = [int(word) for word in parent.stdout.readline().split() if word.isdigit()]
                pids = pids or [int(word) for word in parent.stdout.readline().split()]
            else:
                pids = _grown(parent.pid, 1)
                time.sleep(0.5)
            assert pids
        finally:
            parent.kill()
    assert settled(pids, 2.0)


def _grown(pid: int, count: int) -> list[int]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = children(pid)
        if len(found) >= count:
            return found
        time.sleep(0.02)
    return []


def test_a_session_leaves_no_process_behind() -> None:
    with Session() as session:
        session.load([source()], PRELUDE)
        worker = session.worker_pid
        assert worker is not None
        assert running(worker)
    assert not running(worker)
    assert worker not in children(os.getpid())
