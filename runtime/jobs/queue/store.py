"""The queue: jobs in a SQLite file, for any number of processes and threads at once. SQL, and nothing else.

Whoever renders claims a job in one transaction and is its owner until it gives it back. Only the owner writes how far
it is; all others write wishes, which the owner looks for. A job whose owner is dead waits again; one over which three
owners died in a row without getting any further is taken to be what killed them, and fails.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from runtime.jobs.queue.claiming import Claiming
from runtime.jobs.queue.opening import QueueError
from runtime.jobs.queue.order import Job, Order, Progress, Said, Stage
from runtime.jobs.queue.transactions import LINE

__all__ = ["Queue", "QueueError"]

HISTORY = 2000
"""Jobs that are kept once they are off the list."""
_OVER = "('done', 'failed', 'cancelled')"
Where = Literal["first", "last", "up", "down"]


class Queue(Claiming):
    """All of it: looking, ordering, and what Claiming has for whoever renders."""

    # -- looking
    def changes(self) -> tuple[int, int]:
        """Another value whenever anybody has changed anything."""
        with self._read() as db:
            return db.execute("PRAGMA data_version").fetchone()[0], self._own

    def jobs(self, *, history: bool = False) -> list[Job]:
        """Those that are over, as they ended; then the others, as they will be done. `history`: also those off the
        list."""
        with self._read() as db:
            rows = db.execute(f"SELECT * FROM job WHERE off_list <= ? {LINE}", (int(history),)).fetchall()
            over = sorted((row for row in rows if Stage(row["stage"]).over), key=lambda row: (row["ended"], row["id"]))
            live = [row for row in rows if not Stage(row["stage"]).over]
            live.sort(key=lambda row: not row["owner"])  # what is being rendered comes first
            return [job for row in (*over, *live) if (job := self._job(db, row)) is not None]

    def job(self, id: int) -> Job | None:
        with self._read() as db:
            row = db.execute("SELECT * FROM job WHERE id = ?", (_id(id),)).fetchone()
            return self._job(db, row) if row else None

    def history(self, id: int) -> list[Said]:
        """All that was said of a job, run by run."""
        with self._read() as db:
            rows = db.execute("SELECT at, run, kind, text FROM said WHERE job = ? ORDER BY id", (id,))
            return [Said(*row) for row in rows]

    def wish(self, id: int, owner: str) -> str | None:
        """What the owner is asked to do; None: it is not the owner any more."""
        with self._read() as db:
            row = db.execute("SELECT wish FROM job WHERE id = ? AND owner = ?", (id, owner)).fetchone()
            return str(row["wish"]) if row else None

    # -- whoever orders
    def add(self, order: Order, priority: int = 0) -> int:
        """Put an order at the end of its priority's line; gives the job's id."""
        return self.add_all([order], priority)[0]

    def add_all(self, orders: Sequence[Order], priority: int = 0) -> list[int]:
        """All of them, or none."""
        with self._write() as db:
            ids = []
            for order in orders:
                place = db.execute("SELECT coalesce(max(place), 0) + 1 FROM job").fetchone()[0]
                made = db.execute(
                    "INSERT INTO job (wanted, priority, place, added) VALUES (?, ?, ?, ?)",
                    (order.text(), priority, place, self._clock()),
                )
                ids.append(int(made.lastrowid or 0))
            old = f"SELECT id FROM job WHERE off_list ORDER BY ended DESC, id DESC LIMIT -1 OFFSET {HISTORY}"
            self._forget(db, [row["id"] for row in db.execute(old)])
            return ids

    def pause(self, id: int) -> None:
        """Hold a running job, or one that waits."""
        with self._known(id) as (db, row):
            if row["owner"]:
                db.execute("UPDATE job SET wish = 'pause' WHERE id = ? AND wish != 'cancel'", (id,))
            elif row["stage"] == Stage.WAITING:
                db.execute("UPDATE job SET stage = 'paused' WHERE id = ?", (id,))

    def resume(self, id: int) -> None:
        with self._known(id) as (db, row):
            if row["owner"]:
                db.execute("UPDATE job SET wish = '' WHERE id = ? AND wish = 'pause'", (id,))
            elif row["stage"] == Stage.PAUSED:
                db.execute("UPDATE job SET stage = 'waiting' WHERE id = ?", (id,))

    def cancel(self, id: int) -> None:
        with self._known(id) as (db, row):
            if row["owner"]:
                db.execute("UPDATE job SET wish = 'cancel' WHERE id = ?", (id,))
            elif not Stage(row["stage"]).over:
                self._ended(db, id, Progress(Stage.CANCELLED, share=row["share"]))
                self._say(db, id, "event", "cancelled")

    def retry(self, id: int, *, overwrite: bool = False, anyway: bool = False, **limits: int | str) -> None:
        """Put a job that is over at the end of the line again. A result that is there is not written over unless that
        is said; what is made of it is gone on with, `anyway`: though something has changed since. `limits`: the order's
        (threads, memory_mb, gpu), where they shall be others now."""
        with self._known(id) as (db, row):
            if not Stage(row["stage"]).over:
                return
            wanted = json.loads(row["wanted"])
            wanted["overwrite"] = overwrite or wanted.get("overwrite", False)
            wanted["anyway"] = anyway or wanted.get("anyway", False)
            wanted |= limits
            db.execute(
                "UPDATE job SET wanted = ?, stage = 'waiting', wish = '', text = '', share = 0, fps = 0, "
                "elapsed_s = 0, left_s = NULL, size_bytes = 0, off_list = 0, deaths = 0, ended = 0, "
                "place = (SELECT max(place) + 1 FROM job) WHERE id = ?",
                (json.dumps(wanted), id),
            )
            if overwrite or not wanted.get("copy_to"):  # else only the copy may be missing
                db.execute("UPDATE job SET files = '[]' WHERE id = ?", (id,))
            self._say(db, id, "event", "put in line again")

    def move(self, id: int, where: Where) -> None:
        """Let a job be done earlier or later. It takes on a neighbour's priority where its own would hinder it."""
        with self._known(id) as (db, row):
            line = db.execute(f"SELECT id, priority FROM job WHERE stage NOT IN {_OVER} {LINE}").fetchall()
            ids = [one["id"] for one in line]
            if id not in ids:
                return
            at = ids.index(id)
            to = {"first": 0, "last": len(ids) - 1, "up": max(0, at - 1), "down": min(len(ids) - 1, at + 1)}[where]
            priorities = {one["id"]: one["priority"] for one in line}
            ids.insert(to, ids.pop(at))
            own = row["priority"]
            if to < at:
                own = max(own, priorities[ids[to + 1]])
            elif to > at:
                own = min(own, priorities[ids[to - 1]])
            db.execute("UPDATE job SET priority = ? WHERE id = ?", (own, id))
            db.executemany("UPDATE job SET place = ? WHERE id = ?", [(place, one) for place, one in enumerate(ids, 1)])

    def prioritise(self, id: int, priority: int) -> None:
        """Higher ones are done first."""
        with self._known(id) as (db, _):
            db.execute("UPDATE job SET priority = ? WHERE id = ?", (priority, id))

    def foretell(self, id: int, seconds: float, size_bytes: int) -> None:
        with self._known(id) as (db, _):
            db.execute("UPDATE job SET foretold_s = ?, foretold_bytes = ? WHERE id = ?", (seconds, size_bytes, id))

    def remove(self, id: int, *, wholly: bool = False) -> None:
        """Take a job off the list: one that is over stays in the history, unless `wholly`. Files stay. QueueError where
        it is being rendered."""
        with self._known(id) as (db, row):
            if row["owner"]:
                raise QueueError(f"job {id} is being rendered. Cancel it first")
            if Stage(row["stage"]).over and not wholly:
                db.execute("UPDATE job SET off_list = 1 WHERE id = ?", (id,))
            else:
                self._forget(db, [id])

    def clear(self) -> None:
        """Take everything that is over off the list."""
        with self._write() as db:
            db.execute(f"UPDATE job SET off_list = 1 WHERE stage IN {_OVER}")

    # -- what watched folders have given
    def taken(self, folder: Path) -> dict[str, tuple[int, int]]:
        """Name → (size, job), of every file that was taken from there."""
        with self._read() as db:
            rows = db.execute("SELECT name, size, job FROM taken WHERE folder = ?", (os.fsencode(folder),))
            return {os.fsdecode(row["name"]): (row["size"], row["job"]) for row in rows}

    def take(self, folder: Path, name: str, size: int, orders: Sequence[Order], priority: int = 0) -> list[int]:
        """Remember a file and put what is wanted of it in line, both or neither. Empty: another process was quicker,
        or it has only grown since it was taken, and its job has not begun yet."""
        key = os.fsencode(folder), os.fsencode(name)
        with self._write() as db:
            held = db.execute("SELECT size, job FROM taken WHERE folder = ? AND name = ?", key).fetchone()
            if held is not None:
                fresh = "SELECT 1 FROM job WHERE id = ? AND run = 0 AND stage IN ('waiting', 'paused')"
                if held["size"] != size and not db.execute(fresh, (held["job"],)).fetchone():
                    db.execute("DELETE FROM taken WHERE folder = ? AND name = ?", key)
                else:
                    db.execute("UPDATE taken SET size = ? WHERE folder = ? AND name = ?", (size, *key))
                    return []
            ids = self.add_all(orders, priority)
            last = ids[-1] if ids else 0
            db.execute("INSERT INTO taken (folder, name, size, job) VALUES (?, ?, ?, ?)", (*key, size, last))
            return ids

    # -- plumbing
    @contextmanager
    def _known(self, id: int) -> Iterator[tuple[sqlite3.Connection, sqlite3.Row]]:
        """A transaction on a job that is there. QueueError."""
        with self._write() as db:
            self._reap(db)
            row: Any = db.execute("SELECT * FROM job WHERE id = ?", (_id(id),)).fetchone()
            if row is None:
                raise QueueError(f"there is no job {id}. `launch.py queue list` shows those that there are")
            yield db, row


def _id(number: int) -> int:
    """One that SQLite can hold; 0, which is no job's, for all others."""
    return number if 0 < number < 1 << 63 else 0
