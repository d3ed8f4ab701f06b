"""How long until the window is seen: process start → first paint, beside a bare PySide6 window, in turn. Median.

.venv/bin/python benchmarks/window.py [--rounds N] [--graph FILE]

Runs offscreen where there is no display. `parts` is when canvas, viewer and the rest stand too.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARE = """
import sys, time
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("painted", time.time(), flush=True)
        QApplication.quit()
app = QApplication(sys.argv)
window = Window()
window.setCentralWidget(QLabel("bare"))
window.resize(1366, 768)
window.show()
app.exec()
"""
OURS = """
import sys, time
import editor.app as app
from editor.window.window import Window
shown = Window.paintEvent
def painted(self, event):
    shown(self, event)
    if not getattr(self, "told", False):
        self.told = True
        print("painted", time.time(), flush=True)
Window.paintEvent = painted
ready = Window.build_parts
def built(self):
    ready(self)
    print("parts", time.time(), flush=True)
    self.close()
Window.build_parts = built
sys.exit(app.main([]))
"""


def seconds(code: str, env: dict[str, str]) -> dict[str, float]:
    """What the process says it has reached, in seconds from its start."""
    import time

    began = time.time()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    rows = [line.split() for line in done.stdout.splitlines()]
    return {row[0]: float(row[1]) - began for row in rows if len(row) == 2}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "TAPELOOM_DATA": folder, "TAPELOOM_CACHE": folder, "PYTHONPATH": str(ROOT)}
        if sys.platform == "linux" and not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")):
            env["QT_QPA_PLATFORM"] = "offscreen"
        taken: dict[str, list[float]] = {"bare": [], "painted": [], "parts": []}
        for code in (BARE, OURS):
            seconds(code, env)  # the first start compiles
        for _ in range(rounds):
            taken["bare"].append(seconds(BARE, env)["painted"])
            ours = seconds(OURS, env)
            for name in ("painted", "parts"):
                taken[name].append(ours[name])
    bare = statistics.median(taken["bare"])
    print(f"{bare:6.2f} s   bare PySide6 window, first paint")
    for name, about in (("painted", "Tapeloom, first paint"), ("parts", "Tapeloom, all parts stand")):
        median = statistics.median(taken[name])
        print(f"{median:6.2f} s   {about}: {median - bare:+.2f} s")


if __name__ == "__main__":
    main()
