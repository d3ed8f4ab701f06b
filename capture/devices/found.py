"""What was found: devices, their inputs, standards, formats and sound. Values alone; nothing here asks a machine.

Every choice carries the words that tell ffmpeg of it (`options`), so that whoever builds a command only strings them
together, and a test deck is a Device like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import NewType

DeviceId = NewType("DeviceId", str)
"""Names a device over restarts and other devices' coming and going, as far as its driver lets it: `v4l2:usb-…`."""

SoundId = NewType("SoundId", str)

Options = tuple[tuple[str, str], ...]
"""ffmpeg's options of one input, in order, without the dash: `(("channel", "1"), ("standard", "PAL"))`."""


class Driver(StrEnum):
    """Through what a device is reached."""

    DSHOW = "dshow"
    """Windows' DirectShow"""
    V4L2 = "v4l2"
    """Linux' video4linux"""
    AVFOUNDATION = "avfoundation"
    """macOS"""
    DECKLINK = "decklink"
    """Blackmagic's cards by their own driver"""
    IEC61883 = "iec61883"
    """FireWire on Linux, by ffmpeg"""
    DVGRAB = "dvgrab"
    """FireWire on Linux, by the program dvgrab"""
    ALSA = "alsa"
    PULSE = "pulse"
    """PulseAudio, and PipeWire in its stead"""
    DECK = "deck"
    """A test deck of ours"""


class Signal(StrEnum):
    """What comes down the cable."""

    ANALOG = "analog"
    """Composite, S-Video, component: made into numbers by this device"""
    DV = "dv"
    """The tape's own numbers, copied as they are"""
    DIGITAL = "digital"
    """HDMI or SDI: made into numbers before it came here"""
    CAMERA = "camera"
    """A camera or a screen: no tape comes from it"""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Nature:
    """What a device is taken for, and why: `Nature(Signal.DV, "its name says AV/C")`."""

    signal: Signal
    reason: str


# --------------------------------------------------------------------------------------------- how ffmpeg is told


@dataclass(frozen=True, slots=True)
class FfmpegInput:
    """ffmpeg opens the device itself: `-f FORMAT -OPTION VALUE … -i URL`."""

    format: str
    url: str
    options: Options = ()


@dataclass(frozen=True, slots=True)
class PipedInput:
    """A program writes to its stdout what ffmpeg reads from a pipe: `ARGV | ffmpeg -f FORMAT … -i pipe:`.

    A test deck is one, and so is dvgrab."""

    argv: tuple[str, ...]
    format: str
    options: Options = ()


Source = FfmpegInput | PipedInput


# --------------------------------------------------------------------------------------------- what can be chosen


@dataclass(frozen=True, slots=True)
class Input:
    """A socket: `Input("S-Video", (("channel", "1"),))`. `standards`: those it takes, by name; empty: not said.
    `sound`: options that switch the sound along (a crossbar's audio pin). None of the Options means that ffmpeg
    cannot be told: see `note`."""

    name: str
    options: Options | None
    current: bool = False
    standards: tuple[str, ...] = ()
    sound: Options = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    """A television standard as the driver names it: `PAL-B`, `NTSC-M`. `rate`: frames a second."""

    name: str
    options: Options
    rate: Fraction | None = None
    lines: int | None = None
    """All lines of a frame (525, 625), not the visible ones"""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Size:
    """A picture size and the rates it comes at. `between`: any rate between the first and the last of `rates` too, as
    with a driver that tells its slowest and fastest."""

    width: int
    height: int
    rates: tuple[Fraction, ...] = ()
    between: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """A form that the pictures come in. `name` is ffmpeg's (`yuyv422`, `mjpeg`, or a DeckLink's `pal `) or, where
    ffmpeg has none, the driver's own, and then `options` is None: it cannot be recorded."""

    name: str
    options: Options | None
    compressed: bool = False
    sizes: tuple[Size, ...] = ()
    description: str = ""
    field_order: str = ""
    """`top`, `bottom`, `progressive`, or empty: not said"""


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """Something that sound can be recorded from. `alternative`: a name that is surely its own alone."""

    id: SoundId
    name: str
    driver: Driver
    source: FfmpegInput
    alternative: str = ""
    of: str = ""
    """The hardware it is part of, in the driver's words; empty: not said. Equal to a Device's `of`: the same plug."""


@dataclass(frozen=True, slots=True)
class Link:
    """A sound device that belongs to a picture, and why we think so."""

    sound: SoundId
    reason: str


@dataclass(frozen=True, slots=True)
class Device:
    """Something that tape can be recorded from.

    `detailed` is False while only its name is known: finding.look() asks it for inputs, standards, formats.
    `links`: the sound devices that seem to belong to it, likeliest first. `carries_sound`: its own stream brings the
    sound along (DV, DeckLink, test decks), and no sound device is needed."""

    id: DeviceId
    name: str
    driver: Driver
    source: Source
    nature: Nature
    alternative: str = ""
    of: str = ""
    inputs: tuple[Input, ...] = ()
    standards: tuple[Standard, ...] = ()
    formats: tuple[Format, ...] = ()
    links: tuple[Link, ...] = ()
    carries_sound: bool = False
    detailed: bool = False
    note: str = ""
    """What a user should know before choosing it: `in use by another program`"""


@dataclass(frozen=True, slots=True)
class Fault:
    """A place that could not be asked: `Fault("decklink", "this ffmpeg was built without it")`. `expected`: nothing
    is wrong with that on this machine, and only who asks for more is told."""

    place: str
    text: str
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """All that one look at the machine found."""

    devices: tuple[Device, ...] = ()
    sounds: tuple[SoundDevice, ...] = ()
    faults: tuple[Fault, ...] = field(default=())

    def device(self, id: str) -> Device | None:
        return next((one for one in self.devices if one.id == id), None)

    def sound(self, id: str) -> SoundDevice | None:
        return next((one for one in self.sounds if one.id == id), None)
