"""Runs a stage of PyTorch weights: `run_torch` is what a step of the worker's script calls. Torch itself is loaded only
when it is called: it takes seconds and hundreds of megabytes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import vapoursynth as vs

from runtime.worker.numbers import called_from, of_numbers
from runtime.worker.onnx import ModelError, short, warn


def run_torch(
    clips: Sequence[vs.VideoNode],
    path: str,
    provider: str = "auto",
    precision: str = "auto",
    tile: tuple[int, int] = (0, 0),
    overlap: int = 0,
    scale: int | Fraction = 1,
    pictures: int = 1,
    multiple: int = 1,
    compiled: bool = False,
) -> list[vs.VideoNode]:
    """As `run_model`, by PyTorch. `compiled`: for the size of the picture, or of its tiles; kept for the next time."""
    at = called_from()
    title = path.replace("\\", "/").rsplit("/", 1)[-1]
    try:
        from runtime.worker.torch_inference import TorchInference
    except ModuleNotFoundError as lacking:
        text = f"{title} is a PyTorch model, and {lacking.name} is not installed here"
        raise ModelError(f"{text}. Get it with `python3 launch.py setup torch`, or choose an ONNX model") from None
    if tile[0]:
        overlap = min(overlap, (min(tile) - 1) // 3)
    try:
        inference = TorchInference(
            path,
            (clips[0].width, clips[0].height),
            tile,
            overlap,
            Fraction(scale),
            multiple,
            lambda text: warn(f"{title}: {text}"),
            provider=provider,
            precision=precision,
            compile_=compiled,
            threads=vs.core.num_threads,
        )
        inference.check(sum(clip.format.num_planes for clip in clips))
    except Exception as fault:  # weights, a driver, a compiler: all may fail in any way
        told = short(fault).removeprefix(f"{title}: ")
        raise ModelError(f"the model {title} cannot be run: {told}") from None
    return [of_numbers(each, title, at) for each in inference.clips(clips, pictures)]
