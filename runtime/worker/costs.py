"""What each step of the plan costs: the time of its filters, and the pictures for which they had to work.

VapourSynth counts the nanoseconds that every filter spends, on whichever of its threads; a filter whose frame comes
out of a cache is not called, and its count does not move at all. So a step has worked for a picture if the count of
the filter at its end moved between the asking and the arrival. A step's filters are those above its outputs, up to
the outputs of other steps. Not seen: filters that a filter makes for itself while it runs (FrameEval).
"""

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

import vapoursynth as vs

from runtime.protocol import StepCode, StepCost
from runtime.worker.memo import Memo, StepError

Ends = tuple[tuple["_Tally", vs.VideoNode], ...]
Snapshot = tuple[Ends, tuple[int, ...]]
"""The filters at the ends of some steps, and what they had counted."""


NOTHING: Snapshot = ((), ())


@dataclass(slots=True, eq=False)
class _Tally:
    node: str
    ends: tuple[vs.VideoNode, ...]
    filters: dict[int, vs.VideoNode] | None = None  # by identity; found when first asked for
    frames: int = 0
    base_ns: int = 0  # at the last reset

    def worked_ns(self) -> int:
        return sum(one.timings for one in (self.filters or {}).values())


@dataclass(slots=True)
class CostBook:
    """All methods run on the worker's main loop, but `arrived`, which may run anywhere."""

    memo: Memo
    _tallies: dict[str, _Tally] = field(default_factory=dict)  # by fingerprint, of built steps
    _above: dict[str, Ends] = field(default_factory=dict)  # each step with those above it

    def __post_init__(self) -> None:
        vs.core.timings.enabled = True

    def loaded(self) -> None:
        """The plan has changed: steps that stayed keep their tallies."""
        self._tallies = {
            step.fingerprint: self._tallies.get(step.fingerprint) or _Tally(step.node, ends)
            for step in self.memo.steps
            if (ends := self._ends(step))
        }
        self._above = {}

    def asked(self, fingerprint: str) -> Snapshot:
        """A picture of that step is about to be asked for."""
        above = self._above.get(fingerprint)
        if above is None:
            tallies = self._tallies_above(fingerprint)
            above = self._above[fingerprint] = tuple((tally, end) for tally in tallies for end in tally.ends)
        return above, tuple([end.timings for _, end in above])

    @staticmethod
    def arrived(before: Snapshot) -> None:
        for tally in {tally for (tally, end), stood_ns in zip(*before, strict=True) if end.timings != stood_ns}:
            tally.frames += 1

    def told(self, *, reset: bool) -> tuple[StepCost, ...]:
        found = tuple(
            StepCost(tally.node, tally.worked_ns() - tally.base_ns, tally.frames) for tally in self._attributed()
        )
        if reset:
            for tally in self._tallies.values():
                tally.base_ns, tally.frames = tally.worked_ns(), 0
        return found

    def _ends(self, step: StepCode) -> tuple[vs.VideoNode, ...]:
        try:
            values = [self.memo.value(step.fingerprint, one.port) for one in step.outputs]
        except (StepError, KeyError):
            return ()
        return tuple(value for value in values if isinstance(value, vs.VideoNode))

    def _tallies_above(self, fingerprint: str) -> Iterable[_Tally]:
        wanted = {fingerprint}
        for step in reversed(self.memo.steps):
            if step.fingerprint in wanted:
                wanted |= {one.fingerprint for one in step.inputs}
                if step.fingerprint in self._tallies:
                    yield self._tallies[step.fingerprint]

    def _attributed(self) -> Iterable[_Tally]:
        """The tallies, each with its filters: in the order of the plan, so that what lies above is taken already."""
        taken: set[int] = set()
        for tally in self._tallies.values():
            if tally.filters is None:
                tally.filters = _reached(tally.ends, taken)
            taken |= tally.filters.keys()
            yield tally


def _reached(ends: Iterable[vs.VideoNode], taken: set[int]) -> dict[int, vs.VideoNode]:
    found: dict[int, vs.VideoNode] = {}
    waiting = list(ends)
    while waiting:
        one = waiting.pop()
        known = _identity(one)
        if known not in taken and known not in found:
            found[known] = one
            waiting += one.dependencies
    return found


def _identity(node: vs.VideoNode) -> int:
    """What two handles on the same filter have in common: VapourSynth (R81) gives a new handle at each asking, and
    compares handles, not filters."""
    return _words(node)[_place_of_filter()]


@cache
def _place_of_filter() -> int:
    """Which machine word of a handle points to its filter: the one that two handles on one filter share, and that
    differs where the filter does. Found by looking, so that another layout cannot lead astray."""
    one, other = vs.core.std.BlankClip(length=1), vs.core.std.BlankClip(length=1)
    turned = one.std.FlipVertical()
    handles = [_words(node) for node in (one, *turned.dependencies, *turned.dependencies)]
    others = [_words(node) for node in (other, turned)]
    for place in range(len(handles[0])):
        mine = {words[place] for words in handles}
        theirs = {words[place] for words in others}
        if len(mine) == 1 and len(theirs) == 2 and not mine & theirs:
            return place
    raise RuntimeError("this VapourSynth does not tell which filter is which: costs cannot be counted")


def _words(node: vs.VideoNode) -> list[int]:
    kind = type(node)
    return list((ctypes.c_size_t * (kind.__basicsize__ // ctypes.sizeof(ctypes.c_size_t))).from_address(id(node)))
