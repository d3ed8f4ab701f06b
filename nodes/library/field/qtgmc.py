"""QTGMC: fields to frames along the motion, by vsjetpack's QTempGaussMC."""

from nodes.api import Annotated, Clip, ClipInfo, Fields, Node, Ref, Script, StrEnum, gives, param, replace, takes
from nodes.library.field._qtgmc_settings import (
    CLASSIC,
    LADDER,
    Interpolator,
    Match,
    Place,
    QtgmcSettings,
    sharpening,
)


class Preset(StrEnum):
    """Quality against speed. CPU milliseconds per frame of PAL: docs/deinterlacing.md."""

    QUICK = "quick"
    """Ours. 7 ms. On noisy tape already ahead of the classic Slow, which takes three times as long."""
    GOOD = "good"
    """Ours, and where to start. 14 ms."""
    BETTER = "better"
    """Ours. 23 ms. Puts the tape's own lines back before the last smooth: more detail."""
    BEST = "best"
    """Ours. 37 ms. For the final master."""
    DRAFT = "draft"
    """Classic. 3 ms. Hardly more than a plain bob."""
    VERY_FAST = "very-fast"
    """Classic."""
    FAST = "fast"
    """Classic."""
    MEDIUM = "medium"
    """Classic."""
    SLOW = "slow"
    """Classic. What most old guides advise."""
    VERY_SLOW = "very-slow"
    """Classic. Takes grain out first and puts some of it back."""
    PLACEBO = "placebo"
    """Classic. Takes twice as long as Best, and sharpens what Best leaves alone."""


class QtgmcRate(StrEnum):
    """How many frames come out."""

    DOUBLE = "double"
    """One frame per field: 25i becomes 50p, motion stays fluid."""
    SINGLE = "single"
    """One frame per pair of fields: 25i becomes 25p."""


class SourceMatch(StrEnum):
    """How hard the result is pulled back to what the fields really hold."""

    PRESET = "preset"
    """As the preset has it: off in the classic ones, basic in Good, Better and Best."""
    NONE = "none"
    BASIC = "basic"
    """Once: most of the gain, seldom an artefact."""
    REFINED = "refined"
    """Twice: nearly all the detail of the source, and its noise."""
    TWICE_REFINED = "twice-refined"
    """Three times."""


class Lossless(StrEnum):
    """Whether the tape's own lines go into the result unchanged."""

    PRESET = "preset"
    """As the preset has it: before the final smooth in Better and Best, else off."""
    NONE = "none"
    BEFORE = "before the final smooth"
    """More detail, still calm."""
    AFTER = "at the very end"
    """Every line of the tape is kept to the bit, noise and all; some combing may show."""


class Grain(StrEnum):
    """What becomes of the noise that does not follow the motion."""

    PRESET = "preset"
    """As the preset has it: kept by Very Slow and Placebo, else smoothed."""
    SMOOTH = "smooth"
    """The temporal smooths take it."""
    KEEP = "keep"
    """Taken out first and put back after, in the amounts below."""


_MATCHES: dict[SourceMatch, Match] = {
    SourceMatch.NONE: "none",
    SourceMatch.BASIC: "basic",
    SourceMatch.REFINED: "refined",
    SourceMatch.TWICE_REFINED: "twice_refined",
}
_PLACES: dict[Lossless, Place] = {
    Lossless.NONE: "none",
    Lossless.BEFORE: "presharpen",
    Lossless.AFTER: "postsmooth",
}


