"""The ring of a running capture: frames keep their numbers, and nobody is ever given another frame."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runtime.ring import GoneError, NotYetError, Ring, RingError, RingFacts

FACTS = RingFacts("a session", 16, 8, "YUV422P8", (25, 1), "tff", (16, 15), 5, 5, 6, slots=4)


def frame(number: int) -> bytes:
    return bytes([number % 251]) * FACTS.frame_bytes


def read(ring: Ring, number: int) -> bytes:
    into = bytearray(ring.facts.frame_bytes)
    ring.read(number, memoryview(into))
    return bytes(into)


@pytest.mark.parametrize(
    ("form", "size"),
    [("YUV422P8", 256), ("YUV420P8", 192), ("YUV444P8", 384), ("YUV411P8", 192), ("YUV422P10", 512)],
)
def test_a_frame_is_as_large_as_its_planes(form: str, size: int) -> None:
    facts = RingFacts("s", 16, 8, form, (25, 1), "tff")
    assert facts.frame_bytes == size


def test_what_is_put_in_comes_out_under_its_number(tmp_path: Path) -> None:
    with Ring.create(tmp_path / "Zwei Wörter.ring", FACTS) as writer, Ring.open(writer.path) as reader:
        assert reader.facts == FACTS
        for number in range(3):
            assert writer.put(frame(number), at_ns=number * 40_000_000) == number
        assert (reader.count, reader.oldest, reader.ended) == (3, 0, False)
        assert [read(reader, number) for number in range(3)] == [frame(number) for number in range(3)]
        assert reader.read(2, memoryview(bytearray(FACTS.frame_bytes))) == 80_000_000
        writer.end()
        assert reader.ended


def test_too_early_and_too_late_are_said_and_nothing_is_given(tmp_path: Path) -> None:
    with Ring.create(tmp_path / "a.ring", FACTS) as ring:
        for number in range(10):
            ring.put(frame(number))
        assert (ring.oldest, ring.count) == (6, 10)
        into = bytearray(b"\x07" * FACTS.frame_bytes)
        with pytest.raises(GoneError, match="frame 5 is not there any more"):
            ring.read(5, memoryview(into))
        with pytest.raises(NotYetError, match="frame 10 has not been recorded"):
            ring.read(10, memoryview(into))
        assert into == b"\x07" * FACTS.frame_bytes
        assert read(ring, 6) == frame(6)


def test_a_frame_that_is_written_over_while_it_is_read_is_never_given(tmp_path: Path) -> None:
    with Ring.create(tmp_path / "a.ring", FACTS) as writer, Ring.open(writer.path) as reader:
        writer.put(frame(0))
        done = threading.Event()

        def write() -> None:
            for number in range(1, 4000):
                writer.put(frame(number))
            done.set()

        thread = threading.Thread(target=write)
        thread.start()
        seen = 0
        while not done.is_set():
            number = reader.oldest  # the next to go
            try:
                assert read(reader, number) == frame(number)
                seen += 1
            except GoneError:
                pass
        thread.join()
        assert read(reader, 3999) == frame(3999)


def test_frames_may_be_left_out_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    with Ring.create(tmp_path / "a.ring", FACTS) as ring:
        for number in (0, 1, 2, 3, 6, 7):
            assert ring.put(frame(number), number=number) == number
        assert ring.count == 8
        assert read(ring, 6) == frame(6)
        for number in (4, 5):
            with pytest.raises(GoneError):
                read(ring, number)


def test_another_process_reads_it(tmp_path: Path) -> None:
    code = (
        "import sys; from runtime.ring import Ring; ring = Ring.open(sys.argv[1]); print(ring.count, ring.facts.format)"
    )
    with Ring.create(tmp_path / "a.ring", FACTS) as ring:
        ring.put(frame(0))
        done = subprocess.run([sys.executable, "-c", code, str(ring.path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "YUV422P8"]


@pytest.mark.parametrize(
    "content", [b"", b"something else", b"TLRING1\n\xff\xff\xff\xff", b"TLRING1\n\x02\0\0\0{}" + bytes(5000)]
)
def test_what_is_no_ring_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.ring"
    path.write_bytes(content)
    with pytest.raises(RingError):
        Ring.open(path)
    with pytest.raises(RingError, match="no capture is running"):
        Ring.open(tmp_path / "none.ring")


def test_a_frame_of_another_size_is_refused(tmp_path: Path) -> None:
    with Ring.create(tmp_path / "a.ring", FACTS) as ring, pytest.raises(ValueError, match="256 bytes"):
        ring.put(b"short")
