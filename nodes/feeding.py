"""What a model is fed, frame by frame, and how its pictures become a clip again. All of it is ordinary VapourSynth, so
every frame can be had without those before it, whatever the pattern.

Padding is mirrored, not black: a model looks beyond the edge, and black there would bleed into the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from nodes.clip import ClipInfo, Family, PixelFormat
from nodes.convert import converted
from nodes.model import Pattern
from nodes.script import Ref, Script
from nodes.stage import Stage, ran

RGB, GRAY, YUV = (PixelFormat.parse(name) for name in ("RGBS", "GRAYS", "YUV444PS"))

_AS_LONG = '''
def as_long(clip, like):
    """`clip` cut to the length of `like`."""
    return clip[: like.num_frames]
'''


def enhanced(script: Script, stage: Stage, clip: Ref) -> Ref:
    """`clip` through a model that takes it alone (frame, luma, window, recurrent), in its own format, `model.scale`
    times as large."""
    info = clip.info
    width, height = stage.grown(info.width, info.height)
    if stage.strength == 0 and stage.model.scale == 1:
        return clip
    if stage.model.pattern is Pattern.LUMA:
        back = _luma(script, stage, clip)
    else:
        rgb = script.let("rgb", converted(clip, RGB))
        back = converted(_pictured(script, stage, rgb), info.format)
    if stage.strength < 1:
        plain = clip if stage.model.scale == 1 else clip.resize.Spline36(width, height)
        back = script.core.std.Merge(plain, back, weight=[stage.strength])
    return back.known(replace(info, width=width, height=height))


def _pictured(script: Script, stage: Stage, rgb: Ref) -> Ref:
    match stage.model.pattern:
        case Pattern.WINDOW:
            return _window(script, stage, rgb)
        case Pattern.RECURRENT:
            return _recurrent(script, stage, rgb)
        case _:
            return passed(script, stage, [rgb])


def passed(script: Script, stage: Stage, clips: Sequence[Ref]) -> Ref:
    """The one picture that the model makes of these of one size; the first one's format is known and is the result's,
    but for its size."""
    return _cropped(stage, _made(script, stage, clips)[0], clips[0].info)


def _made(script: Script, stage: Stage, clips: Sequence[Ref]) -> Ref:
    return ran(script, stage, [_entering(script, stage, clip, clips[0].info) for clip in clips])


def _entering(script: Script, stage: Stage, clip: Ref, info: ClipInfo) -> Ref:
    wide, high = stage.padded(info.width, info.height)
    if (wide, high) != (info.width, info.height):
        clip = clip.resize.Point(wide, high, src_width=wide, src_height=high)  # beyond its edge zimg mirrors
    black, white = stage.model.black, stage.model.white
    if (black, white) != (0, 1):
        clip = script.core.std.Expr(clip, f"x {white - black} * {black} +")
    return clip


def _cropped(stage: Stage, made: Ref, info: ClipInfo) -> Ref:
    scale = stage.model.scale
    wide, high = stage.padded(info.width, info.height)
    width, height = stage.grown(info.width, info.height)
    made = unscaled(stage, made)
    right, bottom = int(wide * scale) - width, int(high * scale) - height
    if right or bottom:
        made = made.std.Crop(right=right, bottom=bottom)
    return made.known(replace(info, width=width, height=height))


def unscaled(stage: Stage, made: Ref) -> Ref:
    """What the model gives, black at 0 and white at 1."""
    black, white = stage.model.black, stage.model.white
    return made if (black, white) == (0, 1) else made.std.Expr(f"x {black} - {white - black} /")


# -- one plane -------------------------------------------------------------------------------------
def _luma(script: Script, stage: Stage, clip: Ref) -> Ref:
    """Brightness through the model, colour beside it."""
    info = clip.info
    if info.format.family is Family.GRAY:
        return converted(passed(script, stage, [script.let("gray", converted(clip, GRAY))]), info.format)
    yuv = script.let("yuv", converted(clip, YUV)) if info.format.family is Family.RGB else clip
    luma = yuv.std.ShufflePlanes(planes=0, colorfamily=script.vs.GRAY).known(_gray(yuv.info))
    made = passed(script, stage, [script.let("luma", converted(luma, GRAY))])
    back = converted(made, luma.info.format)
    chroma = yuv
    if stage.model.scale != 1:
        chroma = script.let("chroma", yuv.resize.Spline36(made.info.width, made.info.height))
    joined = script.core.std.ShufflePlanes([back, chroma, chroma], planes=[0, 1, 2], colorfamily=script.vs.YUV)
    done = joined.known(replace(yuv.info, width=made.info.width, height=made.info.height))
    return converted(done, info.format)


def _gray(info: ClipInfo) -> ClipInfo:
    return replace(info, format=replace(info.format, family=Family.GRAY, ss_w=0, ss_h=0))


# -- several frames --------------------------------------------------------------------------------
def _window(script: Script, stage: Stage, rgb: Ref) -> Ref:
    """Each frame with its neighbours; the first and last stand in for those that are not there."""
    made = passed(script, stage, in_a_row(rgb, stage.model.frames))
    return made.std.CopyFrameProps(rgb).known(made.info)  # it carries those of the earliest


def in_a_row(clip: Ref, frames: int) -> list[Ref]:
    """As many clips, an odd number, of which the middle one is `clip`: those before it show the frames before, those
    behind it the frames behind."""
    half = frames // 2
    earlier = [(clip[:1] * by + clip)[:-by] for by in range(half, 0, -1)]
    later = [(clip + clip[-1:] * by)[by:] for by in range(1, half + 1)]
    return [each.known(clip.info) for each in (*earlier, clip, *later)]


def _recurrent(script: Script, stage: Stage, rgb: Ref) -> Ref:
    """Chunks of `frames` pictures, each beginning `lap` before the first that it is to give. One frame of the model is
    one chunk: VapourSynth keeps it while its pictures are asked for, in any order."""
    frames = stage.model.frames
    lap = max(0, min(stage.lap, (frames - 1) // 2))
    step = frames - 2 * lap
    long = script.let("long", (rgb[:1] * lap + rgb if lap else rgb) + rgb[-1:] * (frames - lap))
    if step == 1:
        chunks = [long[at : at - frames].known(rgb.info) for at in range(frames)]
    else:
        chunks = [
            long[at : at - frames].std.SelectEvery(cycle=step, offsets=[0]).known(rgb.info) for at in range(frames)
        ]
    made = script.let("chunks", _made(script, stage, chunks))
    kept = [_cropped(stage, made[at], rgb.info) for at in range(lap, lap + step)]
    joined = script.core.std.Interleave(kept) if step > 1 else kept[0]
    cut = script.helper("as_long", _AS_LONG)(joined, rgb)
    return cut.std.CopyFrameProps(rgb).known(kept[0].info)


# -- two frames and a time -------------------------------------------------------------------------
def between(script: Script, stage: Stage, before: Ref, after: Ref, time: Ref) -> Ref:
    """The picture between two, both RGBS with known format; `time` is GRAYS, 0 to 1."""
    return passed(script, stage, [before, after, time])


def time_plane(script: Script, like: Ref, ratio: Fraction) -> Ref:
    """GRAYS: how far output frame N lies from one source frame to the next, at `ratio` output frames for each."""
    blank = like.std.BlankClip(format=script.vs.GRAYS, keep=True)
    return script.core.akarin.Expr(blank, phase(ratio))


def phase(ratio: Fraction) -> str:
    """The expression for it: (N · q mod p) / p."""
    p, q = ratio.numerator, ratio.denominator
    return f"N {p} % {q} * {p} % {p} /"
