"""The recorder: the process that a session lives in. Does what state.py decides; makes no rule of its own.

One thread steps the state, starts ffmpeg and writes the log; others read the user's requests, follow a run (run.py),
look and listen (showing.py), force to the disk (disk.py), and make whole (finishing.py). When the user of the session is
gone, a recording that knows its end goes on to it; one that does not is finished at once.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path

from capture.session import finishing, report, showing, state
from capture.session.argv import Files, command
from capture.session.asking import Asked
from capture.session.disk import Forecast, Syncing, free_bytes, sizes
from capture.session.hearing import Ear
from capture.session.lists import Packet
from capture.session.log import Log
from capture.session.log import read as read_log
from capture.session.matroska import Block
from capture.session.messages import (
    VERSION,
    Arm,
    Close,
    Counters,
    Done,
    Event,
    Failed,
    Finish,
    Finishing,
    Happened,
    HappeningKind,
    Levels,
    Live,
    Mend,
    Note,
    Part,
    Picture,
    Ping,
    Pong,
    Preview,
    ProtocolError,
    Ready,
    Record,
    Refused,
    Request,
    Signal,
    SignalKind,
    StateIs,
    decode_request,
    encode,
)
from capture.session.places import Places, PlacesError, checked
from capture.session.recalling import recall
from capture.session.run import Ended, Listener, Run, RunError
from capture.session.said import Said
from capture.session.seeing import Eye
from capture.session.showing import Showing
from capture.session.tally import Tally
from runtime.ffmpeg import Ffmpeg, FfmpegError, find
from runtime.framing import Wire, WireClosed, WireCorrupt
from runtime.ring import Ring

_COUNT_S = 0.25
_DISK_S = 1.0
_STALL_S = 1.0
_MARKS = 20_000  # events that are kept for the report; the log has them all
_UNREAD = 500
_PASSING = (Picture, Levels, Signal, Counters)
_DRIVER_S = 1.0  # what a driver says over and over is told once in so long


@dataclass(frozen=True, slots=True)
class _Packets:
    run: int
    video: Sequence[Packet]
    audio: Sequence[Packet]
    at_s: float


@dataclass(frozen=True, slots=True)
class _Heard:
    run: int
    said: Said
    at_s: float


@dataclass(frozen=True, slots=True)
class _RunOver:
    run: int
    ended: Ended
    at_s: float


@dataclass(frozen=True, slots=True)
class _KindIs:
    kind: SignalKind
    frame: int
    t_s: float


@dataclass(frozen=True, slots=True)
class _Marked:
    kind: HappeningKind
    frame: int
    t_s: float
    count: int = 0


@dataclass(frozen=True, slots=True)
class _Shown:
    run: int
    at_s: float


@dataclass(frozen=True, slots=True)
class _Made:
    outcome: finishing.Outcome | None
    fault: str


@dataclass(frozen=True, slots=True)
class _Orphaned:
    pass


_Item = Request | _Packets | _Heard | _RunOver | _KindIs | _Marked | _Shown | _Made | _Orphaned


class _Ear(Listener):
    """A run's news, put in the recorder's inbox under the run's number."""

    def __init__(self, recorder: Recorder, number: int, show: Showing, first: int) -> None:
        self._recorder, self._number, self._show, self._next = recorder, number, show, first
        self._facts = recorder.tally.run if recorder.tally.runs else None

    def packets(self, video: Sequence[Packet], audio: Sequence[Packet], at_s: float) -> None:
        for one in video:
            # the state's own thread settles when a run began; until then its first frames are early by a little
            run = self._facts
            t_s = run.time_of(one.pts_s) if run is not None and run.start_s is not None else one.pts_s
            self._show.know(self._next, one.pts_s, t_s)
            self._next += 1
        self._recorder.inbox.put(_Packets(self._number, video, audio, at_s))
        self._show.flush()

    def shown(self, block: Block) -> None:
        self._show.block(block)
        if block.track.kind == 1:
            self._recorder.inbox.put(_Shown(self._number, time.monotonic()))

    def said(self, said: Said) -> None:
        self._recorder.inbox.put(_Heard(self._number, said, time.monotonic()))

    def ended(self, ended: Ended) -> None:
        self._recorder.inbox.put(_RunOver(self._number, ended, time.monotonic()))


