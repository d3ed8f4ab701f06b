from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from graphs.document import Graph
from tests.editor.canvas.rig import Rig, chain, small


@pytest.fixture
def rigged(qapp: object) -> Iterator[Callable[..., Rig]]:
    made: list[Rig] = []

    def make(graph: Graph, **more: object) -> Rig:
        made.append(Rig(graph, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for rig in made:
        rig.close()


@pytest.fixture
def rig(rigged: Callable[..., Rig]) -> Rig:
    return rigged(small())


@pytest.fixture
def line(rigged: Callable[..., Rig]) -> Rig:
    """source1 → crop1 → levels1 → out1; free1 beside."""
    return rigged(chain())
