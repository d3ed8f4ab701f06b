"""Sources to a machine that does not reach them, and segments back from it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed", reason="the cluster's layer is not installed: `launch.py setup cluster`")

from runtime.cluster import bench, sharing
from runtime.cluster.doors import door
from runtime.cluster.orders import replaced, sources_of
from runtime.cluster.serving import GPU, MEMORY, SEGMENT
from runtime.cluster.sharing import Cluster, at_once, too_slow
from runtime.jobs.events import Event, Note, Waiting


class Machine:
    """Stands for one far away, with this process as its hands."""

    def __init__(self, folder: Path) -> None:
        self.status, self.folder = "running", folder

    def run(self, function: Any, *words: Any, workers: list[str], **more: Any) -> dict[str, Any]:
        return {workers[0]: function(*words)}


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("TAPELOOM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sharing, "_CHUNK", 1000)
    monkeypatch.setattr(bench, "found", bench._copy_if_whole)
    folder = tmp_path / "out.mkv.job"
    folder.mkdir()
    heard: list[Event] = []
    made = Cluster(door("tcp://127.0.0.1"), Machine(folder), {"sources": []}, folder, heard.append)
    made.heard_here = heard  # type: ignore[attr-defined]
    return made


def test_a_source_is_sent_once_and_whole(cluster: Cluster, tmp_path: Path) -> None:
    tape = tmp_path / "my tape.dv"
    tape.write_bytes(bytes(range(256)) * 17)
    cluster.order["sources"] = sources_of([str(tape)])
    (source,) = cluster.order["sources"]
    assert bench.found(source) is None
    for _ in range(2):
        cluster.supply("far", [str(tape)])
    come = bench.found(source)
    assert come is not None
    assert come.name == "my tape.dv"
    assert come.read_bytes() == tape.read_bytes()
    assert [one for one in cluster.heard_here if isinstance(one, Note)] == [Note(f"{tape} is sent to far")]  # type: ignore[attr-defined]
    assert replaced({"nodes": [{"file": str(tape)}]}, {str(tape): str(come)}) == {"nodes": [{"file": str(come)}]}


def test_a_machine_makes_as_many_at_once_as_it_has_what_they_need() -> None:
    tower = {SEGMENT: 4.0, GPU: 1.0, MEMORY: 64e9}
    assert at_once(tower, {SEGMENT: 1}) == 4
    assert at_once(tower, {SEGMENT: 1, MEMORY: 24e9}) == 2
    assert at_once(tower, {SEGMENT: 1, GPU: 1}) == 1
    assert at_once({SEGMENT: 4.0}, {SEGMENT: 1, GPU: 1}) == 0
    assert at_once({}, {SEGMENT: 1}) == 0


def test_towards_the_end_a_slow_machine_is_left_out_and_never_the_quickest() -> None:
    paces, slots = {"quick": 30.0, "also": 30.0, "slow": 10.0}, {"quick": 1, "also": 1, "slow": 1}
    assert too_slow(900, 9000, paces, slots) == set()  # it needs 90 s, the others 150 for all
    assert too_slow(900, 2700, paces, slots) == {"slow"}  # … 45
    assert too_slow(900, 900, paces, slots) == {"slow"}
    assert too_slow(900, 0, {"slow": 10.0}, {"slow": 1}) == set()
    assert too_slow(900, 900, {"a": 30.0, "b": 29.0}, {"a": 1, "b": 1}) == set()


def test_only_machines_that_are_quick_enough_are_asked(cluster: Cluster) -> None:
    cluster._seen = {"quick": 1, "slow": 1, "new": 1}
    assert cluster.suited(900) is None
    cluster.took("quick", 900, 30.0)
    cluster.took("slow", 900, 120.0)
    assert cluster.suited(900) is None  # much is left
    cluster.left = lambda: 1800
    assert cluster.suited(900) == ["quick", "new"]
    cluster.bar("new", ["another plugin"])
    assert cluster.suited(900) == ["quick"]


def test_where_no_machine_has_what_is_needed_it_waits_and_says_so(cluster: Cluster) -> None:
    cluster.needs = {SEGMENT: 1, GPU: 1, MEMORY: 8e9}
    cluster.check()
    (said,) = cluster.heard_here  # type: ignore[attr-defined]
    assert isinstance(said, Waiting)
    assert "no machine with 1 graphics card and 8 GB of memory for a segment" in said.text


def test_half_a_source_is_none(cluster: Cluster, tmp_path: Path) -> None:
    tape = tmp_path / "tape.dv"
    tape.write_bytes(b"x" * 3000)
    (source,) = sources_of([str(tape)])
    assert bench.take(source, 0, b"x" * 1000)
    assert bench.found(source) is None


def test_a_folder_of_pictures_cannot_be_sent_and_that_machine_is_left_out(cluster: Cluster, tmp_path: Path) -> None:
    cluster.order["sources"] = sources_of([str(tmp_path)])
    cluster.supply("far", [str(tmp_path)])
    assert "is no file that can be sent" in cluster.barred["far"]


def test_a_segment_that_arrives_damaged_is_not_taken(cluster: Cluster, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    (made / "encode1-00000000.mkv").write_bytes(b"picture" * 500)
    right = hashlib.sha256(b"picture" * 500).hexdigest()
    one = {"name": "encode1-00000000.mkv", "bytes": 3500, "sha256": right}
    answer = {"at": "far", "folder": str(made), "shared": False, "files": [one]}
    cluster.fetch(answer)
    assert (cluster.folder / "encode1-00000000.mkv").read_bytes() == b"picture" * 500
    with pytest.raises(ValueError, match="arrived damaged"):
        cluster.fetch({**answer, "files": [{**one, "sha256": "0" * 64}]})
    with pytest.raises(ValueError, match="no name of a segment"):
        cluster.fetch({**answer, "files": [{**one, "name": "../outside.mkv"}]})
    assert not (tmp_path / "outside.mkv").exists()
