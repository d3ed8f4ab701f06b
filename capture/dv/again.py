"""What of a tape is worth playing once more: the places where frames are damaged or missing, as stretches of timecode.

A second pass of these places alone is enough: `capture merge` lays it over the first by timecode. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from capture.dv.report import Report
from capture.dv.timecodes import Timecode, day, timecode, written

__all__ = ["Again", "advice", "again"]

RUN_UP_S = 5
"""A deck needs some seconds until its heads follow the tracks."""
_NEAR_S = 20
"""Places nearer to each other than this are one stretch: winding costs the tape more than playing."""


@dataclass(frozen=True, slots=True)
class Again:
    """Play from `first` to `last` once more. `damaged`, `missing`: how many frames there are."""

    first: str
    last: str
    damaged: int
    missing: int


@dataclass(frozen=True, slots=True)
class _Place:
    first: int
    last: int
    damaged: int = 0
    missing: int = 0


def again(report: Report) -> tuple[Again, ...]:
    """In the order of the tape; none where nothing is wrong, or where the tape has no timecode."""
    nominal, drop = report.system.nominal, ";" in report.first_tc
    found: list[_Place] = []
    for place in _places(report):
        last = found[-1] if found else None
        if last and place.first - last.first >= 0 and place.first - last.last <= _NEAR_S * nominal:
            found[-1] = replace(
                last,
                last=max(last.last, place.last),
                damaged=last.damaged + place.damaged,
                missing=last.missing + place.missing,
            )
        else:
            found.append(place)
    most = day(nominal, drop) - 1
    return tuple(
        Again(
            written(max(0, one.first - RUN_UP_S * nominal), nominal, drop),
            written(min(most, one.last + RUN_UP_S * nominal // 2), nominal, drop),
            one.damaged,
            one.missing,
        )
        for one in found
    )


def advice(report: Report) -> Iterator[str]:
    """What to do, in words: one line each."""
    if report.head:
        yield f"nearly all errors lie in {report.head} sequences: clean the deck's heads, then play the tape again"
    places = again(report)
    if not places:
        return
    where = ", ".join(f"{one.first} to {one.last}" for one in places[:_SHOWN])
    more = f" and {len(places) - _SHOWN} more places (--json has them)" if len(places) > _SHOWN else ""
    yield f"play {where}{more} once more, if you can on another deck, and lay both over each other: capture merge"


_SHOWN = 6


def _places(report: Report) -> Iterator[_Place]:
    """Each damaged frame and each hole, by the numbers of their timecodes."""
    nominal = report.system.nominal
    found: list[tuple[int, _Place]] = []
    for one in report.damage:
        at = timecode(one.tc, nominal) if one.tc else None
        if at is not None:
            found.append((one.frame, _Place(at.count, at.count, damaged=1)))
    for event in report.events:
        was, now = timecode(event.was, nominal), timecode(event.now, nominal)
        if event.kind == "missing" and was is not None and now is not None:
            found.append((event.frame, _hole(was, now, event.count)))
    found.sort(key=lambda one: one[0])
    for _, place in found:
        yield place


def _hole(was: Timecode, now: Timecode, count: int) -> _Place:
    """Over midnight it is told by its end."""
    first = was.count if was.count <= now.count else max(0, now.count - count)
    return _Place(first, now.count, missing=count)
