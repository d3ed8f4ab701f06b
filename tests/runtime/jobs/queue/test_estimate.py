"""What an estimate says is what a render then is, about."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from nodes.registry import default_registry
from runtime.jobs.queue.estimate import estimate, places
from runtime.jobs.render import RefusedError, render
from runtime.session import Session
from tests.runtime.documents import graph
from tests.runtime.jobs.queue.hands import order
from tests.runtime.tapes import tape


def test_places_lie_evenly_and_within() -> None:
    assert places((100, 1100), 4, 40) == [(205, 245), (455, 495), (705, 745), (955, 995)]
    assert places((100, 190), 4, 40) == [(100, 190)]


def test_size_and_length_are_foretold_and_nothing_is_left(tmp_path: Path) -> None:
    tape(tmp_path / "a.dv.mkv", seconds=10).rename(tmp_path / "a.dv")
    wanted = order("a", tmp_path)
    with Session() as session:
        found = estimate(wanted.graph, session, default_registry(), each=20)
        assert [file.name for file in tmp_path.iterdir()] == ["a.dv"]
        done = render(wanted.graph, session=session, registry=default_registry())
    assert found.frames == 250 and found.sampled == 80
    assert found.seconds > 0 and found.slowest <= found.fps <= found.fastest
    assert 0.9 < found.size_bytes / done.files[0].size_bytes < 1.1


@pytest.mark.parametrize("codec", ["flac", "pcm", "copy"])
def test_the_sound_counts(tmp_path: Path, codec: str) -> None:
    tape(tmp_path / "a.mkv", seconds=30)
    nodes = {
        "source1": ("input.video", {"file": str(tmp_path / "a.mkv")}),
        "encode1": ("output.ffv1", {"file": str(tmp_path / "out.mkv"), "sound": codec}),
    }
    wanted = graph(nodes, "source1.out > encode1.clip", "source1.sound > encode1.audio")
    with Session() as session:
        found = estimate(wanted, session, default_registry(), each=20)
        done = render(wanted, session=session, registry=default_registry())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.mkv", "out.mkv"]
    with av.open(str(tmp_path / "out.mkv")) as file:
        heard = sum(packet.size for packet in file.demux(audio=0))
    assert found.sound_bytes == pytest.approx(heard, rel=0.1)
    assert found.size_bytes == pytest.approx(done.files[0].size_bytes, rel=0.1)


def test_what_cannot_be_rendered_is_said(tmp_path: Path) -> None:
    with Session() as session, pytest.raises(RefusedError) as caught:
        estimate(order("gone", tmp_path).graph, session, default_registry())
    assert any("gone.dv" in problem.line() for problem in caught.value.problems)
