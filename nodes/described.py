"""What the description of a model means: the words beside it, checked against what its file says of itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from nodes.media import MediaError
from nodes.onnx_file import FLOAT, HALF, OnnxFile, Tensor

_RANGES = {"0..1": (0, 1), "-1..1": (-1, 1), "0..255": (0, 255)}
_OTHER_WORDS = {"tiles": "frame", "pair_time": "pair", "chroma_merge": "chroma"}
_OTHER_KEYS = {"value_range": "range", "window": "frames"}
"""The shelf's words, where they differ."""


class Pattern(StrEnum):
    """What a model is fed, and what it gives."""

    FRAME = "frame"
    """One RGB picture, and one comes out."""
    LUMA = "luma"
    """One plane of brightness."""
    WINDOW = "window"
    """An odd number of RGB pictures in a row; the one in their middle comes out."""
    RECURRENT = "recurrent"
    """A number of RGB pictures in a row, and as many come out."""
    PAIR = "pair"
    """Two RGB pictures and a plane with the time between them, 0 to 1; the picture of that time comes out."""
    CHROMA = "chroma"
    """One gray picture, as RGB; coloured RGB comes out, or a and b of Lab. Only the colours are taken."""
    MASK = "mask"
    """One RGB picture and a plane that is 1 where it is to be filled; or an odd number of pictures in a row, then a
    plane for each, and the one in their middle comes out filled."""
    FACES = "faces"
    """A square RGB picture of one face, upright and in its middle; the same face comes out."""
    DETECTOR = "detector"
    """One picture; where faces are in it comes out, as YuNet says it."""


