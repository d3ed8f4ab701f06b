"""Checksums of the pictures of a file, coded or decoded, by ffmpeg's framehash; one SHA-256 stands for a stretch."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from runtime.encode import FRAME_HASH

LOSSLESS = frozenset({"ffv1", "huffyuv", "ffvhuff", "utvideo", "rawvideo", "v210", "png", "tiff", "magicyuv"})
"""Encoders that give back the very pictures that went in."""


class HashError(Exception):
    """ffmpeg could not read the file; its last word."""


def combined(sums: Iterable[bytes]) -> str:
    """SHA-256 of the checksums of a stretch, one a line."""
    return hashlib.sha256(b"\n".join(sums)).hexdigest()


def sums_in(text: bytes) -> list[bytes]:
    """The checksums of a framehash listing."""
    return [line.rsplit(b",", 1)[-1].strip() for line in text.splitlines() if line[:1] not in (b"#", b"")]


def packets(ffmpeg: str, path: Path) -> list[bytes]:
    """A checksum of every coded picture of the first video stream, in the file's order. HashError."""
    return list(_sums([ffmpeg, *_IN, f"file:{path}", "-map", "0:v:0", "-c", "copy", *_OUT]))


def pictures(ffmpeg: str, path: Path, pixel_format: str) -> Iterator[bytes]:
    """A checksum of every decoded picture. HashError, also where the decoder finds damage."""
    strict = ("-err_detect", "crccheck+explode", "-xerror")
    decoded = ("-pix_fmt", pixel_format) if pixel_format else ()
    argv = [ffmpeg, *strict, *_IN, f"file:{path}", "-map", "0:v:0", "-fps_mode", "passthrough", *decoded, *_OUT]
    return _sums(argv)


_IN = ("-hide_banner", "-nostdin", "-v", "error", "-protocol_whitelist", "file,crypto,data", "-i")
_OUT = ("-f", "framehash", "-hash", FRAME_HASH, "pipe:1")


def _sums(argv: list[str]) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said)
        except OSError as fault:
            raise HashError(f"cannot start {argv[0]}: {fault.strerror or fault}") from None
        assert process.stdout is not None
        try:
            for line in process.stdout:
                yield from sums_in(line)
            code = process.wait()
        finally:
            process.kill()  # nobody wanted the rest
            process.wait()
            process.stdout.close()
        if code != 0:
            said.seek(0)
            words = said.read().decode("utf-8", "replace").strip().splitlines()
            raise HashError(words[-1] if words else f"ffmpeg ended with exit code {code}")