class Recorder:
    def __init__(self, wire: Wire, limits: state.Limits | None = None) -> None:
        self._wire = wire
        self._outbox: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self.inbox: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._state = state.Session(limits=limits or state.Limits(), at_s=time.monotonic())
        self._run: Run | None = None
        self._show: Showing | None = None
        self._ring: Ring | None = None
        self._places: Places | None = None
        self._log: Log | None = None
        self._syncing: Syncing | None = None
        self._forecast = Forecast(0.0, 0)
        self._marks: list[Happened] = []
        self.tally = Tally(Fraction(25))
        self._kind: SignalKind = "none"
        self._ffmpeg: Ffmpeg | None = None
        self._counted_s = self._disk_s = 0.0
        self._size = self._free = 0
        self._parts_seen = 0
        self._driver_s: dict[str, float] = {}
        self._stalled = False
        self._offset_run = 0
        self._began = ""
        self._last: Done | None = None
        self._over = False
        self._heard_user = True

    # ---- the loop

    def serve(self) -> None:
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        writer = threading.Thread(target=self._write, name="events", daemon=True)
        writer.start()
        self._send(Ready(VERSION, os.getpid()))
        while not self._over:
            item = self._wait()
            if item is not None:
                self._take(item)
            else:
                self._step(state.Tick(time.monotonic()))
            self._now_and_then()
        self._close_ring()
        self._outbox.put(None)
        writer.join(2.0)

    def _wait(self) -> _Item | None:
        now_s = time.monotonic()
        due_s = state.wake_s(self._state)
        wait_s = _COUNT_S if self._run is not None or due_s is not None else None
        if due_s is not None:
            wait_s = min(_COUNT_S, max(0.0, due_s - now_s))
        try:
            return self.inbox.get(timeout=wait_s)
        except queue.Empty:
            return None

    def _read(self) -> None:
        while True:
            try:
                self.inbox.put(decode_request(self._wire.receive()))
            except ProtocolError:
                continue  # a newer user's word
            except (WireClosed, WireCorrupt, OSError, ValueError):
                self.inbox.put(_Orphaned())
                return

    def _send(self, event: Event) -> None:
        """From any thread; never waits. A user who does not read misses meters and pictures, and nothing else."""
        if self._heard_user and (self._outbox.qsize() < _UNREAD or not isinstance(event, _PASSING)):
            self._outbox.put(event)

    def _write(self) -> None:
        while (event := self._outbox.get()) is not None:
            try:
                self._wire.send(encode(event))
            except (OSError, ValueError):
                self._heard_user = False

    def _take(self, item: _Item) -> None:
        now_s = time.monotonic()
        match item:
            case Preview(id=id, asked=asked):
                self._step(state.Wanted(now_s, id, "preview", asked))
            case Arm(id=id, asked=asked):
                self._wanted(id, "armed", asked, resume=False)
            case Record(id=id, asked=asked, resume=resume):
                self._wanted(id, "record", asked, resume)
            case Mend(id=id, asked=asked):
                self._mend(id, asked)
            case Finish(id=id, reason=reason):
                self._step(state.FinishAsked(now_s, id, reason))
            case Note(text=text):
                self._mark("note", text=text)
            case Ping(id=id):
                self._send(Pong(id))
            case Close(reason=reason):
                self._step(state.CloseAsked(now_s, reason))
            case _Orphaned():
                self._orphaned(now_s)
            case _Packets():
                self._packets(item)
            case _Shown(run=run, at_s=at_s):
                if not self._recording_run:
                    self._step(state.Frames(at_s, run))
            case _Heard(said=said, at_s=at_s):
                self._heard(said, at_s)
            case _RunOver():
                self._run_over(item)
            case _KindIs(kind=kind, frame=frame, t_s=t_s):
                self._kind_is(kind, frame, t_s)
            case _Marked(kind=kind, frame=frame, t_s=t_s, count=count):
                if self._recording_run:
                    self._happened(Happened(kind, t_s, frame, count))
            case _Made(outcome=outcome, fault=fault):
                self._made(outcome, fault)

    def _orphaned(self, now_s: float) -> None:
        self._heard_user = False
        stops = self._state.stops
        recording = self._state.phase in (state.Phase.RECORDING, state.Phase.PAUSED)
        if recording and (stops.after_s or stops.blank_s):
            self._mark(
                "note", text="the program that asked for this has gone; it goes on to the end that was asked for"
            )
            self._state = replace(self._state, closing=True)
        else:
            self._step(state.CloseAsked(now_s, "the program that asked for this has gone"))

    @property
    def _recording_run(self) -> bool:
        return self._state.purpose == "record" and self._log is not None

    # ---- requests

    def _wanted(self, id: int, purpose: state.Purpose, asked: Asked, resume: bool) -> None:
        if self._state.phase in (state.Phase.RECORDING, state.Phase.PAUSED, state.Phase.FINISHING):
            self._step(state.Wanted(time.monotonic(), id, purpose, asked))  # refuses
            return
        asked = replace(asked, codec="dv") if asked.source.dv else asked
        try:
            self._prepare(asked, resume)
        except (PlacesError, OSError) as fault:
            text = str(fault) if isinstance(fault, PlacesError) else f"the log cannot be written: {fault}"
            self._send(Refused(id, text))
            return
        self._step(state.Wanted(time.monotonic(), id, purpose, asked, resume))

    def _mend(self, id: int, asked: Asked) -> None:
        places = Places(Path(asked.folder or ".").absolute(), asked.name)
        try:
            kept = decode_request(places.asked.read_bytes())
            assert isinstance(kept, Record)
            self._ffmpeg = self._ffmpeg or find()
        except (OSError, ProtocolError, AssertionError):
            self._send(Refused(id, f"{places.work} holds no recording that was cut off"))
            return
        except FfmpegError as fault:
            self._send(Refused(id, str(fault)))
            return
        # where it lies now: the folder may have been moved
        asked = replace(kept.asked, folder=str(places.folder), name=places.name)
        try:
            self._prepare(asked, resume=True)
        except (PlacesError, OSError) as fault:
            self._send(Refused(id, str(fault)))
            return
        self._step(state.MendAsked(time.monotonic(), id, asked))

    def _prepare(self, asked: Asked, resume: bool) -> None:
        """Places, log and counters of a recording."""
        free = free_bytes(
            next(one for one in (Path(asked.folder), *Path(asked.folder).absolute().parents) if one.exists())
        )
        reserve = asked.reserve_mb * 1_000_000
        rate = Fraction(asked.source.frame_rate)
        expected = _expected_bytes(asked)
        if free < reserve + expected * 10:
            raise PlacesError(
                f"{asked.folder}: {free / 1e9:.1f} GB are free, and {asked.reserve_mb / 1000:.1f} GB are to stay free. "
                "Make room, or choose another disk"
            )
        places = checked(asked, resume)
        self._forget_recording()
        self._places, self._log = places, Log(places.log)
        self._marks, self.tally, self._last = [], Tally(rate), None
        self._forecast = Forecast(expected, reserve)
        self._size = self._parts_seen = 0
        self._free, self._kind, self._stalled = free, "none", False
        if resume:
            self._recall(places)
        else:
            places.asked.write_bytes(encode(Record(0, asked)))
            self._log.write("recording", asked=asdict(asked), pid=os.getpid())
        self._syncing = Syncing(places.work)

    def _recall(self, places: Places) -> None:
        """What the recorder before this one had come to."""
        recalled = recall(places, self.tally.rate)
        self.tally, self._marks, self._began = recalled.tally, recalled.marks, recalled.began
        if recalled.zero_wall_s is not None:
            self.tally.zero_s = time.monotonic() - (time.time() - recalled.zero_wall_s)
        last = max((run.number for run in self.tally.runs), default=0)
        self._state = replace(self._state, run=last)
        self._mark("restarted", text="the recorder itself had ended in the middle of it")

    # ---- what state.py wants

    def _step(self, event: state.Event) -> None:
        self._state, actions = state.step(self._state, event)
        for action in actions:
            self._do(action)

    def _do(self, action: state.Action) -> None:
        match action:
            case state.Open():
                self._open(action)
            case state.Stop(run=run, kill=kill):
                if self._run is not None and run == self._state.run:
                    if kill:
                        self._run.kill()
                    else:
                        self._run.stop()
            case state.Tell(phase=phase, reason=reason):
                if self._log is not None:
                    self._log.write("state", state=phase.value, reason=reason, t_s=self._now_s())
                self._send(StateIs(phase.value, reason, self._now_s()))
                if phase is state.Phase.IDLE:
                    self._close_ring()
            case state.Mark(kind=kind, text=text):
                if kind != "back":  # the tally knows better when
                    self._mark(kind, text=text)
            case state.Refuse(id=id, text=text):
                self._send(Refused(id, text))
            case state.Finish(reason=reason, fault=fault):
                self._finish(reason, fault)
            case state.End(text=text):
                self._end(text)
            case state.Exit():
                self._over = True

    def _open(self, action: state.Open) -> None:
        asked, number = action.asked, action.run
        try:
            self._ffmpeg = self._ffmpeg or find()
            recorded = action.purpose == "record"
            files = Files(self._places.work, number) if recorded and self._places is not None else None
            words = command(self._ffmpeg.path, asked, files, _threads(), modern=_modern(self._ffmpeg))
            first = self.tally.frames
            if files is not None:
                self.tally.begin(number)
            self._show = self._showing(asked, numbered=files is not None)
            program = next((feed.program for feed in asked.source.feeds if feed.program), ())
            self._stalled = False
            self._run = Run(words, program, files, _Ear(self, number, self._show, first))
            if self._log is not None and recorded:
                self._log.write("run", run=number, frame=first, command=words, ffmpeg=self._ffmpeg.version)
        except (FfmpegError, RunError) as fault:
            self._run = None
            self.inbox.put(_RunOver(number, Ended("gone", str(fault)), time.monotonic()))

    def _showing(self, asked: Asked, numbered: bool) -> Showing:
        if self._show is not None:
            self._show.stop()
        self._close_ring()  # a run's picture may have another size, and the numbers another meaning

        def changed(what: str, t_s: float, count: int) -> None:
            kinds: dict[str, HappeningKind] = {"clipped": "clipped", "silent": "silent", "sound": "sound"}
            run = self.tally.runs[-1] if self.tally.runs else None
            at_s = run.time_of(t_s) if run is not None else t_s
            self.inbox.put(_Marked(kinds[what], round(at_s * self.tally.rate), at_s, count))

        eye = Eye(
            self._send,
            lambda kind, frame, t_s: self.inbox.put(_KindIs(kind, frame, t_s)),
            lambda frame, t_s: self.inbox.put(_Marked("scene", frame, t_s)),
        )
        return Showing(asked, self._send, eye, Ear(self._send, changed), numbered, None)

    def _close_ring(self) -> None:
        ring = self._show.ring if self._show is not None else None
        if ring is not None and self._show is not None:
            self._show.ring = None
            showing.ended(ring)
            self._send(Live(""))
        if self._places is not None:
            with suppress(OSError):
                self._places.live.unlink(missing_ok=True)

    # ---- news of a run

    def _packets(self, item: _Packets) -> None:
        if item.run != self._state.run or not self.tally.runs:
            return
        if self._stalled and item.video:
            self._stalled = False
            length_s = item.at_s - self._state.last_s
            self._happened(Happened("stall", self.tally.end_s, self.tally.frames, 0, length_s))
        new = self.tally.run.start_s is None
        told = self.tally.add(item.video, item.audio, item.at_s)
        if new and self.tally.run.start_s is not None and self._log is not None:
            wall_s = time.time() - (time.monotonic() - (self.tally.zero_s or 0.0))
            run = self.tally.run
            facts = {"run": run.number, "frame": run.first, "t_s": run.start_s, "pts_s": run.pts_s}
            self._log.write("first", **facts, zero_wall_s=wall_s)
            self._write_live()
        for one in told:
            self._happened(one)
        if item.video:
            self._step(state.Frames(item.at_s, item.run, len(item.video)))

    def _write_live(self) -> None:
        if self._places is None or self._show is None or self._show.ring is None:
            return
        facts = {"ring": str(self._show.ring.path), "session": self._show.ring.facts.session, "pid": os.getpid()}
        with suppress(OSError):
            self._places.live.write_text(json.dumps(facts), encoding="utf-8")

    def _heard(self, said: Said, at_s: float) -> None:
        if not self._recording_run or said.kind not in ("dropped", "damaged", "late", "format"):
            return
        self.tally.driver += said.count if said.kind in ("dropped", "damaged") and not said.sound else 0
        if at_s >= self._driver_s.get(said.text, -_DRIVER_S) + _DRIVER_S:
            self._driver_s[said.text] = at_s
            kind: HappeningKind = "changed" if said.kind == "format" else "driver"
            self._mark(kind, text=said.text, count=said.count)

    def _run_over(self, item: _RunOver) -> None:
        if item.run != self._state.run:
            return
        if self._recording_run and self.tally.runs and self.tally.run.number == item.run:
            for one in self.tally.ended():
                self._happened(one)
            if item.ended.changed:
                self._mark("changed", text=item.ended.text)
            if self._log is not None:
                self._log.write("run ended", run=item.run, how=item.ended.how, text=item.ended.text)
        if self._show is not None:
            self._show.stop()
        self._run = None
        self._last_log = item.ended.log
        self._step(state.RunEnded(item.at_s, item.run, item.ended.how, item.ended.text))

    _last_log: tuple[str, ...] = ()

    def _kind_is(self, kind: SignalKind, frame: int, t_s: float) -> None:
        before, self._kind = self._kind, kind
        self.tally.flat(kind in ("blank", "blue"))
        if self._recording_run and (kind != "picture" or before not in ("none", "picture")):
            kinds: dict[SignalKind, HappeningKind] = {
                "blank": "blank",
                "blue": "blue",
                "snow": "snow",
                "picture": "picture",
            }
            if kind in kinds:
                self._happened(Happened(kinds[kind], t_s, frame))
        self._step(state.Seen(time.monotonic(), kind))

    # ---- what is told

    def _now_s(self) -> float:
        return self.tally.now_s(time.monotonic())

    def _mark(self, kind: HappeningKind, text: str = "", count: int = 0) -> None:
        self._happened(Happened(kind, self._now_s(), self.tally.frames, count, 0.0, text))

    def _happened(self, one: Happened) -> None:
        if self._log is not None:
            facts = {
                "t_s": round(one.t_s, 3),
                "frame": one.frame,
                "count": one.count,
                "length_s": round(one.length_s, 3),
            }
            self._log.write(one.kind, **facts, text=one.text)
            if len(self._marks) < _MARKS:
                self._marks.append(one)
        self._send(one)

    def _now_and_then(self) -> None:
        now_s = time.monotonic()
        recording = self._state.phase in (state.Phase.RECORDING, state.Phase.PAUSED)
        if recording and self._places is not None and now_s >= self._disk_s + _DISK_S:
            self._disk_s = now_s
            self._look_at_the_disk(self._places)
        if self._recording_run and self._state.alive and self._state.frames and not self._stalled:
            self._stalled = now_s >= self._state.last_s + _STALL_S
        if recording and now_s >= self._counted_s + _COUNT_S:
            self._counted_s = now_s
            self._send(self._counters())
        if self._log is not None:
            with suppress(OSError):
                self._log.sync()

    def _look_at_the_disk(self, places: Places) -> None:
        self._free, self._size = free_bytes(places.folder), sizes(places.work)
        if self._state.alive:
            self._forecast.saw(time.monotonic(), self._size)
        if self._free < self._forecast.reserve:
            mb = self._forecast.reserve // 1_000_000
            self._step(state.DiskLow(time.monotonic(), f"the disk is full but for the last {mb} MB"))
        self._look_for_parts(places)

    def _look_for_parts(self, places: Places) -> None:
        if not self.tally.runs:
            return
        with suppress(OSError):
            closed = Files(places.work, self.tally.run.number).parts.read_text("utf-8", "replace").count("\n")
            if closed > self._parts_seen and self._state.alive:
                self._mark("part", text=f"part {closed} of run {self.tally.run.number} is whole")
            self._parts_seen = closed

    def _counters(self) -> Counters:
        tally, now_s = self.tally, self._now_s()
        left_s = self._forecast.left_s(self._free)
        if self._state.stops.after_s:
            left_s = min(left_s, max(0.0, self._state.stops.after_s - now_s))
        run_s = tally.end_s
        return Counters(
            t_s=now_s, frames=tally.frames, lost=tally.lost, late=tally.late, repeated=tally.repeated,
            driver=tally.driver, errors=tally.errors, samples=tally.samples, parts=len(tally.runs) + self._parts_seen,
            size_bytes=self._size, bytes_per_s=self._forecast.bytes_per_s, free_bytes=self._free, left_s=left_s,
            fps=tally.frames / run_s if run_s > 0 else 0.0,
        )  # fmt: skip

    # ---- the end

    def _finish(self, reason: str, fault: bool) -> None:
        places, asked = self._places, self._state.asked
        assert places is not None and asked is not None
        if self._syncing is not None:
            self._syncing.stop()
            self._syncing.once()
            self._syncing = None
        self._close_ring()
        self._mark("stopped", text=reason)
        ffmpeg = self._ffmpeg.path if self._ffmpeg else ""

        told_s = [0.0]

        def tell(what: str, share: float) -> None:
            if time.monotonic() >= told_s[0] + _COUNT_S or share >= 1.0:
                told_s[0] = time.monotonic()
                self._send(Finishing(what, share))

        def work() -> None:
            try:
                outcome = finishing.finish(ffmpeg, asked, places, self.tally.runs, tell)
                finishing.keep_list(places, self.tally.runs)
                self.inbox.put(_Made(outcome, ""))
            except OSError as error:
                self.inbox.put(_Made(None, f"{places.work}: {error.strerror or error}. What was recorded lies there"))

        self._reason, self._fault = reason, fault
        threading.Thread(target=work, name="finishing", daemon=True).start()

    _reason, _fault = "", False

    def _made(self, outcome: finishing.Outcome | None, fault: str) -> None:
        places, asked, tally = self._places, self._state.asked, self.tally
        assert places is not None and asked is not None
        parts: tuple[Part, ...] = outcome.parts if outcome else ()
        short = sum(count for _, count in outcome.short) if outcome else 0
        for run, count in outcome.short if outcome else ():
            text = f"run {run} was cut off before its last frames were written"
            self._happened(Happened("lost", tally.end_s, tally.frames, count, float(count / tally.rate), text))
        note = fault or (outcome.note if outcome else "")
        done = Done(
            reason=self._reason,
            files=tuple(str(one) for one in outcome.files) if outcome else (),
            parts=parts,
            report=str(places.report),
            log=str(places.log),
            framemd5=str(places.framemd5),
            frames=tally.frames - short,
            lost=tally.lost + short,
            late=tally.late,
            repeated=tally.repeated,
            t_s=tally.end_s,
            fault=self._fault or outcome is None,
            note=note,
        )
        if self._log is not None:
            self._log.write("ended", **{name: value for name, value in asdict(done).items() if name != "parts"})
        with suppress(OSError):
            report.write(places, report.facts_of(asked, done, self._marks, tally, read_log(places.log)))
        if outcome is not None:
            finishing.tidy(places)
        self._forget_recording()
        self._send(done)
        self._step(state.Finished(time.monotonic()))

    def _end(self, text: str) -> None:
        """Nothing was recorded: nothing is left behind."""
        self._close_ring()
        if self._log is not None:
            self._log.write("failed", text=text)
        places, kept = self._places, self.tally.frames
        self._forget_recording()
        if places is not None and not kept:
            finishing.tidy(places)
            with suppress(OSError):
                places.log.unlink()
        self._send(Failed(text, self._last_log[-20:]))

    def _forget_recording(self) -> None:
        if self._syncing is not None:
            self._syncing.stop()
            self._syncing = None
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._places is not None:
            with suppress(OSError):
                self._places.live.unlink(missing_ok=True)
        self._places = None


def _expected_bytes(asked: Asked) -> float:
    """Bytes a second before anything was measured: what noisy tape takes."""
    rate = float(Fraction(asked.source.frame_rate))
    if asked.source.dv:
        return rate * 144_000
    share = {"ffv1": 0.55, "huffyuv": 0.65, "utvideo": 0.65, "v210": 1.4, "dv": 1.0}[asked.codec]
    return rate * 720 * 576 * 2 * share + 192_000


def _threads() -> int:
    return max(2, min(8, os.cpu_count() or 2))


def _modern(ffmpeg: Ffmpeg) -> bool:
    number = ffmpeg.version.lstrip("n").split(".")[0]
    return not number.isdigit() or int(number) >= 6


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the user's word to whoever asked us, and comes from there
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a print that strays goes to the log, not on the wire
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    Recorder(Wire(reader, writer)).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
