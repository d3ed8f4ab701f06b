"""Cuts a byte stream into messages, and notices when the stream is rubbish.

One frame is the magic, a little-endian 32-bit length, then that many bytes. A plugin that writes to the wire
by mistake breaks the magic or the length, so the reader can call the worker dead instead of waiting for ever.
"""

import struct
import threading
from typing import IO

MAGIC = b"TLM1"
LIMIT_BYTES = 256 * 1024 * 1024  # an 8K BGRA picture sent inline is 133 MB
_HEADER = struct.Struct("<4sI")
FRAME_BYTES = _HEADER.size  # what a frame adds to its payload

__all__ = ["FRAME_BYTES", "LIMIT_BYTES", "MAGIC", "Wire", "WireClosed", "WireCorrupt"]


class WireClosed(EOFError):  # noqa: N818  # an event of every session's life
    """The other side has gone; `whole` is false where it went in the middle of a frame."""

    def __init__(self, whole: bool) -> None:
        super().__init__("the wire closed" if whole else "the wire closed in the middle of a message")
        self.whole = whole


class WireCorrupt(ValueError):  # noqa: N818
    """The bytes on the wire are not ours; what follows cannot be trusted."""


class Wire:
    """Whole payloads over two binary streams. Sending is safe from any thread; one thread receives."""

    def __init__(self, reader: IO[bytes], writer: IO[bytes]) -> None:
        self._reader, self._writer, self._lock = reader, writer, threading.Lock()

    def send(self, payload: bytes) -> None:
        if len(payload) > LIMIT_BYTES:
            raise ValueError(f"a message of {len(payload)} bytes is above the most, {LIMIT_BYTES}")
        with self._lock:
            self._writer.write(_HEADER.pack(MAGIC, len(payload)) + payload)
            self._writer.flush()

    def receive(self) -> bytes:
        """The next payload. Raises WireClosed at the end of the stream, WireCorrupt on rubbish."""
        header = self._reader.read(_HEADER.size)
        if len(header) < _HEADER.size:
            raise WireClosed(whole=not header)
        magic, length = _HEADER.unpack(header)
        if magic != MAGIC:
            raise WireCorrupt(f"expected a message, found {header!r}")
        if length > LIMIT_BYTES:
            raise WireCorrupt(f"a message says that it is {length} bytes long")
        payload = self._reader.read(length)
        if len(payload) < length:
            raise WireClosed(whole=False)
        return payload
