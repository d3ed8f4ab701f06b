"""Writes expression trees as VapourSynth script text that a person could have written.

The one place where values become code: `quote`. Names are checked identifiers from node files.
"""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from nodes.script import Attr, Binary, Call, Expr, File, Input, Item, Let, Literal, Local, Name, ScriptError

WIDTH = 110
_RESERVED = frozenset({"core", "vs", "Fraction", *keyword.kwlist, *keyword.softkwlist})


@dataclass(frozen=True, slots=True)
class Written:
    """A step as script text: its lines, the variable of each output, and the names it imports."""

    lines: tuple[str, ...]
    variables: Mapping[str, str]
    imports: frozenset[tuple[str, str]]


def quote(value: object) -> str:
    """The Python literal for a plain value. Nothing in the value can end the literal: `repr` escapes quotes,
    line breaks and every unprintable or direction-changing character."""
    match value:
        case None | bool() | int():
            return repr(value)
        case float():
            if not math.isfinite(value):
                raise ScriptError(f"{value} cannot be written into a script")
            return repr(value)
        case str():
            return repr(str(value))
        case Fraction():
            return f"Fraction({value.numerator}, {value.denominator})"
        case _:
            raise ScriptError(f"{type(value).__name__} cannot be written into a script")


def comment(text: str) -> str:
    """`text` as one comment line: whatever could break the line is shown as a question mark."""
    safe = "".join(sign if sign.isprintable() else "?" for sign in text)
    # in the first lines of a file `coding=utf-7` would make Python read all of it anew, quotes and all (PEP 263)
    safe = re.sub(r"(coding)([:=])", r"\1 \2", safe)
    return f"# {safe[:WIDTH]}".rstrip()


def identifier(text: str, taken: Iterable[str] = ()) -> str:
    """A variable name near to `text` that is not in `taken`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "node"
    if base[0].isdigit():
        base = f"n{base}"
    used = {*_RESERVED, *taken}
    name, count = base, 2
    while name in used:
        name, count = f"{base}_{count}", count + 1
    return name


def imported(outputs: Iterable[Expr]) -> frozenset[tuple[str, str]]:
    """The (module, name) pairs that the expressions import."""
    found = {
        (part.module, part.text) for expr in outputs for part in walk(expr) if isinstance(part, Name) and part.module
    }
    if any(isinstance(part, Literal) and isinstance(part.value, Fraction) for expr in outputs for part in walk(expr)):
        found.add(("fractions", "Fraction"))
    return frozenset(found)


def apart(imports: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Other names for what two modules call alike (dfttest2 and vsdenoise both have a DFTTest): all but the first."""
    aliases: dict[tuple[str, str], str] = {}
    pairs = sorted(set(imports))
    used = {name for _, name in pairs}
    seen: set[str] = set()
    for module, name in pairs:
        if name in seen:
            alias = f"{module.replace('.', '_')}_{name}"
            while alias in used:
                alias += "_"
            aliases[module, name] = alias
            used.add(alias)
        seen.add(name)
    return aliases


def defined(outputs: Iterable[Expr]) -> dict[str, str]:
    """The functions that the expressions need the script to define: their text by name."""
    parts = [part for expr in outputs for part in walk(expr) if isinstance(part, Name) and part.definition]
    return {part.text: part.definition for part in sorted(parts, key=lambda part: part.text)}


def walk(expr: Expr) -> Iterator[Expr]:
    """Every distinct part of an expression, itself included."""
    seen: set[int] = set()
    stack = [expr]
    while stack:
        part = stack.pop()
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            stack.extend(children(part))


