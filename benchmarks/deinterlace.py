"""Measures every deinterlacer against progressive clips that are known: PSNR, SSIM, CPU time.

    python benchmarks/deinterlace.py                 # all of it, about 6 CPU minutes
    python benchmarks/deinterlace.py --quick         # three clips, no Very Slow or Placebo, about 1
    python benchmarks/deinterlace.py --json out.json # every number, also per clip

Prints Markdown; docs/deinterlacing.md holds the last full run. Deterministic but for the CPU time.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import vapoursynth as vs

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import truth as material  # noqa: E402
from contestants import contestants  # noqa: E402
from quality import Quality, compare  # noqa: E402

core = vs.core

EDGE = 4  # frames left out of the score at each end: temporal filters have no neighbours there
Deinterlacer = Callable[[vs.VideoNode], vs.VideoNode]


@dataclass(frozen=True)
class Result:
    contestant: str
    clip: str
    tape: bool
    cpu_ms: float  # per frame that comes out
    quality: Quality  # against the clean, full-band progressive truth
    in_band: Quality | None  # tape only: against the truth after the tape's band limit, no noise


def play(frames: Sequence[material.Frame], fps: tuple[int, int], chroma: str, field_based: int) -> vs.VideoNode:
    """The frames as a clip that costs nothing to read: all are put in the cache now."""
    height, width = frames[0][0].shape
    blank = core.std.BlankClip(
        format=vs.YUV420P8 if chroma == "420" else vs.YUV422P8,
        width=width, height=height, length=len(frames), fpsnum=fps[0], fpsden=fps[1],
    )  # fmt: skip

    def fill(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        out = f.copy()
        for plane, values in enumerate(frames[n]):
            np.copyto(np.asarray(out[plane]), values)
        return out

    clip = blank.std.ModifyFrame(blank, fill).std.SetFrameProps(
        _FieldBased=field_based, _Matrix=6 if height == 480 else 5, _Primaries=6 if height == 480 else 5,
        _Transfer=6, _Range=0, _ChromaLocation=0,
    )  # fmt: skip
    clip.std.SetVideoCache(mode=1, fixedsize=1, maxsize=len(frames), maxhistory=0)
    for n in range(len(frames)):
        clip.get_frame(n).close()
    return clip


def still(frames: Sequence[vs.VideoFrame]) -> vs.VideoNode:
    """Frames that were already made, as a clip again."""
    blank = core.std.BlankClip(
        format=frames[0].format.id, width=frames[0].width, height=frames[0].height, length=len(frames)
    )
    return blank.std.ModifyFrame(blank, lambda n, f: frames[n])  # noqa: ARG005


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(
    deinterlace: Deinterlacer, interlaced: vs.VideoNode, truths: Iterable[vs.VideoNode]
) -> tuple[float, list[Quality]]:
    made = deinterlace(interlaced)
    begun = cpu_s()
    frames = list(made.frames())
    spent = cpu_s() - begun
    got = still(frames)
    if made.format.id != interlaced.format.id:
        got = got.resize.Point(format=interlaced.format.id, dither_type="none")
    scores = [compare(got[EDGE:-EDGE], t[EDGE:-EDGE]) for t in truths]
    return spent / len(frames) * 1000, scores


def run(
    deinterlacers: dict[str, Deinterlacer], clips: set[str] | None, frames: int, say: Callable[[str], None]
) -> list[Result]:
    results: list[Result] = []
    for key, clip in enumerate(material.truths(frames, clips)):
        half = (clip.fps[0] // 2, clip.fps[1]) if clip.fps[0] % 2 == 0 else (clip.fps[0], clip.fps[1] * 2)
        order = 2 if clip.tff else 1
        known = play(clip.frames, clip.fps, clip.chroma, 0)
        in_band = play(material.band_limit(clip.frames), clip.fps, clip.chroma, 0)
        fields = material.interlace(clip.frames, clip.tff)
        for on_tape in (False, True):
            signal = material.tape(fields, clip.luma_noise, key) if on_tape else fields
            source = play(signal, half, clip.chroma, order)
            for name, deinterlacer in deinterlacers.items():
                against = [known, in_band] if on_tape else [known]
                cost, scores = measure(deinterlacer, source, against)
                results.append(Result(name, clip.name, on_tape, cost, scores[0], scores[1] if on_tape else None))
                q = scores[0]
                say(f"{clip.name:18} {'tape ' if on_tape else 'clean'} {name:22} {cost:7.1f} ms"
                    f"  Y {q.psnr_y:5.2f} dB {q.ssim_y:.4f}  UV {q.psnr_uv:5.2f} dB {q.ssim_uv:.4f}")  # fmt: skip
    return results


# ── what is printed ───────────────────────────────────────────────────────────────────────────


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def mean_quality(qualities: Sequence[Quality]) -> Quality:
    return Quality(*(fmean(values) for values in zip(*(asdict(q).values() for q in qualities), strict=True)))


def overview(results: Sequence[Result], tape: bool) -> str:
    rows = []
    for name in dict.fromkeys(r.contestant for r in results):
        mine = [r for r in results if r.contestant == name]
        of_kind = [r for r in mine if r.tape == tape]
        row = [name, f"{fmean(r.cpu_ms for r in mine):.1f}", *_cells(mean_quality([r.quality for r in of_kind]))]
        if tape:
            band = mean_quality([r.in_band for r in of_kind if r.in_band])
            row += [f"{band.psnr_y:.2f}", f"{band.ssim_y:.4f}"]
        rows.append(row)
    head = ["", "CPU ms", "PSNR Y", "SSIM Y", "steady Y", "PSNR UV", "SSIM UV"]
    return table([*head, "in band PSNR Y", "SSIM Y"] if tape else head, rows)


def _cells(q: Quality) -> list[str]:
    return [f"{q.psnr_y:.2f}", f"{q.ssim_y:.4f}", f"{q.steady_y:.2f}", f"{q.psnr_uv:.2f}", f"{q.ssim_uv:.4f}"]


def per_clip(results: Sequence[Result], tape: bool) -> str:
    clips = list(dict.fromkeys(r.clip for r in results))
    best = {
        (clip, of): max(getattr(r.quality, of) for r in results if r.clip == clip and r.tape == tape)
        for clip in clips
        for of in ("psnr_y", "ssim_y")
    }
    rows = []
    for name in dict.fromkeys(r.contestant for r in results):
        row = [name]
        for clip in clips:
            (q,) = [r.quality for r in results if (r.contestant, r.clip, r.tape) == (name, clip, tape)]
            psnr, ssim = f"{q.psnr_y:.2f}", f"{q.ssim_y:.4f}"
            row.append(
                ("**" + psnr + "**" if q.psnr_y == best[clip, "psnr_y"] else psnr)
                + " / "
                + ("**" + ssim + "**" if q.ssim_y == best[clip, "ssim_y"] else ssim)
            )
        rows.append(row)
    return table(["", *clips], rows)


QUICK_CLIPS = {"street pan 50p", "titles 50p", "layers 59.94p"}
QUICK_SKIPS = {"Very Slow", "Placebo"}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three clips, 20 frames, without the two slowest presets")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every number there")
    parser.add_argument("--frames", type=int, help="progressive frames of each clip (default 36; 20 with --quick)")
    parser.add_argument("--only", help="contestants to run, by name, comma between")
    args = parser.parse_args(argv)

    chosen = contestants()
    if args.quick:
        chosen = {name: d for name, d in chosen.items() if name not in QUICK_SKIPS}
    if args.only:
        chosen = {name: chosen[name] for name in args.only.split(",")}
    frames = args.frames or (20 if args.quick else 36)
    results = run(chosen, QUICK_CLIPS if args.quick else None, frames, lambda line: print(line, file=sys.stderr))

    clips = len({r.clip for r in results})
    print(f"{clips} clips, {frames - 2 * EDGE} frames of each; CPU ms per frame that comes out.")
    for tape in (True, False):
        print(f"\n## {'With tape noise' if tape else 'Clean'}\n\n{overview(results, tape)}")
        print(f"\nPSNR Y / SSIM Y clip by clip, the best in bold:\n\n{per_clip(results, tape)}")
    if args.json:
        args.json.write_text(json.dumps([asdict(r) for r in results], indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
