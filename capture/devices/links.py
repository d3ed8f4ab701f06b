"""Which sound belongs to which picture, and why. Pure.

Sure: the same plug. Likely: words that both names share. Else the user chooses: a wrong guess records silence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from capture.devices.found import Device, Link, SoundDevice

_MAKERS = (
    "a an and analog analogue audio av avc camera capture card device digital driver for hd high definition in input "
    "integrated interface line line-in mic microphone mono of source stereo the to usb usb2 usb20 usb3 video vcr"
)
_COMMON = frozenset(_MAKERS.split())
"""Words that say nothing of whose sound it is."""

_PAIRS = ((re.compile(r"^USB ?Video$|MS210\d|MacroSilicon", re.IGNORECASE), re.compile(r"USB Digital Audio|MS210\d")),)
"""Names that are known to be one box: the HDMI stick MS2109 calls its two halves differently."""


def links(device: Device, sounds: Sequence[SoundDevice]) -> tuple[Link, ...]:
    """The sound devices that seem to belong to a device, likeliest first."""
    if device.carries_sound:
        return ()
    ranked = [(rank, place, Link(one.id, why)) for place, one in enumerate(sounds) for rank, why in _rank(device, one)]
    return tuple(link for _, _, link in sorted(ranked, key=lambda found: found[:2]))


def _rank(device: Device, sound: SoundDevice) -> list[tuple[int, str]]:
    if device.of and device.of == sound.of:
        return [(0, "it is part of the same device")]
    if device.name == sound.name:
        return [(1, "it has the same name")]
    if any(picture.search(device.name) and heard.search(sound.name) for picture, heard in _PAIRS):
        return [(2, "the two are known to be one device")]
    shared = _words(device.name) & _words(sound.name)
    if shared and not (device.of and sound.of):  # two known plugs that differ share no more than a maker
        return [(3, f"a guess: both names say {' '.join(sorted(shared))}")]
    whole = _plain(device.name)
    if len(whole) > 5 and whole in _plain(sound.name) and not (device.of and sound.of):
        return [(4, "a guess: its name holds the other")]
    return []


def _words(name: str) -> frozenset[str]:
    """The words that tell: of three letters and more, or with a digit, and none that every maker uses."""
    found = re.findall(r"[^\W_]+(?:\.\d+)?", name.casefold())
    return frozenset(w for w in found if w.replace(".", "") not in _COMMON and (len(w) > 2 and not w.isdigit()))


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
