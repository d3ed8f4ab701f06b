"""Finds devices in the background: when the panel opens, when something is plugged in or out, and when asked. The
window never waits for a driver."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from capture.devices.found import Device, Driver, Fault, Found

SETTLE_MS = 700
"""After a plug: drivers need a moment, and one device makes several events."""

type Look = Callable[[], Found]
"""All that one look finds, without test decks. Called on a thread; may take as long as a driver does."""
type Plugs = Callable[[Callable[[], None]], Callable[[], None]]
"""Tells of plugs by calling what it is given, on any thread; gives what ends it."""


class Finding(QObject):
    """`found` is the newest. Signals: changed() it is another; looking(bool) somebody is at it."""

    changed = Signal()
    looking = Signal(bool)
    _answered = Signal(int, object)
    _asked = Signal(str, object)
    _plugged = Signal()

    def __init__(self, look: Look | None = None, plugs: Plugs | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found = Found()
        self.known = False
        self.test_decks = False
        self._seen = Found()
        self._told: dict[str, Found] = {}  # of devices that are only asked when they are chosen, such as cameras
        self._look, self._plugs = look or _look, plugs or _plugs
        self._turn = 0
        self._busy = False
        self._end: Callable[[], None] | None = None
        self._soon = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._soon.timeout.connect(self.look)
        self._answered.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._asked.connect(self._take_one, Qt.ConnectionType.QueuedConnection)
        self._plugged.connect(self._soon.start, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        return self._busy

    def begin(self) -> None:
        """Look now, and whenever something is plugged, until `close`."""
        self.look()
        if self._end is None:
            self._end = self._plugs(self._tell)

    def look(self) -> None:
        """Look again; what comes of an older look is not heeded."""
        self._turn += 1
        self._busy = True
        self.looking.emit(True)
        threading.Thread(target=self._run, args=(self._turn,), name="finding devices", daemon=True).start()

    def show_test_decks(self, on: bool) -> None:
        """They are known without asking anybody, so nobody waits."""
        if on != self.test_decks:
            self.test_decks = on
            self._put()

    def ask(self, device: Device) -> None:
        """Ask one device that was not opened for the list, in the background."""
        if not device.detailed and str(device.id) not in self._told:
            threading.Thread(target=self._run_one, args=(device,), name="asking a device", daemon=True).start()

    def close(self) -> None:
        self._turn += 1
        self._soon.stop()
        if self._end is not None:
            self._end()
            self._end = None

    # ----

    def _tell(self) -> None:
        with suppress(RuntimeError):  # the window has gone
            self._plugged.emit()

    def _run(self, turn: int) -> None:
        try:
            found = self._look()
        except Exception as fault:  # a bug of ours: told as a fault, and the window goes on
            found = Found(faults=(Fault("devices", f"{type(fault).__name__}: {fault}"),))
        with suppress(RuntimeError):
            self._answered.emit(turn, found)

    def _run_one(self, device: Device) -> None:
        from capture.devices.looking import look

        found = look(device)
        with suppress(RuntimeError):
            self._asked.emit(str(device.id), found)

    def _take(self, turn: int, found: object) -> None:
        if turn != self._turn or not isinstance(found, Found):
            return
        self._busy, self.known = False, True
        self._seen = found
        here = {str(one.id) for one in found.devices}
        self._told = {one: told for one, told in self._told.items() if one in here}
        self._put()
        self.looking.emit(False)

    def _take_one(self, id: str, found: object) -> None:
        if isinstance(found, Found) and found.devices:
            self._told[id] = found
            self._put()

    def _put(self) -> None:
        """All that is known, as one."""
        devices = [
            self._told[str(one.id)].devices[0] if str(one.id) in self._told else one for one in self._seen.devices
        ]
        sounds = {one.id: one for told in (self._seen, *self._told.values()) for one in told.sounds}
        decks = _test_decks() if self.test_decks else ()
        made = replace(self._seen, devices=(*devices, *decks), sounds=tuple(sounds.values()))
        if made != self.found:
            self.found = made
            self.changed.emit()


def is_deck(device: Device) -> bool:
    return device.driver is Driver.DECK


def _look() -> Found:
    from capture.devices.finding import find

    return find()


def _test_decks() -> tuple[Device, ...]:
    from capture.decks.listing import devices

    return devices()


def _plugs(tell: Callable[[], None]) -> Callable[[], None]:
    from capture.devices.plugs import watch

    return watch(tell)
