"""Reads what macOS tells: sysctl about the processor, system_profiler about the graphics. Pure.

An M chip's graphics have no memory of their own and use the machine's; its Neural Engine is never listed, and is there.
"""

from __future__ import annotations

import json
import re

from runtime.hardware.machine import Gpu, Maker, Npu

DISPLAYS = ("/usr/sbin/system_profiler", "SPDisplaysDataType", "-json")
SYSCTL = ("/usr/sbin/sysctl", "-i", "machdep.cpu", "hw.optional", "hw.physicalcpu", "hw.logicalcpu")
_SETS = {
    "hw.optional.avx2_0": "AVX2", "hw.optional.avx512f": "AVX-512", "hw.optional.neon": "NEON",
    "hw.optional.arm.AdvSIMD": "NEON", "hw.optional.neon_fp16": "FP16", "hw.optional.arm.FEAT_FP16": "FP16",
    "hw.optional.arm.FEAT_DotProd": "DotProd", "hw.optional.arm.FEAT_I8MM": "I8MM",
    "hw.optional.arm.FEAT_BF16": "BF16", "hw.optional.arm.FEAT_SME": "SME",
}  # fmt: skip


def processor(text: str) -> tuple[str, int, int, tuple[str, ...]]:
    """Name, cores, threads and instruction sets, of what sysctl prints."""
    facts = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}

    def count(*names: str) -> int:
        return next((int(facts[name]) for name in names if facts.get(name, "").isdecimal()), 0)

    sets = tuple(dict.fromkeys(word for name, word in _SETS.items() if facts.get(name) == "1"))
    cores = count("hw.physicalcpu", "machdep.cpu.core_count", "hw.ncpu")
    return (
        facts.get("machdep.cpu.brand_string", ""),
        cores,
        count("hw.logicalcpu", "machdep.cpu.thread_count", "hw.ncpu"),
        sets,
    )


def cards(text: str, memory_bytes: int) -> list[Gpu]:
    """The graphics of `system_profiler SPDisplaysDataType -json`. ValueError where it is no such list."""
    try:
        rows = json.loads(text)["SPDisplaysDataType"]
    except (ValueError, KeyError, TypeError):
        raise ValueError("system_profiler printed no list of displays") from None
    found = []
    for place, row in enumerate(rows):
        name = str(row.get("sppci_model") or row.get("_name") or "graphics")
        inner = re.fullmatch(r"kHW_(Apple|Intel|AMD|NVidia)(.+)Item", name)
        if inner:  # macOS 11 showed its own labels
            name = f"{inner[1]} {inner[2]}"
        maker = _maker(f"{row.get('spdisplays_vendor', '')} {name}")
        own = _bytes(str(row.get("spdisplays_vram") or row.get("_spdisplays_vram") or ""))
        shared = maker in (Maker.APPLE, Maker.INTEL)
        cores = str(row.get("sppci_cores") or "")
        found.append(
            Gpu(
                id=f"gpu{place}",
                maker=maker,
                name=name,
                memory_bytes=memory_bytes if maker is Maker.APPLE else own,
                shared=shared,
                cores=int(cores) if cores.isdecimal() else None,
            )
        )
    return found


def neural_engine(processor_name: str) -> list[Npu]:
    """Every M chip has one."""
    found = re.match(r"Apple M\d+.*", processor_name)
    return [Npu("ane", Maker.APPLE, f"Neural Engine of {found[0]}")] if found else []


def _maker(text: str) -> Maker:
    for word, maker in (("apple", Maker.APPLE), ("intel", Maker.INTEL), ("amd", Maker.AMD), ("radeon", Maker.AMD),
                        ("nvidia", Maker.NVIDIA), ("geforce", Maker.NVIDIA)):  # fmt: skip
        if word in text.lower():
            return maker
    return Maker.OTHER


def _bytes(text: str) -> int | None:
    number, _, unit = text.partition(" ")
    sizes = {"MB": 1 << 20, "GB": 1 << 30}
    return int(number) * sizes[unit] if number.isdecimal() and unit in sizes else None
