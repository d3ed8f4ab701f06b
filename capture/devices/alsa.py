"""Linux' sound cards, read from /proc/asound: no card is opened. Pure but for the reading of those files.

`hw:` gives the card's own numbers, and is used where the card tells what it can; `plughw:` converts where it does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from capture.devices.found import Driver, FfmpegInput, Options, SoundDevice, SoundId
from capture.devices.sysfs import plug, read

PROC = Path("/proc/asound")
CLASS = Path("/sys/class/sound")

_CARD = re.compile(r"^ {0,3}(?P<number>\d{1,3}) \[(?P<id>[^\]]{1,32})\]: (?P<driver>.*?) - (?P<name>.*)$")
_PCM = re.compile(r"^(?P<card>\d{1,3})-(?P<device>\d{1,3}): (?P<id>[^:]*) : (?P<rest>.*)$")
_WANTED_RATE = 48_000


@dataclass(frozen=True, slots=True)
class Card:
    number: int
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Pcm:
    """One of a card's devices that can be recorded from."""

    card: int
    device: int
    name: str


def cards(said: str) -> tuple[Card, ...]:
    """/proc/asound/cards."""
    found = (_CARD.match(line) for line in said.splitlines())
    return tuple(Card(int(one["number"]), one["id"].strip(), one["name"].strip()) for one in found if one)


def recordable(said: str) -> tuple[Pcm, ...]:
    """/proc/asound/pcm: the devices that say `capture`."""
    found = (_PCM.match(line) for line in said.splitlines())
    return tuple(
        Pcm(int(one["card"]), int(one["device"]), one["id"].strip())
        for one in found
        if one and re.search(r"(?:^|: )capture \d", one["rest"])
    )


def stream(said: str) -> Options | None:
    """/proc/asound/cardN/streamM of a USB card: channels and rate as the hardware has them; None: not told."""
    part = re.search(r"^Capture:\n(?P<told>(?:.*\n?)*?)(?=^\S|\Z)", said, re.MULTILINE)
    if not part:
        return None
    channels = sorted({int(one) for one in re.findall(r"^ +Channels: (\d{1,2})$", part["told"], re.MULTILINE)})
    rates = [int(one) for row in re.findall(r"^ +Rates: ([\d ,]+)$", part["told"], re.MULTILINE)
             for one in re.findall(r"\d{4,6}", row)]  # fmt: skip
    ranges = re.search(r"^ +Rates: (\d{4,6}) - (\d{4,6})", part["told"], re.MULTILINE)
    if ranges:
        rates += [min(max(_WANTED_RATE, int(ranges[1])), int(ranges[2]))]
    if not channels or not rates:
        return None
    best = _WANTED_RATE if _WANTED_RATE in rates else max(rates)
    return (("sample_rate", str(best)), ("channels", str(2 if 2 in channels else channels[0])))


def sounds(proc: Path = PROC, sysfs: Path = CLASS) -> tuple[SoundDevice, ...]:
    """All that can be recorded from, in the cards' order."""
    known = {card.number: card for card in cards(_text(proc / "cards"))}
    found = []
    for pcm in recordable(_text(proc / "pcm")):
        card = known.get(pcm.card)
        if not card:
            continue
        options = stream(_text(proc / f"card{pcm.card}" / f"stream{pcm.device}"))
        way = "hw" if options else "plughw"
        url = f"{way}:CARD={card.id},DEV={pcm.device}"
        name = card.name if pcm.name in ("", card.name) else f"{card.name}: {pcm.name}"
        where = plug(sysfs / f"card{pcm.card}" / "device").of
        found.append(
            SoundDevice(
                SoundId(f"alsa:{card.id},{pcm.device}"),
                name,
                Driver.ALSA,
                FfmpegInput("alsa", url, options or ()),
                f"hw:{pcm.card},{pcm.device}",
                where,
            )
        )
    return tuple(found)


def _text(file: Path) -> str:
    return read(file) if not file.name.startswith(("cards", "pcm")) else _whole(file)


def _whole(file: Path) -> str:
    """With its leading blanks."""
    try:
        return file.read_bytes()[:65_536].decode("utf-8", "replace")
    except OSError:
        return ""
