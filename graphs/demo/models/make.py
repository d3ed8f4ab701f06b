"""Makes the demo models: `python -m graphs.demo.models.make`. Small enough to read, and exactly known, so that tests
can say what must come out of them.

ONNX is protobuf; the few messages that a model needs are written by hand here, so no library is needed.
"""

from __future__ import annotations

import math
import struct
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
OPSET = 17  # what DirectML still understands
FLOAT, INT64, HALF = 1, 7, 10

type Dim = int | str


def message(*fields: tuple[int, int | float | str | bytes]) -> bytes:
    """A protobuf message; floats are 32 bits, text and bytes have their length before them."""
    parts = []
    for number, value in fields:
        match value:
            case int():
                parts.append(_varint(number << 3) + _varint(value % (1 << 64)))
            case float():
                parts.append(_varint(number << 3 | 5) + struct.pack("<f", value))
            case str() | bytes():
                data = value.encode() if isinstance(value, str) else value
                parts.append(_varint(number << 3 | 2) + _varint(len(data)) + data)
    return b"".join(parts)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def tensor(name: str, values: Sequence[float], dims: Sequence[int]) -> bytes:
    """An initializer; 64-bit integers where all values are int."""
    whole = all(isinstance(value, int) for value in values)
    raw = struct.pack(f"<{len(values)}{'q' if whole else 'f'}", *values)
    return message(*((1, dim) for dim in dims), (2, INT64 if whole else FLOAT), (8, name), (9, raw))


def operation(
    kind: str, inputs: Sequence[str], outputs: Sequence[str], attributes: Mapping[str, int | str | Sequence[int]] = {}
) -> bytes:
    """A node of the graph."""
    made = []
    for name, value in attributes.items():
        match value:
            case int():
                made.append(message((1, name), (3, value), (20, 2)))
            case str():
                made.append(message((1, name), (4, value), (20, 3)))
            case _:
                made.append(message((1, name), *((8, each) for each in value), (20, 7)))
    named = [(1, name) for name in inputs] + [(2, name) for name in outputs]
    return message(*named, (4, kind), *((5, each) for each in made))


def value(name: str, dims: Sequence[Dim], kind: int = FLOAT) -> bytes:
    """An input or output; a dim that is text is free."""
    shape = message(*((1, message((1 if isinstance(dim, int) else 2, dim))) for dim in dims))
    return message((1, name), (2, message((1, message((1, kind), (2, shape))))))


def model(
    operations: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    weights: Sequence[bytes] = (),
    meta: Mapping[str, str] = {},
) -> bytes:
    """A whole model file."""
    graph = message(
        *((1, each) for each in operations),
        (2, "tapeloom"),
        *((5, each) for each in weights),
        *((11, each) for each in inputs),
        *((12, each) for each in outputs),
    )
    props = [(14, message((1, key), (2, text))) for key, text in meta.items()]
    return message((1, 8), (2, "tapeloom"), (7, graph), (8, message((1, ""), (2, OPSET))), *props)


# -- the models ------------------------------------------------------------------------------------
def catmull_rom(at: float) -> float:
    """Keys' cubic with a = -0.5."""
    x = abs(at)
    return 1.5 * x**3 - 2.5 * x**2 + 1 if x < 1 else -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


def upscaler(planes: int = 3) -> bytes:
    """Twice the size by Catmull-Rom: a 5 × 5 convolution for each of the four new pixels. It looks two pixels far."""
    # a new pixel lies a quarter of an old one before or behind the old one's middle
    phases = [[catmull_rom(tap + 0.25 - 0.5 * phase) for tap in range(-2, 3)] for phase in (0, 1)]
    kernel = [down * across for y in (0, 1) for x in (0, 1) for down in phases[y] for across in phases[x]]
    weights = [
        tensor("kernel", kernel * planes, (4 * planes, 1, 5, 5)),
        tensor("border", [0, 0, 2, 2, 0, 0, 2, 2], (8,)),
    ]
    steps = [
        operation("Pad", ["picture", "border"], ["wide"], {"mode": "edge"}),
        operation("Conv", ["wide", "kernel"], ["four"], {"group": planes, "kernel_shape": (5, 5)}),
        operation("DepthToSpace", ["four"], ["large"], {"blocksize": 2, "mode": "CRD"}),
    ]
    ends = [value("picture", ("n", planes, "h", "w"))], [value("large", ("n", planes, "h2", "w2"))]
    return model(steps, *ends, weights, {"title": "Demo upscaler (Catmull-Rom, 2×)", "radius": "2"})


