"""The recorder: the process that a session lives in. Does what state.py decides; makes no rule of its own.

One thread steps the state, starts ffmpeg and writes the log; others read the user's requests, follow a run (run.py),
look and listen (showing.py), force to the disk (disk.py), and make whole (finishing.py). When the user of the session
is gone, a recording that knows its end goes on to it; one that does not is finished at once.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path

from capture.devices.programs import reaching
from capture.session import finishing, showing, state
from capture.session.argv import Files, command
from capture.session.asking import Asked
from capture.session.hearing import Ear
from capture.session.inbox import Heard, Item, KindIs, Looked, Made, Orphaned, Packets, RunListener, RunOver, Shown
from capture.session.messages import (
    VERSION,
    Arm,
    Close,
    Counters,
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
    Picture,
    Ping,
    Pong,
    Preview,
    ProtocolError,
    Ready,
    Record,
    Refused,
    Signal,
    SignalKind,
    StateIs,
    decode_request,
    encode,
)
from capture.session.places import PlacesError
from capture.session.recording import Recording
from capture.session.run import Ended, Run, RunError
from capture.session.said import Said
from capture.session.seeing import Eye
from capture.session.showing import Showing
from capture.session.tally import RunFacts
from runtime.awake import Awake
from runtime.ffmpeg import Ffmpeg, FfmpegError
from runtime.framing import Wire, WireClosed, WireCorrupt

_COUNT_S = 0.25
_DISK_S = 1.0
_STALL_S = 1.0
_DRIVER_S = 1.0  # what a driver says over and over is told once in so long
_UNREAD = 500
_PASSING = (Picture, Levels, Signal, Counters)
_LOG_LINES = 20

_RECORDING = (state.Phase.RECORDING, state.Phase.PAUSED)


class Recorder:
    def __init__(self, wire: Wire, limits: state.Limits | None = None) -> None:
        self._wire = wire
        self._outbox: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._inbox: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._state = state.Session(limits=limits or state.Limits(), at_s=time.monotonic())
        self._run: Run | None = None
        self._show: Showing | None = None
        self._recording: Recording | None = None
        self._ffmpeg: Ffmpeg | None = None
        self._kind: SignalKind = "none"
        self._counted_s = self._looked_s = 0.0
        self._driver_s: dict[str, float] = {}
        self._stalled = False
        self._log: tuple[str, ...] = ()
        self._over, self._listened_to = False, True
        self._awake = Awake()

    # ---- the loop

    def serve(self) -> None:
        """Until it is closed."""
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        writer = threading.Thread(target=self._write, name="events", daemon=True)
        writer.start()
        self._send(Ready(VERSION, os.getpid()))
        while not self._over:
            try:
                self._take(self._inbox.get(timeout=self._patience_s()))
            except queue.Empty:
                self._step(state.Tick(time.monotonic()))
            self._now_and_then()
            self._awake.hold(self._recording is not None)
        self._awake.hold(False)
        self._hide()
        self._outbox.put(None)
        writer.join(2.0)

    def _patience_s(self) -> float | None:
        due_s = state.wake_s(self._state)
        if due_s is not None:
            return min(_COUNT_S, max(0.0, due_s - time.monotonic()))
        return _COUNT_S if self._run is not None else None

    def _read(self) -> None:
        while True:
            try:
                self._inbox.put(decode_request(self._wire.receive()))
            except ProtocolError:
                continue  # a newer user's word
            except (WireClosed, WireCorrupt, OSError, ValueError):
                self._inbox.put(Orphaned())
                return

    def _send(self, event: Event) -> None:
        """From any thread; never waits. A user who does not read misses meters and pictures, and nothing else."""
        if self._listened_to and (self._outbox.qsize() < _UNREAD or not isinstance(event, _PASSING)):
            self._outbox.put(event)

    def _write(self) -> None:
        while (event := self._outbox.get()) is not None:
            try:
                self._wire.send(encode(event))
            except (OSError, ValueError):
                self._listened_to = False

    def _take(self, item: Item) -> None:
        now_s = time.monotonic()
        match item:
            case Preview(id=id, asked=asked):
                self._step(state.Wanted(now_s, id, "preview", asked))
            case Arm(id=id, asked=asked):
                self._wanted(state.Wanted(now_s, id, "armed", asked))
            case Record(id=id, asked=asked, resume=resume):
                self._wanted(state.Wanted(now_s, id, "record", asked, resume))
            case Mend(id=id, asked=asked):
                self._wanted(state.MendAsked(now_s, id, asked))
            case Finish(id=id, reason=reason):
                self._step(state.FinishAsked(now_s, id, reason))
            case Note(text=text):
                if self._recording is not None:
                    self._recording.mark("note", text)
            case Ping(id=id):
                self._send(Pong(id))
            case Close(reason=reason):
                self._step(state.CloseAsked(now_s, reason))
            case Orphaned():
                self._orphaned(now_s)
            case Packets():
                self._packets(item)
            case Shown(run=run, at_s=at_s):
                if self._writing is None:
                    self._step(state.Frames(at_s, run))
            case Heard(said=said, at_s=at_s):
                self._heard(said, at_s)
            case RunOver():
                self._run_over(item)
            case KindIs(kind=kind, frame=frame, t_s=t_s):
                self._kind_is(kind, frame, t_s)
            case Looked(kind=kind, at_s=at_s):
                self._step(state.Seen(at_s, "blank" if kind == "none" else kind))
            case Happened():
                if self._writing is not None:
                    self._writing.happened(item)
            case Made(outcome=outcome, fault=fault):
                self._made(outcome, fault)

    @property
    def _writing(self) -> Recording | None:
        """The recording, while frames go into it."""
        return self._recording if self._state.purpose != "preview" else None

    def _orphaned(self, now_s: float) -> None:
        self._listened_to = False
        stops = self._state.stops
        if self._recording is not None and self._state.phase in _RECORDING and (stops.after_s or stops.blank_s):
            self._recording.mark("note", "the program that asked for this has gone; it goes on to its end")
            self._state = replace(self._state, closing=True)
        else:
            self._step(state.CloseAsked(now_s, "the program that asked for this has gone"))

    # ---- what the state wants

    def _wanted(self, event: state.Wanted | state.MendAsked) -> None:
        """A recording is prepared before it is begun: what cannot be is refused, and all else stays as it is."""
        if self._state.phase in (*_RECORDING, state.Phase.FINISHING):
            self._step(event)  # refuses
            return
        asked = replace(event.asked, codec="dv") if event.asked.source.dv else event.asked
        cut_off = isinstance(event, state.MendAsked) or event.resume
        try:
            self._ffmpeg = reaching(())
            send, ffmpeg = self._send, self._ffmpeg.path
            made = Recording.again(asked, ffmpeg, send) if cut_off else Recording.begin(asked, send)
        except (PlacesError, FfmpegError) as fault:
            self._send(Refused(event.id, str(fault)))
            return
        except OSError as fault:
            self._send(Refused(event.id, f"{asked.folder} cannot be written ({fault.strerror or fault})"))
            return
        if self._recording is not None:
            self._recording.close()
        self._recording, self._kind, self._stalled = made, "none", False
        last = max((run.number for run in made.tally.runs), default=0)
        self._state = replace(self._state, run=max(self._state.run, last))
        self._step(replace(event, asked=made.asked))

    def _step(self, event: state.Event) -> None:
        self._state, actions = state.step(self._state, event)
        for action in actions:
            self._do(action)

    def _do(self, action: state.Action) -> None:
        match action:
            case state.Open():
                self._open(action)
            case state.Stop(kill=kill, why=why):
                if self._run is not None:
                    if kill:
                        self._run.kill()
                    else:
                        self._run.stop(why)
            case state.Tell(phase=phase, reason=reason):
                t_s = self._recording.now_s if self._recording is not None else 0.0
                if self._recording is not None:
                    self._recording.log.write("state", state=phase.value, reason=reason, t_s=round(t_s, 3))
                self._send(StateIs(phase.value, reason, t_s))
                if phase in (state.Phase.IDLE, state.Phase.PREVIEW) and self._recording is not None:
                    self._recording.failed("it was not begun")
                    self._recording = None
            case state.Mark(kind=kind, text=text):
                if kind == "started" and self._recording is not None:
                    self._recording.started()
                elif kind == "vanished" and self._recording is not None:
                    self._recording.since_the_last_frame(kind, text)
                elif kind != "back" and self._recording is not None:  # the tally knows better when it came back
                    self._recording.mark(kind, text)
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
        recording = self._recording if action.purpose != "preview" else None
        files: Files | None = None
        facts: RunFacts | None = None
        self._driver_s.clear()
        if recording is not None:
            if action.purpose == "armed":
                recording.let_go()
            files, facts = recording.begin_run(number, self._inbox.put)
            self._stalled = False
        self._show_anew(asked, numbered=recording is not None)
        assert self._show is not None
        try:
            self._ffmpeg = reaching(feed.format for feed in asked.source.feeds)
            words = command(self._ffmpeg.path, asked, files, _threads(), modern=_modern(self._ffmpeg))
            program = next((feed.program for feed in asked.source.feeds if feed.program), ())
            self._run = Run(words, program, files, RunListener(self._inbox, number, self._show, facts))
        except (FfmpegError, RunError) as fault:
            self._run = None
            self._inbox.put(RunOver(number, Ended("gone", str(fault)), time.monotonic()))
            return
        if recording is not None:
            version = self._ffmpeg.version
            recording.log.write("run", run=number, frame=recording.tally.frames, command=words, ffmpeg=version)

    def _show_anew(self, asked: Asked, numbered: bool) -> None:
        """A run's picture may have another size than the last one's, and its numbers another meaning."""
        self._hide()
        recording = self._recording if numbered else None

        def heard(what: str, t_s: float, count: int) -> None:
            kinds: dict[str, HappeningKind] = {"clipped": "clipped", "silent": "silent", "sound": "sound"}
            if recording is not None and recording.tally.runs:
                tally = recording.tally
                at_s = tally.run.time_of(t_s)
                self._inbox.put(Happened(kinds[what], at_s, min(round(at_s * tally.rate), tally.frames), count))

        def looked(event: Signal) -> None:
            self._inbox.put(Looked(event.kind, time.monotonic()))
            self._send(event)

        eye = Eye(
            looked,
            lambda kind, frame, t_s: self._inbox.put(KindIs(kind, frame, t_s)),
            lambda frame, t_s: self._inbox.put(Happened("scene", t_s, frame)),
        )

        def tell(event: Event) -> None:
            if recording is not None and isinstance(event, Live):
                recording.shown(event.ring)
            self._send(event)

        self._show = Showing(asked, tell, eye, Ear(self._send, heard), numbered)

    def _hide(self) -> None:
        show, self._show = self._show, None
        if show is None:
            return
        show.stop()
        if show.ring is not None:
            showing.ended(show.ring)
            self._send(Live(""))

    # ---- news of a run

    def _packets(self, item: Packets) -> None:
        recording = self._writing
        if recording is None or item.run != self._state.run:
            return
        tally = recording.tally
        if self._stalled and item.video:
            self._stalled = False
            length_s = item.at_s - self._state.last_s
            why = "the disk took nothing; what came waited in memory" if self._state.busy_s > self._state.last_s else ""
            recording.happened(Happened("stall", tally.end_s, tally.frames, 0, length_s, why))
        new = tally.run.start_s is None
        told = tally.add(item.video, item.audio, item.at_s)
        if new and tally.run.start_s is not None:
            recording.first_frame()
        for one in told:
            recording.happened(one)
        if item.video:
            self._step(state.Frames(item.at_s, item.run, len(item.video), tally.end_s))

    def _heard(self, said: Said, at_s: float) -> None:
        recording = self._writing
        if recording is None or said.kind not in ("dropped", "damaged", "late", "format"):
            return
        if said.kind in ("dropped", "damaged") and not said.sound:
            recording.tally.driver += said.count
        if at_s >= self._driver_s.get(said.text, -_DRIVER_S) + _DRIVER_S:
            self._driver_s[said.text] = at_s
            recording.mark("changed" if said.kind == "format" else "driver", said.text, said.count)

    def _run_over(self, item: RunOver) -> None:
        if item.run != self._state.run:
            return
        recording = self._writing
        if recording is not None:
            if item.ended.how != "end" and self._ffmpeg is not None and recording.tally.run.start_s is not None:
                recording.catch_up(self._ffmpeg.path)
            recording.end_run()
            if item.ended.changed:
                recording.mark("changed", item.ended.text)
            recording.log.write("run ended", run=item.run, how=item.ended.how, text=item.ended.text)
        self._hide()
        self._run, self._log = None, item.ended.log
        self._step(state.RunEnded(item.at_s, item.run, item.ended.how, item.ended.text))

    def _kind_is(self, kind: SignalKind, frame: int, t_s: float) -> None:
        before, self._kind = self._kind, kind
        recording = self._writing
        if recording is not None:
            if not recording.asked.source.dv:
                recording.tally.flat(kind in ("blank", "blue", "none"))
            told: dict[SignalKind, HappeningKind] = {"blank": "blank", "none": "blank", "blue": "blue", "snow": "snow"}
            if kind in told:
                recording.happened(Happened(told[kind], t_s, frame))
            elif before not in ("none", "picture"):
                recording.happened(Happened("picture", t_s, frame))
        self._step(state.Seen(time.monotonic(), "blank" if kind == "none" else kind))

    def _now_and_then(self) -> None:
        now_s, recording = time.monotonic(), self._recording
        if recording is None:
            return
        self._wait_for_the_disk(recording, now_s)
        if self._state.phase not in _RECORDING:
            return
        if self._state.alive and self._state.frames and not self._stalled:
            self._stalled = now_s >= max(self._state.last_s, self._state.busy_s) + _STALL_S
        if now_s >= self._looked_s + _DISK_S:
            self._looked_s = now_s
            full = recording.look_at_the_disk(self._state.alive)
            if full:
                self._step(state.DiskLow(now_s, full))
        if now_s >= self._counted_s + _COUNT_S:
            self._counted_s = now_s
            self._send(recording.counters())

    def _wait_for_the_disk(self, recording: Recording, now_s: float) -> None:
        """While it stands still nothing is heard of frames that have come, and ffmpeg holds seconds of them in memory;
        the same is true of a run that ends, as long as it goes on writing."""
        if not self._state.alive or now_s < self._state.busy_s + _COUNT_S:
            return
        asked_s = self._state.stopping_s
        ending = asked_s is not None and recording.grew_since(max(asked_s, self._state.busy_s))
        if ending or recording.disk_stands_still():
            self._step(state.DiskBusy(now_s))

    # ---- the end

    def _finish(self, reason: str, fault: bool) -> None:
        recording = self._recording
        assert recording is not None
        recording.still()
        recording.mark("stopped", reason)
        ffmpeg = self._ffmpeg.path if self._ffmpeg else ""
        told_s = 0.0

        def tell(what: str, share: float) -> None:
            nonlocal told_s
            if time.monotonic() >= told_s + _COUNT_S or share >= 1.0:
                told_s = time.monotonic()
                self._send(Finishing(what, share))

        def work() -> None:
            try:
                self._inbox.put(Made(recording.make_whole(ffmpeg, tell), ""))
            except Exception as error:  # a bug of ours must not leave the session finishing for ever
                traceback.print_exc()
                why = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
                self._inbox.put(Made(None, f"{recording.places.work}: {why}. What was recorded lies there"))

        self._ended = reason, fault
        threading.Thread(target=work, name="finishing", daemon=True).start()

    _ended = ("", False)

    def _made(self, outcome: finishing.Outcome | None, fault: str) -> None:
        recording = self._recording
        assert recording is not None
        self._recording = None
        self._send(recording.done(outcome, *self._ended, fault or (outcome.note if outcome else "")))
        self._step(state.Finished(time.monotonic()))

    def _end(self, text: str) -> None:
        self._hide()
        if self._recording is not None:
            self._recording.failed(text)
            self._recording = None
        self._send(Failed(text, self._log[-_LOG_LINES:]))


def _threads() -> int:
    return max(2, min(8, os.cpu_count() or 2))


def _modern(ffmpeg: Ffmpeg) -> bool:
    """Version 6 or newer; a development build has no number and is new."""
    number = ffmpeg.version.lstrip("n").split(".")[0]
    return not number.isdigit() or int(number) >= 6


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the user's word to whoever asked us, and comes from there
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a print that strays goes to the log, not on the wire
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    Recorder(Wire(reader, writer)).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
