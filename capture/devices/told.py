"""What was found, in words for people and as JSON for programs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from fractions import Fraction

from capture.devices.found import Device, Format, Found, Input, Signal, Size, SoundDevice, SoundId, Standard
from capture.devices.opening import words

VERSION = 1
"""Of the JSON: raised when something that was there is no longer, or means another thing."""

_MOST_SIZES = 6
_NOTHING = (
    "No device was found that tape could be recorded from. Plug one in and ask again; `--test-devices` lists built-in "
    "ones that need no hardware."
)


def as_json(found: Found) -> dict[str, object]:
    """Numbers and words alone: a rate is a fraction as text (`30000/1001`), `ffmpeg` the words that open it."""
    devices = [{**_plain(asdict(one)), "ffmpeg": words(one.source)} for one in found.devices]
    sounds = [{**_plain(asdict(one)), "ffmpeg": words(one.source)} for one in found.sounds]
    return {"version": VERSION, "devices": devices, "sounds": sounds, "faults": [asdict(one) for one in found.faults]}


def as_text(found: Found, everything: bool = False) -> str:
    """One paragraph for each device, with the reasons. `everything`: cameras and screens too."""
    names = {one.id: one.name for one in found.sounds}
    tapes = [one for one in found.devices if everything or one.nature.signal is not Signal.CAMERA]
    rows = [row for one in tapes for row in (*_device(one, names), "")]
    if not tapes:
        rows += [_NOTHING, ""]
    left_out = [one.name for one in found.devices if one not in tapes]
    if left_out:
        rows += ["No tape comes from these (--all shows them too): " + ", ".join(left_out), ""]
    if found.sounds:
        rows += ["Sound:", *(f"  {_sound(one)}" for one in found.sounds), ""]
    return "\n".join(rows).rstrip("\n")


def _plain(value: dict[str, object]) -> dict[str, object]:
    """Fractions as text, all through."""

    def plain(one: object) -> object:
        match one:
            case Fraction():
                return f"{one.numerator}/{one.denominator}"
            case dict():
                return {str(key): plain(inner) for key, inner in one.items()}
            case tuple() | list():
                return [plain(inner) for inner in one]
            case _:
                return one

    return {key: plain(one) for key, one in value.items()}


def _device(one: Device, names: Mapping[SoundId, str]) -> Iterable[str]:
    yield f"{one.name}  [{one.nature.signal}: {one.nature.reason}]"
    yield f"  id         {one.id}"
    if one.note:
        yield f"  note       {one.note}"
    if one.inputs:
        yield "  inputs     " + ", ".join(map(_input, one.inputs))
    if one.standards:
        yield "  standards  " + ", ".join(map(_standard, one.standards))
    for place, form in enumerate(one.formats):
        yield ("  formats    " if not place else "             ") + _format(form)
    if one.carries_sound:
        yield "  sound      comes with the picture"
    for place, link in enumerate(one.links):
        yield (
            "  sound      " if not place else "             "
        ) + f"{names.get(link.sound, link.sound)} ({link.reason})"


def _input(one: Input) -> str:
    notes = [word for word in ("chosen now" if one.current else "", one.note) if word]
    return f"{one.name} ({', '.join(notes)})" if notes else one.name


def _standard(one: Standard) -> str:
    return f"{one.name} (chosen now)" if one.current else one.name


def _format(one: Format) -> str:
    name = one.name.strip() or "as it comes"
    if one.options is None:
        name += " (ffmpeg cannot read it)"
    shown = ", ".join(map(_size, one.sizes[:_MOST_SIZES]))
    more = f" and {len(one.sizes) - _MOST_SIZES} more" if len(one.sizes) > _MOST_SIZES else ""
    return f"{name}  {shown}{more}".rstrip()


def _size(one: Size) -> str:
    told = f"{one.width}x{one.height}"
    if not one.rates:
        return told
    joint = "–" if one.between else "/"
    return f"{told} at {joint.join(_rate(rate) for rate in one.rates)}"


def _rate(rate: Fraction) -> str:
    return f"{float(rate):.5g}"


def _sound(one: SoundDevice) -> str:
    return f"{one.name}  ({one.id})"
