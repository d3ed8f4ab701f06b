"""Scores a model against what a user would otherwise take: `python -m training.evaluate PICTURES MODEL.onnx`.

Only pictures that were never trained on, degraded anew by seed: a full worn tape, a light one, and clean ones of half
the size. Each gets its scores, the best BM3D for each level is looked for, and a table is printed. `--crops FOLDER`
keeps pictures of the same detail side by side, to be looked at: numbers do not see everything.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image
from torch import Generator, Tensor

from training.degrade import degrade, rounded, small, worn
from training.rivals import PLAIN, Picture, Rival, denoisers
from training.scores import HEADINGS, Scores, mean, row, scores

SHARP = (640, 512)
"""Width and height of what is compared."""
LEVELS = {"worn tape": 1.0, "light tape": 0.3, "clean": None}
TAPES = 2
"""Of each level for each picture."""
SEED = 77


def model(path: Path) -> Rival:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(picture: Picture) -> Picture:
        made = session.run(None, {name: np.ascontiguousarray(picture.transpose(2, 0, 1)[None])})[0]
        return np.asarray(made[0].transpose(1, 2, 0), np.float32).clip(0, 1)

    return run


def held_out(folder: Path) -> Iterator[tuple[str, Tensor]]:
    """The middle of each picture, 1×3×512×640; of large ones at half size, where a camera's pixels are sharp."""
    for path in sorted((folder / "held-out").glob("*.png")):
        picture = Image.open(path).convert("RGB")
        if min(picture.width / SHARP[0], picture.height / SHARP[1]) >= 2:
            picture = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)
        width, height = (min(have, want) // 16 * 16 for have, want in zip(picture.size, SHARP, strict=True))
        left, top = (picture.width - width) // 2, (picture.height - height) // 2
        part = np.asarray(picture.crop((left, top, left + width, top + height)))
        yield path.stem, torch.from_numpy(part.copy()).permute(2, 0, 1)[None].float() / 255


def tapes(folder: Path, level: float | None) -> Iterator[tuple[str, Tensor, Tensor]]:
    """A name, the sharp picture, and what there is of it."""
    for place, (name, sharp) in enumerate(held_out(folder)):
        if level is None:
            yield name, sharp, rounded(small(sharp))
            continue
        for tape in range(TAPES):
            generator = Generator().manual_seed(SEED + 1000 * place + tape)
            yield f"{name}-{tape}", sharp, degrade(sharp, worn(generator, level), generator)


def array(picture: Tensor) -> Picture:
    return np.ascontiguousarray(picture[0].permute(1, 2, 0).numpy())


def tensor(picture: Picture) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None]


def compare(
    folder: Path, ours: Rival, level: float | None, several: dict[float, Rival], crops: Path | None, title: str
) -> dict[str, Scores]:
    """The mean scores of each way of enlarging; of `several` denoisers, of the best."""
    found: dict[str, list[Scores]] = {}
    for name, sharp, soft in tapes(folder, level):
        made = {way: run(array(soft)) for way, run in PLAIN.items()}
        made |= {f"BM3D {sigma:g} + NNEDI3": run(array(soft)) for sigma, run in several.items()}
        made["ours"] = ours(array(soft))
        for way, picture in made.items():
            found.setdefault(way, []).append(scores(tensor(picture), sharp))
        if crops:
            shown = [made["Lanczos"], made["NNEDI3"], *([made["BM3D 6 + NNEDI3"]] if several else []), made["ours"]]
            save([*shown, array(sharp)], crops / f"{title.replace(' ', '-')}-{name}.png")
    told = {way: mean(each) for way, each in found.items()}
    best = max((way for way in told if way.startswith("BM3D")), key=lambda way: told[way].psnr, default="")
    return {way: each for way, each in told.items() if not way.startswith("BM3D") or way == best}


def save(pictures: list[Picture], path: Path) -> None:
    """Side by side: the middle of each."""
    height, width, _ = pictures[0].shape
    top, left = (height - 256) // 2, (width - 320) // 2
    parts = [picture[max(top, 0) : max(top, 0) + 256, max(left, 0) : max(left, 0) + 320] for picture in pictures]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((np.concatenate(parts, 1) * 255).round().astype(np.uint8)).save(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--crops", type=Path, metavar="FOLDER")
    parser.add_argument("--quick", action="store_true", help="without BM3D, which takes most of the time")
    args = parser.parse_args()
    torch.set_num_threads(1)
    ours = model(args.model)
    for title, level in LEVELS.items():
        several = {} if args.quick or level is None else denoisers()
        print(f"\n{title}\n| | " + " | ".join(HEADINGS) + " |\n" + "|---" * (len(HEADINGS) + 1) + "|")
        for way, found in compare(args.pictures, ours, level, several, args.crops, title).items():
            print(row(way, found), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
