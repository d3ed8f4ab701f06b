"""What a recording had come to when its recorder ended without a word: read from its log and its lists."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, get_args

from capture.session import counting
from capture.session.argv import Files
from capture.session.finishing import first_list, packets_of
from capture.session.lists import FrameList
from capture.session.log import read
from capture.session.messages import Happened, HappeningKind
from capture.session.places import Places
from capture.session.tally import RunFacts, Tally

__all__ = ["Recalled", "happenings", "newest_run", "recall"]


@dataclass(frozen=True, slots=True)
class Recalled:
    """`zero_wall_s`: when the first frame of all came, by the wall clock."""

    tally: Tally
    marks: list[Happened]
    began: str
    zero_wall_s: float | None


def recall(places: Places, rate: Fraction) -> Recalled:
    """OSError where there is no log."""
    lines = read(places.log)
    tally = Tally(rate)
    zero_wall_s: float | None = None
    for line in lines:
        if line.get("what") == "run":
            number = int(line["run"])
            run = RunFacts(number, tally.frames, counting=counting.Counting(rate))
            tally.runs.append(run)
            _count(places, run)
        elif line.get("what") == "first" and tally.runs:
            tally.run.start_s, tally.run.pts_s = float(line["t_s"]), float(line["pts_s"])
            zero_wall_s = float(line["zero_wall_s"])
    for run in tally.runs:
        if run.counting.frames and run.start_s is None:  # it died between its first frame and the log
            run.start_s, run.pts_s = tally.end_s, run.counting.first_s
    began = next((str(line.get("at", "")) for line in lines if line.get("what") == "recording"), "")
    return Recalled(tally, happenings(lines), began, zero_wall_s)


def newest_run(places: Places) -> int:
    """Its number; 0: none was begun. OSError."""
    return max((int(line["run"]) for line in read(places.log) if line.get("what") == "run"), default=0)


def _count(places: Places, run: RunFacts) -> None:
    files = Files(places.work, run.number)
    packets = packets_of(files.video)
    if not packets and run.first == 0:
        with suppress(OSError):  # it died when all but its last word was said: the list has its name already
            packets = FrameList().feed(first_list(places))
    for one in packets:
        run.counting, _ = counting.frame(run.counting, one.pts_s, one.digest)
    run.counting, _ = counting.ended(run.counting)
    try:
        sound = FrameList().feed(files.audio.read_bytes())
    except OSError:
        return
    for one in sound:
        run.sound, _ = counting.packet(run.sound, one.pts_s, one.duration)


_KINDS = frozenset(get_args(HappeningKind))
_FIELDS = frozenset(one.name for one in fields(Happened))


def happenings(lines: list[dict[str, Any]]) -> list[Happened]:
    """The events of the timeline among a log's lines."""
    return [
        Happened(line["what"], **{name: value for name, value in line.items() if name in _FIELDS})
        for line in lines
        if line.get("what") in _KINDS and "t_s" in line and "frame" in line
    ]
