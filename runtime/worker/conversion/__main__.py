"""One task of a conversion: `python -m runtime.worker.conversion TASK PARENT`, what to do as a JSON line on stdin.

The exporter, a stranger's weights, a driver: whatever they do, they do it here. Answers go to stdout as JSON lines:
{"note": text} while it works, then {"done": …}, {"fault": text} or {"missing": a package's name}.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from typing import Any

from runtime.worker.conversion.fault import ConversionError
from runtime.worker.lifeline import end_with

TASKS = ("export", "answers", "reference", "lower", "compare", "bench")
_MEMORY = ("out of memory", "can't allocate memory", "bad_alloc", "failed to allocate", "bad allocation")


def main(argv: list[str]) -> int:
    task, parent = argv[0], int(argv[1])
    end_with(parent)
    asked = json.loads(sys.stdin.buffer.readline())
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)  # what a library prints is not the answer

        def say(**what: object) -> None:
            out.write(json.dumps(what) + "\n")
            out.flush()

        try:
            say(done=_work(task, asked, lambda text: say(note=text)))
        except ModuleNotFoundError as error:
            say(missing=str(error.name).partition(".")[0])
        except ConversionError as fault:
            say(fault=str(fault))
        except Exception as error:  # torch, onnx and the runtimes each have their own, of no common base
            traceback.print_exc()
            text = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
            lacking = isinstance(error, MemoryError) or any(words in str(error).lower() for words in _MEMORY)
            say(fault=f"it wants more memory than there is ({text})" if lacking else text)
    sys.stdout.flush()
    os._exit(0)  # a driver's tear-down may hang, and nothing of it is needed


def _work(task: str, asked: dict[str, Any], note: Any) -> object:
    if task not in TASKS:
        raise ConversionError(f"there is no task {task!r}")
    return importlib.import_module(f"runtime.worker.conversion.{task}").work(asked, note)


if __name__ == "__main__":
    main(sys.argv[1:])
