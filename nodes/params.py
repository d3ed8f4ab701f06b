"""Params: one annotation feeds the form, the command line, the docs page and the check."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from fractions import Fraction
from typing import Annotated, Any, NewType, cast, get_args, get_origin

FilePath = NewType("FilePath", str)
"""A file on this machine, as the user wrote it."""
FolderPath = NewType("FolderPath", str)
Colour = NewType("Colour", str)
"""`#rrggbb`"""
Text = NewType("Text", str)
"""Text of several lines."""
Ranges = NewType("Ranges", tuple[tuple[int, int | None], ...])
"""Half-open frame ranges, ((0, 100), (250, None)); None is the end of the clip."""

Curve = NewType("Curve", tuple[tuple[float, float], ...])
"""Points (x, y) of a curve from black at 0 to white at 1, x growing, ((0.0, 0.0), (1.0, 1.0)) as it is."""
MOST_POINTS = 16


class ParamError(ValueError):
    """A value that a param cannot take; the text says what to do."""


class Kind(StrEnum):
    """How a param is stored and edited."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    TEXT = "text"
    LONG_TEXT = "long text"
    FRACTION = "fraction"
    CHOICE = "choice"
    FILE = "file"
    FOLDER = "folder"
    COLOUR = "colour"
    RANGES = "ranges"
    CURVE = "curve"


