"""What was chosen becomes ffmpeg's words."""

from __future__ import annotations

from fractions import Fraction

from capture.devices import avfoundation, decklink
from capture.devices.dshow import listed
from capture.devices.dshow_devices import detailed, devices
from capture.devices.dshow_options import options
from capture.devices.opening import Choice, sources, words
from tests.capture.devices.recorded import said


def test_directshow_opens_picture_and_sound_as_one_input() -> None:
    pictures, sounds = devices(listed(said("09")))
    (one,) = sources(Choice(pictures[0], sound=sounds[0]))
    assert words(one) == ["-f", "dshow", "-i", f"video={pictures[0].alternative}:audio={sounds[0].alternative}"]


def test_the_socket_comes_before_the_standard_and_the_standard_before_the_size() -> None:
    (device,), _ = devices(listed('[dshow @ 01] "Polaris" (video)\n'))
    device, (own,) = detailed(device, options(said("21")))
    choice = Choice(
        device,
        input=device.inputs[1],
        standard=device.standards[0],
        format=device.formats[0],
        size=(704, 576),
        rate=Fraction(25),
        sound=own,
    )
    (one,) = sources(choice)
    assert words(one) == [
        *("-f", "dshow"),
        *("-crossbar_video_input_pin_number", "1", "-crossbar_audio_input_pin_number", "2"),
        *("-video_size", "704x576", "-framerate", "25/1", "-pixel_format", "uyvy422"),
        *("-i", "video=Polaris:audio=Polaris"),
    ]


def test_macos_opens_picture_and_sound_as_one_input() -> None:
    pictures, sounds = avfoundation.devices(said("43"))
    (one,) = sources(Choice(pictures[3], sound=sounds[0]))
    assert words(one) == ["-f", "avfoundation", "-i", "Elgato Video Capture:USB Digital Audio"]


def test_a_card_is_told_its_socket_and_its_mode() -> None:
    (card,) = decklink.devices(said("30"))
    formats, standards = decklink.formats(said("31"))
    (one,) = sources(Choice(card, input=card.inputs[1], standard=standards[1], format=formats[2]))
    assert words(one) == [
        *("-f", "decklink", "-video_input", "s_video", "-format_code", "pal ", "-i", "UltraStudio Express"),
    ]
