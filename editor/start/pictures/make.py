"""Makes the pictures of the preset gallery: the bundled tape run through each preset, before and after on a diagonal.

.venv/bin/python editor/start/pictures/make.py [PRESET …]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TAPE = ROOT / "graphs/demo/tape.mkv"
SIZE = (472, 266)
VIEWS = {
    "vhs-pal": (26, 0.32, 0.45, 1.7),
    "vhs-ntsc": (100, 0.36, 0.20, 1.5),
    "hi8": (62, 0.34, 0.22, 1.5),
    "dv-pal": (112, 0.28, 0.20, 1.6),
    "dv-ntsc": (44, 0.34, 0.20, 1.9),
    "telecine": (88, 0.40, 0.25, 1.15),
    "gentle": (74, 0.56, 0.40, 2.4),
    "archive-only": (12, 0.50, 0.45, 1.0),
    "fast-preview": (54, 0.36, 0.22, 1.3),
}
"""Of the tape: a frame, the middle of the part that is shown (shares of the picture), how near it is."""
RATES = {"archive-only": 1, "telecine": 0.8, "fast-preview": 1}
"""Frames out for each frame in, where it is not two."""


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        for name in names or VIEWS:
            frame = VIEWS[name][0]
            before = shot(name, ["--node", "source1", "--frame", str(frame)], Path(place) / f"{name}-before.png")
            after = shot(name, ["--frame", str(round(frame * RATES.get(name, 2)))], Path(place) / f"{name}-after.png")
            joined(before, after, whole=name == "archive-only").save(HERE / f"{name}.jpg", quality=84, optimize=True)
            print(HERE / f"{name}.jpg", flush=True)


def shot(name: str, which: list[str], file: Path) -> Image.Image:
    command = [sys.executable, str(ROOT / "launch.py"), "frame", name, "-i", str(TAPE), *which, "-o", str(file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with Image.open(file) as picture:
        return fitted(picture.convert("RGB"), *VIEWS[name][1:])


def fitted(picture: Image.Image, across: float, down: float, nearer: float) -> Image.Image:
    """A part of a picture in the card's shape, without the edges of the tape."""
    wide, tall = picture.size
    width = wide * 0.92 / nearer
    height = width * SIZE[1] / SIZE[0]
    left = min(max(wide * 0.04, wide * across - width / 2), wide * 0.96 - width)
    top = min(max(0.0, tall * down - height / 2), tall * 0.96 - height)
    part = (round(left), round(top), round(left + width), round(top + height))
    return picture.crop(part).resize(SIZE, Image.Resampling.LANCZOS)


def joined(before: Image.Image, after: Image.Image, *, whole: bool) -> Image.Image:
    """The tape at the left of a slanting line, the result at its right."""
    if whole:
        return after
    wide, tall = SIZE
    top, bottom = wide * 0.58, wide * 0.42
    scale = 4  # drawn large and made small: a smooth edge
    mask = Image.new("L", (wide * scale, tall * scale), 0)
    corners = [(top * scale, 0), (wide * scale, 0), (wide * scale, tall * scale), (bottom * scale, tall * scale)]
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    made = Image.composite(after, before, mask.resize(SIZE, Image.Resampling.LANCZOS))
    line = Image.new("L", (wide * scale, tall * scale), 0)
    ImageDraw.Draw(line).line([(top * scale, 0), (bottom * scale, tall * scale)], fill=235, width=2 * scale)
    made.paste((255, 255, 255), mask=line.resize(SIZE, Image.Resampling.LANCZOS))
    return made


if __name__ == "__main__":
    main(sys.argv[1:])
