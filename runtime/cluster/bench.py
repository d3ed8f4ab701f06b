"""What a machine of a cluster does: it gets a render ready as if it were its own, compares, and makes segments of it.

Tasks are these functions, called by Dask in the worker's process; the pictures are made in the same supervised child
as everywhere. `make` runs in one of the worker's threads; the small ones (`read`, `take` …) between tasks, on its
event loop.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from distributed import get_worker

from graphs import codec
from graphs.codec import DocumentError
from nodes.registry import default_registry
from runtime import folders
from runtime.at_hand import at_hand, types_of
from runtime.cluster.orders import Plain, failure_as, progress_as, replaced, result_as
from runtime.compiled import Remembering, compiled
from runtime.ffmpeg import Ffmpeg, FfmpegError, find
from runtime.jobs.deciding import deciding, differences, versions
from runtime.jobs.faults import BrokenRenderError, RefusedError, clear_words
from runtime.jobs.journal import digest, hashes_name
from runtime.jobs.lanes import Lane
from runtime.jobs.preparing import Preparing
from runtime.optimize import fuse
from runtime.session import Cancelled, RenderError, RenderUpdate, Session, WorkerGone
from runtime.sources import prober
from runtime.watch import Limits

_TELL_S = 1.0
SIGN = "shared"
"""A file in the job's folder, by which a machine sees that it reaches the same folder."""


class NotHere(Exception):  # noqa: N818
    """Sources that this machine does not have."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(", ".join(paths))
        self.paths = paths


@dataclass
class _Place:
    """One worker process that has a job loaded."""

    job: str
    session: Session
    lanes: Mapping[str, Lane]
    ffmpeg: Ffmpeg


@dataclass
class Bench:
    """Everything of this process. `threads`: of VapourSynth in each place; 0: all."""

    threads: int = 0
    idle: list[_Place] = field(default_factory=list)
    busy: list[_Place] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def place(self, order: Plain) -> _Place:
        """One that is free, or a new one; places of other jobs go. RefusedError, NotHere, BrokenRenderError."""
        with self.lock:
            mine = next((one for one in self.idle if one.job == order["job"]), None)
            gone = [] if mine else self.idle
            self.idle = [one for one in self.idle if one is not mine] if mine else []
        for one in gone:
            one.session.close("another job came")
        return mine or _got_ready(order, self.threads)

    def close(self) -> None:
        with self.lock:
            places, self.idle, self.busy = [*self.idle, *self.busy], [], []
        for one in places:
            one.session.close("the machine leaves the cluster")


bench = Bench()


def make(order: Plain, parts: Plain, token: str) -> Plain:
    """One segment. The answer says what became of it, and never raises: Dask would only try again elsewhere."""
    at = get_worker().address
    try:
        with clear_words():
            place = bench.place(order)
    except NotHere as fault:
        return {"at": at, "missing": fault.paths}
    except RefusedError as fault:
        return {"at": at, "refused": [problem.line() for problem in fault.problems]}
    except Different as fault:
        return {"at": at, "refused": fault.lines}
    except (BrokenRenderError, Cancelled) as fault:
        return {"at": at, "refused": [str(fault)]}
    with bench.lock:
        bench.busy.append(place)
    whole, began_s = True, time.monotonic()
    try:
        made = _made(place, order, parts, token)
        return {"at": at, "took_s": time.monotonic() - began_s, **made}
    except RenderError as fault:
        return {"at": at, **failure_as(fault.failure, fault.sinks)}
    except Cancelled:
        return {"at": at, "cancelled": True}
    except (WorkerGone, OSError) as fault:
        whole = False
        return {"at": at, "gone": str(fault)}
    finally:
        with bench.lock:
            bench.busy = [one for one in bench.busy if one is not place]
            if whole:
                bench.idle.append(place)
        if not whole:
            place.session.close("it is lost")


class Different(Exception):  # noqa: N818
    """This machine would make other pictures."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def _got_ready(order: Plain, threads: int) -> _Place:
    try:
        ffmpeg = find()
    except FfmpegError as fault:
        raise BrokenRenderError(str(fault)) from None
    wanted = order["decides"]
    lines = differences({"versions": wanted["versions"]}, {"versions": versions(ffmpeg), "outputs": {}})
    if lines:
        raise Different(lines)
    places, lost = {}, []
    for source in order["sources"]:
        here = found(source)
        if here is None:
            lost.append(source["path"])
        else:
            places[source["named"]] = str(here)
    if lost:
        raise NotHere(lost)
    try:
        graph = codec.decode(json.dumps(replaced(order["graph"], places), ensure_ascii=False))
    except DocumentError as fault:
        raise BrokenRenderError(str(fault)) from None
    session = Session(limits=Limits(restarts=60), threads=threads)
    try:
        registry = default_registry()
        probe = Remembering(prober(session))
        available = at_hand(types_of(graph, registry), session.namespaces)
        made = compiled(graph, registry, probe, available=available, trust=bool(order["trust"]))
        if made.errors:
            raise RefusedError(made.errors)
        ready = Preparing(session, ffmpeg, lambda _: None, levels=False)
        frames = order["frames"]
        work = ready.lanes(replace(made, plan=fuse(made.plan)), probe, (frames[0], frames[1]) if frames else None)
        lanes = [lane.kept_between() if order["between"] else lane for lane in work.lanes]
        now = deciding(lanes, ffmpeg)
        for node, one in now["outputs"].items():  # where it goes and how it sounds is not this machine's business
            one |= {name: wanted["outputs"].get(node, {}).get(name) for name in ("file", "sound")}
        lines = differences(wanted, now)
        if lines:
            raise Different(lines)
    except BaseException:
        session.close("it cannot be got ready")
        raise
    return _Place(order["job"], session, {lane.node: lane for lane in lanes}, ffmpeg)


