"""macOS' list: which name leads to one device alone, and which to its place."""

from __future__ import annotations

from fractions import Fraction

import pytest

from capture.devices import avfoundation
from capture.devices.found import FfmpegInput, Signal, Size
from tests.capture.devices.recorded import said

TRUTH = {
    "40": (
        [("CamTwist", "0"), ("Built-in iSight",) * 2, ("CamTwist (2VUY)",) * 2, ("Capture screen 0",) * 2],
        [
            ("Soundflower (64ch)",) * 2,
            ("Built-in Microphone",) * 2,
            ("Soundflower (2ch)",) * 2,
            ("Built-in Input",) * 2,
        ],
    ),
    "41": ([("FaceTime高清摄像头（内建）",) * 2, ("Capture screen 0",) * 2], [("MacBook Pro麦克风",) * 2]),
    "42": (
        [("FaceTime HD Camera (Built-in)",) * 2, ("DV-VCR",) * 2, ("Capture screen 0",) * 2],
        [("MacBook Pro Microphone",) * 2],
    ),
    "43": (
        [
            ("USB Video", "0"),
            ("USB Video", "1"),
            ("4K: Capture [HDMI]", "2"),
            ("Elgato Video Capture", "Elgato Video Capture"),
        ],
        [("USB Digital Audio",) * 2, ("Elgato Video Capture",) * 2],
    ),
}
"""Of each list its pictures and its sounds: a name, and what opens it."""


@pytest.mark.parametrize("sample", TRUTH)
def test_every_device_is_found_and_opened_by_what_leads_to_it_alone(sample: str) -> None:
    pictures, sounds = avfoundation.devices(said(sample))
    found = (
        [(one.name, one.source.url) for one in pictures if isinstance(one.source, FfmpegInput)],
        [(one.name, one.source.url.removeprefix(":")) for one in sounds],
    )
    assert found == TRUTH[sample]
    assert all(one.source.url.startswith(":") for one in sounds)


def test_twins_have_ids_of_their_own() -> None:
    pictures, _ = avfoundation.devices(said("43"))
    assert [one.id for one in pictures[:2]] == ["avfoundation:USB Video", "avfoundation:USB Video#1"]


def test_a_dv_deck_gives_its_own_numbers_and_its_sound() -> None:
    pictures, _ = avfoundation.devices(said("42"))
    deck = pictures[1]
    assert deck.nature.signal is Signal.DV
    assert deck.carries_sound
    assert isinstance(deck.source, FfmpegInput)
    assert deck.source.options == (("capture_raw_data", "true"),)


def test_a_screen_gives_no_tape() -> None:
    pictures, _ = avfoundation.devices(said("42"))
    assert [one.nature.signal for one in pictures] == [Signal.CAMERA, Signal.DV, Signal.CAMERA]


def test_modes_are_told_with_the_rates_that_ffmpeg_takes() -> None:
    (told,) = avfoundation.formats(said("44"))
    assert told.sizes == (
        Size(720, 576, (Fraction(25),)),
        Size(720, 480, (Fraction(30000, 1001),)),
        Size(640, 480, (Fraction(25), Fraction(30))),
    )


def test_pixel_formats_are_told() -> None:
    assert [one.name for one in avfoundation.formats(said("45"))] == ["uyvy422", "yuyv422", "nv12", "0rgb", "bgr0"]
