"""A DV deck plays a real file on, with timecode and date as a tape has them, and the faults that DV has."""

from __future__ import annotations

import datetime
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from capture.decks import dv, faults, listing
from capture.decks.standard import NTSC, PAL, Standard
from capture.decks.tape import Slot, Tape
from runtime import ffmpeg


def packs(frame: NDArray[np.uint8], kind: int) -> set[bytes]:
    """The bodies of all packs of a kind in subcode, VAUX and sound, found as a player finds them."""
    found = set()
    for block in frame.reshape(-1, 80):
        places: Any = {1: range(6, 54, 8), 2: range(3, 78, 5), 3: (3,)}.get(block[0] >> 5, ())
        found |= {block[at + 1 : at + 5].tobytes() for at in places if block[at] == kind}
    return found


def timecode(frame: NDArray[np.uint8]) -> str:
    (body,) = packs(frame, 0x13)
    return f"{body[3] & 0x3F:02x}:{body[2] & 0x7F:02x}:{body[1] & 0x7F:02x}:{body[0] & 0x3F:02x}"


def errors(frame: NDArray[np.uint8]) -> int:
    blocks = frame.reshape(-1, 80)
    return int(((blocks[:, 0] >> 5 == 4) & (blocks[:, 3] >> 4 != 0)).sum())


@pytest.mark.parametrize(
    ("standard", "number", "expected"),
    [(PAL, 0, "10:11:12:13"), (PAL, 37, "10:11:14:00"), (NTSC, 0, "00:37:46:06"), (NTSC, 30 * 60, "00:38:46:06")],
)
def test_timecode_goes_on_where_the_file_ends(standard: Standard, number: int, expected: str) -> None:
    assert timecode(dv.bundled(standard).frame(Slot(number, number))) == expected


def test_drop_frame_codes_skip_as_they_must() -> None:
    tape = dv.opened(Path(__file__).parents[2] / "media" / "synthetic_dv_ntsc.dv")
    assert [tape.timecode(Slot(n, n)) for n in (0, 2, 3)] == ["01:02:59;27", "01:02:59;29", "01:03:00;02"]
    (body,) = packs(tape.frame(Slot(3, 3)), 0x13)
    assert body[0] & 0x40


def test_the_cameras_clock_runs_on_over_midnight_and_starts_anew_with_each_recording() -> None:
    tape = dv.bundled(PAL)
    assert tape.recorded(Slot(250, 250)) == datetime.datetime(2000, 1, 1, 0, 0, 0)
    later = tape.frame(Slot(250, 250, recording=1))
    for date, clock in ((0x62, 0x63), (0x52, 0x53)):
        (day,), (hour,) = packs(later, date), packs(later, clock)
        assert (day[1] & 0x3F, day[2] & 0x1F, day[3]) == (0x02, 0x01, 0x00)
        assert (hour[1] & 0x7F, hour[2] & 0x7F, hour[3] & 0x3F) == (0, 0, 0)


def test_only_the_packs_are_touched() -> None:
    tape = dv.bundled(NTSC)
    original = np.fromfile(dv.MEDIA / "dv_ntsc.dv", dtype=np.uint8)[:120_000]
    changed = np.flatnonzero(tape.frame(Slot(15, 15)) != original)
    blocks = original.reshape(-1, 80)[np.unique(changed // 80)]
    assert 0 < len(changed) < 1000 and set((blocks[:, 0] >> 5).tolist()) <= {1, 2, 3}


def test_blocks_that_are_broken_are_marked_and_counted() -> None:
    tape = dv.bundled(PAL)
    frame = tape.frame(Slot(5, 5, corrupt=40, mute=3))
    assert errors(frame) == 40 and errors(tape.frame(Slot(6, 6))) == 0
    blocks = frame.reshape(-1, 80)
    lost = (blocks[:, 0] >> 5 == 3) & (blocks[:, 8:].reshape(-1, 36, 2) == (0x80, 0)).all(axis=(1, 2))
    assert lost.sum() == 3


def test_faults_are_where_they_were_asked_for_and_ffmpeg_reads_it_all(tmp_path: Path) -> None:
    path = tmp_path / "tape.dv"
    text = "drop 2 @ 0.4; repeat 1 @ 0.8; timecode 250 @ 1.2; corrupt 12 @ 1.6"
    argv = listing.command(
        "dv-pal", "--fast", "2", "--faults", text, "--out", str(path), "--memory", str(tmp_path / "m")
    )
    subprocess.run(argv, check=True, capture_output=True)
    frames = np.fromfile(path, dtype=np.uint8).reshape(-1, 144_000)
    tape = dv.bundled(PAL)
    slots = [one for one in Tape(Fraction(25), faults.parsed(text, dv=True)).slots(0, 50) if one.picture]
    assert len(frames) == 48
    assert [timecode(one) for one in frames] == [tape.timecode(one) for one in slots]
    assert timecode(frames[18]) == timecode(frames[17]) != timecode(frames[19])
    assert [errors(one) for one in frames] == [12 if n == 38 else 0 for n in range(48)]
    argv = [ffmpeg.find().path, "-v", "error", "-f", "dv", "-i", str(path), "-map", "0:v", "-f", "framecrc", "-"]
    done = subprocess.run(argv, capture_output=True, check=True)
    assert len([line for line in done.stdout.decode().splitlines() if not line.startswith("#")]) == 48


def test_a_camera_stops_at_the_end_of_its_tape(tmp_path: Path) -> None:
    argv = listing.command("dv-ntsc", "--length", "0.2", "--memory", str(tmp_path / "m"))
    done = subprocess.run(argv, capture_output=True, check=True)
    assert len(done.stdout) == 6 * 120_000 and b'"why": "tape"' in done.stderr
