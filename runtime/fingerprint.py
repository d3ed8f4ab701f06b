"""Names a computation by what it does: the same on every machine, whatever nodes are called or where files lie."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from operator import itemgetter

from nodes.script import Attr, Binary, Call, Expr, File, Input, Item, Let, Literal, Local, Name

_VERSION = b"tapeloom step 1"


def fingerprint(
    outputs: Mapping[str, Expr], inputs: Mapping[tuple[str, str], str], known: dict[int, bytes] | None = None
) -> str:
    """SHA-256 (32 hex digits) of a step's outputs. `inputs` names what each (node, port) it reads computes.

    `known` remembers, from one call to the next with the same outputs, the parts that no input has a share in.
    """
    fixed: dict[int, bytes] = {} if known is None else known
    memo: dict[int, bytes] = {}
    reads = False  # whether what was digested since somebody last cleared this reads an input

    def digest(expr: Expr) -> bytes:
        nonlocal reads
        while isinstance(expr, Let):
            expr = expr.value
        key = id(expr)
        if key in fixed:
            return fixed[key]
        if key in memo:
            reads = True
            return memo[key]
        outside, reads = reads, isinstance(expr, Input)
        found = _hash(*parts(expr)) if isinstance(expr, Call) else _usual(*parts(expr))  # finds out about `reads`
        (memo if reads else fixed)[key] = found
        reads = reads or outside
        return found

    def parts(expr: Expr) -> tuple[object, ...]:
        match expr:
            case Literal(value):
                return literal(value)
            case Name(text, module, definition):
                return ("name", module, text, definition)
            case Attr(base, name):
                return ("attr", digest(base), name)
            case Call(func, args, kwargs):
                named = sorted(kwargs, key=_first)
                pairs = [_hash(key, digest(value)) for key, value in named if not isinstance(value, Local)]
                return ("call", digest(func), len(args), *map(digest, args), *pairs)
            case Item(base, first, last, step, single):
                return ("item", digest(base), repr((first, last, step, single)))
            case Binary(left, sign, right):
                return ("binary", digest(left), sign, digest(right))
            case Input(node, port):
                return ("input", inputs[node, port])
            case File(_, identity):
                return ("file", identity)
            case Local(key):
                return ("local", key)
            case Let():
                raise AssertionError("looked through above")

    def literal(value: object) -> tuple[object, ...]:
        match value:
            case list() | tuple():
                return (type(value).__name__, *map(digest, value))
            case dict():
                return ("dict", *(_hash(repr(key), digest(item)) for key, item in value.items()))
            case _:
                return (type(value).__name__, repr(value))

    return _hash(*(_hash(port, digest(expr)) for port, expr in sorted(outputs.items()))).hex()[:32]


_first = itemgetter(0)


def _hash(*parts: object) -> bytes:
    text = [_VERSION]
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        text += (len(data).to_bytes(8, "little"), data)
    return sha256(b"".join(text)).digest()


_usual = lru_cache(8192)(_hash)
"""Names, numbers and the like come again and again."""