def children(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case Attr(base) | Item(base):
            return (base,)
        case Let(_, value):
            return (value,)
        case Call(func, args, kwargs):
            return (func, *args, *(value for _, value in kwargs))
        case Binary(left, _, right):
            return (left, right)
        case Literal(list() | tuple() as items):
            return tuple(items)
        case Literal(dict() as items):
            return tuple(items.values())
        case _:
            return ()


def write(
    name: str,
    outputs: Mapping[str, Expr],
    variables: Mapping[tuple[str, str], str],
    *,
    taken: Iterable[str] = (),
    local: Mapping[str, str] | None = None,
    aliases: Mapping[tuple[str, str], str] | None = None,
) -> Written:
    """One step's assignments.

    `variables` gives the variable of every (node, port) it reads; `taken` names that are in use; `local` the values
    of `Local` keywords on this machine, None to leave such keywords out (an exported script); `aliases` the imported
    (module, name) pairs that go by another name.
    """
    writer = _Writer(name, variables, {*taken, *variables.values()}, local, aliases or {})
    names = {port: writer.assign(_result_name(name, port, len(outputs)), expr) for port, expr in outputs.items()}
    return Written(tuple(writer.lines), names, imported(outputs.values()))


def _result_name(name: str, port: str, count: int) -> str:
    return name if count == 1 else f"{name}_{port}"


class _Writer:
    """Writes one step; shared calls and `let`s get variables, everything else stays inline."""

    def __init__(
        self,
        name: str,
        variables: Mapping[tuple[str, str], str],
        taken: set[str],
        local: Mapping[str, str] | None,
        aliases: Mapping[tuple[str, str], str],
    ) -> None:
        self.name, self.variables, self.taken, self.local, self.aliases = name, variables, taken, local, aliases
        self.lines: list[str] = []
        self.named: dict[int, str] = {}
        self.uses: dict[int, int] = {}

    def assign(self, target: str, expr: Expr) -> str:
        self._count(expr)
        value = expr.value if isinstance(expr, Let) else expr
        self._hoist(value, top=True)
        if id(value) in self.named:
            return self.named[id(value)]
        match value:
            case Input(node, port):  # nothing done: the output is another step's
                return self.variables[node, port]
            case _:
                return self._bind(target, value)

    def _bind(self, wanted: str, value: Expr) -> str:
        name = identifier(wanted, self.taken)
        self.taken.add(name)
        text = self._chain(value, len(name) + 3) or self._fit(value, len(name) + 3, 0)
        self.lines.extend(f"{name} = {text}".split("\n"))
        self.named[id(value)] = name
        return name

    def _count(self, expr: Expr) -> None:
        first = id(expr) not in self.uses
        self.uses[id(expr)] = self.uses.get(id(expr), 0) + 1
        if first:
            for part in children(expr):
                self._count(part)

    def _hoist(self, expr: Expr, *, top: bool = False) -> None:
        """Give variables to what is shared, innermost first."""
        if id(expr) in self.named:
            return
        for part in children(expr):
            self._hoist(part)
        if isinstance(expr, Let):
            if id(expr.value) in self.named:
                self.named[id(expr)] = self.named[id(expr.value)]
            else:
                self.named[id(expr)] = self._bind(f"{self.name}_{expr.hint}", expr.value)
        elif not top and self.uses.get(id(expr), 0) > 1 and isinstance(expr, Call | Item | Binary):
            self._bind(f"{self.name}_part", expr)

    # -- text ----------------------------------------------------------------------------------------------------
    def _flat(self, expr: Expr) -> str:
        if id(expr) in self.named:
            return self.named[id(expr)]
        match expr:
            case Literal(list() as items):
                return "[" + ", ".join(self._flat(item) for item in items) + "]"
            case Literal(tuple() as items):
                return "(" + ", ".join(self._flat(item) for item in items) + ("," if len(items) == 1 else "") + ")"
            case Literal(dict() as items):
                return "{" + ", ".join(f"{quote(key)}: {self._flat(item)}" for key, item in items.items()) + "}"
            case Literal(value):
                return quote(value)
            case Name(text, module):
                return self.aliases.get((module, text), text)
            case Attr(base, name):
                return f"{self._operand(base)}.{name}"
            case Call(func):
                return f"{self._operand(func)}({', '.join(self._arguments(expr))})"
            case Item(base, first, last, step, single):
                return f"{self._operand(base)}[{_subscript(first, last, step, single)}]"
            case Binary(left, sign, right):
                sides = (f"({self._flat(side)})" if self._is_sum(side) else self._flat(side) for side in (left, right))
                return f" {sign} ".join(sides)
            case Input(node, port):
                return self.variables[node, port]
            case File(path):
                return quote(path)
            case Local(key, value):
                assert self.local is not None
                return quote(self.local[key] if value is None else value)
            case Let(_, value):
                return self._flat(value)

    def _operand(self, expr: Expr) -> str:
        """An expression in front of a dot, a bracket or a parenthesis."""
        loose = self._is_sum(expr) or (isinstance(expr, Literal) and isinstance(expr.value, int | float))
        return f"({self._flat(expr)})" if loose else self._flat(expr)

    def _is_sum(self, expr: Expr) -> bool:
        while isinstance(expr, Let):
            expr = expr.value
        return isinstance(expr, Binary) and id(expr) not in self.named

    def _kwargs(self, call: Call) -> list[tuple[str, Expr]]:
        return [pair for pair in call.kwargs if self.local is not None or not isinstance(pair[1], Local)]

    def _arguments(self, call: Call) -> list[str]:
        return [
            *map(self._flat, call.args),
            *(f"{key}={self._flat(value)}" for key, value in self._kwargs(call)),
        ]

    def _chain(self, expr: Expr, used: int) -> str:
        """A long chain of calls as one call a line, in parentheses; empty where it is short or no chain."""
        if used + len(self._flat(expr)) <= WIDTH:
            return ""
        links: list[tuple[str, Call, str]] = []
        behind = ""
        while id(expr) not in self.named:
            if isinstance(expr, Item) and isinstance(expr.base, Call | Item):
                behind = f"[{_subscript(expr.first, expr.last, expr.step, expr.single)}]{behind}"
                expr = expr.base
                continue
            names, base = [], expr.func if isinstance(expr, Call) else expr
            while isinstance(base, Attr):
                names.append(base.name)
                base = base.base
            if not isinstance(expr, Call) or not isinstance(base, Call | Item):
                break
            links.append((".".join(["", *reversed(names)]), expr, behind))
            expr, behind = base, ""
        if not links:
            return ""
        lines = [f"    {self._fit(expr, 4, 4)}{behind}"]
        lines += [f"    {head}{self._called(call, 4 + len(head), 4)}{after}" for head, call, after in reversed(links)]
        return "(\n" + "\n".join(lines) + "\n)"

    def _called(self, call: Call, used: int, indent: int) -> str:
        """The parenthesis of a call, broken over lines where it is too long."""
        inner = ", ".join(self._arguments(call))
        if used + len(inner) + 2 <= WIDTH:
            return f"({inner})"
        named = [(f"{key}=", value) for key, value in self._kwargs(call)]
        return self._spread("()", [*(("", value) for value in call.args), *named], indent)

    def _spread(self, brackets: str, parts: list[tuple[str, Expr]], indent: int) -> str:
        """Parts, each behind its head, one a line between two brackets."""
        inside = indent + 4
        lines = [f"{' ' * inside}{head}{self._fit(value, inside + len(head), inside)},\n" for head, value in parts]
        return f"{brackets[0]}\n{''.join(lines)}{' ' * indent}{brackets[1]}"

    def _fit(self, expr: Expr, used: int, indent: int) -> str:
        """The expression broken over lines where it is longer than WIDTH; `used` columns are taken before it."""
        flat = self._flat(expr)
        if used + len(flat) <= WIDTH or id(expr) in self.named:
            return flat
        match expr:
            case Call(func):
                head = self._fit(func, used, indent)
                return head + self._called(expr, len(head.rsplit("\n", 1)[-1]), indent)
            case Attr(base, name):
                return f"{self._fit(base, used, indent)}.{name}"
            case Item(base, first, last, step, single) if not self._is_sum(base):
                return f"{self._fit(base, used, indent)}[{_subscript(first, last, step, single)}]"
            case Let(_, value):
                return self._fit(value, used, indent)
            case Literal(list() as items):
                return self._spread("[]", [("", item) for item in items], indent)
            case Literal(dict() as items):
                return self._spread("{}", [(f"{quote(key)}: ", item) for key, item in items.items()], indent)
            case _:
                return flat


def _subscript(first: int | None, last: int | None, step: int | None, single: bool) -> str:
    if single:
        return str(first)
    text = f"{'' if first is None else first}:{'' if last is None else last}"
    return text if step is None else f"{text}:{step}"
