"""The test decks as devices, so that they stand in the list beside real ones and go the same way from there."""

from __future__ import annotations

import sys
from pathlib import Path

from capture.decks.standard import NTSC, PAL, Standard
from capture.devices.found import (
    Device,
    DeviceId,
    Driver,
    Format,
    Input,
    Nature,
    PipedInput,
    Signal,
    Size,
)
from capture.devices.found import Standard as Offered

PIXEL_FORMATS = {"UYVY": "uyvy422", "YUY2": "yuyv422"}
"""ffmpeg's names."""
_LINES = {"pal": 625, "ntsc": 525}
# what is on the wire is described within it: looking for more would only cost the first pictures
_READ_AT_ONCE = (("probesize", "32"), ("analyzeduration", "0"))


def devices() -> tuple[Device, ...]:
    return (_analog(PAL), _analog(NTSC), _dv(PAL), _dv(NTSC))


def command(deck: str, *words: str) -> tuple[str, ...]:
    """What starts a deck (`pal`, `ntsc`, `dv-pal`, `dv-ntsc`): `command("pal", "--faults", "drop 7 @ 12.4")`."""
    return (sys.executable, "-P", str(Path(__file__).parent / "__main__.py"), deck, *words)


def analog_input(*words: str, deck: str = "pal") -> PipedInput:
    """What ffmpeg reads an analog deck by."""
    return PipedInput(command(deck, *words), "matroska", _READ_AT_ONCE)


def _analog(standard: Standard) -> Device:
    size = Size(standard.width, standard.height, (standard.fps,))
    return Device(
        id=DeviceId(f"deck:{standard.name}"),
        name=f"Test deck {standard.name.upper()}",
        driver=Driver.DECK,
        source=analog_input(deck=standard.name),
        nature=Nature(Signal.ANALOG, "a test deck of ours that plays an analog tape"),
        inputs=(
            Input("Composite", (("input", "composite"),), current=True),
            Input("S-Video", (("input", "svideo"),)),
        ),
        standards=tuple(
            Offered(one.name.upper(), (("standard", one.name),), one.fps, _LINES[one.name], one is standard)
            for one in (PAL, NTSC)
        ),
        formats=(Format(PIXEL_FORMATS[standard.fourcc], (), sizes=(size,), field_order=standard.first),),
        carries_sound=True,
        detailed=True,
    )


def _dv(standard: Standard) -> Device:
    size = Size(standard.width, standard.height, (standard.fps,))
    return Device(
        id=DeviceId(f"deck:dv-{standard.name}"),
        name=f"Test deck DV {standard.name.upper()}",
        driver=Driver.DECK,
        source=PipedInput(command(f"dv-{standard.name}"), "dv"),
        nature=Nature(Signal.DV, "a test deck of ours that plays a DV tape"),
        standards=(Offered(standard.name.upper(), (), standard.fps, _LINES[standard.name], current=True),),
        formats=(Format("dvvideo", (), compressed=True, sizes=(size,), field_order="bottom"),),
        carries_sound=True,
        detailed=True,
    )
