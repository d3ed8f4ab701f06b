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
from functools import lru_cache
from sys import intern

from nodes.script import Attr, Binary, Call, Expr, File, Input, Item, Let, Literal, Local, Name, ScriptError

WIDTH = 110
_PLAIN = (int, str, bool)
_RESERVED = frozenset({"core", "vs", "Fraction", *keyword.kwlist, *keyword.softkwlist})


@dataclass(frozen=True, slots=True)
class Written:
    """A step as script text: its lines, the variable of each output, and the names it imports. `bound` are the
    variables in the order in which they were named, each behind the wish that it grants."""

    lines: tuple[str, ...]
    variables: Mapping[str, str]
    imports: frozenset[tuple[str, str]]
    bound: tuple[tuple[str, str], ...] = ()


def quote(value: object) -> str:
    """The Python literal for a plain value. Nothing in the value can end the literal: `repr` escapes quotes,
    line breaks and every unprintable or direction-changing character."""
    if type(value) in _PLAIN:
        return repr(value)
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


class Names:
    """The variable names that are in use. What is taken stays taken, so a search for a free one never goes back."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {*_RESERVED, *taken}
        self._tried: dict[str, int] = {}

    def free(self, wish: str) -> str:
        """A name near to `wish` that is not taken."""
        base = _plain(wish)
        if base not in self._taken:
            return base
        count = self._tried.get(base, 2)
        while f"{base}_{count}" in self._taken:
            count += 1
        self._tried[base] = count
        return intern(f"{base}_{count}")

    def take(self, wish: str) -> str:
        name = self.free(wish)
        self._taken.add(name)
        return name

    def take_again(self, bound: Iterable[tuple[str, str]]) -> bool:
        """Take the names that were given for these wishes before. False, and none is taken, where others would be."""
        made: list[str] = []
        for wish, name in bound:
            made.append(self.take(wish))
            if made[-1] != name:
                self._taken.difference_update(made)
                self._tried.clear()
                return False
        return True

    def copy(self) -> Names:
        twin = Names()
        twin._taken, twin._tried = {*self._taken}, {**self._tried}
        return twin


def identifier(text: str, taken: Iterable[str] = ()) -> str:
    """A variable name near to `text` that is not in `taken`."""
    return Names(taken).free(text)


@lru_cache(4096)
def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "node"
    return intern(f"n{base}" if base[0].isdigit() else base)


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
    """The expressions that an expression is directly made of."""
    if isinstance(expr, Call):
        return (expr.func, *expr.args, *[value for _, value in expr.kwargs])
    if isinstance(expr, Literal):
        value = expr.value
        if isinstance(value, list | tuple):
            return tuple(value)
        return tuple(value.values()) if isinstance(value, dict) else ()
    if isinstance(expr, Attr | Item):
        return (expr.base,)
    if isinstance(expr, Let):
        return (expr.value,)
    if isinstance(expr, Binary):
        return (expr.left, expr.right)
    return ()


def write(
    name: str,
    outputs: Mapping[str, Expr],
    variables: Mapping[tuple[str, str], str],
    *,
    names: Names | None = None,
    local: Mapping[str, str] | None = None,
    aliases: Mapping[tuple[str, str], str] | None = None,
    imports: frozenset[tuple[str, str]] | None = None,
) -> Written:
    """One step's assignments.

    `variables` gives the variable of every (node, port) it reads; `names` those in use, to which the new ones are
    added; `imports` what `imported` says, where it is known; `local` the values
    of `Local` keywords on this machine, None to leave such keywords out (an exported script); `aliases` the imported
    (module, name) pairs that go by another name.
    """
    writer = _Writer(name, variables, names or Names(variables.values()), local, aliases or {})
    made = {port: writer.assign(_result_name(name, port, len(outputs)), expr) for port, expr in outputs.items()}
    needed = imported(outputs.values()) if imports is None else imports
    return Written(tuple(writer.lines), made, needed, tuple(writer.bound))


def _result_name(name: str, port: str, count: int) -> str:
    return name if count == 1 else f"{name}_{port}"


class _Writer:
    """Writes one step; shared calls and `let`s get variables, everything else stays inline."""

    def __init__(
        self,
        name: str,
        variables: Mapping[tuple[str, str], str],
        names: Names,
        local: Mapping[str, str] | None,
        aliases: Mapping[tuple[str, str], str],
    ) -> None:
        self.name, self.variables, self.names, self.local, self.aliases = name, variables, names, local, aliases
        self.lines: list[str] = []
        self.bound: list[tuple[str, str]] = []
        self.named: dict[int, str] = {}
        self.uses: dict[int, int] = {}
        self.flat: dict[int, str] = {}  # of the variable that is being written; the next may see other names

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
        name = self.names.take(wanted)
        self.bound.append((wanted, name))
        self.flat.clear()
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
        key = id(expr)
        text = self.named.get(key) or self.flat.get(key)
        if text is None:
            text = self.flat[key] = self._text(expr)
        return text

    def _text(self, expr: Expr) -> str:
        match expr:
            case Literal(value):
                return self._value(value)
            case Attr(base, name):
                return f"{self._operand(base)}.{name}"
            case Name(text, module):
                return self.aliases.get((module, text), text)
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

    def _value(self, value: object) -> str:
        match value:
            case list():
                return "[" + ", ".join(self._flat(item) for item in value) + "]"
            case tuple():
                return "(" + ", ".join(self._flat(item) for item in value) + ("," if len(value) == 1 else "") + ")"
            case dict():
                return "{" + ", ".join(f"{quote(key)}: {self._flat(item)}" for key, item in value.items()) + "}"
            case _:
                return quote(value)

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
