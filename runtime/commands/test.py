"""Runs the linters, the type checker, the import contracts and the tests, as CI does."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

HELP = """Check the program itself: linters, types, import contracts, tests.

Words after -- go to pytest:  launch.py test --quick -- tests/nodes -k bwdif
"""

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
CHECKS: dict[str, list[str]] = {
    "ruff check": [PYTHON, "-m", "ruff", "check", "--quiet", "--output-format", "concise", "."],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
    "mypy": [PYTHON, "-m", "mypy"],
    "imports": [str(Path(PYTHON).with_name("lint-imports"))],
}
MEND = {"ruff check": "ruff check --fix", "ruff format": "ruff format"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="only pytest")
    parser.add_argument("pytest", nargs="*", metavar="-- PYTEST WORDS", help="what pytest is given")


def run(args: argparse.Namespace) -> int:
    outcomes = {} if args.quick else {name: check(name) for name in CHECKS}
    started = time.monotonic()
    outcomes["pytest"] = subprocess.call([PYTHON, "-m", "pytest", *args.pytest], cwd=ROOT) == 0
    tell("pytest", outcomes["pytest"], started)
    print("test: " + " · ".join(f"{name} {'ok' if good else 'FAILED'}" for name, good in outcomes.items()))
    return 0 if all(outcomes.values()) else 1


def check(name: str) -> bool:
    """Shows what a check prints only when it fails."""
    started = time.monotonic()
    done = subprocess.run(
        CHECKS[name], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    )
    good = done.returncode == 0
    tell(name, good, started)
    if not good:
        print(done.stdout.rstrip())
        if name in MEND:
            print(f"({MEND[name]} mends what can be mended by itself)")
    sys.stdout.flush()
    return good


def tell(name: str, good: bool, started: float) -> None:
    print(f"{name}: {'ok' if good else 'FAILED'} ({time.monotonic() - started:.1f} s)", flush=True)
