"""ffmpeg's words for every kind of device, as files that can be read. `python -m tests.capture.session.test_argv`
writes them anew."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import cast

import pytest

from capture.session.argv import Files, command
from capture.session.asking import Asked, Feed, Source

PLACE = Path(__file__).parent / "argv"
WORK = cast("Path", PurePosixPath("tapes/100% Sommer.capture"))
FILES = Files(WORK, 1)

DSHOW = Source(
    (
        Feed(
            "dshow", "video=USB 2861 Device:audio=USB 2861 Audio",
            (("crossbar_video_input_pin_number", "1"), ("video_size", "720x576"), ("framerate", "25")),
        ),
    ),
    fields="tff", pixel_aspect="16/15", pixel_format="yuyv422",
)  # fmt: skip
V4L2 = Source(
    (
        Feed("v4l2", "/dev/video0", (("channel", "1"), ("standard", "NTSC"), ("input_format", "uyvy422"))),
        Feed("alsa", "hw:1,0", (("sample_rate", "48000"),)),
    ),
    sound=1, frame_rate="30000/1001", fields="bff", pixel_aspect="8/9", pixel_format="uyvy422",
)  # fmt: skip
AVFOUNDATION = Source((Feed("avfoundation", "0:1", (("pixel_format", "uyvy422"),)),), pixel_format="uyvy422")
DECKLINK = Source(
    (Feed("decklink", "Intensity Pro", (("format_code", "pal "), ("raw_format", "yuv422p10"))),),
    fields="tff", pixel_format="v210",
)  # fmt: skip
FIREWIRE = Source((Feed("iec61883", "auto"),), dv=True)
SILENT = Source((Feed("v4l2", "/dev/video2", (("input_format", "nv12"),)),), sound=-1, pixel_format="nv12")

CASES: dict[str, tuple[Asked, Files | None, bool]] = {
    "windows dshow ffv1": (Asked(DSHOW), FILES, True),
    "linux v4l2 alsa ffv1": (Asked(V4L2, sound_bits=24), FILES, True),
    "linux v4l2 alsa ffv1 ffmpeg 5.1": (Asked(V4L2), FILES, False),
    "macos avfoundation huffyuv avi": (Asked(AVFOUNDATION, codec="huffyuv", container="avi"), FILES, True),
    "decklink v210 mov": (Asked(DECKLINK, codec="v210", container="mov", part_s=0.0), FILES, True),
    "firewire dv": (Asked(FIREWIRE, codec="dv"), FILES, True),
    "without sound 4:2:0": (Asked(SILENT), FILES, True),
    "preview": (Asked(DSHOW), None, True),
}


def words_of(name: str) -> str:
    wanted, files, modern = CASES[name]
    return "\n".join(command("ffmpeg", wanted, files, 4, modern)) + "\n"


def file_of(name: str) -> Path:
    return PLACE / f"{name.replace(':', '')}.txt"


@pytest.mark.parametrize("name", CASES)
def test_the_words(name: str) -> None:
    written = file_of(name).read_text(encoding="utf-8")
    assert words_of(name).replace("\\", "/") == written, "python -m tests.capture.session.test_argv writes it anew"


@pytest.mark.parametrize("name", CASES)
def test_no_frame_is_ever_dropped_or_doubled_and_the_preview_never_blocks(name: str) -> None:
    wanted, files, _ = CASES[name]
    words = command("ffmpeg", wanted, files)
    assert "-r" not in words and "-vsync" not in words
    for index, word in enumerate(words):
        if word == "-fps_mode":
            assert words[index + 1] == "passthrough"
    assert words[-1] == "pipe:1" and words[words.index("fifo") - 1] == "-f"
    assert words[words.index("-drop_pkts_on_overflow") + 1] == "1"


def test_an_option_that_the_device_was_chosen_with_is_not_overruled() -> None:
    feed = Feed("dshow", "video=x", (("rtbufsize", "1G"),))
    words = command("ffmpeg", Asked(replace(DSHOW, feeds=(feed,))), None)
    assert words[words.index("-rtbufsize") + 1] == "1G" and words.count("-rtbufsize") == 1


if __name__ == "__main__":
    PLACE.mkdir(exist_ok=True)
    for one in CASES:
        file_of(one).write_text(words_of(one), encoding="utf-8")
    sys.exit(0)
