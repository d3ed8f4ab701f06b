"""What `ffmpeg -f dshow -list_options true -i video=…` says: pins, formats, sizes, rates, the crossbar. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from capture.devices import ranges
from capture.devices.found import Format, Input, Size
from capture.devices.lines import lines, rate

_PIN = re.compile(r'^ *Pin "(?P<name>.*?)"(?: \(alternative pin name "(?P<alternative>.*)"\))? *$')
_FORMAT = re.compile(
    r"^ *(?:pixel_format=(?P<pixels>\w+)|vcodec=(?P<codec>\w+)|(?P<unknown>unknown compression type 0x[0-9A-Fa-f]+))? *"
    r"min s=(?P<w>\d{1,5})x(?P<h>\d{1,5}) fps=(?P<slow>\S+) max s=(?P<W>\d{1,5})x(?P<H>\d{1,5}) fps=(?P<fast>[^\s(]+)"
)
_SOUND = re.compile(r"^ *(?:min )?ch= *\d+,? bits= *\d+,? rate= *\d+")
_OUTPUT = re.compile(
    r'^ *Crossbar Output pin \d{1,4}: "(?P<name>.*?)" related output pin: -?\d{1,4} '
    r"current input pin: (?P<now>-?\d{1,4}) compatible input pins:(?P<pins>(?: +\d{1,4})*) *$"
)
_INPUT = re.compile(
    r'^ *Crossbar Input pin (?P<pin>\d{1,4}) - "(?P<name>.*?)" related input pin: (?P<with>-?\d{1,4}) *$'
)
_VIDEO = ("Video", "S-Video")


@dataclass(frozen=True, slots=True)
class Options:
    """What a device offers. `has_sound`: it has a pin or a crossbar for sound of its own: `audio=` takes its name."""

    formats: tuple[Format, ...] = ()
    inputs: tuple[Input, ...] = ()
    has_sound: bool = False


@dataclass
class _Crossbar:
    current: int = -1
    reachable: frozenset[int] = frozenset()
    sockets: dict[int, tuple[str, int]] = field(default_factory=dict)


def options(said: str) -> Options:
    """All that is told, of all pins; a size that is told twice is there once."""
    sizes: dict[tuple[str, str], list[Size]] = {}
    crossbar = _Crossbar()
    has_sound = False
    for line in lines(said):
        if match := _FORMAT.match(line):
            name, compressed = _named(match)
            known = sizes.setdefault((name, compressed), [])
            known += [size for size in _sizes(match) if size not in known]
        elif match := _PIN.match(line):
            has_sound = has_sound or "audio" in match["name"].lower()
        elif match := _OUTPUT.match(line):
            if "Audio" in match["name"]:
                has_sound = True
            else:
                crossbar.current = int(match["now"])
                crossbar.reachable = frozenset(map(int, match["pins"].split()))
        elif match := _INPUT.match(line):
            crossbar.sockets[int(match["pin"])] = (match["name"], int(match["with"]))
        elif _SOUND.match(line):
            has_sound = True
    return Options(tuple(_format(key, found) for key, found in sizes.items()), _inputs(crossbar), has_sound)


def _named(match: re.Match[str]) -> tuple[str, str]:
    if match["pixels"]:
        return match["pixels"], ""
    if match["codec"]:
        return match["codec"], "codec"
    return match["unknown"] or "", "unknown"  # ffmpeg before 2012 names no format


def _sizes(match: re.Match[str]) -> tuple[Size, ...]:
    least, most = (int(match["w"]), int(match["h"])), (int(match["W"]), int(match["H"]))
    if not all((*least, *most)):
        return ()
    told = {found for text in (match["slow"], match["fast"]) if (found := rate(text))}
    rates: tuple[Fraction, ...] = tuple(sorted(told))  # some versions tell the fastest first
    if least == most:
        return (Size(*most, rates, between=len(rates) == 2),)
    return ranges.sizes(least, most, rates, between=len(rates) == 2)


def _format(key: tuple[str, str], sizes: list[Size]) -> Format:
    name, kind = key
    if kind == "unknown":
        return Format(name, () if not name else None, compressed=bool(name), sizes=tuple(sizes))
    option = "vcodec" if kind else "pixel_format"
    return Format(name, ((option, name),), compressed=bool(kind), sizes=tuple(sizes))


def _inputs(crossbar: _Crossbar) -> tuple[Input, ...]:
    """The picture's sockets, each with the sound that the card's maker paired it with."""
    found = []
    for pin, (name, partner) in sorted(crossbar.sockets.items()):
        if not name.startswith(_VIDEO) or (crossbar.reachable and pin not in crossbar.reachable):
            continue
        paired = crossbar.sockets.get(partner, ("", -1))[0].startswith("Audio")
        sound = (("crossbar_audio_input_pin_number", str(partner)),) if paired else ()
        chosen = (("crossbar_video_input_pin_number", str(pin)),)
        found.append(Input(name.removeprefix("Video "), chosen, pin == crossbar.current, sound=sound))
    return tuple(found)
