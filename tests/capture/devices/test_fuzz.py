"""No text and no bytes that a device could send make a parser crash, hang, or give what ffmpeg could not be told."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.devices import alsa, avfoundation, decklink, programs, pulse, sources, v4l2_text
from capture.devices import v4l2_structs as v
from capture.devices.dshow import listed
from capture.devices.dshow_devices import detailed, devices
from capture.devices.dshow_options import options
from capture.devices.found import Device, FfmpegInput, Found
from capture.devices.lines import rate
from capture.devices.links import links
from capture.devices.plugs import concerns
from capture.devices.sysfs import Plug
from capture.devices.told import as_json, as_text
from capture.devices.v4l2 import device
from tests.capture.devices.recorded import everything

SAMPLES = everything()
WORDS = sorted({word for text in SAMPLES for word in text.replace("\n", " ").split(" ") if word})

Read = Callable[[str], object]


def dshow(text: str) -> object:
    pictures, sounds = devices(listed(text))
    for one in pictures:
        assert isinstance(one.source, FfmpegInput)
        assert one.source.url != "video="
    return [links(one, sounds) for one in pictures]


def dshow_details(text: str) -> object:
    (one,), _ = devices(listed('"A" (video)'))
    return detailed(one, options(text))


def mac_devices(text: str) -> object:
    pictures, sounds = avfoundation.devices(text)
    return as_text(Found(pictures, sounds))


PARSERS: dict[str, Read] = {
    "dshow": dshow,
    "dshow options": dshow_details,
    "avfoundation": mac_devices,
    "avfoundation formats": avfoundation.formats,
    "decklink": decklink.devices,
    "decklink formats": decklink.formats,
    "v4l2 formats": v4l2_text.formats,
    "v4l2 standards": v4l2_text.standards,
    "alsa cards": alsa.cards,
    "alsa pcm": alsa.recordable,
    "alsa stream": alsa.stream,
    "pulse": pulse.from_ffmpeg,
    "pactl": pulse.from_pactl,
    "sources": lambda text: sources.listed(text, "pulse"),
    "ffmpeg's devices": programs.parsed,
    "rate": rate,
}


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A recording, cut, doubled, its words exchanged, strange letters put in."""
    text = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        match draw(st.integers(0, 4)):
            case 0:
                text = text[:at]
            case 1:
                text = text[at:] + text[:at]
            case 2:
                text = text[:at] + draw(st.sampled_from(WORDS)) + text[at:]
            case 3:
                text = text[:at] + draw(st.text(max_size=12)) + text[at:]
            case 4:
                text = text[:at] + text[at + draw(st.integers(1, 40)) :]
    return text


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=60, deadline=None)
@given(text=st.one_of(damaged(), st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)))
def test_a_damaged_listing_crashes_nothing(name: str, text: str) -> None:
    PARSERS[name](text)


@pytest.mark.parametrize("name", PARSERS)
def test_every_parser_bears_every_other_parsers_input(name: str) -> None:
    for text in SAMPLES:
        PARSERS[name](text)


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize(
    "line", ['"' * 20_000, "[" * 20_000, " " * 20_000, "0x" * 10_000, "1" * 20_000, "(video)" * 3000]
)
def test_a_line_of_monstrous_length_takes_no_time(name: str, line: str) -> None:
    PARSERS[name](line)


@settings(max_examples=100, deadline=None)
@given(name=st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=40))
def test_any_name_comes_back_letter_for_letter(name: str) -> None:
    """Nothing is forbidden in a name but what ends a line."""
    (new,) = listed(f'[dshow @ 00aa] "{name}" (video)\n')
    assert new.name == name
    if not name.endswith(")") and '" (' not in name:
        (old,) = listed(f'[dshow @ 00aa] DirectShow video devices\n[dshow @ 00aa]  "{name}"\n')
        assert old.name == name


@settings(max_examples=150, deadline=None)
@given(answers=st.lists(st.one_of(st.none(), st.binary(min_size=104, max_size=104)), min_size=1, max_size=40))
def test_a_driver_that_answers_nonsense_crashes_nothing(answers: list[bytes | None]) -> None:
    left = iter(answers * 8)
    sizes = {v.QUERYCAP: 104, v.ENUMINPUT: 80, v.ENUMSTD: 72, v.ENUM_FMT: 64, v.ENUM_FRAMESIZES: 44}
    sizes |= {v.ENUM_FRAMEINTERVALS: 52, v.G_INPUT: 4, v.G_STD: 8}

    def ask(request: int, _question: bytes) -> bytes | None:
        answer = next(left, None)
        if request == v.QUERYCAP:
            able = struct.pack("<III", 0, v.DEVICE_CAPS, v.VIDEO_CAPTURE | v.STREAMING)
            return (answer or bytes(104))[:80] + able + bytes(12)
        return answer[: sizes[request]] if answer else None

    found = device("/dev/video0", 0, Plug(), ask)
    assert isinstance(found, Device)
    as_json(Found((found,)))
    as_text(Found((found,)))


@given(message=st.binary(max_size=300))
def test_any_word_of_the_kernel_is_borne(message: bytes) -> None:
    concerns(message)
    concerns(b"add@" + message)
