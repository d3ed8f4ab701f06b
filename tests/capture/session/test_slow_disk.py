"""A disk that dawdles holds the device up for nothing: what is to be written waits in memory."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from capture.session.argv import Files, command
from capture.session.asking import Asked, Feed, Source
from runtime.ffmpeg import find

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a pipe of one page stands for the slow disk")

SIZE = (160, 120)
FRAMES = 120  # nearly 5 s of PAL
PAGE = 4096


def _taken_in(folder: Path, stuck: str) -> int:
    """How many of FRAMES ffmpeg takes in while nothing of one of its files can be written."""
    files = Files(folder, 1)
    options = (("pixel_format", "uyvy422"), ("video_size", "{}x{}".format(*SIZE)), ("framerate", "25"))
    tone = Feed("lavfi", "sine=sample_rate=48000:samples_per_frame=960")
    source = Source((Feed("rawvideo", options=options), tone), sound=1, pixel_format="uyvy422")
    path = {"video": files.video, "audio": files.audio, "part": files.part(0, ".mkv")}[stuck]
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, PAGE)
    words = command(find().path, Asked(source), files, modern=True)
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, bufsize=0
    )
    taken = 0
    over = threading.Event()

    def feed() -> None:
        nonlocal taken
        assert process.stdin is not None
        try:
            for _ in range(FRAMES):
                process.stdin.write(bytes(SIZE[0] * SIZE[1] * 2))
                taken += 1
        except OSError:
            pass
        over.set()

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    before = -1
    while not over.wait(1.5) and before != taken:
        before = taken
    process.kill()
    process.wait()
    feeder.join(10.0)
    assert process.stdin is not None
    process.stdin.close()
    os.close(reading)
    return taken


@pytest.mark.parametrize("stuck", ["video", "audio", "part"])
def test_what_is_to_be_written_waits_in_memory(stuck: str, tmp_path: Path) -> None:
    assert _taken_in(tmp_path, stuck) == FRAMES
