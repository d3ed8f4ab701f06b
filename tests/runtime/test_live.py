"""A branch of a graph follows a running capture: each picture shows the frame it is said to show, while others come."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from capture.decks import stamp
from graphs.document import Graph, Link, NodeDoc, NodeId
from nodes.registry import default_registry
from runtime.following import MARGIN, MODEST, FollowError, Following, LivePicture, branch
from runtime.ring import Ring, RingFacts
from runtime.session import NodeError, Session

WIDTH, HEIGHT = 360, 288
REGISTRY = default_registry()
CAPTURE, VIEW = NodeId("capture1"), NodeId("view1")


def facts(slots: int = 100, session: str = "s") -> RingFacts:
    return RingFacts(session, WIDTH, HEIGHT, "YUV422P8", (25, 1), "tff", (16, 15), 5, 5, 6, slots=slots)


def stamped(number: int) -> bytes:
    luma = np.full((HEIGHT, WIDTH), 90, np.uint8)
    first, last = stamp.band(HEIGHT)
    luma[first:last] = stamp.row(number, WIDTH)
    return luma.tobytes() + b"\x80" * (WIDTH * HEIGHT)


def number_in(picture: LivePicture) -> int | None:
    shown = picture.picture
    rows = np.frombuffer(shown.data, np.uint8)[: shown.stride * shown.height]
    return stamp.read(rows.reshape(shown.height, -1)[:, : shown.width * 4].reshape(shown.height, -1, 4)[:, :, 1])


def graph(*chain: NodeDoc) -> Graph:
    nodes = [NodeDoc(CAPTURE, "input.capture"), *chain]
    links = [Link((a.id, "out"), (b.id, "clip")) for a, b in pairwise(nodes)]
    return Graph.of(nodes, links)


@contextmanager
def recording(ring: Ring, begin: int = 0) -> Iterator[None]:
    """Frames come at 25 a second, from `begin` on."""
    over = threading.Event()

    def write() -> None:
        number, next_s = begin, time.monotonic()
        while not over.is_set():
            ring.put(stamped(number), number * 40_000_000, number=number)
            number, next_s = number + 1, next_s + 0.04
            over.wait(max(0.0, next_s - time.monotonic()))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def followed(tmp_path: Path, made: Graph, target: NodeId, wanted: int = 12) -> list[LivePicture]:
    seen: list[LivePicture] = []
    enough = threading.Event()
    faults: list[str] = []

    def take(picture: LivePicture) -> None:
        seen.append(picture)
        if len(seen) >= wanted:
            enough.set()

    with Ring.create(tmp_path / "live.ring", facts()) as ring, Session(command=MODEST) as session, recording(ring):
        shown = branch(made, CAPTURE, target, ring.path, session, REGISTRY)
        following = Following(session, shown, ring, take, faults.append)
        following.start()
        assert enough.wait(60), (faults, session.log_tail())
        following.stop()
    assert faults == []
    return seen


def test_each_picture_shows_the_frame_it_is_said_to_show(tmp_path: Path) -> None:
    seen = followed(tmp_path, graph(NodeDoc(VIEW, "deinterlace.bwdif")), VIEW)
    assert [number_in(one) for one in seen] == [one.taped for one in seen]
    assert [one.taped for one in seen] == sorted(one.taped for one in seen)
    assert all(one.behind >= MARGIN for one in seen)
    assert all(one.frame == 2 * one.taped for one in seen)  # a bob


def test_a_frame_that_came_too_early_is_right_later_and_one_that_is_gone_stays_an_error(tmp_path: Path) -> None:
    with Ring.create(tmp_path / "live.ring", facts(slots=8)) as ring, Session() as session:
        for number in range(4):
            ring.put(stamped(number))
        shown = branch(graph(NodeDoc(VIEW, "geometry.flip")), CAPTURE, VIEW, ring.path, session, REGISTRY)
        with pytest.raises(NodeError, match="frame 60 has not been recorded so far"):
            session.preview(shown.node, shown.port, 60)
        for number in range(4, 64):
            ring.put(stamped(number))
        there = session.preview(shown.node, shown.port, 60)
        data = np.frombuffer(there.data, np.uint8).reshape(there.height, -1, 4)[:, ::-1, 1]
        assert stamp.read(data) == 60
        with pytest.raises(NodeError, match="frame 10 is not there any more"):
            session.preview(shown.node, shown.port, 10)
        for number in range(64, 100):
            ring.put(stamped(number))
        again = session.preview(shown.node, shown.port, 60)  # gone from the ring, but the cache holds what it was
        assert bytes(again.data) == bytes(there.data)


def test_a_branch_can_be_opened_long_after_the_beginning(tmp_path: Path) -> None:
    """QTGMC looks at frame 0 while it is made, which is gone by then."""
    with Ring.create(tmp_path / "live.ring", facts(slots=30)) as ring, Session() as session:
        for number in range(500, 530):
            ring.put(stamped(number), number=number)
        made = graph(NodeDoc(VIEW, "deinterlace.qtgmc", params={"preset": "draft"}))
        shown = branch(made, CAPTURE, VIEW, ring.path, session, REGISTRY)
        picture = LivePicture(session.preview(shown.node, shown.port, shown.frame_for(515)), 0, 0, 0)
        assert number_in(picture) == 515


def test_another_recording_is_another_source(tmp_path: Path) -> None:
    """A ring of the same name, as the next tape's: nothing of the last one is shown."""
    made = graph(NodeDoc(VIEW, "geometry.flip"))
    with Session() as session:
        found = []
        for number, name in ((3, "first"), (9, "second")):
            with Ring.create(tmp_path / "live.ring", facts(session=name)) as ring:
                ring.put(stamped(number))
                shown = branch(made, CAPTURE, VIEW, ring.path, session, REGISTRY)
                picture = session.preview(shown.node, shown.port, 0)
                data = np.frombuffer(picture.data, np.uint8).reshape(picture.height, -1, 4)[:, ::-1, 1]
                found.append(stamp.read(data))
                if sys.platform == "win32":
                    session.load((), "")
            ring.path.unlink()
        assert found == [3, 9]


def test_what_cannot_be_shown_is_said(tmp_path: Path) -> None:
    with Ring.create(tmp_path / "live.ring", facts()) as ring, Session() as session:
        ring.put(stamped(0))
        made = graph(NodeDoc(VIEW, "output.ffv1"))
        with pytest.raises(FollowError, match="no picture to show live"):
            branch(made, CAPTURE, VIEW, ring.path, session, REGISTRY)
        with pytest.raises(FollowError, match="no capture is running there"):
            branch(made, CAPTURE, CAPTURE, tmp_path / "none.ring", session, REGISTRY)


@pytest.mark.skipif(sys.platform != "linux", reason="how a priority is read differs from system to system")
def test_the_worker_of_a_live_view_gives_way() -> None:
    with Session(command=MODEST) as session, Session() as usual:
        for one in (session, usual):
            one.load((), "")
            one.costs()
        assert session.worker_pid and usual.worker_pid
        assert os.sched_getscheduler(session.worker_pid) == os.SCHED_BATCH
        assert os.sched_getscheduler(usual.worker_pid) == os.SCHED_OTHER
        assert os.getpriority(os.PRIO_PROCESS, session.worker_pid) > os.getpriority(os.PRIO_PROCESS, usual.worker_pid)
