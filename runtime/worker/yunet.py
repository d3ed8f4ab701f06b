"""What YuNet's answer means: faces, each with five points.

YuNet looks at a picture in cells of 8, 16 and 32 pixels, and says of each cell whether a face has its middle there
(`cls` and `obj`, both 0 to 1), where the face's box lies and where its points are, all counted from the cell's corner
in cells, sizes as logarithms (Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector", 2023; OpenCV's
FaceDetectorYN reads it in this way).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float32]
STRIDES = (8, 16, 32)
SAME_FACE = 0.3
"""Boxes that share more of their area (of both together) show one face: FaceDetectorYN's own."""


@dataclass(frozen=True)
class Face:
    """`box`: left, top, width, height. `points`: five rows of x, y: the eye at the left of the picture, the one at the
    right, the nose, the corners of the mouth at the left and the right. Pixels. `score`: 0 to 1."""

    box: Numbers
    points: Numbers
    score: float


def faces(answer: Mapping[str, Numbers], width: int, height: int, confidence: float) -> list[Face]:
    """The faces in a picture of this size, of which it is sure enough, the surest first. One a face."""
    scores, boxes, points = [], [], []
    for stride in STRIDES:
        rows, columns = height // stride, width // stride
        cls, obj = (
            np.clip(_cells(answer, f"{name}_{stride}", rows * columns, 1)[:, 0], 0, 1) for name in ("cls", "obj")
        )
        score = np.sqrt(cls * obj)
        sure = np.flatnonzero(score >= confidence)
        corner = np.stack([sure % columns, sure // columns], axis=1).astype(np.float32)
        box = _cells(answer, f"bbox_{stride}", rows * columns, 4)[sure]
        middle = (corner + box[:, :2]) * stride
        size = np.exp(np.minimum(box[:, 2:], 20)) * stride
        scores.append(score[sure])
        boxes.append(np.concatenate([middle - size / 2, size], axis=1))
        each = _cells(answer, f"kps_{stride}", rows * columns, 10)[sure].reshape(-1, 5, 2)
        points.append((each + corner[:, None]) * stride)
    score, box, point = (np.concatenate(found) for found in (scores, boxes, points))
    made = [Face(box[at], point[at], float(score[at])) for at in apart(box, score)]
    return [face for face in made if np.isfinite(face.points).all() and np.isfinite(face.box).all()]


def _cells(answer: Mapping[str, Numbers], name: str, count: int, each: int) -> Numbers:
    """One row a cell. ValueError where the answer has another shape."""
    found = np.asarray(answer[name], np.float32)
    if found.size != count * each:
        raise ValueError(f"{name} holds {found.size} numbers where {count * each} were expected")
    return found.reshape(count, each)


def apart(boxes: Numbers, scores: Numbers) -> list[int]:
    """Which boxes stay, the best first, when those that overlap a better one are left out."""
    left, top = boxes[:, 0], boxes[:, 1]
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]
    area = boxes[:, 2] * boxes[:, 3]
    waiting, kept = np.argsort(-scores, kind="stable"), list[int]()
    while waiting.size:
        best, others = waiting[0], waiting[1:]
        kept.append(int(best))
        wide = np.minimum(right[best], right[others]) - np.maximum(left[best], left[others])
        high = np.minimum(bottom[best], bottom[others]) - np.maximum(top[best], top[others])
        shared = np.maximum(wide, 0) * np.maximum(high, 0)
        waiting = others[shared <= SAME_FACE * (area[best] + area[others] - shared)]
    return kept
