"""Reads what Linux tells: /proc/cpuinfo, the cards under /sys/class/drm and /sys/class/accel, their names from lspci.

Everything takes text or the root of a tree, so that it is tested on recorded ones. A card in a container may have no
/sys/class/drm, and a computing card (MI300X, A100) never is a display: lspci's classes 03 and 12 show both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from runtime.hardware.machine import PCI_MAKERS, Gpu, Maker, Npu
from runtime.hardware.nvidia import address

LSPCI = ("lspci", "-Dnn")
_DISPLAY, _ACCELERATOR = "03", "12"
_BRACKETED = re.compile(r"\[([^\[\]]+)\](?=[^\[\]]*$)")


@dataclass(frozen=True, slots=True)
class Slot:
    """A device on the PCI bus. `kind` is its class in hex: 0300 a display, 0302 a 3D controller, 1200 a processor of
    other things."""

    id: str
    kind: str
    maker: Maker
    vendor: str
    device: str
    name: str


def slots(text: str) -> list[Slot]:
    """What `lspci -Dnn` (or `-nn`) lists."""
    line = re.compile(r"(\S+) [^\[]*\[([0-9a-f]{4})\]: (.+) \[([0-9a-f]{4}):([0-9a-f]{4})\]")
    found = (line.match(row) for row in text.splitlines())
    return [
        Slot(address(one[1]), one[2], PCI_MAKERS.get(one[4], Maker.OTHER), one[4], one[5], _short(one[3]))
        for one in found
        if one and address(one[1])
    ]


def _short(name: str) -> str:
    """`Advanced Micro Devices, Inc. [AMD/ATI] Navi 31 [Radeon RX 7900 XT/7900 XTX]`: what is in the last brackets is
    what the shop calls it; without, what stands behind the company's name."""
    sold = _BRACKETED.search(name)
    if sold and sold.end() == len(name):
        return sold[1]
    return re.sub(r"^.*?(?:Corporation|, Inc\.|\[AMD/ATI\]|\[AMD\])\s+(?=\S)", "", name)


def displays(found: list[Slot]) -> list[Gpu]:
    """The graphics and computing cards among what lspci lists; a server's management display is none."""
    return [
        Gpu(slot.id, slot.maker, slot.name, shared=_built_in(slot.maker, slot.name))
        for slot in found
        if (slot.kind.startswith(_DISPLAY) and slot.maker is not Maker.OTHER)
        or (slot.kind.startswith(_ACCELERATOR) and slot.maker is Maker.AMD and "Instinct" in slot.name)
    ]


def drm(root: Path, found: list[Slot]) -> list[Gpu]:
    """The cards under `root` (/sys/class/drm). amdgpu tells its memory; the others do not."""
    names = {slot.id: slot.name for slot in found}
    cards = []
    for card in sorted(root.glob("card*")):
        if not re.fullmatch(r"card\d+", card.name):
            continue  # card0-HDMI-A-1 is one of its sockets
        device = card / "device"
        facts = _uevent(device)
        vendor, number = _read(device / "vendor").removeprefix("0x"), _read(device / "device").removeprefix("0x")
        maker = PCI_MAKERS.get(vendor, Maker.OTHER)
        if maker is Maker.OTHER:
            continue
        where = address(facts.get("PCI_SLOT_NAME", "")) or card.name
        total, used = _number(device / "mem_info_vram_total"), _number(device / "mem_info_vram_used")
        gpu = Gpu(
            id=where,
            maker=maker,
            name=names.get(where) or f"{maker.value} {number}",
            memory_bytes=total,
            free_bytes=None if total is None or used is None else max(0, total - used),
            driver=facts.get("DRIVER", ""),
        )
        cards.append(replace(gpu, shared=_built_in(maker, gpu.name, total)))
    return cards


