"""A driver that scales tells its smallest and its largest picture; what is wanted of it are television's. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from capture.devices.found import Size

_625 = ((720, 576), (704, 576), (768, 576))
_525 = ((720, 486), (720, 480), (704, 480), (640, 480))
_RATES_625 = frozenset({Fraction(25), Fraction(50)})
_RATES_525 = frozenset({Fraction(30000, 1001), Fraction(60000, 1001), Fraction(30)})


def sizes(
    least: tuple[int, int], most: tuple[int, int], rates: Sequence[Fraction] = (), between: bool = False
) -> tuple[Size, ...]:
    """Every size of television within a range, the largest standard first; the range's largest picture where it holds
    none. A rate of one standard alone leaves out the sizes of the other."""
    known = set(rates)
    of_one = known and not between
    wanted = (() if of_one and known <= _RATES_525 else _625) + (() if of_one and known <= _RATES_625 else _525)
    fitting = [(w, h) for w, h in wanted if least[0] <= w <= most[0] and least[1] <= h <= most[1]]
    return tuple(Size(w, h, tuple(rates), between) for w, h in fitting or [most])
