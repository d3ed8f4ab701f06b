"""DV decks and camcorders on Linux' FireWire: read from /sys/bus/firewire; the bus itself is not touched.

ffmpeg takes them by libiec61883 and their number (GUID) *in decimal*; where no ffmpeg here has that, dvgrab hands the
same bytes over on a pipe.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from capture.devices.found import Device, DeviceId, Driver, FfmpegInput, Nature, PipedInput, Signal, Source
from capture.devices.sysfs import read

BUS = Path("/sys/bus/firewire/devices")
DEV = Path("/dev")

_AVC = re.compile(r"0x00a02d:0x01000[01]", re.IGNORECASE)
"""A unit of AV/C, by the 1394 Trade Association's number."""


@dataclass(frozen=True, slots=True)
class Node:
    """One box on the bus as the kernel tells it."""

    name: str
    guid: int
    units: str
    vendor: str = ""
    model: str = ""
    local: bool = False
    readable: bool = True


def nodes(bus: Path = BUS, dev: Path = DEV) -> tuple[Node, ...]:
    """Every box on the bus; the machine's own card among them."""
    found = []
    for folder in sorted(bus.glob("fw*")) if bus.is_dir() else ():
        guid = read(folder / "guid")
        if "." in folder.name or not re.fullmatch(r"(?:0x)?[0-9a-fA-F]{1,16}", guid):
            continue  # fw1.0 is a unit of fw1
        node = dev / folder.name
        found.append(
            Node(
                folder.name,
                int(guid, 16),
                read(folder / "units"),
                read(folder / "vendor_name"),
                read(folder / "model_name"),
                read(folder / "is_local") == "1",
                os.access(node, os.R_OK | os.W_OK),
            )
        )
    return tuple(found)


def devices(nodes: Iterable[Node], has_iec61883: bool, dvgrab: str | None) -> tuple[Device, ...]:
    """The decks among them, each as ffmpeg, or else dvgrab (its path), can take it."""
    found = []
    for node in nodes:
        if node.local or not _AVC.search(node.units):
            continue
        name = " ".join(filter(None, (node.vendor, node.model))) or f"DV device {node.guid:016x}"
        source: Source = FfmpegInput("iec61883", "auto", (("dvguid", str(node.guid)),))
        driver, note = Driver.IEC61883, ""
        if not has_iec61883 and dvgrab:
            driver = Driver.DVGRAB
            source = PipedInput((dvgrab, "-guid", f"{node.guid:016x}", "-format", "raw", "-"), "dv")
        elif not has_iec61883:
            note = "nothing here takes it: install dvgrab, or an ffmpeg that has iec61883"
        if not node.readable:
            note = f"/dev/{node.name} may not be opened: add yourself to the group video, log in again"
        found.append(
            Device(
                DeviceId(f"firewire:{node.guid:016x}"),
                name,
                driver,
                source,
                Nature(Signal.DV, "it says AV/C on FireWire"),
                alternative=f"{node.guid:016x}",
                carries_sound=True,
                detailed=True,
                note=note,
            )
        )
    return tuple(found)
