"""The program as it is started: `python -m editor`, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from editor.desk.recovery import place, survivors
from graphs.document import Graph
from graphs.files import save

ROOT = Path(__file__).resolve().parents[3]


def start(*args: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "editor", *args],
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize(
    ("name", "said"),
    [("gone.graph", "no such file"), (".", "this is a folder"), ("broken.graph", "stops in the middle")],
)
def test_a_wrong_file_is_one_line_and_exit_code_2(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "broken.graph").write_text("{")
    code, words = ended(start(str(tmp_path / name)))
    assert code == 2 and said in words and words.startswith("tapeloom: ") and "Traceback" not in words
    assert len(words.splitlines()) == 1


def test_wrong_arguments_are_said(tmp_path: Path) -> None:
    code, words = ended(start("--no-such-option"))
    assert code == 2 and "--no-such-option" in words and "Traceback" not in words


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
@pytest.mark.parametrize("display", ["", ":987"])
def test_without_a_display_it_says_what_to_do(display: str) -> None:
    code, words = ended(start(QT_QPA_PLATFORM="", DISPLAY=display, WAYLAND_DISPLAY=""))
    assert code == 1 and "display" in words and "Traceback" not in words and len(words.splitlines()) == 1


EDIT_AND_WAIT = """
import sys
from PySide6.QtCore import QTimer
from editor.window.window import Window
from graphs.document import NodeDoc
from graphs.edits import AddNodes
built = Window.build_parts
def edit(self):
    built(self)
    self.settings.set("autosave_s", 1)
    self.desk.open(self.desk.graph, None, "the wedding")
    self.desk.do(AddNodes((NodeDoc("crop1", "geometry.crop"),)), "add")
Window.build_parts = edit
from editor.app import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_killed_window_offers_its_document_at_the_next_start() -> None:
    victim = subprocess.Popen([sys.executable, "-c", EDIT_AND_WAIT], cwd=ROOT)
    until = time.monotonic() + 60
    while not list(place().glob("*/document.graph")) and time.monotonic() < until:
        time.sleep(0.1)
    os.kill(victim.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    victim.wait()
    (found,) = survivors()
    assert found.name == "the wedding" and list(found.graph().nodes) == ["crop1"]


def test_it_closes_by_a_polite_interrupt_and_leaves_nothing(tmp_path: Path) -> None:
    save(Graph(), tmp_path / "a.graph")
    process = start(str(tmp_path / "a.graph"))
    until = time.monotonic() + 60
    while not list(place().glob("*/lock")) and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    code, words = ended(process)
    assert (code, words) == (0, "") and list(place().iterdir()) == []
