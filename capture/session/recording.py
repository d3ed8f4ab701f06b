"""One recording under way: its places, its log, its counters, its room on the disk. Knows no ffmpeg and no user.

Begun by `begin` (a new one) or `again` (one that was cut off); ended by `make_whole`, on a thread of its own, and
`done`.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Self

from capture.session import finishing, report
from capture.session.argv import Files
from capture.session.asking import Asked
from capture.session.catching import catch_up
from capture.session.disk import Forecast, Looking, Syncing, free_bytes
from capture.session.following import DvFacts, DvFollower
from capture.session.holding import Hold, hold
from capture.session.log import Log
from capture.session.log import read as read_log
from capture.session.messages import (
    Counters,
    Done,
    Happened,
    HappeningKind,
    ProtocolError,
    Record,
    decode_request,
    encode,
)
from capture.session.places import Places, PlacesError, checked
from capture.session.recalling import newest_run, recall
from capture.session.splitting import cuts
from capture.session.tally import RunFacts, Tally

__all__ = ["Recording"]

_MARKS = 20_000  # events that are kept for the report; the log has them all
_LEAST_S = 10.0  # of room, before anything is begun


class Recording:
    """`told` hears every event of the timeline."""

    def __init__(self, asked: Asked, places: Places, told: Callable[[Happened], None], held: Hold) -> None:
        self.asked, self.places, self._told, self._held = asked, places, told, held
        self.log = Log(places.log)
        self.tally = Tally(Fraction(asked.source.frame_rate))
        self.marks: list[Happened] = []
        self.forecast = Forecast(expected_bytes(asked), asked.reserve_mb * 1_000_000)
        self.parts_seen = 0
        self._looking = Looking(places.folder, places.work)
        self._syncing: Syncing | None = Syncing(places.work)
        self._following: DvFollower | None = None

    @classmethod
    def begin(cls, asked: Asked, told: Callable[[Happened], None]) -> Self:
        """A new one. PlacesError, OSError."""
        folder = Path(asked.folder or ".").absolute()
        free = free_bytes(next(one for one in (folder, *folder.parents) if one.exists()))
        if free < asked.reserve_mb * 1_000_000 + expected_bytes(asked) * _LEAST_S:
            kept = f"{asked.reserve_mb / 1000:.1f} GB are to stay free"
            raise PlacesError(f"{folder}: {free / 1e9:.1f} GB are free, and {kept}. Make room, or choose another disk")
        _clear_leftover(Places(folder, asked.name))
        places = checked(asked)
        made = cls(asked, places, told, _held(places))
        made.places.asked.write_bytes(encode(Record(0, asked)))
        made.log.write("recording", asked=asdict(asked), pid=os.getpid())
        return made

    @classmethod
    def again(cls, asked: Asked, ffmpeg: str, told: Callable[[Happened], None]) -> Self:
        """One that was cut off, as it was asked for then, where it lies now. PlacesError, OSError."""
        places = Places(Path(asked.folder or ".").absolute(), asked.name)
        try:
            kept = decode_request(places.asked.read_bytes())
        except (OSError, ProtocolError):
            raise PlacesError(f"{places.work} holds no recording that was cut off") from None
        if not isinstance(kept, Record):
            raise PlacesError(f"{places.asked} is damaged: it says nothing of a recording")
        asked = replace(kept.asked, folder=str(places.folder), name=places.name)
        made = cls(asked, places, told, _held(places))
        catch_up(ffmpeg, made.asked, places, newest_run(places))
        recalled = recall(places, made.tally.rate)
        made.tally, made.marks = recalled.tally, recalled.marks
        if recalled.zero_wall_s is not None:
            made.tally.zero_s = time.monotonic() - (time.time() - recalled.zero_wall_s)
        made.begun = True
        made.since_the_last_frame("restarted", "the recorder itself had ended in the middle of it")
        return made

    # ---- while it goes on

    begun = False
    """Whether it counts: an armed session records before it is known whether there is a tape."""

    def started(self) -> None:
        self.begun = True
        self.happened(Happened("started", 0.0, 0))

    def let_go(self) -> None:
        """What was recorded so far was no tape."""
        for run in self.tally.runs:
            for path in self.places.work.glob(f"{Files(self.places.work, run.number).stem}*"):
                with suppress(OSError):
                    path.unlink()
        self.tally, self.marks = Tally(self.tally.rate), []

    @property
    def now_s(self) -> float:
        return self.tally.now_s(time.monotonic())

    def mark(self, kind: HappeningKind, text: str = "", count: int = 0) -> None:
        """Something that happens now."""
        self.happened(Happened(kind, self.now_s, self.tally.frames, count, 0.0, text))

    def since_the_last_frame(self, kind: HappeningKind, text: str) -> None:
        """Something that began when the last frame had come, and was noticed now."""
        self.happened(Happened(kind, self.tally.end_s, self.tally.frames, text=text))

    def happened(self, one: Happened) -> None:
        facts = {"t_s": round(one.t_s, 3), "frame": one.frame, "count": one.count, "length_s": round(one.length_s, 3)}
        self.log.write(one.kind, **facts, text=one.text)
        if len(self.marks) < _MARKS:
            self.marks.append(one)
        self._told(one)

    def shown(self, ring: str) -> None:
        """Live frames of it lie in this ring."""
        with suppress(OSError):
            self.places.live.write_text(json.dumps({"ring": ring, "pid": os.getpid()}), encoding="utf-8")

    def first_frame(self) -> None:
        """The newest run's first frame has come."""
        run, tally = self.tally.run, self.tally
        wall_s = time.time() - (time.monotonic() - (tally.zero_s or 0.0))
        facts = {"run": run.number, "frame": run.first, "t_s": run.start_s, "pts_s": run.pts_s}
        self.log.write("first", **facts, zero_wall_s=wall_s)

    def begin_run(self, number: int, later: Callable[[Happened], None]) -> tuple[Files, RunFacts]:
        """Where run `number` writes, and its counters. `later` hears what is found on another thread."""
        files, run = Files(self.places.work, number), self.tally.begin(number)
        self.parts_seen = 0
        self._looking.follow(files.parts)
        if self.asked.source.dv:
            run.counting = replace(run.counting, flat=True)  # equal frames are told by their timecode, too
            rate = float(self.tally.rate)
            self._following = DvFollower(files, run.first, rate, lambda: run.start_s or 0.0, later)
        return files, run

    def end_run(self) -> None:
        """The newest run has ended; its last frames are counted."""
        if self._following is not None:
            self._following.stop()
            self._look_at_dv()
            self._following = None
        for one in self.tally.ended():
            self.happened(one)

    def _look_at_dv(self) -> None:
        if self._following is not None:
            self.tally.run.dv = self._following.facts

    def look_at_the_disk(self, writing: bool) -> str:
        """What is to be said of it; empty: there is room."""
        if writing:
            self.forecast.saw(time.monotonic(), self.size)
            self._look_for_parts()
        if self.free >= self.forecast.reserve:
            return ""
        return f"the disk is full but for the last {self.asked.reserve_mb} MB"

    @property
    def free(self) -> int:
        return self._looking.free

    @property
    def size(self) -> int:
        return self._looking.size

    def disk_stands_still(self) -> bool:
        """What came is on its way to a disk that takes nothing just now: it is not the device that is late."""
        return self._syncing is not None and self._syncing.stands_still()

    def grew_since(self, at_s: float) -> bool:
        """Whether something has been written since."""
        return self._looking.grew_s > at_s

    def _look_for_parts(self) -> None:
        if not self.tally.runs:
            return
        run = self.tally.run.number
        closed = self._looking.closed(Files(self.places.work, run).parts)
        if closed > self.parts_seen:
            self.mark("part", f"part {closed} of run {run} is whole")
        self.parts_seen = max(closed, self.parts_seen)

    def catch_up(self, ffmpeg: str) -> None:
        """The newest run was cut off: what is in its file and not in its list counts, too."""
        found = catch_up(ffmpeg, self.asked, self.places, self.tally.run.number)
        for one in self.tally.add(found, (), time.monotonic()):
            self.happened(one)

    def counters(self) -> Counters:
        tally, now_s = self.tally, self.now_s
        left_s = self.forecast.left_s(self.free)
        if self.asked.stops.after_s:
            left_s = min(left_s, max(0.0, self.asked.stops.after_s - now_s))
        self._look_at_dv()
        dv = tally.runs[-1].dv if tally.runs else DvFacts()
        drift = tally.drift()
        return Counters(
            t_s=now_s, frames=tally.frames, lost=tally.lost, late=tally.late, repeated=tally.repeated,
            driver=tally.driver, errors=tally.errors, samples=tally.samples, parts=len(tally.runs) + self.parts_seen,
            size_bytes=self.size, bytes_per_s=self.forecast.bytes_per_s, free_bytes=self.free, left_s=left_s,
            drift_ppm=drift.ppm if drift else None, offset_ms=drift.late_ms if drift else None, fps=tally.fps(),
            timecode=dv.timecode, recorded_at=dv.recorded_at,
        )  # fmt: skip

    # ---- the end

    def still(self) -> None:
        """Nothing more is written: all of it goes to the disk now."""
        if self._syncing is not None:
            self._syncing.stop()
            self._syncing.once()
            self._syncing = None

    def make_whole(self, ffmpeg: str, tell: Callable[[str, float], None]) -> finishing.Outcome:
        """Takes as long as copying it once; on any thread. OSError: what was recorded is still in the work folder."""
        at = cuts(self.asked.splits, self.marks, self.tally.frames)
        outcome = finishing.finish(ffmpeg, self.asked, self.places, self.tally.runs, tell, at)
        try:
            finishing.keep_list(self.places, self.tally.runs)
        except OSError as fault:
            why = f"the list of checksums is not whole ({fault.strerror or fault})"
            return replace(outcome, note="; ".join(one for one in (outcome.note, why) if one))
        return outcome

    def done(self, outcome: finishing.Outcome | None, reason: str, fault: bool, note: str) -> Done:
        """The last word, with its report; then this recording is over."""
        tally, places = self.tally, self.places
        short = sum(count for _, count in outcome.short) if outcome else 0
        for run, count in outcome.short if outcome else ():
            text = f"run {run} was cut off before its last frames were written"
            self.happened(Happened("lost", tally.end_s, tally.frames, count, float(count / tally.rate), text))
        holes = [one.count for one in self.marks if one.kind == "back"]
        done = Done(
            reason=reason,
            files=tuple(str(one) for one in outcome.files) if outcome else (),
            parts=outcome.parts if outcome else (),
            report=str(places.report),
            log=str(places.log),
            framemd5=str(places.framemd5),
            frames=tally.frames - short,
            lost=tally.lost + short,
            late=tally.late,
            repeated=tally.repeated,
            t_s=tally.end_s,
            fault=fault or outcome is None,
            note=note,
            holes=len(holes),
            missing=sum(holes),
        )
        self.log.write("ended", **{name: value for name, value in asdict(done).items() if name != "parts"})
        self._held.release()
        if outcome is not None:
            finishing.tidy(places)  # first: on a full disk this makes room for the report
        self.log.flush()
        with suppress(OSError):
            report.write(places, report.facts_of(self.asked, done, self.marks, tally, read_log(places.log)))
        self.close()
        return done

    def failed(self, text: str) -> None:
        """It never counted: nothing is left behind."""
        self.log.write("failed", text=text)
        self.close()
        if not self.begun:
            self.let_go()
            finishing.tidy(self.places)
            with suppress(OSError):
                self.places.log.unlink()

    def close(self) -> None:
        self._held.release()
        if self._syncing is not None:
            self._syncing.stop()
            self._syncing = None
        self._looking.stop()
        self.log.close()
        with suppress(OSError):
            self.places.live.unlink(missing_ok=True)


def _held(places: Places) -> Hold:
    """PlacesError where it is another program's."""
    found = hold(places.work)
    if found is None:
        raise PlacesError(
            f"{places.work} is being recorded by another program, or made whole. Wait until that has ended"
        )
    return found


def _clear_leftover(places: Places) -> None:
    """Of an armed session that died before there was a tape; not of one that still waits for it."""
    with suppress(OSError):
        kinds = {line.get("what") for line in read_log(places.log)}
        if places.work.is_dir() and "recording" in kinds and "started" not in kinds:
            if (held := hold(places.work)) is None:
                return
            held.release()
            finishing.tidy(places, everything=True)
            places.log.unlink()


def expected_bytes(asked: Asked) -> float:
    """Bytes a second before anything was measured: what noisy tape takes."""
    rate = float(Fraction(asked.source.frame_rate))
    if asked.source.dv:
        return rate * 144_000
    share = {"ffv1": 0.55, "huffyuv": 0.65, "utvideo": 0.65, "v210": 1.4, "dv": 1.0}[asked.codec]
    return rate * 720 * 576 * 2 * share + 192_000
