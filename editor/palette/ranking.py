"""Which nodes are meant by a few typed letters, best first. Pure.

A name counts most, then the words people search for, the id, the category, and last the help. Letters in a row are
looked for everywhere, letters with gaps (`dqt` for Deinterlace QTGMC) in names only: in a long text any gap fits.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from editor.actions.fuzzy import score
from editor.palette.categories import title
from editor.palette.entries import Entry

_WORDS, _ID, _CATEGORY, _HELP = -30.0, -45.0, -90.0, -150.0
_A_LETTER = 7.0
"""Points that each letter must have on average where they do not stand in a row: beginnings of words, mostly."""
_WHOLE = 200.0
"""From here on, `score` has found the letters in a row."""


def ranked(entries: Iterable[Entry], typed: str) -> list[Entry]:
    """The entries that fit every typed word. Where none does, those with a name that is spelt nearly so."""
    known = list(entries)
    words = typed.casefold().split()
    if not words:
        return known
    found = []
    for place, entry in enumerate(known):
        points = _points(entry, words)
        if points is not None:
            found.append((-points, entry.label.casefold(), place, entry))
    if not found:
        return _misspelt(known, words)
    return [row[-1] for row in sorted(found, key=lambda row: row[:3])]


def _points(entry: Entry, words: Sequence[str]) -> float | None:
    whole = _near(" ".join(words), entry.label)
    each = [_one(entry, word) for word in words]
    if any(points is None for points in each):
        return whole
    points = sum(found for found in each if found is not None) / len(each)
    return points if whole is None else max(points, whole)


def _one(entry: Entry, word: str) -> float | None:
    found = [
        _near(word, entry.label),
        *(_less(_row(word, text), _WORDS) for text in entry.words),
        _less(_near(word, entry.id), _ID),
        _less(_row(word, f"{title(entry.category)} {entry.category}"), _CATEGORY),
        _less(_begun(word, entry.help), _HELP),
    ]
    return max((points for points in found if points is not None), default=None)


def _near(word: str, text: str) -> float | None:
    """In a row, or with gaps between the beginnings of words."""
    points = score(word, text)
    letters = len(word.replace(" ", ""))
    return points if points is not None and (points >= _WHOLE or points >= _A_LETTER * letters) else None


def _row(word: str, text: str) -> float | None:
    points = score(word, text)
    return points if points is not None and points >= _WHOLE - len(text) / 100 else None


def _begun(word: str, text: str) -> float | None:
    """A word of the text that begins so; a single letter would find every help."""
    if len(word) < 3:
        return None
    return _WHOLE if re.search(rf"\b{re.escape(word)}", text.casefold()) else None


def _less(points: float | None, by: float) -> float | None:
    return None if points is None else points + by


def _misspelt(entries: Sequence[Entry], words: Sequence[str]) -> list[Entry]:
    said: dict[str, list[Entry]] = {}
    for entry in entries:
        for text in (entry.label, *entry.words):
            for part in re.findall(r"\w+", text.casefold()):
                said.setdefault(part, []).append(entry)
    left: list[Entry] | None = None
    for word in words:
        near = difflib.get_close_matches(word, said, 6, 0.75) if len(word) > 3 else []
        fits = list(dict.fromkeys(entry for part in near for entry in said[part]))
        left = fits if left is None else [entry for entry in left if entry in fits]
    return left or []
