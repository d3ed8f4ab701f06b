"""Colour from a model, brightness from the tape: the model sees the picture small and gray, and only its colours are
laid over the picture, whose brightness stays as it was, sample for sample.

Models look at one picture at a time, so their colours flicker. `steady` averages them over the frames around, where
the picture is the same there and then: not across cuts, and not where something moved. It counts before anything is
enlarged, so it costs next to nothing, and each frame still comes without those before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nodes.clip import ClipInfo, Family, PixelFormat
from nodes.convert import converted, guess_matrix
from nodes.feeding import GRAY, RGB, YUV, unscaled
from nodes.lab import rgb_of_lab
from nodes.script import Ref, Script
from nodes.stage import Stage, ran

SAME = 0.08
"""Brightness, of 1, that differs by more is another thing: noise of a small picture is a quarter of it at worst."""
MOST_STEADY = 4
_NAMES = "xyzabcdefghijklmnopqrstuvw"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the model is shown: `luma`, gray of full size; `small`, gray of the model's size. All GRAYS, 0 to 1."""

    luma: Ref
    small: Ref


def coloured_format(info: ClipInfo) -> PixelFormat:
    """Of the clip with colours: gray becomes 4:4:4."""
    return replace(info.format, family=Family.YUV) if info.format.family is Family.GRAY else info.format


def seen(script: Script, stage: Stage, clip: Ref, size: int) -> Seen:
    """`size`: the side of the small picture, where the model does not know one size alone."""
    info = clip.info
    yuv = clip if info.format.family is not Family.RGB else script.let("yuv", converted(clip, YUV))
    form = replace(yuv.info.format, family=Family.GRAY, ss_w=0, ss_h=0)
    plane = yuv.std.ShufflePlanes(planes=0, colorfamily=script.vs.GRAY).known(replace(yuv.info, format=form))
    luma = script.let("luma", converted(plane, GRAY))
    most = stage.model.multiple
    side = -(-size // most) * most
    width, height = stage.model.fixed or (side, side)
    small = script.core.akarin.Expr(luma.resize.Bicubic(width, height), "x 0 max 1 min")
    return Seen(luma, script.let("small", small).known(replace(luma.info, width=width, height=height)))


def coloured(script: Script, stage: Stage, clip: Ref, shown: Seen, *, steady: int = 0, cuts: Ref | None = None) -> Ref:
    """`clip` with the colours that the model gives to `shown`. `cuts`: a clip whose frames say whether a cut follows
    (`_SceneChangeNext`)."""
    info = clip.info
    form = coloured_format(info)
    yuv = form if form.family is Family.YUV else replace(form, family=Family.YUV)
    model = stage.model
    pair = _of_lab(script, stage, shown) if model.ab else _of_rgb(script, stage, shown, info)
    if steady:
        pair = _steadied(script, pair, shown.small, min(steady, MOST_STEADY), cuts)
    first, second = (script.let(name, each.resize.Bicubic(info.width, info.height)) for name, each in pair.items())
    if model.ab:
        planes = [script.core.akarin.Expr([shown.luma, first, second], [text]) for text in rgb_of_lab()]
        rgb = script.core.std.ShufflePlanes(planes, planes=[0, 0, 0], colorfamily=script.vs.RGB)
        whole = rgb.std.SetFrameProps(_Matrix=0).known(replace(info, format=RGB, matrix=guess_matrix(info)))
    else:
        joined = script.core.std.ShufflePlanes([shown.luma, first, second], planes=[0, 0, 0], colorfamily=script.vs.YUV)
        whole = joined.std.SetFrameProps(_Matrix=int(guess_matrix(info))).known(replace(info, format=YUV))
    colours = converted(whole, yuv)
    plain = converted(clip, yuv)
    if stage.strength < 1:
        colours = script.core.std.Merge(plain, colours, weight=[stage.strength])
    colours = script.let("colours", colours)
    own = clip if info.format.family is Family.GRAY else plain
    done = script.core.std.ShufflePlanes([own, colours, colours], planes=[0, 1, 2], colorfamily=script.vs.YUV)
    done = done.std.CopyFrameProps(colours).known(replace(info, format=yuv, matrix=guess_matrix(info)))
    return converted(done, form)


def _of_lab(script: Script, stage: Stage, shown: Seen) -> dict[str, Ref]:
    made = script.let("ab", ran(script, stage, [_gray_as_rgb(script, stage, shown.small)]))
    return {"green_red": made[0], "blue_yellow": made[1]}


def _of_rgb(script: Script, stage: Stage, shown: Seen, info: ClipInfo) -> dict[str, Ref]:
    made = unscaled(stage, ran(script, stage, [_gray_as_rgb(script, stage, shown.small)])[0])
    known = made.known(replace(shown.small.info, format=RGB, matrix=guess_matrix(info)))
    yuv = script.let("painted", converted(known, YUV))
    return {
        name: yuv.std.ShufflePlanes(planes=plane, colorfamily=script.vs.GRAY)
        for name, plane in (("blue", 1), ("red", 2))
    }


def _gray_as_rgb(script: Script, stage: Stage, small: Ref) -> Ref:
    rgb = script.core.std.ShufflePlanes([small] * 3, planes=[0, 0, 0], colorfamily=script.vs.RGB)
    black, white = stage.model.black, stage.model.white
    if (black, white) != (0, 1):
        rgb = rgb.std.Expr(f"x {white - black} * {black} +")
    return rgb.std.SetFrameProps(_Matrix=0)


# -- over time -------------------------------------------------------------------------------------
def _steadied(script: Script, pair: dict[str, Ref], small: Ref, radius: int, cuts: Ref | None) -> dict[str, Ref]:
    """Each plane of colour averaged over `radius` frames to both sides, weighted by how like the picture is."""
    if cuts is not None:
        small = script.let("marked", small.std.CopyFrameProps(cuts, props=["_SceneChangeNext"]))
    around = [0, *(sign * by for by in range(1, radius + 1) for sign in (-1, 1))]
    grays = [_shifted(small, by) for by in around]
    text = _average(around, cuts is not None)
    made: dict[str, Ref] = {}
    for name, plane in pair.items():
        let = script.let(f"raw_{name}", plane)
        made[name] = script.core.akarin.Expr([*(_shifted(let, by) for by in around), *grays], text)
    return made


def _average(around: list[int], cuts: bool) -> str:
    """First the planes of colour at each time of `around`, then the pictures there."""
    value = dict(zip(around, _NAMES, strict=False))
    gray = dict(zip(around, _NAMES[len(around) :], strict=False))
    parts, sums = [], [value[0]]
    for by in around[1:]:
        step = 1 if by > 0 else -1
        likeness = f"1 {gray[by]} {gray[0]} - abs {1 / SAME!r} * - 0 max"
        # the frames whose follower belongs to another scene, on the way from here to there
        passed = range(0, by) if by > 0 else range(-1, by - 1, step)
        alive = [f"{gray[at]}._SceneChangeNext 0 > not *" for at in passed] if cuts else []
        parts.append(" ".join([likeness, *alive, f"w{by + len(around)}!"]))
        sums.append(f"{value[by]} w{by + len(around)}@ * +")
    weights = " ".join(f"w{by + len(around)}@ +" for by in around[1:])
    return " ".join([*parts, *sums, f"1 {weights} /"])


def _shifted(clip: Ref, by: int) -> Ref:
    """The frames `by` later; the ends stand in for what is not there."""
    if by == 0:
        return clip
    return (clip[:1] * -by + clip)[:by] if by < 0 else (clip + clip[-1:] * by)[by:]
