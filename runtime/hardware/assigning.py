"""Decides which device does what, and who makes which segments. Pure: the local pool and the cluster ask it again
whenever something has changed.

Two cards: the stronger computes models, the other encodes, so that neither waits. Segments go to whoever will be done
with them first, by the speed that each has shown; a worker that falls behind shows a lower speed while it still works,
so what is left moves away from it. A slow worker gets nothing rather than the last segment, if others would be done
with it sooner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from runtime.hardware.machine import Machine
from runtime.hardware.scoring import Scored, for_ai, for_encoding
from runtime.hardware.wishes import CPU, Wishes

Segment = tuple[int, int]
"""First frame, and the one behind the last."""
_FRESH = 0.5
"""What a new measurement counts against all before: one segment may be a title card, three of them are a tape."""


@dataclass(frozen=True, slots=True)
class Roles:
    """`ai`: who computes models, each with a worker of its own. `encode`: who encodes, and by which encoder."""

    ai: tuple[Scored, ...]
    encode: Scored


def roles(
    machine: Machine, *, codec: str = "h264", wanted: Wishes | None = None, speeds: Mapping[str, float] | None = None
) -> Roles:
    """The cards share out the segments of a model; the processor computes only where there is no card, or where it is
    wished for. A card that also computes encodes only where no other can."""
    able = for_ai(machine, wanted, speeds)
    cards = [one for one in able if one.device != CPU]
    first = able[0]
    computing = (first,) if first.device == CPU or not cards else tuple(cards)
    encoding = for_encoding(machine, codec, wanted)
    busy = {one.device for one in computing}
    free = [one for one in encoding if one.device not in busy and one.encoder]
    wished = bool(wanted and wanted.encoders)
    encoder = encoding[0] if wished or not free else free[0]
    if not wished and len(computing) > 1 and not free and encoding[0].encoder:
        weakest = computing[-1]  # more than one computes: the one that is least missed encodes beside it
        encoder = next((one for one in encoding if one.device == weakest.device), encoding[0])
    return Roles(computing, encoder)


# ----------------------------------------------------------------------------------------------- who makes what


@dataclass(frozen=True, slots=True)
class Doing:
    """A segment under way since `since_s` (any clock that only goes forward)."""

    segment: Segment
    since_s: float


@dataclass(frozen=True, slots=True)
class Crew:
    """The workers there are. `paces`: frames a second that each has shown. `guesses`: how they compare before they have
    shown anything (a score will do); `doing`: what each is at."""

    workers: tuple[str, ...] = ()
    paces: Mapping[str, float] = field(default_factory=dict)
    guesses: Mapping[str, float] = field(default_factory=dict)
    doing: Mapping[str, Doing] = field(default_factory=dict)

    def joined(self, worker: str, guess: float = 1.0) -> Crew:
        known = self.workers if worker in self.workers else (*self.workers, worker)
        return replace(self, workers=known, guesses={**self.guesses, worker: max(1e-9, guess)})

    def left(self, worker: str) -> Crew:
        """It is gone; what it was at is due again. Its pace is remembered, should it come back."""
        return replace(
            self, workers=tuple(one for one in self.workers if one != worker), doing=_less(self.doing, worker)
        )

    def began(self, worker: str, segment: Segment, now_s: float) -> Crew:
        return replace(self, doing={**self.doing, worker: Doing(segment, now_s)})

    def done(self, worker: str, now_s: float) -> Crew:
        """The segment is whole: its speed counts."""
        at = self.doing.get(worker)
        if at is None:
            return self
        took_s = max(1e-6, now_s - at.since_s)
        shown = (at.segment[1] - at.segment[0]) / took_s
        before = self.paces.get(worker)
        pace = shown if before is None else 1 / ((1 - _FRESH) / before + _FRESH / shown)  # times are averaged
        return replace(self, paces={**self.paces, worker: pace}, doing=_less(self.doing, worker))

    def failed(self, worker: str) -> Crew:
        return replace(self, doing=_less(self.doing, worker))

    def pace(self, worker: str, now_s: float) -> float:
        """Frames a second, as far as is known now: one that has been at its segment for longer than its pace foretold
        is at most as fast as that shows. One that has shown nothing is like the others, as its guess compares."""
        known = self.paces.get(worker) or self._guessed(worker)
        at = self.doing.get(worker)
        if at is not None and now_s > at.since_s:
            known = min(known, (at.segment[1] - at.segment[0]) / (now_s - at.since_s))
        return known

    def _guessed(self, worker: str) -> float:
        shown = [(self.paces[one], self.guesses.get(one, 1.0)) for one in self.workers if one in self.paces]
        unit = sum(pace for pace, _ in shown) / sum(guess for _, guess in shown) if shown else 1.0
        return self.guesses.get(worker, 1.0) * unit

    def weights(self, now_s: float) -> dict[str, float]:
        """What share of the work each should get; together 1."""
        paces = {worker: self.pace(worker, now_s) for worker in self.workers}
        whole = sum(paces.values())
        return {worker: pace / whole for worker, pace in paces.items()} if whole else {}


def shared_out(crew: Crew, due: Sequence[Segment], now_s: float) -> dict[str, list[Segment]]:
    """Who makes which of `due`, in which order, if everything goes on as it does now. An idle worker begins the first
    of its list; one whose list is empty waits."""
    paces = {worker: crew.pace(worker, now_s) for worker in crew.workers}
    free_s = {worker: now_s + _left_s(crew, worker, paces[worker], now_s) for worker in crew.workers}
    plan: dict[str, list[Segment]] = {worker: [] for worker in crew.workers}
    if not paces:
        return plan
    for segment in due:
        frames = segment[1] - segment[0]
        worker = min(crew.workers, key=lambda one: (free_s[one] + frames / paces[one], one))
        free_s[worker] += frames / paces[worker]
        plan[worker].append(segment)
    return plan


def next_for(crew: Crew, worker: str, due: Sequence[Segment], now_s: float) -> Segment | None:
    """What `worker`, which is idle, should begin now; None where it had better wait, or nothing is due."""
    return next(iter(shared_out(crew, due, now_s).get(worker, ())), None)


def _left_s(crew: Crew, worker: str, pace: float, now_s: float) -> float:
    at = crew.doing.get(worker)
    if at is None:
        return 0.0
    return max(0.0, (at.segment[1] - at.segment[0]) / pace - (now_s - at.since_s))


def _less(doing: Mapping[str, Doing], worker: str) -> dict[str, Doing]:
    return {one: at for one, at in doing.items() if one != worker}
