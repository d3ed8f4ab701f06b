"""Looks at this machine: every probe at once, each with its own failure, none for longer than the patience."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from runtime.ffmpeg import FfmpegError, find
from runtime.hardware import apple, linux, nvidia, windows
from runtime.hardware.asking import asked, output
from runtime.hardware.encoders import proved
from runtime.hardware.machine import Cpu, Encoder, Gpu, Machine, Memory, Npu

PATIENCE_S = 20.0
_SYSTEM = Path("/")


def look(*, encoders: bool = True, patience_s: float = PATIENCE_S, root: Path = _SYSTEM) -> Machine:
    """Everything. `encoders`: prove them too; the first time that takes some seconds, and is remembered. `root` is
    where /proc and /sys are."""
    questions: dict[str, Callable[[], Any]] = {"nvidia": lambda: nvidia.cards(output(nvidia.COMMAND, patience_s))}
    if sys.platform == "win32":
        questions["windows"] = lambda: windows.read(output(windows.COMMAND, patience_s))
    elif sys.platform == "darwin":
        questions["displays"] = lambda: output(apple.DISPLAYS, patience_s)
        questions["sysctl"] = lambda: output(apple.SYSCTL, patience_s)
    else:
        questions["lspci"] = lambda: linux.slots(output(linux.LSPCI, patience_s))
    if encoders:
        questions["encoders"] = lambda: _encoders(patience_s)
    told = asked(questions, patience_s + 1)
    found, failed = dict(told.found), dict(told.failed)
    memory = _memory()
    parts = {"win32": _windows, "darwin": _apple}.get(sys.platform, _linux)
    try:
        cpu, gpus, npus = parts(found, memory, root)
    except Exception as fault:  # a table that has a new shape: what else was found is still true
        failed["graphics"] = str(fault) or type(fault).__name__
        cpu, gpus, npus = _cpu("", 0, 0, ()), list(found.get("nvidia", [])), []
    coders: tuple[Encoder, ...] = found.get("encoders", ())
    return Machine(cpu, memory, tuple(gpus), tuple(npus), coders, tuple(sorted(failed.items())))


def as_json(machine: Machine) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(asdict(machine)))
    made["failures"] = [{"probe": name, "why": why} for name, why in machine.failures]
    return made


_Parts = tuple[Cpu, list[Gpu], list[Npu]]


def _linux(found: dict[str, Any], memory: Memory, root: Path) -> _Parts:  # noqa: ARG001
    slots = found.get("lspci", [])
    cards = linux.drm(root / "sys/class/drm", slots)
    gpus = linux.merged(found.get("nvidia", []), cards, linux.displays(slots))
    name, sets = linux.processor(_read(root / "proc/cpuinfo"))
    limit = linux.quota(_read(root / "sys/fs/cgroup/cpu.max"))
    return _cpu(name, 0, 0, sets, limit), gpus, linux.accelerators(root / "sys/class/accel", slots)


def _windows(found: dict[str, Any], memory: Memory, root: Path) -> _Parts:  # noqa: ARG001
    tables = found.get("windows", {})
    known = found.get("nvidia", [])
    gpus = [*known, *(one for one in windows.cards(tables) if not known or one.maker is not known[0].maker)]
    name, cores, threads = windows.processor(tables)
    return _cpu(name, cores, threads, windows.sets()), gpus, windows.npus(tables)


def _apple(found: dict[str, Any], memory: Memory, root: Path) -> _Parts:  # noqa: ARG001
    name, cores, threads, sets = apple.processor(found.get("sysctl", ""))
    gpus = apple.cards(found["displays"], memory.total_bytes) if "displays" in found else []
    return _cpu(name, cores, threads, sets), gpus, apple.neural_engine(name)


def _cpu(name: str, cores: int, threads: int, sets: tuple[str, ...], limit: float | None = None) -> Cpu:
    threads = threads or psutil.cpu_count() or 1
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else threads
    usable = affinity if limit is None else max(1, min(affinity, round(limit)))
    name = name or platform.processor() or platform.machine()
    return Cpu(name, cores or psutil.cpu_count(logical=False) or threads, threads, usable, sets)


def _memory() -> Memory:
    now = psutil.virtual_memory()
    return Memory(now.total, now.available)


def _encoders(patience_s: float) -> tuple[Encoder, ...]:
    try:
        ffmpeg = find()
    except FfmpegError as fault:
        raise OSError(str(fault)) from None
    return proved(ffmpeg, patience_s)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
