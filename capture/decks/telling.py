"""What a deck tells of itself: a line of JSON on stderr for each thing, and the same in a file if asked, so that a test
holds what was reported against what was true. On stderr each line begins with `deck `.

| what | facts |
|---|---|
| `start` | standard, number (of the tape's picture that comes first) |
| `fault` | fault, number, at_s: one that was asked for, when it is played |
| `overrun` | first, count, at_s: pictures that the card lost because nobody took them in time |
| `end` | why, pictures, lost (asked for), overrun, samples, fullest (buffers in use at most), at_s |

`wall` is the clock on the wall; `at_s` is seconds since the stream's first picture, as its timestamps count them.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from pathlib import Path

PREFIX = "deck "


class Teller:
    def __init__(self, path: Path | None = None) -> None:
        self._file = path

    def tell(self, what: str, **facts: object) -> None:
        line = json.dumps({"what": what, **facts, "wall": round(time.time(), 3)}, ensure_ascii=False)
        with suppress(OSError):  # nobody listens any more
            print(PREFIX + line, file=sys.stderr, flush=True)
        if self._file:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(line + "\n")


def told(line: str) -> dict[str, object] | None:
    """What a line of a deck's stderr says; None where it is none of ours."""
    if not line.startswith(PREFIX):
        return None
    try:
        found = json.loads(line[len(PREFIX) :])
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
