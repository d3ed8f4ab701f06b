"""The window's tests run offscreen, on the real Qt; where Qt's libraries are missing they say so and are skipped."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

try:
    import PySide6.QtGui  # noqa: F401
except ImportError as fault:  # the wheel is there but a system library is not
    collect_ignore_glob = ["*"]
    print(f"tests/editor: skipped, Qt does not load here: {fault}")


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["tapeloom-tests"]


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's settings, cache or recovered documents."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("TAPELOOM_CACHE", "TAPELOOM_DATA"):
        monkeypatch.setenv(name, str(folder / name.lower()))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))


@pytest.fixture(autouse=True)
def _collected_here() -> Iterator[None]:
    """Widgets that are garbage go on this thread, as in the program (editor/sweeping.py): Python would collect on
    whichever thread happens to allocate, and Qt may wait for ever when it is not its own."""
    gc.disable()
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()  # what stands now is not looked through after each test
    yield
    gc.collect()
    gc.enable()
