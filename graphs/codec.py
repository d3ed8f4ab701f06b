"""A graph as text and back: canonical JSON that a person can read and a diff can show.

Equal graphs give equal bytes. Nodes stand in the order in which the tape passes them. What this Tapeloom
does not know (node types, fields) is written back as it was read.
"""

from __future__ import annotations

from graphs.document import Graph
from graphs.reading import Reader
from graphs.strict_json import MAX_BYTES, DocumentError, parse
from graphs.upgrade import FORMAT, VERSION, UpgradeError, upgrade_document
from graphs.writing import along_the_tape, encode, natural

__all__ = ["MAX_BYTES", "DocumentError", "along_the_tape", "decode", "encode", "natural"]


def decode(data: str | bytes) -> Graph:
    """Read a document. DocumentError tells everything that is wrong with it."""
    raw = parse(data)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise DocumentError(f'this is JSON, but no Tapeloom graph (it lacks "format": "{FORMAT}")')
    version = raw.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise DocumentError("version: it should be a whole number, such as 1")
    if version > VERSION:
        newer = f"version {version} of the format; this one reads up to {VERSION}"
        raise DocumentError(f"a newer Tapeloom wrote this ({newer}). Update Tapeloom to open it")
    try:
        raw = upgrade_document(raw, version)
    except UpgradeError as fault:
        raise DocumentError(f"this old document cannot be read: {fault}") from None
    return Reader().graph(raw)
