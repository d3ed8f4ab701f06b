"""A video4linux2 device as its driver tells it: inputs, standards, formats, sizes and rates by name.

Pure but for `ask`, which puts one question to the driver (v4l2_structs) and gives its answer, or None where the driver
has none: an enumeration ends so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from capture.devices import nature, ranges
from capture.devices import v4l2_structs as v
from capture.devices.found import (
    Device,
    DeviceId,
    Driver,
    FfmpegInput,
    Format,
    Input,
    Nature,
    Signal,
    Size,
    Standard,
)
from capture.devices.sysfs import Plug

Ask = Callable[[int, bytes], bytes | None]

_MOST = 256
"""Enumerations end by themselves; a driver whose does not is not followed for ever."""

_NAMES = {
    "YU12": "yuv420p", "YV12": "yuv420p", "422P": "yuv422p", "YUYV": "yuyv422", "UYVY": "uyvy422", "411P": "yuv411p",
    "YUV9": "yuv410p", "YVU9": "yuv410p", "RGBO": "rgb555le", "RGBQ": "rgb555be", "RGBP": "rgb565le",
    "RGBR": "rgb565be", "BGR3": "bgr24", "RGB3": "rgb24", "BGR4": "bgr0", "RGB4": "0rgb", "GREY": "gray",
    "Y16 ": "gray16le", "NV12": "nv12", "MJPG": "mjpeg", "JPEG": "mjpeg", "H264": "h264",
}  # fmt: skip
"""Four letters → ffmpeg's name, as libavdevice/v4l2-common.c pairs them. Others ffmpeg cannot read."""

_DIGITAL_DRIVERS = {"cobalt", "hdpvr2", "tc358743", "adv7604", "adv7842"}


def device(path: str, index: int, plug: Plug, ask: Ask) -> Device | None:
    """The device behind a node (`/dev/video0`); None where that node gives no pictures. `index`: which of its
    hardware's nodes it is."""
    answer = ask(v.QUERYCAP, v.capability_question())
    if answer is None:
        return None
    told = v.capability(answer)
    if not told.captures:
        return None
    sockets = [v.socket(one) for one in _all(ask, v.ENUMINPUT, v.input_question)]
    norms = [v.norm(one) for one in _all(ask, v.ENUMSTD, v.standard_question)]
    inputs = _inputs(sockets, norms, ask)
    standards = _standards(norms, ask)
    formats = _formats(ask)
    name = told.card or plug.product or path
    return Device(
        DeviceId(f"v4l2:{told.bus or path}:{index}"),
        name,
        Driver.V4L2,
        FfmpegInput("v4l2", path),
        _nature(told, sockets, inputs, standards, formats, plug),
        alternative=path,
        of=plug.of,
        inputs=inputs,
        standards=standards,
        formats=formats,
        detailed=bool(formats),
    )


def _all(ask: Ask, request: int, question: Callable[[int], bytes]) -> Iterator[bytes]:
    for index in range(_MOST):
        answer = ask(request, question(index))
        if answer is None:
            return
        yield answer


def _inputs(sockets: list[v.Socket], norms: list[v.Norm], ask: Ask) -> tuple[Input, ...]:
    answer = ask(v.G_INPUT, v.number_question())
    current = v.number(answer) if answer else -1
    return tuple(
        Input(
            one.name or f"Input {one.index}",
            (("channel", str(one.index)),),
            one.index == current,
            tuple(norm.name for norm in norms if norm.id & one.standards),
            note=_status(one.status),
        )
        for one in sockets
    )


def _status(bits: int) -> str:
    if bits & v.NO_POWER:
        return "it has no power"
    if bits & v.NO_SIGNAL:
        return "no signal now"
    if bits & (v.NO_H_LOCK | v.NO_V_LOCK | v.NO_SYNC):
        return "no steady picture now"
    return "no colour now" if bits & v.NO_COLOUR else ""


def _standards(norms: list[v.Norm], ask: Ask) -> tuple[Standard, ...]:
    """As the driver names them; the one that fits the set now chosen most closely is current."""
    answer = ask(v.G_STD, v.set_question())
    chosen = v.standards_set(answer) if answer else 0
    whole = [norm for norm in norms if chosen and norm.id & chosen == chosen]
    closest = min(whole, key=lambda norm: norm.id.bit_count(), default=None)
    return tuple(
        Standard(one.name, (("standard", one.name),), one.rate, one.lines or None, one is closest) for one in norms
    )


def _formats(ask: Ask) -> tuple[Format, ...]:
    found: dict[str, Format] = {}
    for answer in _all(ask, v.ENUM_FMT, v.format_question):
        coding = v.coding(answer)
        known = _NAMES.get(coding.fourcc)
        name = known or coding.fourcc.strip()
        options = (("input_format", known),) if known else None
        if name not in found:  # ffmpeg takes the first of two that it calls the same
            made = Format(name, options, coding.compressed, description=coding.description)
            found[name] = replace(made, sizes=_sizes(coding.number, ask))
    return tuple(found.values())


def _sizes(fourcc: int, ask: Ask) -> tuple[Size, ...]:
    found: list[Size] = []
    for answer in _all(ask, v.ENUM_FRAMESIZES, lambda index: v.size_question(index, fourcc)):
        extent = v.extent(answer)
        most = extent.up_to or (extent.width, extent.height)
        rates, between = _rates(fourcc, *most, ask)
        if extent.up_to:
            some = ranges.sizes((extent.width, extent.height), extent.up_to, rates, between)
        else:
            some = (Size(*most, rates, between),)
        found += [size for size in some if size not in found]
    return tuple(found)


def _rates(fourcc: int, width: int, height: int, ask: Ask) -> tuple[tuple[Fraction, ...], bool]:
    rates: list[Fraction] = []
    between = False
    for answer in _all(ask, v.ENUM_FRAMEINTERVALS, lambda index: v.interval_question(index, fourcc, width, height)):
        some, between = v.rates(answer)
        rates += [rate for rate in some if rate not in rates]
        if between:  # a range is told once: the index is not looked at
            break
    return tuple(rates), between


def _nature(
    told: v.Capability,
    sockets: list[v.Socket],
    inputs: tuple[Input, ...],
    standards: tuple[Standard, ...],
    formats: tuple[Format, ...],
    plug: Plug,
) -> Nature:
    known = nature.by_usb(plug.usb)
    proved = nature.by_facts(inputs, standards, formats)
    if proved or known:
        return proved or known or nature.by_name(told.card)
    if told.driver in _DIGITAL_DRIVERS or any(one.capabilities & v.DV_TIMINGS for one in sockets):
        return Nature(Signal.DIGITAL, "its input takes HDMI timings")
    guessed = nature.by_name(told.card)
    if guessed.signal is Signal.UNKNOWN and told.driver == "uvcvideo":
        return nature.by_sizes(formats) or Nature(Signal.CAMERA, "a guess: its driver is that of USB cameras")
    return guessed
