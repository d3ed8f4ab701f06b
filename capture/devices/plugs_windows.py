"""Windows' own notice of plugs: CM_Register_Notification (cfgmgr32, since Windows 8), which needs no window."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

_ALL_INTERFACES = 0x1  # CM_NOTIFY_FILTER_FLAG_ALL_INTERFACE_CLASSES
_DEVICE_INTERFACE = 0  # CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE
_MAX_DEVICE_ID = 200  # wide characters: the largest member of the filter's union


class Filter(ctypes.Structure):
    """CM_NOTIFY_FILTER of cfgmgr32.h: 416 bytes."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("union", ctypes.c_uint16 * _MAX_DEVICE_ID),
    )


def notified(tell: Callable[[], None]) -> Callable[[], None]:
    """Calls `tell` on a thread of Windows' whenever a device's interface comes or goes. OSError or AttributeError where
    this Windows has no such notice. Gives what ends it."""
    if sys.platform == "win32":
        library = ctypes.WinDLL("cfgmgr32")
        kind = ctypes.WINFUNCTYPE(
            ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32
        )

        def called(_handle: int, _context: int, action: int, _data: int, _size: int) -> int:
            if action in (0, 1):  # an interface arrived, was removed
                tell()
            return 0

        callback = kind(called)
        wanted = Filter(ctypes.sizeof(Filter), _ALL_INTERFACES, _DEVICE_INTERFACE, 0)
        handle = ctypes.c_void_p()
        failed = library.CM_Register_Notification(ctypes.byref(wanted), None, callback, ctypes.byref(handle))
        if failed:
            raise OSError(f"CM_Register_Notification: {failed}")

        def end() -> None:
            library.CM_Unregister_Notification(handle)  # waits for a call under way
            _ = callback  # kept until here: Windows calls it

        return end
    raise OSError("these notices are Windows'")
