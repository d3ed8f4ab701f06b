"""The passes of one tape as a file keeps them: a small JSON document beside the recordings, which names them relative
to itself, so that the folder may be moved or copied as a whole.

Reading and meaning only; capture/sets makes, changes and saves such files. Each pass is one playing of the tape, in one
file or in several that follow each other without a gap.

    {"format": "tapeloom.tapeset", "version": 1, "tape": "Summer 1988", "standard": "pal", "passes": [
      {"id": 1, "begun": "2026-11-23T10:00:00+00:00", "device": "…", "frames": 135000, "lost": 3, "notes": "",
       "report": "Summer 1988.report.json", "parts": [{"file": "Summer 1988.mkv", "size": 123, "frames": 135000}],
       "places": "0:0,500:x,507:-7"}]}

`places` says where the frames of a pass lie on the time line that all passes share, once they have been aligned:
`first:offset` from which frame of the time line on its frame is that many later in the pass; `x`: it has none there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from graphs.strict_json import DocumentError, parse
from nodes.clip import ClipInfo, Fields, Matrix, PixelFormat, Primaries, Transfer
from nodes.media import LIVE, SET, TAKE, Media, MediaError, Probe, VideoStream
from runtime.ring import SUFFIX as RING_SUFFIX
from runtime.ring import Ring, RingError

SUFFIX = ".tapeset"
FORMAT, VERSION = "tapeloom.tapeset", 1
MOST_BYTES = 4 * 2**20
LIVE_HOURS = 24
"""How long a running capture claims to be: nobody knows, and frame numbers must stay what they are."""


class SetError(Exception):
    """A set that cannot be read or changed: where, what, what next."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a pass. `file` is relative to the set, with forward slashes. `size` in bytes, `frames`: as they were
    when it was recorded; 0: not known."""

    file: str
    size: int = 0
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Pass:
    """One playing of the tape. `id` is never given twice in a set. `lost`: frames that never came."""

    id: int
    parts: tuple[Part, ...]
    begun: str = ""
    device: str = ""
    frames: int = 0
    lost: int = 0
    report: str = ""
    notes: str = ""
    places: str = ""


@dataclass(frozen=True, slots=True)
class TapeSet:
    tape: str = ""
    standard: str = ""
    passes: tuple[Pass, ...] = ()

    def find(self, number: int) -> Pass | None:
        return next((one for one in self.passes if one.id == number), None)


def decode(data: bytes) -> TapeSet:
    """SetError says what is wrong with the text; the file's name is the caller's."""
    try:
        held = parse(data)
    except DocumentError as fault:
        raise SetError(fault.faults[0]) from None
    if not isinstance(held, dict) or held.get("format") != FORMAT:
        raise SetError("it is no set of takes")
    version = held.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise SetError(f"it was saved by a newer Tapeloom (version {version} of sets, here {VERSION}). Use that one")
    try:
        passes = tuple(_pass(one) for one in _list(held, "passes"))
    except (KeyError, TypeError, ValueError) as fault:
        raise SetError(f"it is damaged ({fault})") from None
    if len({one.id for one in passes}) < len(passes):
        raise SetError("it is damaged (two passes have one number)")
    return TapeSet(_text(held, "tape"), _text(held, "standard"), passes)


def load(path: Path) -> TapeSet:
    """SetError."""
    try:
        with path.open("rb") as file:
            return decode(file.read(MOST_BYTES + 1))
    except SetError as fault:
        raise SetError(f"{path}: {fault}") from None
    except FileNotFoundError:
        raise SetError(f"{path}: there is no such set. `capture sets` lists those of a folder") from None
    except OSError as fault:
        raise SetError(f"{path}: it cannot be read ({fault.strerror or fault})") from None


def found(part: Part, beside: Path) -> Path:
    """Where a part lies now: where the set says, else under its bare name beside the set. SetError."""
    named = Path(part.file)
    tried = named if named.is_absolute() else beside.parent / named
    for path in (tried, beside.parent / _bare(part.file)):
        if path.is_file():
            size = path.stat().st_size
            if part.size and size != part.size:
                raise SetError(
                    f"{path} has {size:,} bytes, but {part.size:,} were recorded. It was cut short or changed: copy it "
                    f"again; or, if that is meant, take the pass out of {beside.name} and put it in anew"
                )
            return path.absolute()
    raise SetError(f"{beside.name} names {part.file}, but there is no such file. Put it beside the set again")


# ---------------------------------------------------------------------------------------------- as sources see them
def stands_for_others(path: str) -> bool:
    """Whether `path` names no file of pictures but a set, a pass of one, or a running capture."""
    return Path(_split(path)[0]).suffix.lower() in (SUFFIX, RING_SUFFIX)


def media_of(path: str, probe: Probe) -> Media:
    """What a source node sees of a set (`tape.tapeset`), of a pass (`tape.tapeset#2`) or of a running capture. `probe`
    looks at the files. MediaError."""
    name, number = _split(path)
    where = Path(name)
    try:
        if where.suffix.lower() == RING_SUFFIX:
            return _live(where)
        one = load(where)
        if number is None:
            passes = tuple(_take(f"{name}#{each.id}", each, where, probe) for each in one.passes)
            if not passes:
                raise SetError(f"{where}: no pass has been recorded so far. Record one, or add its files")
            return _standing(path, SET, passes, passes[0])
        chosen = one.find(number)
        if chosen is None:
            there = ", ".join(str(each.id) for each in one.passes) or "none"
            raise SetError(f"{where}: there is no pass {number}; there are: {there}")
        return _take(path, chosen, where, probe)
    except SetError as fault:
        raise MediaError(str(fault)) from None
    except RingError as fault:
        raise MediaError(f"{fault}. Choose the finished recording instead") from None


def _take(path: str, one: Pass, where: Path, probe: Probe) -> Media:
    parts = tuple(probe(str(found(part, where))) for part in one.parts)
    if not parts:
        raise SetError(f"{where}: pass {one.id} has no files")
    return _standing(path, TAKE, parts, parts[0]) if len(parts) > 1 else parts[0]


def _standing(path: str, kind: str, parts: tuple[Media, ...], first: Media) -> Media:
    identity = hashlib.sha256("\n".join((kind, *(part.identity for part in parts))).encode()).hexdigest()[:32]
    size = sum(part.size for part in parts)
    return replace(first, path=path, container=kind, identity=identity, size=size, parts=parts)


def _live(path: Path) -> Media:
    with Ring.open(path) as ring:
        facts = ring.facts
    rate = facts.rate
    clip = ClipInfo(
        facts.width, facts.height, PixelFormat.parse(facts.format), rate, int(LIVE_HOURS * 3600 * rate),
        sar=_ratio(facts.sar), fields=Fields(facts.fields), matrix=Matrix(facts.matrix),
        primaries=Primaries(facts.primaries), transfer=Transfer(facts.transfer),
    )  # fmt: skip
    stream = VideoStream(0, "rawvideo", clip, clip.fields)
    return Media(str(path.absolute()), LIVE, f"live {facts.session}", 0, clip.duration, (stream,))


def _ratio(pair: tuple[int, int]) -> Fraction:
    return Fraction(*pair) if pair[1] else Fraction(1)


def _split(path: str) -> tuple[str, int | None]:
    """`tape.tapeset#2` → the set's file and the pass."""
    name, sign, number = path.rpartition("#")
    if sign and number.isdecimal() and name.lower().endswith(SUFFIX):
        return name, int(number)
    return path, None


def _bare(file: str) -> str:
    return PureWindowsPath(PurePosixPath(file).name).name


# ---------------------------------------------------------------------------------------------------------- JSON
def _pass(held: Any) -> Pass:
    if not isinstance(held, dict):
        raise TypeError("a pass is no object")
    parts = tuple(
        Part(_text(one, "file", needed=True), _count(one, "size"), _count(one, "frames"))
        for one in _list(held, "parts")
    )
    texts = {name: _text(held, name) for name in ("begun", "device", "report", "notes", "places")}
    number = _count(held, "id")
    if not number:
        raise ValueError("a pass without a number")
    return Pass(number, parts, frames=_count(held, "frames"), lost=_count(held, "lost"), **texts)


def _list(held: Any, name: str) -> list[Any]:
    value = held.get(name, [])
    if not isinstance(value, list):
        raise TypeError(f"{name} is no list")
    return value


def _text(held: Any, name: str, *, needed: bool = False) -> str:
    value = held.get(name, "") if isinstance(held, dict) else None
    if not isinstance(value, str) or (needed and not value) or "\0" in value:
        raise TypeError(f"{name} is no text")
    return value


def _count(held: Any, name: str) -> int:
    value = held.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 62:
        raise TypeError(f"{name} is no count")
    return value
