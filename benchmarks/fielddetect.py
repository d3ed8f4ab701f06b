"""Tries the field measurement on material whose structure is known, beside ffmpeg's idet.

    python benchmarks/fielddetect.py            # six clips, about 4 CPU minutes
    python benchmarks/fielddetect.py --quick    # two clips

Each clip of `truth.py` is made into every kind of field structure, clean and with two strengths of tape noise.
Prints Markdown: how many of each kind were told right, and each mistake. Deterministic.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import truth as material  # noqa: E402

from runtime.worker.fields import judge, look  # noqa: E402

Frames = npt.NDArray[np.uint8]
KINDS = ("tff", "bff", "progressive", "shifted tff", "shifted bff", "telecine tff", "telecine bff")
NOISE = (0, 4, 9)
"""Standard deviation of the luma noise, of 255, on top of a 3 MHz band limit; 0 is the clip as it is."""
FIELDS = 120


def weave(top: Frames, bottom: Frames) -> Frames:
    """The top lines of some frames with the bottom lines of others."""
    woven = top.copy()
    woven[:, 1::2] = bottom[:, 1::2]
    return woven


def structured(kind: str, fields: Frames) -> Frames:
    """Frames of this kind from one whole picture for each field time."""
    even, odd = fields[0::2], fields[1::2]
    match kind:
        case "tff":
            return weave(even, odd)
        case "bff":
            return weave(odd, even)
        case "progressive":
            return even
        case "shifted tff":  # each frame has the top field of the film frame before
            return weave(even[:-1], even[1:])
        case "shifted bff":
            return weave(even[1:], even[:-1])
        case _:
            film = fields[(np.arange(int(len(fields) / 2.5)) * 2.5).astype(int)]
            pulled = np.repeat(film, [2 + number % 2 for number in range(len(film))], axis=0)
            pulled = pulled[: len(pulled) // 2 * 2]
            first, second = pulled[0::2], pulled[1::2]
            return weave(first, second) if kind.endswith("tff") else weave(second, first)


def taped(frames: Frames, sigma: float, key: Sequence[int]) -> Frames:
    """Band limit along the line, and noise that is correlated along it, new in every field."""
    if not sigma:
        return frames
    rng = np.random.default_rng([material.SEED, *key])
    out = np.empty_like(frames)
    for index, frame in enumerate(frames):
        soft = material._along_lines(frame, material.LUMA_TAPS)
        grain = rng.standard_normal(frame.shape, np.float32)
        grain = (grain + np.roll(grain, 1, axis=1)) / 2**0.5
        out[index] = np.clip(soft + sigma * grain, 16, 235)
    return out


def ours(frames: Frames) -> str:
    verdict = judge([look(frames[:60])])
    return f"{verdict.kind} {verdict.first}".strip() if verdict.kind in ("shifted", "telecine") else verdict.kind


def idet(frames: Frames) -> str:
    """ffmpeg's own detector, read by a plain rule: twice as many as the others; many repeats are pulldown."""
    height, width = frames.shape[1:]
    done = subprocess.run(
        [material._ffmpeg(), "-hide_banner", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{width}x{height}",
         "-i", "-", "-vf", "format=yuv420p,idet", "-f", "null", "-"],
        input=frames[:60].tobytes(), stderr=subprocess.PIPE, check=True,
    )  # fmt: skip
    said = done.stderr.decode()
    tff, bff, whole, _ = _counts(said, "Multi frame detection")
    neither, top, bottom = _counts(said, "Repeated Fields")
    if top + bottom > 0.3 * (neither + top + bottom):
        return "telecine tff" if tff > bff else "telecine bff"
    if tff > 2 * max(bff, whole):
        return "tff"
    if bff > 2 * max(tff, whole):
        return "bff"
    return "progressive" if whole > tff + bff else "unknown"


def _counts(said: str, heading: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", re.findall(rf"{heading}: *(.*)", said)[-1])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    names = {name for name, *_ in material.CLIPS} - {"bunny cut 59.94p"}  # too short for two seconds of fields
    if parser.parse_args().quick:
        names = {"bunny 50p", "brushes 59.94p"}
    right: dict[str, Counter[tuple[str, float]]] = {"ours": Counter(), "idet": Counter()}
    tried: Counter[tuple[str, float]] = Counter()
    mistakes: list[str] = []
    for number, clip in enumerate(material.truths(FIELDS, names)):
        fields = np.stack([luma for luma, _, _ in clip.frames])
        pal = fields.shape[1] == 576
        for kind in KINDS:
            if kind.startswith("telecine") if pal else kind.startswith("shifted"):
                continue
            frames = structured(kind, fields)
            for sigma in NOISE:
                noisy = taped(frames, sigma, (number, KINDS.index(kind), sigma))
                tried[kind, sigma] += 1
                for name, detector in (("ours", ours), ("idet", idet)):
                    told = detector(noisy)
                    right[name][kind, sigma] += told == kind
                    if name == "ours" and told != kind:
                        mistakes.append(f"- {clip.name}, {kind}, noise {sigma}: told {told}")
    print("| kind | " + " | ".join(f"noise {sigma}: ours / idet / of" for sigma in NOISE) + " |")
    print("|---|" + "---|" * len(NOISE))
    for kind in KINDS:
        cells = [
            f"{right['ours'][kind, sigma]} / {right['idet'][kind, sigma]} / {tried[kind, sigma]}" for sigma in NOISE
        ]
        print(f"| {kind} | " + " | ".join(cells) + " |")
    total = sum(tried.values())
    print(f"\nOurs {sum(right['ours'].values())} of {total}, idet {sum(right['idet'].values())} of {total}.\n")
    print("\n".join(mistakes) if mistakes else "No mistakes of ours.")


if __name__ == "__main__":
    main()
