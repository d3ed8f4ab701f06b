"""Utility nodes: exact pixels, and hostile words that stay words."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import ClipInfo, Family, Fields, PixelFormat, Range
from nodes.library._timecode import counted, drops, read_timecode
from nodes.library._tokens import _ONE, _THREE, _TWO, _effect, check_expression
from nodes.library.utility.difference import Difference
from nodes.library.utility.expression import Expression
from nodes.library.utility.mask_merge import MaskMerge
from nodes.library.utility.merge import MergePlanes
from nodes.library.utility.on_range import OnRange
from nodes.library.utility.overlay import Overlay, Place, Shown
from nodes.library.utility.planes import SplitPlanes
from nodes.library.utility.stack import Layout, Stack
from nodes.library.utility.switch import Switch
from nodes.params import ParamError
from tests.nodes import harness
from tests.nodes.harness import core
from tests.nodes.measure import drawn, luma, planes, same

FORMATS = ["YUV420P8", "YUV422P8", "YUV411P8", "YUV444P10", "YUV422P16", "YUV444PS", "GRAY8", "RGB24"]
SCANS = list(Fields)


def clip_of(name: str = "YUV422P8", fields: Fields = Fields.PROGRESSIVE, **other: Any) -> ClipInfo:
    plain = {"width": 128, "height": 96, "frames": 8, "format": PixelFormat.parse(name), "fields": fields}
    return replace(harness.PAL, **plain | other)


def results(node: Any, **sources: tuple[ClipInfo, vs.VideoNode] | None) -> dict[str, vs.VideoNode]:
    """The node's outputs, after checking them against the forecast."""
    outs = harness.run(node, sources)
    _, forecast = harness.built(node, {name: pair and pair[0] for name, pair in sources.items()})
    for port, clip in outs.items():
        assert harness.differences(clip, forecast[port]) == []
    return outs


def result(node: Any, **sources: tuple[ClipInfo, vs.VideoNode] | None) -> vs.VideoNode:
    return results(node, **sources)["out"]


def here(info: ClipInfo) -> tuple[ClipInfo, vs.VideoNode]:
    return info, harness.picture(info)


def negative(info: ClipInfo) -> tuple[ClipInfo, vs.VideoNode]:
    """Another picture of this format."""
    return info, harness.mark(harness.picture(info).std.Invert(), info)


# -- mask merge
# ------------------------------------------------------------------------------------------------------
def mask_of(info: ClipInfo, name: str, values: np.ndarray[Any, Any]) -> tuple[ClipInfo, vs.VideoNode]:
    gray = replace(info, format=PixelFormat.parse(name))
    return gray, harness.mark(drawn(values * gray.format.peak, like=harness.picture(gray)), gray)


@pytest.mark.parametrize("mask_format", ["GRAY8", "GRAY16", "GRAYS"])
@pytest.mark.parametrize("fields", SCANS)
@pytest.mark.parametrize("name", FORMATS)
def test_white_shows_the_second_black_the_first_exactly(name: str, fields: Fields, mask_format: str) -> None:
    info = clip_of(name, fields)
    one, two = here(info), negative(info)
    white = np.zeros((96, 128))
    white[:, 64:] = 1
    out = result(MaskMerge(), clip=one, other=two, mask=mask_of(info, mask_format, white))
    for plane, (a, b, made) in enumerate(zip(planes(one[1], 2), planes(two[1], 2), planes(out, 2), strict=True)):
        seam = 64 >> (info.format.ss_w if plane else 0)
        spill = 1 if plane and info.format.ss_w else 0  # the chroma sample on the seam takes half of each
        assert np.array_equal(made[:, : seam - spill], a[:, : seam - spill])
        assert np.allclose(made[:, seam + spill :], b[:, seam + spill :], atol=1e-6 if info.format.floating else 0)


def test_half_gray_mixes_evenly() -> None:
    info = clip_of("YUV444P8")
    one, two = here(info), negative(info)
    out = result(MaskMerge(), clip=one, other=two, mask=mask_of(info, "GRAYS", np.full((96, 128), 0.5)))
    assert np.abs(luma(out, 0) - (luma(one[1], 0) + luma(two[1], 0)) / 2).max() <= 1


