"""A tape that was worn by other code than what the net learned from: `python -m training.demo_tape MODEL.onnx`.

graphs/demo/tape.mkv is Big Buck Bunny worn by benchmarks/make_demo.py, interlaced and coded as H.264; the film itself
lies in tests/media. Deinterlaced by Bwdif, or as CLIP (whole frames at 50 a second, such as the demo graph renders),
some frames are enlarged and compared with the film at its own 960×720. Levels and colours are fitted first: no
upscaler is asked to mend those, and all get the same chance. The film was not trained on.
"""

from __future__ import annotations

import argparse
import subprocess
from functools import partial
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import torch
import vapoursynth as vs
from vapoursynth import core

from training.evaluate import model, save, tensor
from training.rivals import PLAIN, SIGMAS, Picture, Rival, bm3d_nnedi3, clip_of, picture_of
from training.scores import HEADINGS, Scores, mean, row, scores

ROOT = Path(__file__).parent.parent
TAPE = ROOT / "graphs" / "demo" / "tape.mkv"
FILM = ROOT / "tests" / "media" / "bigbuckbunny_1280x720_25p.mp4"
FRAMES = (10, 35, 60, 85)
"""Of the film: each second one of the tape's 50 pictures a second shows the same moment."""
SHOWN = 960, 720
HEAD_SWITCH = 24
"""Lines at the foot of the film's frame that no tape shows."""


def tape(path: Path) -> vs.VideoNode:
    """Whole frames in RGB."""
    clip = core.lsmas.LWLibavSource(str(path), cache=0)
    if path == TAPE:
        clip = core.bwdif.Bwdif(core.std.SetFieldBased(clip, vs.FIELD_TOP), field=3)
    return clip.resize.Bicubic(format=vs.RGBS, matrix_in=vs.MATRIX_BT470_BG)


def film(frame: int) -> Picture:
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(FILM),
         "-vf", rf"select=eq(n\,{frame}),crop=960:720,format=gbrp", "-frames:v", "1", "-f", "rawvideo", "-"],
        check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    green, blue, red = np.frombuffer(done.stdout, np.uint8).reshape(3, 720, 960)
    return (np.stack([red, green, blue], 2) / 255).astype(np.float32)


def shown(picture: Picture) -> Picture:
    return picture_of(clip_of(picture).resize.Spline36(*SHOWN))


def fitted(made: Picture, wanted: Picture) -> Picture:
    """`made` with the colours that come closest: each of `wanted`'s as a sum of `made`'s and a constant."""
    known = np.concatenate([made.reshape(-1, 3), np.ones((made[..., 0].size, 1), np.float32)], 1)
    mixed, *_ = np.linalg.lstsq(known, wanted.reshape(-1, 3), rcond=None)
    return np.asarray((known @ mixed).reshape(made.shape), np.float32).clip(0, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--clip", type=Path, default=TAPE, help="instead of the tape as it came")
    parser.add_argument("--crops", type=Path, metavar="FOLDER")
    parser.add_argument("--quick", action="store_true", help="without BM3D, which takes most of the time")
    args = parser.parse_args()
    torch.set_num_threads(1)
    clip = tape(args.clip)
    ways: dict[str, Rival] = {**PLAIN}
    if not args.quick:
        ways |= {f"BM3D {each:g} + NNEDI3": partial(bm3d_nnedi3, each) for each in SIGMAS}
    ways["ours"] = model(args.model)
    found: dict[str, list[Scores]] = {}
    for frame in FRAMES:
        wanted, soft = film(frame), picture_of(clip, 2 * frame)
        made = {way: fitted(shown(run(soft)), wanted) for way, run in ways.items()}
        for way, picture in made.items():
            found.setdefault(way, []).append(scores(tensor(picture[:-HEAD_SWITCH]), tensor(wanted[:-HEAD_SWITCH])))
        if args.crops:
            few = [made[way] for way in ("Lanczos", "NNEDI3", "BM3D 6 + NNEDI3", "ours") if way in made]
            save([*few, wanted], args.crops / f"{args.clip.stem}-{frame}.png")
    print("| | " + " | ".join(HEADINGS) + " |\n" + "|---" * (len(HEADINGS) + 1) + "|")
    for way, several in found.items():
        print(row(way, mean(several)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
