"""What `ffmpeg -f dshow -list_devices true -i dummy` says, in all three grammars that there have been. Pure.

1. until 2021: headings, then ` "name"` and, since 2013, `    Alternative name "…"` below it;
2. since 2021: `"name" (video)`, `(audio)`, `(audio, video)`, `(none)`;
3. since 2026 the same behind `[in#0 @ …]`, sometimes mixed with `[dshow @ …]`.

A name may hold quotes, colons, commas and any letter: it is all from the first quote to the last before the suffix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from capture.devices.lines import lines

_HEADING = re.compile(r"^DirectShow (video|audio)(?: only)? devices\b")
_KINDS = r"\((?P<kinds>(?:none|unknown|video|audio|subtitle|data|attachment)(?:, ?[a-z]+)*)\)"
_NEW = re.compile(rf'^ *"(?P<name>.*)" {_KINDS} *$')
_OLD = re.compile(r'^ *"(?P<name>.*)" *$')
_ALTERNATIVE = re.compile(r'^ +Alternative name "(?P<name>.*)" *$')
_SOUND_CATEGORY = "{33d9a762-90c8-11d0-bd43-00a0c911ce86}"
"""CLSID_AudioInputDeviceCategory: tells of a device that says `(none)` until its program runs."""
_USB = re.compile(r"#vid_([0-9a-f]{4})&pid_([0-9a-f]{4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """One device of the list. `kinds`: `video`, `audio`, both; `sure`: the device said so itself. `number`: how many
    of its kind and name came before it, for -video_device_number and -audio_device_number."""

    name: str
    kinds: frozenset[str]
    alternative: str = ""
    sure: bool = True
    number: int = 0

    @property
    def usb(self) -> tuple[int, int] | None:
        """USB's vendor and product, where Windows' device path tells them."""
        found = _USB.search(self.alternative)
        return (int(found[1], 16), int(found[2], 16)) if found else None


def listed(said: str) -> tuple[Listed, ...]:
    """Every device of the listing, in its order. What is no device is skipped, whatever it is."""
    found: list[Listed] = []
    heading = ""
    for line in lines(said):
        if match := _HEADING.match(line):
            heading = match[1]
        elif match := _ALTERNATIVE.match(line):
            if found and not found[-1].alternative:
                found[-1] = _known_by(found[-1], match["name"])
        elif match := _NEW.match(line):
            found.append(_suffixed(match["name"], match["kinds"]))
        elif heading and (match := _OLD.match(line)):
            found.append(Listed(match["name"], frozenset({heading})))
    return _numbered(found)


def _suffixed(name: str, kinds: str) -> Listed:
    said = frozenset(re.split(r", ?", kinds)) & {"video", "audio"}
    return Listed(name, said or frozenset({"video"}), sure=bool(said))


def _known_by(one: Listed, alternative: str) -> Listed:
    if not one.sure and _SOUND_CATEGORY in alternative.lower():
        return replace(one, alternative=alternative, kinds=frozenset({"audio"}))
    return replace(one, alternative=alternative)


def _numbered(found: list[Listed]) -> tuple[Listed, ...]:
    seen: dict[tuple[str, str], int] = {}
    numbered = []
    for one in found:
        kind = "video" if "video" in one.kinds else "audio"
        numbered.append(replace(one, number=seen.get((kind, one.name), 0)))
        seen[kind, one.name] = seen.get((kind, one.name), 0) + 1
    return tuple(numbered)
