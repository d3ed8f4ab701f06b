"""What every preset writes says what it is: size, shape, scan, colours, rate, length, sound; ffprobe agrees."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from graphs.library import preset
from graphs.overrides import set_inputs, set_params
from nodes.registry import default_registry
from runtime.jobs.render import render
from tests.runtime.written import FFMPEG

FRAMES = 20
PAL_TAGS = ["-color_primaries", "bt470bg", "-color_trc", "smpte170m", "-colorspace", "bt470bg", "-color_range", "tv"]
NTSC_TAGS = ["-color_primaries", "smpte170m", *PAL_TAGS[2:5], "smpte170m", "-color_range", "tv"]


@dataclass(frozen=True)
class Case:
    """A preset, the tape it is tried on, and what must come out."""

    preset: str
    tape: str
    size: tuple[int, int]
    sar: str
    fps: Fraction
    frames: int
    scan: str
    matrix: str
    codec: str = "h264"


NTSC = Fraction(30000, 1001)
CASES = [
    Case("vhs-pal", "pal", (720, 576), "16:15", Fraction(50), 40, "progressive", "bt470bg"),
    Case("vhs-ntsc", "ntsc", (720, 480), "8:9", NTSC * 2, 40, "progressive", "smpte170m"),
    Case("hi8", "pal", (720, 576), "16:15", Fraction(50), 40, "progressive", "bt470bg"),
    Case("dv-pal", "dv pal", (720, 576), "16:15", Fraction(50), 40, "progressive", "bt470bg"),
    Case("dv-ntsc", "dv ntsc", (720, 480), "8:9", NTSC * 2, 40, "progressive", "smpte170m"),
    Case("telecine", "film", (720, 480), "8:9", Fraction(24000, 1001), 16, "progressive", "smpte170m"),
    Case("gentle", "pal", (720, 576), "16:15", Fraction(50), 40, "progressive", "bt470bg"),
    Case("archive-only", "pal", (720, 576), "16:15", Fraction(25), 20, "tb", "bt470bg", "ffv1"),
    Case("fast-preview", "pal", (384, 288), "1:1", Fraction(25), 20, "progressive", "bt470bg"),
]


@pytest.fixture(scope="module")
def tapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tapes")
    for name, picture, coder in (
        ("pal", "testsrc2=s=720x576:r=50,interlace=scan=tff:lowpass=off,setsar=16/15,format=yuv422p", PAL_TAGS),
        ("ntsc", "testsrc2=s=720x480:r=60000/1001,interlace=scan=tff:lowpass=off,setsar=8/9,format=yuv422p", NTSC_TAGS),
        ("film", "testsrc2=s=720x480:r=24000/1001,telecine=top:23,setfield=tff,setsar=8/9,format=yuv422p", NTSC_TAGS),
        ("dv pal", "testsrc2=s=720x576:r=50,interlace=scan=bff:lowpass=off,setsar=16/15,format=yuv420p", None),
        ("dv ntsc", "testsrc2=s=720x480:r=60000/1001,interlace=scan=bff:lowpass=off,setsar=8/9,format=yuv411p", None),
    ):
        codec = ["-c:v", "ffv1", "-level", "3", *coder] if coder else ["-c:v", "dvvideo"]
        target = folder / f"{name}.{'mkv' if coder else 'avi'}"
        tone = ["-f", "lavfi", "-i", "sine=f=400:r=48000", "-ac", "2", "-c:a", "pcm_s16le"]
        argv = [
            FFMPEG,
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            picture,
            *tone,
            *codec,
            "-frames:v",
            str(FRAMES),
            "-shortest",
        ]
        subprocess.run([*argv, str(target)], check=True, stdin=subprocess.DEVNULL)
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.preset)
def test_the_file_says_what_it_is(case: Case, tapes: Path, tmp_path: Path) -> None:
    registry = default_registry()
    found = preset(case.preset)
    assert found
    source = next(tapes.glob(f"{case.tape}.*"))
    graph, wrong = set_inputs(found.graph, [str(source)], registry)
    if "qtgmc1" in graph.nodes:  # the presets of QTGMC are tried elsewhere; here the quickest will do
        graph, unset = set_params(graph, ["qtgmc1.preset=very-fast"], registry)
        wrong += unset
    assert wrong == []
    (made,) = render(graph, outputs=[str(tmp_path / "out")]).files

    seconds = case.frames / case.fps
    with av.open(str(made.path)) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        shown = [frame.pts * frame.time_base for frame in container.decode(video)]
        assert video.codec_context.name == case.codec
        assert (video.width, video.height) == case.size
        assert f"{video.sample_aspect_ratio.numerator}:{video.sample_aspect_ratio.denominator}" == case.sar
        assert sound.codec_context.sample_rate == 48000
    assert len(shown) == case.frames == made.frames
    for number, at in enumerate(shown):  # Matroska counts in milliseconds
        assert abs(at - shown[0] - number / case.fps) <= Fraction(1, 1000)
    with av.open(str(made.path)) as container:
        heard = sum(frame.samples for frame in container.decode(audio=0)) / Fraction(48000)
    assert abs(heard - seconds) < Fraction(3, 100)  # AAC rounds up to whole blocks of 1024 samples

    if not shutil.which("ffprobe"):
        return
    said = probed(made.path)
    assert said["field_order"] == case.scan
    assert said["color_space"] == case.matrix
    assert said["color_range"] == "tv"
    assert said["color_transfer"] == "smpte170m"
    assert said["color_primaries"] == case.matrix
    assert int(said["nb_read_packets"]) == case.frames
    assert abs(float(said["duration_s"]) - seconds) < 1 / case.fps


def probed(path: Path) -> dict[str, Any]:
    """ffprobe's facts of the video stream, and the file's `duration_s`."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", "-count_packets", "-select_streams", "v", "-show_streams",
         "-show_format", str(path)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    facts = json.loads(done.stdout)
    return {**facts["streams"][0], "duration_s": facts["format"]["duration"]}
