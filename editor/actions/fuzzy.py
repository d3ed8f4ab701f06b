"""How well a few typed letters fit a text: `svas` finds `Save as`. Pure."""

from __future__ import annotations


def score(typed: str, text: str) -> float | None:
    """Higher is better; None where the letters do not occur in this order. Beginnings of words weigh most."""
    wanted, hay = "".join(typed.casefold().split()), text.casefold()
    if not wanted:
        return 0.0
    whole = hay.find(" ".join(typed.casefold().split()))
    if whole >= 0:
        begins = whole == 0 or not hay[whole - 1].isalnum()
        return 200.0 + (50.0 if begins else 0.0) + (25.0 if whole == 0 else 0.0) - len(hay) / 100
    best: float | None = None
    for start in (index for index, sign in enumerate(hay) if sign == wanted[0]):
        found = _from(wanted, hay, start)
        if found is not None and (best is None or found > best):
            best = found
    return best


def _from(wanted: str, hay: str, start: int) -> float | None:
    points, at, before = 0.0, start, start - 2
    for sign in wanted:
        word = _word_start(hay, sign, at)
        near = hay.find(sign, at)
        if near < 0:
            return None
        place = near if near == before + 1 or word is None else word
        begins = place == 0 or not hay[place - 1].isalnum()
        points += 12.0 if begins else 8.0 if place == before + 1 else 1.0 - min(place - before, 20) / 10
        before, at = place, place + 1
    return points - len(hay) / 100


def _word_start(hay: str, sign: str, at: int) -> int | None:
    place = hay.find(sign, at)
    while place >= 0:
        if place == 0 or not hay[place - 1].isalnum():
            return place
        place = hay.find(sign, place + 1)
    return None
