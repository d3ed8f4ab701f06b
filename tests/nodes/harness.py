"""Builds one node on given clips and runs its script in real VapourSynth, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import vapoursynth as vs

from nodes.clip import ClipInfo, Family, Fields, Matrix, PixelFormat, Primaries, Range, Transfer
from nodes.convert import converted, wanted_format
from nodes.node import Node, arguments, outputs_of
from nodes.ports import PICTURES
from nodes.script import Expr, Input, Name, Ref, Script
from runtime.emit import walk, write

core = vs.core

PAL = ClipInfo(
    720, 576, PixelFormat.parse("YUV422P8"), Fraction(25), 12, Fraction(16, 15), Fields.TFF,
    Matrix.BT470BG, Range.LIMITED, Primaries.BT470BG, Transfer.SMPTE170M, exact=True,
)  # fmt: skip
NTSC_DV = replace(
    PAL, height=480, format=PixelFormat.parse("YUV411P8"), fps=Fraction(30000, 1001), sar=Fraction(8, 9),
    fields=Fields.BFF, matrix=Matrix.SMPTE170M, primaries=Primaries.SMPTE170M,
)  # fmt: skip
PAL_420 = replace(PAL, format=PixelFormat.parse("YUV420P8"), fields=Fields.BFF)
PAL_50P = replace(PAL, format=PixelFormat.parse("YUV420P8"), fps=Fraction(50), frames=16, fields=Fields.PROGRESSIVE)
PAL_P16 = replace(PAL, format=PixelFormat.parse("YUV422P16"), fields=Fields.PROGRESSIVE)
TAPES = {
    "pal 25i": PAL,
    "ntsc dv 411": NTSC_DV,
    "pal dv 420": PAL_420,
    "pal 50p": PAL_50P,
    "25p 16 bit": PAL_P16,
}


def picture(info: ClipInfo) -> vs.VideoNode:
    """A moving, textured clip of this format, with its frame properties set."""
    fmt = getattr(vs, info.format.name)
    work = core.std.BlankClip(
        width=info.width, height=info.height, format=vs.YUV444P16, length=info.frames,
        fpsnum=info.fps.numerator, fpsden=info.fps.denominator, keep=True,
    )  # fmt: skip
    texture = "X N 3 * + 17 / sin Y 23 / cos + 4000 * 28000 + X N 5 * + 64 % 32 < 6000 0 ? +"
    work = core.akarin.Expr(work, [texture, "X 40 / sin 5000 * 32768 +", "Y N + 30 / cos 5000 * 32768 +"])
    work = work.std.SetFrameProps(_Matrix=5, _Range=0)
    if info.format.family is Family.RGB or work.format.id != fmt:
        work = work.resize.Bicubic(format=fmt)
    return mark(work, info)


def mark(clip: vs.VideoNode, info: ClipInfo) -> vs.VideoNode:
    """Set the frame properties that `info` states."""
    matrix = Matrix.RGB if info.format.family is Family.RGB else info.matrix
    if info.separated:
        clip = clip.std.RemoveFrameProps(["_FieldBased"])
        first = info.fields is Fields.TFF
        even, odd = (
            clip[::2].std.SetFrameProps(_Field=int(first)),
            clip[1::2].std.SetFrameProps(_Field=int(not first)),
        )
        clip = core.std.Interleave([even, odd])[: clip.num_frames]
    else:
        clip = clip.std.SetFrameProps(_FieldBased=info.fields.field_based)
    return clip.std.SetFrameProps(
        _Matrix=int(matrix), _Range=1 if info.format.family is Family.RGB else info.range.code,
        _Primaries=int(info.primaries), _Transfer=int(info.transfer),
        _SARNum=info.sar.numerator, _SARDen=info.sar.denominator,
    )  # fmt: skip


def built(
    node: Node,
    clips: Mapping[str, ClipInfo | None],
    extra: Mapping[str, Any] | None = None,
    *,
    quick: bool = False,
) -> tuple[dict[str, Expr], dict[str, Any]]:
    """Forecast and build `node`, or its stand-in where `quick` (nothing comes out where it has none). Conversions a
    port wants are put before it, as the compiler would. Gives the outputs' expressions (or sinks, sounds) and
    forecasts by port."""
    refs: dict[str, Any] = {}
    for name, info in clips.items():
        refs[name] = None
        if info is not None:
            refs[name] = converted(Ref(Input(name, "out"), info), wanted_format(info, node.inputs[name].wants))
    refs |= extra or {}
    build = node.stand_in if quick else node.build
    given = {name: refs[name] for name in arguments(build) if name in refs}
    infos = {
        name: refs[name].info if refs.get(name) is not None else None
        for name in arguments(node.forecast)
        if name in refs
    }
    forecast = outputs_of(type(node), node.forecast(**infos))
    result = build(Script("node"), **given)
    if quick and result is None:
        return {}, forecast
    if not node.outputs:
        return {}, {"sink": result}
    made = outputs_of(type(node), result)
    return {port: value.expr if isinstance(value, Ref) else value for port, value in made.items()}, forecast


def run(
    node: Node,
    sources: Mapping[str, tuple[ClipInfo, vs.VideoNode] | None],
    extra: Mapping[str, Any] | None = None,
    *,
    quick: bool = False,
) -> dict[str, vs.VideoNode]:
    """The node's real output clips, or those of its stand-in, by port. `sources` gives each picture input's format and
    clip."""
    outputs, _ = built(node, {name: pair and pair[0] for name, pair in sources.items()}, extra, quick=quick)
    pictures = {port: expr for port, expr in outputs.items() if node.outputs[port].kind in PICTURES}
    written = write("node", pictures, {(name, "out"): f"in_{name}" for name in sources})
    space: dict[str, Any] = {"vs": vs, "core": core}
    space |= {f"in_{name}": pair[1] for name, pair in sources.items() if pair}
    for module, name in sorted(written.imports):
        exec(f"from {module} import {name}", space)
    for part in (part for expr in pictures.values() for part in walk(expr)):
        if isinstance(part, Name) and part.definition and not part.module:
            exec(part.definition, space)
    exec("\n".join(written.lines), space)
    return {port: space[written.variables[port]] for port in pictures}


def run_on(node: Node, info: ClipInfo) -> vs.VideoNode:
    """The single output of a node with one picture input, on the moving test picture."""
    port = next(iter(node.inputs))
    return next(iter(run(node, {port: (info, picture(info))}).values()))


def differences(clip: vs.VideoNode, info: ClipInfo) -> list[str]:
    """Where a real clip is not what was forecast."""
    assert clip.format is not None
    with clip.get_frame(0) as frame:
        props = dict(frame.props)
    sar = Fraction(int(props.get("_SARNum", 1)), int(props.get("_SARDen", 1)))
    facts: dict[str, tuple[object, object]] = {
        "width": (clip.width, info.width),
        "height": (clip.height, info.height),
        "format": (clip.format.name.upper(), info.format.name),
        "fps": (clip.fps, info.fps),
        "frames": (clip.num_frames, info.frames),
        "sar": (sar, info.sar),
    }
    if not info.separated:
        facts["fields"] = (int(props.get("_FieldBased", 0)), info.fields.field_based)
    return [f"{name}: is {real}, forecast {said}" for name, (real, said) in facts.items() if real != said]
