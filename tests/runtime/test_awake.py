"""The machine is asked to stay awake for as long as something is under way, and nothing waits for its answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import wakepy

from runtime.awake import Awake, awake


class Desktop:
    """Stands for the system: counts who wants it awake."""

    def __init__(self) -> None:
        self.wishes = 0
        self.asked = threading.Event()
        self.slow_s = 0.0

    @contextmanager
    def running(self, **how: Any) -> Iterator[None]:
        assert how == {"on_fail": "pass"}
        time.sleep(self.slow_s)
        self.wishes += 1
        self.asked.set()
        try:
            yield
        finally:
            self.wishes -= 1


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> Desktop:
    made = Desktop()
    monkeypatch.setattr(wakepy.keep, "running", made.running)
    return made


def test_awake_while_it_lasts_and_after_a_fault_no_longer(desktop: Desktop) -> None:
    def fails() -> None:
        with awake():
            assert desktop.asked.wait(5) and desktop.wishes == 1
            raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        fails()
    assert desktop.wishes == 0


def test_it_is_wished_once_and_can_be_wished_again(desktop: Desktop) -> None:
    one = Awake()
    one.hold(False)
    for _ in range(2):
        one.hold(True)
        one.hold(True)
        assert desktop.asked.wait(5) and desktop.wishes == 1
        one.hold(False)
        assert desktop.wishes == 0
        desktop.asked.clear()


def test_a_desktop_that_does_not_answer_holds_nothing_up(desktop: Desktop) -> None:
    desktop.slow_s = 3.0
    began = time.monotonic()
    with awake():
        assert time.monotonic() - began < 2.0
    assert time.monotonic() - began < 2.9


def test_a_desktop_that_fails_stops_no_work(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def broken(**_: Any) -> Any:
        raise RuntimeError("no bus")

    monkeypatch.setattr(wakepy.keep, "running", broken)
    with awake():
        pass
    assert "may go to sleep meanwhile: RuntimeError: no bus" in capfd.readouterr().err