def merged(*lists: list[Gpu]) -> list[Gpu]:
    """One card once, by its address; what an earlier list knows is kept, a later one fills what it lacks."""
    cards: dict[str, Gpu] = {}
    for gpu in (one for part in lists for one in part):
        known = cards.get(gpu.id)
        if known is None:
            cards[gpu.id] = gpu
            continue
        lacking = ("memory_bytes", "free_bytes", "shared", "driver", "uuid", "cores")
        filled = {name: getattr(gpu, name) for name in lacking if getattr(known, name) in (None, "")}
        cards[gpu.id] = replace(known, **filled)
    return list(cards.values())


def accelerators(root: Path, found: list[Slot]) -> list[Npu]:
    """The NPUs under `root` (/sys/class/accel), where the kernel's drivers intel_vpu and amdxdna put them."""
    names = {slot.id: slot.name for slot in found}
    ours = {"intel_vpu": "NPU", "amdxdna": "Ryzen AI NPU"}
    npus = []
    for card in sorted(root.glob("accel*")):
        facts = _uevent(card / "device")
        driver = facts.get("DRIVER", "")
        if driver not in ours:
            continue
        where = address(facts.get("PCI_SLOT_NAME", "")) or card.name
        maker = Maker.INTEL if driver == "intel_vpu" else Maker.AMD
        npus.append(Npu(where, maker, names.get(where) or f"{maker.value.title()} {ours[driver]}", driver))
    return npus


# --------------------------------------------------------------------------------------------------- processors

_SETS = {
    "sse4_2": "SSE4.2", "avx": "AVX", "avx2": "AVX2", "fma": "FMA3", "f16c": "F16C", "avx512f": "AVX-512",
    "avx512_vnni": "AVX-512 VNNI", "avx_vnni": "AVX-VNNI", "avx512_bf16": "AVX-512 BF16",
    "avx512_fp16": "AVX-512 FP16", "amx_int8": "AMX INT8", "amx_bf16": "AMX BF16",
    "asimd": "NEON", "neon": "NEON", "asimdhp": "FP16", "asimddp": "DotProd", "i8mm": "I8MM", "bf16": "BF16",
    "sve": "SVE", "sve2": "SVE2", "sme": "SME",
}  # fmt: skip


def processor(text: str) -> tuple[str, tuple[str, ...]]:
    """Name and instruction sets of /proc/cpuinfo. ARM's has no name: Raspberry's `Model` is the board's."""
    facts: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        facts.setdefault(name.strip(), value.strip())
    flags = set((facts.get("flags") or facts.get("Features") or "").split())
    name = facts.get("model name") or facts.get("Model") or facts.get("Hardware") or ""
    return re.sub(r"\((?:R|TM)\)", "", name).strip(), tuple(
        dict.fromkeys(word for flag, word in _SETS.items() if flag in flags)
    )


def quota(text: str) -> float | None:
    """The processors that a container may use, from its cgroup's cpu.max; None where it may use all."""
    limit, _, period = text.strip().partition(" ")
    return int(limit) / int(period) if limit.isdecimal() and period.isdecimal() and int(period) else None


def _built_in(maker: Maker, name: str, memory: int | None = None) -> bool | None:
    """Whether a card uses the machine's memory. A guess from its name, for none of the drivers says so; amdgpu calls
    a slice of the machine's memory its own, seldom more than 2 GB of it."""
    if maker is Maker.NVIDIA:
        return False
    if maker is Maker.INTEL:
        return not re.search(r"\b(Arc [AB]\d{2,3}|DG1|DG2|Flex|Data Center GPU|Ponte Vecchio|Battlemage)\b", name)
    if maker is Maker.AMD:
        if re.search(r"\b(RX|Pro W|Instinct|WX|VII|R9)\b", name):
            return False
        return True if memory is not None and memory <= 2 << 30 else None
    return True if maker in (Maker.APPLE, Maker.QUALCOMM) else None


def _uevent(device: Path) -> dict[str, str]:
    pairs = (line.partition("=") for line in _read(device / "uevent").splitlines())
    return {name: value for name, _, value in pairs}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    text = _read(path)
    return int(text) if text.isdecimal() else None
