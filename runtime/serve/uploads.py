"""Takes in a file, piece by piece, up to a limit; whatever breaks off leaves nothing behind.

What only looks like a video and is a list of other files (a playlist, a session description) is refused: ffmpeg would
go and fetch what it names, from this machine's disks and network.
"""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool

from runtime.serve.places import PlaceError, Places, safe_name, unused

SPARE_BYTES = 1 << 30
"""What stays free on the disk."""
_BLOCK = 1 << 20
_LISTS = (b"#EXTM3U", b"ffconcat", b"[playlist]", b"<?xml", b"<smil", b"<mpd", b"v=0\r", b"v=0\n", b"[InternetShortcut")


_NAMING = threading.Lock()  # two of the same name at once


class TooLargeError(Exception):
    """Larger than is allowed, or than there is room for; one line."""


@dataclass(frozen=True)
class Limits:
    upload_bytes: int = 200 << 30
    spare_bytes: int = SPARE_BYTES


async def taken(places: Places, name: str, blocks: AsyncIterator[bytes], said: int | None, limits: Limits) -> Path:
    """Write `blocks` to a new file in the uploads. `said`: how long it is to be, where that is known. PlaceError,
    TooLargeError, OSError; starlette's ClientDisconnect where it breaks off."""
    name = safe_name(name)
    _fits(places.uploads, said or 0, limits)
    part = places.uploads / f".{uuid.uuid4().hex}.part"
    try:
        size = await _written(part, blocks, limits)
        if said is not None and size != said:
            raise PlaceError(f"{name} broke off: {size} of {said} bytes came")
        return await run_in_threadpool(_named, places, part, name)
    finally:
        await run_in_threadpool(part.unlink, missing_ok=True)


async def _written(part: Path, blocks: AsyncIterator[bytes], limits: Limits) -> int:
    size, held = 0, bytearray()
    with part.open("xb") as file:
        async for block in blocks:
            held += block
            size += len(block)
            if size > limits.upload_bytes:
                raise TooLargeError(_too_large(limits))
            if len(held) >= _BLOCK:
                _looked_at(held, size)
                await run_in_threadpool(_put, file, bytes(held), part.parent, limits)
                held.clear()
        _looked_at(held, size)
        await run_in_threadpool(_put, file, bytes(held), part.parent, limits)
        await run_in_threadpool(os.fsync, file.fileno())
    if not size:
        raise PlaceError("nothing came: the file is empty")
    return size


def _looked_at(held: bytearray, size: int) -> None:
    if size == len(held) and bytes(held[:64]).lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(
        tuple(one.lower() for one in _LISTS)
    ):
        raise PlaceError("this is a list of other files, and no video")


def _put(file: BinaryIO, data: bytes, folder: Path, limits: Limits) -> None:
    _fits(folder, len(data), limits)
    file.write(data)
    file.flush()


def _fits(folder: Path, size: int, limits: Limits) -> None:
    if size > limits.upload_bytes:
        raise TooLargeError(_too_large(limits))
    if shutil.disk_usage(folder).free < size + limits.spare_bytes:
        raise TooLargeError("there is no room for it on the service's disk. Remove something there first")


def _too_large(limits: Limits) -> str:
    return f"more than {limits.upload_bytes / (1 << 30):.3g} GiB is not taken. Put it into a served folder by hand"


def _named(places: Places, part: Path, name: str) -> Path:
    with _NAMING:
        final = unused(places.uploads, name)
        part.rename(final)
    return final
