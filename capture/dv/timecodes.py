"""Timecode as numbers of frames, so that it can be reckoned with (SMPTE 12M). Pure."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Timecode", "apart", "counted", "timecode", "written"]


@dataclass(frozen=True, slots=True)
class Timecode:
    """`count`: frames since midnight, the numbers that drop-frame codes leave out not counted."""

    count: int
    nominal: int  # 25 or 30
    drop: bool = False

    def __str__(self) -> str:
        return written(self.count, self.nominal, self.drop)


def counted(hours: int, minutes: int, seconds: int, frames: int, nominal: int, drop: bool) -> int:
    """Frames since midnight. Of drop-frame codes (29.97) each minute but every tenth lacks the numbers 0 and 1."""
    count = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    passed = hours * 60 + minutes
    return count - 2 * (passed - passed // 10) if drop else count


def timecode(text: str, nominal: int) -> Timecode | None:
    """`hh:mm:ss:ff`, with a `;` before the frames for drop frame; None where it is none."""
    parts = text.replace(";", ":").replace(".", ":").split(":")
    if len(parts) != 4 or not all(part.isdigit() for part in parts):
        return None
    hours, minutes, seconds, frames = map(int, parts)
    drop = nominal == 30 and text[-3] in ";."
    return Timecode(counted(hours, minutes, seconds, frames, nominal, drop), nominal, drop)


def day(nominal: int, drop: bool) -> int:
    """Frames in 24 hours."""
    return counted(24, 0, 0, 0, nominal, drop)


def written(count: int, nominal: int, drop: bool) -> str:
    """As people write it; what lies beyond midnight begins again at 0."""
    count %= day(nominal, drop)
    if drop:
        tens, rest = divmod(count, 17982)
        count += 18 * tens + (2 * ((rest - 2) // 1798) if rest > 1 else 0)
    whole, frames = divmod(count, nominal)
    minutes, seconds = divmod(whole, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{';' if drop else ':'}{frames:02}"


def apart(later: Timecode, sooner: Timecode) -> int:
    """Frames from one to the other; over midnight the short way round."""
    whole = day(later.nominal, later.drop)
    off = (later.count - sooner.count) % whole
    return off - whole if off > whole // 2 else off
