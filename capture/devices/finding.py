"""Looks everywhere at once, for a bounded time, and never raises: a driver that hangs costs its own devices only.

It takes seconds: call it on a thread. Cameras are listed but not opened (their lamp would light); `looking.look()` asks
one of them too.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain

from capture.devices.asking import SilentError
from capture.devices.found import Device, Fault, Found, Link, Signal
from capture.devices.links import links
from capture.devices.looking import look
from capture.devices.places import Tools, places, tools

PATIENCE_S = 15.0
"""For the lists, and again for the devices in them."""

_under_way: dict[str, _Look] = {}
_guard = threading.Lock()


def find(
    test_decks: bool = False, details: bool = True, patience_s: float = PATIENCE_S, platform: str = sys.platform
) -> Found:
    """All devices of this machine, each with its details, its sound and why it is taken for what it is. `test_decks`:
    with the built-in ones, that need no hardware."""
    at_hand = tools()
    listed = _together({name: _asked(name, place, at_hand) for name, place in places(platform).items()}, patience_s)
    found = _joined(listed)
    if details:
        found = _detailed(found, at_hand, patience_s)
    decks = _test_decks() if test_decks else ()
    linked = tuple(replace(one, links=(*one.links, *_new(one, found))) for one in found.devices)
    return replace(found, devices=linked + decks)


def _asked(name: str, place: Callable[[Tools], Found], at_hand: Tools) -> Callable[[], Found]:
    def go() -> Found:
        try:
            return place(at_hand)
        except SilentError as silent:
            return Found(faults=(Fault(name, str(silent)),))
        except Exception as fault:  # a bug of ours in one place must not hide the devices of the others
            return Found(faults=(Fault(name, f"{type(fault).__name__}: {fault}"),))

    return go


def _detailed(found: Found, at_hand: Tools, patience_s: float) -> Found:
    asked = {
        f"{one.driver} {one.id}": _asked(one.name, partial(_looked, one), at_hand)
        for one in found.devices
        if not one.detailed and one.nature.signal is not Signal.CAMERA
    }
    told = _joined(_together(asked, patience_s))
    better = {one.id: one for one in told.devices}
    sounds = {one.id: one for one in (*found.sounds, *told.sounds)}
    devices = tuple(better.get(one.id, one) for one in found.devices)
    return Found(devices, tuple(sounds.values()), found.faults + told.faults)


def _looked(device: Device, at_hand: Tools) -> Found:
    return look(device, at_hand)


class _Look:
    """One place being asked, in a daemon thread: if it never comes back, the program can end all the same."""

    def __init__(self, name: str, go: Callable[[], Found]) -> None:
        self.answer: Found | None = None
        self._go = go
        self.thread = threading.Thread(target=self._run, name=f"look: {name}", daemon=True)

    def _run(self) -> None:
        self.answer = self._go()


def _together(asked: Mapping[str, Callable[[], Found]], patience_s: float) -> list[Found]:
    """All at once. A place that an earlier look still waits for is not asked a second time: its answer is shared."""
    until = time.monotonic() + patience_s
    looks = []
    for name, go in asked.items():
        with _guard:
            one = _under_way.get(name)
            if one is None or not one.thread.is_alive():
                one = _under_way[name] = _Look(name, go)
                one.thread.start()
        looks.append((name, one))
    for _, one in looks:
        one.thread.join(max(0.0, until - time.monotonic()))
    return [one.answer or _silent(name, patience_s) for name, one in looks]


def _silent(name: str, patience_s: float) -> Found:
    text = f"no answer within {patience_s:g} s: a driver hangs. Unplug the device, plug it in again, then refresh"
    return Found(faults=(Fault(name, text),))


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
