"""Garbage is collected on the window's thread, whoever makes it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from editor.sweeping import Sweeping


class Knot:
    """Part of a cycle; notes on which thread it goes."""

    gone_on: list[int] = []

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        Knot.gone_on.append(threading.get_ident())


@pytest.fixture
def sweeping(qtbot: QtBot) -> Iterator[Sweeping]:
    made = Sweeping()
    made.start()
    Knot.gone_on.clear()
    yield made
    made.stop()
    assert gc.isenabled()


def test_garbage_of_another_thread_goes_on_this_one(sweeping: Sweeping, qtbot: QtBot) -> None:
    def work() -> None:
        for _ in range(5000):
            Knot()
        [[] for _ in range(100_000)]  # many allocations, as make Python collect where they are made

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert Knot.gone_on == []
    qtbot.waitUntil(lambda: len(Knot.gone_on) == 5000)  # the timer sweeps
    assert set(Knot.gone_on) == {threading.get_ident()}
