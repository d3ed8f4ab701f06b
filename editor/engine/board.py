"""Which pictures are wanted, which are on their way, and which to ask for next. Pure; whoever uses it holds a lock.

A view has a wish; a wish comes to an aim, the very picture that it means in the present state of the graph. A view
whose aim is not what it got last is open. Open views are asked for newest first, those in the background after all
others, and only few at a time: the worker cannot abandon a frame that it has begun, so what waits waits here, where
a newer wish takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from editor.engine.wishes import Wish
from runtime.protocol import Look

FOREGROUND, BACKGROUND = 2, 1
"""Pictures on their way at a time."""

type Key = tuple[str, int, int, int, Look, tuple[int, int, int, int] | None, bool]
"""Names one picture for ever: fingerprint, frame, most width and height, look, region, square."""


@dataclass(frozen=True, slots=True)
class Aim:
    """The picture that a wish means: of (node, port) as the worker knows them. `stand_in`: a look-alike of it."""

    node: str
    port: str
    fingerprint: str
    frame: int
    stand_in: bool = False

    def key(self, wish: Wish) -> Key:
        size = wish.max_width, wish.max_height
        return (self.fingerprint, self.frame, *size, wish.look, wish.region, wish.square)


@dataclass(slots=True)
class Flight:
    """A picture on its way. `doubtful`: another plan was sent since, so it may be that one's picture."""

    number: int
    view: str
    wish: Wish
    aim: Aim
    key: Key
    doubtful: bool = False


@dataclass(slots=True)
class View:
    """`got` is what was last delivered (a picture's key, or the trouble), `shown` the number of that delivery."""

    wish: Wish
    order: int
    key: object = None
    aim: Aim | None = None
    got: object = None
    shown: int = 0


class Board:
    """The views and the flights."""

    def __init__(self, foreground: int = FOREGROUND, background: int = BACKGROUND) -> None:
        self._room = {False: foreground, True: background}
        self._count = 0
        self.views: dict[str, View] = {}
        self.flights: dict[int, Flight] = {}
        self._open: set[str] = set()

    def number(self) -> int:
        """Numbers deliveries and wishes in their order."""
        self._count += 1
        return self._count

    def want(self, view: str, wish: Wish | None) -> bool:
        """Keep or change or drop a view's wish; whether there is something new to aim at."""
        if wish is None:
            self.views.pop(view, None)
            self._open.discard(view)
            return False
        known = self.views.get(view)
        if known is None:
            self.views[view] = View(wish, self.number())
        elif known.wish == wish:
            return False
        else:
            known.wish, known.order = wish, self.number()
        return True

    def aimed(self, view: str, aim: Aim | None, instead: object = None) -> None:
        """What a view's wish means now; where it means no picture, `instead` tells what it got in place of one."""
        one = self.views[view]
        one.aim = aim
        one.key = aim.key(one.wish) if aim is not None else instead
        if aim is None or one.key == one.got:
            self._open.discard(view)
        else:
            self._open.add(view)

    def got(self, view: str, key: object, number: int) -> None:
        """A view has been given something; it stays open unless that is what it is after."""
        one = self.views[view]
        one.got, one.shown = key, number
        if key == one.key:
            self._open.discard(view)

    def forget(self, view: str) -> None:
        """Whatever a view got does not count any more."""
        self.views[view].got = None

    @property
    def open(self) -> tuple[str, ...]:
        """The open views, those to be asked for first at the front."""
        return tuple(sorted(self._open, key=lambda view: (self.views[view].wish.background, -self.views[view].order)))

    def start(self) -> Iterator[Flight]:
        """The flights to begin now, as far as there is room. A picture that is on its way is not asked for twice."""
        room = dict(self._room)
        flying = set()
        for flight in self.flights.values():
            room[flight.wish.background] -= 1
            if not flight.doubtful:
                flying.add(flight.key)
        if max(room.values()) <= 0:
            return
        for name in self.open:
            view = self.views[name]
            if view.aim is None or room[view.wish.background] <= 0:
                continue
            key = view.aim.key(view.wish)
            if key in flying:
                continue
            room[view.wish.background] -= 1
            flying.add(key)
            flight = Flight(self.number(), name, view.wish, view.aim, key)
            self.flights[flight.number] = flight
            yield flight

    def replanned(self, fingerprints: Mapping[tuple[str, str], str]) -> None:
        """The worker has another plan: whatever is on its way may be made by the old one or the new."""
        for flight in self.flights.values():
            if fingerprints.get((flight.aim.node, flight.aim.port)) != flight.aim.fingerprint:
                flight.doubtful = True

    def landed(self, number: int) -> Flight | None:
        return self.flights.pop(number, None)

    def serves(self, flight: Flight) -> list[str]:
        """The views that this picture is for: exactly what they are after, or, newer than what it shows, a step on the
        way of the view that asked (so that a picture follows while somebody scrubs or drags a slider)."""
        found = [name for name in self._open if self.views[name].key == flight.key and not flight.doubtful]
        asker = self.views.get(flight.view)
        if asker is not None and flight.view not in found and flight.view in self._open:
            alike = (asker.wish.node, asker.wish.port, asker.wish.look) == (
                flight.wish.node,
                flight.wish.port,
                flight.wish.look,
            )
            if alike and flight.number > asker.shown:
                found.append(flight.view)
        return found