@dataclass(frozen=True, slots=True)
class Param:
    """One setting of a node. `low` and `high` are inclusive; `unit` is for people (`px`, `frames`, `dB`)."""

    help: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    unit: str = ""
    label: str = ""
    advanced: bool = False
    odd: bool = False
    multiple: int = 1
    max_length: int = 4096
    suffixes: tuple[str, ...] = ()
    saves: bool = False
    group: str = ""
    model: str = ""
    name: str = ""
    kind: Kind = Kind.TEXT
    default: object = None
    choices: type[Enum] | None = None

    # -- from people -------------------------------------------------------------------------------------------
    def parse(self, text: str) -> object:
        """The value that `text`, as typed on a command line, means. ParamError if it means none."""
        text = text.strip() if self.kind not in (Kind.TEXT, Kind.LONG_TEXT) else text
        match self.kind:
            case Kind.BOOL:
                known = {"true": True, "yes": True, "on": True, "1": True}
                known |= {"false": False, "no": False, "off": False, "0": False}
                if text.lower() not in known:
                    raise ParamError(f"{text!r} is neither on nor off")
                return known[text.lower()]
            case Kind.INT:
                return self.accept(_number(text, int, "a whole number"))
            case Kind.FLOAT:
                return self.accept(_number(text, float, "a number"))
            case Kind.RANGES:
                return self.accept([_range(part) for part in text.split(",") if part.strip()])
            case Kind.CURVE:
                return self.accept([_point(part) for part in text.split(",") if part.strip()])
            case _:
                return self.accept(text)

    # -- from documents ----------------------------------------------------------------------------------------
    def accept(self, value: object) -> object:
        """The checked Python value for a plain JSON `value`. ParamError if it does not fit."""
        match self.kind:
            case Kind.BOOL:
                if not isinstance(value, bool):
                    raise ParamError(f"{_show(value)} is neither true nor false")
                return value
            case Kind.INT:
                return self._accept_int(value)
            case Kind.FLOAT:
                return self._bounded(_as_float(value))
            case Kind.FRACTION:
                return self._accept_fraction(value)
            case Kind.CHOICE:
                return self._accept_choice(value)
            case Kind.RANGES:
                return _accept_ranges(value)
            case Kind.CURVE:
                return _accept_curve(value)
            case Kind.COLOUR:
                if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
                    raise ParamError(f"{_show(value)} is no colour; write #rrggbb")
                return value.lower()
            case _:
                return self._accept_text(value)

    def _accept_int(self, value: object) -> int:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or value != value
            or value in (math.inf, -math.inf)
        ):
            raise ParamError(f"{_show(value)} is no whole number")
        if int(value) != value:
            raise ParamError(f"{_show(value)} is no whole number")
        number = int(self._bounded(int(value)))
        if self.odd and number % 2 == 0:
            raise ParamError(f"{number} is even; it must be odd, like {number + 1}")
        if number % self.multiple:
            raise ParamError(f"{number} is no multiple of {self.multiple}; {number - number % self.multiple} is")
        return number

    def _bounded[T: (int, float)](self, number: T) -> T:
        unit = f" {self.unit}" if self.unit else ""
        shown = f"{number:g}{unit}" if abs(number) < 1e300 else "this number"  # a float cannot hold any int
        if self.low is not None and number < self.low:
            raise ParamError(f"{shown} is below the least, {self.low:g}. Set it to {self.low:g} or more")
        if self.high is not None and number > self.high:
            raise ParamError(f"{shown} is above the most, {self.high:g}. Set it to {self.high:g} or less")
        return number

    def _accept_fraction(self, value: object) -> Fraction:
        try:
            if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
                raise ValueError
            number = Fraction(value.replace(":", "/") if isinstance(value, str) else value)
            if isinstance(value, float):
                number = number.limit_denominator(100_000)
        except (ValueError, ZeroDivisionError, OverflowError):
            raise ParamError(f"{_show(value)} is no ratio; write it like 25, 29.97 or 30000/1001") from None
        if number.denominator > 10**9 or abs(number.numerator) > 10**12:
            raise ParamError(f"{_show(value)} has too many digits")
        self._bounded(float(number))
        return number

    def _accept_choice(self, value: object) -> Enum:
        assert self.choices is not None
        if isinstance(value, self.choices):
            return value
        for member in self.choices:
            if type(value) is type(member.value) and value == member.value:
                return member
        if isinstance(value, str):
            wanted = _loose(value)
            for member in self.choices:
                if wanted in (_loose(str(member.value)), _loose(member.name)):
                    return member
        offered = ", ".join(str(member.value) for member in self.choices)
        raise ParamError(f"{_show(value)} is not offered; choose one of: {offered}")

    def _accept_text(self, value: object) -> str:
        if not isinstance(value, str):
            raise ParamError(f"{_show(value)} is no text")
        if len(value) > self.max_length:
            raise ParamError(f"the text has {len(value)} characters; {self.max_length} are the most")
        if "\0" in value:
            raise ParamError("the text holds a NUL character; remove it")
        if self.kind is not Kind.LONG_TEXT and any(sign in value for sign in "\r\n"):
            raise ParamError("the text holds a line break; remove it")
        return value

    # -- to documents ------------------------------------------------------------------------------------------
    def plain(self, value: object) -> object:
        """`value` as JSON can hold it."""
        match value:
            case Enum():
                return cast(object, value.value)
            case Fraction():
                return str(value)
            case tuple() if self.kind in (Kind.RANGES, Kind.CURVE):
                return [list(part) for part in value]
            case _:
                return value

    def describe(self) -> str:
        """The values it takes, for people."""
        if self.choices is not None:
            return " | ".join(str(member.value) for member in self.choices)
        if self.kind is Kind.BOOL:
            return "on | off"
        unit = f" {self.unit}" if self.unit else ""
        if self.low is not None and self.high is not None:
            return f"{self.low:g} … {self.high:g}{unit}"
        if self.low is not None:
            return f"from {self.low:g}{unit}"
        written = {Kind.RANGES: "0:100,250:", Kind.CURVE: "0:0,0.5:0.6,1:1", Kind.COLOUR: "#rrggbb"}
        return written.get(self.kind, self.kind.value) + unit

    @property
    def title(self) -> str:
        return self.label or self.name.replace("_", " ").capitalize()


def param(
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    unit: str = "",
    label: str = "",
    advanced: bool = False,
    odd: bool = False,
    multiple: int = 1,
    suffixes: tuple[str, ...] = (),
    saves: bool = False,
    max_length: int = 4096,
    group: str = "",
    model: str = "",
) -> Param:
    """Declare a param inside `Annotated[type, param("help", …)]`. `saves` marks a file that is written; `model` a file
    that may also be named as the shelf does, and what such a model is for (`upscale`, a word of the shelf's)."""
    return Param(
        help,
        low,
        high,
        step,
        unit,
        label,
        advanced,
        odd,
        multiple,
        max_length=max_length,
        suffixes=suffixes,
        saves=saves,
        group=group,
        model=model,
    )


