"""Faces restored by a model: each is found, set upright into a square as the model knows faces, and what comes out is
laid back, fading at its edge. Where no face is, and in frames without any, the picture stays bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nodes.clip import Family
from nodes.convert import converted
from nodes.feeding import RGB, unscaled
from nodes.model import Model
from nodes.script import Ref, Script
from nodes.stage import Stage, ran

SIDE = 512
"""Of a face's square, where the model takes any: FFHQ's half."""
MOST_FACES = 32
_COUNT = "TapeloomFaces"  # as runtime.worker.faces says it
_MODULE = "runtime.worker.faces"

_EXPORTED = '''
def {name}(*clips, **options):
    """Faces are found and laid back by Tapeloom's own code: its folder must stand in PYTHONPATH."""
    try:
        from runtime.worker import faces
    except ImportError:
        raise RuntimeError("faces are restored by Tapeloom's code: name its folder in PYTHONPATH") from None
    return faces.{name}(*clips, **options)
'''
_FIND, _CUT, _PASTE = (_EXPORTED.replace("{name}", name) for name in ("find_faces", "cut_faces", "paste_faces"))


@dataclass(frozen=True, slots=True)
class Finding:
    """`confidence`: how sure the detector must be, 0 to 1. `least`: the smallest face, in pixels. `most`: faces in a
    frame, the largest first."""

    detector: Model
    confidence: float = 0.7
    least: int = 24
    most: int = 8


def restored(script: Script, stage: Stage, clip: Ref, finding: Finding) -> Ref:
    """`clip` with its faces drawn by the model."""
    info = clip.info
    if stage.strength == 0:
        return clip
    side = stage.model.fixed[0] if stage.model.fixed else SIDE
    rgb = script.let("rgb", converted(clip, RGB))
    detector = script.file(finding.detector.path, f"onnx {finding.detector.identity}")
    find = script.by_runtime("find_faces", _MODULE, _FIND)
    found = find(
        rgb, detector, side=side, confidence=finding.confidence, least=finding.least, most=finding.most,
        aspect=float(info.sar),
    )  # fmt: skip
    found = script.let("found", found)
    squares = script.by_runtime("cut_faces", _MODULE, _CUT)(rgb, found, side=side, most=finding.most)
    black, white = stage.model.black, stage.model.white
    if (black, white) != (0, 1):
        squares = squares.std.Expr(f"x {white - black} * {black} +")
    drawn = unscaled(stage, ran(script, stage, [squares])[0])
    paste = script.by_runtime("paste_faces", _MODULE, _PASTE)
    pair = script.let("pasted", paste(rgb, drawn, found, most=finding.most, strength=stage.strength))
    back = converted(pair[0].known(rgb.info), info.format)
    form = replace(info.format, family=Family.GRAY, ss_w=0, ss_h=0)
    where = script.core.akarin.Expr(pair[1], f"x {form.peak!r} *", format=form)
    laid = script.core.std.MaskedMerge(clip, back, where, first_plane=True)
    return script.core.akarin.Select([clip, laid], [found], f"x.{_COUNT} 0 > 1 0 ?").known(info)
