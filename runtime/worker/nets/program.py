"""Takes the tensors out of a TorchScript program and runs none of it: LaMa and FILM are published as such alone.

The file is a zip; its `data.pkl` is a pickle of the modules' attributes. It is read here by an unpickler that knows
tensors and plain containers, and makes of every class of the program an empty box for its attributes.
"""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import torch
from torch import Tensor

_KINDS = {
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "DoubleStorage": torch.float64,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "BoolStorage": torch.bool,
    "ByteStorage": torch.uint8,
}


def program_tensors(path: Path) -> dict[str, Tensor]:
    """Its tensors by their names, as `state_dict` has them. Raises what zipfile and pickle do where it is broken."""
    with zipfile.ZipFile(path) as file:
        inside = next(name for name in file.namelist() if PurePosixPath(name).name == "data.pkl")
        with file.open(inside) as data:
            found = _Reader(data, file, str(PurePosixPath(inside).parent)).load()
    return dict(_named(found, ""))


class _Box:
    """What stands for a module of the program."""

    def __setstate__(self, held: object) -> None:
        self.held = held


class _Reader(pickle.Unpickler):
    def __init__(self, data: Any, file: zipfile.ZipFile, folder: str) -> None:
        super().__init__(data)
        self.file, self.folder = file, folder
        self.seen: dict[str, Tensor] = {}

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith("__torch__"):
            return _Box
        if module == "torch" and name in _KINDS:
            return _KINDS[name]
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch.jit._pickle" and name.startswith("build_"):
            return _plain
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a tensor")

    def persistent_load(self, told: Any) -> Tensor:
        _, kind, key, *_ = told
        if key not in self.seen:
            data = self.file.read(f"{self.folder}/data/{key}")
            self.seen[key] = torch.frombuffer(bytearray(data), dtype=kind) if data else torch.empty(0, dtype=kind)
        return self.seen[key]


def _tensor(stored: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object) -> Tensor:
    return torch.as_strided(stored, size, stride, offset).clone()


def _plain(held: object, *_: object) -> object:
    return held


def _named(found: object, before: str) -> Iterator[tuple[str, Tensor]]:
    held = getattr(found, "held", found) if isinstance(found, _Box) else found
    if isinstance(held, Tensor):
        yield before.removesuffix("."), held
    elif isinstance(held, dict):
        for name, one in held.items():
            if isinstance(one, (_Box, Tensor)):
                yield from _named(one, f"{before}{name}.")
