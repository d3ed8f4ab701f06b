"""Runs one way of feeding on the moving test picture, by the script that it writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import vapoursynth as vs

from nodes.clip import ClipInfo, Fields, PixelFormat, Range
from nodes.model import find_model
from nodes.script import Input, Name, Ref, Script
from nodes.stage import Stage
from runtime.emit import walk, write
from tests.nodes import ai_models, harness
from tests.nodes.harness import core
from tests.nodes.measure import Plane

SMALL = replace(
    harness.PAL, width=96, height=80, format=PixelFormat.parse("RGBS"), fields=Fields.PROGRESSIVE, frames=13,
    sar=Fraction(1), range=Range.FULL,
)  # fmt: skip


def given(info: ClipInfo = SMALL) -> vs.VideoNode:
    return harness.picture(info)


def staged(
    feed: Callable[..., Ref], stage: Stage, info: ClipInfo, *others: tuple[ClipInfo, vs.VideoNode]
) -> vs.VideoNode:
    """What a way of feeding gives on the test picture, by the script that it writes."""
    clips = [(info, given(info)), *others]
    refs = [Ref(Input(f"in{at}", "out"), each) for at, (each, _) in enumerate(clips)]
    made = feed(Script("stage"), stage, *refs)
    text = write("stage", {"out": made.expr}, {(f"in{at}", "out"): f"in{at}" for at in range(len(clips))})
    space: dict[str, Any] = {"vs": vs, "core": core, **{f"in{at}": clip for at, (_, clip) in enumerate(clips)}}
    for module, name in sorted(text.imports):
        exec(f"from {module} import {name}", space)
    helpers = [
        part.definition for part in walk(made.expr) if isinstance(part, Name) and part.definition and not part.module
    ]
    for definition in helpers:
        exec(definition, space)
    exec("\n".join(text.lines), space)
    clip = space[text.variables["out"]]
    assert (clip.width, clip.height, clip.num_frames) == (made.info.width, made.info.height, clips[0][1].num_frames)
    return clip


def stage_of(tmp_path: Path, kind: str, **how: Any) -> Stage:
    return Stage(find_model(ai_models.written(tmp_path, kind.replace(" ", "-"), ai_models.ALONE[kind]())), **how)


def error(one: list[Plane], other: list[Plane]) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True))
