"""A stretch of a render through a model, made by a worker that sees nothing else, is that stretch of the whole; and a
window that jumps about sees the same pictures. For every way of feeding a model."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphs.document import Graph
from nodes.media import MediaError
from nodes.registry import default_registry
from runtime.compiled import compiled
from runtime.ffmpeg import find
from runtime.jobs.render import render
from runtime.script import step_codes
from runtime.session import Session
from tests.nodes import ai_models
from tests.runtime.documents import graph

LENGTH = 14
PARTS = ((9, 14), (4, 9))
WAYS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "frame": ("ai.denoise", "frame", {}),
    "tiles": ("ai.upscale", "frame 2x", {"tile": 64, "overlap": 8}),
    "luma": ("ai.upscale", "luma 2x", {}),
    "window": ("ai.denoise", "window", {}),
    "recurrent": ("ai.denoise", "recurrent", {}),
    "pair": ("ai.interpolate", "", {"model": "demo-interpolate", "factor": 3}),
    "chroma": ("ai.colourise", "", {"model": "demo-colourise", "steady": 3}),
    "mask": ("ai.inpaint", "", {"model": "demo-inpaint", "left": 20, "top": 16, "width": 40, "height": 20}),
    "row of masks": ("ai.inpaint", "", {"model": "demo-inpaint-row", "left": 20, "top": 16, "width": 40, "height": 20}),
}


def document(way: str, folder: Path) -> Graph:
    kind, model, params = WAYS[way]
    if model:
        params = params | {"model": ai_models.written(folder, way, ai_models.ALONE[model]())}
    return graph(
        {
            "tape": ("input.pattern", {"standard": "pal50p", "picture": "motion"}),
            "crop": ("geometry.crop", {"right": 600, "top": 250, "bottom": 230}),
            "ai": (kind, params),
            "encode": ("output.ffv1", {}),
        },
        "tape.out > crop.clip",
        "crop.out > ai.clip",
        "ai.out > encode.clip",
    )


@pytest.fixture(scope="module")
def sessions() -> Iterator[tuple[Session, Session]]:
    with Session() as one, Session() as other:
        yield one, other


def decoded(path: Path) -> list[str]:
    """A digest of each frame."""
    argv = [find().path, "-v", "error", "-i", str(path), "-map", "0:v", "-f", "framemd5", "-"]
    said = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    return [line.rsplit(",", 1)[1].strip() for line in said.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("way", WAYS)
def test_parts_of_a_render_are_those_of_the_whole(way: str, tmp_path: Path, sessions: tuple[Session, Session]) -> None:
    one, other = sessions
    made = document(way, tmp_path)
    render(made, outputs=[str(tmp_path / "whole.mkv")], frames=(0, LENGTH), session=one)
    whole = decoded(tmp_path / "whole.mkv")
    assert len(whole) == LENGTH
    assert len(set(whole)) > LENGTH // 2, "a picture that stands still proves nothing"
    for first, last in PARTS:
        part = tmp_path / f"{first}.mkv"
        render(made, outputs=[str(part)], frames=(first, last), session=other)
        assert decoded(part) == whole[first:last]


def no_probe(path: str) -> Any:
    raise MediaError(path)


@pytest.mark.parametrize("way", WAYS)
def test_a_window_that_jumps_about_sees_the_same_pictures(
    way: str, tmp_path: Path, sessions: tuple[Session, Session]
) -> None:
    plan = compiled(document(way, tmp_path), default_registry(), no_probe).plan
    prelude, codes = step_codes(plan, {})
    in_order, jumping = sessions
    for session in sessions:
        assert {report.state for report in session.load(codes, prelude)} <= {"built", "reused"}
    pictures = [bytes(in_order.preview("ai", "out", n).data) for n in range(LENGTH)]
    for n in random.Random(2).sample(range(LENGTH), LENGTH):
        assert bytes(jumping.preview("ai", "out", n).data) == pictures[n]
