from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from runtime.session import Session
from tests.editor.engine.bench import Bench


@pytest.fixture
def benches(qtbot: QtBot) -> Iterator[Callable[..., Bench]]:
    """Makes engines, and ends them."""
    made: list[Bench] = []

    def make(session: Session | None = None) -> Bench:
        made.append(Bench(qtbot, session))
        return made[-1]

    yield make
    for bench in made:
        bench.engine.close()


@pytest.fixture
def bench(benches: Callable[..., Bench]) -> Bench:
    return benches()
