"""What the live picture is told of itself; what is left of recorders that were killed goes when the next one begins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from capture.session.argv import command
from capture.session.asking import Asked, Feed, Source
from capture.session.matroska import blocks
from capture.session.showing import sweep
from runtime.ffmpeg import find

MEDIA = Path(__file__).resolve().parents[2] / "media"


@pytest.mark.parametrize(
    ("tape", "rate", "sar"),
    [("synthetic_dv_pal_16x9.dv", "25/1", (64, 45)), ("synthetic_dv_ntsc.dv", "30000/1001", (8, 9))],
)
def test_a_dv_tape_says_itself_how_wide_its_picture_is(tape: str, rate: str, sar: tuple[int, int]) -> None:
    asked = Asked(Source((Feed("dv", f"file:{MEDIA / tape}"),), dv=True, frame_rate=rate), codec="dv")
    words = command(find().path, asked, None)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet) as ffmpeg:
        assert ffmpeg.stdout is not None
        track = next(block.track for block in blocks(ffmpeg.stdout) if block.track.kind == 1)
        ffmpeg.kill()
    assert track.sar == sar


def test_rings_of_dead_recorders_are_swept_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = tmp_path / f"tapeloom-{ended.pid}-aa.ring"
    living = tmp_path / f"tapeloom-{os.getpid()}-bb.ring"
    foreign = [tmp_path / "tapeloom-notes.ring", tmp_path / "other-1-2.ring", tmp_path / "tapeloom-1-2.txt"]
    for path in (dead, living, *foreign):
        path.write_bytes(b"ring")
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(one.name for one in (living, *foreign))
