"""Between a capture node of the graph and the panel: what the node asks for, and the recording it then stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from capture.graph.taken import with_take
from capture.session.messages import Done
from capture.sets.kept import changed, named, with_pass
from editor.capture.choosing import CODECS, Wish
from graphs.document import Graph, Json, NodeId
from graphs.edits import Edit, SetParams
from graphs.library import preset

CAPTURE = "input.capture"


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


def take_of(done: Done) -> tuple[Path, int]:
    """What a capture node is to stand for, and which pass of it: the file, or, where there are holes and so several
    files, a set of takes with all of them. SetError."""
    files = [Path(one) for one in done.files]
    if len(files) == 1:
        return files[0], 1
    path = named(files[0].parent, tape_name(done))
    made = changed(path, lambda one: with_pass(one, path, files), make=True)
    return path, max(one.id for one in made.passes)


def tape_name(done: Done) -> str:
    """`Tape 1`, of `Tape 1.mkv` or of `Tape 1.001.mkv` and others."""
    stem = done.files[0].replace("\\", "/").rpartition("/")[2].rpartition(".")[0] if done.files else ""
    return re.sub(r"\.\d{3}$", "", stem) if len(done.files) > 1 else stem


def as_take(node: NodeId, take: Path, number: int) -> Edit:
    """The recording becomes what the node stands for."""
    return SetParams(node, {"take": str(take), "pass_number": number})


def graph_of(take: Path, number: int, *, ntsc: bool) -> Graph | None:
    """The shipped graph for a capture with this take in it; None where it is not there."""
    found = preset("capture-ntsc" if ntsc else "capture-pal")
    nodes = [one.id for one in found.graph.nodes.values() if one.type == CAPTURE] if found is not None else []
    return with_take(found.graph, nodes[0], take, number) if found is not None and nodes else None
