"""PyTorch weights on a shelf, as `models get` leaves them: a file and its journal."""

from __future__ import annotations

import shutil
from pathlib import Path

from runtime.models.catalogue import own_entry
from runtime.models.download import sha256
from runtime.models.entry import TORCH
from runtime.models.store import OWN, Item, Shelf


def with_weights(shelf: Shelf, name: str, path: Path) -> None:
    part = shelf.making(name) / f"{name}.pth.part"
    shutil.copy(path, part)
    item = Item(f"{name}.pth", TORCH, part.stat().st_size, sha256(part), path.name, OWN)
    shelf.place(own_entry(name, {"scale": 2}), {part: item})
