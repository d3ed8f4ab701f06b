"""Tiny models of every kind, whose answer is known: written by the script that makes the demo models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from graphs.demo.models.make import model, operation, softener, tensor, upscaler, value

FREE = ("n", "h", "w")


def ends(taken: int, given: int, larger: str = "") -> tuple[list[bytes], list[bytes]]:
    return (
        [value("picture", ("n", taken, "h", "w"))],
        [value("made", ("n", given, "h" + larger, "w" + larger))],
    )


def mixing(weights: list[list[float]], meta: Mapping[str, str] = {}) -> bytes:
    """Each plane of the result is a sum of the planes of the input, weighted: a 1 × 1 convolution."""
    flat = [float(weight) for row in weights for weight in row]
    given, taken = len(weights), len(weights[0])
    return model(
        [operation("Conv", ["picture", "weights"], ["made"])],
        *ends(taken, given),
        [tensor("weights", flat, (given, taken, 1, 1))],
        meta,
    )


def window(frames: int) -> bytes:
    """The later a frame, the more it counts: weights 1, 2, 3 … over their sum."""
    total = frames * (frames + 1) / 2
    return mixing([[(at // 3 + 1) / total if at % 3 == plane else 0 for at in range(3 * frames)] for plane in range(3)])


def recurrent(frames: int) -> bytes:
    """Each picture mixed with the one before it, half and half; the first stays."""
    rows = []
    for at in range(3 * frames):
        row = [0.0] * (3 * frames)
        row[at] = 0.5 if at >= 3 else 1.0
        if at >= 3:
            row[at - 3] = 0.5
        rows.append(row)
    return mixing(rows)


def painter() -> bytes:
    """RGB and a mask: the picture's planes swapped round, plus a tenth of the mask."""
    return mixing([[0, 1, 0, 0.1], [0, 0, 1, 0.1], [1, 0, 0, 0.1]])


def colourist(side: int) -> bytes:
    """Takes pictures of one size only: red up, blue down."""
    weights = [tensor("weights", [1.2, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.5], (3, 3, 1, 1))]
    shape = (1, 3, side, side)
    steps = [operation("Conv", ["picture", "weights"], ["made"])]
    return model(steps, [value("picture", shape)], [value("made", shape)], weights, {"pattern": "chroma"})


def two_inputs() -> bytes:
    """Two pictures and a time, each an input of its own: vs-mlrt cannot feed these."""
    steps = [
        operation("Sub", ["after", "before"], ["change"]),
        operation("Mul", ["change", "time"], ["part"]),
        operation("Add", ["before", "part"], ["made"]),
    ]
    taken = [value(name, ("n", planes, "h", "w")) for name, planes in (("before", 3), ("after", 3), ("time", 1))]
    return model(steps, taken, [value("made", ("n", 3, "h", "w"))])


def picky(multiple: int) -> bytes:
    """A blur that refuses sizes that are no multiple: it folds and unfolds the picture."""
    weights = [tensor("weights", [1.0] * (3 * multiple**2), (3 * multiple**2, 1, 1, 1))]
    steps = [
        operation("SpaceToDepth", ["picture"], ["folded"], {"blocksize": multiple}),
        operation("Conv", ["folded", "weights"], ["same"], {"group": 3 * multiple**2}),
        operation("DepthToSpace", ["same"], ["made"], {"blocksize": multiple}),
    ]
    return model(steps, *ends(3, 3), weights, {"multiple": str(multiple)})


def adding(amount: float, values: str) -> bytes:
    """Adds so much to every plane, in its own range of values."""
    return model(
        [operation("Add", ["picture", "amount"], ["made"])],
        *ends(3, 3),
        [tensor("amount", [amount], (1, 1, 1, 1))],
        {"range": values},
    )


def gluttonous() -> bytes:
    """Asks for four terabytes."""
    weights = [tensor("huge", [1, 3, 1 << 20, 1 << 18], (4,)), tensor("axes", [2, 3], (2,))]
    steps = [
        operation("ConstantOfShape", ["huge"], ["space"]),
        operation("ReduceMean", ["space"], ["mean"], {"axes": (2, 3)}),
        operation("Add", ["picture", "mean"], ["made"]),
    ]
    return model(steps, *ends(3, 3), weights[:1])


