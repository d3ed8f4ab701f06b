"""Reads a user's pixel expression token by token, so that only arithmetic ever reaches akarin.Expr."""

from __future__ import annotations

import re

from nodes.api import ParamError

CLIPS = ("x", "y", "z")
MOST_TOKENS = 500
_VALUES = frozenset({"N", "X", "Y", "width", "height", "pi"})
_ONE = frozenset({"sin", "cos", "exp", "log", "sqrt", "abs", "not", "floor", "round", "trunc", "bitnot"})
_TWO = frozenset(
    {
        "+",
        "-",
        "*",
        "/",
        "max",
        "min",
        "pow",
        "**",
        ">",
        "<",
        "=",
        ">=",
        "<=",
        "and",
        "or",
        "xor",
        "%",
        "bitand",
        "bitor",
        "bitxor",
    }
)
# akarin 1.5.0 can crash where an exponent is computed (a missing __powisf2), so it has to be a plain number
_POWERS = frozenset({"pow", "**"})
_THREE = frozenset({"?", "clamp"})
_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,8}\Z")
_NEAR = re.compile(r"([xyz])\[(-?\d{1,4}),(-?\d{1,4})\](:[cm])?\Z")
_AT = re.compile(r"([xyz])\[\]\Z")
_PROP = re.compile(r"([xyz])\.[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
# no sortN: akarin 1.5.0 aborts the whole process where it sorts whole numbers and fractions together
_STACK = re.compile(r"(dup|swap|drop)(\d{0,2})\Z")
_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,31})([!@])\Z")


def check_expression(name: str, text: str, clips: int) -> None:
    """ParamError, naming the param and the place, for anything that is
    not a whole reverse Polish expression over the first `clips` of x, y, z."""
    tokens = text.split()
    if len(tokens) > MOST_TOKENS:
        raise ParamError(f"{name}: {len(tokens)} words are too many; {MOST_TOKENS} are the most")
    known, depth = set[str](), 0
    for place, token in enumerate(tokens, 1):
        where = f"{name}, word {place}"
        takes, gives = _effect(where, token, known)
        letter = token[0] if token[0] in CLIPS and token[1:2] in ("", ".", "[") else ""
        if letter and CLIPS.index(letter) >= clips:
            raise ParamError(f"{where}: nothing is wired to {letter}. Wire a clip to it, or leave {token!r} out")
        if depth < takes:
            have = "nothing" if depth == 0 else f"only {depth}"
            raise ParamError(f"{where}: {token!r} needs {takes} value{'s' * (takes > 1)} before it, there is {have}")
        if token in _POWERS and not _NUMBER.match(tokens[place - 2]):
            raise ParamError(f"{where}: the exponent before {token!r} must be a plain number, as in: x 0.45 pow")
        depth += gives - takes
    if depth != 1:
        fault = "it gives no value" if depth == 0 else f"{depth} values are left over; one must stay"
        raise ParamError(f"{name}: {fault}. Write it like: x 16 - 1.2 * 16 +")


def looks_around(text: str) -> bool:
    """Whether the expression reads pixels beside its own."""
    return "[" in text


def _effect(where: str, token: str, known: set[str]) -> tuple[int, int]:
    """How many values a token takes and gives. ParamError for one that is not offered."""
    if token in CLIPS or token in _VALUES or _NUMBER.match(token) or _HEX.match(token):
        return 0, 1
    if _NEAR.match(token) or _PROP.match(token):
        return 0, 1
    if _AT.match(token):
        return 2, 1
    for words, takes in ((_ONE, 1), (_TWO, 2), (_THREE, 3)):
        if token in words:
            return takes, 1
    if found := _STACK.match(token):
        word, count = found[1], found[2]
        n = int(count) if count else {"dup": 0, "swap": 1, "drop": 1}[word]
        match word:
            case "dup":
                return n + 1, n + 2
            case "swap":
                return n + 1, n + 1
            case _:
                return n, 0
    if found := _VARIABLE.match(token):
        if found[2] == "!":
            known.add(found[1])
            return 1, 0
        if found[1] not in known:
            raise ParamError(f"{where}: {found[1]!r} has no value yet. Set it first with {found[1]}!")
        return 0, 1
    shown = token if len(token) <= 30 else token[:29] + "…"
    raise ParamError(f"{where}: {shown!r} is no number, clip or operator. Words are parted by spaces, as in: x y + 2 /")
