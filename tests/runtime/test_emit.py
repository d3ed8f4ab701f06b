"""Script text: what a person could have written, and nothing that a value could smuggle in."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.clip import PixelFormat
from nodes.script import Input, Ref, Script, ScriptError
from runtime.emit import comment, identifier, quote, write
from runtime.fingerprint import fingerprint

S = Script("n")
SOURCE = Ref(Input("source1", "out"))
NAMES = {("source1", "out"): "source1"}

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def text(ref: Ref, **options: Any) -> str:
    return "\n".join(write("n", {"out": ref.expr}, NAMES, **options).lines)


@given(PLAIN)
def test_any_value_comes_back_as_itself_and_as_nothing_else(value: object) -> None:
    code = text(S.core.std.SetFrameProps(SOURCE, hostile=value))
    tree = ast.parse(code)
    assert [type(statement) for statement in tree.body] == [ast.Assign]
    call = tree.body[0].value  # type: ignore[attr-defined]
    assert ast.literal_eval(call.keywords[0].value) == value
    assert [type(part) for part in ast.walk(tree) if isinstance(part, ast.Call)] == [ast.Call]


@given(st.text())
def test_a_comment_stays_one_comment(label: str) -> None:
    line = comment(label)
    assert ast.parse(line).body == []
    assert line.startswith("#")
    assert len(line.splitlines()) == 1
    assert all(sign.isprintable() for sign in line)


@given(st.text(), st.sets(st.text()))
def test_a_variable_name_is_a_name_that_is_free(label: str, taken: set[str]) -> None:
    name = identifier(label, taken)
    assert name.isidentifier() and name.isascii()
    assert name not in taken
    ast.parse(f"{name} = 1")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_has_no_literal_is_refused(value: float) -> None:
    with pytest.raises(ScriptError, match="cannot be written"):
        quote(value)


@pytest.mark.parametrize("value", [object(), b"bytes", {1, 2}, print])
def test_only_plain_values_can_be_recorded(value: object) -> None:
    with pytest.raises(ScriptError, match="cannot be written"):
        S.core.std.Crop(SOURCE, left=value)


def test_a_name_from_data_is_refused() -> None:
    for hostile in ("x); import os", "a b", "", "1x", "a.b.", "é"):
        with pytest.raises(ScriptError, match="no name"):
            S.use("vsdenoise", hostile)
        with pytest.raises(ScriptError, match="no name"):
            S.core.std.Crop(SOURCE, **{hostile: 1})


def test_a_shared_part_is_computed_once() -> None:
    soft = S.core.std.BoxBlur(SOURCE)
    assert text(S.core.std.MaskedMerge(SOURCE, soft, soft.std.Invert())).splitlines() == [
        "n_part = core.std.BoxBlur(source1)",
        "n = core.std.MaskedMerge(source1, n_part, n_part.std.Invert())",
    ]


def test_a_let_names_its_variable() -> None:
    soft = S.let("soft", S.core.std.BoxBlur(SOURCE))
    assert text(S.core.std.Interleave([soft, soft[1:]])).splitlines() == [
        "n_soft = core.std.BoxBlur(source1)",
        "n = core.std.Interleave([n_soft, n_soft[1:]])",
    ]


def test_a_long_chain_has_a_line_per_call() -> None:
    chain = SOURCE.std.Crop(left=8, right=8).std.AddBorders(left=8, right=8, color=[16, 128, 128]).std.Transpose()
    code = text(chain.std.SetFrameProps(_Matrix=5, _Primaries=5))
    assert code.splitlines() == [
        "n = (",
        "    source1.std.Crop(left=8, right=8)",
        "    .std.AddBorders(left=8, right=8, color=[16, 128, 128])",
        "    .std.Transpose()",
        "    .std.SetFrameProps(_Matrix=5, _Primaries=5)",
        ")",
    ]


def test_operators_keep_their_order() -> None:
    assert text((SOURCE + SOURCE) * 3) == "n = (source1 + source1) * 3"
    assert text((SOURCE + SOURCE)[::2]) == "n = (source1 + source1)[::2]"
    assert (
        text(S.core.std.AssumeFPS(SOURCE, scale=Fraction(1, 3)))
        == "n = core.std.AssumeFPS(source1, scale=Fraction(1, 3))"
    )


def test_what_only_this_machine_needs_is_left_out_of_an_exported_script() -> None:
    opened = S.core.bs.VideoSource(S.file("a.mkv", "id1"), cachepath=S.local("index:id1"))
    assert text(opened) == "n = core.bs.VideoSource('a.mkv')"
    assert text(opened, local={"index:id1": "/c/i"}) == "n = core.bs.VideoSource('a.mkv', cachepath='/c/i')"


def prints(ref: Ref) -> str:
    return fingerprint({"out": ref.expr}, {("source1", "out"): "s"})


def test_a_fingerprint_tells_what_is_computed_and_not_how_it_is_written() -> None:
    def made(path: str, identity: str, index: str) -> Ref:
        return S.core.bs.VideoSource(S.file(path, identity), cachepath=S.local(index), rff=1, threads=2)

    assert prints(made("/a/x.mkv", "i", "1")) == prints(made("D:\\y.mkv", "i", "2"))
    assert prints(made("x", "i", "1")) != prints(made("x", "j", "1"))
    assert prints(S.core.std.Crop(SOURCE, left=2, top=4)) == prints(S.core.std.Crop(SOURCE, top=4, left=2))
    assert prints(S.let("a", SOURCE.std.Invert())) == prints(SOURCE.std.Invert())


@given(PLAIN, PLAIN)
def test_different_values_have_different_fingerprints(one: object, two: object) -> None:
    same = repr(one) == repr(two)
    assert (prints(S.core.std.X(SOURCE, value=one)) == prints(S.core.std.X(SOURCE, value=two))) is same


def test_deep_sharing_stays_quick() -> None:
    ref = SOURCE
    for _ in range(200):
        ref = S.core.std.Merge(ref, ref)
    assert len(prints(ref)) == 32
    assert len(text(ref).splitlines()) == 200


def test_every_pixel_format_can_be_written() -> None:
    import vapoursynth as vs

    names = [
        "YUV411P8",
        "YUV411P10",
        "YUV440P12",
        "YUV420P16",
        "YUV444PS",
        "YUV422PH",
        "RGB30",
        "RGBS",
        "GRAY8",
        "GRAY32",
    ]
    for name in [*names, "GRAY16", "RGB48", "YUV410P16"]:
        form = PixelFormat.parse(name)
        line = text(SOURCE.resize.Point(format=form)).partition("format=")[2].removesuffix(")")
        made = vs.core.get_video_format(eval(line, {"vs": vs, "core": vs.core}))
        assert (made.bits_per_sample, made.subsampling_w, made.subsampling_h) == (form.bits, form.ss_w, form.ss_h)
        assert made.color_family.name.lower() == form.family.value
        assert (made.sample_type == vs.FLOAT) is form.floating


def test_what_is_long_inside_a_chain_is_broken_too() -> None:
    fields = S.let("fields", SOURCE.std.SeparateFields(tff=True))
    soft = [
        S.core.std.Convolution(fields[at::2], matrix=[1, 2, 1, 2, 4, 2, 1, 2, 1], planes=[0, 1, 2]) for at in (0, 1)
    ]
    code = text(S.core.std.Interleave(soft).std.DoubleWeave(tff=True)[::2])
    assert code.splitlines() == [
        "n_fields = source1.std.SeparateFields(tff=True)",
        "n = (",
        "    core.std.Interleave(",
        "        [",
        "            core.std.Convolution(n_fields[0::2], matrix=[1, 2, 1, 2, 4, 2, 1, 2, 1], planes=[0, 1, 2]),",
        "            core.std.Convolution(n_fields[1::2], matrix=[1, 2, 1, 2, 4, 2, 1, 2, 1], planes=[0, 1, 2]),",
        "        ],",
        "    )",
        "    .std.DoubleWeave(tff=True)[::2]",
        ")",
    ]


@given(PLAIN, st.integers(0, 200))
def test_broken_over_lines_a_value_is_still_itself(value: object, length: int) -> None:
    code = text(S.core.std.Crop(SOURCE, pad="x" * length).std.SetFrameProps(hostile=value, more={"a": [value]})[1:3])
    tree = ast.parse(code)
    assert len(tree.body) == 1
    call = tree.body[0].value.value  # type: ignore[attr-defined]
    assert [ast.literal_eval(keyword.value) for keyword in call.keywords] == [value, {"a": [value]}]
