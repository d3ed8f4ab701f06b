"""Opens the queue's file: made where there is none, brought up to date, kept aside where it is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

from runtime.jobs.queue.tables import STEPS, VERSION
from runtime.locking import locked

PATIENCE_S = 15.0
"""How long another program may hold the file."""
_BESIDE = ("", "-wal", "-shm")


class QueueError(Exception):
    """The queue cannot do that; one line that says why, and what next."""


def opened(path: Path | None, patience_s: float = PATIENCE_S) -> tuple[sqlite3.Connection, str]:
    """A connection for all threads, and what the user should know: empty, or where a damaged file was put. `path` None:
    in memory, for a while."""
    if path is None:
        db = _connected(":memory:", patience_s)
        _up_to_date(db)
        return db, ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(
            path.with_name(f"{path.name}.lock"), patience_s
        ):  # two that find it damaged would move each other's
            try:
                return _sound(path, patience_s), ""
            except sqlite3.OperationalError as fault:
                raise refused(path, fault) from None
            except sqlite3.DatabaseError as fault:
                aside = _aside(path)
                text = f"{path.name} was damaged ({fault}) and is kept as {aside.name}; the queue begins anew"
                return _sound(path, patience_s), text
    except OSError as fault:
        raise QueueError(f"{path}: {fault.strerror or fault}. The queue is kept there: see to that folder") from None


def refused(path: Path | None, fault: sqlite3.Error) -> QueueError:
    """What a database's error means to the user."""
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    where = path or "the queue"
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return QueueError(f"{where} is held by another program. Try again when that one has done")
    if code == sqlite3.SQLITE_FULL:
        return QueueError(f"{where}: the disk is full. Make room")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return QueueError(f"{where} is damaged ({fault}). Start again: it is then kept aside, and a new one is begun")
    return QueueError(f"{where} cannot be used ({fault}). See to that file and its folder")


def _sound(path: Path, patience_s: float) -> sqlite3.Connection:
    db = _connected(str(path), patience_s)
    try:
        db.execute("PRAGMA journal_mode = WAL")  # readers wait for no writer
        db.execute("PRAGMA synchronous = FULL")
        found = db.execute("PRAGMA quick_check(1)").fetchone()
        if found != ("ok",):
            raise sqlite3.DatabaseError(str(found[0]))
        _up_to_date(db)
    except BaseException:
        db.close()
        raise
    return db


def _connected(name: str, patience_s: float) -> sqlite3.Connection:
    return sqlite3.connect(name, timeout=patience_s, isolation_level=None, check_same_thread=False)


def _up_to_date(db: sqlite3.Connection) -> None:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found > VERSION:
        raise QueueError(f"the queue was kept by a newer Tapeloom (its version {found}, here {VERSION}). Use that one")
    for number in range(found, VERSION):
        try:
            db.executescript(f"BEGIN IMMEDIATE; {STEPS[number]}; PRAGMA user_version = {number + 1}; COMMIT;")
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _aside(path: Path) -> Path:
    stamp = datetime.now().strftime("%Y-%m-%d %H.%M.%S.%f")
    aside = path.with_name(f"{path.stem} damaged {stamp}{path.suffix}")
    for end in _BESIDE:
        file = path.with_name(path.name + end)
        if file.exists():
            file.replace(aside.with_name(aside.name + end))
    return aside


@contextmanager
def _alone(lock: Path, patience_s: float) -> Iterator[None]:
    with closing(lock.open("a+b")) as file:
        end = monotonic() + patience_s
        while not locked(file):
            if monotonic() > end:
                raise QueueError(f"{lock.name.removesuffix('.lock')} is held by another program. Try again later")
            sleep(0.02)
        yield
