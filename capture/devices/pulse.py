"""PulseAudio's and PipeWire's sources: from `pactl`, which tells the hardware behind them, or from ffmpeg. Pure.

What a machine plays is a source as well (a monitor): it is left out, for no tape is heard there.
"""

from __future__ import annotations

import re

from capture.devices import sources
from capture.devices.found import Driver, FfmpegInput, SoundDevice, SoundId

_USB = re.compile(r"/(\d+-[\d.]+)(?:/\d+-[\d.]+:[\d.]+)?/sound\b")
_PCI = re.compile(r"/([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2})\.[0-9a-f]/(?:[\w-]+/)?sound\b")


def from_pactl(said: str) -> tuple[SoundDevice, ...]:
    """`pactl list sources` in English words: its JSON (16.1) writes `(null)` for every name that is not ASCII."""
    found = []
    for part in re.split(r"^Source #\d+$", said, flags=re.MULTILINE)[1:]:
        monitor = _field(part, r"Monitor of Sink: (.*)")
        if monitor not in ("", "n/a"):
            continue
        name, description = _field(part, r"Name: (.*)"), _field(part, r"Description: (.*)")
        found.append(_sound(name, description, _field(part, r'(?:device\.)?sysfs\.path = "(.*)"')))
    return tuple(sound for sound in found if sound)


def from_ffmpeg(said: str) -> tuple[SoundDevice, ...]:
    """`ffmpeg -sources pulse`."""
    found = (_sound(one.name, one.description, "") for one in sources.listed(said, "pulse"))
    return tuple(sound for sound in found if sound)


def _field(part: str, pattern: str) -> str:
    found = re.search(rf"^[ \t]*{pattern}$", part, re.MULTILINE)
    return found[1].strip() if found else ""


def _sound(name: str, description: str, path: str) -> SoundDevice | None:
    if not name or name.endswith(".monitor"):
        return None
    return SoundDevice(
        SoundId(f"pulse:{name}"),
        description or name,
        Driver.PULSE,
        FfmpegInput("pulse", name),
        name,
        of=_plug(path),
    )


def _plug(path: str) -> str:
    """`…/3-11.2/3-11.2:1.1/sound/card0` → `usb 3-11.2`, as sysfs.plug() calls it."""
    if found := _USB.search(path):
        return f"usb {found[1]}"
    found = _PCI.search(path)
    return f"pci {found[1]}" if found else ""
