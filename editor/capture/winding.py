"""Asks in the background whether the deck can be wound from here, and winds it: a deck takes seconds to answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from capture.devices.transport import TransportError, found
from capture.session.asking import Source
from editor.language import tr


class Transport(Protocol):
    """capture.devices.transport.Transport, as far as it is used here. TransportError."""

    def seek(self, timecode: str) -> None: ...


class Winding(QObject):
    """Signals: known(str) why the deck cannot be wound, empty where it can; went(timecode, fault)."""

    known = Signal(str)
    went = Signal(str, str)
    _known = Signal(str)
    _went = Signal(str, str)

    def __init__(self, find: Callable[[], Transport] = found, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._find = find
        self._known.connect(self.known, Qt.ConnectionType.QueuedConnection)
        self._went.connect(self.went, Qt.ConnectionType.QueuedConnection)

    def ask(self, source: Source | None) -> None:
        """`source`: what the tape was recorded from."""
        if source is not None and source.device.startswith("deck:"):
            self.known.emit(tr("A test deck cannot be wound; a real one can, on FireWire under Linux."))
            return
        threading.Thread(target=self._ask, name="asking for a deck", daemon=True).start()

    def wind(self, timecode: str) -> None:
        threading.Thread(target=self._wind, args=(timecode,), name="winding", daemon=True).start()

    def _ask(self) -> None:
        fault = ""
        try:
            self._find()
        except TransportError as error:
            fault = str(error)
        with suppress(RuntimeError):  # the window has gone
            self._known.emit(_said(fault))

    def _wind(self, timecode: str) -> None:
        fault = ""
        try:
            self._find().seek(timecode)
        except TransportError as error:
            fault = str(error)
        with suppress(RuntimeError):
            self._went.emit(timecode, _said(fault))


def _said(fault: str) -> str:
    """The two that most people meet, in their language; others as the deck's side says them."""
    if fault.startswith("a deck's keys can be reached on Linux only"):
        return tr("A deck can be wound from here on Linux only, over FireWire. Wind it by hand.")
    if fault.startswith("dvcont is not installed"):
        return tr("dvcont is not installed (Debian: libavc1394-tools). Install it, or wind the deck by hand.")
    return fault
