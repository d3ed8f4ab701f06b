"""What a model is to a graph: a file, what it computes, and what it must be fed. Found by its path, or by its name on
the shelf. Pure, apart from reading the file and the description beside it.

`<model>.json` beside `<model>.onnx` says what the file itself cannot, or the shelf's journal; every key is optional:
`{"title": …, "scale": 2, "pattern": "frame", "frames": 1, "range": "0..1", "multiple": 1, "radius": 20}`.
The file's own metadata may hold the same keys.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from nodes.media import MediaError
from nodes.onnx_file import FLOAT, HALF, OnnxError, OnnxFile, Tensor, read_onnx

SUFFIX = ".onnx"
JOURNAL = "shelf.json"
"""What the shelf writes into a model's folder; its `inspected` describes the model."""
_MOST_BYTES = 2 << 30  # protobuf's own limit
_RANGES = {"0..1": (0, 1), "-1..1": (-1, 1), "0..255": (0, 255)}
_OTHER_WORDS = {"tiles": "frame", "pair_time": "pair", "chroma_merge": "chroma"}
_OTHER_KEYS = {"value_range": "range", "window": "frames"}
"""The shelf's words, where they differ."""
_DEMO = Path(__file__).parent.parent / "graphs" / "demo" / "models"


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
    """One RGB picture and a plane that is 1 where it is to be filled."""
    FACES = "faces"
    """A square RGB picture of one face, upright and in its middle; the same face comes out."""
    DETECTOR = "detector"
    """One picture; where faces are in it comes out, as YuNet says it."""


@dataclass(frozen=True, slots=True)
class Model:
    """`scale`: how much larger a picture becomes. `frames`: how many pictures it takes (window, recurrent). `black` and
    `white`: what they are to it. `multiple`: width and height must be multiples of it. `radius`: how far it looks, in
    pixels of its input; 0 where that is not known. `fixed`: the only width and height it takes, None for any."""

    path: str
    identity: str
    title: str
    pattern: Pattern
    scale: Fraction
    frames: int = 1
    black: int = 0
    white: int = 1
    multiple: int = 1
    radius: int = 0
    fixed: tuple[int, int] | None = None
    half: bool = False
    inputs: int = 1
    ab: bool = False
    """A model of colours gives a and b of Lab, about -110 to 110."""

    @property
    def pictures(self) -> int:
        """How many clips come out of it: of three planes, or of one."""
        return 2 if self.ab else self.frames if self.pattern is Pattern.RECURRENT else 1

    @property
    def planes_out(self) -> int:
        match self.pattern:
            case Pattern.CHROMA if self.ab:
                return 2
            case Pattern.LUMA:
                return 1
            case Pattern.RECURRENT:
                return 3 * self.frames
            case _:
                return 3


# -- finding it ------------------------------------------------------------------------------------
def shelves() -> tuple[Path, ...]:
    """The folders in which a model is sought by its name: the user's own shelf, then the demo models."""
    named = os.environ.get("TAPELOOM_DATA")
    if named:
        return Path(named) / "models", _DEMO
    import platformdirs

    return platformdirs.user_data_path("tapeloom") / "models", _DEMO


def on_shelf() -> dict[str, Path]:
    """Every model that can be named, by its name: `NAME.onnx`, or what the journal in the folder `NAME` names."""
    found: dict[str, Path] = {}
    for folder in reversed(shelves()):
        if folder.is_dir():
            found |= {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))}
            kept = {path.parent.name: _kept(path) for path in sorted(folder.glob(f"*/{JOURNAL}"))}
            found |= {name: path for name, path in kept.items() if path}
    return found


def _kept(journal: Path) -> Path | None:
    """The ONNX file of a folder of the shelf."""
    files = _read(journal).get("files")
    for one in files if isinstance(files, list) else ():
        if isinstance(one, dict) and one.get("format") == "onnx" and isinstance(one.get("name"), str):
            path = journal.parent / Path(str(one["name"])).name
            if path.suffix.lower() == SUFFIX and path.is_file():
                return path
    return None


def _read(path: Path) -> dict[str, object]:
    """A JSON file's object; empty where it holds none."""
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def find_model(name: str) -> Model:
    """The model called `name`, or the file of that path. MediaError, with a remedy, where it cannot be used."""
    path = _place(name)
    try:
        beside = path.with_suffix(".json")
        beside = beside if beside.exists() else path.with_name(JOURNAL)
        return _described(str(path), _stamp(path), str(beside), _stamp(beside) if beside.exists() else ())
    except OSError as fault:
        why = fault.strerror or str(fault)
        raise MediaError(f"{path}: cannot be read ({why}). Choose a model that is there") from None


def _place(name: str) -> Path:
    if not name:
        raise MediaError(f"no model is chosen. Name one ({_offered()}) or a file that ends in {SUFFIX}")
    path = Path(name)
    if len(path.parts) > 1 or path.suffix.lower() == SUFFIX:
        if path.suffix.lower() != SUFFIX:
            text = f"{path.name} is no ONNX model. Convert it first: `launch.py models convert {path.name}`"
            raise MediaError(text)
        if not path.is_file():
            raise MediaError(f"{name}: the model is not there. Choose its file, or one of the shelf: {_offered()}")
        return path
    found = on_shelf().get(name)
    if found is None:
        text = f"there is no model {name!r} on the shelf. Fetch it with `launch.py models get {name}`"
        raise MediaError(f"{text}, choose a file that ends in {SUFFIX}, or take one that is here: {_offered()}")
    return found


