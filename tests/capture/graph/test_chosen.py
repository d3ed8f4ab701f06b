"""What a capture node asks for is found among the devices, or it is said what there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from capture.decks.listing import devices
from capture.devices.found import (
    Device,
    DeviceId,
    Driver,
    FfmpegInput,
    Format,
    Found,
    Input,
    Link,
    Nature,
    Signal,
    Size,
    SoundDevice,
    SoundId,
    Standard,
)
from capture.graph.chosen import ChoiceError, choice, wants_decks
from nodes.library.input.capture import Capture

GRABBER = Device(
    DeviceId("v4l2:usb-1"), "USB Grabber", Driver.V4L2, FfmpegInput("v4l2", "/dev/video0"),
    Nature(Signal.ANALOG, "it has composite"),
    inputs=(Input("Composite", (("channel", "0"),)), Input("S-Video", (("channel", "1"),)), Input("HDMI", None)),
    standards=tuple(Standard(name, (("standard", name),)) for name in ("NTSC", "PAL-M", "PAL-BG", "PAL-DK", "SECAM")),
    formats=(
        Format("mjpeg", (("input_format", "mjpeg"),), compressed=True),
        Format("yuyv422", (("input_format", "yuyv422"),), sizes=(Size(720, 576), Size(720, 480))),
    ),
    links=(Link(SoundId("alsa:1"), "the same plug"),),
)  # fmt: skip
SOUND = SoundDevice(SoundId("alsa:1"), "Grabber sound", Driver.ALSA, FfmpegInput("alsa", "hw:1"))
CAMERA = Device(
    DeviceId("v4l2:cam"), "Webcam", Driver.V4L2, FfmpegInput("v4l2", "/dev/video1"), Nature(Signal.CAMERA, "a camera")
)
FOUND = Found((GRABBER, CAMERA), (SOUND,))


def test_the_only_device_is_meant_where_none_is_named() -> None:
    chosen = choice(Capture(input="s-video"), FOUND)
    assert chosen.device is GRABBER
    assert chosen.input is not None and chosen.input.name == "S-Video"
    assert chosen.standard is not None and chosen.standard.name == "PAL-BG"
    assert chosen.format is not None and chosen.format.name == "yuyv422"
    assert (chosen.size, chosen.sound) == ((720, 576), SOUND)


@pytest.mark.parametrize(
    ("standard", "name"), [("pal", "PAL-BG"), ("ntsc", "NTSC"), ("pal-m", "PAL-M"), ("secam", "SECAM")]
)
def test_a_standard_is_found_under_the_drivers_name(standard: str, name: str) -> None:
    found = choice(Capture(standard=standard), FOUND).standard
    assert found is not None and found.name == name


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"device": "nothing"}, "there is no device 'nothing'. There are: USB Grabber"),
        ({"input": "Component"}, "USB Grabber has no input 'Component'. It has: Composite, S-Video, HDMI"),
        ({"input": "HDMI"}, "HDMI cannot be chosen from here"),
        ({"standard": "pal-60"}, "does not take PAL-60. It takes: NTSC, PAL-M"),
        ({"samples": "10 bit"}, "no 10 bits a sample; it gives: mjpeg, yuyv422"),
        ({"samples": "dv"}, "Set samples to 8 bit"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(params: dict[str, Any], says: str) -> None:
    with pytest.raises(ChoiceError) as fault:
        choice(Capture(**params), FOUND)
    assert says in str(fault.value)


def test_none_and_several_devices_are_told_apart() -> None:
    with pytest.raises(ChoiceError, match="no capture device was found"):
        choice(Capture(), Found((CAMERA,)))
    twin = replace(GRABBER, id=DeviceId("v4l2:usb-2"), name="Zweiter Grabber")
    with pytest.raises(ChoiceError, match=r"several devices: USB Grabber .*; Zweiter Grabber"):
        choice(Capture(), Found((GRABBER, twin)))
    assert choice(Capture(device="zweiter"), Found((GRABBER, twin))).device is twin
    with pytest.raises(ChoiceError, match="there is no device 'grabber'"):
        choice(Capture(device="grabber"), Found((GRABBER, twin)))  # either


def test_test_decks_are_meant_by_their_ids_alone() -> None:
    node = Capture(device="deck:pal")
    assert wants_decks(node) and not wants_decks(Capture(device="USB"))
    found = Found((GRABBER, *devices()))
    assert choice(node, found).device.name == "Test deck PAL"
    assert choice(Capture(), found).device is GRABBER
    dv = choice(Capture(device="deck:dv-pal", samples="dv"), found)
    assert dv.device.nature.signal is Signal.DV
