"""What a machine of a cluster is told to make, and what it answers: plain data that any two versions read. Pure."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from runtime.protocol import RenderSink, SinkProgress
from runtime.session import NodeFailure, RenderResult

Plain = dict[str, Any]


def replaced(value: Any, places: Mapping[str, str]) -> Any:
    """Plain data with every text that is a key of `places` replaced: where a graph's sources lie on this machine."""
    match value:
        case str():
            return places.get(value, value)
        case dict():
            return {key: replaced(one, places) for key, one in value.items()}
        case list():
            return [replaced(one, places) for one in value]
        case _:
            return value


def sources_of(paths: Sequence[str]) -> list[Plain]:
    """By what a source is known again: its absolute path, size and time; `sent`: whether it can be sent."""
    found = []
    for path in paths:
        stat = os.stat(path)  # noqa: PTH116  # the graph's own text
        full = os.path.abspath(path)  # noqa: PTH100
        plain = os.path.isfile(path)  # noqa: PTH113
        found.append({"named": path, "path": full, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sent": plain})
    return found


def parts_of(sinks: Sequence[RenderSink]) -> Plain:
    """Which frames of which output."""
    return {
        sink.node: {"first": sink.first, "last": sink.last, "shown": [list(pair) for pair in sink.shown]}
        for sink in sinks
    }


def failure_as(failure: NodeFailure, sinks: Sequence[SinkProgress]) -> Plain:
    return {"failed": asdict(failure), "sinks": [progress_as(sink) for sink in sinks]}


def failure_from(told: Plain) -> tuple[NodeFailure, tuple[SinkProgress, ...]]:
    failed = dict(told["failed"])
    failed["log"] = tuple(failed["log"])
    return NodeFailure(**failed), progress_from(told["sinks"])


def progress_as(sink: SinkProgress) -> list[Any]:
    return [sink.node, sink.written, sink.encoded, sink.total, sink.size_bytes]


def progress_from(told: Sequence[Sequence[Any]]) -> tuple[SinkProgress, ...]:
    return tuple(SinkProgress(*one) for one in told)


def result_as(done: RenderResult) -> Plain:
    return {"sinks": [progress_as(sink) for sink in done.sinks], "elapsed_s": done.elapsed_s, "cpu_s": done.cpu_s}


def result_from(told: Plain) -> RenderResult:
    return RenderResult(progress_from(told["sinks"]), told["elapsed_s"], told["cpu_s"])
