"""What a step's expressions are made of, found in one walk: what they read, import, define and open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from nodes.script import Expr, File, Input, Literal, Local, Name
from runtime.emit import walk


@dataclass(frozen=True, slots=True)
class Contents:
    """`reads` are the (step id, port) pairs, sorted; `imports` the (module, name) pairs; `definitions` the functions
    that the script must define, their text by name; those of `ours` are imports in the worker's script and defined in
    exported ones. `index_keys`: of the sources that have an index. `local`: whether something is for this machine
    only."""

    reads: tuple[tuple[str, str], ...]
    files: tuple[File, ...]
    index_keys: frozenset[str]
    imports: frozenset[tuple[str, str]]
    definitions: Mapping[str, str]
    local: bool
    ours: frozenset[tuple[str, str]] = frozenset()


def contents(outputs: Mapping[str, Expr]) -> Contents:
    reads: set[tuple[str, str]] = set()
    files: list[File] = []
    imports: set[tuple[str, str]] = set()
    definitions: dict[str, str] = {}
    ours: set[tuple[str, str]] = set()
    index_keys: set[str] = set()
    local = False
    for expr in outputs.values():
        for part in walk(expr):
            match part:
                case Name(text, module, definition):
                    if module:
                        imports.add((module, text))
                    if definition:
                        definitions[text] = definition
                    if module and definition:
                        ours.add((module, text))
                case Literal(Fraction()):
                    imports.add(("fractions", "Fraction"))
                case Input(node, port):
                    reads.add((node, port))
                case File():
                    files.append(part)
                case Local(key):
                    local = True
                    if key.startswith("index:"):
                        index_keys.add(key)
                case _:
                    pass
    return Contents(
        tuple(sorted(reads)),
        tuple(files),
        frozenset(index_keys),
        frozenset(imports),
        dict(sorted(definitions.items())),
        local,
        frozenset(ours),
    )
