"""What can be read off the frames of a plan besides pictures: their true values, and what each node costs.

Frozen values for the scopes, the pixel readout and the heat map; runtime/session.py fetches them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runtime.protocol import Costed, Family, Picked, Sampled

__all__ = ["NodeCost", "Pixel", "SamplePlane", "Samples", "node_costs", "pixel_from", "samples_from"]

_NS_PER_MS = 1e6


@dataclass(frozen=True, slots=True)
class SamplePlane:
    """`height` lines of `width` values, line after line: code values (`data.format` is "H", 16 bits) or floats ("f").

    As an array: `numpy.frombuffer(plane.data, plane.data.format).reshape(plane.height, plane.width)`.
    """

    data: memoryview[int] | memoryview[float]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Samples:
    """Points of a frame in the clip's own values, never averaged, never converted: Y, U, V, or R, G, B, or grey.

    `width` and `height` are the frame's. Chroma planes have their own size; `sub_w` and `sub_h` are log2 of how much
    smaller they are before sampling. `matrix` as H.273 numbers them (None: the frame does not say).
    """

    planes: tuple[SamplePlane, ...]
    width: int
    height: int
    family: Family
    bits: int
    is_float: bool
    full_range: bool
    matrix: int | None
    sub_w: int
    sub_h: int
    took_ms: float = 0.0  # the copying, in the worker


@dataclass(frozen=True, slots=True)
class Pixel:
    """One pixel: a value for each plane in the clip's own codes, and R, G, B (0…255) as on the screen."""

    x: int
    y: int
    values: tuple[float, ...]
    rgb: tuple[int, int, int]
    family: Family
    bits: int
    is_float: bool
    full_range: bool


@dataclass(frozen=True, slots=True)
class NodeCost:
    """What a node has worked: the time of its filters, summed over threads, for each of the `frames` pictures for which
    it had to work. What came out of a cache is not counted; a node that has not worked yet has 0 frames and 0 ms.

    Played in sequence this is the cost in a render; in scrubbing it is more, since a filter over time makes the
    neighbours anew. `share` is this node's part (0…1) of all the time that the plan has taken.
    """

    node: str
    ms_per_frame: float
    share: float
    frames: int


def samples_from(reply: Sampled, data: bytes) -> Samples:
    codes = reply.codes
    values = memoryview(data).cast("f") if codes.is_float else memoryview(data).cast("H")
    planes: list[SamplePlane] = []
    at = 0
    for size in reply.planes:
        end = at + size.width * size.height
        planes.append(SamplePlane(values[at:end], size.width, size.height))
        at = end
    return Samples(
        tuple(planes),
        reply.width,
        reply.height,
        codes.family,
        codes.bits,
        codes.is_float,
        codes.full_range,
        codes.matrix,
        codes.sub_w,
        codes.sub_h,
        reply.took_ms,
    )


def pixel_from(reply: Picked, x: int, y: int) -> Pixel:
    red, green, blue = reply.rgb
    codes = reply.codes
    return Pixel(x, y, reply.values, (red, green, blue), codes.family, codes.bits, codes.is_float, codes.full_range)


def node_costs(reply: Costed) -> tuple[NodeCost, ...]:
    """One for each node, in the plan's order; the steps of a node are added up."""
    worked_ms: dict[str, float] = {}
    frames: dict[str, int] = {}
    for step in reply.steps:
        worked_ms[step.node] = worked_ms.get(step.node, 0.0) + step.worked_ns / _NS_PER_MS
        frames[step.node] = max(frames.get(step.node, 0), step.frames)
    whole = sum(worked_ms.values())
    return tuple(NodeCost(*one) for one in _shared(worked_ms, frames, whole))


def _shared(
    worked_ms: dict[str, float], frames: dict[str, int], whole_ms: float
) -> Iterable[tuple[str, float, float, int]]:
    for node, ms in worked_ms.items():
        count = frames[node]
        yield node, ms / count if count else 0.0, ms / whole_ms if whole_ms else 0.0, count
