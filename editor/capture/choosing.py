"""What can be chosen of what was found, and what is chosen while nobody has said otherwise. Pure.

A wish names things as the user saw them, so that it holds over restarts; `fitted` makes of it what there is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from fractions import Fraction
from typing import Any

from capture.devices.found import Device, Driver, Format, Found, Input, Signal, SoundDevice, Standard
from capture.devices.opening import Choice
from editor.language import tr
from editor.renders.words import figure

WITH_PICTURE, NO_SOUND = "with picture", "none"
CODECS = ("ffv1", "utvideo", "huffyuv", "v210")
TAPE_SIZES = ((720, 576), (720, 486), (720, 480), (768, 576), (640, 480))
"""What a tape's picture is best taken as, the best first."""
RAW = ("uyvy422", "yuyv422", "yuv422p", "v210", "yuv422p10le", "yuv420p", "nv12", "dvvideo")
"""The forms that lose least, the best first."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user would like. Empty: whatever suits. `stop_after_min`, `blank_s`: 0 is never. `begin`: `now` or
    `picture`. `split`: `none`, `scenes` or `recordings`."""

    device: str = ""
    input: str = ""
    standard: str = ""
    format: str = ""
    sound: str = ""
    codec: str = "ffv1"
    sound_bits: int = 16
    folder: str = ""
    name: str = ""
    begin: str = "now"
    stop_after_min: int = 0
    blank_s: int = 0
    split: str = "none"

    def kept(self) -> dict[str, Any]:
        """What is remembered for the next time; a tape's name is not."""
        held = asdict(self)
        held.pop("name")
        return held

    @classmethod
    def recalled(cls, held: object) -> Wish:
        """From what was kept, whatever it is: what does not fit is as usual."""
        if not isinstance(held, dict):
            return cls()
        usual = cls()
        good = {
            one.name: held[one.name]
            for one in fields(cls)
            if type(held.get(one.name)) is type(getattr(usual, one.name))
        }
        return cls(**good)


@dataclass(frozen=True, slots=True)
class Shape:
    """A form at a size and a rate: one entry of the list of formats."""

    format: Format | None
    size: tuple[int, int] | None = None
    rate: Fraction | None = None

    @property
    def key(self) -> str:
        name = self.format.name if self.format is not None else ""
        size = f" {self.size[0]}x{self.size[1]}" if self.size else ""
        return f"{name}{size} {self.rate}" if self.rate else f"{name}{size}"

    @property
    def text(self) -> str:
        """`UYVY422 · 720 × 576 · 25 a second`."""
        parts = [
            self.format.description or self.format.name.strip().upper()
            if self.format is not None
            else tr("As it comes")
        ]
        if self.size:
            parts.append(f"{self.size[0]} × {self.size[1]}")
        if self.rate:
            parts.append(tr("{rate} a second").format(rate=_rate(self.rate)))
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Offer:
    """All that can be chosen for one device."""

    device: Device
    inputs: tuple[Input, ...] = ()
    standards: tuple[Standard, ...] = ()
    shapes: tuple[Shape, ...] = ()
    sounds: tuple[SoundDevice, ...] = ()
    linked: str = ""
    """Why the first of `sounds` is taken for this device's own"""
    codecs: tuple[str, ...] = CODECS


def offer(found: Found, wish: Wish) -> Offer | None:
    """What there is for the wished device; None where it is not there."""
    device = found.device(wish.device)
    if device is None:
        return None
    inputs = tuple(one for one in device.inputs if one.options is not None)
    chosen = _one(inputs, wish.input)
    standards = device.standards
    if chosen is not None and chosen.standards:
        standards = tuple(one for one in standards if one.name in chosen.standards) or standards
    standard = _one(standards, wish.standard)
    linked = {link.sound: link.reason for link in device.links}
    order = {name: number for number, name in enumerate(linked)}
    sounds = tuple(sorted(found.sounds, key=lambda one: order.get(one.id, len(order))))
    first = sounds[0] if sounds and sounds[0].id in linked else None
    codecs = ("dv",) if device.nature.signal is Signal.DV else CODECS
    return Offer(device, inputs, standards, shapes(device, standard), sounds, linked[first.id] if first else "", codecs)


def fitted(found: Found, wish: Wish) -> Wish:
    """The wish with every gap filled, and what is not there any more replaced by what suits."""
    offered = offer(found, wish)
    if offered is None:
        return wish
    device = offered.device
    chosen = _one(offered.inputs, wish.input)
    wish = replace(wish, input=chosen.name if chosen is not None else "")
    standard = _one(offered.standards, wish.standard)
    wish = replace(wish, standard=standard.name if standard is not None else "")
    keys = [one.key for one in offered.shapes]
    wish = replace(wish, format=wish.format if wish.format in keys else (keys[0] if keys else ""))
    known = {str(one.id) for one in offered.sounds} | {NO_SOUND} | ({WITH_PICTURE} if device.carries_sound else set())
    sound = wish.sound
    if sound not in known or (sound == WITH_PICTURE and not device.carries_sound):
        own = str(offered.sounds[0].id) if offered.linked else NO_SOUND
        sound = WITH_PICTURE if device.carries_sound else own
    codec = wish.codec if wish.codec in offered.codecs else offered.codecs[0]
    return replace(wish, sound=sound, codec=codec)


