"""What `ffmpeg -f v4l2 -list_formats all` and `-list_standards all` say. Pure.

The drivers themselves are asked first (v4l2_asking), for ffmpeg names no inputs; this is for one that tells us no
formats.
"""

from __future__ import annotations

import re

from capture.devices import ranges
from capture.devices.found import Format, Size, Standard
from capture.devices.lines import lines

_FORMAT = re.compile(
    r"^(?P<kind>Raw|Compressed) *: *(?P<name>\S+) : +(?P<description>.*?) :(?: Emulated :)?(?P<sizes>(?: (?:\d+x\d+"
    r"|\{[\d, -]+\}x\{[\d, -]+\}))*) *$"
)
_EXACT = re.compile(r"^(\d{1,5})x(\d{1,5})$")
_RANGE = re.compile(r"^\{(\d{1,5})-(\d{1,5}), \d+\}x\{(\d{1,5})-(\d{1,5}), \d+\}$")
_STANDARD = re.compile(r"^ {0,2}\d+, +[0-9a-fA-F]{1,16}, (?P<name>\S.*?) *$")


def formats(said: str) -> tuple[Format, ...]:
    found: dict[str, Format] = {}
    for line in lines(said):
        match = _FORMAT.match(line)
        if not match:
            continue
        compressed = match["kind"] == "Compressed"
        usable = match["name"] != "Unsupported"
        name = match["name"] if usable else match["description"]
        options = (("input_format", name),) if usable else None
        sizes = tuple(dict.fromkeys(size for word in _words(match["sizes"]) for size in _sizes(word)))
        found.setdefault(name, Format(name, options, compressed, sizes, match["description"]))
    return tuple(found.values())


def standards(said: str) -> tuple[Standard, ...]:
    found = (match["name"] for line in lines(said) if (match := _STANDARD.match(line)))
    return tuple(Standard(name, (("standard", name),)) for name in dict.fromkeys(found))


def _words(sizes: str) -> list[str]:
    return re.findall(r"\{[^}]*\}x\{[^}]*\}|\S+", sizes)


def _sizes(word: str) -> tuple[Size, ...]:
    if match := _EXACT.match(word):
        width, height = int(match[1]), int(match[2])
        return (Size(width, height),) if width and height else ()
    if match := _RANGE.match(word):
        return ranges.sizes((int(match[1]), int(match[3])), (int(match[2]), int(match[4])))
    return ()
