"""Holes filled by a model: a picture and a mask go in, or several in a row with a mask each, and only what the mask
shows is taken from what comes out.

Frames whose mask is empty never see the model, and stay as they are, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nodes.clip import Family, PixelFormat
from nodes.convert import converted
from nodes.feeding import GRAY, RGB, in_a_row, passed
from nodes.script import Ref, Script
from nodes.stage import Stage

LEAST = 0.05
"""A mask fainter than this, of 1, is black: what is left of compression opens no holes."""

_STRETCHED = '''
def stretched(mask, like):
    """`mask` as long as `like`: cut, or its last frame held."""
    return (mask + mask[-1:] * max(like.num_frames - mask.num_frames, 1))[: like.num_frames]
'''


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in pixels from the left and the top."""

    left: int
    top: int
    width: int
    height: int


def hole(script: Script, clip: Ref, mask: Ref | None, box: Box | None = None) -> Ref:
    """GRAYS of the clip's size: 1 where it is to be filled, in between where partly. `mask`: gray of any size and
    length, full range."""
    info = clip.info
    known = replace(info, format=GRAY)
    if mask is None:
        where = clip.std.BlankClip(format=script.vs.GRAYS, color=[0.0], keep=True)
    else:
        peak = mask.info.format.peak
        where = script.core.akarin.Expr(mask, f"x {peak!r} / 0 max 1 min", format=script.vs.GRAYS)
        if (mask.info.width, mask.info.height) != (info.width, info.height):
            where = where.resize.Bilinear(info.width, info.height)
        where = script.helper("stretched", _STRETCHED)(where, clip)
        where = script.core.akarin.Expr(where, f"x {LEAST} < 0 x ?")
    if box is not None:
        right, bottom = box.left + box.width, box.top + box.height
        inside = f"X {box.left} >= X {right} < and Y {box.top} >= and Y {bottom} < and"
        where = script.core.akarin.Expr(where, f"{inside} 1 x ?")
    return where.known(known)


def filled(script: Script, stage: Stage, clip: Ref, where: Ref, feather: int = 0) -> Ref:
    """`clip` with what the model paints in the hole `where`, which fades out over `feather` pixels around it; farther
    off it stays, sample for sample."""
    info = clip.info
    if stage.strength == 0:
        return clip
    where = script.let("where", where).known(replace(info, format=GRAY))
    soft, reach = where, where
    if feather:
        # a box of `feather` to each side over a mask grown by as much: 1 in the hole, 0 two feathers off
        half = -(-feather // 2)
        soft = script.let("soft", _grown(where, half).std.BoxBlur(hradius=half, vradius=half))
        reach = _grown(where, 2 * half)
    painted = script.core.akarin.Expr(reach, f"x {LEAST} < 0 1 ?").known(where.info)
    rgb, holes = script.let("rgb", converted(clip, RGB)), script.let("hole", painted)
    frames = stage.model.frames
    made = passed(script, stage, [*in_a_row(rgb, frames), *in_a_row(holes, frames)])
    back = converted(made, info.format)
    form = replace(info.format, family=Family.GRAY, ss_w=0, ss_h=0)
    weight = _whole(script, soft, form, stage.strength)
    laid = script.core.std.MaskedMerge(clip, back, weight, first_plane=True)
    open_ = script.core.std.PlaneStats(where)
    done = script.core.akarin.Select([clip, laid], [open_], "x.PlaneStatsMax 0 > 1 0 ?")
    return done.known(info)


def _grown(mask: Ref, by: int) -> Ref:
    for _ in range(by):
        mask = mask.std.Maximum()
    return mask


def _whole(script: Script, weight: Ref, form: PixelFormat, strength: float) -> Ref:
    """The weight in the numbers of `form`, its peak the whole."""
    return script.core.akarin.Expr(weight, f"x {form.peak * strength!r} *", format=form)
