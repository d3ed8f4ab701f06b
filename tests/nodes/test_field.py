"""Field nodes against pictures whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import ClipInfo, Fields, PixelFormat
from nodes.library.field.ivtc import Combed, Film, InverseTelecine, Matcher
from nodes.library.field.nnedi3 import Nnedi3Bob, Nnedi3Quality, Nnedi3Rate
from nodes.library.field.order import FieldOrder, Order
from nodes.library.field.separate import SeparateFields
from nodes.library.field.shift import ShiftFields
from nodes.library.field.swap import SwapFields
from nodes.library.field.weave import WeaveFields
from nodes.params import ParamError
from tests.nodes import harness
from tests.nodes.harness import core
from tests.nodes.measure import field_shifted, interlaced, luma, planes, psnr, same, telecined, unlike

SMALL = replace(harness.PAL, width=128, height=96)
FORMATS = ["YUV420P8", "YUV422P8", "YUV411P8", "YUV444P8", "YUV422P10", "YUV420P16"]
ORDERS = [Fields.TFF, Fields.BFF]


def small(name: str = "YUV422P8", fields: Fields = Fields.TFF, frames: int = 12, **other: object) -> ClipInfo:
    return replace(SMALL, format=PixelFormat.parse(name), fields=fields, frames=frames, **other)  # type: ignore[arg-type]


def result(node: object, info: ClipInfo, clip: vs.VideoNode) -> vs.VideoNode:
    """The node's only output on `clip`, after checking it against the forecast."""
    out = harness.run(node, {"clip": (info, clip)})["out"]  # type: ignore[arg-type]
    _, forecast = harness.built(node, {"clip": info})  # type: ignore[arg-type]
    assert harness.differences(out, forecast["out"]) == []
    return out


def order_of(clip: vs.VideoNode) -> int:
    return int(clip.get_frame(0).props["_FieldBased"])


# -- order -------------------------------------------------------------------------------------------------
# ----------
@pytest.mark.parametrize(
    ("order", "before", "after"),
    [
        (Order.AUTO, Fields.BFF, 1),
        (Order.TFF, Fields.BFF, 2),
        (Order.BFF, Fields.TFF, 1),
        (Order.PROGRESSIVE, Fields.TFF, 0),
        (Order.SWAP, Fields.TFF, 1),
        (Order.SWAP, Fields.BFF, 2),
    ],
)
def test_field_order_changes_the_mark_and_no_pixel(order: Order, before: Fields, after: int) -> None:
    info = small(fields=before)
    source = harness.picture(info)
    out = result(FieldOrder(order=order), info, source)
    assert order_of(out) == after
    assert same(out, source)


def test_swapping_the_order_of_progressive_frames_is_pointed_out() -> None:
    assert any("progressive" in text for text in FieldOrder(order="swap").check(small(fields=Fields.PROGRESSIVE)))
    assert not list(FieldOrder(order="tff").check(small()))


def test_an_interlaced_mark_on_lines_that_cannot_be_parted_is_pointed_out() -> None:
    assert any("multiple of 4" in text for text in FieldOrder(order="tff").check(replace(small("YUV420P8"), height=94)))


# -- separate, weave, swap, shift
# ------------------------------------------------------------------------------------
@pytest.mark.parametrize("fields", ORDERS)
@pytest.mark.parametrize("name", FORMATS)
def test_separate_and_weave_give_the_same_clip_back(name: str, fields: Fields) -> None:
    info = small(name, fields)
    source = harness.picture(info)
    parted = result(SeparateFields(), info, source)
    first = 0 if fields is Fields.TFF else 1
    assert np.array_equal(luma(parted, 0), luma(source, 0)[first::2])
    assert np.array_equal(luma(parted, 1), luma(source, 0)[1 - first :: 2])
    halves = SeparateFields().forecast(info)
    back = result(WeaveFields(), halves, parted)
    assert same(back, source)
    assert WeaveFields().forecast(halves) == info


def test_weaving_an_odd_number_of_fields_forecasts_the_half_empty_frame() -> None:
    info = replace(SeparateFields().forecast(small(frames=6)), frames=11)
    fields = harness.picture(small(frames=6)).std.SeparateFields(tff=True)[:11]
    result(WeaveFields(), info, fields)


