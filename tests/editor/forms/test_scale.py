"""Where numbers sit on a slider."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.forms.scale import Scale, scale_of
from nodes.params import Kind
from nodes.registry import default_registry

SCALES = {
    f"{kind.id}.{param.name}": (param, scale)
    for kind in default_registry()
    for param in kind.params.values()
    if param.kind in (Kind.INT, Kind.FLOAT) and (scale := scale_of(param)) is not None
}


@pytest.mark.parametrize("name", SCALES)
def test_a_scale_leads_from_end_to_end_without_turning_back(name: str) -> None:
    param, scale = SCALES[name]
    values = [scale.value(at / 200) for at in range(201)]
    assert values == sorted(values)
    assert values[0] == pytest.approx(scale.near(scale.low)) and values[-1] == pytest.approx(scale.near(scale.high))
    for value in values:
        assert param.accept(value) == value
    usual = param.default
    assert isinstance(usual, int | float)
    assert scale.value(scale.share(usual)) == pytest.approx(scale.near(usual))


@pytest.mark.parametrize("name", SCALES)
def test_the_default_can_be_reached_by_hand(name: str) -> None:
    """Not squeezed into the first pixels, unless it is the very end."""
    param, scale = SCALES[name]
    assert isinstance(param.default, int | float)
    share = scale.share(param.default)
    assert share in (0.0, 1.0) or 0.03 < share < 0.999


def test_gamma_is_even_in_ratio_and_shifts_are_fine_around_zero() -> None:
    assert SCALES["colour.gamma.gamma"][1].share(1.0) == pytest.approx(0.5)
    shift = SCALES["colour.chroma_shift.across"][1]
    assert shift.share(0) == pytest.approx(0.5)
    assert shift.share(4) - shift.share(0) > 0.1  # of ±64
    crop = SCALES["geometry.crop.left"][1]
    assert crop.share(16) > 0.1  # of 8192


@given(st.floats(-50, 50), st.sampled_from([1.0, 0.5, 0.05, 0.01]))
def test_near_lands_on_a_step_within_the_ends(value: float, step: float) -> None:
    scale = Scale(-10, 40, step)
    there = scale.near(value)
    assert -10 <= there <= 40
    assert abs(there / step - round(there / step)) < 1e-6
    assert abs(there - min(max(value, -10), 40)) <= step / 2 + 1e-9
