"""The recorder: what a node's `build` says becomes an expression tree, and later script text.

Nothing here runs VapourSynth, and no text is pasted: values stay values until `runtime.emit` quotes them,
names come from code only. So a graph from a stranger cannot smuggle a statement into a script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from nodes.clip import ClipInfo, PixelFormat

_USUAL = (int, str, float, bool)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\Z")


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A value: None, bool, int, float, str, or a list, tuple or dict of values and expressions."""

    value: object


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """`core`, `vs`, a name that `module` provides, or a function that the script defines by `definition`. With both,
    Tapeloom's own runs take the module's, exported scripts the definition."""

    text: str
    module: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Attr:
    base: Expr
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    func: Expr
    args: tuple[Expr, ...]
    kwargs: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """`base[first:last:step]`, or `base[first]` where `single`."""

    base: Expr
    first: int | None
    last: int | None
    step: int | None = None
    single: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    left: Expr
    sign: str
    right: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """Another step's output: the node's id and its port."""

    node: str
    port: str


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """A path. Two files of the same `identity` are the same thing to a fingerprint, wherever they lie."""

    path: str
    identity: str


@dataclass(frozen=True, slots=True, eq=False)
class Local:
    """A keyword that matters on this machine only (an index file): left out of exported scripts and of fingerprints.
    Its value is `value`, or what the runtime knows under `key`."""

    key: str
    value: int | str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Let:
    """An expression that gets a variable of its own, `<node>_<hint>`."""

    hint: str
    value: Expr


Expr = Literal | Name | Attr | Call | Item | Binary | Input | File | Local | Let


class ScriptError(Exception):
    """A node author's mistake: a value that cannot be written into a script."""


def as_expr(value: object) -> Expr:
    """Any value a `build` may pass, as an expression. ScriptError for one that cannot be quoted."""
    if type(value) in _USUAL:
        return Literal(value)
    match value:
        case Ref():
            return value.expr
        case PixelFormat():
            return _format(value)
        case Enum():
            return as_expr(value.value)
        case None | bool() | int() | float() | str() | Fraction():
            return Literal(value)
        case list():
            return Literal([as_expr(item) for item in value])
        case tuple():
            return Literal(tuple(as_expr(item) for item in value))
        case dict():
            return Literal({key: as_expr(item) for key, item in value.items()})
        case _:
            raise ScriptError(f"{type(value).__name__} cannot be written into a script")


def _format(form: PixelFormat) -> Expr:
    """`vs.YUV422P10`, or a query for the formats that VapourSynth has no name for (4:1:1 with 10 bits)."""
    named = form.chroma in ("", "420", "422", "444") or form.bits == 8
    if named and form.bits in (8, 9, 10, 12, 14, 16, 32):
        return Attr(Name("vs"), form.name)
    kind = Attr(Name("vs"), "FLOAT" if form.floating else "INTEGER")
    numbers = tuple(Literal(number) for number in (form.bits, form.ss_w, form.ss_h))
    query = Attr(Name("core"), "query_video_format")
    return Attr(Call(query, (Attr(Name("vs"), form.family.value.upper()), kind, *numbers), ()), "id")


@lru_cache(4096)
def _checked(name: str) -> str:
    if not _NAME.match(name):
        raise ScriptError(f"{name!r} is no name")
    return name


class Ref:
    """A handle on something in the script. Attributes, calls, slices, `+` and `*` are recorded.

    `ref.info` is the ClipInfo where it is known (a node's inputs, and what `converted` returns).
    """

    __slots__ = ("_info", "expr")

    def __init__(self, expr: Expr, info: ClipInfo | None = None) -> None:
        self.expr = expr
        self._info = info

    @property
    def info(self) -> ClipInfo:
        if self._info is None:
            raise ScriptError("this intermediate clip's format is not known; forecast it yourself")
        return self._info

    def known(self, info: ClipInfo) -> Ref:
        """The same handle, with its format known."""
        return Ref(self.expr, info)

    def __getattr__(self, name: str) -> Ref:
        if name.startswith("__"):
            raise AttributeError(name)
        return Ref(Attr(self.expr, _checked(name)))

    def __call__(self, *args: object, **kwargs: object) -> Ref:
        named = tuple((_checked(key), as_expr(value)) for key, value in kwargs.items())
        return Ref(Call(self.expr, tuple(as_expr(value) for value in args), named))

    def __getitem__(self, key: int | slice) -> Ref:
        if isinstance(key, slice):
            return Ref(Item(self.expr, key.start, key.stop, key.step))
        return Ref(Item(self.expr, key, None, single=True))

    def __iter__(self) -> Iterator[Ref]:
        raise ScriptError("a recorded value cannot be unpacked; index it")

    def __add__(self, other: Ref) -> Ref:
        return Ref(Binary(self.expr, "+", other.expr))

    def __mul__(self, times: int) -> Ref:
        return Ref(Binary(self.expr, "*", Literal(times)))


class Script:
    """What `build` is given to write with.

    `script.core.bwdif.Bwdif(clip, field=3)` records a call; `script.use("vsdenoise", "mc_degrain")` imports a
    name; `script.vs.YUV420P16` is a constant. `script.let("soft", ref)` gives a value a variable of its own:
    do so for whatever is used twice.
    """

    def __init__(self, node: str = "node") -> None:
        self.node = node

    @property
    def core(self) -> Ref:
        return Ref(Name("core"))

    @property
    def vs(self) -> Ref:
        return Ref(Name("vs"))

    def use(self, module: str, name: str) -> Ref:
        """`from module import name`."""
        return Ref(Name(_checked(name), _checked(module)))

    def helper(self, name: str, definition: str) -> Ref:
        """A function that the script defines once, at its top: `definition` is its whole `def`, a constant of the
        node's file. Nothing from a document may ever be part of it."""
        return Ref(Name(_checked(name), "", definition.strip("\n")))

    def by_runtime(self, name: str, module: str, definition: str) -> Ref:
        """A function that Tapeloom's worker has, in `module`, with a plainer `definition` for exported scripts."""
        return Ref(Name(_checked(name), _checked(module), definition.strip("\n")))

    def let(self, hint: str, value: Ref) -> Ref:
        return Ref(Let(_checked(hint), value.expr), value._info)

    def file(self, path: str, identity: str) -> Ref:
        """A path, known to fingerprints by its content's `identity`."""
        return Ref(File(path, identity))

    def local(self, key: str, value: int | str | None = None) -> Ref:
        """A keyword that only this machine's own runs need. Without a `value` the runtime fills it in:
        `index:<identity>` is a source's index file."""
        return Ref(Local(key, value))