def test_separating_lines_that_hold_no_two_fields_is_refused() -> None:
    with pytest.raises(ParamError, match="multiple of 4 lines"):
        SeparateFields().forecast(replace(small("YUV420P8"), height=94))


@pytest.mark.parametrize("fields", ORDERS)
def test_swap_exchanges_the_lines_and_the_order(fields: Fields) -> None:
    info = small("YUV420P8", fields)
    source = harness.picture(info)
    out = result(SwapFields(), info, source)
    for before, after in zip(planes(source, 3), planes(out, 3), strict=True):
        assert np.array_equal(after[0::2], before[1::2])
        assert np.array_equal(after[1::2], before[0::2])
    assert same(result(SwapFields(), SwapFields().forecast(info), out), source)


@pytest.mark.parametrize("fields", ORDERS)
@pytest.mark.parametrize("name", ["YUV420P8", "YUV411P8"])
def test_shift_mends_film_laid_a_field_late(name: str, fields: Fields) -> None:
    film_info = small(name, Fields.PROGRESSIVE, 10)
    film = harness.picture(film_info)
    late = field_shifted(film, tff=fields is Fields.TFF)
    info = small(name, fields, late.num_frames)
    late = harness.mark(late, info)
    assert psnr(luma(late, 4), luma(film, 4)) < 35
    out = result(ShiftFields(), info, late)
    # frame n of the late clip holds pictures n and n+1; joined again, n+1 is whole
    assert list(unlike(out[:-1], film[1 : late.num_frames])) == []
    assert ShiftFields().forecast(info).start == Fraction(1, 50)


def test_shift_keeps_interlaced_video_interlaced_where_asked() -> None:
    info = small(fields=Fields.TFF)
    source = harness.picture(info)
    out = result(ShiftFields(progressive=False), info, source)
    assert order_of(out) == 1
    assert np.array_equal(luma(out, 2)[1::2], luma(source, 2)[1::2])
    assert np.array_equal(luma(out, 2)[0::2], luma(source, 3)[0::2])