@pytest.mark.parametrize("fields", [Fields.TFF, Fields.BFF])
def test_a_mask_of_one_field_touches_only_that_field(fields: Fields) -> None:
    info = clip_of("YUV420P8", fields)
    one, two = here(info), negative(info)
    lines = np.zeros((96, 128))
    lines[::2] = 1
    out = result(MaskMerge(), clip=one, other=two, mask=mask_of(info, "GRAY8", lines))
    for a, b, made in zip(planes(one[1], 1), planes(two[1], 1), planes(out, 1), strict=True):
        assert np.array_equal(made[::2], b[::2])
        assert np.array_equal(made[1::2], a[1::2])


# -- what does not fit together is refused
# ---------------------------------------------------------------------------
@pytest.mark.parametrize("node", [OnRange(), Stack(), Difference()], ids=lambda node: node.id)
def test_clips_that_cannot_lie_together_are_refused_with_the_reason(node: Any) -> None:
    info = clip_of()
    for change, words in (
        ({"width": 64}, "64 × 96, the first clip 128 × 96"),
        ({"fps": Fraction(50)}, "runs at 50 frames a second, the first clip at 25"),
        ({"fields": Fields.TFF}, "interlaced, top field first, the first clip progressive"),
        ({"separated": True}, "separated fields"),
    ):
        with pytest.raises(ParamError, match=words):
            node.forecast(info, replace(info, **change))


def test_a_mask_of_another_size_is_refused() -> None:
    info = clip_of()
    with pytest.raises(ParamError, match="mask: it is 64 × 96"):
        MaskMerge().forecast(info, info, replace(info, width=64))


# -- planes
# ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("fields", SCANS)
@pytest.mark.parametrize("name", ["YUV420P8", "YUV422P8", "YUV411P8", "YUV444P10", "YUV422P16", "YUV444PS"])
def test_planes_split_and_merged_are_the_clip_again(name: str, fields: Fields) -> None:
    info = clip_of(name, fields)
    source = harness.picture(info)
    parts = results(SplitPlanes(), clip=(info, source))
    for port, plane in zip("yuv", planes(source, 3), strict=True):
        assert np.array_equal(luma(parts[port], 3), plane)
    infos = SplitPlanes().forecast(info)
    assert infos["u"].dar == info.dar
    back = result(MergePlanes(), **{port: (infos[port], parts[port]) for port in "yuv"})
    assert same(back, source)
    assert MergePlanes().forecast(**infos) == info


def test_planes_that_make_no_format_are_refused() -> None:
    gray = clip_of("GRAY8")
    with pytest.raises(ParamError, match="does not go into"):
        MergePlanes().forecast(gray, replace(gray, width=100), replace(gray, width=100))
    with pytest.raises(ParamError, match="no known format"):
        MergePlanes().forecast(gray, replace(gray, width=32, height=48), replace(gray, width=32, height=48))
    with pytest.raises(ParamError, match="16 bits, y has 8"):
        MergePlanes().forecast(gray, clip_of("GRAY16"), gray)
    with pytest.raises(ParamError, match="must be alike"):
        MergePlanes().forecast(gray, gray, replace(gray, width=64))


# -- switch
# ----------------------------------------------------------------------------------------------------------
def test_the_switch_passes_one_side_untouched() -> None:
    a, b = here(clip_of()), negative(clip_of("YUV420P8", width=64))
    assert same(result(Switch(), clip=a, other=b), a[1])
    assert same(result(Switch(show="b"), clip=a, other=b), b[1])
    assert same(result(Switch(), clip=a, other=None), a[1])
    with pytest.raises(ParamError, match="nothing is wired to B"):
        Switch(show="b").forecast(a[0], None)


