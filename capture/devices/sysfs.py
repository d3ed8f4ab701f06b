"""Linux' own account of what is plugged in where: which picture and which sound are one plug. Reads files, opens no
device."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys")


@dataclass(frozen=True, slots=True)
class Plug:
    """A USB device or a card. `of`: its place in the machine, equal for all its parts; empty: it is no hardware."""

    of: str = ""
    usb: tuple[int, int] | None = None
    product: str = ""


def plug(part: Path) -> Plug:
    """What a part (`/sys/class/video4linux/video0/device`) belongs to: the nearest USB device or PCI card above it."""
    try:
        place = part.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a link that leads to itself
        return Plug()
    for folder in (place, *place.parents):
        vendor, product = _hex(folder / "idVendor"), _hex(folder / "idProduct")
        if vendor is not None and product is not None:
            name = " ".join(filter(None, (read(folder / "manufacturer"), read(folder / "product"))))
            return Plug(f"usb {folder.name}", (vendor, product), name)
        if (folder / "vendor").is_file() and (folder / "class").is_file():
            return Plug(f"pci {folder.name.partition('.')[0]}")  # .0 is a card's picture, .1 its sound
    return Plug()


def read(file: Path) -> str:
    """A small file's text; empty where it cannot be read."""
    try:
        return file.read_bytes()[:4096].decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _hex(file: Path) -> int | None:
    try:
        return int(read(file), 16)
    except ValueError:
        return None