def interpolator() -> bytes:
    """Seven planes, RGB, RGB and the time between them from 0 to 1: the two pictures mixed."""
    weights = [tensor("parts", [3, 3, 1], (3,))]
    steps = [
        operation("Split", ["pair", "parts"], ["before", "after", "time"], {"axis": 1}),
        operation("Sub", ["after", "before"], ["change"]),
        operation("Mul", ["change", "time"], ["part"]),
        operation("Add", ["before", "part"], ["between"]),
    ]
    ends = [value("pair", ("n", 7, "h", "w"))], [value("between", ("n", 3, "h", "w"))]
    return model(steps, *ends, weights, {"title": "Demo interpolator (a mix by time)"})


def softener() -> bytes:
    """Same size: a 3 × 3 binomial blur of each plane."""
    kernel = [down * across / 16 for down in (1, 2, 1) for across in (1, 2, 1)]
    weights = [tensor("kernel", kernel * 3, (3, 1, 3, 3)), tensor("border", [0, 0, 1, 1, 0, 0, 1, 1], (8,))]
    steps = [
        operation("Pad", ["picture", "border"], ["wide"], {"mode": "edge"}),
        operation("Conv", ["wide", "kernel"], ["soft"], {"group": 3, "kernel_shape": (3, 3)}),
    ]
    ends = [value("picture", ("n", 3, "h", "w"))], [value("soft", ("n", 3, "h", "w"))]
    return model(steps, *ends, weights, {"title": "Demo denoiser (a light blur)", "radius": "1"})


def colouriser() -> bytes:
    """Gives a and b of Lab, so many for each part of brightness: sepia."""
    weights = [tensor("tint", [6.0 / 3] * 3 + [24.0 / 3] * 3, (2, 3, 1, 1))]
    steps = [operation("Conv", ["picture", "tint"], ["ab"])]
    ends = [value("picture", ("n", 3, "h", "w"))], [value("ab", ("n", 2, "h", "w"))]
    return model(steps, *ends, weights, {"title": "Demo colouriser (sepia)"})


SPREAD = 24
"""How far the demo inpainter looks for something to fill with, in pixels."""


def inpainter() -> bytes:
    """RGB and a mask: what the mask covers becomes the mean of what is bare around it, in a square; where nothing is
    bare that near, the mean of all that is bare."""
    side = 2 * SPREAD + 1
    weights = [
        tensor("parts", [3, 1], (2,)),
        tensor("one", [1.0], (1,)),
        tensor("little", [1e-4], (1,)),
        tensor("nothing", [1e-9], (1,)),
    ]
    flat = {"kernel_shape": (1, side), "pads": (0, SPREAD, 0, SPREAD)}
    steep = {"kernel_shape": (side, 1), "pads": (SPREAD, 0, SPREAD, 0)}
    steps = [
        operation("Split", ["both", "parts"], ["picture", "mask"], {"axis": 1}),
        operation("Sub", ["one", "mask"], ["bare"]),
        operation("Mul", ["picture", "bare"], ["known"]),
        operation("Concat", ["known", "bare"], ["weighed"], {"axis": 1}),
        operation("AveragePool", ["weighed"], ["rows"], flat),
        operation("AveragePool", ["rows"], ["near"], steep),
        operation("Split", ["near", "parts"], ["near known", "near bare"], {"axis": 1}),
        operation("ReduceMean", ["weighed"], ["all"], {"axes": (2, 3)}),
        operation("Split", ["all", "parts"], ["all known", "all bare"], {"axis": 1}),
        operation("Add", ["all bare", "nothing"], ["all shown"]),
        operation("Div", ["all known", "all shown"], ["mean"]),
        operation("Mul", ["mean", "little"], ["a little"]),
        operation("Add", ["near known", "a little"], ["sum"]),
        operation("Add", ["near bare", "little"], ["share"]),
        operation("Div", ["sum", "share"], ["filling"]),
        operation("Mul", ["filling", "mask"], ["filled"]),
        operation("Add", ["known", "filled"], ["whole"]),
    ]
    ends = [value("both", ("n", 4, "h", "w"))], [value("whole", ("n", 3, "h", "w"))]
    return model(steps, *ends, weights, {"title": "Demo inpainter (the mean around)", "radius": str(SPREAD)})


