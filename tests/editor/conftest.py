"""The window's tests run offscreen, on the real Qt; where Qt's libraries are missing they say so and are skipped."""

from __future__ import annotations

import os

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
