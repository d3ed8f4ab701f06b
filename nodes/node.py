"""A node type is a class: its ports and params are read off the class body once, here."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, Self, get_origin, get_type_hints

from nodes.clip import ClipInfo, SoundInfo
from nodes.params import Param, ParamError, read_param
from nodes.ports import InPort, OutPort
from nodes.script import Script

type Info = ClipInfo | SoundInfo
type Outputs[T] = T | Mapping[str, T]


class Node:
    """Base of all node types.

    Declare in the class body: `id` and `version`; `label` (its name on the canvas) and `words` (what else people
    search for); `needs` (VapourSynth namespaces and Python modules the script uses); ports with `takes` and
    `gives`; params as `name: Annotated[type, param("help")] = default`. The docstring is the help.

    Implement `forecast(self, <input ports>) -> ClipInfo | SoundInfo | {output port: info}`; ask for `probe` to look
    at files. An optional input that is not wired arrives as None. And `build(self, script, <input ports>)`,
    which gives back a Ref (Sound for audio ports), a dict of them by output port, or a Sink.

    A node that takes long per frame may also have `stand_in(self, script, <input ports>)`, built like `build`: a quick
    look-alike of the very same format, shown while the true picture is on its way. None where there is none.

    `upgrades` maps an old version to a function (params dict → params dict) that leads to the next version.
    `check(self, <input ports>)` may yield texts that warn of a poor setting. `trusted` nodes run a user's own code.
    """

    id: ClassVar[str] = ""
    version: ClassVar[int] = 1
    label: ClassVar[str] = ""
    category: ClassVar[str] = ""
    words: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    trusted: ClassVar[bool] = False
    upgrades: ClassVar[Mapping[int, Any]] = {}
    aliases: ClassVar[tuple[str, ...]] = ()

    params: ClassVar[dict[str, Param]] = {}
    inputs: ClassVar[dict[str, InPort]] = {}
    outputs: ClassVar[dict[str, OutPort]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__dict__.get("id"):
            _declare(cls)

    def __init__(self, **values: object) -> None:
        unknown = values.keys() - self.params.keys()
        if unknown:
            raise ParamError(f"{self.id} has no param {sorted(unknown)[0]!r}")
        for name, declared in self.params.items():
            value = values.get(name, declared.default)
            object.__setattr__(self, name, declared.accept(declared.plain(value)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{self.id}.{name}: a node's params are fixed once it is made")

    def values(self) -> dict[str, object]:
        """Every param's value, in declared order."""
        return {name: getattr(self, name) for name in self.params}

    def having(self, **changes: object) -> Self:
        """The same node with some params changed."""
        return type(self)(**{**self.values(), **changes})

    @classmethod
    def help(cls) -> str:
        return inspect.cleandoc(cls.__doc__ or "")

    @classmethod
    def name(cls) -> str:
        return cls.label or cls.id

    @classmethod
    @cache
    def bypass(cls) -> Mapping[str, str]:
        """Which input each output shows when the node is bypassed: that of its name, else the first of its kind."""
        through: dict[str, str] = {}
        for out in cls.outputs.values():
            fitting = [port.name for port in cls.inputs.values() if port.kind is out.kind]
            if fitting:
                through[out.name] = out.name if out.name in fitting else fitting[0]
        return MappingProxyType(through)

    # Subclasses give these their own named ports; Any keeps the base compatible with all of them.
    def forecast(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"{self.id} has no forecast")

    def build(self, script: Script, *_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"{self.id} has no build")

    def stand_in(self, *_: Any, **__: Any) -> Any:
        return None

    def check(self, *_: Any, **__: Any) -> Any:
        return ()


def outputs_of[T](node: type[Node], given: Outputs[T]) -> dict[str, T]:
    """What forecast or build gave back, by output port. TypeError names the ports that do not fit."""
    if isinstance(given, Mapping):
        result = dict(given)
    elif len(node.outputs) == 1:
        result = {next(iter(node.outputs)): given}
    else:
        raise TypeError(f"{node.id}: give a dict with {', '.join(node.outputs)}")
    if not set(result) <= set(node.outputs):
        raise TypeError(f"{node.id}: gave {sorted(result)}, has {sorted(node.outputs)}")
    return result


def has_stand_in(node: type[Node]) -> bool:
    """Whether nodes of this type may have a quick look-alike."""
    return node.stand_in is not Node.stand_in


@lru_cache(4096)
def arguments(method: Any) -> tuple[str, ...]:
    """The names of the parameters after self (and script)."""
    names = [name for name in inspect.signature(method).parameters if name not in ("self", "script")]
    return tuple(names)


def _declare(cls: type[Node]) -> None:
    hints = get_type_hints(cls, include_extras=True)
    params: dict[str, Param] = {}
    inputs: dict[str, InPort] = {}
    outputs: dict[str, OutPort] = {}
    reserved = set(dir(Node))
    for base in reversed(cls.__mro__):
        for name in [*inspect.get_annotations(base), *vars(base)]:
            value = cls.__dict__.get(name, getattr(cls, name, None))
            if isinstance(value, InPort):
                inputs[name] = InPort(value.kind, value.help, value.optional, value.wants, name)
            elif isinstance(value, OutPort):
                outputs[name] = OutPort(value.kind, value.help, name)
            elif name in hints and name not in reserved and get_origin(hints[name]) is not ClassVar:
                if name.startswith("_") or not hasattr(cls, name):
                    raise TypeError(f"{cls.__name__}.{name}: a param needs a public name and a default")
                if name not in params:
                    value = value.default if isinstance(value, Param) else value
                    params[name] = read_param(cls.__name__, name, hints[name], value)
    if set(params) & set(inputs) or set(inputs) & {"probe", "script"}:
        raise TypeError(f"{cls.__name__}: a port and a param share a name")
    for method in (cls.forecast, cls.build, cls.stand_in):
        wanted = set(arguments(method)) - {"probe", "_", "__"}
        if wanted - set(inputs):
            raise TypeError(f"{cls.__name__}.{method.__name__}: {sorted(wanted - set(inputs))} are no input ports")
    cls.params, cls.inputs, cls.outputs = params, inputs, outputs
