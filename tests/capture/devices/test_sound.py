"""Linux' sound: cards from /proc/asound, PulseAudio's and PipeWire's sources; and whose sound is whose."""

from __future__ import annotations

from pathlib import Path

import pytest

from capture.devices import alsa, pulse
from capture.devices.dshow import listed
from capture.devices.dshow_devices import devices
from capture.devices.found import Device, DeviceId, Driver, FfmpegInput, Nature, Signal, SoundDevice, SoundId
from capture.devices.links import links
from capture.devices.sysfs import plug
from tests.capture.devices.recorded import SAMPLES, said

PROC = SAMPLES / "70_CONSTRUCTED_asound"


def machine(root: Path) -> Path:
    """A /sys whose sound card 1 and video device 0 are one USB stick, and card 0 a PCI card."""
    bus = root / "devices" / "pci0000:00"
    stick = bus / "0000:00:14.0" / "usb1" / "1-1" / "1-1.2"
    for part in ("1-1.2:1.0/video4linux/video0", "1-1.2:1.2/sound/card1"):
        (stick / part).mkdir(parents=True)
    for name, text in (("idVendor", "05e1\n"), ("idProduct", "0408\n"), ("product", "USB2.0 PC CAMERA\n")):
        (stick / name).write_text(text)
    card = bus / "0000:00:1f.3"
    (card / "sound" / "card0").mkdir(parents=True)
    for folder in (card, bus / "0000:00:14.0"):
        (folder / "vendor").write_text("0x8086\n")
        (folder / "class").write_text("0x040300\n")
    sound = root / "class" / "sound"
    sound.mkdir(parents=True)
    for name, place in (("card0", card / "sound/card0"), ("card1", stick / "1-1.2:1.2/sound/card1")):
        try:
            (sound / name).symlink_to(place)
        except OSError:
            pytest.skip("this system gives no symbolic links")
        (place / "device").symlink_to(place.parents[1])
    return root


def test_cards_that_can_be_recorded_from_are_found_with_their_own_channels_and_rate() -> None:
    found = {one.id: one for one in alsa.sounds(PROC, PROC / "nowhere")}
    assert list(found) == ["alsa:PCH,0", "alsa:Device,0", "alsa:usbtv,0", "alsa:C920,0"]
    assert found[SoundId("alsa:Device,0")].source == FfmpegInput(
        "alsa", "hw:CARD=Device,DEV=0", (("sample_rate", "48000"), ("channels", "2"))
    )
    assert found[SoundId("alsa:C920,0")].source == FfmpegInput(
        "alsa", "hw:CARD=C920,DEV=0", (("sample_rate", "32000"), ("channels", "1"))
    )
    assert found[SoundId("alsa:usbtv,0")].source == FfmpegInput("alsa", "plughw:CARD=usbtv,DEV=0")
    assert found[SoundId("alsa:PCH,0")].name == "HDA Intel PCH: ALC255 Analog"


def test_what_a_card_plays_is_not_what_it_records() -> None:
    told = (PROC / "card3" / "stream0").read_text(encoding="utf-8")
    assert alsa.stream(told) == (("sample_rate", "32000"), ("channels", "1"))  # not the 6 channels that it plays
    assert alsa.stream("Playback:\n  Interface 1\n    Channels: 2\n    Rates: 48000\n") is None


def test_a_machine_without_sound_cards_has_none(tmp_path: Path) -> None:
    assert alsa.sounds(tmp_path / "none", tmp_path) == ()


def test_picture_and_sound_of_one_stick_are_one_plug(tmp_path: Path) -> None:
    root = machine(tmp_path)
    picture = plug(root / "devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.2/1-1.2:1.0")
    assert (picture.of, picture.usb, picture.product) == ("usb 1-1.2", (0x05E1, 0x0408), "USB2.0 PC CAMERA")
    places = {one.id: one.of for one in alsa.sounds(PROC, root / "class" / "sound")}
    assert places[SoundId("alsa:Device,0")] == "usb 1-1.2"
    assert places[SoundId("alsa:PCH,0")] == "pci 0000:00:1f"


