"""How far a whole render is, of what is whole and what its makers say of theirs. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from runtime.jobs.journal import Whole
from runtime.jobs.lanes import Lane
from runtime.protocol import SinkProgress
from runtime.session import RenderUpdate


def bytes_of(wholes: Sequence[Whole]) -> dict[str, int]:
    """What the pieces of each output take."""
    found: dict[str, int] = {}
    for whole in wholes:
        for node, piece in whole.pieces.items():
            found[node] = found.get(node, 0) + piece.size_bytes
    return found


def summed(lanes: Sequence[Lane], wholes: Sequence[Whole], now: Collection[RenderUpdate], working: int) -> RenderUpdate:
    """`now`: how far each maker is with the segment that it has in hand; `working`: how many work at the same time."""
    sizes = bytes_of(wholes)
    sinks = []
    for lane in lanes:
        written = encoded = sum(whole.pieces[lane.node].frames for whole in wholes if lane.node in whole.pieces)
        size = sizes.get(lane.node, 0)
        for sink in (sink for update in now for sink in update.sinks if sink.node == lane.node):
            written, encoded, size = written + sink.written, encoded + sink.encoded, size + sink.size_bytes
        sinks.append(SinkProgress(lane.node, written, encoded, lane.frames, size))
    worked_s = sum(whole.took_s for whole in wholes) + sum(one.elapsed_s for one in now)
    return RenderUpdate(
        tuple(sinks),
        sum(sink.encoded for sink in sinks),
        sum(sink.total for sink in sinks),
        sum(sink.size_bytes for sink in sinks),
        worked_s / working,
    )