def _made(place: _Place, order: Plain, parts: Plain, token: str) -> Plain:
    folder = _own_or_shared(order, token)
    if order.get("forgive"):
        place.session.forgive()
    asked, names = [], []
    for node, part in parts.items():
        lane = place.lanes[node]
        name = lane.piece_name(part["first"])
        if lane.sink.frames_as_files:
            (folder / name).mkdir(exist_ok=True)
        span = part["first"], part["last"]
        sink = lane.piece(place.ffmpeg.path, span, folder / name, folder / hashes_name(name))
        asked.append(replace(sink, shown=tuple((int(a), int(b)) for a, b in part["shown"])))
        names += [name, hashes_name(name)]
    told_s = 0.0
    worker = get_worker()

    def tell(update: RenderUpdate) -> None:
        nonlocal told_s
        if time.monotonic() - told_s >= _TELL_S:
            told_s = time.monotonic()
            sinks = [progress_as(sink) for sink in update.sinks]
            worker.log_event(order["topic"], {"token": token, "sinks": sinks, "elapsed_s": update.elapsed_s})

    try:
        done = place.session.render(asked, tell)
        files = [_described(folder, one) for name in names for one in _plain_files(folder / name)]
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return {"done": result_as(done), "files": files, "folder": str(folder), "shared": folder.name.startswith("from-")}


def _own_or_shared(order: Plain, token: str) -> Path:
    """Where a segment is written: in the job's own folder where this machine reaches it."""
    shared = Path(order["folder"])
    with suppress(OSError):
        if (shared / SIGN).read_text("ascii") == order["sign"]:
            folder = shared / f"from-{token}"
            folder.mkdir()
            return folder
    return Path(tempfile.mkdtemp(prefix=f"{token}-", dir=_kept("segments")))


def _kept(what: str) -> Path:
    folder = folders.cache() / "cluster" / what
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _plain_files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def _described(folder: Path, path: Path) -> Plain:
    return {"name": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": digest(path)}


# -- the small ones
def found(source: Plain) -> Path | None:
    """A source on this machine: under its own path, or sent before."""
    with suppress(OSError):
        path = Path(source["path"])
        if path.stat().st_size == source["bytes"] or not source["sent"]:
            return path
    return _copy_if_whole(source)


def _copy_if_whole(source: Plain) -> Path | None:
    path = _copy_of(source)
    return path if path.is_file() else None


def _copy_of(source: Plain) -> Path:
    told = f"{source['path']} {source['bytes']} {source['mtime_ns']}"
    named = hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:20]
    return _kept("sources") / named / str(source["path"]).replace("\\", "/").rpartition("/")[2]


def has(source: Plain) -> bool:
    return found(source) is not None


def take(source: Plain, offset: int, data: bytes) -> bool:
    """A stretch of a source that is sent; whole, it gets its name. False: there is no room."""
    path = _copy_of(source)
    try:
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(path.name + ".part")
        with part.open("wb" if offset == 0 else "r+b") as file:
            file.seek(offset)
            file.write(data)
        if offset + len(data) >= source["bytes"]:
            part.replace(path)
    except OSError:
        return False
    return True


def read(folder: str, name: str, offset: int, count: int) -> bytes:
    """A stretch of a segment's file."""
    with (Path(folder) / name).open("rb") as file:
        file.seek(offset)
        return file.read(count)


def drop(folder: str) -> None:
    """A segment that was fetched."""
    if Path(folder).parent == _kept("segments"):
        shutil.rmtree(folder, ignore_errors=True)


def stop(job: str) -> None:
    """End what is made of a job."""
    with bench.lock:
        busy = [one for one in bench.busy if one.job == job]
    for one in busy:
        one.session.cancel()


def about() -> dict[str, Any]:
    """What this machine has, for `cluster status`."""
    try:
        return {"versions": versions(find()), "busy": len(bench.busy)}
    except FfmpegError as fault:
        return {"fault": str(fault), "busy": len(bench.busy)}
