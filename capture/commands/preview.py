"""`launch.py capture preview`: what a device gives, in numbers; nothing is recorded."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable

from capture.commands._session import choice_of, device_arguments, lead, seconds
from capture.session.asking import Asked
from capture.session.choosing import source_of
from capture.session.messages import Event, Levels, Picture, Signal
from capture.session.session import Session
from capture.session.telling import Teller, teller

HELP = """Look at what a device gives: picture, luma, sound, in numbers

  launch.py capture preview --device ID             until Ctrl-C
  launch.py capture preview --device ID --for 10

Nothing is recorded. The picture itself is shown by the window (`launch.py`), and by whatever reads the live ring that
`--progress json` names."""

_EVERY = 10
"""Signals between two lines: two seconds."""


def arguments(parser: argparse.ArgumentParser) -> None:
    device_arguments(parser)
    parser.add_argument("--for", type=seconds, default=0.0, dest="after", metavar="TIME", help="then stop")


def run(arguments: argparse.Namespace) -> int:
    asked = Asked(source=source_of(choice_of(arguments)))
    tell = _Numbers(teller(arguments.progress, arguments.quiet, sys.stdout))
    timers: list[threading.Timer] = []

    def begin(session: Session) -> None:
        session.preview(asked)
        if arguments.after:
            tell.first = lambda: timers.append(_after(arguments.after, session))

    try:
        return lead(begin, tell, ends_idle=True)
    finally:
        for one in timers:
            one.cancel()


def _after(length_s: float, session: Session) -> threading.Timer:
    timer = threading.Timer(length_s, session.finish, ("the time is over",))
    timer.daemon = True
    timer.start()
    return timer


class _Numbers(Teller):
    """Adds what the meters show, now and then."""

    def __init__(self, inner: Teller) -> None:
        super().__init__(inner.out)
        self._inner, self._sound, self._seen = inner, "", 0
        self.first: Callable[[], object] | None = None
        self.shown = 0

    def tell(self, event: Event) -> None:
        match event:
            case Picture():
                self.shown += 1
                if self.first is not None:
                    first, self.first = self.first, None
                    first()
            case Levels(channels=channels):
                self._sound = " ".join(f"{one.peak_db:.0f}" for one in channels)
            case Signal() if type(self._inner) is not Teller:
                self._seen += 1
                if self._seen % _EVERY == 1:
                    luma = f"luma {event.luma_low:.0f} to {event.luma_high:.0f}"
                    lost = f"{100 * event.crushed:.1f} % crushed, {100 * event.clipped:.1f} % clipped"
                    sound = f"; sound {self._sound} dBFS" if self._sound else ""
                    self._say(f"{event.kind}: {luma}, {lost}{sound}; {self.shown} frames", event)
            case _:
                self._inner.tell(event)

    def _say(self, text: str, event: Signal) -> None:
        if type(self._inner).__name__ == "Json":
            self._inner.tell(event)
            return
        print(text, file=self.out, flush=True)

    def close(self) -> None:
        self._inner.close()