# -- ranges
# ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("ranges", "treated"),
    [
        ([], []),
        ([[0, None]], range(8)),
        ([[2, 5]], [2, 3, 4]),
        ([[5, None]], [5, 6, 7]),
        ([[6, 7], [0, 2]], [0, 1, 6]),
        ([[1, 4], [3, 6]], [1, 2, 3, 4, 5]),
        ([[7, 500], [900, 1000]], [7]),
        ([[0, 8]], range(8)),
        ([[2, 4], [4, 6], [1, 3]], [1, 2, 3, 4, 5]),
    ],
)
@pytest.mark.parametrize("fields", [Fields.PROGRESSIVE, Fields.BFF])
def test_the_treated_clip_shows_on_its_frames_only(fields: Fields, ranges: Any, treated: Any) -> None:
    info = clip_of("YUV420P8", fields)
    one, two = here(info), negative(info)
    out = result(OnRange(ranges=ranges), clip=one, other=two)
    for n in range(8):
        assert np.array_equal(luma(out, n), luma((two if n in treated else one)[1], n))


def test_a_treated_clip_in_another_format_comes_back_in_the_first_ones() -> None:
    info, fine = clip_of("YUV422P8"), clip_of("YUV422P16")
    source = harness.picture(info)
    out = result(
        OnRange(ranges=[[2, 4]]),
        clip=(info, source),
        other=(fine, harness.mark(source.resize.Point(format=vs.YUV422P16), fine)),
    )
    assert same(out, source)


def test_a_shorter_treated_clip_is_used_as_far_as_it_goes() -> None:
    info = clip_of()
    one, two = here(info), negative(replace(info, frames=5))
    out = result(OnRange(ranges=[[3, None]]), clip=one, other=two)
    assert np.array_equal(luma(out, 4), luma(two[1], 4))
    assert np.array_equal(luma(out, 5), luma(one[1], 5))


def test_ranges_without_effect_are_pointed_out() -> None:
    info = clip_of()
    assert "none is given" in next(iter(OnRange().check(info, info)))
    assert "last frame, 7" in next(iter(OnRange(ranges=[[8, 9]]).check(info, info)))
    assert not list(OnRange(ranges=[[7, None]]).check(info, info))


# -- compare
# ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("fields", [Fields.PROGRESSIVE, Fields.TFF])
def test_stacks_hold_both_pictures_exactly(name: str, fields: Fields) -> None:
    info = clip_of(name, fields)
    one, two = here(info), negative(info)
    beside = result(Stack(), clip=one, other=two)
    assert same(beside.std.Crop(right=128), one[1])
    assert same(beside.std.Crop(left=128), two[1])
    below = result(Stack(layout=Layout.BELOW), clip=one, other=two)
    assert same(below.std.Crop(bottom=96), one[1])
    assert same(below.std.Crop(top=96), two[1])
    halves = result(Stack(layout=Layout.HALVES), clip=one, other=two)
    assert same(halves.std.Crop(right=64), one[1].std.Crop(right=64))
    assert same(halves.std.Crop(left=64), two[1].std.Crop(left=64))


def test_stacks_of_unlike_length_last_as_long_as_the_longer() -> None:
    out = result(Stack(), clip=here(clip_of()), other=here(clip_of(frames=12)))
    assert out.num_frames == 12
    result(Stack(layout="halves"), clip=here(clip_of(frames=12)), other=here(clip_of()))


def test_fields_that_would_change_places_are_not_stacked() -> None:
    info = clip_of("YUV420P8", Fields.TFF, height=94)
    with pytest.raises(ParamError, match="out of order"):
        Stack(layout="below").forecast(info, info)


@pytest.mark.parametrize("signal", Range)
@pytest.mark.parametrize("name", FORMATS)
def test_no_difference_is_plain_gray_and_a_difference_is_enlarged(name: str, signal: Range) -> None:
    info = clip_of(name, range=signal)
    one = here(info)
    flat = result(Difference(), clip=one, other=one)
    gray = planes(flat, 0)
    assert all(len(np.unique(plane)) == 1 for plane in gray)
    rgb = flat.resize.Point(format=vs.RGBS, matrix_in=5) if info.format.family is Family.YUV else None
    if rgb and signal is Range.LIMITED:
        assert all(abs(plane[0, 0] - 0.5) < 0.01 for plane in planes(rgb, 0))
    step = info.format.peak / 255
    lower = one[1].std.Expr([f"x {2 * step} -"] + ([""] if info.format.family is Family.YUV else []))
    larger = luma(result(Difference(gain=8), clip=one, other=(info, lower)), 0)
    seen = np.abs(larger - gray[0] - 16 * step)[luma(one[1], 0) > 3 * step]
    assert seen.max() <= (1e-4 if info.format.floating else 1)


