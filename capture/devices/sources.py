"""What `ffmpeg -sources NAME` says, whichever device it lists. Pure.

`* NAME [DESCRIPTION] (KINDS)`: the star marks the default one, the kinds came with ffmpeg 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from capture.devices.lines import lines

_HEADING = re.compile(r"^Auto-detected sources for (?P<format>\S+):")
_SOURCE = re.compile(r"^(?P<star>[* ]) (?P<name>\S.*?) \[(?P<description>.*)\](?: \((?P<kinds>[a-z, ]+)\))? *$")


@dataclass(frozen=True, slots=True)
class Listed:
    """A source as ffmpeg names it (`59:00000000:003bc300`) and as its maker does (`UltraStudio Express`)."""

    name: str
    description: str
    default: bool = False


def listed(said: str, format: str) -> tuple[Listed, ...]:
    """The sources of one format (`decklink`, `pulse`), where several may be listed."""
    found: list[Listed] = []
    here = False
    for line in lines(said):
        if match := _HEADING.match(line):
            here = format in match["format"].split(",")
        elif here and (match := _SOURCE.match(line)):
            found.append(Listed(match["name"], match["description"], match["star"] == "*"))
    return tuple(found)
