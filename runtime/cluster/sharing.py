"""A render's segments given to a cluster: each is a task of Dask's, and its files come back to the journal here.

A machine that dies loses what it had in hand: Dask gives that to another. One that would make other pictures refuses,
says why, and is not asked again. When the scheduler is gone the render ends with everything whole in its folder.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import dask
from distributed import Client, KilledWorker

from runtime.cluster import bench
from runtime.cluster.doors import ClusterError, Door, door
from runtime.cluster.orders import Plain, failure_from, parts_of, progress_from, result_from
from runtime.cluster.serving import GPU, MEMORY, SEGMENT, secured, settings
from runtime.hardware.assigning import Crew
from runtime.jobs.events import Event, Note, Waiting
from runtime.jobs.faults import BrokenRenderError
from runtime.jobs.pool import Gone
from runtime.protocol import RenderSink
from runtime.session import Cancelled, NodeFailure, RenderError, RenderResult, RenderUpdate

_POLL_S = 0.2
_AWAY_S = 10.0
"""How long a scheduler may be silent before it is taken to be gone."""
_LOOK_S = 1.0
_CHUNK = 4 << 20
_AHEAD = 2
"""Segments that wait at the scheduler for each that is made, at least this many in all."""
_TELL_S = 10.0
_HASTE = 1.2
"""What a machine may need longer before it counts as slower: times of segments differ by a fifth."""


@contextmanager
def shared_out(
    address: str,
    certificates: Path | None,
    order: Plain,
    folder: Path,
    tell: Callable[[Event], None],
    needs: Mapping[str, float] | None = None,
) -> Iterator[Cluster]:
    """A cluster that makes segments of `order` into `folder`. `needs`: of each segment, by Dask's names of resources.
    BrokenRenderError where it cannot be reached."""
    try:
        place = door(address)
        guard = secured(place, certificates)
    except ClusterError as fault:
        raise BrokenRenderError(str(fault)) from None
    topic = f"tapeloom-{secrets.token_hex(8)}"
    told = {**order, "job": topic, "topic": topic, "folder": str(folder.absolute()), "sign": secrets.token_hex(16)}
    with dask.config.set(settings()):
        client = connected(place, guard)
        cluster = Cluster(place, client, told, folder, tell, {SEGMENT: 1, **(needs or {})})
        try:
            client.subscribe_topic(topic, cluster.heard)
            cluster.look()
            threading.Thread(target=cluster.keep_looking, name="cluster", daemon=True).start()
            yield cluster
        finally:
            cluster.stop()
            with suppress(Exception):
                client.close(timeout=2)
            (folder / bench.SIGN).unlink(missing_ok=True)


def connected(place: Door, guard: Any) -> Client:
    """BrokenRenderError."""
    try:
        return Client(place.text, security=guard, timeout=_AWAY_S, set_as_default=False, name="tapeloom")
    except Exception as fault:  # OSError, TimeoutError, ssl's, Dask's own
        text = str(fault).strip().splitlines()
        why = f" ({text[-1]})" if text else ""
        raise BrokenRenderError(
            f"the cluster at {place.text} does not answer{why}. Is it started, and are the certificates its own?"
        ) from None


@dataclass
class Cluster:
    """`barred`: machines that refused, with their reasons."""

    place: Door
    client: Client
    order: Plain
    folder: Path
    tell: Callable[[Event], None]
    needs: Mapping[str, float] = field(default_factory=lambda: {SEGMENT: 1})
    barred: dict[str, str] = field(default_factory=dict)
    left: Callable[[], int] = lambda: sys.maxsize
    """Frames that are not whole yet."""
    _crew: Crew = field(default_factory=Crew)
    _news: dict[str, Plain] = field(default_factory=dict)
    _sending: dict[tuple[str, str], threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _told_s: float = -1e9
    _seen: Mapping[str, int] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)

    def makers(self) -> list[Far]:
        """As many as the cluster may keep busy, with machines that come later."""
        return [Far(self) for _ in range(max(16, _AHEAD * self.at_once()))]

    def at_once(self) -> int:
        """Segments that are made at the same time."""
        return max(1, sum(self.machines().values()))

    def machines(self) -> Mapping[str, int]:
        """Segments at once, by the address of each machine that is there and has not refused."""
        return {address: slots for address, slots in self._seen.items() if address not in self.barred}

    def took(self, address: str, frames: int, seconds: float) -> None:
        """A machine has shown its speed."""
        with self._lock:
            now_s = time.monotonic()
            self._crew = self._crew.joined(address).began(address, (0, frames), now_s - seconds).done(address, now_s)

    def suited(self, frames: int) -> list[str] | None:
        """The machines that may make a segment of so many frames; None: all. Towards the end those are left out that
        would need longer for it than the others for all that is left."""
        there = self.machines()
        now_s = time.monotonic()
        with self._lock:
            paces = {address: self._crew.pace(address, now_s) for address in there if address in self._crew.paces}
        slow = too_slow(frames, self.left(), paces, there)
        return [address for address in there if address not in slow] if slow or self.barred else None

    def look(self) -> None:
        """Which machines are there."""
        ask = self.client.scheduler.identity
        try:
            told = self.client.sync(ask, n_workers=-1, callback_timeout=_AWAY_S)
        except Exception:  # away for now; `check` knows more
            return
        before = self.machines()
        self._seen = {
            address: at_once(one.get("resources") or {}, self.needs) for address, one in told["workers"].items()
        }
        for address in sorted(before.keys() - self._seen.keys()):
            if before[address] and not self._ended.is_set():
                self.tell(Note(left_by(address, sum(slots > 0 for slots in self.machines().values()))))

    def keep_looking(self) -> None:
        while not self._ended.wait(_LOOK_S):
            self.look()

    def sign(self) -> None:
        """Lay the sign by which a machine knows the job's folder."""
        with self._lock:
            path = self.folder / bench.SIGN
            if not path.exists():
                path.write_text(self.order["sign"], "ascii")

    def heard(self, event: tuple[float, Plain]) -> None:
        """Dask's thread: how far a segment is."""
        message = event[1]
        self._news[message["token"]] = message

    def news(self, token: str) -> Plain | None:
        return self._news.pop(token, None)

    def bar(self, address: str, lines: Sequence[str]) -> None:
        with self._lock:
            if address in self.barred:
                return
            self.barred[address] = "; ".join(lines)
        self.tell(Note(f"{address} refuses: {self.barred[address]}"))

    def check(self) -> None:
        """Gone where the scheduler is, or where every machine refused."""
        if self.client.status not in ("running", "connecting"):
            raise self.gone()
        if self.client.status == "running" and not any(self.machines().values()):
            if self.barred:
                raise Gone(f"no machine of the cluster makes this render: {'; '.join(self.barred.values())}")
            with self._lock:
                due = time.monotonic() - self._told_s >= _TELL_S
                self._told_s = time.monotonic() if due else self._told_s
            if due:
                text = f"{self.place.text} has no machine{_that_has(self.needs)}"
                self.tell(Waiting(f"{text}. `launch.py cluster join` one, and it goes on"))

    def gone(self) -> Gone:
        return Gone(f"the cluster at {self.place.text} is gone")

    def ask(self, machine: str, function: Callable[..., Any], *words: Any) -> Any:
        """Have a machine do something small, now."""
        return self.client.run(function, *words, workers=[machine])[machine]

    def supply(self, machine: str, paths: Sequence[str]) -> None:
        """Send sources to a machine that does not reach them. OSError where one cannot be read."""
        for source in self.order["sources"]:
            if source["path"] not in paths:
                continue
            if not source["sent"]:
                self.bar(machine, [f"{source['path']} is not there, and is no file that can be sent"])
                return
            with self._lock:
                lock = self._sending.setdefault((machine, source["path"]), threading.Lock())
            with lock:
                if self.ask(machine, bench.has, source):
                    continue
                self.tell(Note(f"{source['path']} is sent to {machine}"))
                with Path(source["path"]).open("rb") as file:
                    while (at := file.tell()) < source["bytes"] and (data := file.read(_CHUNK)):
                        if not self.ask(machine, bench.take, source, at, data):
                            self.bar(machine, [f"there is no room for {source['path']}"])
                            return

    def fetch(self, answer: Plain) -> None:
        """The files of a segment that was made, into the job's folder. ValueError where one arrives damaged."""
        if answer["shared"]:
            come = self.folder / Path(answer["folder"]).name
            for name in {one["name"].partition("/")[0] for one in answer["files"]}:
                if (self.folder / name).is_dir():
                    for picture in (come / name).iterdir():
                        picture.replace(self.folder / name / picture.name)
                else:
                    (come / name).replace(self.folder / name)
            for left in sorted(come.rglob("*"), reverse=True):
                left.rmdir()
            come.rmdir()
            return
        for one in answer["files"]:
            path = self.folder / one["name"]
            if not path.resolve().is_relative_to(self.folder.resolve()):
                raise ValueError(f"{one['name']} is no name of a segment")
            path.parent.mkdir(exist_ok=True)
            sha, at = hashlib.sha256(), 0
            with path.open("wb") as file:
                while at < one["bytes"]:
                    data = self.ask(answer["at"], bench.read, answer["folder"], one["name"], at, _CHUNK)
                    if not data:
                        break
                    file.write(data)
                    sha.update(data)
                    at += len(data)
            if sha.hexdigest() != one["sha256"]:
                raise ValueError(f"{one['name']} arrived damaged")
        with suppress(Exception):
            self.ask(answer["at"], bench.drop, answer["folder"])

    def stop(self) -> None:
        """End what is being made on all machines; once."""
        with self._lock:
            if self._ended.is_set():
                return
            self._ended.set()
        if self.client.status == "running":
            with suppress(Exception):
                self.client.run(bench.stop, self.order["job"], on_error="ignore")


