"""Names a computation by what it does: the same on every machine, whatever nodes are called or where files lie."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from nodes.script import Attr, Binary, Call, Expr, File, Input, Item, Let, Literal, Local, Name

_VERSION = b"tapeloom step 1"


def fingerprint(outputs: Mapping[str, Expr], inputs: Mapping[tuple[str, str], str]) -> str:
    """SHA-256 (32 hex digits) of a step's outputs. `inputs` names what each (node, port) it reads computes."""
    memo: dict[int, bytes] = {}

    def digest(expr: Expr) -> bytes:
        while isinstance(expr, Let):
            expr = expr.value
        known = memo.get(id(expr))
        if known is None:
            known = memo[id(expr)] = _hash(*parts(expr))
        return known

    def parts(expr: Expr) -> tuple[object, ...]:
        match expr:
            case Literal(list() | tuple() as items):
                return (type(items).__name__, *map(digest, items))
            case Literal(dict() as items):
                return ("dict", *(_hash(repr(key), digest(item)) for key, item in items.items()))
            case Literal(value):
                return (type(value).__name__, repr(value))
            case Name(text, module, definition):
                return ("name", module, text, definition)
            case Attr(base, name):
                return ("attr", digest(base), name)
            case Call(func, args, kwargs):
                named = sorted(kwargs, key=lambda pair: pair[0])
                pairs = (_hash(key, digest(value)) for key, value in named if not isinstance(value, Local))
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

    return _hash(*(_hash(port, digest(expr)) for port, expr in sorted(outputs.items()))).hex()[:32]


def _hash(*parts: object) -> bytes:
    sha = hashlib.sha256(_VERSION)
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        sha.update(len(data).to_bytes(8, "little") + data)
    return sha.digest()
