"""How the tape's seconds lie on the timeline's pixels, and where its ruler has its strokes. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from editor.timeline.timecode import Count

CLOSEST_PX = 64.0
"""Pixels of a single frame at the nearest zoom."""
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_FRAMES = (1, 2, 5, 10)


@dataclass(frozen=True)
class Scale:
    """`start` is the second at x = `left`; `px_s` pixels make a second. `length` is the tape's, in seconds."""

    left: float
    width: float
    length: float
    start: float = 0.0
    px_s: float = 1.0

    @staticmethod
    def whole(left: float, width: float, length: float) -> Scale:
        length = max(length, 1e-3)
        return Scale(left, max(1.0, width), length, 0.0, max(1.0, width) / length)

    @property
    def is_whole(self) -> bool:
        return self.px_s <= self.least * 1.0001

    @property
    def least(self) -> float:
        return self.width / self.length

    @property
    def end(self) -> float:
        return self.start + self.width / self.px_s

    def x(self, moment: Fraction | float) -> float:
        return self.left + (float(moment) - self.start) * self.px_s

    def moment(self, x: float) -> float:
        """The second at x, kept on the tape."""
        return min(self.length, max(0.0, self.start + (x - self.left) / self.px_s))

    def zoomed(self, factor: float, x: float, fps: float) -> Scale:
        """Nearer or farther, the moment under `x` staying there."""
        px_s = min(max(CLOSEST_PX * fps, self.least), max(self.least, self.px_s * factor))
        under = self.start + (x - self.left) / self.px_s
        return replace(self, px_s=px_s)._within(under - (x - self.left) / px_s)

    def scrolled(self, px: float) -> Scale:
        return self._within(self.start + px / self.px_s)

    def showing(self, moment: float) -> Scale:
        """Turned as a page is, if `moment` is not to be seen."""
        if self.start <= moment <= self.end:
            return self
        return self._within(moment - 0.1 * self.width / self.px_s)

    def refitted(self, left: float, width: float, length: float) -> Scale:
        """The same zoom on another width or length; what was whole stays whole."""
        new = Scale.whole(left, width, length)
        if self.is_whole:
            return new
        return replace(new, px_s=max(new.px_s, self.px_s))._within(self.start)

    def _within(self, start: float) -> Scale:
        return replace(self, start=max(0.0, min(start, self.length - self.width / self.px_s)))


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line of the ruler at a frame of the tape; `text` where it is a long one."""

    frame: int
    text: str = ""


def strokes(scale: Scale, count: Count, apart_px: float = 92.0) -> Iterator[Stroke]:
    """The ruler: texts at least `apart_px` apart on round timecodes, with short strokes between them."""
    frame_px = scale.px_s / float(count.fps)
    even = [step for step in _FRAMES if count.rate % step == 0 and 2 * step <= count.rate]
    for step in (*even, count.rate):
        if step * frame_px >= apart_px:
            yield from _in_frames(scale, count, step, frame_px, apart_px)
            return
    second_px = frame_px * count.rate
    step = next((step for step in _SECONDS if step * second_px >= apart_px), _SECONDS[-1])
    fine = next(
        (small for small in _SECONDS if small * second_px >= 7 and step % small == 0 and step // small < 11), step
    )
    begin = int(scale.start) // step * step
    for second in range(begin, math.ceil(scale.end) + fine + 1, fine):
        frame = count.numbered(second)
        yield Stroke(frame, count.clock(frame) if second % step == 0 else "")


def _in_frames(scale: Scale, count: Count, step: int, frame_px: float, apart_px: float) -> Iterator[Stroke]:
    """Every second begins its own row of round frame numbers."""
    fine = next((small for small in _FRAMES if small * frame_px >= 8 and step % small == 0), step)
    for second in range(max(0, math.floor(scale.start) - 1), math.ceil(scale.end) + 2):
        begin, end = count.numbered(second), count.numbered(second + 1)
        for number in range(0, end - begin, fine):
            told = number % step == 0 and (not number or (end - begin - number) * frame_px >= 0.8 * apart_px)
            yield Stroke(begin + number, count.code(begin + number) if told else "")
