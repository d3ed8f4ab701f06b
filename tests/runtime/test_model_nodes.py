"""Nodes with a model where they run: in the worker, frame by frame as in one go, and in exported scripts."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import vapoursynth as vs

from graphs.document import Graph
from nodes.media import MediaError
from nodes.registry import default_registry
from runtime.compiled import Compiled, compiled
from runtime.script import script_text, step_codes
from runtime.session import Session
from tests.runtime.documents import graph

NODES = {
    "ai.colourise": {"steady": 1},
    "ai.inpaint": {"left": 40, "top": 30, "width": 24, "height": 20},
    "ai.faces": {"strength": 1.0},
}


def no_probe(path: str) -> Any:
    raise MediaError(path)


def of(kind: str) -> Compiled:
    """The node on colour bars, whose red is a face to the demo finder."""
    document: Graph = graph(
        {
            "tape": ("input.pattern", {"standard": "pal50p"}),
            "crop": ("geometry.crop", {"left": 300, "right": 100, "top": 200, "bottom": 120}),
            "ai": (kind, NODES[kind]),
            "encode": ("output.ffv1", {}),
        },
        "tape.out > crop.clip",
        "crop.out > ai.clip",
        "ai.out > encode.clip",
    )
    made = compiled(document, default_registry(), no_probe)
    assert not made.errors
    return made


def variables(text: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(text, space)
    vs.clear_outputs()
    return space


def same(one: vs.VideoNode, other: vs.VideoNode, n: int) -> bool:
    with one.get_frame(n) as a, other.get_frame(n) as b:
        return all(np.array_equal(np.asarray(a[plane]), np.asarray(b[plane])) for plane in range(a.format.num_planes))


@pytest.mark.parametrize("kind", NODES)
def test_it_runs_in_the_worker_and_changes_something(kind: str) -> None:
    made = of(kind)
    prelude, codes = step_codes(made.plan, {})
    with Session() as session:
        assert {report.state for report in session.load(codes, prelude)} == {"built"}
        late, early = session.preview("ai", "out", 9), session.preview("ai", "out", 2)
        assert (late.width, late.height) == (early.width, early.height) == (320, 256)
    ours = variables(prelude + "\n" + "\n".join(code.code for code in codes))
    assert not same(ours["ai"], ours["crop"], 2)
    again = variables(prelude + "\n" + "\n".join(code.code for code in codes))
    whole, part = ours["ai"], again["ai"][5:9]  # as a segment asks
    for n in range(10):
        whole.get_frame(n).close()
    assert all(same(part[n], whole[n + 5], 0) for n in (3, 0, 2))


@pytest.mark.parametrize("kind", NODES)
def test_its_export_makes_the_same_picture(kind: str) -> None:
    made = of(kind)
    prelude, codes = step_codes(made.plan, {})
    ours = variables(prelude + "\n" + "\n".join(code.code for code in codes))
    exported = variables(script_text(made.plan).text)
    assert all(same(ours["ai"], exported["ai"], n) for n in (0, 7))


def test_an_export_with_faces_says_what_it_lacks_without_tapeloom(monkeypatch: pytest.MonkeyPatch) -> None:
    text = script_text(of("ai.faces").plan).text
    monkeypatch.setitem(sys.modules, "runtime.worker", None)
    with pytest.raises(RuntimeError, match="PYTHONPATH"):
        variables(text)
