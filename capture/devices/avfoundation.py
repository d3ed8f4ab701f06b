"""macOS: what ffmpeg's avfoundation says when asked for a list, and what to a size that nothing has. Pure.

ffmpeg finds a device by the *beginning* of its name, or by its place in the list, which changes with every plug. So a
name is used where it leads to one device alone, and the place otherwise. A DV deck (FireWire) is listed among the
pictures and brings its sound; its own numbers come out by `-capture_raw_data true`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from capture.devices import nature
from capture.devices.found import (
    Device,
    DeviceId,
    Driver,
    FfmpegInput,
    Format,
    Nature,
    Options,
    Signal,
    Size,
    SoundDevice,
    SoundId,
)
from capture.devices.lines import lines, rate

_HEADING = re.compile(r"^AVFoundation (video|audio) devices:")
_LISTED = re.compile(r"^\[(?P<place>\d{1,3})\] (?P<name>.*\S) *$")
_MODE = re.compile(r"^ +(?P<w>\d{1,5})x(?P<h>\d{1,5})@\[(?P<slow>[\d.]+) (?P<fast>[\d.]+)\]fps")
_PIXELS = re.compile(r"^ {1,4}(?P<name>[a-z0-9]{3,16})$")
_SCREEN = re.compile(r"^Capture screen \d+$")


def devices(said: str) -> tuple[tuple[Device, ...], tuple[SoundDevice, ...]]:
    """The pictures and the sounds of the listing."""
    found: dict[str, list[tuple[int, str]]] = {"video": [], "audio": []}
    heading = ""
    for line in lines(said):
        if match := _HEADING.match(line):
            heading = match[1]
        elif heading and (match := _LISTED.match(line)):
            found[heading].append((int(match["place"]), match["name"]))
    pictures = tuple(_picture(place, name, found["video"]) for place, name in found["video"])
    sounds = tuple(_sound(place, name, found["audio"]) for place, name in found["audio"])
    return pictures, sounds


def formats(said: str) -> tuple[Format, ...]:
    """What the complaint about an impossible size or pixel format tells, below `Supported modes:` and the like. Of a
    range of rates ffmpeg takes the fastest alone."""
    tops: dict[tuple[int, int], set[Fraction]] = {}
    names: list[str] = []
    part = ""
    for line in lines(said):
        if line.startswith("Supported "):
            part = line
        elif "modes" in part and (match := _MODE.match(line)):
            top = rate(_short(match["fast"]))
            if top and int(match["w"]) and int(match["h"]):
                tops.setdefault((int(match["w"]), int(match["h"])), set()).add(top)
        elif "pixel formats" in part and (match := _PIXELS.match(line)) and match["name"] not in names:
            names.append(match["name"])
    sizes = tuple(Size(*size, tuple(sorted(rates))) for size, rates in tops.items())
    if not names:
        return (Format("", (), sizes=sizes),) if sizes else ()
    return tuple(Format(name, (("pixel_format", name),), sizes=sizes) for name in names)


def _short(rate_text: str) -> str:
    """`29.970030` as `29.97003`: avfoundation's six places."""
    return rate_text.rstrip("0").rstrip(".") if "." in rate_text else rate_text


def _picture(place: int, name: str, listed: Sequence[tuple[int, str]]) -> Device:
    told = nature.by_name(name)
    if _SCREEN.match(name):
        told = Nature(Signal.CAMERA, "it is the screen")
    dv = told.signal is Signal.DV
    options: Options = (("capture_raw_data", "true"),) if dv else ()
    return Device(
        DeviceId(f"avfoundation:{_key(place, name, listed)}"),
        name,
        Driver.AVFOUNDATION,
        FfmpegInput("avfoundation", _url(place, name, listed), options),
        told,
        alternative=str(place),
        carries_sound=dv,
    )


def _sound(place: int, name: str, listed: Sequence[tuple[int, str]]) -> SoundDevice:
    return SoundDevice(
        SoundId(f"avfoundation-sound:{_key(place, name, listed)}"),
        name,
        Driver.AVFOUNDATION,
        FfmpegInput("avfoundation", f":{_url(place, name, listed)}"),
        str(place),
    )


def _url(place: int, name: str, listed: Sequence[tuple[int, str]]) -> str:
    alone = sum(other.startswith(name) for _, other in listed) == 1
    plain = ":" not in name and not name[:1].isdigit() and not name.startswith(("none", "default", "-", "+", " "))
    return name if alone and plain else str(place)


def _key(place: int, name: str, listed: Sequence[tuple[int, str]]) -> str:
    before = sum(1 for where, other in listed if other == name and where < place)
    return f"{name}#{before}" if before else name
