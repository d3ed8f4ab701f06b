"""What the worker tells of nodes, as the canvas shows it: what lies in a group counts for the group. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from graphs.document import NodeId
from graphs.groups.flatten import outermost
from runtime.session import NodeCost


def of_cards(costs: Iterable[NodeCost]) -> dict[NodeId, NodeCost]:
    """The costs by card. A group takes the time of all its nodes, for as many pictures as the busiest of them."""
    found: dict[NodeId, NodeCost] = {}
    for cost in costs:
        card = outermost(NodeId(cost.node))
        known = found.get(card)
        if known is None:
            found[card] = cost if card == cost.node else replace(cost, node=card)
            continue
        ms, share = known.ms_per_frame + cost.ms_per_frame, known.share + cost.share
        found[card] = NodeCost(card, ms, share, max(known.frames, cost.frames))
    return found
