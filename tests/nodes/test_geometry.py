"""Geometry nodes: every pixel where it should be, and the fields with it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import ClipInfo, Fields, Matrix, PixelFormat, Range
from nodes.library._paint import paint
from nodes.library.geometry.aspect import Across, AspectRatio, Shape
from nodes.library.geometry.crop import Crop
from nodes.library.geometry.edges import FillEdges
from nodes.library.geometry.flip import FlipRotate, Turn
from nodes.library.geometry.headswitch import HeadSwitching, Torn
from nodes.library.geometry.pad import Pad
from nodes.params import ParamError
from tests.nodes import harness
from tests.nodes.harness import core
from tests.nodes.measure import luma, planes, same

FORMATS = ["YUV420P8", "YUV422P8", "YUV411P8", "YUV444P10", "YUV422P16", "YUV444PS", "GRAY8", "RGB24"]
SCANS = list(Fields)


def clip_of(name: str, fields: Fields = Fields.TFF, **other: Any) -> ClipInfo:
    return replace(
        harness.PAL,
        **{"width": 128, "height": 96, "frames": 4, "format": PixelFormat.parse(name), "fields": fields} | other,
    )


def result(node: Any, info: ClipInfo, clip: vs.VideoNode | None = None) -> vs.VideoNode:
    """The node's output, after checking it against the forecast."""
    out = harness.run(node, {"clip": (info, clip or harness.picture(info))})["out"]
    _, forecast = harness.built(node, {"clip": info})
    assert harness.differences(out, forecast["out"]) == []
    return out


def shrink(info: ClipInfo, plane: int) -> tuple[int, int]:
    return (info.format.ss_w, info.format.ss_h) if plane else (0, 0)


# -- crop --------------------------------------------------------------------------------------------------
# ----------
@pytest.mark.parametrize("fields", SCANS)
@pytest.mark.parametrize("name", FORMATS)
def test_crop_keeps_exactly_the_rest(name: str, fields: Fields) -> None:
    info = clip_of(name, fields)
    source = harness.picture(info)
    out = result(Crop(left=4, right=8, top=8, bottom=12), info, source)
    for plane, (before, after) in enumerate(zip(planes(source, 2), planes(out, 2), strict=True)):
        w, h = shrink(info, plane)
        assert np.array_equal(after, before[8 >> h : (96 - 12) >> h, 4 >> w : (128 - 8) >> w])


