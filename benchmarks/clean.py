"""Measures the cleaning nodes on clips whose truth is known: dB gained, harm to a clean picture, CPU time.

    python benchmarks/clean.py            # about 3 CPU minutes
    python benchmarks/clean.py --quick    # one clip

Prints Markdown; docs/decisions/clean.md holds the last run. Deterministic but for the CPU time.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import vapoursynth as vs

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import truth as material  # noqa: E402

from nodes.api import ClipInfo, Fields, Matrix, Node, PixelFormat  # noqa: E402
from nodes.library.clean.bm3d import Bm3d  # noqa: E402
from nodes.library.clean.chroma_noise import ChromaNoise, Method  # noqa: E402
from nodes.library.clean.degrain import Degrain  # noqa: E402
from nodes.library.clean.dfttest import DftTest  # noqa: E402
from nodes.library.clean.dot_crawl import DotCrawl, Evidence  # noqa: E402
from nodes.library.clean.nlmeans import NonLocalMeans  # noqa: E402
from nodes.library.clean.rainbow import Rainbow  # noqa: E402
from nodes.library.clean.temporal_median import TemporalMedian  # noqa: E402
from nodes.library.clean.temporal_smooth import TemporalSmooth  # noqa: E402
from tests.nodes import harness  # noqa: E402
from tests.nodes.scene import likeness  # noqa: E402
from tests.nodes.test_clean import crawl, raw_composite  # noqa: E402

core = vs.core
LENGTH = 12

DENOISERS: dict[str, Node] = {
    "Degrain": Degrain(),
    "Degrain, precise, 3 frames": Degrain(precise=True, frames=3, strength=400, chroma_strength=500),
    "DFTTest": DftTest(),
    "DFTTest, strong": DftTest(strength=64, chroma_strength=128),
    "NLMeans": NonLocalMeans(),
    "BM3D": Bm3d(),
    "BM3D, strong": Bm3d(strength=8, chroma_strength=8),
    "Temporal median": TemporalMedian(),
    "Temporal smooth": TemporalSmooth(),
    "Chroma noise, frequency": ChromaNoise(),
    "Chroma noise, still": ChromaNoise(method=Method.STILL),
    "Chroma noise, CCD": ChromaNoise(method=Method.CCD),
}


def clip_of(frames: list[material.Frame], made: material.Truth, fields: Fields) -> tuple[ClipInfo, vs.VideoNode]:
    height, width = frames[0][0].shape
    fps = Fraction(*made.fps) / (2 if fields.interlaced else 1)
    pixel = PixelFormat.parse("YUV422P8" if made.chroma == "422" else "YUV420P8")
    matrix = Matrix.BT470BG if height == 576 else Matrix.SMPTE170M
    info = replace(harness.PAL, width=width, height=height, fps=fps, frames=len(frames), format=pixel)
    info = replace(info, fields=fields, matrix=matrix)
    base = core.std.BlankClip(
        width=width, height=height, format=getattr(vs, pixel.name), length=len(frames),
        fpsnum=fps.numerator, fpsden=fps.denominator, keep=True,
    )  # fmt: skip

    def paint(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        out = f.copy()
        for plane, values in enumerate(frames[n]):
            np.copyto(np.asarray(out[plane]), values)
        return out

    return info, harness.mark(base.std.ModifyFrame(base, paint), info)


def cleaned(node: Node, info: ClipInfo, clip: vs.VideoNode) -> vs.VideoNode:
    return harness.run(node, {"clip": (info, clip)})["out"]


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def denoise(made: material.Truth) -> Iterator[tuple[str, list[float], list[float], float]]:
    """Node, dB gained by plane, dB of the clean picture after it, CPU ms a frame."""
    info, clean = clip_of(material.band_limit(made.frames), made, Fields.PROGRESSIVE)
    _, bad = clip_of(material.tape(made.frames, made.luma_noise, 1), made, Fields.PROGRESSIVE)
    before = likeness(bad, clean)
    for name, node in DENOISERS.items():
        out = cleaned(node, info, bad)
        start = cpu_s()
        after = likeness(out, clean)
        ms = (cpu_s() - start) * 1000 / (LENGTH - 4)
        yield name, [b - a for a, b in zip(before, after, strict=True)], likeness(cleaned(node, info, clean), clean), ms


def composite(made: material.Truth) -> Iterator[str]:
    fields = Fields.TFF if made.tff else Fields.BFF
    info, clean = clip_of(material.interlace(made.frames, made.tff), made, fields)
    standard = "pal" if info.height == 576 else "ntsc"
    info, clean = replace(info, format=PixelFormat.parse("YUV422P8")), clean.resize.Bicubic(format=vs.YUV422P8)
    dots = raw_composite(clean, standard)
    deep = replace(info, format=PixelFormat.parse("YUV422P16"))
    for late in (0, 1, 2):
        at = replace(deep, frames=info.frames - late)
        outs = {f"Dot crawl, {each.value}": cleaned(DotCrawl(evidence=each), at, dots[late:]) for each in Evidence}
        restored = core.composite.Restore(dots[late:], standard=standard, refine=0)
        outs["composite.Restore"] = restored.resize.Bicubic(format=vs.YUV422P16)
        for name, out in {"input": dots[late:], **outs}.items():
            score = f"{likeness(out, clean[late:])[0]:.1f} | {crawl(out, clean[late:]):.0f}"
            yield f"| {made.name}, from frame {late} | {name} | {score} |"
    wave = core.composite.Encode(clean, standard=standard)
    bad = core.composite.Decode(wave, standard=standard, width=720, dimensions=1)
    bad = bad.std.CopyFrameProps(clean).resize.Bicubic(format=vs.YUV422P8, dither_type="none")
    for late in (0, 1):
        out = cleaned(Rainbow(), replace(info, frames=info.frames - late), bad[late:])
        pair = [likeness(each, clean[late:]) for each in (bad[late:], out)]
        text = " → ".join(f"{u:.1f}/{v:.1f}" for _, u, v in pair)
        yield f"| {made.name}, from frame {late} | Rainbow, U/V | {text} | |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--quick", action="store_true")
    names = ["bunny 50p"] if options.parse_args().quick else ["bunny 50p", "street pan 50p", "brushes 59.94p"]
    print("| clip | node | Y | U | V | clean Y | CPU ms |\n|---|---|---|---|---|---|---|")
    for made in material.truths(LENGTH, set(names)):
        for name, gain, kept, ms in denoise(made):
            print(
                f"| {made.name} | {name} | " + " | ".join(f"{g:+.1f}" for g in gain) + f" | {kept[0]:.1f} | {ms:.0f} |"
            )
    print("\n| clip | node | PSNR-Y | crawl |\n|---|---|---|---|")
    for made in material.truths(2 * LENGTH, set(names) - {"street pan 50p"}):
        for line in composite(made):
            print(line)


if __name__ == "__main__":
    main()
