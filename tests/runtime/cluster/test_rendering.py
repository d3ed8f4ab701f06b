"""Renders by a cluster on this machine's loopback: equal to one in one go, whoever dies."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the cluster's layer is not installed: `launch.py setup cluster`")

from nodes.registry import default_registry
from runtime.cluster import sharing
from runtime.cluster.sharing import left_by
from runtime.commands import main
from runtime.jobs import making
from runtime.jobs.deciding import deciding
from runtime.jobs.events import Event, Note
from runtime.jobs.faults import BrokenRenderError
from runtime.jobs.render import How, Result, Rules, render
from tests.runtime import tapes
from tests.runtime.cluster.loopback import Loopback, loopback
from tests.runtime.documents import graph
from tests.runtime.jobs.test_resume import desk, frames_of, resumed
from tests.runtime.test_run import names, ran, started

__all__ = ["desk"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tapes.tape(tmp_path_factory.mktemp("tape") / "my tape.mkv", seconds=4, fps="25")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """Two machines, and a scheduler that asks everybody for a certificate."""
    place = tmp_path_factory.mktemp("cluster")
    assert main(["cluster", "certificates", "--certificates", str(place / "certificates")]) == 0
    with loopback(place, 2, "--certificates", place / "certificates") as made:
        yield made


def run(cluster: Loopback, tape: Path, *words: str | Path) -> tuple[str | Path, ...]:
    how = ("--segment", "20", "--progress", "json", "--cluster", cluster.address)
    return "run", "../chain.graph", "-i", tape, "-o", "out.mkv", *how, *words


def whole_equals(desk: Path, tape: Path) -> None:
    assert ran("../chain.graph", "-i", tape, "-o", "whole.mkv", "--single-pass")[0] == 0
    for one, other in (("out.mkv", "whole.mkv"), ("out-encode2.mkv", "whole-encode2.mkv")):
        assert frames_of(desk / one) == frames_of(desk / other)
    assert frames_of(desk / "out.mkv", "a") == frames_of(desk / "whole.mkv", "a")


def until_written(process: object, frames: int) -> list[dict[str, object]]:
    events = []
    for line in process.stdout:  # type: ignore[attr-defined]
        events.append(json.loads(line))
        outputs = events[-1].get("outputs")
        if isinstance(outputs, list) and max(one["written"] for one in outputs) > frames:
            break
    return events


def test_two_machines_with_certificates_make_what_one_makes(desk: Path, tape: Path, cluster: Loopback) -> None:
    assert cluster.address.startswith("tls://")
    out, err = started(*run(cluster, tape, "--certificates", cluster.certificates)).communicate(timeout=150)
    assert err == ""
    done = json.loads(out.splitlines()[-1])
    assert (done["event"], done["segments"], done["made"]) == ("done", 10, 10)
    assert names(desk) == ["out-encode2.mkv", "out.mkv"]
    whole_equals(desk, tape)


def test_a_machine_dies_under_a_render_and_nobody_sees_it_in_the_result(desk: Path, tape: Path, tmp_path: Path) -> None:
    with loopback(tmp_path, 2) as cluster:
        process = started(*run(cluster, tape))
        until_written(process, 30)
        cluster.machines[0].kill()
        out, err = process.communicate(timeout=150)
    assert (process.returncode, err) == (0, "")
    done = json.loads(out.splitlines()[-1])
    assert (done["event"], done["segments"]) == ("done", 10)
    assert out.count("has left or died: what it had in hand goes to 1 other machine") == 1
    assert names(desk) == ["out-encode2.mkv", "out.mkv"]
    whole_equals(desk, tape)


def test_the_last_machine_that_leaves_is_told_with_what_is_waited_for() -> None:
    assert left_by("tcp://a:1", 0).endswith("no other machine is there: what it had in hand waits until one joins")
    assert left_by("tcp://a:1", 2).endswith("what it had in hand goes to 2 other machines")


def test_a_dead_scheduler_loses_nothing_that_was_whole(desk: Path, tape: Path, tmp_path: Path) -> None:
    with loopback(tmp_path, 1) as cluster:
        process = started(*run(cluster, tape))
        until_written(process, 50)
        cluster.scheduler.kill()
        _, err = process.communicate(timeout=150)
    assert process.returncode == 1
    assert "`launch.py resume out.mkv` goes on with it" in err
    assert "is gone" in err
    code, events, _ = resumed("out.mkv")
    assert code == 0
    assert events[-1]["made"] < events[-1]["segments"]  # type: ignore[operator]
    whole_equals(desk, tape)


def in_process(cluster: Loopback, tape: Path, desk: Path, listen: list[Event], **rules: object) -> Result:
    document = graph(
        {"source1": ("input.video", {"file": str(tape)}), "encode1": ("output.ffv1", {})},
        "source1.out > encode1.clip",
    )
    return render(
        document, outputs=[str(desk / "out.mkv")], registry=default_registry(), listen=listen.append,
        frames=(0, 60),
        how=How(cluster=cluster.address, certificates=cluster.certificates, least=1, rules=Rules(size=20)),
    )  # fmt: skip


def test_segments_come_back_over_the_wire_where_no_folder_is_shared(
    desk: Path, tape: Path, cluster: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = sharing.Cluster.ask

    def noted(self: sharing.Cluster, machine: str, function, *words):  # type: ignore[no-untyped-def]
        asked.append(function.__name__)
        return ask(self, machine, function, *words)

    monkeypatch.setattr(sharing.Cluster, "sign", lambda _: None)
    monkeypatch.setattr(sharing.Cluster, "ask", noted)
    monkeypatch.setattr(sharing, "_CHUNK", 5000)
    result = in_process(cluster, tape, desk, [])
    assert (result.segments, result.files[0].frames) == (3, 60)
    assert asked.count("read") > 6
    assert asked.count("drop") == 3
    assert len(frames_of(desk / "out.mkv")) == 60


def test_a_machine_with_another_plugin_refuses_and_says_which(
    desk: Path, tape: Path, cluster: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(*words):  # type: ignore[no-untyped-def]
        found = deciding(*words)
        return {**found, "versions": {**found["versions"], "vapoursynth-bwdif": "99"}}

    monkeypatch.setattr(making, "deciding", other)
    heard: list[Event] = []
    with pytest.raises(BrokenRenderError, match="vapoursynth-bwdif was 99, is"):
        in_process(cluster, tape, desk, heard)
    assert [one.text for one in heard if isinstance(one, Note) and "refuses" in one.text]
    assert names(desk) == []


def test_a_machine_whose_pictures_would_be_others_refuses(
    desk: Path, tape: Path, cluster: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(*words):  # type: ignore[no-untyped-def]
        found = deciding(*words)
        found["outputs"]["encode1"]["picture"] = "0" * 32
        return found

    monkeypatch.setattr(making, "deciding", other)
    with pytest.raises(BrokenRenderError, match="the graph, a source or a model has changed"):
        in_process(cluster, tape, desk, [])


def test_no_cluster_there_is_told_in_one_line(desk: Path, tape: Path) -> None:
    code, _, err = ran("../chain.graph", "-i", tape, "-o", "out.mkv", "--cluster", "tcp://127.0.0.1:9")
    assert code == 1
    assert "tcp://127.0.0.1:9 does not answer" in err
    assert "Traceback" not in err
    assert names(desk) == []


def test_nobody_beyond_this_machine_can_reach_any_of_it(cluster: Loopback) -> None:
    heard = {ip for one in (cluster.scheduler, *cluster.machines) for ip in one.listens()}
    assert heard == {"127.0.0.1"}
