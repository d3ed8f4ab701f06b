"""`launch.py nodes`: the node types at hand, listed, searched, or one described."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterable, Iterator

from graphs.resolve import did_you_mean
from nodes.convert import says_fields
from nodes.node import Node
from nodes.params import Param
from nodes.ports import Wants
from nodes.registry import Registry, default_registry
from runtime.commands import DONE, UserError

HELP = """List the node types, search them, or describe one

  launch.py nodes                       all of them, by category
  launch.py nodes comb dots             those that have to do with these words
  launch.py nodes deinterlace.qtgmc     its ports, params, ranges and defaults"""

WIDTH = 100
LONGEST = 118


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", help="a node type's id, or words to search for")


def run(args: argparse.Namespace) -> int:
    registry = default_registry()
    for failure in registry.failures:
        print(f"not loaded: {failure.where}: {failure.message}", file=sys.stderr)
    one = registry.get(args.words[0]) if len(args.words) == 1 else None
    if one:
        lines: Iterable[str] = described(one, registry)
    elif args.words:
        found = registry.search(" ".join(args.words))
        if not found:
            near = did_you_mean(args.words[0], [kind.id for kind in registry])
            raise UserError(f"no node has to do with {' '.join(args.words)!r}{near}. `launch.py nodes` lists them all")
        lines = (_row(kind, max(len(kind.id) for kind in found)) for kind in found)
    else:
        lines = listed(registry)
    print("\n".join(lines))
    return DONE


def listed(registry: Registry) -> Iterator[str]:
    """Every type under its category."""
    wide = max((len(kind.id) for kind in registry), default=0)
    for category in sorted({kind.category for kind in registry}):
        yield category.capitalize()
        for kind in sorted((kind for kind in registry if kind.category == category), key=lambda kind: kind.id):
            yield _row(kind, wide)
        yield ""
    yield f"{len(registry)} node types. `launch.py nodes ID` describes one"


def _row(kind: type[Node], wide: int) -> str:
    what = next(iter(kind.help().splitlines()), "").rstrip(".")
    row = f"  {kind.id:{wide}}  {kind.name()}: {what}"
    return row if len(row) <= LONGEST else f"{row[: LONGEST - 2].rstrip()} …"


def described(kind: type[Node], registry: Registry) -> Iterator[str]:
    """All that can be known of a type without running it."""
    origin = registry.origins.get(kind.id, "library")
    come = "" if origin == "library" else f" · from {origin}"
    yield f"{kind.id} · {kind.name()} (version {kind.version}, {kind.category}{come})"
    yield ""
    for paragraph in kind.help().split("\n\n"):
        yield from textwrap.wrap(" ".join(paragraph.split()), WIDTH)
        yield ""
    takes = [
        (port.name, port.kind.name, _wanted(port.help, port.wants, port.optional)) for port in kind.inputs.values()
    ]
    gives = [(port.name, port.kind.name, port.help) for port in kind.outputs.values()]
    for title, rows in (("Takes", takes), ("Gives", gives)):
        if rows:
            yield title
            wide = max(len(name) for name, _, _ in rows)
            for name, what, more in rows:
                yield f"  {name:{wide}}  {what}{': ' if more else ''}{more}"
            yield ""
    if kind.params:
        yield "Params"
        wide = max(map(len, kind.params))
        for name, param in kind.params.items():
            yield from _param(name, param, wide)
        yield ""
        stem = kind.id.rpartition(".")[2]
        usual = ((name, _shown(param, param.default)) for name, param in kind.params.items())
        name, value = next((pair for pair in usual if pair[1]), (next(iter(kind.params)), ""))
        yield f"For example: --set {stem}1.{name}={value}"
    if kind.needs:
        yield f"Needs: {', '.join(kind.needs)}"
    if kind.trusted:
        yield "Runs code that is written in the graph: it asks for --trust"


def _param(name: str, param: Param, wide: int) -> Iterator[str]:
    usual = _shown(param, param.default)
    yield f"  {name:{wide}}  {param.describe()}   [{usual if usual else 'empty'}]"
    rules = " An odd number." if param.odd else f" A multiple of {param.multiple}." if param.multiple > 1 else ""
    help_ = param.help.rstrip(".") + "." + rules
    for line in textwrap.wrap(help_, WIDTH - wide - 6):
        yield f"  {'':{wide}}    {line}"


def _shown(param: Param, value: object) -> str:
    """A value as `--set` takes it."""
    plain = param.plain(value)
    if isinstance(plain, bool):
        return "on" if plain else "off"
    if isinstance(plain, list):
        return ",".join(f"{first}:{'' if last is None else last}" for first, last in plain)
    return str(plain)


def _wanted(help_: str, wants: Wants, optional: bool) -> str:
    said = [help_.rstrip(".")] if help_ else []
    if wants.fields != "any":
        said.append(says_fields(wants.fields))
    if wants.families:
        said.append(" or ".join(family.upper() if family != "gray" else "gray" for family in wants.families))
    if wants.chroma:
        said.append("/".join(f"{':'.join(chroma)}" for chroma in wants.chroma))
    if wants.depths:
        said.append(f"{'/'.join(depth.replace('f', ' float') for depth in wants.depths)} bit")
    if optional:
        said.append("may be left open")
    return "; ".join(said)
