"""Whatever bytes come, the reader does not fall over, loses no count of them, and gives the same in any pieces."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capture.dv.frames import DvError, Frame, Reader
from capture.dv.report import Gathering
from capture.dv.telling import as_data, as_text
from tests.capture.dv import tapes

TAPES = {
    system: tapes.recorded(4, system, tc=1799, when=datetime.datetime(2004, 2, 29, 23, 59, 58))
    for system in ("pal", "ntsc")
}
WOUNDS = st.lists(
    st.tuples(
        st.sampled_from(["noise", "zero", "ff", "cut", "insert", "flip"]), st.floats(0, 1), st.integers(1, 40_000)
    ),
    max_size=5,
)
QUIET = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def wounded(system: str, wounds: list[tuple[str, float, int]]) -> bytes:
    data = bytearray(TAPES[system].tobytes())
    for kind, where, length in wounds:
        at = int(where * len(data))
        end = min(len(data), at + length)
        rubbish = np.random.default_rng(length).integers(0, 256, end - at, dtype=np.uint8).tobytes()
        match kind:
            case "noise":
                data[at:end] = rubbish
            case "zero" | "ff":
                data[at:end] = bytes([0 if kind == "zero" else 255]) * (end - at)
            case "cut":
                del data[at:end]
            case "insert":
                data[at:at] = rubbish
            case "flip" if at < len(data):
                data[at] ^= 1 << length % 8
    return bytes(data)


def read(data: bytes, piece: int) -> tuple[list[Frame], int]:
    reader, found = Reader(), []
    for at in range(0, len(data), piece):
        found += reader.feed(data[at : at + piece])
    found += reader.end()
    return found, reader.left_over


@QUIET
@given(st.sampled_from(["pal", "ntsc"]), WOUNDS, st.integers(20_000, 400_000))
def test_no_damage_brings_it_down(system: str, wounds: list[tuple[str, float, int]], piece: int) -> None:
    data = wounded(system, wounds)
    try:
        frames, left = read(data, piece)
    except DvError:
        return  # told in a line what it is instead
    size = TAPES[system][0].size
    assert sum(frame.skipped for frame in frames) + len(frames) * size + left == len(data)
    assert [frame.number for frame in frames] == list(range(len(frames)))
    gathering = Gathering()
    for frame in frames:
        gathering.add(frame)
    report = gathering.report(left)
    if report is not None:
        assert report.frames == len(frames)
        assert list(as_text("x", report))
        assert as_data("x", report)["frames"] == len(frames)


@pytest.mark.parametrize("seed", range(4))
def test_pieces_of_any_size_give_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wounds = [(("noise", "cut", "insert")[at], float(rng.random()), int(rng.integers(1, 9000))) for at in range(3)]
    data = wounded("ntsc", wounds)
    frames, left = read(data, len(data))
    told = [(one.position, one.timecode, one.skipped, one.bad_blocks) for one in frames]
    for piece in (4096, 120_000, 333_333):
        again, over = read(data, piece)
        assert [(one.position, one.timecode, one.skipped, one.bad_blocks) for one in again] == told
        assert over == left


@QUIET
@given(st.binary(max_size=5000))
def test_rubbish_has_no_frames(data: bytes) -> None:
    frames, left = read(data, 700)
    assert frames == []
    assert left == len(data)
