"""Three passes of one tape from test decks, each with faults of its own, become one clip that has every frame."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from capture.decks import stamp
from capture.decks.listing import command
from capture.sets.kept import changed, with_pass
from capture.sets.wiring import wired
from graphs.document import Graph, Link, NodeDoc, NodeId
from nodes.registry import default_registry
from runtime.commands import main
from runtime.compiled import compiled, index_files
from runtime.script import step_codes
from runtime.session import Session
from runtime.sources import prober
from runtime.takes import load
from tests.nodes.sources import ffmpeg

SECONDS = 8


def played(folder: Path, number: int, faults: str, first: float = 0.0) -> Path:
    """A pass of the same tape (its seed), digitised by another run of the card."""
    raw = folder / f"pass{number}.nut"
    words = ("--video_size", "180x144", "--input", "clean", "--seed", "5", "--first", str(first), "--faults", faults)
    done = subprocess.run(
        [*command("pal", *words, "--fast", str(SECONDS), "--memory", str(folder / f"m{number}"))],
        check=True, capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    raw.write_bytes(done.stdout)
    made = folder / f"pass {number}.mkv"
    # what differs from one playing to the next
    noise = ("-vf", f"noise=alls=6:allf=t:all_seed={number}")
    ffmpeg("-i", raw, *noise, "-fps_mode", "passthrough", "-c:v", "ffv1", "-pix_fmt", "yuv422p", "-c:a", "copy", made)
    return made


def test_passes_with_faults_of_their_own_become_one_whole_tape(tmp_path: Path) -> None:
    path = tmp_path / "tape é.tapeset"
    for number, (faults, first) in enumerate([("drop 7 @ 2", 0), ("drop 3 @ 4; drop 20 @ 6", 0), ("drop 5 @ 3", 0)], 1):
        file = played(tmp_path, number, faults, first)
        changed(path, lambda one, f=file: with_pass(one, path, [f]), make=True)  # type: ignore[misc]
    assert main(["capture", "sets", "align", str(path)]) == 0
    tape = NodeDoc(NodeId("source1"), "input.video")
    flip = NodeDoc(NodeId("flip1"), "geometry.flip", bypass=True)
    graph = wired(load(path), path, Graph.of([tape, flip], [Link.of("source1.out", "flip1.clip")]), default_registry())
    with Session() as session:
        made = compiled(graph, default_registry(), prober(session), [NodeId("stack1")])
        assert made.errors == ()
        prelude, steps = step_codes(made.plan, index_files(made.plan.files))
        session.load(steps, prelude)
        step_id, port = made.plan.places[NodeId("stack1"), "out"]
        node = made.plan.step(step_id).node
        frames = session.describe(node, port).num_frames
        numbers = []
        for at in range(frames):
            shown = session.preview(node, port, at)
            luma = np.frombuffer(shown.data, np.uint8).reshape(shown.height, -1, 4)[:, : shown.width, 1]
            numbers.append(stamp.read(luma))
    assert numbers == list(range(SECONDS * 25))
