"""JSON read strictly: no name twice, no number that is none, nothing nested without end; faults with their line."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

MAX_BYTES = 16 * 2**20
MAX_DEPTH = 64
MAX_DIGITS = 400


class DocumentError(Exception):
    """A text that is no graph. `faults` are all of them, each `where: what. What next`."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def parse(data: str | bytes) -> object:
    """The plain content of a text. DocumentError where it is no such JSON."""
    text = data if isinstance(data, str) else _text(data)
    if len(text) > MAX_BYTES:
        raise DocumentError(f"it holds {len(text):,} characters; a graph has {MAX_BYTES:,} at most")
    if not text.strip():
        raise DocumentError("the file is empty: nothing was saved in it. Look for a backup or an earlier version")
    _check_depth(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=lambda pairs: _once(pairs, text),
            parse_constant=lambda word: _refuse(
                f"{word} is no number that JSON knows. Write a plain number", word, text
            ),
            parse_float=lambda digits: _float(digits, text),
            parse_int=lambda digits: _int(digits, text),
        )
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        if fault.pos >= len(text.rstrip()) or fault.msg.startswith("Unterminated"):
            raise DocumentError(f"{where}: the file stops in the middle; its end is lost. Use a backup") from None
        raise DocumentError(f"{where}: {fault.msg[0].lower()}{fault.msg[1:]}. Correct it there") from None
    except RecursionError:
        raise DocumentError(f"values are nested deeper than {MAX_DEPTH}") from None


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise DocumentError(f"it holds {len(data):,} bytes; a graph has {MAX_BYTES:,} at most")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DocumentError("it is written in UTF-16. Save it as UTF-8")
    if b"\0" in data[:4096]:
        raise DocumentError("this is no text, so no graph. A video goes to -i, a .graph here")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise DocumentError(f"line {line}: a byte that is no UTF-8. Save the file as UTF-8") from None


_MARKS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def _check_depth(text: str) -> None:
    depth = 0
    for mark in _MARKS.finditer(text):
        sign = mark.group()
        depth += (sign in "[{") - (sign in "]}")
        if depth > MAX_DEPTH:
            line = text.count("\n", 0, mark.start()) + 1
            raise DocumentError(f"line {line}: values are nested deeper than {MAX_DEPTH}")


def _once(pairs: list[tuple[str, Any]], text: str) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _refuse(f"{twice!r} stands twice in one object. Remove one", json.dumps(twice, ensure_ascii=False), text)
    return result


def _float(digits: str, text: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        _refuse(f"{digits[:40]} is larger than any number here", digits, text)
    return number


def _int(digits: str, text: str) -> int:
    if len(digits) > MAX_DIGITS:
        _refuse(f"a number of {len(digits)} digits; {MAX_DIGITS} are the most", digits, text)
    return int(digits)


def _refuse(what: str, found: str, text: str) -> NoReturn:
    """Raise DocumentError with the lines on which `found` stands (the parser does not tell where it is)."""
    rows: list[int] = []
    start = text.find(found)
    while start >= 0 and len(rows) < 4:
        rows.append(text.count("\n", 0, start) + 1)
        start = text.find(found, text.find("\n", start) + 1 or len(text))
    where = f"line {' or '.join(map(str, rows))}: " if rows else ""
    raise DocumentError(f"{where}{what}")
