"""Fused pixel expressions give the very frames of the unfused ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import vapoursynth as vs
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.document import NodeId
from nodes.clip import ClipInfo, PixelFormat
from nodes.script import Input, Ref, Script
from runtime.fingerprint import fingerprint
from runtime.optimize import fuse
from runtime.plan import Plan, Step
from runtime.script import step_codes
from tests.nodes.harness import PAL_50P, picture

S = Script()


def step(name: str, ref: Ref, info: ClipInfo, prints: dict[tuple[str, str], str]) -> Step:
    digest = fingerprint({"out": ref.expr}, prints)
    prints[name, "out"] = digest
    return Step(name, NodeId(name), name, name, {"out": ref.expr}, {"out": info}, digest)


def chain(info: ClipInfo, *makes: Any) -> Plan:
    """Steps n1, n2, … each made from all that went before; n0 is the source."""
    prints: dict[tuple[str, str], str] = {}
    steps = [step("n0", S.core.std.BlankClip(), info, prints)]
    for number, make in enumerate(makes, 1):
        refs = [Ref(Input(before.id, "out"), info) for before in steps]
        steps.append(step(f"n{number}", make(*refs), info, prints))
    return Plan(tuple(steps), {}, (), {}, ())


def rendered(plan: Plan, source: vs.VideoNode, last: str) -> list[bytes]:
    space: dict[str, Any] = {"vs": vs, "core": vs.core}
    _, codes = step_codes(plan, {})
    for code in codes:
        if code.node == "n0":
            space[code.outputs[0].name] = source
        else:
            exec(code.code, space)
    clip = space[next(code.outputs[0].name for code in codes if code.node == last)]
    out = []
    for number in (0, clip.num_frames - 1):
        with clip.get_frame(number) as frame:
            out += [bytes(frame[plane]) for plane in range(clip.format.num_planes)]
    return out


def expr(*planes: str) -> Any:
    return lambda *refs: S.core.akarin.Expr(refs[-1], list(planes))


FORMATS = ["YUV420P8", "YUV422P10", "YUV444P16", "GRAY8"]


@pytest.mark.parametrize("name", FORMATS)
def test_three_expressions_become_one_with_the_same_frames(name: str) -> None:
    info = replace(PAL_50P, format=PixelFormat.parse(name), width=128, height=64, frames=3)
    peak = info.format.peak
    one = 1 if info.format.family.value == "gray" else 3
    makes = [
        expr(*[f"x {peak} / 0.8 pow {peak * 1.1} *", ""][:one]),
        lambda *r: r[-1].akarin.Expr([f"x {peak / 16} - 1.37 *", "x 0.9 * 3.3 +"][:one]),
        expr(*["x x * 3 / N + X 0.3 * +", "", "x 2 *"][:one]),
    ]
    plan = chain(info, *makes)
    fused = fuse(plan, ["n3"])
    assert [each.id for each in fused.steps] == ["n0", "n3"]
    assert rendered(fused, picture(info), "n3") == rendered(plan, picture(info), "n3")


def test_an_expression_that_others_read_stays() -> None:
    plan = chain(PAL_50P, expr("x 2 *"), expr("x 1 +"), lambda *r: S.core.akarin.Expr([r[2], r[1]], ["x y -"]))
    assert [each.id for each in fuse(plan, ["n1", "n3"]).steps] == ["n0", "n1", "n3"]


def test_floats_are_left_alone() -> None:
    info = replace(PAL_50P, format=PixelFormat.parse("YUV444PS"))
    assert len(fuse(chain(info, expr("x 2 *"), expr("x 1 +")), ["n2"]).steps) == 3


def test_neighbouring_pixels_are_left_alone() -> None:
    plan = chain(PAL_50P, expr("x 2 *"), expr("x[1,0] x + 2 /"))
    assert [each.id for each in fuse(plan, ["n2"]).steps] == ["n0", "n1", "n2"]


def test_a_variable_of_the_users_own_is_left_alone() -> None:
    plan = chain(PAL_50P, expr("x 2 * a! a@"), expr("x 1 + a! a@ a@ +"))
    assert [each.id for each in fuse(plan, ["n2"]).steps] == ["n0", "n1", "n2"]


OPS = ["x 1.7 *", "x 9 -", "x sqrt", "x 100 - abs", "", "y x -", "x y + 2 /", "x x.Level * 3 +", "x N +"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(OPS), st.sampled_from(OPS), st.booleans()), min_size=2, max_size=5))
def test_any_chain_of_expressions_keeps_its_frames(ops: list[tuple[str, str, bool]]) -> None:
    info = replace(PAL_50P, width=64, height=32, frames=2)
    makes = []
    for luma, chroma, swapped in ops:

        def make(*refs: Ref, luma: str = luma, chroma: str = chroma, swapped: bool = swapped) -> Ref:
            pair = [refs[0], refs[-1]] if swapped else [refs[-1], refs[0]]
            return S.core.akarin.Expr(pair, [luma, chroma])

        makes.append(make)
    source = picture(info).std.SetFrameProps(Level=1.5)
    last = f"n{len(makes)}"
    plan = chain(info, *makes)
    assert rendered(fuse(plan, [last]), source, last) == rendered(plan, source, last)