class Qtgmc(Node):
    """Turn interlaced fields into full frames, following the motion from field to field.

    The first choice for tape. Still detail stops flickering, edges lose their stairs, and much of the noise
    goes with the flicker, because each spot is averaged with itself in the neighbouring fields.

    Start on Good. Quick, Good, Better and Best are ours, measured on tape-like clips as the best for their cost;
    the seven classic presets are the ones from the AviSynth guides, with their own numbers. They sharpen; ours do
    not unless told to. On a clean source that hardly moves BWDIF is as good at a fifteenth of the cost. For a film
    look choose single rate, with or without motion blur.
    """

    id, version = "deinterlace.qtgmc", 1
    label = "Deinterlace (QTGMC)"
    words = ("bob", "interlaced", "fields", "tempgaussmc", "motion compensated", "best", "shimmer", "50p", "60p")
    needs = ("vsdeinterlace", "vsdenoise", "vsaa", "vskernels", "mvu", "akarin", "bwdif", "znedi3", "zsmooth", "vszip")
    clip = takes(
        Clip,
        fields="interlaced",
        families=("yuv", "gray"),
        depths=("8", "10", "12", "14", "16"),
        chroma=("420", "422", "444"),
    )
    out = gives(Clip)

    preset: Annotated[Preset, param("Quality against speed")] = Preset.GOOD
    rate: Annotated[QtgmcRate, param("One frame per field, or one per pair of fields")] = QtgmcRate.DOUBLE
    motion_blur: Annotated[bool, param("At single rate: blur along the motion as a film camera's shutter would")] = (
        False
    )
    sharpness: Annotated[
        float,
        param(
            "Added to the preset's own sharpening, which is 1 in the classic presets and 0 in ours and in Draft",
            low=-1, high=2, step=0.1,
        ),
    ] = 0.0  # fmt: skip
    source_match: Annotated[SourceMatch, param("Pull the result back to what the fields really hold")] = (
        SourceMatch.PRESET
    )
    lossless: Annotated[Lossless, param("Put the tape's own lines into the result")] = Lossless.PRESET
    grain: Annotated[Grain, param("What becomes of grain and noise")] = Grain.PRESET
    grain_restore: Annotated[
        float,
        param("With kept grain: the share put back before the final smooth", low=0, high=1, step=0.05, advanced=True),
    ] = 0.3
    noise_restore: Annotated[
        float, param("With kept grain: the share put back at the very end", low=0, high=1, step=0.05, advanced=True)
    ] = 0.1
    basic_thsad: Annotated[
        int,
        param(
            "How different a block may look and still help against shimmer; 0 is the preset's own, 640",
            low=0, high=3000, step=20, advanced=True,
        ),
    ] = 0  # fmt: skip
    final_thsad: Annotated[
        int,
        param(
            "The same for the final smooth, which calms noise; 0 is the preset's own, 400 in ours, 256 in the classic",
            low=0, high=3000, step=20, advanced=True,
        ),
    ] = 0  # fmt: skip

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        times = 2 if self.rate is QtgmcRate.DOUBLE else 1
        return replace(clip, fields=Fields.PROGRESSIVE, fps=clip.fps * times, frames=clip.frames * times)

    def settings(self) -> QtgmcSettings:
        """The preset's numbers with this node's own over them."""
        own = {**CLASSIC, **LADDER}[self.preset.value]
        if self.source_match is not SourceMatch.PRESET:
            own = replace(own, source_match=_MATCHES[self.source_match])
            if self.source_match is not SourceMatch.NONE and self.preset.value in CLASSIC:
                # as the classic script does: matching brings sharpness of its own, and wants a final smooth
                own = replace(own, sharpness=0.2 * (own.sharpness > 0), limit_radius=0, final_tr=max(1, own.final_tr))
        if own.source_match != "none":
            own = replace(own, basic_tr=max(1, own.basic_tr))  # what is matched is the error of that smooth
        if self.lossless is not Lossless.PRESET:
            own = replace(own, lossless=_PLACES[self.lossless])
        if self.sharpness:
            sharpness = max(0.0, own.sharpness + self.sharpness)
            own = replace(own, sharpness=sharpness, limit_radius=max(own.limit_radius, int(sharpness > 0)))
        match self.grain:
            case Grain.SMOOTH:
                own = replace(own, keep_noise=False)
            case Grain.KEEP:
                own = replace(
                    own,
                    keep_noise=True,
                    basic_noise_restore=self.grain_restore,
                    final_noise_restore=self.noise_restore,
                )
            case Grain.PRESET:
                pass
        return replace(
            own,
            basic_thsad=self.basic_thsad or own.basic_thsad,
            final_thsad=self.final_thsad or own.final_thsad,
        )

    def build(self, script: Script, clip: Ref) -> Ref:
        single = self.rate is QtgmcRate.SINGLE
        blur = {}
        if single:
            # half the frames with the fields' own 180° need 90°, unless the blur of a whole 180° is wished for
            angle = 180 if self.motion_blur else 90
            blur = {"motion_blur_fps_divisor": 2, "motion_blur_shutter_angle": (180, angle)}
        settings, sar = self.settings(), clip.info.sar
        full = _call(script, settings, blur).deinterlace(clip, tff=clip.info.fields is Fields.TFF)
        if settings.basic_bobber.kind != "catrom":
            return full
        # this one scales separated fields and leaves them the pixel shape of half a picture
        return full.std.SetFrameProps(_SARNum=sar.numerator, _SARDen=sar.denominator)

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        double = self.rate is QtgmcRate.DOUBLE
        return clip.bwdif.Bwdif(field=2 * double + (clip.info.fields is Fields.TFF))


