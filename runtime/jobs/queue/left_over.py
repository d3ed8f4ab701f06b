"""Renders that were cut short and are nobody's: offered to be gone on with."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from graphs import codec
from nodes.registry import Registry
from runtime.jobs import unfinished
from runtime.jobs.destinations import FILE_PARAM, writers
from runtime.jobs.journal import Folder, JournalError
from runtime.jobs.queue.order import Job, Order
from runtime.jobs.queue.ordering import source_of
from runtime.jobs.unfinished import Unfinished
from runtime.opening import found

_PATIENCE_S, _AGAIN_S = 3.0, 0.05


def left_over(jobs: Iterable[Job]) -> list[Unfinished]:
    """Those that are known, that nobody works on, and that none of these jobs makes."""
    graphs = [json.loads(codec.encode(job.order.graph)) for job in jobs]
    nobodys = []
    for one in unfinished.known():
        if one.job.get("graph") in graphs:
            continue
        with suppress(JournalError, OSError):
            Folder.open(one.folder).close()  # nobody holds it
            nobodys.append(one)
    return nobodys


def order_of(one: Unfinished, registry: Registry) -> Order:
    """What makes the same again, and so goes on with it. DocumentError, ValueError."""
    graph = codec.decode(json.dumps(one.job["graph"]))
    here = Path(one.job.get("folder") or one.folder.parent)
    graph = found(graph, here, registry)
    for sink in writers(graph, registry):
        node = graph.nodes[sink]
        graph = graph.with_node(node.with_param(FILE_PARAM, str(here / str(node.params[FILE_PARAM]))))
    frames = one.job.get("frames")
    return Order(
        one.result.stem,
        graph,
        (int(frames[0]), None if frames[1] is None else int(frames[1])) if frames else None,
        bool(one.job.get("overwrite")),
        bool(one.job.get("trust")),
        source=source_of(graph),
    )


def throw_away(folder: str | Path) -> None:
    """Remove what is made of a render. Nothing happens where somebody works on it, or it is gone.

    The lock is tried for a while: a process that was just being started when it was let go of holds it until it runs.
    """
    path, end_s = Path(folder), time.monotonic() + _PATIENCE_S
    while (path / "job.json").exists():
        try:
            Folder.open(path).remove()
        except (JournalError, OSError):
            if time.monotonic() > end_s:
                return
            time.sleep(_AGAIN_S)
    unfinished.forget(path)
