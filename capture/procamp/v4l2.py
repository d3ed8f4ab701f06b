"""video4linux2's user controls: asked and set by ioctl on a handle of our own, also while ffmpeg reads the pictures.

Layouts and numbers: linux/videodev2.h (v4l2_queryctrl, v4l2_control), linux/v4l2-controls.h.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from capture.procamp.controls import NAMES, Control, Name, ProcAmp, ProcAmpError

_QUERY = struct.Struct("<II32siiiiI8x")
_VALUE = struct.Struct("<Ii")
_BASE = 0x0098_0900
"""V4L2_CID_BASE; brightness, contrast, saturation and hue follow it in this order."""
_DISABLED, _GRABBED, _READ_ONLY, _INACTIVE = 0x1, 0x2, 0x4, 0x10


def _code(number: int, size: int) -> int:
    """_IOWR('V', number, size) of asm-generic/ioctl.h, which x86 and ARM share."""
    return 3 << 30 | size << 16 | ord("V") << 8 | number


QUERYCTRL = _code(36, _QUERY.size)
G_CTRL = _code(27, _VALUE.size)
S_CTRL = _code(28, _VALUE.size)

type Ioctl = Callable[[int, bytes], bytes]
"""(request, what is asked) → what is answered. OSError."""


def read(node: str) -> ProcAmp:
    """What `/dev/video0` lets one set. ProcAmpError where it cannot be asked."""
    with _opened(node) as ioctl:
        return asked(ioctl)


def turn(node: str, name: Name, value: int) -> int:
    """Set a control; gives what the driver made of it. ProcAmpError."""
    with _opened(node) as ioctl:
        return turned(ioctl, name, value)


def asked(ioctl: Ioctl) -> ProcAmp:
    """The controls that a driver has; a driver that lacks one answers EINVAL to it."""
    found = []
    for name in NAMES:
        try:
            answer = ioctl(QUERYCTRL, _QUERY.pack(_id(name), 0, b"", 0, 0, 0, 0, 0))
            _, _, _, least, most, step, usual, flags = _QUERY.unpack(answer)
            if flags & _DISABLED or most <= least:
                continue
            _, value = _VALUE.unpack(ioctl(G_CTRL, _VALUE.pack(_id(name), 0)))
        except OSError as fault:
            if fault.errno in (errno.EINVAL, errno.ENOTTY, errno.EACCES):
                continue
            raise
        held = bool(flags & (_GRABBED | _READ_ONLY | _INACTIVE))
        found.append(Control(name, least, most, max(1, step), usual, value, held))
    return ProcAmp(tuple(found), "" if found else "the driver has no such controls")


def turned(ioctl: Ioctl, name: Name, value: int) -> int:
    """Set it, then ask what it is: drivers round, and some answer nothing of use."""
    try:
        ioctl(S_CTRL, _VALUE.pack(_id(name), value))
        _, now = _VALUE.unpack(ioctl(G_CTRL, _VALUE.pack(_id(name), 0)))
    except OSError as fault:
        raise ProcAmpError(f"{name}: the driver does not take {value} ({fault.strerror or fault})") from fault
    return int(now)


def _id(name: Name) -> int:
    return _BASE + NAMES.index(name)


@contextmanager
def _opened(node: str) -> Iterator[Ioctl]:
    if sys.platform == "win32":
        raise ProcAmpError("video4linux is Linux'")
    import fcntl

    try:
        handle = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as fault:
        raise ProcAmpError(f"{node} cannot be asked ({fault.strerror or fault})") from fault
    try:
        yield lambda request, question: fcntl.ioctl(handle, request, question)
    except OSError as fault:
        raise ProcAmpError(f"{node} does not answer ({fault.strerror or fault})") from fault
    finally:
        os.close(handle)