@pytest.mark.parametrize("asked", range(9))
@pytest.mark.parametrize("fields", [Fields.TFF, Fields.BFF])
@pytest.mark.parametrize("name", ["YUV420P8", "YUV422P8"])
def test_a_crop_of_interlaced_lines_leaves_each_field_its_own_chroma(name: str, fields: Fields, asked: int) -> None:
    info = clip_of(name, fields)
    source = harness.picture(info)
    node = Crop(top=asked)
    out = result(node, info, source)
    taken = info.height - out.height
    assert asked <= taken < asked + (4 if name == "YUV420P8" else 2)
    tff = fields is Fields.TFF
    cropped_fields = source.std.SeparateFields(tff=tff).std.Crop(top=taken // 2)
    assert same(out.std.SeparateFields(tff=tff), cropped_fields)
    warned = list(node.check(info))
    assert len(warned) == (taken != asked)
    assert all(f"{taken} are taken" in text and "interlaced" in text for text in warned)


def test_progressive_420_loses_lines_in_pairs_and_411_columns_in_fours() -> None:
    assert Crop(top=3).forecast(clip_of("YUV420P8", Fields.PROGRESSIVE)).height == 92
    assert Crop(top=3).forecast(clip_of("YUV422P8", Fields.PROGRESSIVE)).height == 93
    assert Crop(left=3).forecast(clip_of("YUV411P8")).width == 124
    assert "4:1:1" in next(iter(Crop(left=3).check(clip_of("YUV411P8"))))


def test_separated_fields_are_cropped_line_by_line() -> None:
    info = clip_of("YUV422P8", separated=True)
    assert Crop(top=1).forecast(info).height == 95
    assert not list(Crop(top=1).check(info))


def test_a_crop_of_everything_is_refused_with_the_numbers() -> None:
    with pytest.raises(ParamError, match="nothing of 128 columns"):
        Crop(left=100, right=28).forecast(clip_of("YUV422P8"))
    with pytest.raises(ParamError, match="nothing of 96 lines"):
        Crop(bottom=95).forecast(clip_of("YUV422P8"))


@pytest.mark.parametrize("node", [Crop(), Pad(), FillEdges(), HeadSwitching(lines=0)], ids=lambda node: node.id)
def test_a_node_at_rest_adds_nothing_to_the_script(node: Any) -> None:
    outputs, _ = harness.built(node, {"clip": clip_of("YUV420P8")})
    assert type(outputs["out"]).__name__ == "Input"


# -- head switching, edges, borders
# ----------------------------------------------------------------------------------
def expected_fill(field: np.ndarray[Any, Any], bad: int, way: str) -> np.ndarray[Any, Any]:
    """One field (or frame) with its last `bad` lines painted over."""
    good = len(field) - bad
    filled = field.copy()
    filled[good:] = field[good - bad : good][::-1] if way == "mirror" else field[good - 1]
    return filled


@pytest.mark.parametrize("way", ["mirror", "repeat"])
@pytest.mark.parametrize("fields", SCANS)
@pytest.mark.parametrize("name", FORMATS)
def test_torn_lines_are_filled_from_their_own_field(name: str, fields: Fields, way: str) -> None:
    info = clip_of(name, fields)
    source = harness.picture(info)
    out = result(HeadSwitching(lines=8, way=way), info, source)
    for plane, (before, after) in enumerate(zip(planes(source, 1), planes(out, 1), strict=True)):
        bad = 8 >> shrink(info, plane)[1]
        step = 2 if fields.interlaced else 1
        for line in range(step):
            assert np.array_equal(after[line::step], expected_fill(before[line::step], bad // step, way))


def test_blanked_lines_are_black_and_the_rest_is_untouched() -> None:
    info = clip_of("YUV420P8")
    source = harness.picture(info)
    out = result(HeadSwitching(lines=8), info, source)
    for plane, (before, after) in enumerate(zip(planes(source, 1), planes(out, 1), strict=True)):
        good = (96 - 8) >> shrink(info, plane)[1]
        assert np.array_equal(after[:good], before[:good])
        assert set(np.unique(after[good:])) == {128.0 if plane else 16.0}


def test_cropped_torn_lines_follow_the_field_rule() -> None:
    node = HeadSwitching(lines=6, way=Torn.CROP)
    assert result(node, clip_of("YUV420P8")).height == 88
    assert result(node, clip_of("YUV422P8")).height == 90
    assert "8 are taken" in next(iter(node.check(clip_of("YUV420P8"))))


def test_too_many_torn_lines_are_refused() -> None:
    with pytest.raises(ParamError, match="over half"):
        HeadSwitching(lines=64).forecast(clip_of("YUV420P8"))


@pytest.mark.parametrize("fill", ["mirror", "repeat"])
@pytest.mark.parametrize("fields", SCANS)
@pytest.mark.parametrize("name", ["YUV420P8", "YUV411P8", "YUV422P16"])
def test_each_edge_is_filled_from_inside(name: str, fields: Fields, fill: str) -> None:
    info = clip_of(name, fields)
    source = harness.picture(info)
    out = result(FillEdges(left=8, right=4, top=12, bottom=4, fill=fill), info, source)
    step = 2 if fields.interlaced else 1
    for plane, (before, after) in enumerate(zip(planes(source, 3), planes(out, 3), strict=True)):
        w, h = shrink(info, plane)
        for line in range(step):
            wanted = before[line::step]
            wanted = expected_fill(wanted.T[::-1], 8 >> w, fill)[::-1].T  # left
            wanted = expected_fill(wanted.T, 4 >> w, fill).T  # right
            wanted = expected_fill(wanted[::-1], (12 >> h) // step, fill)[::-1]  # top
            wanted = expected_fill(wanted, (4 >> h) // step, fill)  # bottom
            assert np.array_equal(after[line::step], wanted)


def test_edges_up_to_half_of_the_picture_can_be_filled_but_no_more() -> None:
    info = clip_of("YUV422P8")
    out = result(FillEdges(left=64), info)
    assert np.array_equal(luma(out, 0)[:, :64], luma(out, 0)[:, 64:][:, ::-1])
    with pytest.raises(ParamError, match="left: 66"):
        FillEdges(left=66).forecast(info)


@pytest.mark.parametrize("name", FORMATS)
def test_a_border_of_a_colour_leaves_the_picture_alone(name: str) -> None:
    info = clip_of(name)
    source = harness.picture(info)
    out = result(Pad(left=16, right=8, top=4, bottom=8, colour="#4080c0"), info, source)
    assert same(out.std.Crop(left=16, right=8, top=4, bottom=8), source)
    assert (out.width, out.height) == (152, 108)


@pytest.mark.parametrize("fields", [Fields.PROGRESSIVE, Fields.BFF])
def test_a_mirrored_border_continues_the_picture_in_each_field(fields: Fields) -> None:
    info = clip_of("YUV420P8", fields)
    source = harness.picture(info)
    out = result(Pad(top=8, right=8, fill="mirror"), info, source)
    assert same(out.std.Crop(top=8, right=8), source)
    step = 2 if fields.interlaced else 1
    for line in range(step):
        field = luma(out, 0)[line::step]
        bad = 8 // step
        assert np.array_equal(field[:bad], field[bad : 2 * bad][::-1])
        assert np.array_equal(field[:, 128:], field[:, 120:128][:, ::-1])


def test_lines_are_added_to_interlaced_420_in_fours() -> None:
    info = clip_of("YUV420P8", Fields.BFF)
    assert Pad(top=2).forecast(info).height == 100
    assert "interlaced 4:2:0" in next(iter(Pad(top=2).check(info)))


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#ff0000", "#00ff00", "#2040f0"])
@pytest.mark.parametrize("matrix", [Matrix.BT470BG, Matrix.BT709])
@pytest.mark.parametrize("signal", Range)
@pytest.mark.parametrize("name", ["YUV444P8", "YUV444P10", "YUV444P16", "YUV444PS", "GRAY8"])
def test_a_colour_is_what_the_resizer_makes_of_it(name: str, signal: Range, matrix: Matrix, colour: str) -> None:
    info = clip_of(name, matrix=matrix, range=signal)
    rgb = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    flat = core.std.BlankClip(width=16, height=16, format=vs.RGB24, color=rgb)
    wanted = flat.resize.Bicubic(format=getattr(vs, name), matrix=int(matrix), range=signal.code)
    for made, plane in zip(paint(colour, info), planes(wanted, 0), strict=True):
        assert abs(made - plane[0, 0]) <= (1e-5 if info.format.floating else 1)


# -- aspect
# ----------------------------------------------------------------------------------------------------------
NTSC = {"fps": Fraction(30000, 1001), "height": 480}


@pytest.mark.parametrize(
    ("size", "shape", "across", "sar"),
    [
        ({"width": 720, "height": 576}, "4:3", "active", Fraction(12, 11)),
        ({"width": 704, "height": 576}, "4:3", "active", Fraction(12, 11)),
        ({"width": 720, "height": 576}, "16:9", "active", Fraction(16, 11)),
        ({"width": 720, "height": 576}, "4:3", "whole", Fraction(16, 15)),
        ({"width": 720, "height": 576}, "16:9", "whole", Fraction(64, 45)),
        ({"width": 704, "height": 568}, "4:3", "active", Fraction(12, 11)),  # cropped lines change no pixel
        ({"width": 720, **NTSC}, "4:3", "active", Fraction(10, 11)),
        ({"width": 704, **NTSC}, "16:9", "active", Fraction(40, 33)),
        ({"width": 720, **NTSC}, "4:3", "whole", Fraction(8, 9)),
        ({"width": 720, **NTSC}, "16:9", "whole", Fraction(32, 27)),
        ({"width": 720, **NTSC, "height": 486}, "4:3", "active", Fraction(10, 11)),
        ({"width": 720, **NTSC, "height": 472, "fps": Fraction(24000, 1001)}, "4:3", "active", Fraction(10, 11)),
        ({"width": 640, "height": 480}, "4:3", "active", Fraction(1)),
        ({"width": 720, "height": 288, "separated": True}, "4:3", "active", Fraction(12, 11)),
    ],
)
def test_pixels_get_the_standard_shape(size: dict[str, Any], shape: str, across: str, sar: Fraction) -> None:
    assert AspectRatio(shape=shape, across=across).forecast(clip_of("YUV422P8", **size)).sar == sar


def test_aspect_marks_the_frames_and_changes_no_pixel() -> None:
    info = clip_of("YUV411P8", width=720, height=480, fps=Fraction(30000, 1001), sar=Fraction(8, 9), frames=2)
    source = harness.picture(info)
    out = result(AspectRatio(shape=Shape.WIDESCREEN, across=Across.WHOLE), info, source)
    assert out.get_frame(1).props["_SARNum"] == 32
    assert same(out, source)
    assert same(result(AspectRatio(cut_to_704=True), info, source), source.std.Crop(left=8, right=8))
    assert AspectRatio(cut_to_704=True).forecast(info).dar == Fraction(4, 3)


def test_a_custom_pixel_shape_is_taken_as_given() -> None:
    assert AspectRatio(shape="custom", pixel="59/54").forecast(clip_of("YUV422P8")).sar == Fraction(59, 54)


def test_an_unusual_size_is_pointed_out() -> None:
    odd = clip_of("YUV422P8", width=768, height=576)
    assert "no standard tape size" in next(iter(AspectRatio().check(odd)))
    assert "nothing is cut" in next(iter(AspectRatio(cut_to_704=True, shape="square").check(odd)))
    assert not list(AspectRatio(cut_to_704=True).check(harness.PAL))


# -- flip --------------------------------------------------------------------------------------------------
# ----------
MOVES = {
    Turn.MIRROR: lambda plane: plane[:, ::-1],
    Turn.UPSIDE_DOWN: lambda plane: plane[::-1],
    Turn.HALF: lambda plane: plane[::-1, ::-1],
    Turn.RIGHT: lambda plane: np.rot90(plane, -1),
    Turn.LEFT: lambda plane: np.rot90(plane),
}


@pytest.mark.parametrize("turn", Turn)
@pytest.mark.parametrize("name", ["YUV420P8", "YUV444P16", "GRAY8", "RGB24"])
def test_turns_move_every_sample(name: str, turn: Turn) -> None:
    info = clip_of(name, Fields.PROGRESSIVE)
    source = harness.picture(info)
    out = result(FlipRotate(turn=turn), info, source)
    for before, after in zip(planes(source, 1), planes(out, 1), strict=True):
        assert np.array_equal(after, MOVES[turn](before))


@pytest.mark.parametrize("turn", [Turn.UPSIDE_DOWN, Turn.HALF])
@pytest.mark.parametrize("fields", [Fields.TFF, Fields.BFF])
def test_an_interlaced_clip_turned_over_still_moves_forward(fields: Fields, turn: Turn) -> None:
    info = clip_of("YUV420P8", fields)
    source = harness.picture(info)
    out = result(FlipRotate(turn=turn), info, source)
    tff = fields is Fields.TFF
    in_time = source.std.SeparateFields(tff=tff)
    after = out.std.SeparateFields(tff=not tff)
    for n in range(8):
        assert all(np.array_equal(MOVES[turn](a), b) for a, b in zip(planes(in_time, n), planes(after, n), strict=True))


@pytest.mark.parametrize("name", ["YUV422P8", "YUV411P8"])
def test_a_quarter_turn_keeps_all_colour_and_turns_the_pixels(name: str) -> None:
    info = clip_of(name, Fields.PROGRESSIVE)
    out = result(FlipRotate(turn=Turn.RIGHT), info)
    assert out.format.id == vs.YUV444P8
    assert FlipRotate(turn=Turn.RIGHT).forecast(info).sar == Fraction(15, 16)


def test_a_quarter_turn_of_interlaced_lines_is_refused() -> None:
    with pytest.raises(ParamError, match="Deinterlace first"):
        FlipRotate(turn=Turn.LEFT).forecast(clip_of("YUV420P8"))
