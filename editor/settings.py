"""What the user has set, in one JSON file of the data folder. Read once, written whole at each change.

Two windows may be open: a change writes only its own key over what the disk holds. A broken file is set aside.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from runtime import folders

type Value = Any
"""A plain JSON value."""

DEFAULTS: Mapping[str, Value] = {
    "theme": "dark",  # dark, light or system
    "text_size": 100,  # per cent
    "language": "",  # of the system; else a code like en, de
    "cache_mb": 1024,  # of pictures in the worker
    "threads": 0,  # 0: as many as there are cores
    "autosave_s": 5,
    "shortcuts": {},  # command → keys, where changed
    "recent": [],  # newest first
    "layouts": {},  # name → splitters and panels
    "layout": {},  # the present one
    "window": "",  # where it stood and how large, as Qt writes it
    "folder": "",  # where the last file dialog ended
}
TEXT_SIZES = (90, 100, 110, 125, 150)
_LIMITS = {"text_size": (90, 150), "cache_mb": (128, 65536), "threads": (0, 256), "autosave_s": (1, 600)}
_CHOICES = {"theme": ("dark", "light", "system")}


class Settings(QObject):
    """Signals: changed(str) the setting of that name."""

    changed = Signal(str)

    def __init__(self, file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.file = file or folders.data() / "settings.json"
        self.trouble = ""  # why the last change could not be kept
        self._values = _read(self.file)

    def get(self, name: str, default: Value = None) -> Value:
        """The value; for a name of DEFAULTS always one that fits."""
        if name not in DEFAULTS:
            return self._values.get(name, default)
        return _fitting(name, self._values.get(name, DEFAULTS[name]))

    def set(self, name: str, value: Value) -> None:
        """Change a setting and keep it. What cannot be written stays for this session, and `trouble` says why."""
        if name in self._values and self._values[name] == value:
            return
        self._values = {**_read(self.file), **self._values, name: value}
        try:
            _write(self.file, {**_read(self.file), name: value})
            self.trouble = ""
        except OSError as fault:
            self.trouble = f"{self.file}: the settings could not be kept ({fault.strerror or fault})"
        self.changed.emit(name)


def _fitting(name: str, value: Value) -> Value:
    usual = DEFAULTS[name]
    if isinstance(value, bool) or not isinstance(value, type(usual)):
        return usual
    if name in _LIMITS:
        low, high = _LIMITS[name]
        return min(max(value, low), high)
    return value if value in _CHOICES.get(name, (value,)) else usual


def _read(file: Path) -> dict[str, Value]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        found = None
    if isinstance(found, dict):
        return found
    with suppress(OSError):
        file.replace(file.with_name(f"{file.name}.broken"))
    return {}


def _write(file: Path, values: Mapping[str, Value]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_text(json.dumps(values, indent=1, ensure_ascii=False, sort_keys=True), "utf-8")
        os.replace(part, file)  # noqa: PTH105
    except BaseException:
        part.unlink(missing_ok=True)
        raise
