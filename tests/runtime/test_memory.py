"""An evening in front of the pictures does not fill the memory, with a real worker."""

import sys
import time

import psutil
import pytest

from runtime.session import Session
from runtime.worker import memory
from tests.runtime.steps import PRELUDE, step

TAPE = (
    "tape = core.std.BlankClip(format=vs.YUV422P8, width=720, height=576, length=2000).akarin.Expr(['X N +', 'Y', 'X'])"
)
MB = 1e6


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc keeps what was freed; others give it back")
def test_what_pictures_leave_behind_is_given_back_in_a_pause() -> None:
    with Session(cache_mb=32) as session:
        session.load([step("tape", TAPE), step("soft", "soft = tape.std.Median()", "tape")], PRELUDE)
        worker = psutil.Process(session.worker_pid)

        def grown_mb(first: int, last: int) -> float:
            before = worker.memory_info().rss
            for frame in range(first, last):
                session.preview("soft", "out", frame)
            deadline = time.monotonic() + 10
            while (grown := (worker.memory_info().rss - before) / MB) > 40 and time.monotonic() < deadline:
                time.sleep(0.1)
            return grown

        grown_mb(0, 100)  # the caches
        assert grown_mb(100, 600) <= 40


def test_a_render_in_segments_gives_back_as_soon_as_one_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    held, trims = [100 * 2**20], []
    monkeypatch.setattr(memory, "rss_bytes", lambda: held[0])

    def give_back() -> None:
        trims.append(held[0])
        held[0] = 400 * 2**20  # what the filters really need

    monkeypatch.setattr(memory, "give_back", give_back)
    growth = memory.Growth(512 * 2**20, 1.5)
    for _segment in range(3):
        growth.begin()
        for _ in range(12):
            held[0] += 100 * 2**20
            growth.look()
    assert max(trims) <= 1100 * 2**20  # 400 MB and half as much again and more, whatever the last segment left behind
    assert len(trims) >= 3
    held[0] = 150 * 2**20
    growth.begin()  # a lighter graph than the one before
    held[0] += 600 * 2**20
    growth.look()
    assert trims[-1] == 750 * 2**20
