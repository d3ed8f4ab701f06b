"""The pure half of the house stands on a machine with neither Qt nor VapourSynth."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.runtime.tapes import tape

ROOT = Path(__file__).parent.parent

BARRED = ("PySide6", "vapoursynth", "av", "onnxruntime", "torch", "vsdeinterlace", "vstools", "NodeGraphQt")
PURE = (
    "nodes.api",
    "nodes.registry",
    "graphs.check",
    "graphs.codec",
    "graphs.edits",
    "graphs.files",
    "runtime.plan",
    "runtime.emit",
    "runtime.script",
    "runtime.fingerprint",
    "runtime.optimize",
    "runtime.watch",
    "runtime.encode",
    "runtime.compiled",
    "runtime.session",
)
BARRIER = f"""
import sys
class Barrier:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {BARRED!r}:
            raise ImportError(name + " is not there")
sys.meta_path.insert(0, Barrier())
sys.path.insert(0, {str(ROOT)!r})
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", "-c", BARRIER + code], capture_output=True, text=True, check=False)


def test_the_pure_half_imports_without_qt_and_vapoursynth() -> None:
    done = run("\n".join(f"import {name}" for name in PURE) + "\nprint('fine')")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "fine"


def test_the_barrier_really_bars() -> None:
    assert "vapoursynth is not there" in run("import vapoursynth").stderr


def test_the_whole_library_declares_itself_there() -> None:
    done = run("from nodes.registry import load\nr = load()\nprint(len(r), [f.message for f in r.failures])")
    assert done.returncode == 0, done.stderr
    count, _, failures = done.stdout.partition(" ")
    assert int(count) > 40
    assert failures.strip() == "[]"


def test_networkx_waits_until_something_is_planned() -> None:
    done = run("import runtime.compiled, sys\nprint('networkx' in sys.modules)")
    assert done.stdout.strip() == "False", done.stderr


def test_a_tape_is_restored_where_qt_is_not_installed(tmp_path: Path) -> None:
    qt = {"PySide6", "shiboken6", "NodeGraphQt", "Qt", "pyqtgraph"}
    barrier = BARRIER.replace(repr(BARRED), repr(tuple(qt)))
    (tmp_path / "sitecustomize.py").write_text(barrier, encoding="utf-8")  # read by the program and by its worker
    source, target = tape(tmp_path / "tape.mkv", seconds=0.4), tmp_path / "restored.mkv"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}

    def python(*words: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, *words]
        return subprocess.run(argv, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)

    assert "PySide6 is not there" in python("-c", "import PySide6").stderr
    done = python("-m", "runtime.commands", "run", "archive-only", "-i", str(source), "-o", str(target))
    assert done.returncode == 0, done.stderr
    assert target.stat().st_size > 0
