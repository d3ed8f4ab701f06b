"""Aligning and spreading chosen cards. Pure: boxes in, positions out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphs.document import NodeId, Point


@dataclass(frozen=True, slots=True)
class Box:
    """Where a card lies, in canvas units."""

    x: float
    y: float
    width: float
    height: float


type Boxes = Mapping[NodeId, Box]


def align_left(boxes: Boxes) -> dict[NodeId, Point]:
    edge = min((box.x for box in boxes.values()), default=0.0)
    return {node: (edge, box.y) for node, box in boxes.items()}


def align_top(boxes: Boxes) -> dict[NodeId, Point]:
    edge = min((box.y for box in boxes.values()), default=0.0)
    return {node: (box.x, edge) for node, box in boxes.items()}


def spread_across(boxes: Boxes) -> dict[NodeId, Point]:
    """Equal gaps from left to right; the outer ones stay."""
    order = sorted(boxes, key=lambda node: (boxes[node].x, node))
    places = _spread([(boxes[node].x, boxes[node].width) for node in order])
    return {node: (place, boxes[node].y) for node, place in zip(order, places, strict=True)}


def spread_down(boxes: Boxes) -> dict[NodeId, Point]:
    """Equal gaps from top to bottom; the outer ones stay."""
    order = sorted(boxes, key=lambda node: (boxes[node].y, node))
    places = _spread([(boxes[node].y, boxes[node].height) for node in order])
    return {node: (boxes[node].x, place) for node, place in zip(order, places, strict=True)}


def _spread(spans: list[tuple[float, float]]) -> list[float]:
    if len(spans) < 3:
        return [start for start, _ in spans]
    room = spans[-1][0] - (spans[0][0] + spans[0][1])
    gap = (room - sum(length for _, length in spans[1:-1])) / (len(spans) - 1)
    places, at = [spans[0][0]], spans[0][0] + spans[0][1] + gap
    for _, length in spans[1:-1]:
        places.append(at)
        at += length + gap
    return [*places, spans[-1][0]]
