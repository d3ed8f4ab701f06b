"""What launch.py adds to a start: through it, against the environment's Python directly. Median, in turn.

.venv/bin/python benchmarks/startup.py [PYTHON that starts launch.py ...]
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
ROUNDS = 40


def milliseconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return (time.perf_counter() - started) * 1000


def main(starters: list[str]) -> None:
    ways = {"directly": [str(VENV_PYTHON), "-P", "-m", "runtime.commands", "--help"]}
    ways |= {f"launch.py by {starter}": [starter, str(ROOT / "launch.py"), "--help"] for starter in starters}
    for way in ways.values():
        milliseconds(way)  # the first start compiles
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            taken[name].append(milliseconds(way))
    direct = statistics.median(taken["directly"])
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{median:6.1f} ms  {'' if name == 'directly' else f'adds {median - direct:5.1f} ms  '}{name}")


if __name__ == "__main__":
    main(sys.argv[1:] or [os.path.realpath(sys.executable)])