# -- expression
# ------------------------------------------------------------------------------------------------------
def test_a_formula_computes_what_it_says() -> None:
    info = clip_of("YUV422P8")
    one, two = here(info), negative(info)
    out = result(Expression(formula="x y + 2 / N +", chroma="256 x -"), clip=one, second=two, third=None)
    wanted = np.clip(np.rint((luma(one[1], 3) + luma(two[1], 3)) / 2 + 3), 0, 255)
    assert np.abs(luma(out, 3) - wanted).max() <= 1
    for before, after in zip(planes(one[1], 3)[1:], planes(out, 3)[1:], strict=True):
        assert np.array_equal(after, np.clip(256 - before, 0, 255))


def test_colour_stays_unless_a_formula_is_given_for_it() -> None:
    one = here(clip_of("YUV420P8"))
    out = result(Expression(formula="255 x -"), clip=one, second=None, third=None)
    assert np.array_equal(luma(out, 0), 255 - luma(one[1], 0))
    assert all(np.array_equal(a, b) for a, b in zip(planes(one[1], 0)[1:], planes(out, 0)[1:], strict=True))
    rgb = here(clip_of("RGB24"))
    turned = result(Expression(formula="255 x -"), clip=rgb, second=None, third=None)
    assert all(np.array_equal(255 - a, b) for a, b in zip(planes(rgb[1], 0), planes(turned, 0), strict=True))


def test_the_neutral_formula_adds_nothing_to_the_script() -> None:
    outputs, _ = harness.built(Expression(), {"clip": clip_of(), "second": None, "third": None})
    assert type(outputs["out"]).__name__ == "Input"


GOOD = [
    "x",
    "x 2 *",
    "x y + z + 3 /",
    "x[-1,0] x[1,0]:m + 2 /",
    "X Y x[]",
    "X 1 + Y x[] Y X y[] +",
    "x 128 > 235 16 ?",
    "x 16 235 clamp",
    "x dup0 swap0 drop0 * sqrt",
    "x y swap -",
    "x y min x y max z min max",
    "x keep! keep@ 2 * keep@ -",
    "N width / height + pi *",
    "x._Combed",
    "y.PlaneStatsAverage 255 *",
    "0x10 1e2 + .5 - -3 + 5. * 1E-2 - 0xFFFF +",
    "x 3 % 7 bitand 1 bitor bitnot",
    "x y z dup2 drop3",
    "0.5 x *",
    "x 1 xor not",
    "x 2 ** 3 pow exp log sin cos abs floor round trunc",
]


@pytest.mark.parametrize("formula", GOOD)
def test_a_formula_that_is_accepted_runs(formula: str) -> None:
    check_expression("formula", formula, 3)
    info = clip_of("GRAY8", frames=2, width=64, height=48)
    result(Expression(formula=formula), clip=here(info), second=negative(info), third=here(info)).get_frame(0)


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("", "gives no value"),
        ("x y", "2 values are left over"),
        ("x +", r"word 2: '\+' needs 2 values before it, there is only 1"),
        ("dup", "needs 1 value before it, there is nothing"),
        ("x foo", "word 2: 'foo' is no number, clip or operator"),
        ("a", "'a' is no number"),
        ("xy", "'xy' is no number"),
        ("x y z w", "'w' is no number"),
        ("old@", "'old' has no value yet"),
        ("x[1.5,0]", "is no number"),
        ("x[99999,0]", "is no number"),
        ("x.__class__.__init__", "is no number"),
        ("x', clip=open('/etc/passwd')", "is no number"),
        ('x")\nimport os', "is no number"),
        ("x\u00a0\u202e", "is no number"),
        ("${x}", "is no number"),
        ("x y 1.5 sort3 drop drop", "is no number"),
        ("inf", "is no number"),
        ("1e999", "is no number"),
        ("+4", "is no number"),
        ("x width pow", "word 3: the exponent"),
        ("2 **", "needs 2 values"),
        ("x " * 600, "too many"),
    ],
)
def test_a_formula_that_is_none_is_refused_at_its_word(formula: str, says: str) -> None:
    with pytest.raises(ParamError, match=says):
        check_expression("formula", formula, 3)


