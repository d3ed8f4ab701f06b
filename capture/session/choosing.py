"""From what was found and chosen (capture/devices) to what the recorder opens. Pure."""

from __future__ import annotations

from fractions import Fraction

from capture.devices.found import Device, FfmpegInput, PipedInput, Signal, Size, Standard
from capture.devices.opening import Choice, sources
from capture.session.asking import Feed, Source

__all__ = ["source_of"]

_FIELDS = {"top": "tff", "bottom": "bff", "progressive": "progressive"}
# 4:3 over the 702 (625 lines) or 711 (525) active samples of BT.601 is 12:11 or 10:11; decks and cards call the whole
# width 4:3, and so does everything in nodes/
_ASPECTS = {(720, 576): "16/15", (704, 576): "12/11", (720, 480): "8/9", (704, 480): "10/11", (720, 486): "9/10"}


def source_of(choice: Choice) -> Source:
    """What is not said is taken as the standard has it: 25 or 29.97 frames, the upper field first in 625 lines and the
    lower one in 525."""
    device = choice.device
    made = sources(choice)
    feeds = tuple(
        Feed(one.format, one.url, one.options)
        if isinstance(one, FfmpegInput)
        else Feed(one.format, "pipe:0", one.options, one.argv)
        for one in made
    )
    if len(made) > 1:
        sound = 1
    else:
        sound = 0 if device.carries_sound or (choice.sound is not None and not isinstance(made[0], PipedInput)) else -1
    rate, size = _rate(choice), _size(choice)
    dv = device.nature.signal is Signal.DV
    return Source(
        feeds=feeds,
        label=device.name,
        device=str(device.id),
        sound=sound,
        frame_rate=f"{rate.numerator}/{rate.denominator}",
        fields="bff" if dv else _fields(choice, rate, size),
        pixel_aspect="" if dv or size is None else _ASPECTS.get(size, ""),
        pixel_format="" if choice.format is None else choice.format.name,
        dv=dv,
    )


def _formats(choice: Choice) -> tuple[Size, ...]:
    return choice.format.sizes if choice.format else next((one.sizes for one in choice.device.formats), ())


def _size(choice: Choice) -> tuple[int, int] | None:
    if choice.size:
        return choice.size
    sizes = _formats(choice)
    return (sizes[0].width, sizes[0].height) if len(sizes) == 1 else None


def _rate(choice: Choice) -> Fraction:
    if choice.rate:
        return choice.rate
    standard = choice.standard or _current(choice.device)
    if standard is not None and standard.rate:
        return standard.rate
    size = _size(choice)
    rates = next((one.rates for one in _formats(choice) if (one.width, one.height) == size), ())
    return rates[0] if rates else Fraction(25)


def _current(device: Device) -> Standard | None:
    return next((one for one in device.standards if one.current), None)


def _fields(choice: Choice, rate: Fraction, size: tuple[int, int] | None) -> str:
    told = choice.format.field_order if choice.format else next((one.field_order for one in choice.device.formats), "")
    if told:
        return _FIELDS.get(told, "")
    if choice.device.nature.signal not in (Signal.ANALOG, Signal.UNKNOWN) or rate > 30:
        return ""
    if size is not None and size[1] not in (576, 480, 486):
        return ""  # a card that scales has woven or dropped the fields already
    return "tff" if rate == 25 else "bff"
