"""Every preset, compiled and run in real VapourSynth on every kind of tape it is for: what comes out is what was
forecast."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import vapoursynth as vs

from graphs.overrides import set_params
from nodes.api import Media, Probe, Ref, Script, Sound, SoundInfo
from nodes.library.input.capture import Capture
from nodes.library.input.video import Video
from nodes.registry import Registry
from runtime.compiled import compiled
from runtime.script import script_text
from tests.graphs.kit import media
from tests.graphs.test_presets import MADE_FOR, REGISTRY, TAPES, loaded
from tests.nodes.harness import differences, picture

FRAMES = 12
CASES = [(name, tape) for name, tapes in MADE_FOR.items() for tape in dict.fromkeys((tapes[0], tapes[-1]))]


def tape_picture(name: str) -> vs.VideoNode:
    """What the script under test calls instead of a file."""
    return picture(replace(TAPES[name], frames=FRAMES))


def on_tape(name: str) -> tuple[Registry, Probe]:
    """The node types with a source that needs no file, and what it says of itself."""
    info = replace(TAPES[name], frames=FRAMES)
    found = media(info, SoundInfo(48000, 2, info.duration))

    class Tape(Video):
        """A tape made here."""

        id, version = Video.id, Video.version

        def build(self, script: Script, probe: Probe) -> dict[str, Ref | Sound]:
            clip = script.use(__name__, "tape_picture")(name).known(info)
            return {**super().build(script, probe), "out": clip}

    class Taped(Capture):
        """A recording made here."""

        id, version = Capture.id, Capture.version

        def build(self, script: Script, probe: Probe) -> dict[str, Ref | Sound]:
            clip = script.use(__name__, "tape_picture")(name).known(info)
            return {**super().build(script, probe), "out": clip}

    def probe(_: str) -> Media:
        return found

    return Registry({**REGISTRY.types, Video.id: Tape, Capture.id: Taped}), probe


def runs(name: str, tape: str, *settings: str) -> list[str]:
    registry, probe = on_tape(tape)
    graph, problems = set_params(loaded(name), settings, registry)
    assert problems == []
    done = compiled(graph, registry, probe)
    assert [problem.line() for problem in done.problems] == []
    text = script_text(done.plan, name).text
    space: dict[str, Any] = {}
    try:
        exec(compile(text, f"{name}.vpy", "exec"), space)
        output = vs.get_output(0)
        clip = output if isinstance(output, vs.VideoNode) else output.clip
    finally:
        vs.clear_outputs()
    for frame in (clip.num_frames - 1, clip.num_frames // 2):
        clip.get_frame(frame).close()
    return differences(clip, done.plan.sinks[0].info)


@pytest.mark.parametrize(("name", "tape"), CASES)
def test_a_preset_gives_what_it_foretells(name: str, tape: str) -> None:
    assert runs(name, tape) == []


@pytest.mark.parametrize("preset", ["quick", "best", "medium", "very-slow"])
def test_the_deinterlacer_of_a_preset_can_be_chosen(preset: str) -> None:
    assert runs("vhs-pal", "PAL capture", f"qtgmc1.preset={preset}") == []
