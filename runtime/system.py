"""The system libraries that no wheel brings, and the command that installs them.

`python -m runtime.system missing` prints the Debian packages that the window needs and this machine lacks.
"""

from __future__ import annotations

import ctypes
import shutil
import sys
from collections.abc import Callable, Iterable
from typing import NamedTuple


class Library(NamedTuple):
    """A shared library and the package that brings it, by package manager."""

    soname: str
    apt: str
    dnf: str
    pacman: str


QT_LIBRARIES = (
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    Library("libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd"),
    Library("libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "libxcb"),
    Library("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    Library("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb-util-image"),
    Library("libxcb-sync.so.1", "libxcb-sync1", "libxcb", "libxcb"),
    Library("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb", "libxcb"),
    Library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libx11"),
)
"""What Qt 6 loads on Linux beside its own wheel: the first six offscreen too, the rest for a window under X."""

INSTALLERS = {
    "apt-get": ("apt", "sudo apt install"),
    "dnf": ("dnf", "sudo dnf install"),
    "pacman": ("pacman", "sudo pacman -S --needed"),
}


def loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def missing_libraries(loads: Callable[[str], bool] = loads, platform: str = sys.platform) -> list[Library]:
    """Qt's wheels for Windows and macOS lack nothing."""
    return [library for library in QT_LIBRARIES if not loads(library.soname)] if platform == "linux" else []


def install_command(missing: Iterable[Library], has: Callable[[str], object] = shutil.which) -> str:
    """What the user types, or the sonames to look for where the package manager is none that we know."""
    missing = list(missing)
    for tool, (column, command) in INSTALLERS.items():
        if has(tool):
            return f"{command} {' '.join(sorted({getattr(library, column) for library in missing}))}"
    return "install the packages that hold " + ", ".join(library.soname for library in missing)


if __name__ == "__main__" and sys.argv[1:] == ["missing"]:
    print(" ".join(library.apt for library in missing_libraries()))
