"""A few random kills; `python -m benchmarks.kills` deals fifty."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.kills import killed


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_whatever_is_killed_the_result_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CACHE", "DATA"):
        monkeypatch.setenv(f"TAPELOOM_{name}", str(tmp_path / name.lower()))
    tally = killed(tmp_path, kills=4, seed=5, seconds=6)
    assert tally.total >= 4
    assert (tally.lost, tally.different) == (0, [])
    assert tally.redone <= tally.total
