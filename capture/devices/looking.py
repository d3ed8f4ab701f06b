"""Asks one device for its inputs, standards, formats and sound. It is opened for a moment; nothing is recorded."""

from __future__ import annotations

from dataclasses import replace

from capture.devices import avfoundation, decklink, dshow_devices, nature, v4l2_text
from capture.devices.asking import SilentError, ask
from capture.devices.dshow_options import options
from capture.devices.found import Device, Driver, FfmpegInput, Found, Signal
from capture.devices.places import Tools, question, tools

_NO_SUCH_SIZE = (("video_size", "1x1"), ("framerate", "1"))
"""avfoundation tells what there is when it is asked for what there is not."""


def look(device: Device, at_hand: Tools | None = None) -> Found:
    """The device with all that it tells (Found.devices[0]), and the sound that it turned out to bring (Found.sounds).
    One that does not answer comes back as it was, with a note. Never raises."""
    if device.detailed or not isinstance(device.source, FfmpegInput):
        return Found((device,))
    program = (at_hand or tools()).having(device.driver.value)
    if not program:
        return Found((device,))
    source = device.source
    try:
        match device.driver:
            case Driver.DSHOW:
                asked = (*source.options, ("list_options", "true"))
                told = options(ask(question(program, "dshow", asked, source.url)))
                found, sounds = dshow_devices.detailed(device, told)
                return Found((found,), sounds)
            case Driver.DECKLINK:
                said = ask(question(program, "decklink", (("list_formats", "1"),), source.url))
                formats, standards = decklink.formats(said)
                return Found((replace(device, formats=formats, standards=standards, detailed=True),))
            case Driver.V4L2:
                formats = v4l2_text.formats(ask(question(program, "v4l2", (("list_formats", "all"),), source.url)))
                standards = device.standards or v4l2_text.standards(
                    ask(question(program, "v4l2", (("list_standards", "all"),), source.url))
                )
                return Found((replace(device, formats=formats, standards=standards, detailed=True),))
            case Driver.AVFOUNDATION if not device.carries_sound:
                said = ask(question(program, "avfoundation", _NO_SUCH_SIZE, source.url))
                return Found((_macos(device, said),))
            case _:
                return Found((replace(device, detailed=True),))
    except SilentError as silent:
        return Found((replace(device, note=str(silent)),))


def _macos(device: Device, said: str) -> Device:
    told = tuple(
        one if one.name else replace(one, name="uyvy422", options=(("pixel_format", "uyvy422"),))
        for one in avfoundation.formats(said)
    )
    told_nature = device.nature
    if told_nature.signal is Signal.UNKNOWN:
        told_nature = nature.by_sizes(told) or told_nature
    return replace(device, formats=told, nature=told_nature, detailed=True)