def test_picture_and_sound_of_one_card_are_one_plug_though_the_card_is_two_functions(tmp_path: Path) -> None:
    for function in ("0000:05:00.0", "0000:05:00.1"):
        (tmp_path / function).mkdir()
        (tmp_path / function / "vendor").write_text("0x14f1\n")
        (tmp_path / function / "class").write_text("0x040000\n")
    assert plug(tmp_path / "0000:05:00.0").of == plug(tmp_path / "0000:05:00.1").of == "pci 0000:05:00"


def test_a_part_that_is_no_hardware_has_no_plug(tmp_path: Path) -> None:
    assert plug(tmp_path).of == ""
    assert plug(tmp_path / "gone").of == ""


def test_ffmpegs_list_of_pulse_leaves_out_what_the_machine_plays() -> None:
    found = pulse.from_ffmpeg(said("80"))
    assert [(one.source.url, one.name) for one in found] == [
        ("alsa_input.pci-0000_00_1b.0.analog-stereo", "Audio Interno Estéreo analógico"),
        (
            "alsa_input.pci-0000_01_00.0.analog-stereo",
            "CMI8738/CMI8768 PCI Audio (CMI8738/C3DX PCI Audio Device) Estéreo analógico",
        ),
    ]
    (real,) = pulse.from_ffmpeg(said("85"))
    assert (real.source.url, real.name) == ("grabber", "Gräbber_✓")
    (one,) = pulse.from_ffmpeg(said("81"))
    assert (one.name, one.driver) == ("Ryzen HD Audio Controller Analog Stereo", Driver.PULSE)


@pytest.mark.parametrize(
    ("sample", "truth"),
    [
        (
            "82",
            [
                ("alsa_input.pci-0000_00_1f.3.analog-stereo", "Built-in Audio", "pci 0000:00:1f"),
                ("alsa_input.usb-Syntek_USB2.0_MIC-02.analog-stereo", "USB2.0 MIC Стерео", "usb 1-1.2"),
            ],
        ),
        ("84", [("grabber", "Gräbber_✓", "")]),
        ("83", [("alsa_input.usb-FiiO_DigiHug_USB_Audio-01.analog-stereo", "DigiHug USB Audio", "usb 3-11.2")]),
    ],
)
def test_pactl_tells_the_name_and_the_plug(sample: str, truth: list[tuple[str, str, str]]) -> None:
    assert [(one.source.url, one.name, one.of) for one in pulse.from_pactl(said(sample))] == truth


@pytest.mark.parametrize("text", ["", "Source #1", "Source #1\n\tMonitor of Sink: n/a", "Source #1\n" * 5000])
def test_what_pactl_does_not_tell_is_nothing(text: str) -> None:
    assert pulse.from_pactl(text) == ()


def picture(name: str, of: str = "") -> Device:
    source = FfmpegInput("v4l2", "/dev/video0")
    return Device(DeviceId("x"), name, Driver.V4L2, source, Nature(Signal.ANALOG, ""), of=of)


def sound(name: str, of: str = "") -> SoundDevice:
    return SoundDevice(SoundId(name), name, Driver.ALSA, FfmpegInput("alsa", "hw:0"), of=of)


def test_the_same_plug_comes_before_any_likeness_of_names() -> None:
    found = links(picture("Grabby", "usb 1-2"), [sound("Grabby thing"), sound("Unlike", "usb 1-2")])
    assert [(one.sound, one.reason) for one in found] == [
        ("Unlike", "it is part of the same device"),
        ("Grabby thing", "a guess: both names say grabby"),
    ]


def test_another_plug_is_not_linked_for_its_name() -> None:
    assert links(picture("HD Pro Webcam C920", "usb 1-2"), [sound("HD Pro Webcam C920 two", "usb 1-4")]) == ()


def test_words_that_every_maker_uses_link_nothing() -> None:
    assert links(picture("USB Video Device"), [sound("Microphone (USB Audio Device)"), sound("Digital Audio In")]) == ()


def test_the_two_halves_of_an_hdmi_stick_are_known_in_any_language() -> None:
    for sample in ("06", "09"):
        pictures, sounds = devices(listed(said(sample)))
        (link,) = links(pictures[0], sounds)
        assert "(USB Digital Audio)" in next(one.name for one in sounds if one.id == link.sound)


def test_one_device_of_two_kinds_is_its_own_sound() -> None:
    pictures, sounds = devices(listed(said("10")))
    hd60 = next(one for one in pictures if one.name == "Game Capture HD60 S")
    assert [link.reason for link in links(hd60, sounds)] == ["it is part of the same device"]
