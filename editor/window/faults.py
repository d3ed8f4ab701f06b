"""A bug of ours in a slot must not take the window along: it is written down, and told once in a calm sentence."""

from __future__ import annotations

import platform
import sys
import threading
import time
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from runtime import folders

_MOST = 1_000_000  # bytes of log


class Faults(QObject):
    """Catches what nobody caught. Signal: happened(str, str) one line, and the details to send us."""

    happened = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told: set[str] = set()
        self._before: tuple[object, object] | None = None

    def install(self) -> None:
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self.caught
        threading.excepthook = lambda args: self.caught(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def remove(self) -> None:
        if self._before is not None:
            sys.excepthook, threading.excepthook = self._before  # type: ignore[assignment]
            self._before = None

    def caught(self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        """Log every fault, tell each kind of it once."""
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            return
        details = "".join(traceback.format_exception(kind, fault, trace))
        last = traceback.extract_tb(trace)[-1:] if trace else []
        place = f"{last[0].filename}:{last[0].lineno}" if last else ""
        _write(details)
        if f"{kind.__name__} {place}" not in self._told:
            self._told.add(f"{kind.__name__} {place}")
            about = f"Python {platform.python_version()}, {platform.platform()}\n\n"
            self.happened.emit(f"{kind.__name__}: {fault}".strip(": "), about + details)


def _write(details: str) -> None:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    print(f"tapeloom: {details}", file=sys.stderr, end="", flush=True)
    try:
        file = folders.data() / "faults.log"
        if file.exists() and file.stat().st_size > _MOST:
            file.replace(file.with_suffix(".old.log"))
        with file.open("a", encoding="utf-8") as log:
            log.write(f"--- {stamp}\n{details}\n")
    except OSError:
        pass  # it stands on stderr
