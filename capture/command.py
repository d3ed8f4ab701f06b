"""`launch.py capture`: hands over to one file of capture/commands, imported when it is called for.

runtime.commands finds this file by its name, for runtime knows nothing of capture.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from runtime.commands import DONE, WRONG, UserError, first_line

HELP = """Find devices, record tape, look at what was recorded

`launch.py capture COMMAND --help` tells more."""

_COMMANDS = Path(__file__).parent / "commands"
_SHOWN = ("devices", "preview", "record", "run", "sets", "report", "dv", "merge")


def arguments(parser: argparse.ArgumentParser) -> None:
    listed = "\n".join(f"  {name:9} {first_line(_COMMANDS / f'{name}.py')}" for name in names())
    parser.description = f"{HELP}\n\n{listed}"
    parser.add_argument("what", nargs="?", metavar="COMMAND", help="one of the above")
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="…", help="what the command is given")


def run(arguments: argparse.Namespace) -> int:
    name = arguments.what
    if name is None:
        for one in names():
            print(f"  {one:9} {first_line(_COMMANDS / f'{one}.py')}")
        return DONE
    if name not in names():
        raise UserError(f"there is no capture {name!r}. What there is: {', '.join(names())}", WRONG)
    command = importlib.import_module(f"capture.commands.{name}")
    parser = argparse.ArgumentParser(
        prog=f"launch.py capture {name}", description=command.HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.arguments(parser)
    code: int = command.run(parser.parse_args(arguments.words))
    return code


def names() -> list[str]:
    """The capture commands, those most used first."""
    found = {path.stem for path in _COMMANDS.glob("*.py") if not path.stem.startswith("_")}
    return [name for name in _SHOWN if name in found] + sorted(found - set(_SHOWN))
