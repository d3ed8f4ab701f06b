"""Faces found, cut out and laid back, for a restorer that `run_model` runs: what the steps of the worker's script call.

A frame has as many places for faces as `most` says, and the clip of squares is so many times as long: place k of frame
n is its frame n · most + k. So the restorer is one stage like any other, and only the squares that hold a face are ever
asked for. Where a face lies travels as frame properties: every frame comes without those before it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import vapoursynth as vs

from runtime.worker.crops import Picture, cut, paste, placed
from runtime.worker.inference import SESSIONS
from runtime.worker.onnx import ModelError
from runtime.worker.yunet import Face, faces

COUNT, PLACES = "TapeloomFaces", "TapeloomFacePlaces"
"""How many faces a frame has; six numbers for each, the rows of its matrix."""
_LONGEST = 640
"""The longer side of what a detector of any size sees: what YuNet was trained on."""
_MULTIPLE = 32
_FLAT = 1e-5


class _Detector:
    """YuNet, or a model that answers as it does, in onnxruntime on the processor: it takes milliseconds."""

    def __init__(self, path: str, confidence: float) -> None:
        self.title = Path(path).name
        self.confidence = confidence
        try:
            self._session = SESSIONS.get(path, "cpu")
            (self._input,) = self._session.get_inputs()
        except Exception as fault:  # onnxruntime's own errors have no base but Exception
            text = str(fault).strip().splitlines()[0]
            raise ModelError(
                f"the detector {self.title} cannot be run: {text}. Fetch it again: YuNet is right"
            ) from None

    def canvas(self, width: int, height: int) -> tuple[int, int]:
        """The size that it is shown, for a picture of this size."""
        high, wide = self._input.shape[2:]
        if isinstance(wide, int) and isinstance(high, int):
            return wide, high
        return -(-width // _MULTIPLE) * _MULTIPLE, -(-height // _MULTIPLE) * _MULTIPLE

    def room(self) -> tuple[int, int]:
        """The most that a picture may fill."""
        high, wide = self._input.shape[2:]
        return (wide, high) if isinstance(wide, int) and isinstance(high, int) else (_LONGEST, _LONGEST)

    def found(self, rgb: Picture) -> list[Face]:
        """The faces in RGB, 0 to 1."""
        bgr = np.ascontiguousarray(rgb[None, ::-1] * np.float32(255))
        names = [one.name for one in self._session.get_outputs()]
        answer = dict(zip(names, self._session.run(names, {self._input.name: bgr}), strict=True))
        try:
            return faces(answer, rgb.shape[2], rgb.shape[1], self.confidence)
        except ValueError as fault:
            raise ModelError(f"the detector {self.title}: {fault}. Choose YuNet") from None


def find_faces(
    rgb: vs.VideoNode,
    detector: str,
    side: int,
    confidence: float = 0.7,
    least: int = 24,
    most: int = 8,
    aspect: float = 1.0,
) -> vs.VideoNode:
    """A clip of tiny frames that say where in `rgb` (RGBS) faces are: at most `most` of them, the largest, none smaller
    than `least` pixels. `side`: that of the squares they will be cut into. `aspect`: how wide a pixel is."""
    model = _Detector(detector, confidence)
    room = model.room()
    share = min(room[0] / (rgb.width * aspect), room[1] / rgb.height, 1.0)
    wide, high = max(round(rgb.width * aspect * share), 1), max(round(rgb.height * share), 1)
    canvas = model.canvas(wide, high)
    small = rgb.resize.Bilinear(wide, high).akarin.Expr("x 0 max 1 min")
    shown = small.std.AddBorders(right=canvas[0] - wide, bottom=canvas[1] - high)
    shrunk = np.array([rgb.width / wide, rgb.height / high], np.float32)
    blank = rgb.std.BlankClip(width=16, height=16, format=vs.GRAY8, keep=True)

    def say(n: int, f: list[vs.VideoFrame]) -> vs.VideoFrame:  # noqa: ARG001  # VapourSynth passes it by name
        found = model.found(np.stack([np.asarray(f[1][plane]) for plane in range(3)]))
        large = [face for face in found if min(face.box[2:] * shrunk * (aspect, 1)) >= least]
        large.sort(key=lambda face: -float(face.box[2] * face.box[3]))
        every = [placed(face.points * shrunk, side, aspect) for face in large]
        # points that all lie in one place are no face's, and no square could be laid over them
        places = [place.ravel() for place in every if np.linalg.det(place[:, :2]) > _FLAT][:most]
        told = f[0].copy()
        told.props[COUNT] = len(places)
        told.props[PLACES] = [float(number) for place in places for number in place] or [0.0]
        return told

    return blank.std.ModifyFrame([blank, shown], say)


def cut_faces(rgb: vs.VideoNode, found: vs.VideoNode, side: int, most: int = 8) -> vs.VideoNode:
    """The squares, RGBS of 0 to 1, `most` for each frame of `rgb`."""
    blank = rgb.std.BlankClip(width=side, height=side, length=rgb.num_frames * most, keep=True)
    many, told = (vs.core.std.Interleave([clip] * most, modify_duration=False) for clip in (rgb, found))

    def square(n: int, f: list[vs.VideoFrame]) -> vs.VideoFrame:
        target = f[0].copy()
        place = _place(f[2], n % most)
        if place is not None:
            made = np.clip(cut(np.stack([np.asarray(f[1][plane]) for plane in range(3)]), place, side), 0, 1)
            for plane in range(3):
                np.copyto(np.asarray(target[plane]), made[plane])
        return target

    return blank.std.ModifyFrame([blank, many, told], square)


def paste_faces(
    rgb: vs.VideoNode, squares: vs.VideoNode, found: vs.VideoNode, most: int = 8, strength: float = 1.0
) -> list[vs.VideoNode]:
    """`rgb` with the squares laid over it, and a GRAYS clip that is 1 where it was changed."""
    none = rgb.std.BlankClip(format=vs.GRAYS, color=0.0, keep=True)
    tall = vs.core.std.StackVertical([rgb, vs.core.std.ShufflePlanes([none] * 3, [0, 0, 0], vs.RGB)])
    for at in range(most):
        square = squares.std.SelectEvery(cycle=most, offsets=[at], modify_duration=False)

        def lay(n: int, f: list[vs.VideoFrame], at: int = at) -> vs.VideoFrame:  # noqa: ARG001
            target = f[0].copy()
            place = _place(f[2], at)
            if place is not None:
                _laid(target, np.stack([np.asarray(f[1][plane]) for plane in range(3)]), place, strength)
            return target

        laid = tall.std.ModifyFrame([tall, square, found], lay)
        tall = vs.core.akarin.Select([tall, laid], [found], f"x.{COUNT} {at} > 1 0 ?")
    mask = tall.std.Crop(top=rgb.height).std.ShufflePlanes(0, vs.GRAY)
    return [tall.std.Crop(bottom=rgb.height), mask]


def _laid(target: vs.VideoFrame, square: Picture, place: Picture, strength: float) -> None:
    views: list[Any] = [np.asarray(target[plane]) for plane in range(3)]
    height = target.height // 2
    whole = np.stack([view[:height] for view in views])
    covered = np.zeros(whole.shape[1:], bool)
    paste(whole, covered, np.clip(square, 0, 1), place, strength)
    for plane, view in enumerate(views):
        np.copyto(view[:height], whole[plane])
        view[height:][covered] = 1


def _place(told: vs.VideoFrame, at: int) -> Picture | None:
    """The matrix of a frame's face `at`; None where it has fewer."""
    if at >= int(told.props[COUNT]):
        return None
    numbers: Any = told.props[PLACES]
    return np.array(numbers[6 * at : 6 * at + 6], np.float32).reshape(2, 3)
