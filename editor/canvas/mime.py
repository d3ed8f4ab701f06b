"""What may be dropped on the canvas: a node type from the palette, or files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData

MIME = "application/x-tapeloom-node"
"""A node type's id, as UTF-8 text."""


def node_mime(type_id: str) -> QMimeData:
    """What a palette hands to a drag."""
    data = QMimeData()
    data.setData(MIME, type_id.encode())
    return data


def dropped_type(data: QMimeData) -> str:
    """The node type that is dragged; empty if it is something else."""
    return bytes(data.data(MIME).data()).decode(errors="replace") if data.hasFormat(MIME) else ""


def dropped_files(data: QMimeData) -> list[Path]:
    """The files of this machine that are dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []
