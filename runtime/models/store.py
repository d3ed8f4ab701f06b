"""The shelf: which models are here, under TAPELOOM_DATA/models, a folder each.

What counts is `shelf.json` in that folder: the files, their hashes, where they came from. A file is on the shelf when
its name stands there, and that is written last. `recorded.json`, beside the folders, keeps the hash of every file
that nobody states a hash of, as it first came: the next one from the same place must be the same.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from graphs.resolve import did_you_mean
from runtime import folders
from runtime.models.catalogue import FILE, NAME, SHA256, RegistryError, catalogue, own_entry
from runtime.models.download import sha256, size_of
from runtime.models.entry import ONNX, Entry, Pattern, ValueRange
from runtime.models.fault import ShelfError
from runtime.models.inspect import Inspected

JOURNAL, RECORDED, PART = "shelf.json", "recorded.json", ".part"
FORMAT = "tapeloom.model"
FIRST_USE = "recorded on first use"
CONVERTED = "converted here"
OWN = "your own file"


@dataclass(frozen=True)
class Item:
    """A file on the shelf. `trust` is who vouches for the hash."""

    name: str
    format: str
    size: int
    sha256: str
    source: str
    trust: str
    fetched: str = ""

    @property
    def unverified(self) -> bool:
        return self.trust == FIRST_USE


@dataclass(frozen=True)
class Held:
    """A model that is here."""

    entry: Entry
    folder: Path
    items: tuple[Item, ...]
    accepted: str = ""
    inspected: Inspected | None = None

    @property
    def onnx(self) -> Path | None:
        """The file that can be run at once."""
        return next((self.folder / item.name for item in self.items if item.format == ONNX), None)

    @property
    def size(self) -> int:
        return sum(item.size for item in self.items)

    @property
    def complete(self) -> bool:
        """Every file is there in its length. Whether it is the same bytes, `Shelf.verify` finds."""
        paths = [(self.folder / item.name, item.size) for item in self.items]
        return all(path.is_file() and path.stat().st_size == size for path, size in paths)


@dataclass(frozen=True)
class Row:
    """A line of the list. `fault` where its folder cannot be read, `part` the bytes of a download broken off."""

    entry: Entry
    held: Held | None
    part: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Finding:
    """What verifying a file found."""

    item: Item
    sound: bool
    said: str


class Shelf:
    """The models of a user. Reads and writes files; what fetches stands in getting.py."""

    def __init__(self, folder: Path | None = None, entries: Mapping[str, Entry] | None = None) -> None:
        self.folder = folder or folders.data() / "models"
        self.entries = catalogue() if entries is None else entries

    def rows(self) -> list[Row]:
        """Every model of the registry, then the user's own, by name."""
        rows = [self._row(entry) for _, entry in sorted(self.entries.items())]
        for folder in sorted(self._own_folders()):
            try:
                held = self._read(folder.name)
                if held:
                    rows.append(Row(held.entry, held))
            except ShelfError as fault:
                rows.append(Row(_unreadable(folder.name), None, fault=str(fault)))
        return rows

    def entry(self, name: str) -> Entry:
        """ShelfError where neither registry nor shelf knows the name."""
        if name in self.entries:
            return self.entries[name]
        if NAME.fullmatch(name) and (held := self._read(name)):
            return held.entry
        names = [*self.entries, *(folder.name for folder in self._own_folders())]
        raise ShelfError(f"there is no model {name!r}{did_you_mean(name, names)}. `models list` shows them all")

    def held(self, name: str) -> Held | None:
        """The model if it is here."""
        self.entry(name)
        return self._read(name)

    def verify(self, held: Held) -> Iterator[Finding]:
        """Each file read whole, its hash compared with the one it came with."""
        again = (
            "import it again" if held.entry.own else f"fetch it again: launch.py models get {held.entry.name} --again"
        )
        for item in held.items:
            path = held.folder / item.name
            if not path.is_file():
                yield Finding(item, False, f"missing; {again}")
            elif path.stat().st_size != item.size or sha256(path) != item.sha256:
                yield Finding(item, False, f"changed since it came; {again}")
            elif item.unverified:
                yield Finding(item, True, "unchanged since it came; unverified: nobody states its hash")
            else:
                yield Finding(item, True, f"unchanged; {item.trust}")

    def remove(self, name: str) -> int:
        """Take a model, and what is left of a broken download, off the shelf. Gives the bytes set free."""
        if not self._broken(name):
            self.entry(name)
        folder = self.folder / name
        if not (folder / JOURNAL).exists() and not any(folder.glob(f"*{PART}")):
            raise ShelfError(f"{name} is not on the shelf")
        freed = sum(size_of(path) for path in folder.iterdir())
        with _writing(folder):
            (folder / JOURNAL).unlink(missing_ok=True)  # from here on it is not on the shelf
            shutil.rmtree(folder)
        return freed

    def _broken(self, name: str) -> bool:
        """Whether a journal stands there that cannot be read: such a model can only be removed."""
        try:
            if NAME.fullmatch(name):
                self._read(name)
        except ShelfError:
            return True
        return False

    def place(
        self, entry: Entry, parts: Mapping[Path, Item], *, accepted: str = "", inspected: Inspected | None = None,
        alone: bool = False,
    ) -> Held:  # fmt: skip
        """Put whole, checked parts on the shelf under their items' names, beside what is there or `alone`.

        `NAME.onnx` stands before `NAME.fp16.onnx`: the first ONNX is what runs, another only where it is named."""
        before = self._read(entry.name)
        folder = self.folder / entry.name
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        made = [replace(item, fetched=stamp) for item in parts.values()]
        others = [item for item in before.items if item.name not in {new.name for new in made}] if before else []
        kept = [] if alone else others
        with _writing(folder):
            for part, item in parts.items():
                part.replace(folder / item.name)
            held = Held(
                entry,
                folder,
                tuple(
                    sorted((*kept, *made), key=lambda item: item.format == ONNX and item.name != f"{entry.name}.onnx")
                ),
                accepted or (before.accepted if before else ""),
                inspected or (before.inspected if before else None),
            )
            _write_json(folder / JOURNAL, _journal(held))
            for item in others if alone else ():
                (folder / item.name).unlink(missing_ok=True)
        return held

    def making(self, name: str) -> Path:
        """The model's folder, made where it is not there yet."""
        folder = self.folder / name
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def recorded(self, source: str) -> str:
        """The hash with which a file first came from `source`; "" where none has."""
        found = _read_json(self.folder / RECORDED).get(source, "")
        return found if isinstance(found, str) and SHA256.fullmatch(found) else ""

    def record(self, source: str, digest: str) -> None:
        with _writing(self.folder):
            _write_json(self.folder / RECORDED, {**_read_json(self.folder / RECORDED), source: digest})

    def _row(self, entry: Entry) -> Row:
        try:
            held = self._read(entry.name)
        except ShelfError as fault:
            return Row(entry, None, fault=str(fault))
        return Row(entry, held, sum(size_of(path) for path in (self.folder / entry.name).glob(f"*{PART}")))

    def _own_folders(self) -> Iterator[Path]:
        if self.folder.is_dir():
            for folder in self.folder.iterdir():
                if folder.is_dir() and NAME.fullmatch(folder.name) and folder.name not in self.entries:
                    yield folder

    def _read(self, name: str) -> Held | None:
        folder = self.folder / name
        path = folder / JOURNAL
        if not path.is_file():
            return None
        try:
            said = json.loads(path.read_text("utf-8"))
            if said["format"] != FORMAT:
                raise ValueError("another program's")
            entry = self.entries.get(name) or own_entry(name, said["entry"])
            items = tuple(Item(**item) for item in said["files"])
            if not all(FILE.fullmatch(item.name) and SHA256.fullmatch(item.sha256) for item in items):
                raise ValueError("a file's name or hash is none")
            return Held(entry, folder, items, str(said["accepted"]), _inspected(said["inspected"]))
        except (OSError, ValueError, KeyError, TypeError, RegistryError) as error:
            raise ShelfError(f"{path}: cannot be read ({error}); `models remove {name}` clears it") from None


def _inspected(said: dict[str, Any] | None) -> Inspected | None:
    if said is None:
        return None
    whole = {**said, "fixed": tuple(said["fixed"]) if said["fixed"] else None, "notes": tuple(said["notes"])}
    return Inspected(**{**whole, "pattern": Pattern(said["pattern"]), "value_range": ValueRange(said["value_range"])})


def _journal(held: Held) -> dict[str, object]:
    return {
        "format": FORMAT,
        "version": 1,
        "entry": {key: value for key, value in asdict(held.entry).items() if key != "name"} if held.entry.own else None,
        "accepted": held.accepted,
        "files": [asdict(item) for item in held.items],
        "inspected": asdict(held.inspected) if held.inspected else None,
    }


def _unreadable(name: str) -> Entry:
    return own_entry(name, {})


def _read_json(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _write_json(path: Path, said: object) -> None:
    """Whole or not at all."""
    making = path.with_name(path.name + PART)
    with making.open("w", encoding="utf-8") as file:
        json.dump(said, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    making.replace(path)


class _writing:  # noqa: N801  (reads as a phrase: with _writing(folder))
    """Says what the system has against writing in a folder, in one line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise ShelfError(f"{self.folder}: {error.strerror or error}. TAPELOOM_DATA names another place") from None
