"""Reads the lists that ffmpeg writes beside a recording while it goes on: framemd5, framecrc, the list of parts. Pure.

A line of a frame list: `stream, dts, pts, duration, size, checksum`; a header line: `#tb 0: 1/25`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

__all__ = ["FrameList", "ListedPart", "Packet", "listed_parts"]


@dataclass(frozen=True, slots=True)
class Packet:
    """A frame, or a packet of sound. `duration` in units of the time base: samples, where that is the sample rate;
    `length_s` the same in seconds, 0 where it is not known."""

    pts_s: float
    duration: int
    size: int
    digest: str
    length_s: float = 0.0


@dataclass(slots=True)
class FrameList:
    """Fed with whatever bytes have been appended to the list since."""

    time_base: Fraction = Fraction(1, 25)
    facts: dict[str, str] = field(default_factory=dict)  # sample_rate, dimensions …
    header: list[str] = field(default_factory=list)
    _rest: bytes = b""

    def feed(self, data: bytes) -> list[Packet]:
        """The packets of all lines that are whole by now."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        found = []
        for raw in lines:
            line = raw.decode("ascii", "replace")
            if line.startswith("#"):
                self._fact(line.strip())
                continue
            fields = line.split(",")
            if len(fields) < 6:
                continue
            try:
                pts, duration, size = int(fields[2]), int(fields[3]), int(fields[4])
            except ValueError:
                continue  # a line that a crash cut in two
            over, under = self.time_base.numerator, self.time_base.denominator
            # rounded once, as the fraction itself would be, at a tenth of its time: a tape has a million lines
            found.append(Packet(pts * over / under, duration, size, fields[5].strip(), max(0, duration) * over / under))
        return found

    def _fact(self, line: str) -> None:
        self.header.append(line)
        name, _, value = line[1:].partition(" 0: ")
        if name == "tb":
            self.time_base = Fraction(value)
        elif value:
            self.facts[name] = value


@dataclass(frozen=True, slots=True)
class ListedPart:
    """`name` as ffmpeg wrote it; times in seconds of the run's own time stamps."""

    name: str
    start_s: float
    end_s: float


def listed_parts(text: str) -> list[ListedPart]:
    """The parts of a `-segment_list_type csv` list that were closed."""
    found = []
    for line in text.splitlines():
        fields = line.rsplit(",", 2)
        try:
            found.append(ListedPart(fields[0].strip('"'), float(fields[1]), float(fields[2])))
        except (IndexError, ValueError):
            continue
    return found
