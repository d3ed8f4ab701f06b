"""Blackmagic's cards, through an ffmpeg that was built with their interface. Pure.

A card tells its picture modes but not its sockets: those that ffmpeg can name are offered, the card refuses what it
lacks. It carries its sound itself.
"""

from __future__ import annotations

import re
from collections import Counter

from capture.devices.found import (
    Device,
    DeviceId,
    Driver,
    FfmpegInput,
    Format,
    Input,
    Nature,
    Signal,
    Size,
    Standard,
)
from capture.devices.lines import lines, rate
from capture.devices.sources import listed

_MODE = re.compile(
    r"^\t(?P<code>[ -~]{4})\t+(?P<w>\d{1,5})x(?P<h>\d{1,5}) at (?P<rate>\d+/\d+) fps"
    r"(?: \((?P<how>[^)]*)\))?"
)
_OLD = re.compile(
    r"^\t(?P<code>\d{1,3})\t(?P<w>\d{1,5})x(?P<h>\d{1,5}) at (?P<rate>\d+/\d+) fps(?: \((?P<how>[^)]*)\))?"
)
_LEGACY = re.compile(r"^\t'(?P<name>.*)'$")
_TELEVISION = {"pal": ("PAL", 625), "ntsc": ("NTSC", 525)}

INPUTS = (
    Input("Composite", (("video_input", "composite"),), sound=(("audio_input", "analog"),)),
    Input("S-Video", (("video_input", "s_video"),), sound=(("audio_input", "analog"),)),
    Input("Component", (("video_input", "component"),), sound=(("audio_input", "analog"),)),
    Input("SDI", (("video_input", "sdi"),), sound=(("audio_input", "embedded"),)),
    Input("HDMI", (("video_input", "hdmi"),), sound=(("audio_input", "embedded"),)),
)


def devices(said: str) -> tuple[Device, ...]:
    """The cards that `-sources decklink` lists, or, from an ffmpeg before 4.2, `-list_devices 1`."""
    found = [(one.name, one.description) for one in listed(said, "decklink")]
    found = found or [("", match["name"]) for line in lines(said) if (match := _LEGACY.match(line))]
    twins = Counter(name for _, name in found)
    return tuple(
        Device(
            DeviceId(f"decklink:{handle or name}"),
            name,
            Driver.DECKLINK,
            FfmpegInput("decklink", handle if handle and twins[name] > 1 else name),
            Nature(Signal.UNKNOWN, "Blackmagic's cards take analog, SDI or HDMI: the chosen input decides"),
            alternative=handle,
            inputs=INPUTS,
            carries_sound=True,
        )
        for handle, name in found
        if name
    )


def formats(said: str) -> tuple[tuple[Format, ...], tuple[Standard, ...]]:
    """The modes of `-list_formats 1`, and which of them are television's."""
    found: list[Format] = []
    standards: list[Standard] = []
    for line in lines(said):
        match = _MODE.match(line) or _OLD.match(line)
        pace = rate(match["rate"]) if match else None
        if not match or not pace:
            continue
        code, size = match["code"], Size(int(match["w"]), int(match["h"]), (pace,))
        how = match["how"] or ""
        order = "bottom" if "lower" in how else "top" if "upper" in how else "progressive"
        options = (("format_code", code),)
        words = f"{size.width}x{size.height} at {match['rate']}{' interlaced' if how else ''}"
        found.append(Format(code, options, sizes=(size,), description=words, field_order=order))
        if television := _TELEVISION.get(code.strip().lower()):
            standards.append(Standard(television[0], options, pace, television[1]))
    return tuple(found), tuple(standards)
