"""Tells whether the environment stands. On the way of every start: imports os alone, reads a few small files.

`.venv/made-from/` holds a copy of each lock that the environment was made from. It is written into a folder
that gets the name `.venv` when all is installed, so a copy equal to its lock proves a whole installation.
"""

from __future__ import annotations

import os

LAYERS = ("app", "editor", "serve", "cluster", "dev", "torch")
"""app: what headless commands need. editor: the window. serve: the web service. cluster: several machines. dev: the
tests and linters. torch: PyTorch, to run and convert its weights; no command brings it unasked, and once here it stays,
as every layer does."""
SIZES = {"torch": "4.7 GB on Linux"}
"""What is too large to bring without a word."""


def venv(root: str) -> str:
    return os.path.join(root, ".venv")


def python(root: str) -> str:
    return python_in(venv(root))


def python_in(folder: str) -> str:
    parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(folder, *parts)


def lock(root: str, layer: str) -> str:
    return os.path.join(root, "requirements", layer + ".txt")


def made_from(folder: str, layer: str) -> str:
    return os.path.join(folder, "made-from", layer + ".txt")


def missing(root: str, layers: tuple[str, ...] | list[str]) -> list[str]:
    """The layers that must be made or made anew. All of them when the Python underneath has gone."""
    if not alive(venv(root)):
        return list(layers)
    return [layer for layer in layers if not current(root, layer)]


def current(root: str, layer: str) -> bool:
    wanted = read(lock(root, layer))
    return wanted is not None and wanted == read(made_from(venv(root), layer))


def installed(root: str) -> list[str]:
    """The layers in the environment, whether or not their locks have changed since."""
    return [layer for layer in LAYERS if read(made_from(venv(root), layer)) is not None]


def alive(folder: str) -> bool:
    if not os.path.exists(python_in(folder)):  # on POSIX a link to the Python it was made with
        return False
    if os.name != "nt":
        return True
    home = base_python_folder(folder)
    return home is not None and os.path.isdir(home)


def base_python_folder(folder: str) -> str | None:
    config = read(os.path.join(folder, "pyvenv.cfg")) or b""
    for line in config.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "home":
            return value.strip()
    return None


def read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
