"""The queue as everybody sees it: the line and its order, wishes, history, and what happens to its file."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from runtime.jobs.queue import tables
from runtime.jobs.queue.claiming import DEATHS
from runtime.jobs.queue.order import Job, Order, Progress, Stage
from runtime.jobs.queue.owners import Owner
from runtime.jobs.queue.store import Queue, QueueError
from tests.runtime.jobs.queue.hands import hand, order


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "data" / "queue.db"


def names(jobs: list[Job]) -> list[str]:
    return [job.order.name for job in jobs]


def drained(queue: Queue) -> list[str]:
    """The names of the jobs in the order in which one owner gets them."""
    owner, found = queue.owner(), []
    while (job := queue.claim(owner)) is not None:
        found.append(job.order.name)
    owner.close()
    return found


def test_an_order_comes_back_as_it_was_given(db: Path, tmp_path: Path) -> None:
    odd = os.fsdecode(b"band \xff.dv") if sys.platform != "win32" else "band.dv"
    given = order("Fête d’été", tmp_path, frames=(3, None), trust=True, source=odd, threads=2, memory_mb=900)
    first, second = Queue(db), Queue(db)
    number = first.add(given, priority=4)
    job = second.job(number)
    assert job is not None and job.order == given and job.priority == 4 and job.stage is Stage.WAITING


def test_priorities_go_first_then_who_came_first(db: Path, tmp_path: Path) -> None:
    queue = Queue(db)
    for name, priority in (("a", 0), ("b", 0), ("urgent", 5), ("c", 0), ("never mind", -1)):
        queue.add(order(name, tmp_path), priority)
    assert names(queue.jobs()) == ["urgent", "a", "b", "c", "never mind"]
    assert drained(queue) == ["urgent", "a", "b", "c", "never mind"]


@pytest.mark.parametrize(
    ("who", "where", "line"),
    [
        ("c", "first", "c top a b"),
        ("c", "up", "top a c b"),
        ("a", "up", "a top b c"),
        ("top", "down", "a top b c"),
        ("top", "last", "a b c top"),
        ("c", "down", "top a b c"),
    ],
)
def test_a_job_is_moved_past_its_neighbours_whatever_their_priority(
    db: Path, tmp_path: Path, who: str, where: str, line: str
) -> None:
    queue = Queue(db)
    ids = {name: queue.add(order(name, tmp_path), 7 if name == "top" else 0) for name in ("top", "a", "b", "c")}
    queue.move(ids[who], where)  # type: ignore[arg-type]
    assert names(queue.jobs()) == line.split() == drained(queue)


def test_what_waits_is_paused_cancelled_put_in_line_again_and_taken_off(db: Path, tmp_path: Path) -> None:
    queue = Queue(db)
    a, b, c = (queue.add(order(name, tmp_path)) for name in "abc")
    queue.pause(a)
    queue.cancel(b)
    assert drained(queue) == ["c"]
    queue.resume(a)
    queue.retry(b, overwrite=True)
    assert drained(queue) == ["a", "c", "b"]  # c's owner went away and left it
    job = queue.job(b)
    assert job is not None and job.order.overwrite
    queue.cancel(a)
    queue.remove(a)
    assert a not in [job.id for job in queue.jobs()] and a in [job.id for job in queue.jobs(history=True)]
    queue.remove(a, wholly=True)
    assert queue.job(a) is None and queue.history(a) == []
    with pytest.raises(QueueError, match="there is no job 99"):
        queue.pause(99)
    assert c in [job.id for job in queue.jobs()]


def test_only_the_owner_writes_how_far_it_is_and_others_write_wishes(db: Path, tmp_path: Path) -> None:
    queue, other = Queue(db), Queue(db)
    number = queue.add(order("a", tmp_path))
    owner, stranger = queue.owner(), other.owner()
    assert queue.claim(owner) is not None
    other.pause(number)
    assert queue.wish(number, owner.name) == "pause" and queue.wish(number, stranger.name) is None
    other.put(number, stranger, Progress(Stage.RUNNING, share=0.9))
    other.end(number, stranger, Progress(Stage.DONE))
    with pytest.raises(QueueError, match="Cancel it first"):
        other.remove(number)
    queue.put(number, owner, Progress(Stage.PAUSED, share=0.25))
    job = other.job(number)
    assert job is not None and (job.stage, job.share, job.owner) == (Stage.PAUSED, 0.25, owner.name)
    other.resume(number)
    assert queue.wish(number, owner.name) == ""
    other.cancel(number)
    other.pause(number)  # too late
    assert queue.wish(number, owner.name) == "cancel"


def test_history_keeps_every_run_with_what_was_said(db: Path, tmp_path: Path) -> None:
    queue = Queue(db, clock=lambda: 1000.0)
    number = queue.add(order("a", tmp_path))
    owner = queue.owner()
    queue.claim(owner)
    queue.say(number, "note", "the sound is shorter")
    queue.end(number, owner, Progress(Stage.FAILED, "encode1: no", fps=3.5), log=["last", "words"])
    queue.retry(number)
    queue.claim(owner)
    queue.end(number, owner, Progress(Stage.DONE, share=1, fps=12.5, elapsed_s=8), [tmp_path / "a.mkv"])
    job = queue.job(number)
    assert job is not None and job.notes == job.log == () and job.files == (tmp_path / "a.mkv",)
    said = [(one.run, one.kind, one.text) for one in queue.history(number)]
    assert (1, "note", "the sound is shorter") in said and (1, "log", "words") in said
    assert (1, "event", "failed: encode1: no") in said and said[-1] == (2, "event", "done")


def test_a_change_by_anybody_is_seen(db: Path, tmp_path: Path) -> None:
    queue, other = Queue(db), Queue(db)
    before = queue.changes()
    assert queue.changes() == before
    number = other.add(order("a", tmp_path))
    after = queue.changes()
    assert after != before
    queue.pause(number)
    assert queue.changes() != after


def test_a_clock_that_jumps_moves_no_job_and_steals_none(db: Path, tmp_path: Path) -> None:
    now = [1_800_000_000.0]
    queue, other = Queue(db, clock=lambda: now[0]), Queue(db, clock=lambda: now[0])
    first = queue.add(order("first", tmp_path))
    now[0] -= 400 * 86400
    other.add(order("second", tmp_path))
    owner = queue.owner()
    claimed = queue.claim(owner)
    assert claimed is not None and claimed.id == first
    now[0] += 900 * 86400  # for as long no beat was heard, as one would think
    assert drained(other) == ["second"]
    assert queue.wish(first, owner.name) == ""


# ---- several processes


def test_two_processes_never_claim_the_same_job(db: Path, tmp_path: Path) -> None:
    queue = Queue(db)
    hands = [hand("claim", db) for _ in range(2)]
    try:
        for one in hands:
            assert one.stdout is not None and one.stdout.readline() == "ready\n"
        ids = queue.add_all([order(f"tape {at}", tmp_path) for at in range(60)])
        got: list[list[int]] = [[], []]

        def read(at: int) -> None:
            for line in hands[at].stdout or ():
                if line.strip().isdecimal():
                    got[at].append(int(line))

        readers = [threading.Thread(target=read, args=(at,)) for at in range(2)]
        for reader in readers:
            reader.start()
        while sum(map(len, got)) < len(ids) and all(one.poll() is None for one in hands):
            threading.Event().wait(0.02)
    finally:
        for one in hands:
            one.kill()
        for one in hands:
            one.wait()
        for reader in readers:
            reader.join()
            hands[readers.index(reader)].stdout.close()  # type: ignore[union-attr]
    assert sorted(got[0] + got[1]) == sorted(ids)


def test_a_killed_owners_job_waits_again_and_a_live_ones_does_not(db: Path, tmp_path: Path) -> None:
    queue = Queue(db)
    number = queue.add(order("a", tmp_path))
    other = hand("render", db)
    assert other.stdout is not None and other.stdout.readline() == "rendering\n"
    owner = queue.owner()
    assert queue.claim(owner) is None
    other.kill()
    other.wait()
    other.stdout.close()
    job = queue.claim(owner)
    assert job is not None and job.id == number and job.run == 2
    assert any(f"process {other.pid}" in one.text and "gone on with" in one.text for one in queue.history(number))


def test_what_the_dead_leave_behind_is_swept_up(db: Path) -> None:
    queue = Queue(db)
    dead, living = queue.owner(), queue.owner()
    _dies(dead)
    last = queue.owner()
    left = sorted(one.name for one in db.with_name("queue.db.owners").iterdir())
    assert left == sorted([living.name, last.name])


def test_a_job_that_takes_every_owner_along_fails_and_the_next_is_done(db: Path, tmp_path: Path) -> None:
    queue = Queue(db)
    poison, good = queue.add(order("poison", tmp_path)), queue.add(order("good", tmp_path))
    for _ in range(DEATHS):
        owner = queue.owner()
        job = queue.claim(owner)
        assert job is not None and job.id == poison
        _dies(owner)
    job = queue.claim(queue.owner())
    assert job is not None and job.id == good
    failed = queue.job(poison)
    assert failed is not None and failed.stage is Stage.FAILED and "3 times in a row" in failed.text


def test_owners_that_die_after_some_progress_are_forgiven(db: Path, tmp_path: Path) -> None:
    queue = Queue(db)
    number = queue.add(order("days of work", tmp_path))
    for step in range(1, 3 * DEATHS):
        owner = queue.owner()
        job = queue.claim(owner)
        assert job is not None and job.id == number
        queue.put(number, owner, Progress(Stage.RUNNING, share=step / 100))
        _dies(owner)
    assert queue.claim(queue.owner()) is not None


def test_a_dead_owners_job_is_what_it_was_wished_to_be(db: Path, tmp_path: Path) -> None:
    queue = Queue(db)
    a, b = queue.add(order("a", tmp_path)), queue.add(order("b", tmp_path))
    owner = queue.owner()
    queue.claim(owner), queue.claim(owner)
    queue.pause(a)
    queue.cancel(b)
    _dies(owner)
    queue.reap()
    assert [job.stage for one in (a, b) if (job := queue.job(one))] == [Stage.PAUSED, Stage.CANCELLED]


def _dies(owner: Owner) -> None:
    """As with kill -9: the lock goes, the file stays."""
    assert owner._file is not None
    owner._file.close()


# ---- the file


def test_a_database_that_is_held_is_waited_for_and_then_said(db: Path, tmp_path: Path) -> None:
    queue = Queue(db, patience_s=0.1)
    holder = sqlite3.connect(db, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(QueueError, match="held by another program"):
        queue.add(order("a", tmp_path))
    assert queue.jobs() == []  # reading waits for nobody
    holder.execute("ROLLBACK")
    holder.close()
    queue.add(order("a", tmp_path))
    assert names(queue.jobs()) == ["a"]


def test_a_damaged_file_is_kept_aside_and_a_new_queue_begins(db: Path, tmp_path: Path) -> None:
    queue = Queue(db)
    queue.add(order("a", tmp_path))
    queue.close()
    whole = db.read_bytes()
    torn = b"torn by a power cut" + whole[19:2000] + bytes(len(whole) - 2000)
    db.write_bytes(torn)
    again = Queue(db)
    assert "was damaged" in again.remark and "\n" not in again.remark
    (aside,) = db.parent.glob("queue damaged *.db")
    assert aside.name in again.remark and aside.read_bytes() == torn
    again.add(order("b", tmp_path))
    assert names(Queue(db).jobs()) == ["b"] and Queue(db).remark == ""


def test_two_that_find_it_damaged_keep_one_aside(db: Path, tmp_path: Path) -> None:
    db.parent.mkdir()
    db.write_bytes(b"no database at all, for sure" * 40)
    opened: list[Queue] = []
    threads = [threading.Thread(target=lambda: opened.append(Queue(db))) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(opened) == 4 and sum(bool(one.remark) for one in opened) == 1
    opened[0].add(order("a", tmp_path))
    assert all(names(one.jobs()) == ["a"] for one in opened)


def test_an_older_file_is_brought_up_to_date_with_its_jobs(db: Path, tmp_path: Path) -> None:
    db.parent.mkdir()
    old = sqlite3.connect(db)
    old.executescript(f"{tables.STEPS[0]}; PRAGMA user_version = 1;")
    old.execute("INSERT INTO job (wanted, place) VALUES (?, 1)", (order("from before", tmp_path).text(),))
    old.commit()
    old.close()
    queue = Queue(db)
    assert names(queue.jobs()) == ["from before"]
    assert queue.take(tmp_path, "new.dv", 5, [order("new", tmp_path)]) and len(queue.jobs()) == 2


def test_a_newer_file_is_left_alone(db: Path) -> None:
    Queue(db).close()
    newer = sqlite3.connect(db)
    newer.execute(f"PRAGMA user_version = {tables.VERSION + 1}")
    newer.close()
    before = db.read_bytes()
    with pytest.raises(QueueError, match="newer Tapeloom"):
        Queue(db)
    assert db.read_bytes() == before


def test_an_order_that_cannot_be_read_fails_and_the_next_is_done(db: Path, tmp_path: Path) -> None:
    queue = Queue(db)
    strange, good = queue.add(order("strange", tmp_path)), queue.add(order("good", tmp_path))
    raw = sqlite3.connect(db)
    raw.execute("UPDATE job SET wanted = '{\"graph\": 3}' WHERE id = ?", (strange,))
    raw.commit()
    raw.close()
    job = queue.claim(queue.owner())
    assert job is not None and job.id == good


def test_a_folder_that_cannot_be_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, where the folder should be")
    with pytest.raises(QueueError, match="see to that folder") as caught:
        Queue(tmp_path / "data" / "queue.db")
    assert "\n" not in str(caught.value)


def test_what_a_later_version_wrote_beside_is_left_out(tmp_path: Path) -> None:
    text = order("a", tmp_path).text()
    assert Order.parse(text[:-1] + ', "of tomorrow": 1}') == order("a", tmp_path)