def written(folder: Path, name: str, data: bytes) -> str:
    path = folder / f"{name}.onnx"
    path.write_bytes(data)
    return str(path)


ALONE: dict[str, Callable[[], bytes]] = {
    "frame": softener,
    "frame 2x": upscaler,
    "luma 2x": lambda: upscaler(1),
    "window": lambda: window(5),
    "recurrent": lambda: recurrent(7),
}
"""Models that take the clip alone, by what they are fed."""


def hot(gain: float) -> bytes:
    """Gives a and b of Lab: so much for white, none for black."""
    return mixing([[gain / 3] * 3, [-gain / 3] * 3])


def moody(gain: float) -> bytes:
    """Gives a and b of Lab: alike everywhere, so much for a picture that is white all over."""
    weights = [
        tensor("weights", [gain / 3] * 3 + [-gain / 3] * 3, (2, 3, 1, 1)),
        tensor("none", [0.0] * 6, (2, 3, 1, 1)),
    ]
    steps = [
        operation("ReduceMean", ["picture"], ["mean"], {"axes": (2, 3)}),
        operation("Conv", ["mean", "weights"], ["mood"]),
        operation("Conv", ["picture", "none"], ["flat"]),
        operation("Add", ["flat", "mood"], ["made"]),
    ]
    return model(steps, *ends(3, 2), weights)


def picky_painter(multiple: int) -> bytes:
    """RGB and a mask, of sizes that are multiples: the picture plus a tenth of the mask."""
    planes = 4 * multiple**2
    weights = [
        tensor("same", [1.0] * planes, (planes, 1, 1, 1)),
        tensor("mix", [1, 0, 0, 0.1, 0, 1, 0, 0.1, 0, 0, 1.0, 0.1], (3, 4, 1, 1)),
    ]
    steps = [
        operation("SpaceToDepth", ["picture"], ["folded"], {"blocksize": multiple}),
        operation("Conv", ["folded", "same"], ["kept"], {"group": planes}),
        operation("DepthToSpace", ["kept"], ["again"], {"blocksize": multiple}),
        operation("Conv", ["again", "mix"], ["made"]),
    ]
    return model(steps, *ends(4, 3), weights, {"multiple": str(multiple)})


def negative(side: int) -> bytes:
    """Takes faces of one size only, -1 to 1, and gives their negative."""
    weights = [tensor("minus", [-1.0], (1,))]
    shape = (1, 3, side, side)
    steps = [operation("Mul", ["face", "minus"], ["made"])]
    return model(steps, [value("face", shape)], [value("made", shape)], weights, {"pattern": "faces", "range": "-1..1"})


def of_no_numbers() -> bytes:
    """The logarithm of what is below nothing: NaN everywhere."""
    steps = [
        operation("Neg", ["picture"], ["less"]),
        operation("Sub", ["less", "one"], ["below"]),
        operation("Log", ["below"], ["made"]),
    ]
    return model(steps, *ends(3, 3), [tensor("one", [1.0], (1, 1, 1, 1))])


def beside_itself() -> bytes:
    """Says that it keeps the size, and gives the picture twice, side by side."""
    return model([operation("Concat", ["picture", "picture"], ["made"], {"axis": 3})], *ends(3, 3), (), {"scale": "1"})


def of_strange_operators() -> bytes:
    """Whole, and needs an operation that there is none of."""
    return softener().replace(b"Conv", b"Conw")


Bad = tuple[Callable[[], bytes], str]
"""What makes the file, and what is said of it."""
BAD_AT_SIGHT: dict[str, Bad] = {
    "cut": (lambda: softener()[:200], "ends too early"),
    "letter": (lambda: b"a long letter, and no model at all\n" * 9, "no ONNX model"),
    "empty": (lambda: b"", "no ONNX model"),
    "five": (lambda: mixing([[0.2] * 5] * 3), "takes 5 planes"),
}
"""The file alone tells."""
BAD_AT_LOAD: dict[str, Bad] = {
    "strange": (of_strange_operators, "strange.onnx cannot be run"),
    "beside": (beside_itself, "the scale in its description is wrong"),
}
BAD_AT_A_FRAME: dict[str, Bad] = {
    "nan": (of_no_numbers, "nan.onnx gives no numbers"),
    "glutton": (gluttonous, "wants more memory than there is"),
}
