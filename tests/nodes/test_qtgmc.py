"""Every QTGMC preset says what its table says, and runs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from benchmarks.contestants import qtgmc
from nodes.clip import Fields, PixelFormat
from nodes.library.field._qtgmc_settings import CLASSIC, LADDER
from nodes.library.field.qtgmc import Grain, Lossless, Preset, Qtgmc, QtgmcRate, SourceMatch
from runtime.emit import write
from tests.nodes import harness
from tests.nodes.harness import PAL

SMALL = replace(PAL, width=192, height=128, frames=8)


def script(node: Qtgmc) -> str:
    outputs, _ = harness.built(node, {"clip": PAL})
    return "\n".join(write("node", outputs, {("clip", "out"): "clip"}).lines)


def test_every_setting_has_a_preset_and_every_preset_settings() -> None:
    assert {preset.value for preset in Preset} == {**CLASSIC, **LADDER}.keys()


@pytest.mark.parametrize("preset", Preset)
def test_every_preset_runs(preset: Preset) -> None:
    node = Qtgmc(preset=preset)
    clip = harness.run_on(node, SMALL)
    assert harness.differences(clip, node.forecast(SMALL)) == []
    assert clip.num_frames == 16
    for number in range(8):
        clip.get_frame(number).close()


def test_medium_is_the_classic_medium() -> None:
    text = script(Qtgmc(preset=Preset.MEDIUM))
    for said in (
        "prefilter_tr=2,",
        "prefilter_mask_shimmer_args={'erosion_distance': 3}",
        "basic_tr=1,",
        "basic_bobber=NNEDI3(nsize=5, nns=1, qual=1, pscrn=2)",
        "sharpen_strength=1.2,",  # 2 × (.2 + .15 × TR1 + .25 × TR2), both 1
        "final_tr=1,",
        ".deinterlace(clip, tff=True)",
    ):
        assert said in text
    assert "SourceMatchMode.NONE" in text
    assert "denoise" not in text


# havsfunc's table, column by column, read down:
#           TR0 TR1 TR2 Rep0 Rep2 NNSize NNeurons SLRad Sbb PP pel block overlap search param pelsearch chroma precise
HAVSFUNC = {
    "placebo": (2, 2, 3, 4, 4, 1, 2, 3, 3, 3, 2, 16, 8, 5, 2, 2, True, True),
    "very-slow": (2, 2, 2, 4, 4, 1, 2, 1, 1, 3, 2, 16, 8, 4, 2, 2, True, True),
    "slow": (2, 1, 1, 4, 4, 1, 1, 1, 0, 3, 2, 16, 8, 4, 2, 2, False, False),
    "medium": (2, 1, 1, 3, 4, 5, 1, 1, 0, 3, 1, 16, 8, 4, 2, 1, False, False),
    "fast": (2, 1, 0, 3, 4, 5, 0, 1, 0, 2, 1, 16, 8, 4, 2, 1, False, False),
    "very-fast": (1, 1, 0, 0, 4, 4, 0, 1, 0, 2, 1, 32, 8, 4, 1, 1, False, False),
    "draft": (0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 32, 8, 0, 1, 1, False, False),
}


@pytest.mark.parametrize("preset", HAVSFUNC)
def test_classic_presets_are_havsfuncs(preset: str) -> None:
    s = CLASSIC[preset]
    blends = ("none", "prelimit", "postlimit", "both")
    assert HAVSFUNC[preset] == (
        s.prefilter_tr, s.basic_tr, s.final_tr, s.prefilter_erosion, s.final_erosion,
        s.basic_bobber.nsize, s.basic_bobber.nns, s.limit_radius, blends.index(s.back_blend),
        {"none": 0, "gaussblur": 2, "gaussblur_edgesoften": 3}[s.prefilter_postprocess],
        s.analyze_pel, s.analyze_blksize, s.analyze_blksize // s.analyze_overlap,
        {"diamond": 0, "hexagon": 4, "umh": 5}[s.analyze_search],
        s.analyze_searchparam, s.analyze_pelsearch, s.analyze_chroma, s.sharpen_clamp == 1,
    )  # fmt: skip
    assert s.basic_bobber.kind == ("catrom" if preset == "draft" else "nnedi3")
    assert s.keep_noise == (preset in ("placebo", "very-slow"))
    assert s.sharpness == (preset != "draft")
    assert (s.basic_thsad, s.final_thsad, s.analyze_thscd) == (640, 256, (180, 38.5))
    assert (s.source_match, s.lossless, s.prefilter_slope) == ("none", "none", 1.0)


def test_the_script_makes_the_same_frames_as_the_benchmarks_own_call() -> None:
    source = harness.picture(SMALL)
    for name, settings in (("good", LADDER["good"]), ("very-slow", CLASSIC["very-slow"])):
        ours = harness.run(Qtgmc(preset=Preset(name)), {"clip": (SMALL, source)})["out"]
        benchmark = qtgmc(settings).deinterlace(source)
        with ours.get_frame(7) as a, benchmark.get_frame(7) as b:
            assert [bytes(plane) for plane in a] == [bytes(plane) for plane in b]


def test_what_is_set_against_a_preset_wins() -> None:
    assert "sharpen_strength=0.6," in script(Qtgmc(preset=Preset.MEDIUM, sharpness=-0.5))
    assert "IDENTIFY" in script(Qtgmc(preset=Preset.MEDIUM, grain=Grain.KEEP))
    assert "denoise" not in script(Qtgmc(preset=Preset.VERY_SLOW, grain=Grain.SMOOTH))
    assert "TWICE_REFINED" in script(Qtgmc(source_match=SourceMatch.TWICE_REFINED))
    assert "LosslessMode.PRESHARPEN" in script(Qtgmc(lossless=Lossless.BEFORE))
    assert "final_thsad=500," in script(Qtgmc(final_thsad=500))


@pytest.mark.parametrize("preset", [Preset.FAST, Preset.QUICK, Preset.DRAFT])
@pytest.mark.parametrize("options", [{"source_match": SourceMatch.REFINED}, {"lossless": Lossless.AFTER}])
def test_matching_the_source_runs(preset: Preset, options: dict[str, object]) -> None:
    clip = harness.run_on(Qtgmc(preset=preset, **options), SMALL)
    clip.get_frame(5).close()


def test_single_rate_keeps_the_tapes_own_rate() -> None:
    node = Qtgmc(preset=Preset.VERY_FAST, rate=QtgmcRate.SINGLE)
    info = replace(SMALL, fields=Fields.BFF, fps=Fraction(30000, 1001), format=PixelFormat.parse("YUV420P8"))
    clip = harness.run_on(node, info)
    assert harness.differences(clip, node.forecast(info)) == []
    clip.get_frame(3).close()


def test_lossless_puts_the_lines_of_the_tape_back() -> None:
    source = harness.picture(SMALL)
    clip = harness.run(Qtgmc(lossless=Lossless.AFTER, preset=Preset.FAST), {"clip": (SMALL, source)})["out"]
    with source.get_frame(2) as was, clip.get_frame(4) as now:
        width = SMALL.width
        before, after = bytes(was[0]), bytes(now[0])
    for line in range(0, 128, 2):  # top field first: the first frame of a pair holds the top lines
        assert after[line * width : (line + 1) * width] == before[line * width : (line + 1) * width]
