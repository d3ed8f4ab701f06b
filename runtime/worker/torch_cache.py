"""Nets compiled for one size of picture, kept on disk: made once by a child (`runtime.worker.torch_compile`), found
again by the weights, the size, the device and every version that has a say in it.

A file's name holds its own hash: one that was cut short or changed is made anew, and never loaded.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

AHEAD, TRACED, NONE = "pt2", "ts", "none"
"""How an entry is named: by torch.compile ahead of time, by TorchScript, or that neither serves (and why)."""
_FORMAT = 1
_MOST_BYTES = 2 << 30
_LIMIT_S = 240.0
"""Less than the five minutes that a step may take to be built."""
_COMPILER_SETTINGS = {"TORCHINDUCTOR_COMPILE_THREADS": "1"}
"""No processes of its own, which a time limit would leave behind."""
_ABANDONED_S = 3600.0
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Order:
    """What is to be compiled: a file of weights, where it computes, and the shape of what it is given."""

    path: str
    device: str
    half: bool
    shape: tuple[int, int, int, int]

    @property
    def kind(self) -> torch.dtype:
        return torch.float16 if self.half else torch.float32


def folder() -> Path:
    """Where compiled nets are kept; may be deleted at any time."""
    named = os.environ.get("TAPELOOM_CACHE")
    if named:
        return Path(named) / "torch"
    import platformdirs

    return platformdirs.user_cache_path("tapeloom") / "torch"


def compiled(order: Order, warn: Callable[[str], None]) -> Callable[[Any], Any] | None:
    """The compiled net, from the disk or made now, which takes up to minutes. None, and the user told why, where it
    must be computed uncompiled."""
    key = key_of(order)
    entry = kept(key)
    if entry is None:
        warn(f"is compiled for pictures of {order.shape[3]} × {order.shape[2]}, once: this may take some minutes")
        fault = _made(order, key)
        entry = kept(key)
        if entry is None:
            warn(f"cannot be compiled ({fault}); runs uncompiled")
            return None
    try:
        if entry.suffix == f".{NONE}":
            warn(f"cannot be compiled ({entry.read_text('utf-8')}); runs uncompiled")
            return None
        return opened(entry, order.device)
    except Exception as fault:  # what another program wrote may fail in any way
        warn(f"what was compiled of it cannot be used ({_line(fault)}); runs uncompiled")
        with contextlib.suppress(OSError):
            entry.unlink()
        return None


def key_of(order: Order) -> str:
    """Differs wherever the compiled code might."""
    with Path(order.path).open("rb") as file:
        weights = hashlib.file_digest(file, "sha256").hexdigest()
    told = [_FORMAT, weights, order.device, order.half, order.shape, *_machine(order.device), compiler()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


@cache
def _machine(device: str) -> tuple[str, ...]:
    """The versions, and the processor or card, that the code is made for."""
    try:
        spandrel = version("spandrel")
    except PackageNotFoundError:
        spandrel = ""
    nets = hashlib.sha256(b"".join(path.read_bytes() for path in sorted((Path(__file__).parent / "nets").glob("*.py"))))
    chip = torch.backends.cpu.get_cpu_capability()
    if device == "cuda":
        chip = f"{torch.cuda.get_device_name()} {torch.cuda.get_device_capability()}"
    return torch.__version__, spandrel, nets.hexdigest(), chip, sys.platform, sys.version.split()[0]


def compiler() -> str:
    """The C++ compiler that torch.compile would call; "" where there is none."""
    own = os.environ.get("CXX", "")
    names = (own,) if own else ("cl",) if sys.platform == "win32" else ("g++", "clang++")
    return next((name for name in names if shutil.which(name)), "")


def kept(key: str) -> Path | None:
    """The whole entry of this key. What is left of another is deleted."""
    found = None
    for path in sorted(folder().glob(f"{key}-*.*")):
        if path.suffix[1:] in (AHEAD, TRACED, NONE):
            if found is None and path.stem.rpartition("-")[2] == digest(path):
                found = path
            else:
                with contextlib.suppress(OSError):
                    path.unlink()
    if found is not None:
        with contextlib.suppress(OSError):
            os.utime(found)  # the longest unused goes first
    return found


def digest(path: Path) -> str:
    """What of its hash stands in a file's name."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:24]
    except OSError:
        return ""


def opened(entry: Path, device: str) -> Callable[[Any], Any]:
    """The function that an entry holds."""
    if entry.suffix == f".{AHEAD}":
        made: Callable[[Any], Any] = torch._inductor.aoti_load_package(str(entry))
        return made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it is all there is without a compiler
        traced: Callable[[Any], Any] = torch.jit.load(str(entry), map_location=device)
    return traced


def keep(key: str, suffix: str, made: Path) -> Path:
    """Move a whole file among the entries, and let the longest unused go where there are too many."""
    place = folder() / f"{key}-{digest(made)}.{suffix}"
    made.replace(place)
    held: list[tuple[float, int, Path]] = []
    for path in folder().glob("*-*.*"):
        with contextlib.suppress(OSError):
            at = path.stat()
            held.append((at.st_mtime, at.st_size, path))
    spent = sum(size for _, size, _ in held)
    for _, size, path in sorted(held):
        if spent > _MOST_BYTES and path != place:
            spent -= size
            with contextlib.suppress(OSError):
                path.unlink()
    return place


def keep_fault(key: str, why: str, space: Path) -> None:
    """Remember that nothing comes of it, so that it is not tried again before something has changed."""
    note = space / f"made.{NONE}"
    note.write_text(why, encoding="utf-8")
    keep(key, NONE, note)


def _made(order: Order, key: str) -> str:
    """Have it compiled by a child: what a compiler does, or leaves undone, is done there. Why it could not be kept."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        for left in folder().glob("making-*"):  # by a process that was killed
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > _ABANDONED_S:
                    shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix="making-", dir=folder(), ignore_cleanup_errors=True) as space:
            why = _compiled_by_a_child(order, key, Path(space))
            if why:
                keep_fault(key, why, Path(space))
    except OSError as fault:
        return fault.strerror or str(fault)
    return why


def _compiled_by_a_child(order: Order, key: str, space: Path) -> str:
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "runtime.worker.torch_compile", json.dumps(asdict(order)), key, str(space)],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONPATH": path,
                **_COMPILER_SETTINGS,
                "TORCHINDUCTOR_CACHE_DIR": str(space / "code"),
            },
            timeout=_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {_LIMIT_S:.0f} s"
    last = done.stderr.strip().splitlines()
    return f"the compiler ended with exit code {done.returncode}: {last[-1] if last else ''}" if done.returncode else ""


def _line(fault: BaseException) -> str:
    lines = str(fault).strip().splitlines()
    return lines[0][:160] if lines else type(fault).__name__
