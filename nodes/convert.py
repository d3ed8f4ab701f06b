"""Format conversions, written once: the compiler inserts them, nodes may call them."""

from __future__ import annotations

from dataclasses import replace

from nodes.clip import ClipInfo, Family, Matrix, PixelFormat
from nodes.ports import Wants
from nodes.script import Ref

_CHROMA_ORDER = ("410", "411", "420", "440", "422", "444")


def guess_matrix(clip: ClipInfo) -> Matrix:
    """The clip's own matrix, or the one its size and rate imply (PAL 470BG, NTSC 170M, larger 709)."""
    if clip.matrix not in (Matrix.UNSPECIFIED, Matrix.RGB):
        return clip.matrix
    if clip.width > 1024 or clip.height > 576:
        return Matrix.BT709
    return Matrix.BT470BG if clip.height in (576, 288) or clip.fps in (25, 50) else Matrix.SMPTE170M


def wanted_format(clip: ClipInfo, wants: Wants) -> PixelFormat:
    """The format nearest to the clip's that `wants` allows: never less precise where there is a choice."""
    now = clip.format
    made = now
    if wants.families and now.family.value not in wants.families:
        family = Family(wants.families[0])
        made = replace(made, family=family, ss_w=0, ss_h=0)
    if made.family is Family.YUV and wants.chroma and made.chroma not in wants.chroma:
        ranked = sorted(wants.chroma, key=_CHROMA_ORDER.index)
        finer = [chroma for chroma in ranked if _holds(chroma, made)]
        made = made.with_chroma(finer[0] if finer else ranked[-1])
    if wants.depths and made.depth not in wants.depths:
        ranked = sorted(wants.depths, key=_precision)
        finer = [depth for depth in ranked if _precision(depth) >= _precision(made.depth)]
        made = made.with_depth(finer[0] if finer else ranked[-1])
    return made


def _precision(depth: str) -> int:
    return int(depth.rstrip("f")) + (8 if depth.endswith("f") else 0)


def _holds(chroma: str, now: PixelFormat) -> bool:
    """Whether `chroma` keeps at least the resolution of `now` in both directions."""
    other = now.with_chroma(chroma)
    return other.ss_w <= now.ss_w and other.ss_h <= now.ss_h


def converted(clip: Ref, target: PixelFormat) -> Ref:
    """`clip` in another pixel format, as a Ref that knows its format. The same Ref where nothing is to do.

    VapourSynth's resizer treats the fields of a clip marked interlaced apart, so this is safe on interlaced 4:2:0.
    """
    info = clip.info
    if info.format == target:
        return clip
    options: dict[str, object] = {"format": target}
    if info.format.family is Family.RGB and target.family is not Family.RGB:
        options["matrix"] = int(guess_matrix(info))
        options["range"] = info.range.code
    elif info.format.family is not Family.RGB and target.family is Family.RGB and info.matrix is Matrix.UNSPECIFIED:
        options["matrix_in"] = int(guess_matrix(info))
    if target.depth == "8" and info.format.depth != "8":
        options["dither_type"] = "error_diffusion" if not info.interlaced else "ordered"
    only_depth = replace(target, bits=info.format.bits, floating=info.format.floating) == info.format
    resize = clip.resize.Point if only_depth else clip.resize.Bicubic
    return resize(**options).known(
        replace(info, format=target, matrix=guess_matrix(info) if target.family is Family.RGB else info.matrix)
    )


def says_fields(kind: str) -> str:
    """A wanted field structure, for a message."""
    return {
        "interlaced": "an interlaced clip",
        "progressive": "whole progressive frames",
        "separated": "separated fields",
        "whole": "whole frames, not separated fields",
    }.get(kind, "any clip")
