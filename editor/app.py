"""From a command line to the window: arguments checked, Qt found, the theme put on, the event loop run."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

DONE, FAILED, WRONG = 0, 1, 2

ABOUT = """Open the window. Without FILE: the start page.

FILE is a .graph, a video file (a graph that suits it is made), or a file that Tapeloom made (its graph comes back)."""


def main(argv: Sequence[str]) -> int:
    """Open the window and stay until it is closed. Exit codes as in runtime.commands."""
    parser = argparse.ArgumentParser(
        prog="launch.py edit", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a .graph or a video file")
    args = parser.parse_args(argv)
    wrong = unfit(args.file)
    if wrong:
        return say(wrong, WRONG)
    hindrance = no_window()
    if hindrance:
        return say(hindrance, FAILED)
    return _open(args.file)


def unfit(file: Path | None) -> str:
    """Why the file cannot be opened, in one line; empty where it can be tried."""
    if file is None:
        return ""
    if not file.exists():
        return f"{file}: there is no such file. Check the name"
    if file.is_dir():
        return f"{file}: this is a folder. Name the file in it"
    if file.suffix != ".graph":
        return ""
    from graphs.codec import DocumentError
    from graphs.files import load

    try:
        load(file)
    except DocumentError as fault:
        return "\n".join(fault.faults)
    return ""


def no_window() -> str:
    """Why this machine cannot open a window, and the command that mends it."""
    from runtime.system import install_command, missing_libraries

    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as fault:
        missing = missing_libraries()
        if missing:
            return f"the window needs libraries of the system: {install_command(missing)}"
        return f"the window needs PySide6, which does not load ({fault}). Run: python3 launch.py setup app editor"
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if sys.platform != "linux" or platform.split(":")[0] in ("offscreen", "minimal", "vnc", "linuxfb", "eglfs"):
        return ""
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        return (
            "there is no display to open a window on (DISPLAY and WAYLAND_DISPLAY are not set). Log in to a desktop, "
            "use `ssh -X`, or work without the window: python3 launch.py --help"
        )
    missing = missing_libraries()
    if missing:
        return f"the window needs libraries of the system: {install_command(missing)}"
    if os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY") and not _answers(os.environ["DISPLAY"]):
        return (
            f"the display {os.environ['DISPLAY']} does not answer. Check DISPLAY, "
            "or work without the window: python3 launch.py --help"
        )
    return ""


def _answers(display: str) -> bool:
    """Whether an X server takes connections there: Qt itself would abort the process."""
    import ctypes

    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt will tell
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    link = xcb.xcb_connect(display.encode(), None)
    good = bool(xcb.xcb_connection_has_error(link) == 0)
    xcb.xcb_disconnect(link)
    return good


def _open(file: Path | None) -> int:
    import shiboken6
    from PySide6.QtCore import QTimer

    from editor.dressing import application, dress
    from editor.settings import Settings
    from editor.sweeping import Sweeping

    app = application()
    settings = Settings()
    dress(app, settings)
    from editor.window.window import Window
    from nodes.registry import default_registry

    window = Window(settings, default_registry())
    window.faults.install()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # in turn with other events, never in the middle of one
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: QTimer.singleShot(0, window, window.close))
    alive = QTimer(interval=300)  # lets Python answer Ctrl-C while Qt waits
    alive.timeout.connect(lambda: None)
    alive.start()
    if file is not None:
        path = file.absolute()
        window.painted.connect(lambda: window.intake.take(path))
    sweeping = Sweeping(window)
    window.painted.connect(sweeping.start)
    window.show()
    code = int(app.exec())
    shiboken6.delete(window)  # type: ignore[no-untyped-call]  # before Python takes its modules apart
    return code


def say(text: str, code: int) -> int:
    print(f"tapeloom: {text}", file=sys.stderr)
    return code