@dataclass
class Far:
    """One segment at a time, wherever Dask finds a machine for it."""

    cluster: Cluster
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _forgive: bool = False

    def render(self, sinks: Sequence[RenderSink], on_progress: Callable[[RenderUpdate], None]) -> RenderResult:
        parts = parts_of(sinks)
        while True:
            answer = self._answered(parts, on_progress)
            if answer is None:
                continue
            machine = answer["at"]
            if "refused" in answer:
                self.cluster.bar(machine, answer["refused"])
            elif "failed" in answer:
                failure, made = failure_from(answer)
                raise RenderError(failure, made)
            elif "done" in answer or "missing" in answer:
                try:
                    if "missing" in answer:
                        self.cluster.supply(machine, answer["missing"])
                        continue
                    self.cluster.fetch(answer)
                except Exception as fault:  # the machine died meanwhile, or the scheduler; who knows what Dask raises
                    self.cluster.check()
                    self.cluster.tell(Note(f"{machine}: {_line(fault)}. Its segment is made again"))
                    continue
                frames = max(part["last"] - part["first"] for part in parts.values())
                self.cluster.took(machine, frames, answer["took_s"])
                return replace(result_from(answer["done"]), by=machine)

    def forgive(self) -> None:
        self._forgive = True

    def cancel(self) -> None:
        self._cancelled.set()

    def _answered(self, parts: Plain, on_progress: Callable[[RenderUpdate], None]) -> Plain | None:
        """What a machine says; None: ask again. Cancelled, Gone, RenderError."""
        cluster = self.cluster
        cluster.check()
        cluster.sign()
        token = secrets.token_hex(8)
        frames = max(part["last"] - part["first"] for part in parts.values())
        allowed = cluster.suited(frames)
        order = {**cluster.order, "forgive": self._forgive}
        try:
            future = cluster.client.submit(
                bench.make, order, parts, token, key=f"segment-{token}", pure=False,
                resources=dict(cluster.needs), workers=allowed,
            )  # fmt: skip
        except Exception:
            cluster.check()
            raise cluster.gone() from None
        try:
            while not future.done():
                if self._cancelled.wait(_POLL_S):
                    cluster.stop()
                    raise Cancelled("cancelled")
                cluster.check()
                if allowed is not None and not set(allowed) & set(cluster.machines()):
                    return None  # all that it was for are gone; others may have come
                if (news := cluster.news(token)) is not None:
                    on_progress(_update(news))
            if future.status == "cancelled" or future.status == "lost":
                self._await_scheduler()
                return None
            answer: Plain = future.result(timeout=_AWAY_S)
        except (Cancelled, Gone):
            raise
        except KilledWorker:
            first = next(iter(parts))
            text = "machine after machine died of it"
            raise RenderError(NodeFailure(first, "", None, None, text, (), crashed=True)) from None
        except Exception as fault:
            if cluster.client.status != "running":
                self._await_scheduler()
                return None
            raise Gone(f"the cluster at {cluster.place.text} fails: {_line(fault)}") from None
        finally:
            with suppress(Exception):
                future.release() if future.done() else future.cancel()
        self._forgive = False
        return answer

    def _await_scheduler(self) -> None:
        """The scheduler went away; back within its time, it is asked again. Gone."""
        end_s = time.monotonic() + _AWAY_S
        while self.cluster.client.status != "running":
            if self.cluster.client.status == "closed" or time.monotonic() > end_s:
                raise self.cluster.gone()
            if self._cancelled.wait(_POLL_S):
                raise Cancelled("cancelled")


