"""What each QTGMC preset sets. Pure data: imports nothing of VapourSynth or vsjetpack.

Two families stand here side by side:

* `CLASSIC`: the presets as everybody knows them, from the table in havsfunc's `QTGMC` (the same
  numbers as the AviSynth script 3.33). They keep their names and their numbers.
* `LADDER`: our own, each the best we measured for its cost (docs/deinterlacing.md,
  `python benchmarks/deinterlace.py`). `DEFAULT` names the rung a new node starts on.

Field names follow vsjetpack's `QTempGaussMC` stages: `basic_tr` is the `tr` of `.basic()`.
The old name stands in the comment. Values that are enums there are words here
(`"umh"` for `SearchMode.UMH`): whoever writes the call turns them into members.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Match = Literal["none", "basic", "refined", "twice_refined"]
Place = Literal["none", "presharpen", "postsmooth"]


@dataclass(frozen=True)
class Interpolator:
    """What fills the missing lines before any motion compensation.

    `bwdif+nnedi3` is BWDIF that takes NNEDI3's lines where it cannot weave. The numbers are NNEDI3's own.
    """

    kind: Literal["nnedi3", "bwdif", "bwdif+nnedi3", "catrom"]
    nsize: int = 0
    nns: int = 0
    qual: int = 1
    pscrn: int = 2  # what znedi3 takes when havsfunc leaves it out


@dataclass(frozen=True)
class QtgmcSettings:
    """Every argument of one QTempGaussMC call, in plain values."""

    # prefilter: the blurred clip in which motion is searched
    prefilter_tr: int  # TR0
    prefilter_erosion: int  # Rep0
    prefilter_postprocess: Literal["none", "gaussblur", "gaussblur_edgesoften"]  # SrchClipPP 0, 2, 3
    # analyze: the motion vectors
    analyze_pel: int  # SubPel
    analyze_blksize: int  # BlockSize; hpad and vpad are the same number
    analyze_overlap: int  # BlockSize / Overlap: 2 is half a block, 4 a quarter
    analyze_search: Literal["diamond", "hexagon", "umh"]  # Search 0, 4, 5
    analyze_searchparam: int  # SearchParam
    analyze_pelsearch: int  # PelSearch
    analyze_chroma: bool  # ChromaMotion
    # basic: interpolation, and the smooth that takes the bob shimmer away
    basic_tr: int  # TR1
    basic_bobber: Interpolator  # EdiMode, NNSize, NNeurons, EdiQual
    # sharpen, back_blend, sharpen_limit: what brings the lost sharpness back
    sharpness: float  # Sharpness; what is passed on is adjusted to the radii: see `sharpening`
    sharpen_clamp: float  # Precise: 1 of 255, or 0
    back_blend: Literal["none", "prelimit", "postlimit", "both"]  # Sbb 0, 1, 2, 3
    limit_radius: int  # SLRad, 0 where SLMode is 0
    # final: the light smooth at the end
    final_tr: int  # TR2
    final_erosion: int  # Rep2
    # noise taken out before and put back after, so that the smooths do not eat it
    keep_noise: bool  # NoiseProcess 2
    basic_noise_restore: float = 0.3  # GrainRestore
    final_noise_restore: float = 0.1  # NoiseRestore
    denoise_sigma: float = 8.0  # Sigma × 4, as dfttest counts it; luma only
    denoise_tr: int = 1  # NoiseTR
    # source match and lossless: off in every classic preset
    source_match: Match = "none"  # SourceMatch
    source_match_bobber: Interpolator | None = None  # MatchEdi2; None is the basic one
    source_match_tr: int = 1  # MatchTR2
    source_match_similarity: float = 0.5
    source_match_enhance: float = 0.5  # MatchEnhance
    lossless: Place = "none"  # Lossless 0, 2, 1
    # the same in all eleven classic presets
    basic_thsad: int = 640  # ThSAD1
    basic_erosion: int = 0  # Rep1
    final_thsad: int = 256  # ThSAD2
    analyze_thscd: tuple[int, float] = (180, 38.5)  # ThSCD1, and ThSCD2 98 of 255 in per cent
    analyze_mvlambda: int = 100  # Lambda of an 8×8 block: mvutensils scales it by the block's area
    analyze_lsad: int = 400  # LSAD
    analyze_pnew: int = 25  # PNew
    analyze_globalmv: bool = True  # GlobalMotion
    analyze_refine: int = 0  # classic QTGMC has no second, finer search
    prefilter_blur: tuple[float, float] = (1.9, 0.1)  # gauss a1=2 after [1 2 1], 10 % unblurred
    prefilter_slope: float = 1.0  # DitherLumaRebuild(s0=1): full range, dark parts not amplified
    prefilter_sc_threshold: float = 28 / 255
    back_blend_sigma: float = 1.4  # gauss a1=5 after [1 2 1]


def sharpening(s: QtgmcSettings) -> float:
    """havsfunc's `sharpAdj`: what makes one `Sharpness` look alike at every radius."""
    limited = 2.0 if s.limit_radius else 1.0
    return round(s.sharpness * limited * (0.2 + s.basic_tr * 0.15 + s.final_tr * 0.25), 4)


