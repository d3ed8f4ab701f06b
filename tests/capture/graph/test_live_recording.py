"""A tape is recorded from a test deck while a branch of a graph is looked at: every picture is the one it is said to
be, and not a frame of the recording is missing for it."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from capture.decks import reading, stamp
from capture.graph.recording import RecordingError, Viewed, recorded
from capture.session.messages import Event
from graphs.document import Graph, Link, NodeDoc, NodeId
from nodes.registry import default_registry
from runtime.following import MARGIN, LivePicture
from tests.capture.session.tapes import asked

TAPE, VIEW = NodeId("capture1"), NodeId("live1")


def graph(kind: str, **params: str) -> Graph:
    nodes = [NodeDoc(TAPE, "input.capture"), NodeDoc(VIEW, kind, params=dict(params))]
    return Graph.of(nodes, [Link.of("capture1.out", "live1.clip")])


def number_in(one: LivePicture) -> int | None:
    shown = one.picture
    rows = np.frombuffer(shown.data, np.uint8)[: shown.stride * shown.height].reshape(shown.height, -1)
    return stamp.read(rows[:, : shown.width * 4].reshape(shown.height, -1, 4)[:, :, 1])


def test_a_branch_shows_the_newest_frames_while_every_frame_is_recorded(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None, int]] = []
    faults: list[str] = []
    enough, ended = threading.Event(), threading.Event()

    def show(picture: LivePicture) -> None:
        seen.append((picture.taped, number_in(picture), picture.behind))
        if len(seen) >= 8:
            enough.set()

    def stop_when_seen() -> None:
        enough.wait(60)
        ended.set()

    waiting = threading.Thread(target=stop_when_seen)
    waiting.start()
    viewed = Viewed(graph("deinterlace.bwdif"), TAPE, VIEW, default_registry(), show, faults.append)
    done = recorded(asked(tmp_path, "--seconds", "70"), lambda _: None, ended, viewed)
    enough.set()
    waiting.join()
    assert faults == []
    assert len(seen) >= 8
    assert [number for _, number, _ in seen] == [taped for taped, _, _ in seen]
    assert all(behind >= MARGIN for _, _, behind in seen)
    assert [one.number for one in reading.pictures(Path(done.files[0]))] == list(range(done.frames))
    assert (done.lost, done.fault) == (0, False)


def test_a_branch_that_cannot_be_shown_takes_nothing_from_the_recording(tmp_path: Path) -> None:
    faults: list[str] = []
    told = threading.Event()

    def fail(text: str) -> None:
        faults.append(text)
        told.set()

    viewed = Viewed(graph("output.ffv1"), TAPE, VIEW, default_registry(), lambda _: None, fail)
    done = recorded(asked(tmp_path, "--seconds", "1.5"), lambda _: None, threading.Event(), viewed)
    assert done.frames in (37, 38)
    assert told.wait(10)
    assert "no picture to show live" in faults[0]


def test_what_cannot_be_recorded_is_said(tmp_path: Path) -> None:
    heard: list[Event] = []
    with pytest.raises(RecordingError, match="cannot be a file's name"):
        recorded(asked(tmp_path, name="a/b"), heard.append, threading.Event())
