"""What `record` and `preview` share: which device is meant, and a session led from a terminal."""

from __future__ import annotations

import argparse
import queue
import signal
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from capture.devices.finding import PATIENCE_S, find
from capture.devices.found import Device, Found
from capture.devices.opening import Choice
from capture.session.messages import Done, Event, Failed, Refused, StateIs
from capture.session.session import Session
from capture.session.telling import Teller, complain, summary
from runtime.commands import CANCELLED, DONE, FAILED, WRONG, UserError

_NAP_S = 0.2


def device_arguments(parser: argparse.ArgumentParser) -> None:
    chosen = parser.add_argument_group("what is recorded, as `launch.py capture devices` names it")
    chosen.add_argument("--device", default="", metavar="ID", help="the only one there is, where none is named")
    chosen.add_argument("--input", default="", metavar="NAME", help="a socket: S-Video")
    chosen.add_argument("--standard", default="", metavar="NAME", help="PAL, NTSC …")
    chosen.add_argument("--format", default="", metavar="NAME", help="uyvy422 …")
    chosen.add_argument("--size", default="", metavar="WxH")
    chosen.add_argument("--rate", default="", metavar="FPS", help="frames a second: 25, 30000/1001")
    chosen.add_argument("--sound", default="", metavar="ID", help="a sound device; `none`: without sound")
    chosen.add_argument("--test-devices", action="store_true", help="with the built-in test decks")
    parser.add_argument("--progress", choices=("auto", "lines", "json"), default="auto", help="how it is told")
    parser.add_argument("--quiet", action="store_true", help="say nothing but what went wrong")


def choice_of(arguments: argparse.Namespace, found: Found | None = None) -> Choice:
    """UserError where a name fits nothing."""
    decks = arguments.test_devices or arguments.device.startswith("deck:")
    found = found or find(decks, patience_s=PATIENCE_S)
    device = _device(found, arguments.device)
    sound = None
    if arguments.sound == "none":
        device = _silent(device)
    elif arguments.sound:
        sound = found.sound(arguments.sound)
        if sound is None:
            names = ", ".join(one.id for one in found.sounds) or "none"
            raise UserError(f"there is no sound device {arguments.sound!r}. There are: {names}")
    elif not device.carries_sound and device.links:
        sound = found.sound(device.links[0].sound)
    return Choice(
        device,
        _named("input", arguments.input, device.inputs),
        _named("standard", arguments.standard, device.standards),
        _named("format", arguments.format, device.formats),
        _size(arguments.size),
        _rate(arguments.rate),
        sound,
    )


def _device(found: Found, name: str) -> Device:
    if not name:
        if len(found.devices) == 1:
            return found.devices[0]
        if not found.devices:
            raise UserError("no device was found. `launch.py capture devices --all` says where was looked", FAILED)
        raise UserError(f"which device? --device with one of: {', '.join(one.id for one in found.devices)}")
    for one in found.devices:
        if name in (one.id, one.name, one.alternative):
            return one
    names = ", ".join(one.id for one in found.devices) or "none"
    raise UserError(f"there is no device {name!r}. There are: {names}")


def _silent(device: Device) -> Device:
    return replace(device, carries_sound=False, links=())


def _named[T](what: str, name: str, offered: tuple[T, ...]) -> T | None:
    if not name:
        return None
    for one in offered:
        if str(getattr(one, "name", "")).strip().casefold() == name.strip().casefold():
            return one
    names = ", ".join(str(getattr(one, "name", "")).strip() for one in offered) or "none"
    raise UserError(f"--{what}: there is no {name!r} on this device. There are: {names}")


def _size(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    wide, cross, high = text.lower().partition("x")
    if not (cross and wide.isdigit() and high.isdigit()):
        raise UserError(f"--size {text}: write it as 720x576")
    return int(wide), int(high)


def _rate(text: str) -> Fraction | None:
    if not text:
        return None
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 240:
        raise UserError(f"--rate {text}: write it as 25 or 30000/1001")
    return rate


def seconds(text: str) -> float:
    """`90`, `2:00`, `1:30:00`, `10s`, `5m`, `2h` as seconds. argparse.ArgumentTypeError."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    try:
        if text[-1:].lower() in units:
            found = float(text[:-1]) * units[text[-1].lower()]
        else:
            found = 0.0
            for part in text.split(":"):
                found = found * 60 + float(part)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1e7:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 90, 2:00, 1:30:00 or 90s, 5m, 2h")
    return found


def lead(begin: Callable[[Session], object], tell: Teller, ends_idle: bool = False) -> int:
    """Until the session is done (`ends_idle`: or idle, as after a preview). Ctrl-C finishes a recording in an orderly
    way: exit code 0, as if it had been asked; the second Ctrl-C leaves the recorder to it and ends with 130."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    session = Session(events.put)
    interrupts = 0

    def interrupted(*_: object) -> None:
        nonlocal interrupts
        interrupts += 1

    before = {one: signal.signal(one, interrupted) for one in (signal.SIGINT, signal.SIGTERM)}
    asked_to_end = False
    try:
        begin(session)
        while True:
            if interrupts and not asked_to_end:
                asked_to_end = True
                session.finish("stopped from the keyboard")
            if interrupts > 1:
                complain("the recorder goes on making the files whole; `launch.py capture report` tells when it has")
                return CANCELLED
            try:
                event = events.get(timeout=_NAP_S)
            except queue.Empty:
                continue
            tell.tell(event)
            code = _last(event, tell, asked_to_end, ends_idle)
            if code is not None:
                return code
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        session.close("the command has ended", 0.0 if interrupts > 1 else 20.0)


def _last(event: Event, tell: Teller, asked_to_end: bool, ends_idle: bool) -> int | None:
    """The exit code, where the event is the last one."""
    match event:
        case Done():
            tell.close()
            for line in summary(event):
                if type(tell) is not Teller and type(tell).__name__ != "Json":
                    print(line, file=tell.out, flush=True)
            if event.fault:
                complain(f"{event.reason}. What was recorded is safe")
            return FAILED if event.fault else DONE
        case Failed(text=text, log=log):
            tell.close()
            if asked_to_end:
                complain("cancelled; nothing was recorded")
                return CANCELLED
            complain(text, log[-5:])
            return FAILED
        case Refused(text=text):
            tell.close()
            complain(text)
            return WRONG
        case StateIs(state="idle") if asked_to_end or ends_idle:
            tell.close()
            return DONE
        case _:
            return None
