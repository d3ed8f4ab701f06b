"""One graph rendered to its files: what `run`, `resume`, `demo`, the queue and the tests call.

Compile, look at where results may go, index the sources, render in the supervised worker, look at what was written,
and only then give it its name. Whatever happens on the way, nothing half lies under a final name. A longer render is
made segment by segment in a folder beside its result (runtime.jobs.piecewise), from which it can be gone on with.

    RefusedError        the graph or the arguments are wrong: `.problems`, all of them; nothing was started
    BrokenRenderError   it began and did not become whole; the text is one line for the user, `.log` the last words
    session.Cancelled, KeyboardInterrupt
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graphs import codec
from graphs.codec import natural
from graphs.document import Graph
from graphs.problem import error
from nodes.registry import Registry, default_registry
from runtime.accompany import GRAPH_NAME, RECORD_NAME
from runtime.awake import awake
from runtime.ffmpeg import Ffmpeg, FfmpegError, find
from runtime.hardware.seating import Seat, here
from runtime.jobs import unfinished
from runtime.jobs.asking import How, Result, render_limits
from runtime.jobs.deciding import deciding, differences
from runtime.jobs.destinations import set_outputs
from runtime.jobs.events import Event, Indexing, Joining, Kept, Listening, Note, Rendered, Waiting, Writing
from runtime.jobs.faults import BrokenRenderError, ChangedError, RefusedError, clear_words, unwritable
from runtime.jobs.finishing import finished, parts
from runtime.jobs.joining import JoinError
from runtime.jobs.journal import Folder, Whole
from runtime.jobs.lanes import Lane
from runtime.jobs.making import Making, given
from runtime.jobs.piecewise import Piecewise, Rules
from runtime.jobs.preparing import Frames as Span
from runtime.jobs.preparing import Prepared, Preparing
from runtime.jobs.record import SourceHashes, record, written
from runtime.protocol import RenderSink
from runtime.session import Session

__all__ = [
    "BrokenRenderError",
    "ChangedError",
    "Event",
    "How",
    "Indexing",
    "Joining",
    "Kept",
    "Listening",
    "Note",
    "RefusedError",
    "Rendered",
    "Result",
    "Rules",
    "Span",
    "Waiting",
    "Writing",
    "render",
    "render_limits",
]


def render(
    graph: Graph,
    *,
    outputs: Sequence[str] = (),
    stem: str = "restored",
    frames: Span | None = None,
    overwrite: bool = False,
    trust: bool = False,
    registry: Registry | None = None,
    session: Session | None = None,
    listen: Callable[[Event], None] = lambda _: None,
    how: How | None = None,
) -> Result:
    """Render everything that `graph` writes, in one pass.

    `outputs` and `stem` are as in `set_outputs`. `frames` are those of the first output; the others get the same
    stretch of time. A session that is given stays open. An unfinished render of the same files that is the same is
    gone on with; one that is not is refused, or, with `overwrite`, begun anew.
    """
    began = time.monotonic()
    known = registry or default_registry()
    graph, wrong = set_outputs(graph, outputs, known, stem)
    if wrong:
        raise RefusedError(wrong)
    try:
        ffmpeg = find()
    except FfmpegError as fault:
        raise BrokenRenderError(str(fault)) from None
    how = how or How()
    seats = how.seats or (here(how.workers) if session is None and not how.cluster else ())
    with awake(), clear_words(), given(session, how.workers, seats) as worker:
        run = _Run(worker, ffmpeg, listen, began, graph, how, overwrite, seats)
        return run.run(known, frames, trust)


@dataclass
class _Run:
    """One render under way."""

    session: Session
    ffmpeg: Ffmpeg
    listen: Callable[[Event], None]
    began: float
    graph: Graph
    how: How
    overwrite: bool
    seats: Sequence[Seat] = ()

    def run(self, registry: Registry, frames: Span | None, trust: bool) -> Result:
        ready = Preparing(self.session, self.ffmpeg, self.listen)
        made, probe = ready.compiled(self.graph, registry, self.overwrite, trust)
        work = ready.lanes(made, probe, frames)
        if self.how.intermediate:
            work = replace(work, lanes=tuple(lane.kept_between() for lane in work.lanes))
            self.listen(
                Note("the segments are kept without loss until the end; they take 5 to 10 times a viewing copy")
            )
        longest = max(lane.frames for lane in work.lanes)
        long = longest > self.how.least or self.how.intermediate
        pieces = long and not self.how.single_pass and all(lane.in_pieces for lane in work.lanes)
        if not pieces:
            self._no_other(Folder.of(_first(work.lanes).goal.final))
        try:
            return self._in_pieces(work, frames, trust) if pieces else self._in_one_go(work)
        finally:
            ready.pass_on()

    def _no_other(self, path: Path) -> None:
        """An unfinished render of the same name goes only where that is wanted. RefusedError, JournalError."""
        if not (path / "job.json").is_file():
            return
        folder = Folder.open(path)
        if self.overwrite:
            self._removed(folder)
            return
        folder.close()
        raise RefusedError([error(_differs(path, ("this one is made in one go",)))])

    # -- in one go
    def _in_one_go(self, work: Prepared) -> Result:
        unread = dict.fromkeys(work.sources, "")  # the record is written first, and nobody waits for their hashes
        asked: list[RenderSink] = []
        notes: list[str] = []
        with _folder() as folder:
            for lane in work.lanes:
                document, told = self._documents(folder, lane, work, unread, ())
                sink, command = lane.whole(self.ffmpeg.path, document, told)
                notes += self._told(lane, command.notes)
                asked.append(replace(sink, ffmpeg=self.seats[0].encoding(sink.ffmpeg)) if self.seats else sink)
            with parts(work.lanes):
                done = self.session.render(asked, lambda update: self.listen(Writing(update)))
                files = finished(work.lanes, self.session, self.overwrite)
        return Result(files, time.monotonic() - self.began, done.elapsed_s, done.cpu_s, tuple(notes))

    # -- in pieces
    def _in_pieces(self, work: Prepared, frames: Span | None, trust: bool) -> Result:
        folder = self._opened(work.lanes, frames, trust)
        hashes = SourceHashes(work.sources)
        job = Piecewise(self.session, self.ffmpeg.path, work.lanes, folder, work.sources, self.listen, self.how.rules)
        making = Making(self.session, self.ffmpeg, self.graph, self.how, self.seats, frames, trust)
        try:
            with clear_words(), making.makers(work, job) as job.makers:
                job.render()
            notes = [note for lane in work.lanes for note in self._told(lane, lane.notes)]
            if shares := _shares(job.wholes):
                self.listen(Note(shares))
                notes.append(shares)
            with parts(work.lanes):
                for lane in work.lanes:
                    document, told = self._documents(folder.path, lane, work, hashes.all(), job.wholes)
                    self._joined(job, lane, document, told)
                files = finished(work.lanes, self.session, self.overwrite, lambda lane: written(
                    record(lane, self.graph, work.made.plan, self.ffmpeg, hashes.all(), job.wholes)
                ))  # fmt: skip
        except BrokenRenderError as fault:
            raise BrokenRenderError(self._kept(folder, job, str(fault)), fault.log) from None
        except BaseException:  # Ctrl-C, cancelled: what is whole stays, unless nobody wants it
            if job.wholes and self.how.keep:
                self.listen(Kept(_first(work.lanes).goal.final, sum(one.last - one.first for one in job.wholes),
                                 max(lane.frames for lane in work.lanes)))  # fmt: skip
                folder.close()
            else:
                self._removed(folder)
            raise
        self._removed(folder)
        rendering_s = sum(whole.took_s for whole in job.wholes) / max(1, len(self.seats) or self.how.workers)
        cpu_s = sum(whole.cpu_s for whole in job.wholes)
        return Result(
            files, time.monotonic() - self.began, rendering_s, cpu_s, tuple(notes), len(job.wholes), job.made
        )  # fmt: skip

    def _joined(self, job: Piecewise, lane: Lane, document: str, told: str) -> None:
        """BrokenRenderError where it fails twice."""
        try:
            job.join(lane, document, told)
        except JoinError as fault:
            self.listen(Note(f"{lane.node}: {fault}. It is tried once more"))
            try:
                job.join(lane, document, told)
            except JoinError as again:
                raise BrokenRenderError(f"{lane.node}: {again}", again.log) from None

    def _opened(self, lanes: Sequence[Lane], frames: Span | None, trust: bool) -> Folder:
        """The job's folder: a new one, or one that is gone on with. RefusedError, JournalError."""
        final = _first(lanes).goal
        path = Folder.of(final.final)
        now = deciding(lanes, self.ffmpeg)
        job: dict[str, Any] = {
            "begun": datetime.now(UTC).isoformat(timespec="seconds"),
            "folder": str(Path.cwd()),
            "frames": list(frames) if frames else None,
            "overwrite": self.overwrite,
            "trust": trust,
            "decides": now,
            "graph": json.loads(codec.encode(self.graph)),
        }
        if (path / "job.json").is_file():
            folder = Folder.open(path)
            changed = differences(folder.job().get("decides", {}), now)
            if not changed or self.how.anyway:
                one = unfinished.looked_at(path)
                self.listen(Note(f"goes on with {path.name}: {one.made} of {one.frames} frames are made"))
                for line in changed:
                    self.listen(Note(f"changed since: {line}"))
                return folder
            folder.close()
            if not self.overwrite:
                raise ChangedError(error(_differs(path, changed)), changed)
        try:
            folder = Folder.make(path, job)
        except OSError as fault:
            raise unwritable(final, fault) from None
        unfinished.note(path)
        return folder

    def _kept(self, folder: Folder, job: Piecewise, text: str) -> str:
        if not job.wholes:
            self._removed(folder)
            return text
        folder.close()
        result = folder.path.with_suffix("").name
        return f"{text}. What is made is kept: `launch.py resume {result}` goes on with it"

    def _removed(self, folder: Folder) -> None:
        folder.remove()
        unfinished.forget(folder.path)

    # -- what both need
    def _documents(
        self, folder: Path | None, lane: Lane, work: Prepared, sources: Mapping[str, str], wholes: Sequence[Whole]
    ) -> tuple[str, str]:
        """Files with the graph and the record, for the result to carry; empty where they cannot be written."""
        if folder is None:
            return "", ""
        texts = {
            GRAPH_NAME: codec.encode(self.graph),
            f"{lane.node}-{RECORD_NAME}": written(
                record(lane, self.graph, work.made.plan, self.ffmpeg, sources, wholes)
            ),
        }  # fmt: skip
        paths = []
        for name, text in texts.items():
            path = folder / name
            try:
                path.write_text(text, "utf-8")
            except OSError:
                return "", ""
            paths.append(str(path))
        return paths[0], paths[1]

    def _told(self, lane: Lane, notes: Sequence[str]) -> tuple[str, ...]:
        for text in notes:
            self.listen(Note(f"{lane.node}: {text}"))
        return tuple(notes)


def _shares(wholes: Sequence[Whole]) -> str:
    """Who made how much, where there are several cards or machines."""
    made: dict[str, int] = {}
    for one in wholes:
        made[one.by] = made.get(one.by, 0) + one.last - one.first
    if len(made) < 2:
        return ""
    whole = sum(made.values())
    parts = (f"{by or 'this machine'} {frames / whole:.0%}" for by, frames in sorted(made.items()))
    return f"made by {', '.join(parts)}"


def _first(lanes: Sequence[Lane]) -> Lane:
    """The one whose name the job bears: the first, as `-o` counts them."""
    return min(lanes, key=lambda lane: natural(lane.node))


def _differs(path: Path, changed: Sequence[str]) -> str:
    result = path.with_suffix("").name
    return (
        f"{path.name} holds an unfinished render that is not the same: {'; '.join(changed)}. "
        f"`launch.py resume {result} --anyway` goes on with it, --overwrite begins anew"
    )


@contextmanager
def _folder() -> Iterator[Path | None]:
    """A folder for a while; None where there can be none."""
    try:
        folder = TemporaryDirectory(prefix="tapeloom-", ignore_cleanup_errors=True)
    except OSError:
        yield None
        return
    with folder as place:
        yield Path(place)
