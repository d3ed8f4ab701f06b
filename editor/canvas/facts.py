"""What the canvas asks about the graph: clips, states, costs, problems. Without an engine it knows nothing, calmly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from editor.canvas.ports import Port
from editor.engine.wishes import NodeState
from graphs.document import NodeId
from graphs.problem import Problem
from nodes.clip import ClipInfo, SoundInfo
from runtime.readings import NodeCost

if TYPE_CHECKING:
    from editor.engine.analysis import Analysis
    from editor.engine.engine import Engine


class Facts:
    """Questions about the graph, with an answer for every case."""

    def __init__(self, engine: Engine | None) -> None:
        self.engine = engine

    @property
    def analysis(self) -> Analysis | None:
        return self.engine.analysis if self.engine is not None else None

    def info(self, node: NodeId, port: str) -> ClipInfo | SoundInfo | None:
        """What leaves an output, or enters an input."""
        analysis = self.analysis
        return analysis.info(node, port) if analysis is not None else None

    def line(self, node: NodeId, outputs: Iterable[str], inputs: Iterable[str]) -> str:
        """A node's clip in one line: what it gives, or what it is given."""
        for port in (*outputs, *inputs):
            info = self.info(node, port)
            if info is not None:
                return info.line()
        return ""

    def main_picture(self, node: NodeId) -> Port | None:
        analysis = self.analysis
        return analysis.main_picture(node) if analysis is not None else None

    def state(self, node: NodeId) -> NodeState:
        return self.engine.state_of(node) if self.engine is not None else NodeState()

    def cost(self, node: NodeId) -> NodeCost | None:
        return self.engine.costs().get(node) if self.engine is not None else None

    def problems(self, node: NodeId) -> Iterable[Problem]:
        analysis = self.analysis
        return analysis.problems(node) if analysis is not None else ()

    def conversions(self) -> Mapping[Port, str]:
        """By input port, what the clip is turned into in front of it."""
        analysis = self.analysis
        if analysis is None:
            return {}
        return {port: str(target) for port, target in analysis.compiled.forecast.conversions.items()}

    def wire_problems(self) -> Mapping[Port, Problem]:
        """By input port, what is wrong with what arrives there."""
        analysis = self.analysis
        if analysis is None:
            return {}
        found: dict[Port, Problem] = {}
        for problem in analysis.problems():
            if problem.node is not None and problem.part:
                found.setdefault((problem.node, problem.part), problem)
        return found