def _offered() -> str:
    return ", ".join(on_shelf()) or "the shelf is empty"


def _stamp(path: Path) -> tuple[int, int]:
    at = path.stat()
    return at.st_size, at.st_mtime_ns


# -- describing it ---------------------------------------------------------------------------------
@lru_cache(64)
def _described(name: str, stamp: tuple[int, int], beside: str, told: tuple[int, int] | tuple[()]) -> Model:
    path = Path(name)
    if stamp[0] > _MOST_BYTES:
        raise MediaError(f"{path.name}: is too large for an ONNX model. Choose another")
    data = path.read_bytes()
    try:
        file = read_onnx(data)
    except OnnxError as fault:
        raise MediaError(f"{path.name}: {fault}. Fetch it again, or choose another model") from None
    notes: dict[str, object] = dict(file.meta)
    if told:
        read = _read(Path(beside))
        if not read:
            raise MediaError(f"{Path(beside).name}: is no description of {path.name}. Mend it or delete it")
        if Path(beside).name == JOURNAL:
            found = read.get("inspected")
            read = found if isinstance(found, dict) else {}
        notes |= {_OTHER_KEYS.get(str(key), str(key)): value for key, value in read.items()}

    facts = _facts(path.name, file, notes)
    return Model(path=name, identity=hashlib.sha256(data).hexdigest(), **facts)  # type: ignore[arg-type]  # built just below


def _facts(name: str, file: OnnxFile, notes: Mapping[str, object]) -> dict[str, object]:
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
    given = file.outputs[0].planes
    pattern = _pattern(name, notes, planes, given)
    several = pattern in (Pattern.WINDOW, Pattern.RECURRENT)
    frames = _whole(name, notes, "frames", 1) if several else 1
    if several and frames == 1:
        frames = planes // 3
    wanted = {Pattern.LUMA: 1, Pattern.PAIR: 7, Pattern.MASK: 4}.get(pattern, 3 * frames)
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
        "title": str(notes.get("title") or name.removesuffix(SUFFIX)),
        "pattern": pattern,
        "scale": _scale(name, file, notes),
        "frames": frames,
        "black": _RANGES[str(values)][0],
        "white": _RANGES[str(values)][1],
        "multiple": _whole(name, notes, "multiple", 1),
        "radius": _whole(name, notes, "radius", 0),
        "fixed": _fixed(file.inputs[0]),
        "half": file.inputs[0].type == HALF,
        "inputs": len(file.inputs),
        "ab": ab,
    }


DETECTED = {f"{what}_{stride}" for what in ("cls", "obj", "bbox", "kps") for stride in (8, 16, 32)}
"""What YuNet calls its outputs (https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet)."""


def _detector(name: str, file: OnnxFile, notes: Mapping[str, object]) -> dict[str, object]:
    lacking = sorted(DETECTED - {one.name for one in file.outputs})
    taken = file.inputs[0]
    if lacking or len(file.inputs) > 1 or len(taken.dims) != 4 or taken.planes not in (3, None) or taken.type != FLOAT:
        what = f"gives no {lacking[0]}" if lacking else "takes no RGB picture of full precision"
        raise MediaError(f"{name}: {what}, so it finds no faces in the way YuNet does. Choose YuNet")
    return {
        "title": str(notes.get("title") or name.removesuffix(SUFFIX)),
        "pattern": Pattern.DETECTOR,
        "scale": Fraction(1),
        "white": 255,
        "multiple": 32,
        "fixed": _fixed(taken),
    }


def _pattern(name: str, notes: Mapping[str, object], planes: int, given: int | None) -> Pattern:
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
    if planes > 3 and planes % 3 == 0 and given in (3, planes):
        return Pattern.RECURRENT if given == planes else Pattern.WINDOW
    what = f"takes {planes} planes" if planes else "does not say how many planes it takes"
    text = f"{name}: {what}, which is no known way of feeding pictures"
    raise MediaError(f"{text}. Say which in {name.removesuffix(SUFFIX)}.json beside it, or choose another model")


def _scale(name: str, file: OnnxFile, notes: Mapping[str, object]) -> Fraction:
    told = notes.get("scale")
    if told is None:
        if file.scale is None or file.scale <= 0:
            text = f"{name}: how much larger it makes a picture cannot be told from the file"
            raise MediaError(f'{text}. Write it into {name.removesuffix(SUFFIX)}.json beside it, like {{"scale": 2}}')
        return file.scale
    try:
        scale = Fraction(str(told))
    except (ValueError, ZeroDivisionError):
        scale = Fraction(0)
    if not Fraction(1, 16) <= scale <= 16:
        raise MediaError(f"{name}: its description says scale {told!r}; write a number like 2")
    return scale


def _whole(name: str, notes: Mapping[str, object], key: str, usual: int) -> int:
    told = notes.get(key, usual)
    text = str(told)
    if isinstance(told, bool) or not text.isascii() or not text.isdecimal() or int(text) > 4096:
        raise MediaError(f"{name}: its description says {key} {told!r}; write a whole number")
    return max(int(text), 0 if key == "radius" else 1)


def _fixed(taken: Tensor) -> tuple[int, int] | None:
    height, width = taken.dims[2:]
    return (width, height) if width and height else None


def known_models() -> Iterator[Model]:
    """Those of the shelf that can be used."""
    for name in on_shelf():
        try:
            yield find_model(name)
        except MediaError:
            continue
