"""Tells when something was plugged in or out, so that nobody has to press Refresh.

Linux' kernel says so on a socket; Windows calls back (cfgmgr32); where neither can be had, a few folders are compared.
Every way tells only *that* something happened: what it was is found by looking again. macOS is asked for its list every
few seconds, for its own notices need a run loop that ffmpeg's callers do not have.
"""

from __future__ import annotations

import os
import select
import socket
import sys
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path

Tell = Callable[[], None]
End = Callable[[], None]

_KINDS = frozenset({b"video4linux", b"sound", b"firewire"})
_KOBJECT_UEVENT = 15
"""NETLINK_KOBJECT_UEVENT; group 1: the kernel's own words."""
_KERNEL = 1
COMPARE_S = 3.0
_MACOS_S = 8.0


def watch(tell: Tell, platform: str = sys.platform) -> End:
    """`tell` is called after each plug, on a thread of ours, several times for one device: wait a moment, then look.
    Gives what ends it."""
    if platform == "win32":
        from capture.devices.plugs_windows import notified

        with suppress(OSError, AttributeError):
            return notified(tell)
        return compared(tell, _nothing)  # before Windows 8
    if platform == "darwin":
        return compared(tell, _macos, _MACOS_S)
    return _linux(tell)


def concerns(message: bytes) -> bool:
    """Whether one of the kernel's messages (`add@/devices/…`, then NAME=VALUE, each ended by a zero) is of a device
    that tape could come from, coming or going."""
    words = message.split(b"\0")
    if not words[0].startswith((b"add@", b"remove@")):
        return False
    facts = dict(word.partition(b"=")[::2] for word in words[1:])
    return facts.get(b"SUBSYSTEM") in _KINDS


def _linux(tell: Tell) -> End:
    ends = [compared(tell, _nodes)]  # a container hears no kernel, and udev opens a device a moment after it came
    with suppress(OSError):
        heard = socket.socket(getattr(socket, "AF_NETLINK", -1), socket.SOCK_DGRAM, _KOBJECT_UEVENT)
        try:
            heard.bind((0, _KERNEL))
        except OSError:
            heard.close()
            raise
        ends.append(listening(tell, heard))

    def end() -> None:
        for one in ends:
            one()

    return end


def listening(tell: Tell, heard: socket.socket) -> End:
    """Tells for each message that concerns us. Owns the socket."""
    woken, wake = socket.socketpair()

    def listen() -> None:
        with heard, woken:
            while True:
                ready, _, _ = select.select([heard, woken], [], [])
                if woken in ready:
                    return
                try:
                    message = heard.recv(65_536)
                except OSError:  # more came than the socket holds: something did happen
                    tell()
                    continue
                if concerns(message):
                    tell()

    thread = threading.Thread(target=listen, name="plugs: kernel", daemon=True)
    thread.start()

    def end() -> None:
        with suppress(OSError):
            wake.send(b"\0")
        thread.join(2.0)
        wake.close()

    return end


def compared(tell: Tell, signature: Callable[[], Hashable], every_s: float = COMPARE_S) -> End:
    """Tells whenever `signature` gives another value than before."""
    ended = threading.Event()

    def compare() -> None:
        before = signature()
        while not ended.wait(every_s):
            now = signature()
            if now != before:
                before = now
                tell()

    thread = threading.Thread(target=compare, name="plugs: compared", daemon=True)
    thread.start()

    def end() -> None:
        ended.set()
        thread.join(2.0)

    return end


def _nodes(dev: Path = Path("/dev"), sound: Path = Path("/proc/asound")) -> Hashable:
    """The names of what can be opened, and whether we may: udev gives leave a moment after a device came."""
    found = []
    for folder, starts in ((dev, ("video", "fw")), (sound, ("card",))):
        with suppress(OSError):
            names = sorted(one.name for one in folder.iterdir() if one.name.startswith(starts))
            found += [(name, os.access(folder / name, os.R_OK)) for name in names]
    return tuple(found)


def _macos() -> Hashable:
    from capture.devices.places import places, tools

    try:
        found = places("darwin")["avfoundation"](tools())
    except Exception:  # whatever it is, find() tells it; here it is only "nothing"
        return ()
    return tuple(one.id for one in found.devices) + tuple(one.id for one in found.sounds)


def _nothing() -> Hashable:
    return ()
