"""What a worker's replies mean to whoever asked: outcomes and errors of runtime.outcomes; and waiting for them so that
Ctrl-C is heard."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress

from runtime.blame import blamed_line
from runtime.outcomes import (
    Cancelled,
    NodeError,
    NodeFailure,
    RenderError,
    RenderUpdate,
    RequestError,
    SessionError,
    Starved,
    Superseded,
    WorkerGone,
)
from runtime.protocol import (
    Describe,
    Described,
    Indexed,
    IndexProgress,
    NodeFailed,
    Probed,
    Props,
    PropsReady,
    Question,
    Render,
    RenderDone,
    RenderFailed,
    RenderProgress,
    Reply,
    RequestFailed,
    Started,
    StepCode,
)
from runtime.supervisor import Lost

_MODELS = ("run_model(", "run_torch(", "run_faces(")  # nodes/stage.py
_CANCELLED_S = 8.0  # longer than a worker that does not obey is let live
_POLL_S = 0.2  # so that Ctrl-C is heard on Windows while we wait


def last_word_soon(inbox: queue.SimpleQueue[Reply | Lost]) -> None:
    """Wait until a cancelled request has ended. Not for ever: Ctrl-C may have come just as the last word was taken, and
    then there is no other."""
    until_s = time.monotonic() + _CANCELLED_S
    while time.monotonic() < until_s:
        with suppress(queue.Empty):
            item = inbox.get(timeout=_POLL_S)
            if not isinstance(item, IndexProgress | RenderProgress | Started):
                return


def last_word(inbox: queue.SimpleQueue[Reply | Lost], news: Callable[[Reply], None]) -> Reply | Lost:
    while True:
        try:
            item = inbox.get(timeout=_POLL_S)
        except queue.Empty:
            continue
        match item:
            case IndexProgress() | RenderProgress():
                news(item)
            case Described() | PropsReady() | Probed() | Indexed() | RenderDone():
                return item
            case Lost() | NodeFailed() | RequestFailed() | RenderFailed():
                return item


def behind_models(steps: Iterable[StepCode]) -> frozenset[str]:
    """The nodes that run a model, and all below them. Steps come sources first."""
    slow: set[str] = set()
    nodes: set[str] = set()
    for step in steps:
        if any(call in step.code for call in _MODELS) or any(one.fingerprint in slow for one in step.inputs):
            slow.add(step.fingerprint)
            nodes.add(step.node)
    return frozenset(nodes)


def settle[T](done: Future[T], outcome: T | NodeFailure | Superseded | SessionError) -> None:
    match outcome:
        case NodeFailure():
            done.set_exception(NodeError(outcome))
        case Superseded():
            done.set_exception(Cancelled("cancelled"))
        case SessionError():
            done.set_exception(outcome)
        case good:
            done.set_result(good)


def wait[T](done: Future[T]) -> T:
    while True:
        try:
            return done.result(_POLL_S)
        except NotYet:
            if done.done():
                raise


def ignore(_: Reply | Lost) -> None:
    """Whoever asked next will hear of it."""


def failure(reply: NodeFailed | RenderFailed) -> NodeFailure:
    port = reply.port if isinstance(reply, NodeFailed) else ""
    return NodeFailure(reply.node, port, reply.frame, reply.line, reply.message, reply.log)


def crash(gone: Lost, node: str, port: str, frame: int | None) -> NodeFailure:
    """A node that took the worker along. The log may name a step of ours; else it is the one that was asked for."""
    begun = gone.begun
    node, frame = (begun.node or node, begun.frame) if begun is not None else (node, frame)
    starved = gone.fault.kind == "memory"
    at = blamed_line("\n".join(gone.log)) if not starved else None
    if at is not None:
        return NodeFailure(at[0], "", frame, at[1], gone.fault.text, gone.log, crashed=True)
    return NodeFailure(node, port, frame, None, gone.fault.text, gone.log, crashed=True, starved=starved)


def lost(gone: Lost) -> SessionError:
    if gone.fault.kind == "cancelled":
        return Cancelled("cancelled")
    return (Starved if gone.fault.kind == "memory" else WorkerGone)(gone.fault.text, gone.log)


def refusal(gone: Lost, question: Question) -> SessionError:
    if gone.fault.kind in ("cancelled", "stopped", "gone"):
        return lost(gone)
    match question:
        case Describe(node=node, port=port):
            return NodeError(crash(gone, node, port, 0))
        case Props(node=node, port=port, frame=frame):
            return NodeError(crash(gone, node, port, frame))
        case Render(sinks=sinks):
            return RenderError(crash(gone, sinks[0].node, sinks[0].output, None))
        case _ if gone.fault.kind == "memory":
            return lost(gone)
        case _:
            return RequestError(gone.fault.text, gone.log)


def update(progress: RenderProgress) -> RenderUpdate:
    sinks = progress.sinks
    return RenderUpdate(
        sinks,
        frames=sum(sink.encoded for sink in sinks),
        frames_total=sum(sink.total for sink in sinks),
        size_bytes=sum(sink.size_bytes for sink in sinks),
        elapsed_s=progress.elapsed_s,
    )