# -- NNEDI3
# ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("fields", ORDERS)
@pytest.mark.parametrize("name", [*FORMATS, "YUV444PS"])
def test_nnedi3_keeps_every_line_of_each_field(name: str, fields: Fields) -> None:
    info = small(name, fields, 4)
    source = harness.picture(info)
    out = result(Nnedi3Bob(), info, source)
    first = 0 if fields is Fields.TFF else 1
    for n in range(8):
        line = first if n % 2 == 0 else 1 - first
        for before, after in zip(planes(source, n // 2), planes(out, n), strict=True):
            assert np.array_equal(after[line::2], before[line::2])
    single = result(Nnedi3Bob(rate=Nnedi3Rate.SINGLE), info, source)
    assert same(single, core.std.AssumeFPS(out[::2], single))


@pytest.mark.parametrize("fields", ORDERS)
def test_nnedi3_comes_near_the_frames_that_were_interlaced(fields: Fields) -> None:
    truth_info = replace(harness.PAL_50P, frames=8)
    truth = harness.picture(truth_info)
    info = replace(truth_info, fps=Fraction(25), frames=4, fields=fields)
    source = interlaced(truth, tff=fields is Fields.TFF)
    near = {
        quality: psnr(luma(result(Nnedi3Bob(quality=quality), info, source), 5), luma(truth, 5))
        for quality in Nnedi3Quality
    }
    wrong = replace(info, fields=Fields.TFF if fields is Fields.BFF else Fields.BFF)
    swapped = result(Nnedi3Bob(), wrong, harness.mark(source, wrong))
    assert min(near.values()) > 40
    assert psnr(luma(swapped, 5), luma(truth, 5)) < min(near.values()) - 6


def test_double_rate_frames_last_half_as_long() -> None:
    out = result(Nnedi3Bob(), small(frames=3), harness.picture(small(frames=3)))
    props = out.get_frame(2).props
    assert Fraction(int(props["_DurationNum"]), int(props["_DurationDen"])) == Fraction(1, 50)


# -- inverse telecine
# ------------------------------------------------------------------------------------------------
NTSC = {"fps": Fraction(30000, 1001), "sar": Fraction(10, 11)}


def film(name: str, frames: int) -> vs.VideoNode:
    """A picture that moves unevenly enough that every frame differs from the one before."""
    info = small(name, Fields.PROGRESSIVE, frames, fps=Fraction(24000, 1001))
    return harness.picture(replace(info, width=320, height=240))


def tape(name: str, fields: Fields, frames: int) -> ClipInfo:
    return replace(small(name, fields, frames, **NTSC), width=320, height=240)


@pytest.mark.parametrize("matcher", Matcher)
@pytest.mark.parametrize("fields", ORDERS)
@pytest.mark.parametrize("name", ["YUV420P8", "YUV422P8", "YUV422P16"])
def test_pulldown_is_undone_exactly(name: str, fields: Fields, matcher: Matcher) -> None:
    truth = film(name, 24)
    info = tape(name, fields, 30)
    source = harness.mark(telecined(truth, tff=fields is Fields.TFF).std.AssumeFPS(fpsnum=30000, fpsden=1001), info)
    out = result(InverseTelecine(matcher=matcher), info, source)
    assert out.fps == Fraction(24000, 1001)
    # the very first cycle has no past to decide by, the last no future
    assert [n for n in unlike(out, truth) if 4 <= n < 20] == []


@pytest.mark.parametrize("frames", [5, 7, 10, 11, 13, 14])
def test_the_length_after_decimation_is_forecast_exactly(frames: int) -> None:
    info = tape("YUV420P8", Fields.BFF, frames)
    result(InverseTelecine(), info, harness.picture(info))


def test_dv_film_in_411_is_joined_through_422() -> None:
    truth = film("YUV422P8", 24)
    info = tape("YUV411P8", Fields.BFF, 30)
    source = telecined(truth.resize.Bicubic(format=vs.YUV411P8), tff=False).std.AssumeFPS(fpsnum=30000, fpsden=1001)
    source = harness.mark(source, info)
    out = result(InverseTelecine(), info, source)
    assert out.format.id == vs.YUV422P8
    assert all(np.array_equal(luma(out, n), luma(truth, n)) for n in range(4, 20))


@pytest.mark.parametrize("matcher", Matcher)
@pytest.mark.parametrize("fields", ORDERS)
def test_shifted_pal_film_is_joined_without_dropping(fields: Fields, matcher: Matcher) -> None:
    truth = film("YUV420P8", 20)
    late = field_shifted(truth, tff=fields is Fields.TFF)
    info = replace(tape("YUV420P8", fields, late.num_frames), fps=Fraction(25))
    late = harness.mark(late.std.AssumeFPS(fpsnum=25), info)
    out = result(InverseTelecine(film=Film.SHIFTED, matcher=matcher), info, late)
    # each frame must be one whole picture, either of the two it held
    for n in range(2, out.num_frames - 2):
        assert any(np.array_equal(luma(out, n), luma(truth, at)) for at in (n, n + 1))


def test_frames_that_stay_combed_are_deinterlaced_and_only_those() -> None:
    video_info = replace(small("YUV420P8", Fields.PROGRESSIVE, 40, fps=Fraction(60)), width=320, height=240)
    video = harness.picture(video_info)  # every field its own moment: nothing to match
    info = tape("YUV420P8", Fields.TFF, 20)
    source = harness.mark(interlaced(video, tff=True).std.AssumeFPS(fpsnum=30000, fpsden=1001), info)
    left = result(InverseTelecine(film=Film.SHIFTED, combed=Combed.LEAVE), info, source)
    mended = result(InverseTelecine(film=Film.SHIFTED), info, source)
    combed = [n for n in range(20) if left.get_frame(n).props["_Combed"]]
    assert len(combed) > 10
    assert list(unlike(mended, left)) == combed


def test_pulldown_on_a_pal_clip_is_pointed_out() -> None:
    assert any("29.97" in text for text in InverseTelecine().check(harness.PAL))
    assert not list(InverseTelecine().check(tape("YUV420P8", Fields.BFF, 10)))
    assert any("pulldown" in text for text in InverseTelecine(film="shifted").check(tape("YUV420P8", Fields.BFF, 10)))
