"""Sessions on test decks: small pictures, real time, a real ffmpeg, a recorder process of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from capture.decks import listing
from capture.session.asking import Asked, Feed, Source
from capture.session.messages import Done, Event, Failed, Happened, Refused, StateIs
from capture.session.session import Session

SMALL = ("--video_size", "180x144", "--input", "clean")
PATIENCE_S = 120.0


def source(place: Path, *words: str, deck: str = "pal") -> Source:
    """A deck's; `words` as `python -m capture.decks` takes them."""
    made = listing.analog_input(*SMALL, "--memory", str(place / "memory"), *words, deck=deck)
    rate = "25/1" if deck == "pal" else "30000/1001"
    fields = "tff" if deck == "pal" else "bff"
    return Source(
        (Feed(made.format, "pipe:0", made.options, made.argv),),
        label=f"deck {deck}",
        frame_rate=rate,
        fields=fields,
        pixel_format="uyvy422" if deck == "pal" else "yuyv422",
    )


def asked(place: Path, *words: str, deck: str = "pal", **more: Any) -> Asked:
    made = Asked(source(place, *words, deck=deck), str(place / "tapes é"), "Sommer '88 50%", reserve_mb=1)
    return replace(made, **more)


class Heard:
    """What a session's listener heard."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._more = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._more:
            self.events.append(event)
            self._more.notify_all()

    def wait[E](self, kind: type[E], like: Callable[[E], bool] = lambda _: True, patience_s: float = PATIENCE_S) -> E:
        """The first event of this kind; AssertionError with what came instead."""
        deadline_s = time.monotonic() + patience_s
        seen = 0
        with self._more:
            while True:
                for event in self.events[seen:]:
                    if isinstance(event, kind) and like(event):
                        return event
                    ended = isinstance(event, Failed | Refused)
                    assert not ended or issubclass(kind, Failed | Refused | StateIs), event
                seen = len(self.events)
                left_s = deadline_s - time.monotonic()
                assert left_s > 0, f"no {kind.__name__} came; what came: {self.told()}"
                self._more.wait(left_s)

    def all[E](self, kind: type[E]) -> list[E]:
        return [one for one in self.events if isinstance(one, kind)]

    def happened(self, kind: str) -> list[Happened]:
        return [one for one in self.all(Happened) if one.kind == kind]

    def states(self) -> list[str]:
        return [one.state for one in self.all(StateIs)]

    def told(self) -> list[Event]:
        return [one for one in self.events if isinstance(one, Happened | StateIs | Done | Failed | Refused)]


@contextmanager
def session(**more: Any) -> Iterator[tuple[Session, Heard]]:
    heard = Heard()
    held = Session(heard, **more)
    try:
        yield held, heard
    finally:
        assert held.close("the test is over", PATIENCE_S), held.log_tail()


def recorded(asked: Asked) -> tuple[Done, Heard]:
    """From beginning to end."""
    with session() as (held, heard):
        held.record(asked)
        done = heard.wait(Done)
    return done, heard
