"""Ctrl-C and polite kills wait until a decision is whole, and are not lost.

Each in a process of its own: in one that other tests have filled with threads and libraries, a signal of ours may be
somebody else's end.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to itself")

INTERRUPT = """
steps = []
def decide():
    with Unbroken():
        os.kill(os.getpid(), signal.SIGINT)
        steps.append("whole")
    steps.append("never")
try:
    decide()
except KeyboardInterrupt:
    steps.append("interrupted")
print(*steps, signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""
OWN_HANDLER = """
heard = []
def mine(number, frame):
    heard.append(number)
signal.signal(signal.SIGTERM, mine)
with Unbroken():
    pass
quiet = heard == []
with Unbroken():
    os.kill(os.getpid(), signal.SIGTERM)
    held = heard == []
print(quiet, held, heard == [signal.SIGTERM], signal.getsignal(signal.SIGTERM) is mine)
"""
OTHER_THREAD = """
found = []
def run():
    with Unbroken():
        found.append(signal.getsignal(signal.SIGINT))
thread = threading.Thread(target=run)
thread.start()
thread.join()
print(found == [signal.default_int_handler])
"""


def said_by(code: str) -> str:
    begin = "import os, signal, threading\nfrom runtime.unbroken import Unbroken\n"
    begin += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    done = subprocess.run([sys.executable, "-c", begin + code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_interrupt_waits_for_the_end_of_the_block() -> None:
    assert said_by(INTERRUPT) == "whole interrupted True"


def test_without_an_interrupt_nothing_happens_and_a_handler_of_somebodys_own_is_put_back() -> None:
    assert said_by(OWN_HANDLER) == "True True True True"


def test_on_another_thread_it_touches_no_handler() -> None:
    assert said_by(OTHER_THREAD) == "True"
