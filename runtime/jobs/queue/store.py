"""The queue: jobs in a SQLite file, for any number of processes and threads at once. SQL, and nothing else.

Whoever renders claims a job in one transaction and is its owner until it gives it back. Only the owner writes how far
it is; all others write wishes, which the owner looks for. A job whose owner is dead waits again; one over which three
owners died in a row without getting any further is taken to be what killed them, and fails.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from graphs.codec import DocumentError
from runtime import folders
from runtime.jobs.queue.opening import PATIENCE_S, QueueError, opened, refused
from runtime.jobs.queue.order import Job, Order, Progress, Said, Stage, plain
from runtime.jobs.queue.owners import Owner, alive, pid

__all__ = ["Queue", "QueueError"]

DEATHS = 3
HISTORY = 2000
"""Jobs that are kept once they are off the list."""
_OVER = "('done', 'failed', 'cancelled')"
_LINE = "ORDER BY priority DESC, place, id"
_FIGURES = (
    "text", "share", "fps", "left_s", "elapsed_s", "size_bytes", "priority", "owner", "wish", "run", "added", "began",
    "ended", "foretold_s", "foretold_bytes",
)  # fmt: skip
Where = Literal["first", "last", "up", "down"]


class Queue:
    """`path` None: where all programs of this user look. `remark`: what the user should know of how it was opened."""

    def __init__(
        self, path: Path | None = None, *, clock: Callable[[], float] = time.time, patience_s: float = PATIENCE_S,
        in_memory: bool = False,
    ) -> None:  # fmt: skip
        self.path = None if in_memory else path or folders.data() / "queue.db"
        self._clock, self._lock, self._own, self._writing = clock, threading.RLock(), 0, False
        self._db, self.remark = opened(self.path, patience_s)
        self._db.row_factory = sqlite3.Row
        self._orders: dict[int, tuple[str, Order]] = {}

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def owner(self) -> Owner:
        """Somebody who may claim jobs."""
        try:
            return Owner(self._owners)
        except OSError as fault:
            raise QueueError(f"{self._owners}: {fault.strerror or fault}. See to that folder") from None

    @property
    def _owners(self) -> Path | None:
        return self.path.with_name(f"{self.path.name}.owners") if self.path else None

    # -- looking
    def changes(self) -> tuple[int, int]:
        """Another value whenever anybody has changed anything."""
        with self._read() as db:
            return db.execute("PRAGMA data_version").fetchone()[0], self._own

    def jobs(self, *, history: bool = False) -> list[Job]:
        """Those that are over, as they ended; then the others, as they will be done. `history`: also those off the
        list."""
        with self._read() as db:
            rows = db.execute(f"SELECT * FROM job WHERE off_list <= ? {_LINE}", (int(history),)).fetchall()
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

    def _job(self, db: sqlite3.Connection, row: sqlite3.Row) -> Job | None:
        said = db.execute(
            "SELECT kind, text FROM said WHERE job = ? AND run = ? AND kind != 'event' ORDER BY id",
            (row["id"], row["run"]),
        ).fetchall()
        try:
            order = self._order(row["id"], row["wanted"])
        except (DocumentError, ValueError, TypeError, KeyError):
            return None  # a newer version's, or a file that somebody has edited
        figures = {name: row[name] for name in _FIGURES}
        return Job(
            row["id"],
            order,
            Stage(row["stage"]),
            files=tuple(Path(file) for file in json.loads(row["files"])),
            notes=tuple(one["text"] for one in said if one["kind"] == "note"),
            log=tuple(one["text"] for one in said if one["kind"] == "log"),
            kept=json.loads(row["kept"] or '""'),
            **figures,
        )

    def _order(self, id: int, text: str) -> Order:
        held = self._orders.get(id)
        if held is None or held[0] != text:
            held = self._orders[id] = text, Order.parse(text)
        return held[1]

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

    def retry(self, id: int, *, overwrite: bool = False, anyway: bool = False) -> None:
        """Put a job that is over at the end of the line again. A result that is there is not written over unless that
        is said; what is made of it is gone on with, `anyway`: though something has changed since."""
        with self._known(id) as (db, row):
            if not Stage(row["stage"]).over:
                return
            wanted = json.loads(row["wanted"])
            wanted["overwrite"] = overwrite or wanted.get("overwrite", False)
            wanted["anyway"] = anyway or wanted.get("anyway", False)
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
            line = db.execute(f"SELECT id, priority FROM job WHERE stage NOT IN {_OVER} {_LINE}").fetchall()
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

    # -- whoever renders
    def claim(self, owner: Owner) -> Job | None:
        """The next job is this owner's; None: there is none. Jobs of the dead are put in line again first."""
        with self._write() as db:
            self._reap(db)
            row = db.execute(f"SELECT * FROM job WHERE stage = 'waiting' AND owner = '' {_LINE} LIMIT 1").fetchone()
            while row is not None:
                db.execute(
                    "UPDATE job SET owner = ?, stage = 'preparing', run = run + 1, share_begun = share, began = ?, "
                    "text = '', wish = '' WHERE id = ?",
                    (owner.name, self._clock(), row["id"]),
                )
                self._say(db, row["id"], "event", f"begun by process {pid(owner.name)}")
                row = db.execute("SELECT * FROM job WHERE id = ?", (row["id"],)).fetchone()
                if (job := self._job(db, row)) is not None:
                    return job
                text = "what was ordered cannot be read: another version of Tapeloom wrote it. Order it again"
                self._ended(db, row["id"], Progress(Stage.FAILED, text))
                row = db.execute(f"SELECT * FROM job WHERE stage = 'waiting' AND owner = '' {_LINE} LIMIT 1").fetchone()
        return None

    def reap(self) -> None:
        """Put the jobs of the dead in line again."""
        with self._write() as db:
            self._reap(db)

    def put(self, id: int, owner: Owner, progress: Progress) -> None:
        """How far it is, by its owner."""
        with self._write() as db:
            names = progress.columns()
            sets = ", ".join(f"{name} = ?" for name in names)
            db.execute(f"UPDATE job SET {sets} WHERE id = ? AND owner = ?", (*names.values(), id, owner.name))

    def say(self, id: int, kind: Literal["event", "note", "log"], text: str) -> None:
        with self._write() as db:
            self._say(db, id, kind, text)

    def end(
        self,
        id: int,
        owner: Owner,
        progress: Progress,
        files: Iterable[Path] = (),
        log: Iterable[str] = (),
        kept: str = "",
    ) -> None:
        """It is over, as its stage says. Does nothing where the job is another's by now."""
        with self._write() as db:
            if not db.execute("SELECT 1 FROM job WHERE id = ? AND owner = ?", (id, owner.name)).fetchone():
                return
            for line in log:
                self._say(db, id, "log", line)
            self._ended(db, id, progress)
            listed = json.dumps([str(file) for file in files])
            db.execute("UPDATE job SET files = ?, kept = ? WHERE id = ?", (listed, json.dumps(kept), id))
            self._say(db, id, "event", f"{progress.stage}{': ' if progress.text else ''}{progress.text}")

    def rendered(self, id: int, owner: Owner, files: Iterable[Path]) -> None:
        """Its files are whole; what remains is to copy them."""
        with self._write() as db:
            listed = json.dumps([str(file) for file in files])
            db.execute("UPDATE job SET files = ? WHERE id = ? AND owner = ?", (listed, id, owner.name))

    def put_back(self, id: int, owner: Owner, why: str, kept: str = "") -> None:
        """It waits again, and is gone on with later; or is paused, where it was."""
        with self._write() as db:
            row = db.execute("SELECT * FROM job WHERE id = ? AND owner = ?", (id, owner.name)).fetchone()
            if row is not None:
                db.execute("UPDATE job SET kept = ? WHERE id = ?", (json.dumps(kept), id))
                self._back(db, row, why, deaths=0)

    def _reap(self, db: sqlite3.Connection) -> None:
        folder = self._owners
        if folder is None:
            return
        for (name,) in db.execute("SELECT DISTINCT owner FROM job WHERE owner != ''").fetchall():
            if alive(folder, name):
                continue
            for row in db.execute("SELECT * FROM job WHERE owner = ?", (name,)).fetchall():
                deaths = row["deaths"] + 1 if row["share"] <= row["share_begun"] else 1
                why = f"process {pid(name)}, which rendered it, was ended"
                if deaths < DEATHS:
                    self._back(db, row, f"{why}; what is made of it is gone on with", deaths)
                    continue
                text = f"{why}, {deaths} times in a row without getting further. It may be what ended it"
                self._ended(
                    db, row["id"], Progress(Stage.FAILED, f"{text}: order it with fewer threads or less memory")
                )
                self._say(db, row["id"], "event", f"failed: {text}")

    def _back(self, db: sqlite3.Connection, row: sqlite3.Row, why: str, deaths: int) -> None:
        if row["wish"] == "cancel":
            self._ended(db, row["id"], Progress(Stage.CANCELLED, share=row["share"]))
        else:
            stage = Stage.PAUSED if row["wish"] == "pause" else Stage.WAITING
            db.execute(
                "UPDATE job SET stage = ?, owner = '', wish = '', text = '', left_s = NULL, deaths = ? WHERE id = ?",
                (stage.value, deaths, row["id"]),
            )
        self._say(db, row["id"], "event", why)

    def _ended(self, db: sqlite3.Connection, id: int, progress: Progress) -> None:
        names = progress.columns()
        sets = ", ".join(f"{name} = ?" for name in names)
        db.execute(
            f"UPDATE job SET {sets}, owner = '', wish = '', ended = ? WHERE id = ?",
            (*names.values(), self._clock(), id),
        )

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
    def _say(self, db: sqlite3.Connection, id: int, kind: str, text: str) -> None:
        db.execute(
            "INSERT INTO said (job, run, at, kind, text) SELECT id, run, ?, ?, ? FROM job WHERE id = ?",
            (self._clock(), kind, plain(text), id),
        )

    def _forget(self, db: sqlite3.Connection, ids: Sequence[int]) -> None:
        for table, column in (("said", "job"), ("job", "id")):
            db.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(one,) for one in ids])
        for one in ids:
            self._orders.pop(one, None)

    @contextmanager
    def _known(self, id: int) -> Iterator[tuple[sqlite3.Connection, sqlite3.Row]]:
        """A transaction on a job that is there. QueueError."""
        with self._write() as db:
            self._reap(db)
            row: Any = db.execute("SELECT * FROM job WHERE id = ?", (_id(id),)).fetchone()
            if row is None:
                raise QueueError(f"there is no job {id}. `launch.py queue list` shows those that there are")
            yield db, row

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as fault:
                raise refused(self.path, fault) from None

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One transaction; within another it is a part of that one."""
        with self._read() as db:
            if self._writing:
                yield db
                return
            db.execute("BEGIN IMMEDIATE")
            self._writing = True
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # the database may have done so itself
                    db.execute("ROLLBACK")
                raise
            finally:
                self._writing = False
            self._own += 1


def _id(number: int) -> int:
    """One that SQLite can hold; 0, which is no job's, for all others."""
    return number if 0 < number < 1 << 63 else 0