type Notes = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a file says of itself without a description; PyTorch weights say nothing. `planes` of a picture that it
    takes and `given` of one that comes out, 0 and None where that is not known."""

    planes: int = 0
    given: int | None = None
    scale: Fraction | None = None
    fixed: tuple[int, int] | None = None
    half: bool = False
    inputs: int = 1


def in_our_words(notes: Notes) -> dict[str, object]:
    """A description as the shelf or a person wrote it, by the keys that are read here."""
    return {_OTHER_KEYS.get(str(key), str(key)): value for key, value in notes.items()}


def onnx_facts(name: str, file: OnnxFile, notes: Notes) -> dict[str, object]:
    """The fields of a `Model` for the ONNX file `name`. MediaError where it is none for video."""
    if notes.get("pattern") == Pattern.DETECTOR or {one.name for one in file.outputs} >= DETECTED:
        return _detector(name, file, notes)
    for one in (*file.inputs, file.outputs[0]):
        if len(one.dims) != 4 or one.type not in (FLOAT, HALF):
            raise MediaError(f"{name}: {one.name!r} is no batch of pictures, so this is no model for video")
    if len(file.outputs) > 1:
        raise MediaError(
            f"{name}: gives {len(file.outputs)} things at once; only models that give pictures can be used"
        )
    taken = [one.planes for one in file.inputs]
    planes = sum(count or 0 for count in taken) if all(taken) else 0
    first = file.inputs[0]
    half = first.type == HALF
    shape = Shape(planes, file.outputs[0].planes, file.scale, _fixed(first), half, len(file.inputs))
    return _facts(name, shape, notes)


def torch_facts(name: str, notes: Notes) -> dict[str, object]:
    """The fields of a `Model` for PyTorch weights, whose file says nothing that could be read without running it."""
    fixed = notes.get("fixed") or None
    if fixed is not None:
        sides = [_whole(name, {"fixed": side}, "fixed", 1) for side in fixed] if isinstance(fixed, list) else []
        if len(sides) != 2:
            raise MediaError(f"{name}: its description says fixed {fixed!r}; write width and height, like [512, 512]")
        fixed = sides[0], sides[1]
    planes, given = (_whole(name, notes, key, 0) for key in ("channels_in", "channels_out"))
    return _facts(name, Shape(planes, given or None, None, fixed), notes)


def _facts(name: str, shape: Shape, notes: Notes) -> dict[str, object]:
    planes, given = shape.planes, shape.given
    pattern = _pattern(name, notes, planes, given)
    frames = _frames(name, notes, pattern, planes)
    wanted = {Pattern.LUMA: 1, Pattern.PAIR: 7, Pattern.MASK: 4 * frames}.get(pattern, 3 * frames)
    if planes and planes != wanted:
        raise MediaError(f"{name}: takes {planes} planes where a {pattern} model takes {wanted}. Choose another model")
    ab = pattern is Pattern.CHROMA and (notes.get("gives", notes.get("channels_out")) in ("ab", 2) or given == 2)
    back = 2 if ab else 1 if pattern is Pattern.LUMA else wanted if pattern is Pattern.RECURRENT else 3
    if given is not None and given != back:
        raise MediaError(f"{name}: gives {given} planes where a {pattern} model gives {back}. Choose another model")
    values = notes.get("range", "0..1")
    if values not in _RANGES:
        raise MediaError(f"{name}: its description says range {values!r}; write one of {', '.join(_RANGES)}")
    return {
        "title": str(notes.get("title") or Path(name).stem),
        "pattern": pattern,
        "scale": _scale(name, shape, notes),
        "frames": frames,
        "black": _RANGES[str(values)][0],
        "white": _RANGES[str(values)][1],
        "multiple": _whole(name, notes, "multiple", 1),
        "radius": _whole(name, notes, "radius", 0),
        "fixed": shape.fixed,
        "half": shape.half,
        "inputs": shape.inputs,
        "ab": ab,
    }


def _frames(name: str, notes: Notes, pattern: Pattern, planes: int) -> int:
    """How many pictures it takes at once."""
    if pattern not in (Pattern.WINDOW, Pattern.RECURRENT, Pattern.MASK):
        return 1
    frames = _whole(name, notes, "frames", 1)
    if frames == 1:
        frames = max(planes // (4 if pattern is Pattern.MASK else 3), 1)
    if pattern is Pattern.MASK and frames % 2 == 0:
        text = f"{name}: takes {frames} pictures and their masks, of which none is in the middle"
        raise MediaError(f"{text}. Choose a model that takes an odd number")
    if pattern is not Pattern.MASK and frames == 1:
        raise MediaError(f'{name}: how many pictures it takes is not known. Write it, like {{"frames": 5}}')
    return frames


DETECTED = {f"{what}_{stride}" for what in ("cls", "obj", "bbox", "kps") for stride in (8, 16, 32)}
"""What YuNet calls its outputs (https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet)."""


def _detector(name: str, file: OnnxFile, notes: Notes) -> dict[str, object]:
    lacking = sorted(DETECTED - {one.name for one in file.outputs})
    taken = file.inputs[0]
    if lacking or len(file.inputs) > 1 or len(taken.dims) != 4 or taken.planes not in (3, None) or taken.type != FLOAT:
        what = f"gives no {lacking[0]}" if lacking else "takes no RGB picture of full precision"
        raise MediaError(f"{name}: {what}, so it finds no faces in the way YuNet does. Choose YuNet")
    return {
        "title": str(notes.get("title") or Path(name).stem),
        "pattern": Pattern.DETECTOR,
        "scale": Fraction(1),
        "white": 255,
        "multiple": 32,
        "fixed": _fixed(taken),
    }


def _pattern(name: str, notes: Notes, planes: int, given: int | None) -> Pattern:
    """What the description says, else what the number of planes tells."""
    told = notes.get("pattern")
    if told is not None:
        told = _OTHER_WORDS.get(str(told), told)
        if told not in list(Pattern):
            raise MediaError(f"{name}: its description says pattern {told!r}; write one of {', '.join(Pattern)}")
        return Pattern(str(told))
    fixed = {1: Pattern.LUMA, 3: Pattern.FRAME, 4: Pattern.MASK, 7: Pattern.PAIR}
    if planes == 3 and given == 2:
        return Pattern.CHROMA
    if planes in fixed:
        return fixed[planes]
    if planes % 8 == 4 and given == 3:  # an odd number of pictures and as many masks
        return Pattern.MASK
    if planes > 3 and planes % 3 == 0 and given in (3, planes):
        return Pattern.RECURRENT if given == planes else Pattern.WINDOW
    what = f"takes {planes} planes" if planes else "does not say how many planes it takes"
    text = f"{name}: {what}, which is no known way of feeding pictures"
    raise MediaError(f"{text}. Say which in {Path(name).stem}.json beside it, or choose another model")


def _scale(name: str, shape: Shape, notes: Notes) -> Fraction:
    told = notes.get("scale")
    if told is None:
        if shape.scale is None or shape.scale <= 0:
            text = f"{name}: how much larger it makes a picture cannot be told from the file"
            raise MediaError(f'{text}. Write it into {Path(name).stem}.json beside it, like {{"scale": 2}}')
        return shape.scale
    try:
        scale = Fraction(str(told))
    except (ValueError, ZeroDivisionError):
        scale = Fraction(0)
    if not Fraction(1, 16) <= scale <= 16:
        raise MediaError(f"{name}: its description says scale {told!r}; write a number like 2")
    return scale


def _whole(name: str, notes: Notes, key: str, usual: int) -> int:
    told = notes.get(key, usual)
    text = str(told)
    if isinstance(told, bool) or not text.isascii() or not text.isdecimal() or int(text) > 4096:
        raise MediaError(f"{name}: its description says {key} {told!r}; write a whole number")
    return max(int(text), 1 if key in ("multiple", "frames", "fixed") else 0)


def _fixed(taken: Tensor) -> tuple[int, int] | None:
    height, width = taken.dims[2:]
    return (width, height) if width and height else None
