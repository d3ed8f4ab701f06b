"""Lays a graph out in columns along the tape, with few crossings and straight main lines. Pure.

Layered drawing after Sugiyama, Tagawa and Toda (1981): columns by longest path, order by the median of the neighbours,
then heights so that a node lies level with what feeds it. A wire over several columns keeps a lane free on its way.
Nodes of a group stay beside each other, and what does not belong to it outside its frame.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from editor.canvas.arrange import Box, Boxes
from graphs.document import Graph, NodeId, Point

ACROSS = 54.0
"""Between columns: room for wires."""
DOWN = 34.0
"""Between cards of a column."""
LANE = Box(0, 0, 0, 16)
"""What a wire needs that passes a column."""
FRAME = 44.0
"""Between a group's frame and what is not in it, above; its title stands there."""
MAIN = 1000.0
"""The weight of what is fed from the first output of another node, beside the others."""
DENSE = 0.3
"""How much of its frame a group must fill for others to be kept out of it."""
SWEEPS = 12

type Ends = dict[tuple[NodeId, NodeId], tuple[float, float]]
type Near = Mapping[NodeId, list[NodeId]]


@dataclass
class _Sheet:
    """What is laid out: nodes and lanes, by column. `group` names the groups of nodes. `ends` tells how
    far below the tops of two neighbours the wire between them leaves and arrives."""

    boxes: dict[NodeId, Box]
    before: dict[NodeId, list[NodeId]]
    after: dict[NodeId, list[NodeId]]
    column: dict[NodeId, int]
    group: Mapping[NodeId, str]
    ends: Ends

    def drop(self, one: NodeId, other: NodeId) -> float:
        """By how much `other` lies lower than `one` for the wire between them to be straight."""
        leaves, arrives = self.ends[one, other]
        return leaves - arrives


type PortHeight = Callable[[NodeId, str, bool], float]
"""How far below a card's top a port lies (node, port, whether it is an output)."""


def tidied(
    graph: Graph, boxes: Boxes, chosen: Collection[NodeId] | None = None, port_y: PortHeight = lambda *_: 0.0
) -> dict[NodeId, Point]:
    """New positions for `chosen` (by default all). The top left corner of what is laid out stays where it is."""
    nodes = [node for node in sorted(boxes) if chosen is None or node in chosen]
    if not nodes:
        return {}
    corner = (min(boxes[node].x for node in nodes), min(boxes[node].y for node in nodes))
    before, after, ends = _neighbours(graph, nodes, port_y)
    column = _columns(nodes, before, after)
    first = min(column.values())
    column = {node: at - first for node, at in column.items()}
    group = {member: each.id for each in graph.groups for member in each.nodes}
    sheet = _Sheet({node: boxes[node] for node in nodes}, before, after, column, group, ends)
    _lay_lanes(sheet)
    rows = _ordered(sheet)
    left: list[float] = []
    at = 0.0
    for row in rows:
        left.append(at)
        at += max((sheet.boxes[node].width for node in row), default=0.0) + ACROSS
    top = _heights(rows, sheet)
    _clear_frames(nodes, top, sheet)
    highest = min(top[node] for node in nodes)
    return {node: (round(corner[0] + left[column[node]]), round(corner[1] + top[node] - highest)) for node in nodes}


def _neighbours(
    graph: Graph, nodes: list[NodeId], port_y: PortHeight
) -> tuple[dict[NodeId, list[NodeId]], dict[NodeId, list[NodeId]], Ends]:
    """What feeds a node, its uppermost input first; what it feeds; and where its wires end."""
    before: dict[NodeId, list[NodeId]] = {node: [] for node in nodes}
    after: dict[NodeId, list[NodeId]] = {node: [] for node in nodes}
    ends: Ends = {}
    arriving = [(port_y(*link.target, False), link) for link in graph.links]
    for height, link in sorted(arriving, key=lambda end: end[0]):
        source, target = link.source[0], link.target[0]
        if source in before and target in before and source != target and source not in before[target]:
            before[target].append(source)
            after[source].append(target)
            ends[source, target] = port_y(*link.source, True), height
    return before, after, ends


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


def _lay_lanes(sheet: _Sheet) -> None:
    """Put a lane into each column that a wire passes."""
    count = 0
    for source in list(sheet.after):
        for target in list(sheet.after[source]):
            last, (leaves, arrives) = source, sheet.ends[source, target]
            for at in range(sheet.column[source] + 1, sheet.column[target]):
                lane = NodeId(f"\0{count}")
                count += 1
                middle = sheet.boxes[source].y + (sheet.boxes[target].y - sheet.boxes[source].y) / 2
                sheet.boxes[lane] = Box(0, middle, LANE.width, LANE.height)
                sheet.column[lane], sheet.before[lane], sheet.after[lane] = at, [last], [target]
                _swap(sheet.after[last], target, lane)
                _swap(sheet.before[target], last, lane)
                sheet.ends[last, lane] = (leaves if last == source else LANE.height / 2), LANE.height / 2
                sheet.ends[lane, target] = LANE.height / 2, arrives
                last = lane


def _swap(nodes: list[NodeId], old: NodeId, new: NodeId) -> None:
    nodes[nodes.index(old)] = new


def _ordered(sheet: _Sheet) -> list[list[NodeId]]:
    """The nodes of each column from top to bottom."""
    rows: list[list[NodeId]] = [[] for _ in range(max(sheet.column.values()) + 1)]
    for node in sorted(sheet.column, key=lambda node: (sheet.boxes[node].y, node)):
        rows[sheet.column[node]].append(node)
    rank = {node: float(at) for row in rows for at, node in enumerate(row)}
    best, least = rows, -1
    for sweep in range(SWEEPS):
        near = sheet.before if sweep % 2 == 0 else sheet.after
        for row in rows if sweep % 2 == 0 else reversed(rows):
            _sort(row, near, rank, sheet)
        crossed = _crossings(rows, sheet.after)
        if crossed < least or least < 0:
            best, least = [list(row) for row in rows], crossed
    return best


