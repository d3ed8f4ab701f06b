"""Where on a slider a number sits. Pure: shares of the way from 0 to 1 on one side, values on the other.

Ranges span what is possible, not what is usual, so a straight slider would put all useful values under one
pixel: those with a wide range are bent so that the usual values have room.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from nodes.params import Kind, Param

WIDE = 400
"""A straight slider has about that many places that a hand can hit."""


@dataclass(frozen=True)
class Scale:
    """`bend` is the power of the way (1: straight); `logarithmic` has equal ratios at equal distances."""

    low: float
    high: float
    step: float
    whole: bool = False
    odd: bool = False
    bend: float = 1.0
    logarithmic: bool = False

    @property
    def origin(self) -> float:
        """The value from which the groove is filled: zero where it lies inside."""
        return min(max(0.0, self.low), self.high)

    def share(self, value: float) -> float:
        value = min(max(value, self.low), self.high)
        if self.high == self.low:
            return 0.0
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        if self.low < 0 < self.high and self.bend != 1:
            middle = self._middle
            if value >= 0:
                return float(middle + (1 - middle) * (value / self.high) ** (1 / self.bend))
            return float(middle * (1 - (value / self.low) ** (1 / self.bend)))
        return float(((value - self.low) / (self.high - self.low)) ** (1 / self.bend))

    def value(self, share: float, *, fine: bool = False) -> float:
        """The nearest value that can be set; with `fine`, of a tenth of the step."""
        share = min(max(share, 0.0), 1.0)
        if self.logarithmic:
            return self.near(self.low * (self.high / self.low) ** share, fine=fine)
        if self.low < 0 < self.high and self.bend != 1:
            middle = self._middle
            if share >= middle:
                return self.near(self.high * ((share - middle) / (1 - middle)) ** self.bend, fine=fine)
            return self.near(self.low * (1 - share / middle) ** self.bend, fine=fine)
        return self.near(self.low + (self.high - self.low) * share**self.bend, fine=fine)

    def stepped(self, value: float, steps: float, *, fine: bool = False) -> float:
        """`value` moved by so many steps, or by so many tenths of one."""
        unit = self._unit(fine)
        there = self.near(value + steps * unit, fine=fine)
        if there == value and steps:  # the rounding led back: an odd value one step further
            there = self.near(value + math.copysign(2 * unit, steps), fine=fine)
        return there

    def near(self, value: float, *, fine: bool = False) -> float:
        """The value nearest to `value` that a step leads to."""
        value = min(max(value, self.low), self.high)
        unit = self._unit(fine)
        if self.odd:
            there: float = 2 * math.floor(value / 2) + 1
            unit = 2
        else:
            there = round(round(value / unit) * unit, _digits(unit))
        if there < self.low:
            there = self.low if not self.whole else there + unit
        if there > self.high:
            there = self.high if not self.whole else there - unit
        return int(there) if self.whole else there

    def _unit(self, fine: bool) -> float:
        return self.step if self.whole or not fine else self.step / 10

    @property
    def _middle(self) -> float:
        """Where zero sits."""
        return -self.low / (self.high - self.low)


def scale_of(param: Param) -> Scale | None:
    """The slider of a number; None for one without both ends."""
    if param.low is None or param.high is None or param.high <= param.low:
        return None
    whole = param.kind is Kind.INT
    step = step_of(param)
    steps = (param.high - param.low) / step
    bend, logarithmic = 1.0, False
    usual = param.default if isinstance(param.default, int | float) else 0
    if param.unit == "°":
        pass
    elif param.low > 0 and param.high / param.low >= 50:
        logarithmic = True
    elif param.low == 0:
        if usual and usual / param.high < 0.1:  # the default a third of the way along
            bend = min(4.0, math.log(usual / param.high) / math.log(1 / 3))
        elif not usual and steps > WIDE:
            bend = 3.0 if steps > 1000 else 2.0
    elif param.low < 0 < param.high and steps > WIDE:
        bend = 3.0 if steps > 2000 else 2.0
    return Scale(param.low, param.high, step, whole, param.odd, bend, logarithmic)


def step_of(param: Param) -> float:
    """The step that is declared, or a sensible one."""
    if param.kind is Kind.INT:
        return max(param.multiple, int(param.step or 1))
    if param.step:
        return param.step
    if param.low is None or param.high is None:
        return 0.1
    return float(10.0 ** math.floor(math.log10((param.high - param.low) / 200)))


def written(value: object) -> str:
    """A number as a field shows it."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _digits(unit: float) -> int:
    return max(0, -math.floor(math.log10(unit))) + 1
