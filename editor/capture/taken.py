"""Between a capture node of the graph and the panel: what the node asks for, and the recording it then stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from editor.capture.choosing import CODECS, Wish
from graphs.document import Json, NodeId
from graphs.edits import Edit, SetParams


def wish_of(params: Mapping[str, Json], usual: Wish) -> Wish:
    """What the node asks for; what it leaves open stays as it is in the panel."""

    def text(name: str, otherwise: str) -> str:
        value = params.get(name)
        return value if isinstance(value, str) and value else otherwise

    codec = text("codec", usual.codec)
    minutes, blank = params.get("minutes"), params.get("blank")
    return replace(
        usual,
        device=text("device", usual.device),
        input=text("input", usual.input),
        standard=text("standard", usual.standard),
        codec=codec if codec in CODECS else usual.codec,
        folder=text("folder", usual.folder),
        name=text("tape", usual.name),
        stop_after_min=minutes if isinstance(minutes, int) else usual.stop_after_min,
        blank_s=blank if isinstance(blank, int) else usual.blank_s,
    )


def as_take(node: NodeId, file: str) -> Edit:
    """The recording becomes what the node stands for."""
    return SetParams(node, {"take": file})
