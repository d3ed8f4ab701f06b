"""Follows a DV recording in its own file, a moment behind: timecode, date, block errors, missing and repeated frames.

ffmpeg tells none of these, and the time stamps of DV are only counted. The part that is being written is read again as
it grows; capture.dv says what is in it.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from capture.dv import following
from capture.dv.again import advice
from capture.dv.frames import DvError, Frame, Reader
from capture.dv.report import Gathering
from capture.session.argv import Files
from capture.session.messages import Happened, HappeningKind

__all__ = ["DvFacts", "DvFollower"]

_LOOK_S = 0.25
_BYTES = 1 << 23

_KINDS: dict[following.Kind, HappeningKind] = {
    "missing": "lost",
    "repeated": "repeated",
    "forward": "timecode",
    "back": "timecode",
    "standing": "timecode",
    "recording": "recording",
    "sound": "audio mode",
    "shape": "changed",
    "captions": "changed",
    "skipped": "driver",
}


@dataclass(frozen=True, slots=True)
class DvFacts:
    """What has been found so far. `errors`: frames with bad blocks; `blocks`: how many of these."""

    timecode: str = ""
    recorded_at: str = ""
    lost: int = 0
    repeated: int = 0
    errors: int = 0
    blocks: int = 0
    frames: int = 0
    advice: tuple[str, ...] = ()  # once the run is over


class DvFollower:
    """Of one run. `first`: the number of its first frame; `told` hears the events, on a thread of its own."""

    def __init__(
        self, files: Files, first: int, rate: float, start_s: Callable[[], float], told: Callable[[Happened], None]
    ) -> None:
        self._files, self._first, self._rate, self._start_s, self._told = files, first, rate, start_s, told
        self._reader, self._gathering = Reader(), Gathering()
        self._file: IO[bytes] | None = None
        self._index = 0
        self._bad: tuple[int, int, int] | None = None  # first frame, frames, blocks of a stretch that goes on
        self._over = threading.Event()
        self.facts = DvFacts()
        self._thread = threading.Thread(target=self._run, name="dv", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The run is over: what is left is read, and then it ends."""
        self._over.set()
        self._thread.join(30.0)

    def _run(self) -> None:
        while True:
            over = self._over.wait(_LOOK_S)
            try:
                while data := self._more():
                    self._take([*self._reader.feed(data), *self._reader.now()])
                if over:
                    self._take(self._reader.end())
                    self._tell_errors()
                    self._advise()
            except Exception as fault:  # also a bug of ours: that nothing more is found must not look like a good tape
                text = str(fault)
                if not isinstance(fault, DvError):
                    traceback.print_exc()
                    text = f"what lies in the DV cannot be followed any more ({type(fault).__name__}: {fault}). It is "
                    text += "recorded as it comes; `launch.py capture dv` looks at the file afterwards"
                self._tell(Happened("changed", 0.0, self._first + self.facts.frames, text=text))
                over = True
            if over:
                if self._file is not None:
                    self._file.close()
                return

    def _more(self) -> bytes:
        """What has been written since; at the end of a part the next one is opened, if there is one."""
        with suppress(OSError):
            if self._file is None:
                self._file = self._part(self._index).open("rb")
            data = self._file.read(_BYTES)
            if data:
                return data
            if self._part(self._index + 1).exists():
                data = self._file.read(_BYTES)  # written between our look and its closing
                if not data:
                    self._file.close()
                    self._index += 1
                    self._file = self._part(self._index).open("rb")
                    data = self._file.read(_BYTES)
                return data
        return b""

    def _part(self, index: int) -> Path:
        return self._files.part(index, ".dv")

    def _take(self, frames: list[Frame]) -> None:
        for frame in frames:
            events = self._gathering.add(frame)
            for one in events:
                self._event(one)
            self._errors(frame)
            facts = self.facts
            lost = sum(one.count for one in events if one.kind == "missing")
            repeated = sum(one.kind == "repeated" for one in events)
            recorded = frame.recorded.isoformat(sep=" ") if frame.recorded is not None else facts.recorded_at
            self.facts = DvFacts(
                str(frame.timecode or ""), recorded, facts.lost + lost, facts.repeated + repeated,
                facts.errors + (frame.bad_blocks > 0), facts.blocks + frame.bad_blocks, frame.number + 1,
            )  # fmt: skip

    def _advise(self) -> None:
        """At the end: which places of the tape are worth playing once more."""
        report = self._gathering.report()
        if report is not None:
            self.facts = replace(self.facts, advice=tuple(advice(report)))

    def _event(self, one: following.Event) -> None:
        text = f"{one.was} to {one.now}" if one.was and one.now else one.now or one.was
        length_s = one.count / self._rate if one.kind in ("missing", "repeated") else 0.0
        text = f"timecode {text}" if one.kind in ("missing", "forward", "back", "standing") else text
        text = {"shape": f"picture shape {text}", "captions": f"captions {text}"}.get(one.kind, text)
        self._tell(Happened(_KINDS[one.kind], 0.0, self._first + one.frame, one.count, length_s, text.strip()))

    def _errors(self, frame: Frame) -> None:
        """A stretch of damaged frames is told in one, when it has ended."""
        if frame.bad_blocks:
            first, count, blocks = self._bad or (frame.number, 0, 0)
            self._bad = first, count + 1, blocks + frame.bad_blocks
        else:
            self._tell_errors()

    def _tell_errors(self) -> None:
        if self._bad is not None:
            first, count, blocks = self._bad
            self._bad = None
            text = f"in {count} frame{'s' if count > 1 else ''}"
            self._tell(Happened("errors", 0.0, self._first + first, blocks, count / self._rate, text))

    def _tell(self, one: Happened) -> None:
        t_s = self._start_s() + (one.frame - self._first) / self._rate
        self._told(Happened(one.kind, t_s, one.frame, one.count, one.length_s, one.text))
