"""The queue's file: opened, read and written in transactions. SQL that all who use it share."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from graphs.codec import DocumentError
from runtime import folders
from runtime.jobs.queue.opening import PATIENCE_S, opened, refused
from runtime.jobs.queue.order import Job, Order, Progress, Stage, plain

LINE = "ORDER BY priority DESC, place, id"
_FIGURES = (
    "text", "share", "fps", "left_s", "elapsed_s", "size_bytes", "priority", "owner", "wish", "run", "added", "began",
    "ended", "foretold_s", "foretold_bytes",
)  # fmt: skip


class Transactions:
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

    def _ended(self, db: sqlite3.Connection, id: int, progress: Progress) -> None:
        names = progress.columns()
        sets = ", ".join(f"{name} = ?" for name in names)
        db.execute(
            f"UPDATE job SET {sets}, owner = '', wish = '', ended = ? WHERE id = ?",
            (*names.values(), self._clock(), id),
        )

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
