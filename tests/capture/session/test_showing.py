"""What is left of recorders that were killed goes when the next one begins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from capture.session.showing import sweep


def test_rings_of_dead_recorders_are_swept_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = tmp_path / f"tapeloom-{ended.pid}-aa.ring"
    living = tmp_path / f"tapeloom-{os.getpid()}-bb.ring"
    foreign = [tmp_path / "tapeloom-notes.ring", tmp_path / "other-1-2.ring", tmp_path / "tapeloom-1-2.txt"]
    for path in (dead, living, *foreign):
        path.write_bytes(b"ring")
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(one.name for one in (living, *foreign))
