"""What ffmpeg's and the drivers' own sentences are taken for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.session.said import cause, listen

DSHOW = (
    "[dshow @ 000001d9b16ae5c0] [error] real-time buffer [Lenovo EasyCamera] [video input] too full or near too full "
    "(94% of size: 3041280 [rtbufsize parameter])! frame dropped!"
)


@pytest.mark.parametrize(
    ("line", "kind", "count"),
    [
        (DSHOW, "dropped", 1),
        ("[decklink @ 0x7f8] [warning] Decklink input buffer overrun!", "dropped", 1),
        ("[decklink @ 0x7f8] [info] Frame received (#1200) - Valid - Frames dropped 3", "dropped", 3),
        ("[alsa @ 0x55] [warning] ALSA buffer xrun.", "dropped", 1),
        (
            "[video4linux2,v4l2 @ 0x5] [warning] Dequeued v4l2 buffer contains corrupted data (4096 bytes).",
            "damaged",
            1,
        ),
        (
            "[in#0/v4l2 @ 0x5] [warning] Thread message queue blocking; consider raising the thread_queue_size",
            "late",
            1,
        ),
        ("[segment @ 0x5] [error] Non-monotonic DTS; previous: 3, current: 3; changing to 4.", "late", 1),
        ("[out#0/segment @ 0x55] [error] Error submitting a packet to the muxer: No space left on device", "disk", 1),
        ("[video4linux2,v4l2 @ 0x5] [error] ioctl(VIDIOC_DQBUF): No such device", "gone", 1),
        ("[in#0/v4l2 @ 0x5] [error] Error during demuxing: No such device", "gone", 1),
        ("[in#0 @ 0x5] [error] Error opening input: Device or resource busy", "error", 1),
        ("[wd @ 0x5] [warning] Guessed Channel Layout: stereo", "warning", 1),
    ],
)
def test_sentences(line: str, kind: str, count: int) -> None:
    said = listen(line)
    assert said is not None and (said.kind, said.count) == (kind, count)
    assert "@" not in said.text and not said.text.startswith("[")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[info] frame=  195 fps= 15 q=23.0",
        "[decklink @ 0x7f8] [info] Frame received (#12) - Frames dropped 0",
        "[info]   Duration: N/A, start: 860269.261000, bitrate: N/A",
    ],
)
def test_what_means_nothing(line: str) -> None:
    assert listen(line) is None


def test_a_full_disk_is_the_cause_before_what_came_of_it() -> None:
    lines = ["[in#0 @ 0x5] [error] Error during demuxing: x", "[out#0 @ 0x5] [error] No space left on device"]
    found = cause([said for line in lines if (said := listen(line))])
    assert found is not None and found.kind == "disk"


@given(st.text())
def test_no_sentence_is_too_odd(text: str) -> None:
    listen(text)