def choice(found: Found, wish: Wish) -> Choice | None:
    """The wish as what a session opens; None where its device is not there."""
    offered = offer(found, fitted(found, wish))
    if offered is None:
        return None
    wish = fitted(found, wish)
    shape = next((one for one in offered.shapes if one.key == wish.format), Shape(None))
    return Choice(
        offered.device,
        _one(offered.inputs, wish.input),
        _one(offered.standards, wish.standard),
        shape.format,
        shape.size,
        shape.rate,
        found.sound(wish.sound),
    )


def shapes(device: Device, standard: Standard | None) -> tuple[Shape, ...]:
    """Forms and sizes, those that suit tape first. Of several rates the standard's own is taken."""
    made = []
    for form in device.formats:
        if form.options is None:
            continue
        sizes = form.sizes
        if not sizes:
            made.append(Shape(form))
        made += [
            Shape(form, (size.width, size.height), _nearest(size.rates, standard, between=size.between))
            for size in sizes
        ]
    lines = standard.lines if standard is not None else None

    def rank(one: Shape) -> tuple[int, int, int]:
        assert one.format is not None
        raw = RAW.index(one.format.name) if one.format.name in RAW else len(RAW) + one.format.compressed
        wrong = bool(lines and one.size and (one.size[1] > 500) != (lines > 600))
        place = TAPE_SIZES.index(one.size) if one.size in TAPE_SIZES else len(TAPE_SIZES)
        return int(wrong), place, raw

    return tuple(sorted(made, key=rank))


def sound_name(sound: SoundDevice, others: Sequence[SoundDevice]) -> str:
    """Its name; with a number where another one has the same."""
    same = [one for one in others if one.name == sound.name]
    return sound.name if len(same) < 2 else f"{sound.name} ({same.index(sound) + 1})"


def device_called(found: Found, name: str) -> str:
    """The id of what a graph calls so: by id or by name; the name itself where it is not there."""
    word = name.casefold()
    one = next((one for one in found.devices if word in (str(one.id).casefold(), one.name.casefold())), None)
    return str(one.id) if one is not None else name


def groups(found: Found, *, test_decks: bool) -> list[tuple[str, list[Device]]]:
    """Devices under headings, those that tape comes from first."""
    tape, other, decks = [], [], []
    for one in found.devices:
        if one.driver is Driver.DECK:
            decks.append(one)
        elif one.nature.signal is Signal.CAMERA:
            other.append(one)
        else:
            tape.append(one)
    made = [(tr("Devices"), tape), (tr("Cameras and screens"), other)]
    if test_decks:
        made.append((tr("Test decks"), decks))
    return [(title, devices) for title, devices in made if devices]


def first_choice(found: Found, wish: Wish, *, test_decks: bool) -> str:
    """The device to show when the panel opens: the one of last time, else the only one that tape can come from."""
    listed = [one for _, devices in groups(found, test_decks=test_decks) for one in devices]
    if any(one.id == wish.device for one in listed):
        return wish.device
    tape = [one for one in listed if one.driver is not Driver.DECK and one.nature.signal is not Signal.CAMERA]
    return str(tape[0].id) if len(tape) == 1 else ""


def signal_word(signal: Signal) -> str:
    return {
        Signal.ANALOG: tr("analogue"),
        Signal.DV: tr("DV"),
        Signal.DIGITAL: tr("digital"),
        Signal.CAMERA: tr("camera"),
        Signal.UNKNOWN: tr("unknown"),
    }[signal]


def codec_word(codec: str) -> str:
    return {
        "ffv1": tr("FFV1, lossless"),
        "utvideo": tr("UT Video, lossless"),
        "huffyuv": tr("HuffYUV, lossless"),
        "v210": tr("v210, uncompressed"),
        "dv": tr("DV, bit for bit"),
    }.get(codec, codec)


def codec_tip(codec: str) -> str:
    """What speaks for it."""
    return {
        "ffv1": tr("Smallest, with a checksum in every slice: the archive's choice. Takes the most computing."),
        "utvideo": tr("Quick to write and to edit; larger than FFV1."),
        "huffyuv": tr("The quickest to write, and the largest but v210."),
        "v210": tr("10 bit, as SDI and DeckLink give it: about 27 MB a second."),
        "dv": tr("What the camera sent, copied. Nothing can be better."),
    }.get(codec, codec)


def _one[T: (Input, Standard)](among: Sequence[T], name: str) -> T | None:
    """The one of this name, else the one in use, else the first."""
    word = name.casefold()
    by_name = next((one for one in among if one.name.casefold() == word), None)
    if by_name is None and word:  # a graph says PAL where a driver says PAL-B
        by_name = next((one for one in among if one.name.casefold().startswith(f"{word}-")), None)
    return by_name or next((one for one in among if one.current), among[0] if among else None)


def _nearest(rates: Sequence[Fraction], standard: Standard | None, *, between: bool) -> Fraction | None:
    wanted = standard.rate if standard is not None else None
    if not rates:
        return None
    if wanted is None:
        tape = [one for one in rates if one in (Fraction(25), Fraction(30000, 1001))]
        return tape[0] if tape else rates[0]
    if between and min(rates) <= wanted <= max(rates):
        return wanted
    return min(rates, key=lambda one: abs(one - wanted))


def _rate(rate: Fraction) -> str:
    return figure(float(rate), 0 if rate.denominator == 1 else 2)
