"""Asks Linux' drivers what they can do: opens /dev/video*, asks, closes. A device in use answers too."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from capture.devices import v4l2
from capture.devices.found import Device, Fault
from capture.devices.sysfs import plug, read

DEV = Path("/dev")
CLASS = Path("/sys/class/video4linux")


def ask_all(dev: Path = DEV, sysfs: Path = CLASS) -> tuple[list[Device], list[Fault]]:
    """Every video node's device. A node that cannot be opened is a fault, and the next is asked."""
    found: list[Device] = []
    faults: list[Fault] = []
    nodes = sorted(dev.glob("video*"), key=lambda one: (len(one.name), one.name))
    for node in nodes:
        part = sysfs / node.name
        index = read(part / "index")
        try:
            with _asking(node) as ask:
                one = v4l2.device(str(node), int(index) if index.isdigit() else 0, plug(part / "device"), ask)
        except OSError as fault:
            faults.append(Fault("v4l2", _said(node, fault)))
        else:
            found += [one] if one else []
    return found, faults


@contextmanager
def _asking(node: Path) -> Iterator[v4l2.Ask]:
    if sys.platform != "win32":
        import fcntl

        handle = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

        def ask(request: int, question: bytes) -> bytes | None:
            try:
                return fcntl.ioctl(handle, request, question)
            except OSError as fault:
                if fault.errno == errno.EINTR:
                    return ask(request, question)
                return None  # EINVAL ends a list, ENOTTY and ENODATA say that there is none; ENODEV: it was pulled

        try:
            yield ask
        finally:
            os.close(handle)
    else:
        raise OSError(errno.ENOSYS, "video4linux is Linux'")


def _said(node: Path, fault: OSError) -> str:
    if fault.errno in (errno.EACCES, errno.EPERM):
        return f"{node} may not be opened: add yourself to the group video (sudo usermod -aG video $USER), log in again"
    if fault.errno == errno.EBUSY:
        return f"{node} is in use by another program: close that"
    return f"{node} cannot be opened: {fault.strerror or fault}"
