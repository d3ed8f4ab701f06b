"""What comes down the cable: analog, DV, HDMI/SDI or no tape at all, and why we think so. Pure.

Facts come before names: a socket called S-Video proves more than a box called "USB Video". A guess says that it is one,
and nobody is hindered by it.
"""

from __future__ import annotations

import re

from capture.devices.found import Format, Input, Nature, Signal, Standard

_USB: dict[tuple[int, int], tuple[Signal, str]] = {
    (0x05E1, 0x0408): (Signal.ANALOG, "EasyCAP (STK1160)"),
    (0x1B71, 0x3002): (Signal.ANALOG, "Fushicai USBTV007"),
    (0x1F71, 0x3301): (Signal.ANALOG, "USBTV"),
    (0x1F71, 0x3306): (Signal.ANALOG, "USBTV"),
    (0xEB1A, 0x5051): (Signal.ANALOG, "EasyCAP (EM2861)"),
    (0xEB1A, 0x50A6): (Signal.ANALOG, "Gadmei UTV330"),
    (0x2304, 0x0207): (Signal.ANALOG, "Pinnacle Dazzle DVC 90"),
    (0x2304, 0x0208): (Signal.ANALOG, "Pinnacle USB 2"),
    (0x2304, 0x021A): (Signal.ANALOG, "Pinnacle Dazzle DVC 100"),
    (0x093B, 0xA003): (Signal.ANALOG, "Pinnacle Dazzle DVC 90"),
    (0x093B, 0xA005): (Signal.ANALOG, "Plextor PX-TV100U"),
    (0x04BB, 0x0515): (Signal.ANALOG, "I-O Data GV-MVP/SZ"),
    (0x04BB, 0x0532): (Signal.ANALOG, "I-O Data GV-USB2"),
    (0x2040, 0xC200): (Signal.ANALOG, "Hauppauge USB-Live2"),
    (0x0572, 0x58A6): (Signal.ANALOG, "Conexant Video Grabber"),
    (0x1F4D, 0x0102): (Signal.ANALOG, "Conexant Polaris grabber"),
    (0x0FD9, 0x0037): (Signal.ANALOG, "Elgato Video Capture"),
    (0x0CCD, 0x00A6): (Signal.ANALOG, "Terratec Grabby"),
    (0x534D, 0x2109): (Signal.DIGITAL, "MS2109, an HDMI stick"),
    (0x0FD9, 0x004F): (Signal.DIGITAL, "Elgato HD60 S, HDMI"),
    (0x0FD9, 0x0066): (Signal.DIGITAL, "Elgato Cam Link 4K, HDMI"),
}
"""Vendor and product, from Linux' drivers em28xx, cx231xx, stk1160 and usbtv, and from recorded listings."""

_ANALOG_SOCKETS = re.compile(r"composite|s-?video|svideo|component|y/?c\b|ypbpr|yryby|tuner|scart|cvbs", re.IGNORECASE)
_DIGITAL_SOCKETS = re.compile(r"hdmi|sdi|serial digital|dvi|displayport", re.IGNORECASE)
_DV = re.compile(r"\bdv\b|\bav/?c\b|\bcamera and vcr\b|\b(?:hvr|dsr|gv-d|dcr)-?\w*\d", re.IGNORECASE)
_ANALOG_NAMES = re.compile(
    r"analog|easycap|easier ?cap|grabby|grabber|dazzle|dvc ?\d|gv-usb|usb-?live|video capture|28[26]\d device"
    r"|vc ?500|usb ?tv\b|stk1160|polaris|atv\b|av to usb|bt8[47]8|saa71\d\d|cx23\d\d\d?|cx8[58]|conexant",
    re.IGNORECASE,
)
_DIGITAL_NAMES = re.compile(r"hdmi|cam link|hd60|game capture|\bsdi\b|4k\b|shadowcast|magewell", re.IGNORECASE)
_BLACKMAGIC = re.compile(r"decklink|blackmagic|ultrastudio|intensity", re.IGNORECASE)
_SCREENS = re.compile(r"screen|desktop|capture display", re.IGNORECASE)
_CAMERAS = re.compile(
    r"web ?cam|camera|facetime|isight|\bov\d{4}\b|\bgc\d{4}\b|virtual|softcam|iphone|ipad", re.IGNORECASE
)


def by_facts(inputs: tuple[Input, ...], standards: tuple[Standard, ...], formats: tuple[Format, ...]) -> Nature | None:
    """What sockets, television standards and formats prove; None where they say nothing."""
    if any(one.name == "dvvideo" for one in formats):
        return Nature(Signal.DV, "it gives DV")
    analog = [one.name for one in inputs if _ANALOG_SOCKETS.search(one.name)]
    if analog:
        return Nature(Signal.ANALOG, f"it has an input {analog[0]}")
    digital = [one.name for one in inputs if _DIGITAL_SOCKETS.search(one.name)]
    if digital:
        return Nature(Signal.DIGITAL, f"it has an input {digital[0]}")
    if standards:
        return Nature(Signal.ANALOG, f"it knows the television standard {standards[0].name}")
    return None


def by_usb(usb: tuple[int, int] | None) -> Nature | None:
    known = _USB.get(usb) if usb else None
    return Nature(known[0], f"its USB number {usb[0]:04x}:{usb[1]:04x} is {known[1]}") if known and usb else None


def by_name(name: str) -> Nature:
    """A guess."""
    if _BLACKMAGIC.search(name):
        return Nature(Signal.UNKNOWN, "Blackmagic's cards take analog, SDI or HDMI: the chosen input decides")
    for pattern, signal, reason in (
        (_DV, Signal.DV, "its name is that of a DV deck or camcorder"),
        (_SCREENS, Signal.CAMERA, "its name is that of a screen recorder"),
        (_DIGITAL_NAMES, Signal.DIGITAL, "its name is that of an HDMI or SDI device"),
        (_CAMERAS, Signal.CAMERA, "its name is that of a camera"),
        (_ANALOG_NAMES, Signal.ANALOG, "its name is that of an analog capture device"),
    ):
        if pattern.search(name):
            return Nature(signal, f"a guess: {reason}")
    return Nature(Signal.UNKNOWN, "nothing tells what it is")


def by_sizes(formats: tuple[Format, ...]) -> Nature | None:
    """Nothing but a television picture: a grabber that tells no inputs, such as most USB sticks."""
    sizes = {(size.width, size.height) for one in formats for size in one.sizes}
    television = {(width, height) for width, height in sizes if width in (720, 704, 768) and height in (576, 480, 486)}
    if television and all(height <= 576 for _, height in sizes):
        return Nature(Signal.ANALOG, "a guess: its largest picture is that of television")
    return None