def random_formula(seed: int) -> str:
    """Words in any order that keeps the count right, ending in one value."""
    words_of_all_kinds = [
        *("x", "y", "z", "N", "X", "Y", "-1.5", "0x1f", "pi", "x[-2,3]", "y[1,0]:m", "z._Combed", "width", "x[]"),
        *("dup", "dup1", "swap", "swap2", "drop", "keep!", "keep@", *sorted(_ONE), *sorted(_TWO), *sorted(_THREE)),
    ]
    luck, depth, words, kept = random.Random(seed), 0, list[str](), list[str]()
    while len(words) < 25:
        word = luck.choice(words_of_all_kinds)
        if word == "keep@" and not kept:
            continue
        takes, gives = _effect("", word, set(kept))
        if word in ("pow", "**"):
            word, takes = f"{luck.choice((2, -3, 0.45, 17, 1e6))} {word}", 1
        if depth >= takes and depth + gives - takes >= 1:
            words.append(word)
            kept += ["keep"] * (word == "keep!")
            depth += gives - takes
    return " ".join([*words, *["+"] * (depth - 1)])


def test_whatever_is_accepted_akarin_accepts_too() -> None:
    clip = core.std.BlankClip(width=16, height=16, format=vs.GRAY8, length=1)
    for seed in range(60):
        formula = random_formula(seed)
        check_expression("formula", formula, 3)
        core.akarin.Expr([clip, clip, clip], formula).get_frame(0)


def test_a_clip_that_is_not_wired_cannot_be_read() -> None:
    info = clip_of()
    with pytest.raises(ParamError, match="nothing is wired to y"):
        Expression(formula="x y -").forecast(info, None, None)
    with pytest.raises(ParamError, match="chroma, word 1: nothing is wired to z"):
        Expression(chroma="z[0,1]").forecast(info, info, None)


@pytest.mark.parametrize(
    "formula", ["x[9999,-9999]", "1e30 -1e30 x[]", "0 0 / Y x[]", "x 0 /", "-1 log", "1e30 x *", "x -5 pow"]
)
def test_no_formula_can_bring_the_program_down(formula: str) -> None:
    for name in ("GRAY8", "GRAY16", "GRAYS"):
        info = clip_of(name, frames=1, width=64, height=48)
        result(Expression(formula=formula), clip=here(info), second=None, third=None).get_frame(0)


def test_reading_other_lines_of_interlaced_frames_is_pointed_out() -> None:
    info = clip_of(fields=Fields.TFF)
    assert "other field" in next(iter(Expression(formula="x[0,1]").check(info, None, None)))
    assert not list(Expression(formula="x 2 *").check(info, None, None))


# -- text and time code
# ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shown", Shown)
@pytest.mark.parametrize("name", FORMATS)
def test_writing_shows_and_keeps_to_its_place(name: str, shown: Shown) -> None:
    info = clip_of(name, Fields.TFF, width=320, height=240, frames=2)
    source = harness.picture(info)
    out = result(Overlay(shown=shown, text="tape 7", place=Place.TOP_LEFT), clip=(info, source))
    changed = luma(out, 1) != luma(source, 1)
    assert changed[:120, :].any()
    assert not changed[120:, :].any()


