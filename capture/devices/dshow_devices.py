"""What DirectShow listed, as devices. Pure.

A device is opened by its alternative name where it has one: that has neither a colon nor a twin. (ffmpeg splits
`video=A:audio=B` at the colon; in alternative names it writes `_` for it.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from capture.devices import nature
from capture.devices.dshow import Listed
from capture.devices.dshow_options import Options
from capture.devices.found import (
    Device,
    DeviceId,
    Driver,
    FfmpegInput,
    Format,
    Link,
    Nature,
    Signal,
    SoundDevice,
    SoundId,
    Standard,
)

_SOFTWARE = "@device_sw_"
_FIREWIRE = "\\\\?\\avc#"
"""How Windows' device paths of FireWire decks begin, behind `@device_pnp_`."""
_PAL, _NTSC = Fraction(25), Fraction(30000, 1001)


_DV_NOTE = (
    "Windows gives ffmpeg this deck's picture; listen to a first recording: whether the sound is in it is not known"
)
"""MSDV has two pins, one of picture and sound together that ffmpeg does not know, and one of the picture."""


def devices(listed: Iterable[Listed]) -> tuple[tuple[Device, ...], tuple[SoundDevice, ...]]:
    """The pictures and the sounds of a listing, each by its name alone: nothing has been opened yet."""
    pictures, sounds = [], []
    for one in listed:
        if not (one.name or one.alternative):
            continue  # nothing that ffmpeg could be told
        if "video" in one.kinds:
            pictures.append(_picture(one))
        if "audio" in one.kinds:
            sounds.append(_sound(one))
    return tuple(pictures), tuple(sounds)


def detailed(device: Device, options: Options) -> tuple[Device, tuple[SoundDevice, ...]]:
    """The device with what `-list_options` told of it, and the sound that it brings itself, if it does."""
    told = (
        nature.by_facts(options.inputs, (), options.formats)
        or (device.nature if device.nature.signal is not Signal.UNKNOWN else None)
        or nature.by_sizes(options.formats)
        or device.nature
    )
    standards = _standards(options.formats) if told.signal is Signal.ANALOG else ()
    found = replace(
        device,
        nature=told,
        inputs=options.inputs,
        formats=options.formats,
        standards=standards,
        carries_sound=device.carries_sound or told.signal is Signal.DV,
        detailed=True,
    )
    listed = bool(device.of)  # as a sound too
    if not options.has_sound or listed or found.carries_sound or not isinstance(device.source, FfmpegInput):
        return found, ()
    source = device.source
    place = tuple((name.replace("video", "audio"), value) for name, value in source.options)
    own = SoundDevice(
        SoundId(f"{device.id}/sound"),
        device.name,
        Driver.DSHOW,
        FfmpegInput("dshow", source.url.replace("video=", "audio=", 1), place),
        device.alternative,
        of=device.alternative or device.name,
    )
    link = Link(own.id, "it is part of the same device")
    return replace(found, of=own.of, links=(link, *(one for one in found.links if one.sound != own.id))), (own,)


def _picture(one: Listed) -> Device:
    note = "" if one.sure else "it does not say what it gives before its program runs"
    if not one.alternative and ":" in one.name:
        note = "this ffmpeg cannot open a device with a colon in its name"
    told = _nature(one)
    if told.signal is Signal.DV:
        note = note or _DV_NOTE
    return Device(
        DeviceId(f"dshow:{_key(one)}"),
        one.name,
        Driver.DSHOW,
        FfmpegInput("dshow", f"video={one.alternative or one.name}", _place(one, "video")),
        told,
        one.alternative,
        of=one.alternative if one.kinds >= {"video", "audio"} else "",
        carries_sound=told.signal is Signal.DV,
        note=note,
    )


def _sound(one: Listed) -> SoundDevice:
    return SoundDevice(
        SoundId(f"dshow-sound:{_key(one)}"),
        one.name,
        Driver.DSHOW,
        FfmpegInput("dshow", f"audio={one.alternative or one.name}", _place(one, "audio")),
        one.alternative,
        of=one.alternative if one.kinds >= {"video", "audio"} else "",
    )


def _key(one: Listed) -> str:
    return one.alternative or (f"{one.name}#{one.number}" if one.number else one.name)


def _place(one: Listed, kind: str) -> tuple[tuple[str, str], ...]:
    """Which of several of one name; an alternative name needs no number."""
    return ((f"{kind}_device_number", str(one.number)),) if one.number and not one.alternative else ()


def _nature(one: Listed) -> Nature:
    if _FIREWIRE in one.alternative.lower():
        return Nature(Signal.DV, "Windows has it on FireWire, as AV/C")
    known = nature.by_usb(one.usb)
    if known:
        return known
    guessed = nature.by_name(one.name)
    if one.alternative.startswith(_SOFTWARE) and guessed.signal is Signal.CAMERA:  # some cards' drivers are such too
        return Nature(Signal.CAMERA, "it is a program, not a device")
    return guessed


def _standards(formats: tuple[Format, ...]) -> tuple[Standard, ...]:
    """ffmpeg cannot turn a driver's own switch: on Windows the standard follows from size and rate."""
    found = {}
    for one in formats:
        for size in one.sizes:
            width, height = size.width, size.height
            told = size.rates or (_PAL, _NTSC)
            slow, fast = told[0], told[-1]
            if (width, height) == (720, 576) and slow <= _PAL <= fast:
                found["PAL"] = Standard("PAL", (("video_size", "720x576"), ("framerate", "25")), _PAL, 625)
            if (width, height) in ((720, 480), (720, 486)) and slow <= _NTSC <= fast:
                options = (("video_size", f"720x{height}"), ("framerate", "30000/1001"))
                found.setdefault("NTSC", Standard("NTSC", options, _NTSC, 525))
    return tuple(found.values())