def _sort(row: list[NodeId], near: Near, rank: dict[NodeId, float], sheet: _Sheet) -> None:
    """By where their neighbours are, in the order of their ports; members of a group go together, where most of them
    want to be."""
    group = sheet.group

    def at(each: NodeId, node: NodeId) -> float:
        port = sheet.ends[each, node][0] if (each, node) in sheet.ends else sheet.ends[node, each][1]
        return rank[each] + port * 1e-4

    pull = {node: median([at(each, node) for each in near[node]]) if near[node] else rank[node] for node in row}
    wishes: dict[str, list[float]] = {}
    for node in row:
        wishes.setdefault(group.get(node, node), []).append(pull[node])
    lead = {name: median(wanted) for name, wanted in wishes.items()}
    row.sort(key=lambda node: (lead[group.get(node, node)], group.get(node, node), pull[node], rank[node]))
    rank.update((node, float(at)) for at, node in enumerate(row))


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


def _heights(rows: list[list[NodeId]], sheet: _Sheet) -> dict[NodeId, float]:
    """The top of each node: level with what feeds its first input, so that the main line is straight; what is fed by
    nothing, level with what it feeds."""
    top: dict[NodeId, float] = {}
    for row in rows:
        at = 0.0
        for node in row:
            top[node] = at
            at += sheet.boxes[node].height + DOWN
    for sweep in range(7):
        wish = _level_with_feed if sweep % 2 == 0 else _level_with_fed
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [wish(node, top, sheet) for node in row]
            top.update(zip(row, _fitted(row, wanted, sheet), strict=True))
    return top


def _level_with_feed(node: NodeId, top: Mapping[NodeId, float], sheet: _Sheet) -> float:
    feeds = sheet.before[node]
    return top[feeds[0]] + sheet.drop(feeds[0], node) if feeds else top[node]


def _level_with_fed(node: NodeId, top: Mapping[NodeId, float], sheet: _Sheet) -> float:
    fed = [each for each in sheet.after[node] if sheet.before[each][0] == node] or sheet.after[node]
    upper = min((sheet.ends[node, each][0] for each in fed), default=0.0)
    fed = [each for each in fed if sheet.ends[node, each][0] == upper]  # the picture, not the sound
    return median([top[each] - sheet.drop(node, each) for each in fed]) if fed else top[node]


def _fitted(row: list[NodeId], wanted: list[float], sheet: _Sheet) -> list[float]:
    """Heights in this order without overlap, as near to the wanted ones as blocks allow (pool adjacent violators). What
    carries the picture on weighs more than what hangs on its side."""
    offsets, at = [0.0], 0.0
    for one, other in pairwise(row):
        gap = DOWN + (FRAME if sheet.group.get(one) != sheet.group.get(other) else 0.0)
        at += sheet.boxes[one].height + gap
        offsets.append(at)
    blocks: list[tuple[float, float, int]] = []
    for node, place, offset in zip(row, wanted, offsets, strict=True):
        mean, weight, count = place - offset, _weight(node, sheet), 1
        while blocks and blocks[-1][0] > mean:
            other_mean, other_weight, other_count = blocks.pop()
            mean = (mean * weight + other_mean * other_weight) / (weight + other_weight)
            weight, count = weight + other_weight, count + other_count
        blocks.append((mean, weight, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def _weight(node: NodeId, sheet: _Sheet) -> float:
    if sheet.boxes[node].width == LANE.width:
        return 1.0
    feed = next(iter(sheet.before[node]), None)
    if feed is None:
        return MAIN
    return MAIN if sheet.ends[feed, node][0] == min(sheet.ends[feed, each][0] for each in sheet.after[feed]) else 1.0


def _clear_frames(nodes: list[NodeId], top: dict[NodeId, float], sheet: _Sheet) -> None:
    """Move what is no member, but lies in a group's frame, above or below it; what is in its way goes along."""
    groups: dict[str, list[NodeId]] = {}
    for node in nodes:
        if node in sheet.group:
            groups.setdefault(sheet.group[node], []).append(node)
    for _ in range(len(groups)):
        for name, members in groups.items():
            columns = {sheet.column[node] for node in members}
            span = range(min(columns), max(columns) + 1)
            high = min(top[node] for node in members)
            low = max(top[node] + sheet.boxes[node].height for node in members)
            if sum(sheet.boxes[node].height for node in members) < DENSE * len(span) * (low - high):
                continue  # its members are too far apart for all others to stand back
            for at in span:
                others = [node for node in nodes if sheet.column[node] == at and sheet.group.get(node) != name]
                _push(others, (high, low), top, sheet)


def _push(others: list[NodeId], frame: tuple[float, float], top: dict[NodeId, float], sheet: _Sheet) -> None:
    """Send the nodes of one column out of the stretch `frame` of it."""
    high, low = frame
    middle = (high + low) / 2
    above = [node for node in others if top[node] + sheet.boxes[node].height / 2 < middle]
    edge = high - FRAME
    for node in sorted(above, key=lambda node: -top[node]):
        top[node] = min(top[node], edge - sheet.boxes[node].height)
        edge = top[node] - _gap(node, sheet)
    edge = low + FRAME
    for node in sorted((node for node in others if node not in above), key=lambda node: top[node]):
        top[node] = max(top[node], edge)
        edge = top[node] + sheet.boxes[node].height + _gap(node, sheet)


def _gap(node: NodeId, sheet: _Sheet) -> float:
    return DOWN + (FRAME if node in sheet.group else 0.0)
