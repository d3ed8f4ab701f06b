"""Reads what Windows tells through PowerShell's CIM, in one call: processors, video controllers, NPUs. Pure but for
`sets`, which asks the kernel.

Win32_VideoController counts memory in 32 bits, so a card of 24 GB says 4 GB: the driver's key in the registry knows
better (HardwareInformation.qwMemorySize). The two meet by the device's hardware id.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from runtime.hardware.machine import PCI_MAKERS, Gpu, Maker, Npu

_SCRIPT = r"""
$ErrorActionPreference = 'SilentlyContinue'
[Console]::OutputEncoding = [Text.Encoding]::UTF8
$class = 'HKLM:\SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}\0*'
@{
  cpus = @(Get-CimInstance Win32_Processor | Select-Object Name,NumberOfCores,NumberOfLogicalProcessors)
  cards = @(Get-CimInstance Win32_VideoController |
    Select-Object Name,AdapterRAM,DriverVersion,PNPDeviceID,ConfigManagerErrorCode)
  sizes = @(Get-ItemProperty -Path $class | Select-Object MatchingDeviceId,
    @{n='Bytes';e={[string]$_.'HardwareInformation.qwMemorySize'}})
  npus = @(Get-CimInstance Win32_PnPEntity -Filter "PNPClass='ComputeAccelerator'" | Select-Object Name,PNPDeviceID)
} | ConvertTo-Json -Depth 4 -Compress
"""
COMMAND = ("powershell", "-NoProfile", "-NonInteractive", "-Command", _SCRIPT)
_CAPPED = 4293918720
"""What a card of 4 GB or more says: 4 GB less 1 MB. Some say 4294967295."""


def read(text: str) -> dict[str, list[dict[str, Any]]]:
    """The tables that COMMAND prints. ValueError where it printed something else."""
    try:
        tables = json.loads(text)
    except ValueError:
        raise ValueError(f"PowerShell printed {text.strip()[:80]!r}") from None
    if not isinstance(tables, dict):
        raise ValueError("PowerShell printed no table")
    return {name: [row for row in rows or [] if isinstance(row, dict)] for name, rows in tables.items()}


def processor(tables: dict[str, list[dict[str, Any]]]) -> tuple[str, int, int]:
    """Name, cores, threads: there is a row a socket."""
    rows = tables.get("cpus", [])
    name = re.sub(r"\((?:R|TM)\)", "", str(rows[0].get("Name", ""))).strip() if rows else ""
    cores = sum(int(row.get("NumberOfCores") or 0) for row in rows)
    threads = sum(int(row.get("NumberOfLogicalProcessors") or 0) for row in rows)
    return f"{len(rows)} × {name}" if len(rows) > 1 else name, cores, threads


def cards(tables: dict[str, list[dict[str, Any]]]) -> list[Gpu]:
    """The cards whose driver runs. Remote desktops and virtual displays are on no bus."""
    sizes = {
        str(row.get("MatchingDeviceId", "")).lower(): int(row["Bytes"])
        for row in tables.get("sizes", [])
        if str(row.get("Bytes", "")).isdecimal()
    }
    found = []
    for row in tables.get("cards", []):
        where = str(row.get("PNPDeviceID") or "")
        maker = _maker(where)
        if maker is None or row.get("ConfigManagerErrorCode") not in (0, None):
            continue
        size = next((one for key, one in sizes.items() if key and where.lower().startswith(key)), None)
        said = row.get("AdapterRAM")
        if size is None and isinstance(said, int) and 0 < said < _CAPPED:
            size = said
        name = str(row.get("Name") or maker.value)
        shared = _shared(maker, name)
        found.append(
            Gpu(where, maker, name, size, None, shared, str(row.get("DriverVersion") or ""))
        )  # what is free only the makers' own tools tell
    return found


def npus(tables: dict[str, list[dict[str, Any]]]) -> list[Npu]:
    return [
        Npu(where, _maker(where) or Maker.OTHER, str(row.get("Name") or "NPU"))
        for row in tables.get("npus", [])
        if (where := str(row.get("PNPDeviceID") or ""))
    ]


def _maker(where: str) -> Maker | None:
    found = re.match(r"(?:PCI|ACPI)\\VEN_([0-9A-F]{4}|QCOM)", where, re.IGNORECASE)
    if not found:
        return None
    return Maker.QUALCOMM if found[1].upper() == "QCOM" else PCI_MAKERS.get(found[1].lower(), Maker.OTHER)


def _shared(maker: Maker, name: str) -> bool | None:
    if maker is Maker.NVIDIA or re.search(r"\bArc(\(TM\))? [AB]\d{3}|\bRX \d|\bPro W", name):
        return False
    return True if maker in (Maker.INTEL, Maker.QUALCOMM) else None


def sets() -> tuple[str, ...]:
    """Instruction sets, by IsProcessorFeaturePresent (winnt.h's PF_… numbers)."""
    if sys.platform == "win32":
        import ctypes

        known = {38: "SSE4.2", 39: "AVX", 40: "AVX2", 41: "AVX-512", 19: "NEON", 43: "DotProd"}
        return tuple(word for number, word in known.items() if ctypes.windll.kernel32.IsProcessorFeaturePresent(number))
    return ()
