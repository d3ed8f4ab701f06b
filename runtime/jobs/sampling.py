"""Makes some frames of a finished file again and compares: the last proof that a record tells the truth."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graphs import codec
from nodes.registry import Registry
from nodes.sink import Coder
from runtime.ffmpeg import Ffmpeg
from runtime.jobs.destinations import set_outputs
from runtime.jobs.faults import clear_words
from runtime.jobs.hashing import pictures, sums_in
from runtime.jobs.lanes import Lane
from runtime.jobs.preparing import Preparing
from runtime.jobs.provenance import Finding
from runtime.session import Session

ENOUGH_DB = 30.0
"""A lossy encode of a frame that is the same one: measured 33 to 60; of another frame: below 25."""


def spread(frames: int, count: int) -> list[int]:
    """`count` frames in the middles of equal stretches."""
    wanted = min(count, frames)
    return [(2 * at + 1) * frames // (2 * wanted) for at in range(wanted)]


def again(
    path: Path, record: dict[str, Any], count: int, session: Session, ffmpeg: Ffmpeg, registry: Registry, trust: bool
) -> Iterator[Finding]:
    """Each of `count` frames made again and compared with what the file shows. RefusedError, BrokenRenderError."""
    graph = codec.decode(json.dumps(record["graph"], ensure_ascii=False))
    first, last = record["span"]
    exact = list(pictures(ffmpeg.path, path, "")) if record["lossless"] else None
    with TemporaryDirectory(prefix="tapeloom-") as folder, clear_words():
        elsewhere = [
            f"{node.id}={Path(folder) / node.id}" for node in graph.nodes.values() if node.type.startswith("output.")
        ]
        graph, _ = set_outputs(graph, elsewhere, registry)
        ready = Preparing(session, ffmpeg, lambda _: None)
        made, probe = ready.compiled(graph, registry, overwrite=False, trust=trust)
        work = ready.lanes(made, probe, None)
        lane = next(lane for lane in work.lanes if lane.node == record["output"])
        instead = dict(map(tuple, record["shown_instead"]))
        for at in spread(last - first, count):
            frame = instead.get(first + at, first + at)
            yield _one(path, Path(folder), lane, session, ffmpeg, at, frame, exact)


def _one(
    path: Path,
    folder: Path,
    lane: Lane,
    session: Session,
    ffmpeg: Ffmpeg,
    at: int,
    frame: int,
    exact: Sequence[bytes] | None,
) -> Finding:
    part, hashes = folder / f"{frame}.mkv", folder / f"{frame}.hashes"
    plain = replace(lane, sink=replace(lane.sink, muxer="matroska", muxer_options=()), coder=Coder("ffv1"))
    session.render([plain.piece(ffmpeg.path, (frame, frame + 1), part, hashes)])
    what = f"frame {at}, made again"
    if exact is not None:
        same = sums_in(hashes.read_bytes()) == [exact[at]]
        return Finding(what, same, "equal, bit for bit" if same else "is another picture")
    found = _psnr(ffmpeg.path, path, at, part)
    if found is None:
        return Finding(what, None, "could not be compared")
    return Finding(what, found >= ENOUGH_DB, f"alike to {found:.1f} dB, where {ENOUGH_DB:g} are enough")


def _psnr(ffmpeg: str, path: Path, at: int, part: Path) -> float | None:
    """How alike a frame of the file is to the first of `part`, in dB; endless where they are equal."""
    graph = f"[0:v]select=eq(n\\,{at}),setpts=0[a];[1:v]setpts=0[b];[a][b]psnr"
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-i", f"file:{path}", "-i", f"file:{part}", "-lavfi", graph]
    done = subprocess.run([*argv, "-frames:v", "1", "-f", "null", "-"], capture_output=True, check=False)
    found = re.search(rb"average:(inf|[\d.]+)", done.stderr)
    return float(found[1]) if found else None
