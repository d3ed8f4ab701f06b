"""Which node of the open graph shows a tape while it is captured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editor.capture.branching import Wanted
from editor.capture.taken import CAPTURE
from editor.language import tr
from graphs.document import NodeId

if TYPE_CHECKING:
    from editor.window.window import Window


def live_branch(window: Window, asking: NodeId | None) -> Wanted | None:
    """What the open graph has to show of the tape while it plays: the node that it names for that, else what the
    viewer shows."""
    desk, parts = window.desk, window.parts
    nodes = desk.graph.nodes
    capture = asking if asking in nodes else None
    capture = capture or next((one.id for one in nodes.values() if one.type == CAPTURE and not one.bypass), None)
    if capture is None or parts is None or window.on_start_page:
        return None
    named = desk.graph.meta.get("live")
    shown = [parts.viewer.shown["B"], parts.viewer.shown["A"]]
    for node in (NodeId(named) if isinstance(named, str) else None, *shown):
        if node is None or node not in nodes or node == capture:
            continue
        link = desk.graph.incoming(node).get("clip")
        at = node if parts.engine.analysis.places.sink(node) is None else link.source[0] if link is not None else None
        if at is not None and at in nodes:
            kind = desk.kind(at)
            title = nodes[at].label or (tr(kind.name()) if kind is not None else at)
            return Wanted(desk.graph, capture, at, title, desk.registry)
    return None