def row_inpainter() -> bytes:
    """Three pictures in a row and their three masks: what the middle one's covers becomes the mean of the pictures
    beside it, of which one counts next to nothing where its own mask covers it."""
    weights = [
        tensor("parts", [3, 3, 3, 1, 1, 1], (6,)),
        tensor("one", [1.0], (1,)),
        tensor("a little more", [1.0001], (1,)),
    ]
    parts = ["before", "picture", "after", "mask before", "mask", "mask after"]
    steps = [
        operation("Split", ["row", "parts"], parts, {"axis": 1}),
        operation("Sub", ["a little more", "mask before"], ["bare before"]),
        operation("Sub", ["a little more", "mask after"], ["bare after"]),
        operation("Mul", ["before", "bare before"], ["known before"]),
        operation("Mul", ["after", "bare after"], ["known after"]),
        operation("Add", ["known before", "known after"], ["known"]),
        operation("Add", ["bare before", "bare after"], ["bare"]),
        operation("Div", ["known", "bare"], ["filling"]),
        operation("Mul", ["filling", "mask"], ["filled"]),
        operation("Sub", ["one", "mask"], ["outside"]),
        operation("Mul", ["picture", "outside"], ["kept"]),
        operation("Add", ["kept", "filled"], ["whole"]),
    ]
    ends = [value("row", ("n", 12, "h", "w"))], [value("whole", ("n", 3, "h", "w"))]
    return model(steps, *ends, weights, {"title": "Demo inpainter (the frames beside)", "radius": "1"})


FACE_SIDE = 512


def face_sharpener(side: int = FACE_SIDE) -> bytes:
    """Takes a square of one size only, -1 to 1, as the models of faces do: a picture and half of what a 3 × 3 binomial
    blur takes from it."""
    kernel = [1.5 * (at == 4) - weight / 32 for at, weight in enumerate((1, 2, 1, 2, 4, 2, 1, 2, 1))]
    weights = [tensor("kernel", kernel * 3, (3, 1, 3, 3)), tensor("border", [0, 0, 1, 1, 0, 0, 1, 1], (8,))]
    steps = [
        operation("Pad", ["face", "border"], ["wide"], {"mode": "edge"}),
        operation("Conv", ["wide", "kernel"], ["sharp"], {"group": 3, "kernel_shape": (3, 3)}),
    ]
    shape = (1, 3, side, side)
    meta = {"title": "Demo face model (sharpens)", "pattern": "faces", "range": "-1..1"}
    return model(steps, [value("face", shape)], [value("sharp", shape)], weights, meta)


FACE = (
    0.376917, 0.468647, 0.622857, 0.469128, 0.501239, 0.613319, 0.393088, 0.725411, 0.611502, 0.724905,
)  # fmt: skip
"""The demo face's points in its square of side 1, x and y in turn: where aligned faces have them."""
FACE_CELLS = 3
"""Side of that square, in cells of 32 pixels."""


def face_finder() -> bytes:
    """Answers as YuNet does (BGR, 0 to 255): where 32 × 32 pixels are strong red, a face lies around them, 96 pixels
    wide. It finds nothing smaller."""
    points = [(at - 0.5) * FACE_CELLS + 0.5 for at in FACE]
    constants = {
        "cls": [0.0],
        "obj": [1.0],
        "bbox": [0.5, 0.5, math.log(FACE_CELLS), math.log(FACE_CELLS)],
        "kps": points,
    }
    weights = [tensor("redness", [-1 / 200, -1 / 200, 1 / 200], (1, 3, 1, 1))]
    steps = [operation("Conv", ["input", "redness"], ["red"])]
    outputs = []
    for stride in (8, 16, 32):
        area = {"kernel_shape": (stride, stride), "strides": (stride, stride)}
        steps.append(operation("AveragePool", ["red"], [f"red_{stride}"], area))
        for name, numbers in constants.items():
            each, key = len(numbers), f"{name}_{stride}"
            slope = 1.0 if (name, stride) == ("cls", 32) else 0.0
            weights += [
                tensor(f"{key} slope", [slope] * each, (each, 1, 1, 1)),
                tensor(f"{key} flat", [float(number) for number in numbers], (each,)),
                tensor(f"{key} shape", [1, -1, each], (3,)),
            ]
            steps += [
                operation("Conv", [f"red_{stride}", f"{key} slope", f"{key} flat"], [f"{key} planes"]),
                operation("Transpose", [f"{key} planes"], [f"{key} cells"], {"perm": (0, 2, 3, 1)}),
                operation("Reshape", [f"{key} cells", f"{key} shape"], [key]),
            ]
            outputs.append(value(key, (1, f"n{stride}", each)))
    taken = [value("input", (1, 3, "h", "w"))]
    return model(steps, taken, outputs, weights, {"title": "Demo face finder (strong red)", "pattern": "detector"})


MODELS = {
    "demo-upscale-2x": upscaler,
    "demo-interpolate": interpolator,
    "demo-denoise": softener,
    "demo-colourise": colouriser,
    "demo-inpaint": inpainter,
    "demo-inpaint-row": row_inpainter,
    "demo-faces": face_sharpener,
    "demo-face-finder": face_finder,
}


def main(folder: Path = HERE) -> None:
    for name, make in MODELS.items():
        path = folder / f"{name}.onnx"
        path.write_bytes(make())
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