_KINDS: dict[object, Kind] = {
    bool: Kind.BOOL,
    int: Kind.INT,
    float: Kind.FLOAT,
    str: Kind.TEXT,
    Text: Kind.LONG_TEXT,
    Fraction: Kind.FRACTION,
    FilePath: Kind.FILE,
    FolderPath: Kind.FOLDER,
    Colour: Kind.COLOUR,
    Ranges: Kind.RANGES,
    Curve: Kind.CURVE,
}


def read_param(owner: str, name: str, hint: object, default: object) -> Param:
    """The Param of an `Annotated` hint and its default. TypeError tells a node author what is wrong."""
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{owner}.{name}: write Annotated[type, param(help)]")
    base, *notes = get_args(hint)
    declared = next((note for note in notes if isinstance(note, Param)), None)
    if declared is None:
        raise TypeError(f"{owner}.{name}: Annotated without param(help)")
    choices: type[Enum] | None = None
    if isinstance(base, type) and issubclass(base, Enum):
        kind, choices = Kind.CHOICE, base
    elif base in _KINDS:
        kind = _KINDS[base]
    else:
        raise TypeError(f"{owner}.{name}: {base!r} is no param type")
    made = replace(declared, name=name, kind=kind, choices=choices)
    try:
        return replace(made, default=made.accept(made.plain(default)))
    except ParamError as error:
        raise TypeError(f"{owner}.{name}: its default does not fit: {error}") from None


def _number[T: (int, float)](text: str, kind: type[T], what: str) -> T:
    try:
        return kind(text)
    except ValueError:
        raise ParamError(f"{text!r} is not {what}") from None


def _as_float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ParamError(f"{_show(value)} is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ParamError(f"{_show(value)} is no finite number")
    return number


def _range(text: str) -> list[int | None]:
    first, colon, last = text.strip().partition(":")
    try:
        start = int(first or 0)
        return [start, (int(last) if last else None) if colon else start + 1]
    except ValueError:
        raise ParamError(f"{text.strip()!r} is no frame range; write first:end, like 0:500") from None


def _accept_ranges(value: object) -> tuple[tuple[int, int | None], ...]:
    if not isinstance(value, list | tuple):
        raise ParamError(f"{_show(value)} is no list of frame ranges")
    ranges: list[tuple[int, int | None]] = []
    for part in cast("list[Any]", value):
        match part:
            case [int() as first, (int() | None) as last] if not isinstance(first, bool) and not isinstance(last, bool):
                if first < 0 or first > 2**31 or (last is not None and (last <= first or last > 2**31)):
                    raise ParamError(f"{first}:{'' if last is None else last} is empty or goes backwards")
                ranges.append((first, last))
            case _:
                raise ParamError(f"{_show(part)} is no frame range; write [first, end]")
    return tuple(ranges)


def _point(text: str) -> list[float]:
    x, _, y = text.strip().partition(":")
    try:
        return [float(x), float(y)]
    except ValueError:
        raise ParamError(f"{text.strip()!r} is no point of a curve; write x:y, like 0.5:0.6") from None


def _accept_curve(value: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list | tuple):
        raise ParamError(f"{_show(value)} is no list of points")
    points: list[tuple[float, float]] = []
    for part in cast("list[Any]", value):
        if not isinstance(part, list | tuple) or len(cast("list[Any]", part)) != 2:
            raise ParamError(f"{_show(part)} is no point of a curve; write [x, y]")
        x, y = (_as_float(number) for number in cast("list[Any]", part))
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise ParamError(f"the point {x:g}:{y:g} lies outside; black is 0, white is 1")
        if points and x <= points[-1][0]:
            raise ParamError(f"the point {x:g}:{y:g} does not lie to the right of the one before it")
        points.append((x, y))
    if not 2 <= len(points) <= MOST_POINTS:
        raise ParamError(f"a curve has 2 to {MOST_POINTS} points, not {len(points)}")
    return tuple(points)


def _loose(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text).casefold()


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
