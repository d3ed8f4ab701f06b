"""Which pictures are wanted, which are on their way, and which to ask for next. Pure; whoever uses it holds a lock.

A view has a wish; a wish comes to an aim, the very picture that it means in the present state of the graph. A view
whose aim is not what it got last is open. Few pictures are on their way at a time: the worker cannot abandon a frame
that it has begun, so what waits waits here, where a newer wish takes its place. In the foreground the newest goes
first; in the background each has its turn, else some thumbnails would never be made while others change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

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
    """`key` names what it is after; `got` what was last delivered (a picture's key, or the trouble), and `shown` is the
    number of that delivery. `said` is the trouble that it was told of, if that was the last thing."""

    wish: Wish
    aim: Aim | None = None
    key: object = None
    got: object = None
    shown: int = 0
    said: object = None

    @property
    def open(self) -> bool:
        return self.aim is not None and self.key != self.got


@dataclass(slots=True)
class _Lane:
    """The open views of the foreground or the background, in the order in which they came."""

    most: int
    newest_first: bool
    open: dict[str, None] = field(default_factory=dict)
    flying: int = 0

    def turns(self) -> Iterable[str]:
        return tuple(reversed(self.open) if self.newest_first else self.open)


class Board:
    """The views and the flights."""

    def __init__(self, foreground: int = FOREGROUND, background: int = BACKGROUND) -> None:
        self._lanes = {False: _Lane(foreground, True), True: _Lane(background, False)}
        self._count = 0
        self.views: dict[str, View] = {}
        self.flights: dict[int, Flight] = {}

    def number(self) -> int:
        """Numbers deliveries and flights in their order."""
        self._count += 1
        return self._count

    # ---- the views

    def want(self, view: str, wish: Wish | None) -> bool:
        """Keep or change or drop a view's wish; whether there is something new to aim at."""
        known = self.views.get(view)
        if wish is None or (known is not None and known.wish.background != wish.background):
            self._close(view)
            self.views.pop(view, None)
            known = None
        if wish is None or (known is not None and known.wish == wish):
            return False
        if known is None:
            self.views[view] = View(wish)
        else:
            known.wish = wish
            if not wish.background:
                self._close(view)  # to be opened again at the end
        return True

    def aimed(self, view: str, aim: Aim | None, instead: object = None) -> None:
        """What a view's wish means now; where it means no picture, `instead` tells what it got in place of one."""
        one = self.views[view]
        one.aim = aim
        one.key = aim.key(one.wish) if aim is not None else instead
        self._settle(view, one)

    def got(self, view: str, key: object, number: int) -> None:
        """A view has been given something; it stays open unless that is what it is after."""
        one = self.views[view]
        one.got, one.shown = key, number
        self._settle(view, one)

    def forget(self, view: str) -> None:
        """Whatever a view got does not count any more."""
        self.views[view].got = None
        self._settle(view, self.views[view])

    def _settle(self, view: str, one: View) -> None:
        if one.open:
            self._lanes[one.wish.background].open.setdefault(view)
        else:
            self._close(view)

    def _close(self, view: str) -> None:
        for lane in self._lanes.values():
            lane.open.pop(view, None)

    @property
    def open(self) -> tuple[str, ...]:
        """The open views, those to be asked for first at the front."""
        return (*self._lanes[False].turns(), *self._lanes[True].turns())

    # ---- the flights

    def start(self, begin: Callable[[str, Aim], bool] = lambda _view, _aim: True) -> Iterator[Flight]:
        """The flights to begin now, as far as there is room. A picture that is on its way is not asked for twice.

        `begin(view, aim)` is asked first: False where it is at hand after all.
        """
        for lane in self._lanes.values():
            if lane.flying >= lane.most or not lane.open:
                continue
            flying = {flight.key for flight in self.flights.values() if not flight.doubtful}
            for name in lane.turns():
                view = self.views[name]
                if view.aim is None or view.key in flying or not begin(name, view.aim):
                    continue
                flight = Flight(self.number(), name, view.wish, view.aim, view.aim.key(view.wish))
                self.flights[flight.number] = flight
                flying.add(flight.key)
                lane.flying += 1
                yield flight
                if lane.flying >= lane.most:
                    break

    def landed(self, number: int) -> Flight | None:
        flight = self.flights.pop(number, None)
        if flight is not None:
            self._lanes[flight.wish.background].flying -= 1
        return flight

    def ground(self) -> None:
        """No flight will land: the worker has gone."""
        self.flights.clear()
        for lane in self._lanes.values():
            lane.flying = 0

    def replanned(self, fingerprints: Mapping[tuple[str, str], str]) -> None:
        """The worker has another plan: whatever is on its way may be made by the old one or the new."""
        for flight in self.flights.values():
            if fingerprints.get((flight.aim.node, flight.aim.port)) != flight.aim.fingerprint:
                flight.doubtful = True

    def serves(self, flight: Flight) -> Iterator[str]:
        """The views that this picture is for: exactly what they are after; or, newer than what it shows, a step on the
        way of the view that asked (so that a picture follows while somebody scrubs or drags a slider)."""
        for name in self.open:
            view = self.views[name]
            exact = view.key == flight.key and not flight.doubtful
            if exact or (name == flight.view and _alike(view.wish, flight.wish) and flight.number > view.shown):
                yield name


def _alike(one: Wish, other: Wish) -> bool:
    return (one.node, one.port, one.look, one.region) == (other.node, other.port, other.look, other.region)
