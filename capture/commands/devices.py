"""`launch.py capture devices`: what tape can be recorded from on this machine."""

from __future__ import annotations

import argparse
import json
import sys

from capture.devices.finding import PATIENCE_S, find
from capture.devices.told import as_json, as_text
from runtime.commands import DONE, UserError

HELP = """List what tape can be recorded from: inputs, standards, formats, sound

  launch.py capture devices                   each device, and why it is taken for analog, DV or digital
  launch.py capture devices --test-devices    with the built-in test decks, that need no hardware
  launch.py capture devices --json            for programs

Every device is opened for a moment to be asked; cameras and screens are not, for their lamp would light."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--test-devices", action="store_true", help="with the built-in test decks")
    parser.add_argument("--all", action="store_true", help="cameras and screens too, and where nothing could be asked")
    parser.add_argument("--quick", action="store_true", help="names alone: no device is opened")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE_S, metavar="SECONDS", help="how long a driver may take (%(default)g)"
    )


def run(arguments: argparse.Namespace) -> int:
    if not 0 < arguments.patience <= 600:
        raise UserError(f"--patience is {arguments.patience:g}: give seconds, more than 0 and at most 600")
    found = find(arguments.test_devices, details=not arguments.quick, patience_s=arguments.patience)
    if arguments.json:
        print(json.dumps(as_json(found), indent=1, ensure_ascii=False))
        return DONE
    print(as_text(found, arguments.all))
    for fault in found.faults:
        if arguments.all or not fault.expected:
            print(f"tapeloom: {fault.place}: {fault.text}", file=sys.stderr)
    return DONE
