"""Every shipped preset becomes the very script that stands in tests/golden: read those as documentation.

After a change that is meant: `TAPELOOM_WRITE_GOLDEN=1 python3 launch.py test -- tests/runtime/test_golden.py`, then see
what git says has changed.
"""

from __future__ import annotations

import ast
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from graphs.library import preset, preset_names
from graphs.overrides import set_inputs
from nodes.clip import ClipInfo, Fields, Matrix, PixelFormat, Primaries, SoundInfo, Transfer
from nodes.media import Media, SoundStream, VideoStream
from nodes.registry import load
from runtime.compiled import compiled
from runtime.script import script_text

GOLDEN = Path(__file__).parent.parent / "golden"
REGISTRY = load(None, installed=False)
UPDATE = "TAPELOOM_WRITE_GOLDEN"

PAL = ClipInfo(
    720, 576, PixelFormat.parse("YUV422P8"), Fraction(25), 1500, Fraction(16, 15), Fields.TFF,
    Matrix.BT470BG, primaries=Primaries.BT470BG, transfer=Transfer.SMPTE170M, exact=True,
)  # fmt: skip
NTSC = replace(
    PAL, height=480, fps=Fraction(30000, 1001), sar=Fraction(8, 9), fields=Fields.BFF, matrix=Matrix.SMPTE170M,
    primaries=Primaries.SMPTE170M,
)  # fmt: skip
FILM = replace(NTSC, fields=Fields.TFF, format=PixelFormat.parse("YUV420P8"))
TAPES = {
    "vhs-ntsc": NTSC,
    "capture-ntsc": NTSC,
    "dv-ntsc": replace(NTSC, format=PixelFormat.parse("YUV411P8")),
    "telecine": FILM,
}
TAPES["dv-pal"] = replace(PAL, format=PixelFormat.parse("YUV420P8"), fields=Fields.BFF)


def script(name: str) -> str:
    clip = TAPES.get(name, PAL)
    found = preset(name)
    assert found

    def probe(path: str) -> Media:
        sound = SoundStream(0, "pcm_s16le", SoundInfo(48000, 2, clip.duration))
        return Media(
            path, "matroska", "the tape", 1, clip.duration, (VideoStream(0, "ffv1", clip, clip.fields),), (sound,)
        )

    graph, wrong = set_inputs(found.graph, ["tape.mkv"], REGISTRY)
    done = compiled(graph, REGISTRY, probe)
    assert [problem.line() for problem in [*wrong, *done.errors]] == []
    return script_text(done.plan, f"{name} · {clip.line()}").text


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_becomes_its_golden_script(name: str) -> None:
    text = script(name)
    ast.parse(text)
    path = GOLDEN / f"{name}.vpy"
    if os.environ.get(UPDATE):
        path.write_text(text, encoding="utf-8")
    assert path.is_file() and text == path.read_text(encoding="utf-8"), (
        f"{path.name} differs. If that is meant: {UPDATE}=1 python3 launch.py test -- tests/runtime/test_golden.py"
    )


def test_no_golden_script_has_lost_its_preset() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.vpy")) == preset_names()
