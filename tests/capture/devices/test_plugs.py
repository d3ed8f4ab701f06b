"""A plug is told: by the kernel's words, and by comparing where nobody tells."""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import pytest

from capture.devices import plugs
from capture.devices.plugs_windows import Filter, notified

CAME = (
    b"add@/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.2/1-1.2:1.0/video4linux/video0\0ACTION=add\0"
    b"DEVPATH=/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.2/1-1.2:1.0/video4linux/video0\0"
    b"SUBSYSTEM=video4linux\0MAJOR=81\0MINOR=0\0DEVNAME=video0\0SEQNUM=4711\0"
)


@pytest.mark.parametrize(
    ("message", "concerned"),
    [
        (CAME, True),
        (CAME.replace(b"add", b"remove"), True),
        (CAME.replace(b"SUBSYSTEM=video4linux", b"SUBSYSTEM=sound"), True),
        (CAME.replace(b"SUBSYSTEM=video4linux", b"SUBSYSTEM=firewire"), True),
        (CAME.replace(b"SUBSYSTEM=video4linux", b"SUBSYSTEM=block"), False),
        (CAME.replace(b"add@", b"change@"), False),
        (b"libudev\0\xfe\xed\xca\xfe", False),
        (b"", False),
    ],
)
def test_the_kernels_words_are_understood(message: bytes, concerned: bool) -> None:
    assert plugs.concerns(message) is concerned


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pairs of datagram sockets")
def test_a_message_that_concerns_us_is_told_and_others_are_not() -> None:
    kernel, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    told = threading.Semaphore(0)
    count: list[int] = []

    def tell() -> None:
        count.append(1)
        told.release()

    end = plugs.listening(tell, ours)
    with kernel:
        kernel.send(CAME.replace(b"SUBSYSTEM=video4linux", b"SUBSYSTEM=block"))
        kernel.send(CAME)
        assert told.acquire(timeout=20)
        kernel.send(CAME.replace(b"add", b"remove"))
        assert told.acquire(timeout=20)
        end()
    assert len(count) == 2
    assert ours.fileno() == -1


def test_what_changed_is_told_where_nobody_tells() -> None:
    state = ["video0"]
    told = threading.Event()
    end = plugs.compared(told.set, lambda: tuple(state), every_s=0.01)
    assert not told.wait(0.2)
    state.append("video1")
    assert told.wait(20)
    end()
    told.clear()
    state.append("video2")
    assert not told.wait(0.1)


def test_nodes_are_those_that_tape_comes_from(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()
    (tmp_path / "sda").touch()
    before = plugs._nodes(tmp_path, tmp_path / "none")
    assert before == (("video0", True),)
    (tmp_path / "fw1").touch()
    assert plugs._nodes(tmp_path, tmp_path / "none") != before


@pytest.mark.parametrize("platform", [sys.platform, "darwin"])
def test_watching_begins_and_ends_on_every_platform(platform: str) -> None:
    before = threading.active_count()
    end = plugs.watch(lambda: None, platform)
    assert threading.active_count() > before
    end()
    end()
    left = [one for one in threading.enumerate() if one.name.startswith("plugs")]
    assert all(one.daemon for one in left)


def test_windows_notice_has_the_size_that_windows_wants() -> None:
    import ctypes

    assert ctypes.sizeof(Filter) == 416


@pytest.mark.skipif(sys.platform == "win32", reason="there it works")
def test_elsewhere_windows_notice_is_refused() -> None:
    with pytest.raises(OSError, match="Windows"):
        notified(lambda: None)
