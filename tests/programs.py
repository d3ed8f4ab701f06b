"""Programs of ours that stand in for others, wherever this tree lies."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path


def written(path: Path, text: str) -> Path:
    """`path` as a program that runs `text` in our Python. Not by `#!python`: the kernel takes no path with spaces."""
    code = path.with_name(f"{path.name}.py")
    code.write_text(text, encoding="utf-8")
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(code))} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path
