"""What is known of a file's making: enough to prove it later, and to make it again. JSON, attached to the file (or
beside it, where the container takes no attachments)."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graphs import codec
from graphs.document import Graph
from nodes.script import File
from runtime.emit import walk
from runtime.encode import FRAME_HASH
from runtime.ffmpeg import Ffmpeg
from runtime.jobs.deciding import versions
from runtime.jobs.hashing import LOSSLESS
from runtime.jobs.journal import Whole, digest
from runtime.jobs.lanes import Lane
from runtime.plan import Plan

FORMAT, VERSION = "tapeloom record", 1
SUFFIX = ".record.json"
"""Of the file beside a result that cannot carry its record itself."""
_MODEL = "onnx "


class SourceHashes:
    """SHA-256 of every source, computed while the render is under way."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._found: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, args=(tuple(paths),), name="source hashes", daemon=True)
        self._thread.start()

    def _run(self, paths: Sequence[str]) -> None:
        for path in paths:
            try:
                self._found[path] = digest(Path(path))
            except OSError:
                self._found[path] = ""  # it says so: unread

    def all(self) -> Mapping[str, str]:
        """Waits for the last."""
        self._thread.join()
        return dict(self._found)


def record(
    lane: Lane,
    graph: Graph,
    plan: Plan,
    ffmpeg: Ffmpeg,
    sources: Mapping[str, str],
    wholes: Sequence[Whole] = (),
) -> dict[str, Any]:
    """The record of one output. `wholes` is empty for a file that was made in one go: it has no checksums of
    frames."""
    mine = [(whole, whole.pieces[lane.node]) for whole in sorted(wholes, key=lambda one: one.first)
            if lane.node in whole.pieces]  # fmt: skip
    shown = sorted(pair for whole, _ in mine for pair in whole.shown.get(lane.node, ()))
    return {
        "format": FORMAT,
        "version": VERSION,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "output": lane.node,
        "frames": lane.frames,
        "span": list(lane.span),
        "clip": lane.info.line(),
        "fps": str(lane.fps),
        "pixels": lane.info.format.name,
        "encoder": lane.coder.encoder,
        "options": list(lane.coder.options),
        "lossless": lane.coder.encoder in LOSSLESS and not lane.coder.pixel_format,
        "hash": FRAME_HASH,
        "segments": [
            {
                "frames": piece.frames,
                "pictures": piece.frames_sha256,
                # joining repeats a card's headers inside; what was kept between is coded only then
                "packets": "" if lane.coder.hardware or lane.between else piece.packets_sha256,
            }
            for _, piece in mine
        ],
        "shown_instead": [list(pair) for pair in shown],
        "took_s": round(sum(whole.took_s for whole, _ in mine), 1),
        "sources": [
            {"path": path, "name": Path(path).name, "sha256": sum_} for path, sum_ in sorted(sources.items())
        ],
        "models": models(plan),
        "versions": versions(ffmpeg),
        "graph": json.loads(codec.encode(graph)),
    }  # fmt: skip


def models(plan: Plan) -> list[dict[str, str]]:
    """The models that a plan runs."""
    files = {
        (part.path, part.identity.removeprefix(_MODEL))
        for step in plan.steps
        for expr in step.outputs.values()
        for part in walk(expr)
        if isinstance(part, File) and part.identity.startswith(_MODEL)
    }
    return [{"path": path, "sha256": sum_} for path, sum_ in sorted(files)]


def written(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"
