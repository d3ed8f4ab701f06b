"""What a device lets one set of its picture, as values; and why not, where it does not. Nothing is opened here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from capture.devices.found import Device, Driver, Signal

Name = Literal["brightness", "contrast", "saturation", "hue"]
NAMES: tuple[Name, ...] = ("brightness", "contrast", "saturation", "hue")


class ProcAmpError(Exception):
    """The device did not take it; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class Control:
    """One knob, in the driver's own numbers. `usual`: what the driver comes with. `held`: the driver does not let it be
    turned now."""

    name: Name
    least: int
    most: int
    step: int
    usual: int
    value: int
    held: bool = False

    def nearest(self, value: int) -> int:
        """A value that the device takes."""
        within = min(max(value, self.least), self.most)
        return min(self.most, self.least + round((within - self.least) / self.step) * self.step)


@dataclass(frozen=True, slots=True)
class ProcAmp:
    """`why`: for what reason there are no controls; empty where there are some."""

    controls: tuple[Control, ...] = ()
    why: str = ""

    def control(self, name: Name) -> Control | None:
        return next((one for one in self.controls if one.name == name), None)


Hindrance = Literal["", "dv", "digital", "deck", "dshow", "avfoundation", "decklink", "firewire"]


def hindrance(device: Device) -> Hindrance:
    """Why a device of this kind has nothing to turn, without asking it; empty: it is worth asking."""
    if device.driver is Driver.DECK:
        return "deck"
    if device.nature.signal is Signal.DV:
        return "dv"
    kinds: dict[Driver, Hindrance] = {
        Driver.DSHOW: "dshow",
        Driver.AVFOUNDATION: "avfoundation",
        Driver.DECKLINK: "decklink",
        Driver.IEC61883: "firewire",
        Driver.DVGRAB: "firewire",
    }
    return kinds.get(device.driver, "")
