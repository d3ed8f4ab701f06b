"""Reads what nvidia-smi prints. Pure.

Columns are found by their names: an old driver that lacks one of them prints the others, and a card that is split
(MIG) or lent to a container says `[N/A]` or `[Insufficient Permissions]` where it will not tell.
"""

from __future__ import annotations

import csv
import re

from runtime.hardware.machine import Gpu, Maker

COMMAND = (
    "nvidia-smi", "--query-gpu=index,name,uuid,pci.bus_id,driver_version,memory.total,memory.free", "--format=csv",
)  # fmt: skip
_UNITS = {"": 1 << 20, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def cards(text: str) -> list[Gpu]:
    """The cards in the output of COMMAND. ValueError, with what it said instead, where it is no table."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines()) if any(row)]
    if not rows or "name" not in rows[0]:
        said = text.strip().splitlines()
        raise ValueError(said[0] if said else "nvidia-smi printed nothing")
    columns = [re.sub(r" \[.*\]$", "", name) for name in rows[0]]
    return [_card(dict(zip(columns, row, strict=False)), place) for place, row in enumerate(rows[1:])]


def _card(row: dict[str, str], place: int) -> Gpu:
    uuid = _told(row.get("uuid", ""))
    return Gpu(
        id=address(_told(row.get("pci.bus_id", ""))) or uuid or f"nvidia{_told(row.get('index', '')) or place}",
        maker=Maker.NVIDIA,
        name=_told(row.get("name", "")) or "NVIDIA",
        memory_bytes=_bytes(row.get("memory.total", "")),
        free_bytes=_bytes(row.get("memory.free", "")),
        shared=False if _bytes(row.get("memory.total", "")) else None,
        driver=_told(row.get("driver_version", "")),
        uuid=uuid,
    )


def address(text: str) -> str:
    """A PCI address as the kernel writes it: nvidia-smi writes the domain in eight digits, and in capitals."""
    found = re.fullmatch(r"(?:([0-9a-f]+):)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f])", text.lower())
    return f"{int(found[1] or '0', 16):04x}:{found[2]}" if found else ""


def _told(cell: str) -> str:
    return "" if cell.startswith("[") or cell in ("N/A", "Not Supported") else cell


def _bytes(cell: str) -> int | None:
    number, _, unit = cell.partition(" ")
    return int(number) * _UNITS[unit] if number.isdecimal() and unit in _UNITS else None
