"""Pixel expressions that are ready at once, for a window in which somebody drags a slider. Pure.

akarin.Expr compiles each new formula with LLVM: 30 ms of CPU for every step of a slider, where std.Expr takes 0.3 ms
and makes a frame of video in the same time. Formulas that both understand alike are given to std.Expr. Measured on
random pixels: equal to the bit up to 10 bits; at 16 bits some pixels in 100,000 differ by one code of 65,535 (akarin
fuses multiply and add), at 32 bits the last bits of the float. For previews only: a render has what akarin.Expr makes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from nodes.script import Attr, Binary, Call, Expr, Item, Let, Literal
from runtime.plan import Plan, Step

_WORDS = frozenset(["+", "-", "*", "/", "max", "min", "abs", "sqrt", ">", "<", "=", ">=", "<="])
_WORDS |= {"and", "or", "xor", "not", "?", "dup", "swap"}
_OPTIONS = frozenset({"format"})
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?\Z")
_CLIP = re.compile(r"[a-z]\Z")


class AtOnce:
    """Remembers what it made of each step, so that a step that stays the same is the same."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Step, Step]] = {}

    def __call__(self, plan: Plan) -> Plan:
        """The plan with such formulas given to std.Expr. Steps keep their fingerprints: they show the same."""
        steps = tuple(self._step(step) for step in plan.steps)
        self._made = {old.id: (old, new) for old, new in zip(plan.steps, steps, strict=True)}
        return replace(plan, steps=steps)

    def _step(self, step: Step) -> Step:
        known = self._made.get(step.id)
        if known is not None and known[0] is step:
            return known[1]
        seen: dict[int, Expr] = {}
        outputs = {port: _given(expr, seen) for port, expr in step.outputs.items()}
        same = all(outputs[port] is expr for port, expr in step.outputs.items())
        return step if same else replace(step, outputs=outputs)


def _given(expr: Expr, seen: dict[int, Expr]) -> Expr:
    """The same expression, itself where nothing in it changes; what is shared stays shared."""
    if id(expr) not in seen:
        seen[id(expr)] = _made(expr, seen)
    return seen[id(expr)]


def _made(expr: Expr, seen: dict[int, Expr]) -> Expr:
    match expr:
        case Call(func, args, kwargs):
            new_func = _given(func, seen)
            new_args = tuple(_given(arg, seen) for arg in args)
            new_kwargs = tuple((name, _given(value, seen)) for name, value in kwargs)
            if isinstance(func, Attr) and isinstance(new_func, Attr):
                found = _std(new_func, new_args, new_kwargs)
                if found is not None:
                    return found
            named = zip(new_kwargs, kwargs, strict=True)
            kept = new_func is func and _alike(new_args, args) and all(new is old for (_, new), (_, old) in named)
            return expr if kept else Call(new_func, new_args, new_kwargs)
        case Attr(base, name):
            new = _given(base, seen)
            return expr if new is base else Attr(new, name)
        case Item(base):
            new = _given(base, seen)
            return expr if new is base else replace(expr, base=new)
        case Binary(left, sign, right):
            new_left, new_right = _given(left, seen), _given(right, seen)
            return expr if new_left is left and new_right is right else Binary(new_left, sign, new_right)
        case Let(hint, value):
            new = _given(value, seen)
            return expr if new is value else Let(hint, new)
        case Literal(list() | tuple() as items):
            made = [_given(item, seen) for item in items]
            return expr if _alike(made, items) else Literal(type(items)(made))
        case _:
            return expr


def _alike(new: Sequence[object], old: Sequence[object]) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))


def _std(func: Attr, args: tuple[Expr, ...], kwargs: tuple[tuple[str, Expr], ...]) -> Call | None:
    """`….akarin.Expr(…, formulas)` as `….std.Expr(…)`, where all its formulas are plain arithmetic."""
    if func.name != "Expr" or not isinstance(func.base, Attr) or func.base.name != "akarin" or not args:
        return None
    if not {name for name, _ in kwargs} <= _OPTIONS:
        return None
    formulas = _formulas(args[-1])
    if formulas is None:
        return None
    texts = Literal([Literal(text) for text in formulas])
    return Call(Attr(Attr(func.base.base, "std"), "Expr"), (*args[:-1], texts), kwargs)


def _formulas(given: Expr) -> list[str] | None:
    """Each plane's formula as std.Expr writes it; None where one of them is more than arithmetic."""
    value = given.value if isinstance(given, Literal) else None
    items = [given] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    found = []
    for item in items:
        text = item.value if isinstance(item, Literal) else None
        if not isinstance(text, str):
            return None
        words = _spelled(text.split())
        if not all(word in _WORDS or _CLIP.match(word) or _NUMBER.match(word) for word in words):
            return None
        found.append(" ".join(words))
    return found or None


def _spelled(words: list[str]) -> list[str]:
    """`low high clamp` as `low max high min`, where both are numbers."""
    spelled: list[str] = []
    for word in words:
        if word == "clamp" and len(spelled) > 1 and _NUMBER.match(spelled[-1]) and _NUMBER.match(spelled[-2]):
            spelled[-1:] = ["max", spelled[-1], "min"]
        else:
            spelled.append(word)
    return spelled
