"""The command line: one file per command, imported when it is called for.

Exit codes: 0 done, 1 failed, 2 the graph or the arguments are wrong, 130 cancelled.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import sys
from pathlib import Path

DONE, FAILED, WRONG, CANCELLED = 0, 1, 2, 130

_SHOWN = (
    "demo",
    "capture",
    "run",
    "resume",
    "queue",
    "serve",
    "verify",
    "open",
    "check",
    "compile",
    "frame",
    "probe",
    "nodes",
    "presets",
    "models",
    "schema",
    "cluster",
    "doctor",
    "test",
)


_WINDOW = (("", "Without a command: open the window"), ("edit", "Open the window on a .graph or a video file"))
"""What launch.py gives to the editor; here it is only named."""

_ELSEWHERE = {"capture": "capture.command"}
"""Commands that stand above runtime, and are therefore only named here: nothing of theirs is imported by us."""


class UserError(Exception):
    """Ends a command with one line for the user. `code` is the exit code."""

    def __init__(self, text: str, code: int = WRONG) -> None:
        super().__init__(text)
        self.code = code


def main(argv: list[str]) -> int:
    """Run one command. Gives the exit code; user mistakes are said in one line on stderr."""
    try:
        return _main(argv)
    except BrokenPipeError:  # `launch.py nodes | head`
        sys.stderr.close()
        return DONE


def _main(argv: list[str]) -> int:
    names = _names()
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(overview())
        return DONE
    name, *rest = argv
    if name not in names:
        print(f"tapeloom: there is no command {name!r}. The commands are: {', '.join(names)}", file=sys.stderr)
        return WRONG
    command = importlib.import_module(_ELSEWHERE.get(name, f"{__name__}.{name}"))
    parser = argparse.ArgumentParser(
        prog=f"launch.py {name}", description=command.HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.arguments(parser)
    try:
        code: int = command.run(parser.parse_args(rest))
    except UserError as error:
        print(f"tapeloom: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print("tapeloom: cancelled", file=sys.stderr)
        return CANCELLED
    return code


def overview() -> str:
    """The list of commands, without importing any of them."""
    lines = ["Tapeloom restores videotape. Usage: python3 launch.py [COMMAND …]  (COMMAND --help tells more)", ""]
    lines += [f"  {name:9} {text}" for name, text in _WINDOW]
    lines += [f"  {name:9} {first_line(_file(name))}" for name in _names()]
    return "\n".join(lines)


def _names() -> list[str]:
    found = {path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")}
    found |= {name for name in _ELSEWHERE if _file(name).is_file()}
    return [name for name in _SHOWN if name in found] + sorted(found - set(_SHOWN))


def first_line(command: Path) -> str:
    """The first line of a command's HELP, read from its file without importing it."""
    tree = ast.parse(command.read_text(encoding="utf-8"))
    for part in tree.body:
        target = part.targets[0] if isinstance(part, ast.Assign) else getattr(part, "target", None)
        value = getattr(part, "value", None)
        if isinstance(target, ast.Name) and target.id == "HELP" and isinstance(value, ast.Constant):
            return str(value.value).strip().splitlines()[0]
    return ""


def _file(name: str) -> Path:
    module = _ELSEWHERE.get(name)
    here = Path(__file__).parent
    return here.parents[1].joinpath(*module.split(".")).with_suffix(".py") if module else here / f"{name}.py"