def too_slow(frames: int, left: int, paces: Mapping[str, float], slots: Mapping[str, int]) -> set[str]:
    """Which machines would need longer for one segment of `frames` than the others together for all that is `left`.
    `paces`: frames a second of each segment on those that have shown it. Never the quickest."""
    found = set()
    for one, pace in paces.items():
        others = {other: speed for other, speed in paces.items() if other != one}
        together = sum(speed * slots.get(other, 0) for other, speed in others.items())
        if together and frames / pace > _HASTE * max(frames / max(others.values()), left / together):
            found.add(one)
    return found


def left_by(address: str, others: int) -> str:
    """What is said of a machine that is not there any more. `others` make segments still."""
    if not others:
        return f"{address} has left or died, and no other machine is there: what it had in hand waits until one joins"
    return f"{address} has left or died: what it had in hand goes to {others} other machine{'s' * (others > 1)}"


def at_once(resources: Mapping[str, float], needs: Mapping[str, float]) -> int:
    """Segments that a machine of such resources makes at the same time."""
    return min(int(resources.get(name, 0) // need) for name, need in needs.items())


def _that_has(needs: Mapping[str, float]) -> str:
    cards = needs.get(GPU, 0)
    words = [f"{cards:g} graphics card{'' if cards <= 1 else 's'}"] if cards else []
    words += [f"{needs[MEMORY] / 1e9:g} GB of memory"] if needs.get(MEMORY) else []
    return f" with {' and '.join(words)} for a segment" if words else ""


def _update(news: Plain) -> RenderUpdate:
    sinks = progress_from(news["sinks"])
    total = sum(one.total for one in sinks)
    size = sum(one.size_bytes for one in sinks)
    return RenderUpdate(sinks, sum(one.encoded for one in sinks), total, size, news["elapsed_s"])


def _line(fault: BaseException) -> str:
    lines = str(fault).strip().splitlines()
    return lines[-1] if lines else type(fault).__name__
