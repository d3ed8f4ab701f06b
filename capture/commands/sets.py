"""`launch.py capture sets`: several passes of one tape, kept together."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from capture.sets.kept import changed, listed, with_pass, without_pass
from capture.sets.wiring import wired
from graphs.codec import DocumentError
from graphs.files import save
from nodes.registry import default_registry
from runtime.commands import DONE, FAILED, UserError
from runtime.opening import opened
from runtime.session import Session, SessionError
from runtime.takes import SUFFIX, SetError, TapeSet, found, load

HELP = """Keep several passes of one tape together: list, add, remove, align, wire

  launch.py capture sets [FOLDER]                                the sets in a folder, and their passes
  launch.py capture sets add "Summer 1988.tapeset" pass2.mkv     a further pass; several files are its parts, in order
  launch.py capture sets remove "Summer 1988.tapeset" 2          its files stay
  launch.py capture sets align "Summer 1988.tapeset"             find which frame of each pass lies over which
  launch.py capture sets graph "Summer 1988.tapeset" vhs-pal -o merged.graph
                                                                 a graph that takes its tape from all of them

A set is a small file beside the recordings; the folder may be moved as a whole. `capture run` puts its recording into
one too."""


def arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="do_what", metavar="COMMAND")
    parser.set_defaults(do=_list, folder=Path(), json=False)

    def command(name: str, help: str, do: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help[0].upper() + help[1:])
        made.set_defaults(do=do)
        return made

    listing = command("list", "the sets in a folder (what is done without a command)", _list)
    listing.add_argument("folder", type=Path, nargs="?", default=Path())
    listing.add_argument("--json", action="store_true", help="for programs")
    add = command("add", "put a further pass into a set; a new set is made where there is none", _add)
    add.add_argument("set", type=Path)
    add.add_argument("file", type=Path, nargs="+", help="the pass's files, in their order")
    add.add_argument("--notes", default="", help="what to remember of this pass")
    remove = command("remove", "take a pass out of a set; its files stay", _remove)
    remove.add_argument("set", type=Path)
    remove.add_argument("number", type=int)
    align = command("align", "find which frame of each pass lies over which", _align)
    align.add_argument("set", type=Path)
    graph = command("graph", "make a graph that takes its tape from all passes of a set", _graph)
    graph.add_argument("set", type=Path)
    graph.add_argument("graph", nargs="?", default="vhs-pal", help="a preset or .graph (%(default)s)")
    graph.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.graph")
    graph.add_argument("--overwrite", action="store_true", help="replace an existing file")


def run(args: argparse.Namespace) -> int:
    try:
        code: int = args.do(args)
    except SetError as fault:
        raise UserError(str(fault)) from None
    return code


def _list(args: argparse.Namespace) -> int:
    sets = list(listed(args.folder))
    if args.json:
        print(json.dumps([{"path": str(path), **_plain(one)} for path, one in sets], indent=2, ensure_ascii=False))
        return DONE
    for path, one in sets:
        print(f"{path.name}: {one}" if isinstance(one, SetError) else "\n".join(_lines(path, one)))
    if not sets:
        print("no sets are here. `capture sets add NAME.tapeset FILE` makes one")
    return DONE


def _plain(one: TapeSet | SetError) -> dict[str, object]:
    return {"error": str(one)} if isinstance(one, SetError) else asdict(one)


def _lines(path: Path, one: TapeSet) -> Iterator[str]:
    aligned = all(each.places for each in one.passes) and len(one.passes) > 1
    state = "aligned" if aligned else "not aligned" if len(one.passes) > 1 else "one pass"
    yield f"{path.name}: {one.tape}{f', {one.standard.upper()}' if one.standard else ''}, {state}"
    for each in one.passes:
        told = [f"{len(each.parts)} files" if len(each.parts) > 1 else each.parts[0].file if each.parts else "no file"]
        told += [f"{each.frames} frames"] if each.frames else []
        told += [f"{each.lost} lost"] if each.lost else []
        told += [one for one in (each.begun, each.device, each.notes) if one]
        yield f"  pass {each.id}: {', '.join(told)}"
        for part in each.parts:
            try:
                found(part, path)
            except SetError as fault:
                yield f"    {fault}"


def _add(args: argparse.Namespace) -> int:
    path = _named(args.set)
    made = changed(path, lambda one: with_pass(one, path, args.file, notes=args.notes), make=True)
    print(f"{path.name}: pass {made.passes[-1].id} of {len(made.passes)}")
    return DONE


def _remove(args: argparse.Namespace) -> int:
    made = changed(args.set, lambda one: without_pass(one, args.number))
    print(f"{args.set.name}: {len(made.passes)} left; the files are where they were")
    return DONE


def _align(args: argparse.Namespace) -> int:
    from capture.sets.aligning import align
    from capture.sets.looking import small_pictures

    one = load(args.set)
    if len(one.passes) < 2:
        raise SetError(f"{args.set.name} has one pass. Add another to align it with")
    with _faults(), Session() as session:
        looked = []
        for each in one.passes:
            looked.append(small_pictures(args.set, each.id, session, default_registry(), _telling(each.id)))
            _say(f"pass {each.id}: {len(looked[-1].pictures)} frames\n")
    fits = align([one.pictures for one in looked], [one.repeated for one in looked])
    places = {each.id: fit.places for each, fit in zip(one.passes, fits, strict=True)}
    for each, fit in zip(one.passes, fits, strict=True):
        print(f"pass {each.id}: {fit.shared} frames of the tape, likeness {fit.likeness:.2f}")
        if fit.likeness < _UNLIKE:
            raise SetError(f"pass {each.id} shows something else than pass {one.passes[0].id}: is it another tape?")

    def aligned(now: TapeSet) -> TapeSet:
        from nodes.places import places_text

        if [each.parts for each in now.passes] != [each.parts for each in one.passes]:
            raise SetError(f"{args.set.name} was changed meanwhile. Align it again")
        return replace(now, passes=tuple(replace(each, places=places_text(places[each.id])) for each in now.passes))

    changed(args.set, aligned)
    return DONE


_UNLIKE = 0.4


def _graph(args: argparse.Namespace) -> int:
    if args.output.exists() and not args.overwrite:
        raise UserError(f"{args.output}: it exists already. Choose another name, or say --overwrite")
    try:
        base = opened(args.graph, default_registry()).graph
        made = wired(load(args.set), args.set.absolute(), base, default_registry())
        save(made, args.output)
    except DocumentError as fault:
        raise UserError("\n".join(fault.faults)) from None
    print(f"{args.output}: takes its tape from {args.set.name}")
    return DONE


def _named(path: Path) -> Path:
    return path if path.suffix.lower() == SUFFIX else path.with_name(path.name + SUFFIX)


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except SessionError as fault:
        raise UserError(str(fault), FAILED) from None


def _telling(number: int) -> Callable[[int, int], None]:
    last = -1

    def tell(done: int, total: int) -> None:
        nonlocal last
        share = 100 * done // max(1, total)
        if share > last:
            last = share
            _say(f"\rpass {number}: {share} % looked at ")

    return tell


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(text, end="", file=sys.stderr, flush=True)
