"""Asks a module of the worker one question in a child of its own: what crashes there takes only that child along."""

from __future__ import annotations

import os
import subprocess
import sys

from runtime.process import ROOT


def inquire(module: str, *words: str, patience_s: float) -> subprocess.CompletedProcess[str]:
    """What `python -m module words…` answered on stdout and stderr. OSError or subprocess.TimeoutExpired where it gave
    no answer."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, "-P", "-m", module, *words],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
        timeout=patience_s,
        check=False,
    )
