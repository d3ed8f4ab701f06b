"""Finds a Python that the environment can be made with."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Callable, Iterable, Iterator, NamedTuple

OLDEST, NEWEST = (3, 12), (3, 14)
"""VapourSynth's wheels begin with 3.12; onnxruntime's end with 3.14."""
BROUGHT = "3.13"
"""What uv is asked to bring where no Python fits."""

# A Python built without its C libraries at hand lacks ctypes or sqlite3, which the runtime needs.
PROBE = """
import sys, sysconfig, ctypes, sqlite3, zlib
print(sys.executable)
print("%d.%d" % sys.version_info[:2])
print(sys.implementation.name == "cpython" and sys.maxsize > 2**32
      and not sysconfig.get_config_var("Py_GIL_DISABLED")
      and sysconfig.get_platform() != "win-arm64")
"""


class Python(NamedTuple):
    executable: str
    version: tuple[int, int]
    takes_wheels: bool  # 64-bit CPython with the GIL, and not Windows on ARM

    @property
    def fits(self) -> bool:
        return self.takes_wheels and OLDEST <= self.version <= NEWEST


@dataclass(frozen=True)
class World:
    """What the search looks at, so that a test can draw another one."""

    this: str
    windows: bool
    path: tuple[str, ...]
    pyenv_root: str
    listdir: Callable[[str], Iterable[str]]
    is_file: Callable[[str], bool]


def this_world() -> World:
    def listdir(folder: str) -> list[str]:
        try:
            return os.listdir(folder)
        except OSError:
            return []

    env = os.environ
    return World(
        this=sys.executable,
        windows=os.name == "nt",
        path=tuple(folder for folder in env.get("PATH", "").split(os.pathsep) if folder),
        pyenv_root=env.get("PYENV_ROOT") or os.path.join(os.path.expanduser("~"), ".pyenv"),
        listdir=listdir,
        is_file=os.path.isfile,
    )


def candidates(world: World) -> Iterator[list[str]]:
    """The commands that may start a fitting Python, the likeliest first. Looks at names only."""
    minors = range(OLDEST[1], NEWEST[1] + 1)
    yield [world.this]
    if world.windows:
        for minor in minors:
            yield ["py", f"-3.{minor}"]
    for minor in minors:
        name = f"python3.{minor}.exe" if world.windows else f"python3.{minor}"
        for folder in world.path:
            # pyenv's and asdf's shims start nothing unless that version is the chosen one
            if os.path.basename(os.path.normpath(folder)) != "shims" and world.is_file(os.path.join(folder, name)):
                yield [os.path.join(folder, name)]
    versions = os.path.join(world.pyenv_root, "versions")
    known = [(release(name), name) for name in world.listdir(versions)]
    for number, name in sorted(known, key=lambda entry: (entry[0][:2], [-part for part in entry[0]])):
        if OLDEST <= number[:2] <= NEWEST:
            inside = ("python.exe",) if world.windows else ("bin", "python")
            yield [os.path.join(versions, name, *inside)]


def release(name: str) -> tuple[int, ...]:
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", name)
    return tuple(int(part) for part in match.groups()) if match else (0,)


def probe(command: list[str]) -> Python | None:
    """What this command starts, or None where it starts no sound Python."""
    try:
        done = subprocess.run(
            [*command, "-c", PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=30,
            env=clean_env(),
        )
        executable, version, takes_wheels = done.stdout.decode("utf-8", "surrogateescape").splitlines()
        major, minor = version.split(".")
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return Python(executable, (int(major), int(minor)), takes_wheels == "True")


def find(world: World, ask: Callable[[list[str]], Python | None] = probe) -> Python | None:
    """The first fitting Python, or None: then uv brings one."""
    for command in candidates(world):
        python = ask(command)
        if python is not None and python.fits:
            return python
    return None


def clean_env() -> dict[str, str]:
    """The environment for another Python, without what was meant for this one."""
    strangers = (
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONSAFEPATH",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "__PYVENV_LAUNCHER__",
    )
    env = {name: value for name, value in os.environ.items() if name not in strangers}
    env["PYTHONIOENCODING"] = "utf-8:surrogateescape"
    return env
