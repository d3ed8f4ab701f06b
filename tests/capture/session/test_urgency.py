"""Being served first is asked for, and a refusal changes nothing."""

from __future__ import annotations

import subprocess
import sys

import psutil

from capture.session.urgency import raised


def test_a_process_is_served_first_where_the_system_grants_it() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        before = psutil.Process(child.pid).nice()
        granted = raised(child.pid)
        assert (psutil.Process(child.pid).nice() != before) is granted
        child.communicate(b"\n")
    assert child.returncode == 0


def test_one_that_has_ended_is_not_raised() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pass
    assert not raised(child.pid)
