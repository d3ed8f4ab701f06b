"""Whoever renders the queue: goes on past what fails, obeys from afar, loses nothing when it is stopped or killed."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.jobs.queue.order import Job, Stage
from runtime.jobs.queue.store import Queue
from runtime.jobs.queue.working import Renderer
from tests.runtime.jobs.queue.hands import FRAMES, Looks, hand, order, renderer


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "data" / "queue.db")


def until(what: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end, "it never came so far"
        time.sleep(0.005)


def stage(queue: Queue, job: int) -> Stage | None:
    found = queue.job(job)
    return found.stage if found else None


class Beside:
    """A renderer at work on another thread."""

    def __init__(self, by: Renderer) -> None:
        self.by = by
        self.thread = threading.Thread(target=by.all, kwargs={"until_empty": True})

    def __enter__(self) -> Renderer:
        self.thread.start()
        return self.by

    def __exit__(self, *_: object) -> None:
        self.by.stop("the test ends")
        self.thread.join()
        self.by.owner.close()


def test_a_failing_job_does_not_stop_the_others(queue: Queue, tmp_path: Path) -> None:
    a, bad, c = (queue.add(order(name, tmp_path)) for name in ("a", "bad", "c"))
    with renderer(queue, Looks(broken=("bad.mkv",))) as by:
        by.all(until_empty=True)
    assert [stage(queue, one) for one in (a, bad, c)] == [Stage.DONE, Stage.FAILED, Stage.DONE]
    failed, done = queue.job(bad), queue.job(c)
    assert failed is not None and "clogged" in failed.text and failed.log == ("said the", "worker")
    assert done is not None and done.files == (tmp_path / "c.mkv",)
    assert (done.share, done.fps, done.elapsed_s) == (1.0, FRAMES, 2.0) and done.size_bytes > 0


def test_a_fault_of_ours_fails_its_job_only(queue: Queue, tmp_path: Path) -> None:
    first, second = queue.add(order("a", tmp_path)), queue.add(order("b", tmp_path))
    looks = Looks()

    def buggy(name: str) -> None:
        if name == "a.mkv":
            raise ZeroDivisionError("of ours")

    looks.ask = buggy
    with renderer(queue, looks) as by:
        by.all(until_empty=True)
    failed = queue.job(first)
    assert failed is not None and failed.stage is Stage.FAILED and "report it" in failed.text
    assert any("test_working.py" in line for line in failed.log) and stage(queue, second) is Stage.DONE


def test_it_is_paused_and_goes_on_from_another_process(queue: Queue, tmp_path: Path) -> None:
    far = Queue(queue.path)
    job = queue.add(order("a", tmp_path))
    with Beside(renderer(queue, Looks(step_s=0.01))):
        until(lambda: stage(far, job) is Stage.RUNNING)
        far.pause(job)
        until(lambda: stage(far, job) is Stage.PAUSED)
        held = far.job(job)
        time.sleep(0.1)
        assert held is not None and far.job(job) == held  # it stands still
        far.resume(job)
        until(lambda: stage(far, job) is Stage.DONE)


def test_it_is_cancelled_from_another_process_and_what_is_made_is_kept(queue: Queue, tmp_path: Path) -> None:
    far = Queue(queue.path)
    slow, following = queue.add(order("slow", tmp_path)), queue.add(order("next", tmp_path))
    looks = Looks(step_s=0.02)
    with Beside(renderer(queue, looks)):
        until(lambda: stage(far, slow) is Stage.RUNNING)
        far.pause(slow)
        until(lambda: stage(far, slow) is Stage.PAUSED)
        far.cancel(slow)  # one that is held, too
        until(lambda: stage(far, slow) is Stage.CANCELLED)
        until(lambda: stage(far, following) is Stage.DONE)
    job = far.job(slow)
    assert job is not None and job.kept == str(tmp_path / "slow.mkv.job")
    far.retry(slow)
    with renderer(queue, looks) as by:
        by.all(until_empty=True)
    assert stage(far, slow) is Stage.DONE and looks.begun_at[-1][1] > 0


def test_one_that_is_stopped_puts_its_job_back_and_the_next_goes_on(queue: Queue, tmp_path: Path) -> None:
    job = queue.add(order("a", tmp_path))
    looks = Looks(step_s=0.01)
    with Beside(renderer(queue, looks)) as by:
        until(lambda: looks.made.get("a.mkv", 0) > 10)
        by.stop("the window was closed")
    assert stage(queue, job) is Stage.WAITING and not (tmp_path / "a.mkv").exists()
    assert "the window was closed" in [one.text for one in queue.history(job)]
    with renderer(queue, looks) as by:
        assert by.one() is not None
    assert stage(queue, job) is Stage.DONE and looks.begun_at[1][1] > 10


def test_ctrl_c_puts_the_job_back(queue: Queue, tmp_path: Path) -> None:
    job = queue.add(order("a", tmp_path))

    def pressed(_: str) -> None:
        raise KeyboardInterrupt

    with renderer(queue, Looks(ask=pressed)) as by, pytest.raises(KeyboardInterrupt):
        by.one()
    assert stage(queue, job) is Stage.WAITING


def test_a_killed_runners_job_is_done_by_the_next(queue: Queue, tmp_path: Path) -> None:
    job = queue.add(order("a", tmp_path))
    assert queue.path is not None
    other = hand("render", queue.path)
    assert other.stdout is not None and other.stdout.readline() == "rendering\n"
    until(lambda: stage(queue, job) is Stage.RUNNING)
    other.kill()
    other.wait()
    other.stdout.close()
    with renderer(queue, Looks()) as by:
        by.all(until_empty=True)
    done = queue.job(job)
    assert done is not None and done.stage is Stage.DONE and done.run == 2


def test_a_database_that_is_held_holds_up_no_render(queue: Queue, tmp_path: Path) -> None:
    assert queue.path is not None
    short = Queue(queue.path, patience_s=0.02)
    job = short.add(order("a", tmp_path))
    looks = Looks(step_s=0.002)
    heard: list[Job] = []
    holder = sqlite3.connect(queue.path, isolation_level=None)
    with Beside(renderer(short, looks, hear=lambda job, _: heard.append(job))):
        until(lambda: stage(short, job) is Stage.RUNNING)
        holder.execute("BEGIN IMMEDIATE")
        until(lambda: (tmp_path / "a.mkv").exists())
        holder.execute("ROLLBACK")
        until(lambda: stage(short, job) is Stage.DONE)
    holder.close()
    assert heard[-1].stage is Stage.DONE


def test_limits_and_choices_of_a_job_reach_its_render(queue: Queue, tmp_path: Path) -> None:
    from runtime.jobs.queue.limiting import session_for

    asked: dict[str, object] = {}
    looks = Looks()

    def noted(graph: object, **named: object) -> object:
        asked.update(named)
        return looks(graph, **named)  # type: ignore[arg-type]

    wanted = order("a", tmp_path, frames=(5, None), overwrite=True, trust=True, anyway=True, single_pass=True,
                   threads=1, memory_mb=64)  # fmt: skip
    queue.add(wanted)
    with renderer(queue, noted) as by:  # type: ignore[arg-type]
        by.one()
    assert asked["frames"] == (5, None) and asked["overwrite"] is True and asked["trust"] is True
    assert asked["how"].anyway and asked["how"].single_pass  # type: ignore[attr-defined]
    with session_for(wanted) as session:
        assert session._threads == 1 and session._supervisor._watch.limits.memory_bytes == 64 << 20


def test_results_are_copied_and_compared(queue: Queue, tmp_path: Path) -> None:
    job = queue.add(order("a", tmp_path, copy_to=str(tmp_path / "shelf")))
    with renderer(queue, Looks()) as by:
        by.one()
    done, copy = queue.job(job), tmp_path / "shelf" / "a.mkv"
    assert done is not None and done.stage is Stage.DONE and copy.read_bytes() == (tmp_path / "a.mkv").read_bytes()
    assert hashlib.sha256(copy.read_bytes()).hexdigest() in " ".join(done.notes)


def test_a_copy_that_fails_loses_no_render_and_is_made_up_for(queue: Queue, tmp_path: Path) -> None:
    (tmp_path / "shelf").write_text("no folder")
    job = queue.add(order("a", tmp_path, copy_to=str(tmp_path / "shelf")))
    looks = Looks()
    with renderer(queue, looks) as by:
        by.one()
        failed = queue.job(job)
        assert failed is not None and failed.stage is Stage.FAILED and "not copied" in failed.text
        assert failed.files == (tmp_path / "a.mkv",)
        (tmp_path / "shelf").unlink()
        queue.retry(job)
        by.one()
    assert stage(queue, job) is Stage.DONE and (tmp_path / "shelf" / "a.mkv").exists()
    assert len(looks.begun_at) == 1  # not rendered again
