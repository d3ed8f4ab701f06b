"""Lays a graph out in columns along the tape, with few crossings and straight main lines. Pure.

Layered drawing after Sugiyama, Tagawa and Toda (1981): columns by longest path, order by the median of the neighbours,
then heights so that a node lies level with what feeds it. Nodes of a group stay beside each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise
from statistics import median

from editor.canvas.arrange import Boxes
from graphs.document import Graph, NodeId, Point

ACROSS = 54.0
"""Between columns: room for wires."""
DOWN = 34.0
"""Between cards of a column."""
FRAME = 30.0
"""More, where one group ends and another begins."""
SWEEPS = 12


def tidied(graph: Graph, boxes: Boxes, chosen: Collection[NodeId] | None = None) -> dict[NodeId, Point]:
    """New positions for `chosen` (by default all). The top left corner of what is laid out stays where it is."""
    nodes = [node for node in sorted(boxes) if chosen is None or node in chosen]
    if not nodes:
        return {}
    corner = (min(boxes[node].x for node in nodes), min(boxes[node].y for node in nodes))
    before, after = _neighbours(graph, nodes)
    column = _columns(nodes, before, after)
    group = {member: each.id for each in graph.groups for member in each.nodes}
    rows = _ordered(nodes, column, before, after, boxes, group)
    left: list[float] = []
    at = 0.0
    for row in rows:
        left.append(at)
        at += max((boxes[node].width for node in row), default=0.0) + ACROSS
    top = _heights(rows, before, after, boxes, group)
    highest = min(top.values())
    return {node: (round(corner[0] + left[column[node]]), round(corner[1] + top[node] - highest)) for node in nodes}


type Near = Mapping[NodeId, list[NodeId]]


def _neighbours(graph: Graph, nodes: list[NodeId]) -> tuple[dict[NodeId, list[NodeId]], dict[NodeId, list[NodeId]]]:
    before: dict[NodeId, list[NodeId]] = {node: [] for node in nodes}
    after: dict[NodeId, list[NodeId]] = {node: [] for node in nodes}
    for link in graph.links:
        source, target = link.source[0], link.target[0]
        if source in before and target in before and source != target and source not in before[target]:
            before[target].append(source)
            after[source].append(target)
    return before, after


def _columns(nodes: list[NodeId], before: Near, after: Near) -> dict[NodeId, int]:
    """The longest path from a source; sources move right, up to what they feed."""
    column: dict[NodeId, int] = {}
    waits = {node: len(before[node]) for node in nodes}
    ready = [node for node in nodes if not waits[node]]
    order: list[NodeId] = []
    while ready:
        node = ready.pop()
        order.append(node)
        column[node] = max((column[each] + 1 for each in before[node]), default=0)
        for each in after[node]:
            waits[each] -= 1
            if not waits[each]:
                ready.append(each)
    for node in nodes:  # on a circle: a broken document is laid out too
        column.setdefault(node, 0)
    for node in reversed(order):
        if after[node] and not before[node]:
            column[node] = min(column[each] for each in after[node]) - 1
    return column


def _ordered(
    nodes: list[NodeId],
    column: Mapping[NodeId, int],
    before: Near,
    after: Near,
    boxes: Boxes,
    group: Mapping[NodeId, str],
) -> list[list[NodeId]]:
    """The nodes of each column from top to bottom."""
    lowest = min(column.values())
    rows: list[list[NodeId]] = [[] for _ in range(max(column.values()) - lowest + 1)]
    for node in sorted(nodes, key=lambda node: (boxes[node].y, node)):
        rows[column[node] - lowest].append(node)
    rank = {node: float(at) for row in rows for at, node in enumerate(row)}
    best, least = rows, -1
    for sweep in range(SWEEPS):
        near = before if sweep % 2 == 0 else after
        for row in rows if sweep % 2 == 0 else reversed(rows):
            pull = {node: median([rank[each] for each in near[node]]) if near[node] else rank[node] for node in row}
            lead: dict[str, float] = {}
            for node in row:  # members of a group go together, where most of them want to be
                lead.setdefault(group.get(node, node), 0.0)
            for name in lead:
                lead[name] = median([pull[node] for node in row if group.get(node, node) == name])
            row.sort(key=lambda node: (lead[group.get(node, node)], group.get(node, node), pull[node], rank[node]))
            for at, node in enumerate(row):
                rank[node] = float(at)
        crossed = _crossings(rows, after)
        if crossed < least or least < 0:
            best, least = [list(row) for row in rows], crossed
    return best


def _crossings(rows: list[list[NodeId]], after: Near) -> int:
    at = {node: place for row in rows for place, node in enumerate(row)}
    total = 0
    for row in rows:
        wires = [(at[node], at[each]) for node in row for each in after[node]]
        total += sum(
            1
            for index, (one, other) in enumerate(wires)
            for first, second in wires[index + 1 :]
            if (one - first) * (other - second) < 0
        )
    return total


def _heights(
    rows: list[list[NodeId]], before: Near, after: Near, boxes: Boxes, group: Mapping[NodeId, str]
) -> dict[NodeId, float]:
    """The top of each node: level with its first neighbour where there is room."""
    top: dict[NodeId, float] = {}
    for row in rows:
        at = 0.0
        for node in row:
            top[node] = at
            at += boxes[node].height + DOWN
    for sweep in range(6):
        near = before if sweep % 2 == 0 else after
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [median([top[each] for each in near[node]]) if near[node] else top[node] for node in row]
            top.update(zip(row, _fitted(row, wanted, boxes, group), strict=True))
    return top


def _fitted(row: list[NodeId], wanted: list[float], boxes: Boxes, group: Mapping[NodeId, str]) -> list[float]:
    """Heights in this order without overlap, as near to the wanted ones as blocks allow (pool adjacent violators)."""
    offsets, at = [0.0], 0.0
    for one, other in pairwise(row):
        gap = DOWN + (FRAME if group.get(one) != group.get(other) else 0.0)
        at += boxes[one].height + gap
        offsets.append(at)
    blocks: list[tuple[float, int]] = []
    for place, offset in zip(wanted, offsets, strict=True):
        mean, count = place - offset, 1
        while blocks and blocks[-1][0] > mean:
            other_mean, other_count = blocks.pop()
            mean = (mean * count + other_mean * other_count) / (count + other_count)
            count += other_count
        blocks.append((mean, count))
    means = [mean for mean, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
