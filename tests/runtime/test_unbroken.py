"""Ctrl-C and polite kills wait until a decision is whole, and are not lost."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from runtime.unbroken import Unbroken


@pytest.fixture(autouse=True)
def _as_python_begins() -> Iterator[None]:
    """Whatever another test of this process has left as its handler."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to itself")


def test_an_interrupt_waits_for_the_end_of_the_block() -> None:
    steps = []

    def decide() -> None:
        with Unbroken():
            signal.raise_signal(signal.SIGINT)  # to this thread: a test process has others
            steps.append("whole")
        steps.append("never")

    with pytest.raises(KeyboardInterrupt):
        decide()
    assert steps == ["whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_an_interrupt_nothing_happens_and_a_handler_of_somebodys_own_is_put_back() -> None:
    heard: list[int] = []

    def mine(number: int, _frame: object) -> None:
        heard.append(number)

    before = signal.signal(signal.SIGTERM, mine)
    try:
        with Unbroken():
            pass
        assert heard == []
        with Unbroken():
            signal.raise_signal(signal.SIGTERM)
            assert heard == []
        assert heard == [signal.SIGTERM]
        assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        signal.signal(signal.SIGTERM, before)


def test_on_another_thread_it_touches_no_handler() -> None:
    found = []

    def run() -> None:
        with Unbroken():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]