def _call(script: Script, s: QtgmcSettings, more: dict[str, object]) -> Ref:
    """`QTempGaussMC(…)` with every argument written out."""
    qtgmc = script.use("vsdeinterlace", "QTempGaussMC")
    preset = script.use("vsdenoise", "MVToolsPreset")
    search = script.use("vsdenoise", "SearchMode")
    penalty = script.use("vsdenoise", "PenaltyMode")
    if s.keep_noise:
        more = {
            "denoise_mode": qtgmc.NoiseProcessMode.IDENTIFY,
            "denoise_func": script.use("vsdenoise", "DFTTest")(sigma=s.denoise_sigma, planes=[0]),
            "denoise_tr": s.denoise_tr,
            "denoise_mc_denoise": False,
            "denoise_deint": qtgmc.NoiseDeintMode.WEAVE,
            "denoise_stabilize": False,
            "basic_noise_restore": s.basic_noise_restore,
            "final_noise_restore": s.final_noise_restore,
            **more,
        }
    if s.source_match_bobber:
        more = {"source_match_bobber": _interpolator(script, s.source_match_bobber), **more}
    postprocess = "GAUSSBLUR_EDGESOFTEN" if s.prefilter_postprocess == "gaussblur_edgesoften" else "GAUSSBLUR"
    back_blend = "PRELIMIT" if s.back_blend == "none" else s.back_blend.upper()
    return qtgmc(
        prefilter_tr=s.prefilter_tr,
        prefilter_sc_threshold=s.prefilter_sc_threshold,
        prefilter_postprocess=getattr(qtgmc.SearchPostProcess, postprocess),
        prefilter_strength=False if s.prefilter_postprocess == "none" else s.prefilter_blur,
        prefilter_range_expansion_args={"slope": s.prefilter_slope},
        prefilter_mask_shimmer_args={"erosion_distance": s.prefilter_erosion},
        analyze_preset=preset(
            pel=s.analyze_pel,
            pad=s.analyze_blksize,
            chroma=s.analyze_chroma,
            analyze_args={
                "blksize": s.analyze_blksize,
                "overlap_div": s.analyze_overlap,
                "search": getattr(search, s.analyze_search.upper()),
                "searchparam": s.analyze_searchparam,
                "pelsearch": s.analyze_pelsearch,
                "mvlambda": s.analyze_mvlambda,
                "lsad": s.analyze_lsad,
                "pnew": s.analyze_pnew,
                "plevel": penalty.NONE,
                "globalmv": s.analyze_globalmv,
            },
        ),
        analyze_blksize=s.analyze_blksize,
        analyze_overlap=s.analyze_overlap,
        analyze_refine=s.analyze_refine,
        analyze_thscd=s.analyze_thscd,
        basic_tr=s.basic_tr,
        basic_thsad=s.basic_thsad,
        basic_bobber=_interpolator(script, s.basic_bobber),
        basic_mask_shimmer_args={"erosion_distance": s.basic_erosion},
        source_match_mode=getattr(qtgmc.SourceMatchMode, s.source_match.upper()),
        source_match_tr=s.source_match_tr,
        source_match_similarity=s.source_match_similarity,
        source_match_enhance=s.source_match_enhance,
        lossless_mode=getattr(qtgmc.LosslessMode, s.lossless.upper()),
        sharpen_mode=qtgmc.SharpenMode.UNSHARP_MINMAX,
        sharpen_strength=sharpening(s),
        sharpen_clamp=s.sharpen_clamp,
        back_blend_mode=getattr(qtgmc.BackBlendMode, back_blend),
        back_blend_sigma=0.0 if s.back_blend == "none" else s.back_blend_sigma,
        final_tr=s.final_tr,
        final_thsad=s.final_thsad,
        final_mask_shimmer_args={"erosion_distance": s.final_erosion},
        **more,
        # chained, because the constructor hands `sharpen_limit_…` to `.sharpen()` (vsjetpack 2.2.6)
    ).sharpen_limit(mode=qtgmc.SharpenLimitMode.TEMPORAL_PRESMOOTH, radius=s.limit_radius)


def _interpolator(script: Script, of: Interpolator) -> Ref:
    if of.kind == "catrom":
        return script.use("vskernels", "Catrom")()
    if of.kind == "bwdif":
        return script.use("vsaa", "BWDIF")()
    nnedi3 = script.use("vsaa", "NNEDI3")(nsize=of.nsize, nns=of.nns, qual=of.qual, pscrn=of.pscrn)
    return nnedi3 if of.kind == "nnedi3" else script.use("vsaa", "BWDIF")(edeint=nnedi3)
