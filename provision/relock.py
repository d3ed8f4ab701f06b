"""Compiles requirements/ anew from pyproject.toml. A maintainer's command: `launch.py lock`."""

from __future__ import annotations

import os

from provision import environment, uv
from provision.failure import Failed
from provision.make import bootstrap


def relock(root: str, arguments: list[str], say: uv.Say) -> None:
    """`lock [--upgrade]`: keeps each pin that still serves, or takes the newest.

    Each layer is held to the pins of the one below it, so any of them install together."""
    if arguments not in ([], ["--upgrade"]):
        raise Failed("lock: it knows the word --upgrade and no other.", code=2)
    with bootstrap(root, say):
        tool = uv.get(root, say)
        below: list[str] = []
        for layer in (*environment.LAYERS, "uv"):
            lock = os.path.join("requirements", layer + ".txt")
            group = [] if layer == "app" else ["--group", layer]
            source = ["pyproject.toml"] if layer == "app" else []
            held = [word for constraint in below for word in ("-c", constraint)]
            tool.run(
                *("pip", "compile", *source, *group, *held, "-o", lock),
                *("--universal", "--python-version", "3.12", "--generate-hashes"),
                *("--no-emit-index-url", "--no-header", "--no-annotate", *arguments),
            )
            if layer != "uv":
                below.append(lock)
            say("wrote " + lock)