HOSTILE = [
    "{N} {x.secret} {0.__class__}",
    "'); import os; os.system('true')  #",
    '"""\\',
    "%s %n \\x00 \\n",
    "line one\nline two\ttab",
    "\u202egnirts \u2028 ünïcödé 字",
    "{" * 50,
    "$(reboot) `reboot` ${IFS}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text: str) -> None:
    info = clip_of(width=320, height=240, frames=1)
    outputs, _ = harness.built(Overlay(shown="text", text=text), {"clip": info})
    source = harness.picture(info)
    plain = source.text.Text(text, alignment=2, scale=2)
    assert same(result(Overlay(shown="text", text=text), clip=(info, source)), plain)
    assert len(outputs) == 1


def test_no_text_adds_nothing_to_the_script() -> None:
    outputs, _ = harness.built(Overlay(shown="text"), {"clip": clip_of()})
    assert type(outputs["out"]).__name__ == "Input"


NTSC, FAST_NTSC = Fraction(30000, 1001), Fraction(60000, 1001)


@pytest.mark.parametrize(
    ("fps", "first", "frame", "written"),
    [
        (Fraction(25), "00:00:00:00", 0, "00:00:00:00"),
        (Fraction(25), "00:00:00:00", 90_061 * 25 % (86_400 * 25) + 24, "01:01:01:24"),
        (Fraction(25), "09:59:59:24", 1, "10:00:00:00"),
        (Fraction(25), "23:59:59:24", 1, "00:00:00:00"),
        (Fraction(24000, 1001), "00:00:59:23", 1, "00:01:00:00"),
        (NTSC, "00:00:59:29", 1, "00:01:00;02"),
        (NTSC, "00:09:59:29", 1, "00:10:00;00"),
        (NTSC, "00:00:00:00", 17_982, "00:10:00;00"),
        (NTSC, "00:00:00:00", 17_981, "00:09:59;29"),
        (NTSC, "00:00:00:00", 107_892, "01:00:00;00"),
        (NTSC, "00:00:00:00", 1_800, "00:01:00;02"),
        (NTSC, "23:59:59;29", 1, "00:00:00;00"),
        (FAST_NTSC, "00:00:59:59", 1, "00:01:00;04"),
        (FAST_NTSC, "00:00:00:00", 215_784, "01:00:00;00"),
    ],
)
def test_time_code_counts_as_the_clock_does(fps: Fraction, first: str, frame: int, written: str) -> None:
    start = read_timecode("first", first, fps)
    clip = core.std.BlankClip(width=16, height=16, format=vs.GRAY8, length=frame + 1, keep=True)
    for formulas in counted(start, fps):
        clip = clip.akarin.PropExpr(lambda formulas=formulas: formulas)
    props = clip.get_frame(frame).props
    text = f"{props['TcH']:02d}:{props['TcM']:02d}:{props['TcS']:02d}{';' if drops(fps) else ':'}{props['TcF']:02d}"
    assert text == written
    if drops(fps):  # drop-frame numbers never stray from the clock by more than two frames
        seconds = (
            int(props["TcH"]) * 3600
            + int(props["TcM"]) * 60
            + int(props["TcS"])
            + Fraction(int(props["TcF"]), round(fps))
        )
        assert abs(seconds - (frame + start) / fps % 86_400) < Fraction(1, 5) or seconds < 1


def test_the_time_code_in_the_picture_is_that_of_the_frame() -> None:
    info = clip_of(width=320, height=240, frames=3, fps=NTSC)
    source = harness.picture(info)
    out = result(Overlay(first="00:00:59:28"), clip=(info, source))
    for n, text in enumerate(("00:00:59;28", "00:00:59;29", "00:01:00;02")):
        assert np.array_equal(luma(out, n), luma(source.text.Text(text, alignment=2, scale=2), n))
    assert not [name for name in out.get_frame(0).props if name.startswith("Tc")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 hour", "is no time code"),
        ("00:00:00", "is no time code"),
        ("24:00:00:00", "outside the clock"),
        ("00:00:00:30", "frames to 29"),
        ("00:01:00:01", "use frame 2"),
        ("{N}:00:00:00", "is no time code"),
    ],
)
def test_a_wrong_time_code_is_refused(text: str, says: str) -> None:
    with pytest.raises(ParamError, match=says):
        Overlay(first=text).forecast(clip_of(fps=NTSC))
