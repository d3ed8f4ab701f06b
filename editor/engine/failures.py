"""What the worker said of nodes that failed, for as long as it holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from editor.engine.wishes import NodeState, State
from graphs.document import NodeId
from graphs.groups.flatten import is_within
from runtime.session import NodeFailure

_OUTSIDE = re.compile(r"frame \d+ is outside the clip, which has (\d+)")


def frames_there(message: str) -> int | None:
    """How many frames a clip really has, where a failure says that the one asked for is behind them."""
    found = _OUTSIDE.search(message)
    return int(found[1]) if found else None


def crashed(message: str) -> bool:
    """Whether a step failed to build because building it has ended workers (as runtime.session words it)."""
    return message.endswith("twice while building it")


def named_within(node: str, message: str) -> str:
    """A message about a node, for its group: it says which of the nodes inside is meant."""
    _, _, inner = node.partition("/")
    return f"{inner}: {message}" if inner else message


class Failures:
    """A failure holds while its node does the same; a picture of the node ends it."""

    def __init__(self) -> None:
        self._said: dict[NodeId, tuple[str, NodeState]] = {}
        self.frames: dict[str, int] = {}
        """By fingerprint, how many frames there are where fewer came than were foretold."""

    def failed(self, node: NodeId, does: str, failure: NodeFailure) -> None:
        """`does` names what the node does, as long as it does that."""
        known = self._said.get(node)
        if known is not None and known[0] == does and known[1].crashed and not failure.log:
            return  # barred since it crashed: the crash is what the user has to know
        ended = failure.crashed or crashed(failure.message)
        self._said[node] = (does, NodeState(State.ERROR, failure.message, failure.log, ended))

    def mended(self, node: NodeId) -> None:
        """`node` has made a picture; of a group, all that lies in it."""
        self._said = {key: said for key, said in self._said.items() if not is_within(key, node)}

    def forget(self, node: NodeId | None) -> None:
        if node is None:
            self._said.clear()
        else:
            self.mended(node)

    def within(self, group: NodeId, does: Callable[[NodeId], str]) -> NodeState | None:
        """What failed in a group, naming the node inside."""
        for node, (done, state) in self._said.items():
            if node != group and is_within(node, group) and does(node) == done:
                return replace(state, message=named_within(node, state.message))
        return None

    def of(self, node: NodeId, does: str) -> NodeState | None:
        known = self._said.get(node)
        return known[1] if known is not None and known[0] == does else None
