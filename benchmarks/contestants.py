"""Who runs in benchmarks/deinterlace.py, and how a QTGMC setting becomes a vsjetpack call."""

from __future__ import annotations

from collections.abc import Callable

import vapoursynth as vs
from vsaa import BWDIF, NNEDI3
from vsdeinterlace import QTempGaussMC
from vsdenoise import DFTTest, MVToolsPreset, PenaltyMode, SearchMode, mc_degrain, prefilter_to_full_range
from vskernels import Bobber, Catrom
from vsrgtools import gauss_blur

from nodes.library.field._qtgmc_settings import CLASSIC, LADDER, Interpolator, QtgmcSettings, sharpening

core = vs.core
Deinterlacer = Callable[[vs.VideoNode], vs.VideoNode]


def interpolator(of: Interpolator) -> Bobber:
    nnedi3 = NNEDI3(nsize=of.nsize, nns=of.nns, qual=of.qual, pscrn=of.pscrn)
    match of.kind:
        case "nnedi3":
            return nnedi3
        case "bwdif":
            return BWDIF()
        case "bwdif+nnedi3":
            return BWDIF(edeint=nnedi3)
        case "catrom":
            return Catrom()


def qtgmc(s: QtgmcSettings) -> QTempGaussMC:
    q = QTempGaussMC
    noise = {
        "denoise_mode": q.NoiseProcessMode.IDENTIFY,
        "denoise_func": DFTTest(sigma=s.denoise_sigma, planes=[0]),
        "denoise_tr": s.denoise_tr,
        "denoise_mc_denoise": False,
        "denoise_deint": q.NoiseDeintMode.WEAVE,
        "denoise_stabilize": False,
        "basic_noise_restore": s.basic_noise_restore,
        "final_noise_restore": s.final_noise_restore,
    }
    return q(
        prefilter_tr=s.prefilter_tr,
        prefilter_sc_threshold=s.prefilter_sc_threshold,
        prefilter_postprocess=q.SearchPostProcess.GAUSSBLUR_EDGESOFTEN
        if s.prefilter_postprocess == "gaussblur_edgesoften"
        else q.SearchPostProcess.GAUSSBLUR,
        prefilter_strength=False if s.prefilter_postprocess == "none" else s.prefilter_blur,
        prefilter_range_expansion_args={"slope": s.prefilter_slope},
        prefilter_mask_shimmer_args={"erosion_distance": s.prefilter_erosion},
        analyze_preset=MVToolsPreset(
            pel=s.analyze_pel,
            pad=s.analyze_blksize,
            chroma=s.analyze_chroma,
            analyze_args={
                "blksize": s.analyze_blksize,
                "overlap_div": s.analyze_overlap,
                "search": SearchMode[s.analyze_search.upper()],
                "searchparam": s.analyze_searchparam,
                "pelsearch": s.analyze_pelsearch,
                "mvlambda": s.analyze_mvlambda,
                "lsad": s.analyze_lsad,
                "pnew": s.analyze_pnew,
                "plevel": PenaltyMode.NONE,
                "globalmv": s.analyze_globalmv,
            },
        ),
        analyze_blksize=s.analyze_blksize,
        analyze_overlap=s.analyze_overlap,
        analyze_refine=s.analyze_refine,
        analyze_thscd=s.analyze_thscd,
        basic_tr=s.basic_tr,
        basic_thsad=s.basic_thsad,
        basic_bobber=interpolator(s.basic_bobber),
        basic_mask_shimmer_args={"erosion_distance": s.basic_erosion},
        source_match_mode=q.SourceMatchMode[s.source_match.upper()],
        source_match_tr=s.source_match_tr,
        source_match_bobber=interpolator(s.source_match_bobber) if s.source_match_bobber else None,
        source_match_similarity=s.source_match_similarity,
        source_match_enhance=s.source_match_enhance,
        lossless_mode=q.LosslessMode[s.lossless.upper()],
        sharpen_mode=q.SharpenMode.UNSHARP_MINMAX,
        sharpen_strength=sharpening(s),
        sharpen_clamp=s.sharpen_clamp,
        back_blend_mode=q.BackBlendMode["PRELIMIT" if s.back_blend == "none" else s.back_blend.upper()],
        back_blend_sigma=0.0 if s.back_blend == "none" else s.back_blend_sigma,
        final_tr=s.final_tr,
        final_thsad=s.final_thsad,
        final_mask_shimmer_args={"erosion_distance": s.final_erosion},
        **(noise if s.keep_noise else {}),
    ).sharpen_limit(  # chained: the constructor hands `sharpen_limit_…` to `.sharpen()` (vsjetpack 2.2.6)
        mode=q.SharpenLimitMode.TEMPORAL_PRESMOOTH,
        radius=s.limit_radius,
    )


def field_order(clip: vs.VideoNode) -> bool:
    with clip.get_frame(0) as frame:
        return frame.props["_FieldBased"] == 2


def _settled(s: QtgmcSettings) -> Deinterlacer:
    return lambda clip: qtgmc(s).deinterlace(clip)


def _bwdif_degrain(clip: vs.VideoNode) -> vs.VideoNode:
    """The cheap way to the same quiet picture: is it the deinterlacing that wins, or the denoising?

    The same search, radius and thresholds as our default, after BWDIF instead of around it.
    """
    return mc_degrain(
        core.bwdif.Bwdif(clip, field=2 + field_order(clip)),
        prefilter=lambda c: prefilter_to_full_range(gauss_blur(c, 1.5), slope=1.0),
        preset=MVToolsPreset(pel=2, chroma=False),
        tr=3, thsad=320, thscd=(640, 38.5), blksize=32, overlap_div=4, refine=0,
    )  # fmt: skip


def contestants() -> dict[str, Deinterlacer]:
    return {
        "Bob (resize)": lambda clip: clip.resize.Bob(filter="bicubic"),
        "BWDIF": lambda clip: core.bwdif.Bwdif(clip, field=2 + field_order(clip)),
        "NNEDI3": lambda clip: core.znedi3.nnedi3(clip, field=2 + field_order(clip)),
        "BWDIF + MC degrain": _bwdif_degrain,
        **{name.replace("-", " ").title(): _settled(s) for name, s in CLASSIC.items()},
        **{f"ours: {name}": _settled(s) for name, s in LADDER.items()},
    }
