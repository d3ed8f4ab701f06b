"""What a capture node asks for, found among the devices that there are. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from capture.devices.found import Device, Driver, Format, Found, Input, Signal, SoundDevice, Standard
from capture.devices.opening import Choice
from nodes.library.input._standards import Samples, TapeStandard
from nodes.library.input.capture import Capture

_TEN_BITS = ("v210", "yuv422p10", "yuv422p10le", "y210le", "y210", "yuv422p16le")
_EIGHT_BITS = ("uyvy422", "yuyv422", "yuv422p", "yvyu422")


class ChoiceError(Exception):
    """No such device, socket or standard: what was asked for, what there is, what next."""


def wants_decks(node: Capture) -> bool:
    """Whether the node means one of the built-in test decks."""
    return node.device.casefold().startswith(f"{Driver.DECK.value}:")


def choice(node: Capture, found: Found) -> Choice:
    """ChoiceError."""
    device = _device(node.device, found)
    if (device.nature.signal is Signal.DV) is not (node.samples is Samples.DV):
        is_dv = device.nature.signal is Signal.DV
        raise ChoiceError(
            f"{device.name} gives {'DV' if is_dv else 'no DV'} ({device.nature.reason}), but samples is "
            f"{node.samples.value}. Set samples to {'dv' if is_dv else '8 bit'}"
        )
    size = (720, 576 if node.standard.lines_625 else 480)
    form = _format(node.samples, device.formats)
    offered = {(one.width, one.height) for one in (form.sizes if form else ())}
    return Choice(
        device,
        input=_input(node.input, device),
        standard=_standard(node.standard, device),
        format=form,
        size=size if size in offered else None,
        sound=_sound(device, found),
    )


def _device(wanted: str, found: Found) -> Device:
    tapes = [one for one in found.devices if one.nature.signal is not Signal.CAMERA]
    named = [_named(one) for one in tapes]
    there = f"There are: {'; '.join(named)}" if named else "No device was found. Plug it in, and see to its driver"
    if not wanted:
        real = [one for one in tapes if one.driver is not Driver.DECK]
        if len(real) == 1:
            return real[0]
        if not real:
            raise ChoiceError("no capture device was found. Plug it in; `launch.py capture devices` says what is there")
        raise ChoiceError(f"there are several devices: {'; '.join(map(_named, real))}. Name one as device")
    one = _pick(wanted, found.devices, lambda device: (str(device.id), device.name))
    if one is None:
        raise ChoiceError(f"there is no device {wanted!r}. {there}")
    return one


def _named(device: Device) -> str:
    return f"{device.name} ({device.id})"


def _input(wanted: str, device: Device) -> Input | None:
    if not wanted:
        return None
    one = _pick(wanted, device.inputs, lambda each: (each.name,))
    names = ", ".join(each.name for each in device.inputs) or "none that can be chosen"
    if one is None:
        raise ChoiceError(f"{device.name} has no input {wanted!r}. It has: {names}")
    if one.options is None:
        raise ChoiceError(f"{device.name}: {one.name} cannot be chosen from here ({one.note or 'no way to'})")
    return one


def _standard(wanted: TapeStandard, device: Device) -> Standard | None:
    if not device.standards:
        return None
    word = wanted.value.casefold()
    exact = [one for one in device.standards if one.name.casefold() == word]
    # PAL is offered as PAL-B, PAL-BG … by some drivers; PAL-M, PAL-N and PAL-60 are other standards
    near = [one for one in device.standards if _family(one.name) == word]
    if exact or near:
        return next((one for one in near if one.current and not exact), (exact or near)[0])
    names = ", ".join(one.name for one in device.standards)
    raise ChoiceError(f"{device.name} does not take {wanted.value.upper()}. It takes: {names}")


def _family(name: str) -> str:
    plain = name.casefold().replace("_", "-")
    whole = {one.value for one in TapeStandard if "-" in one.value}
    if plain in whole:
        return plain
    return "" if plain.startswith("pal-nc") else plain.partition("-")[0]


def _format(samples: Samples, formats: Sequence[Format]) -> Format | None:
    """None: as the device stands."""
    usable = [one for one in formats if one.options is not None]
    if samples is Samples.DV:
        return next((one for one in usable if one.name in ("dv", "dvvideo")), None)
    wanted = _TEN_BITS if samples is Samples.TEN else _EIGHT_BITS
    found = [one for name in wanted for one in usable if one.name == name]
    if samples is Samples.TEN and formats and not found:
        names = ", ".join(one.name for one in usable)
        raise ChoiceError(f"the device gives no 10 bits a sample; it gives: {names}. Set samples to 8 bit")
    return found[0] if found else None


def _sound(device: Device, found: Found) -> SoundDevice | None:
    if device.carries_sound:
        return None
    return next((sound for link in device.links if (sound := found.sound(link.sound)) is not None), None)


def _pick[T](wanted: str, offered: Sequence[T], names: Callable[[T], tuple[str, ...]]) -> T | None:
    """The one that is called so; else the only one whose name holds the word."""
    word = wanted.strip().casefold()
    exact = [one for one in offered if word in [name.casefold() for name in names(one)]]
    near = [one for one in offered if any(word in name.casefold() for name in names(one))]
    return exact[0] if exact else near[0] if len(near) == 1 else None
