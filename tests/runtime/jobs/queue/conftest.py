"""Whatever queue or owner a test opens is closed when it ends, as if its process had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from runtime.jobs.queue.owners import Owner
from runtime.jobs.queue.store import Queue


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    made: list[Any] = []

    def noted(kind: type[Any]) -> None:
        before = kind.__init__

        def init(self: Any, *args: Any, **named: Any) -> None:
            before(self, *args, **named)
            made.append(self)

        monkeypatch.setattr(kind, "__init__", init)

    noted(Owner)
    noted(Queue)
    yield
    for one in made:
        one.close()
