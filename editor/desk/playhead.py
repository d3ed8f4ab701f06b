"""The moment of tape that every view shows, and the span that a render takes."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import QObject, Signal


class Playhead(QObject):
    """A clock in seconds of the source tape: the same moment in a 25i capture and in the 50p made of it.

    Signals: moved() `moment` has changed; span_changed() the in or out point; playing_changed() `speed`;
    loop_changed() `loop`.
    """

    moved = Signal()
    span_changed = Signal()
    playing_changed = Signal()
    loop_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._moment = Fraction(0)
        self._mark_in: Fraction | None = None
        self._mark_out: Fraction | None = None
        self._speed = Fraction(0)
        self._loop = False

    @property
    def moment(self) -> Fraction:
        return self._moment

    def seek(self, moment: Fraction) -> None:
        """Go to a moment; before the beginning is the beginning."""
        moment = max(Fraction(0), moment)
        if moment != self._moment:
            self._moment = moment
            self.moved.emit()

    @property
    def mark_in(self) -> Fraction | None:
        """The first moment of the span; None: the beginning."""
        return self._mark_in

    @property
    def mark_out(self) -> Fraction | None:
        """The end of the span, not part of it; None: the end of the tape."""
        return self._mark_out

    def set_span(self, mark_in: Fraction | None, mark_out: Fraction | None) -> None:
        """Set both marks; one that would make the span empty takes the other away."""
        if mark_in is not None and mark_out is not None and mark_out <= mark_in:
            if mark_in != self._mark_in:
                mark_out = None
            else:
                mark_in = None
        if (mark_in, mark_out) != (self._mark_in, self._mark_out):
            self._mark_in, self._mark_out = mark_in, mark_out
            self.span_changed.emit()

    @property
    def speed(self) -> Fraction:
        """Tape seconds a second: 0 stopped, 1 as it was recorded, negative backwards."""
        return self._speed

    def play(self, speed: Fraction) -> None:
        if speed != self._speed:
            self._speed = speed
            self.playing_changed.emit()

    @property
    def loop(self) -> bool:
        """Whether what lies between the marks is played over and over."""
        return self._loop

    @loop.setter
    def loop(self, on: bool) -> None:
        if on != self._loop:
            self._loop = on
            self.loop_changed.emit()