def _nnedi3(nsize: int, nns: int) -> Interpolator:
    return Interpolator("nnedi3", nsize=nsize, nns=nns)


_PLACEBO = QtgmcSettings(
    prefilter_tr=2,
    prefilter_erosion=4,
    prefilter_postprocess="gaussblur_edgesoften",
    analyze_pel=2,
    analyze_blksize=16,
    analyze_overlap=2,
    analyze_search="umh",
    analyze_searchparam=2,
    analyze_pelsearch=2,
    analyze_chroma=True,
    basic_tr=2,
    basic_bobber=_nnedi3(1, 2),
    sharpness=1.0,
    sharpen_clamp=1.0,
    back_blend="both",
    limit_radius=3,
    final_tr=3,
    final_erosion=4,
    keep_noise=True,
)
_VERY_SLOW = replace(
    _PLACEBO,
    analyze_search="hexagon",
    back_blend="prelimit",
    limit_radius=1,
    final_tr=2,
)
_SLOWER = replace(
    _VERY_SLOW,
    basic_bobber=_nnedi3(1, 1),
    sharpen_clamp=0.0,
    final_tr=1,
    keep_noise=False,
)
_SLOW = replace(
    _SLOWER,
    analyze_chroma=False,
    basic_tr=1,
    back_blend="none",
)
_MEDIUM = replace(
    _SLOW,
    prefilter_erosion=3,
    analyze_pel=1,
    analyze_pelsearch=1,
    basic_bobber=_nnedi3(5, 1),
)
_FAST = replace(
    _MEDIUM,
    prefilter_postprocess="gaussblur",
    basic_bobber=_nnedi3(5, 0),
    final_tr=0,
)
_VERY_FAST = replace(
    _FAST,
    prefilter_tr=1,
    prefilter_erosion=0,
    analyze_blksize=32,
    analyze_overlap=4,
    analyze_searchparam=1,
    basic_bobber=_nnedi3(4, 0),
)
_DRAFT = replace(
    _VERY_FAST,
    prefilter_tr=0,
    prefilter_postprocess="none",
    analyze_search="diamond",  # mvutensils dropped the old "one time" search, Search=0
    basic_bobber=Interpolator("catrom"),
    sharpness=0.0,
    limit_radius=0,
    final_erosion=0,
)

CLASSIC: dict[str, QtgmcSettings] = {
    "draft": _DRAFT,
    "very-fast": _VERY_FAST,
    "fast": _FAST,
    "medium": _MEDIUM,
    "slow": _SLOW,
    "very-slow": _VERY_SLOW,
    "placebo": _PLACEBO,
}

# What our own rungs share, and what measuring said of it (docs/deinterlacing.md has the method):
# * BWDIF instead of NNEDI3 fills the lines, in less time: it weaves what stands still, where NNEDI3 must guess.
# * The search clip is blurred in space only. Averaging it over time (TR0) before any motion is known pulls the
#   vectors of moving things wrong: without it an unsteady hand gains 3 dB clean.
# * No resharpening: the noise is what it sharpens.
# * Blocks of 32: smaller ones follow the noise.
# * thSCD 640 instead of 180. At 180 noise alone passes for a scene change and all smoothing stops; blocks
#   that differ by more than `basic_thsad`, 640, take no part anyway.
# * final_thsad 400 instead of 256: 256 lies inside the noise of a worn tape.
_OURS = replace(
    _SLOW,
    prefilter_tr=0,
    prefilter_erosion=0,
    prefilter_postprocess="gaussblur",
    basic_bobber=Interpolator("bwdif"),
    sharpness=0.0,
    limit_radius=0,
    analyze_blksize=32,
    analyze_overlap=4,
    analyze_thscd=(640, 38.5),
    final_thsad=400,
)
_QUICK = replace(_OURS, basic_tr=0, final_tr=2, final_erosion=0)
_GOOD = replace(_OURS, basic_tr=2, source_match="basic", final_tr=3, final_erosion=0)
_BETTER = replace(_GOOD, analyze_overlap=2, lossless="presharpen", final_tr=4, final_erosion=4)
_BEST = replace(_BETTER, basic_bobber=Interpolator("bwdif+nnedi3", nsize=4, nns=0), final_tr=6)

LADDER: dict[str, QtgmcSettings] = {
    "quick": _QUICK,
    "good": _GOOD,
    "better": _BETTER,
    "best": _BEST,
}
DEFAULT = "good"
