"""The queue as whoever renders sees it: a job is claimed in one transaction, told of, and given back.

Only the owner writes how far its job is. A job whose owner is dead waits again; one over which three owners died in a
row without getting any further is taken to be what killed them, and fails.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from runtime.jobs.queue.opening import QueueError
from runtime.jobs.queue.order import Job, Progress, Stage
from runtime.jobs.queue.owners import Owner, alive, pid
from runtime.jobs.queue.transactions import LINE, Transactions

DEATHS = 3


class Claiming(Transactions):
    def owner(self) -> Owner:
        """Somebody who may claim jobs."""
        try:
            return Owner(self._owners)
        except OSError as fault:
            raise QueueError(f"{self._owners}: {fault.strerror or fault}. See to that folder") from None

    @property
    def _owners(self) -> Path | None:
        return self.path.with_name(f"{self.path.name}.owners") if self.path else None

    def claim(self, owner: Owner) -> Job | None:
        """The next job is this owner's; None: there is none. Jobs of the dead are put in line again first."""
        with self._write() as db:
            self._reap(db)
            row = db.execute(f"SELECT * FROM job WHERE stage = 'waiting' AND owner = '' {LINE} LIMIT 1").fetchone()
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
                row = db.execute(f"SELECT * FROM job WHERE stage = 'waiting' AND owner = '' {LINE} LIMIT 1").fetchone()
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
