"""Looks everywhere at once, for a bounded time, and never raises: a driver that hangs costs its own devices only.

It takes seconds: call it on a thread. Cameras are listed but not opened (their lamp would light); `looking.look()` asks
one of them too.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from capture.devices.asking import SilentError
from capture.devices.found import Device, Fault, Found, Link, Signal
from capture.devices.links import links
from capture.devices.looking import look
from capture.devices.places import Place, Tools, places, tools

PATIENCE_S = 15.0
"""For the lists, and again for the devices in them."""

_SILENT = "no answer in time: a driver hangs. Unplug the device, plug it in again, then refresh"
_under_way: dict[str, _Look] = {}
_guard = threading.Lock()


def find(
    test_decks: bool = False, details: bool = True, patience_s: float = PATIENCE_S, platform: str = sys.platform
) -> Found:
    """All devices of this machine, each with its details, its sound and why it is taken for what it is. `test_decks`:
    with the built-in ones, that need no hardware."""
    at_hand = tools()
    asked = {name: _Asked(name, place) for name, place in places(platform).items()}
    listed = _together(asked, at_hand, patience_s)
    found = _joined(listed)
    if details:
        found = _detailed(found, at_hand, patience_s)
    decks = _test_decks() if test_decks else ()
    linked = tuple(replace(one, links=(*one.links, *_new(one, found))) for one in found.devices)
    return replace(found, devices=linked + decks)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whom to ask: its name as the user is told it."""

    name: str
    place: Place

    def answer(self, at_hand: Tools) -> Found:
        try:
            return self.place(at_hand)
        except SilentError as silent:
            return Found(faults=(Fault(self.name, str(silent)),))
        except Exception as fault:  # a bug of ours in one place must not hide the devices of the others
            return Found(faults=(Fault(self.name, f"{type(fault).__name__}: {fault}"),))


def _detailed(found: Found, at_hand: Tools, patience_s: float) -> Found:
    asked = {
        str(one.id): _Asked(one.name, partial(look, one))
        for one in found.devices
        if not one.detailed and one.nature.signal is not Signal.CAMERA
    }
    told = _joined(_together(asked, at_hand, patience_s))
    better = {one.id: one for one in told.devices}
    sounds = {one.id: one for one in (*found.sounds, *told.sounds)}
    devices = (better.get(one.id, replace(one, note=_SILENT) if one.id in asked else one) for one in found.devices)
    return Found(tuple(devices), tuple(sounds.values()), found.faults + told.faults)


class _Look:
    """One place being asked, in a daemon thread: if it never comes back, the program can end all the same. It waits
    for the look before it, so that no driver is asked twice at a time."""

    def __init__(self, asked: _Asked, at_hand: Tools, before: _Look | None) -> None:
        self.answer: Found | None = None
        self.begun = False
        self._asked, self._at_hand, self._before = asked, at_hand, before
        self.thread = threading.Thread(target=self._run, name=f"look: {asked.name}", daemon=True)

    def _run(self) -> None:
        if self._before:
            self._before.thread.join()
            self._before = None
        with _guard:
            self.begun = True
        self.answer = self._asked.answer(self._at_hand)


def _look(key: str, asked: _Asked, at_hand: Tools) -> _Look:
    """A look that begins now or later, so that it sees what was plugged in before now. One that waits serves all."""
    with _guard:
        before = _under_way.get(key)
        under_way = before is not None and before.thread.is_alive()
        if before and under_way and not before.begun:
            return before
        _under_way[key] = one = _Look(asked, at_hand, before if under_way else None)
        one.thread.start()
        return one


def _together(asked: Mapping[str, _Asked], at_hand: Tools, patience_s: float) -> list[Found]:
    """All at once, for a bounded time."""
    until = time.monotonic() + patience_s
    looks = [(whom.name, _look(key, whom, at_hand)) for key, whom in asked.items()]
    for _, one in looks:
        one.thread.join(max(0.0, until - time.monotonic()))
    return [one.answer or Found(faults=(Fault(name, _SILENT),)) for name, one in looks]


def _joined(found: list[Found]) -> Found:
    devices = {one.id: one for one in chain.from_iterable(some.devices for some in found)}
    sounds = {one.id: one for one in chain.from_iterable(some.sounds for some in found)}
    faults = tuple(chain.from_iterable(some.faults for some in found))
    return Found(tuple(devices.values()), tuple(sounds.values()), faults)


def _new(device: Device, found: Found) -> list[Link]:
    known = {link.sound for link in device.links}
    return [link for link in links(device, found.sounds) if link.sound not in known]


def _test_decks() -> tuple[Device, ...]:
    from capture.decks import listing

    return listing.devices()
