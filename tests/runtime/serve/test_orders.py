"""What is sent is a stranger's: it reads and writes where it may, runs no code, and says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the layer `serve` is not installed")

from graphs.codec import encode
from graphs.document import GROUP, Graph, Inside, NodeDoc, NodeId
from runtime.jobs.journal import JournalError
from runtime.jobs.queue.order import Stage
from runtime.serve import stills
from runtime.serve.ordering import RefusedOrderError, Wanted, order, outputs
from tests.runtime.documents import graph
from tests.runtime.serve.hosting import Site


def sent(made: Graph, **more: Any) -> dict[str, Any]:
    return {"graph": json.loads(encode(made)), **more}


def plain(source: str = "tapes/summer.dv", **output: Any) -> Graph:
    nodes = {"source1": ("input.video", {"file": source}), "encode1": ("output.ffv1", output)}
    return graph(nodes, "source1.out > encode1.clip")


def test_a_preset_with_a_tape_goes_in_line(site: Site, client: Any) -> None:
    answer = client.post("/api/jobs", json={"preset": "vhs-pal", "input": "tapes/summer.dv", "priority": 3})
    assert answer.status_code == 201
    (job,) = site.queue.jobs()
    assert job.id == answer.json()["id"]
    assert (job.stage, job.priority, job.order.name) == (Stage.WAITING, 3, "summer.dv · vhs-pal")
    assert job.order.source == str((site.tapes / "summer.dv").resolve())
    assert not job.order.trust
    (out,) = outputs(job.order.graph, site.service.registry)
    assert out == site.places.results / "summer-vhs-pal" / "summer-vhs-pal"


def test_a_graph_is_taken_and_settings_reach_it(site: Site, client: Any) -> None:
    answer = client.post("/api/jobs", json=sent(plain(), set=["encode1.bypass=off"], frames=[10, 40], name="mine"))
    assert answer.status_code == 201, answer.text
    (job,) = site.queue.jobs()
    assert job.order.frames == (10, 40)
    assert job.order.name == "mine"


def test_results_stay_in_the_services_folder_whatever_the_graph_says(site: Site, client: Any) -> None:
    for file in (str(site.outside / "stolen.mkv"), "../../stolen.mkv", ""):
        assert client.post("/api/jobs", json=sent(plain(file=file))).status_code == 201
    found = [out for job in site.queue.jobs() for out in outputs(job.order.graph, site.service.registry)]
    assert len({out.parent for out in found}) == 3
    assert all(out.resolve().is_relative_to(site.places.results.resolve()) for out in found)


def test_an_order_that_is_cancelled_leaves_no_folder_and_retry_has_one(site: Site, client: Any) -> None:
    assert client.post("/api/jobs", json=sent(plain())).status_code == 201
    (job,) = site.queue.jobs()
    assert len(list(site.places.results.iterdir())) == 1
    assert client.post(f"/api/jobs/{job.id}/cancel").status_code == 204
    assert list(site.places.results.iterdir()) == []
    assert client.post(f"/api/jobs/{job.id}/retry").status_code == 204
    (folder,) = site.places.results.iterdir()
    (folder / "kept.mkv").touch()
    assert client.post(f"/api/jobs/{job.id}/cancel").status_code == 204
    assert client.delete(f"/api/jobs/{job.id}").status_code == 204
    assert (folder / "kept.mkv").exists()


def test_an_order_that_is_taken_off_the_list_leaves_no_empty_folder(site: Site, client: Any) -> None:
    assert client.post("/api/jobs", json=sent(plain())).status_code == 201
    (job,) = site.queue.jobs()
    assert client.delete(f"/api/jobs/{job.id}").status_code == 204
    assert list(site.places.results.iterdir()) == []


def test_a_tape_elsewhere_is_refused(site: Site, client: Any) -> None:
    for file in (str(site.outside / "summer.dv"), "/etc/passwd", "../outside/summer.dv", "http://host/x.m3u8"):
        answer = client.post("/api/jobs", json=sent(plain(file)))
        assert answer.status_code == 422, file
        assert "source1" in answer.json()["detail"]
    assert site.queue.jobs() == []


def test_a_model_is_named_or_lies_where_it_may(site: Site, client: Any) -> None:
    def upscaled(model: str) -> Graph:
        nodes = {
            "source1": ("input.video", {"file": "tapes/summer.dv"}),
            "up1": ("scale.ai_upscale", {"model": model}),
            "encode1": ("output.ffv1", {}),
        }
        kinds = {kind for kind in site.service.registry.types if kind.endswith("upscale")}
        nodes["up1"] = (next(iter(kinds)), {"model": model})
        return graph(nodes, "source1.out > up1.clip", "up1.out > encode1.clip")

    assert client.post("/api/jobs", json=sent(upscaled("demo-upscale-2x"))).status_code == 201
    for model in ("/etc/x.onnx", "../x.onnx", str(site.outside / "x.pth")):
        assert client.post("/api/jobs", json=sent(upscaled(model))).status_code == 422, model


CODE = {
    "source1": ("input.video", {"file": "tapes/summer.dv"}),
    "script1": ("utility.script", {"code": "import os"}),
    "encode1": ("output.ffv1", {}),
}


def test_code_of_its_own_is_refused_unless_the_service_was_told_to_trust(site: Site) -> None:
    made = sent(graph(CODE, "source1.out > script1.clip", "script1.out > encode1.clip"))
    answer = site.client().post("/api/jobs", json=made)
    assert answer.status_code == 403
    assert "--trust" in answer.json()["detail"]
    assert site.client().post("/api/jobs", json={**made, "trust": True}).status_code == 422, "nobody asks for trust"
    assert site.queue.jobs() == []
    site.service.trust = True
    assert site.client().post("/api/jobs", json=made).status_code == 201
    assert site.queue.jobs()[0].order.trust


def test_a_group_hides_nothing(site: Site) -> None:
    inner = graph({"script1": ("utility.script", {"code": "1"}), "source2": ("input.video", {"file": "/etc/passwd"})})
    group = NodeDoc(NodeId("group1"), GROUP, 1, {}, inside=Inside(graph=inner))
    made = plain()
    made = Graph.of([*made.nodes.values(), group], made.links)
    with pytest.raises(RefusedOrderError) as refused:
        order(Wanted(encode(made)), site.places, site.service.registry)
    assert "source2" in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"preset": "nothing-of-the-kind"},
        {"preset": "vhs-pal", "graph": {}},
        {"graph": {}},
        {"graph": {"format": "tapeloom.graph", "version": 10**9}},
        {"graph": {"format": "tapeloom.graph", "version": 1, "nodes": 5}},
        {"preset": "vhs-pal", "set": ["nonsense"]},
        {"preset": "vhs-pal", "input": "tapes/summer.dv", "frames": [5, 5]},
        {"preset": "vhs-pal", "input": "tapes/summer.dv", "frames": [-1, None]},
        {"preset": "vhs-pal", "input": "tapes/summer.dv", "priority": 10**9},
        {"preset": "vhs-pal", "inputs": {"nobody": "tapes/summer.dv"}},
        {"preset": "../../etc/passwd", "input": "tapes/summer.dv"},
    ],
)
def test_what_makes_no_sense_is_refused_with_words(site: Site, client: Any, body: dict[str, Any]) -> None:
    answer = client.post("/api/jobs", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]
    assert site.queue.jobs() == []
    assert list(site.places.results.iterdir()) == []


def test_a_graph_that_writes_nothing_or_has_unknown_nodes_is_refused(client: Any) -> None:
    nothing = graph({"source1": ("input.video", {"file": "tapes/summer.dv"})})
    assert "writes nothing" in client.post("/api/jobs", json=sent(nothing)).json()["detail"]
    made = plain()
    odd = Graph.of([*made.nodes.values(), NodeDoc(NodeId("x1"), "plugin.unheard_of", 1, {})], made.links)
    answer = client.post("/api/jobs", json=sent(odd))
    assert answer.status_code == 422
    assert "x1" in answer.json()["detail"]


def test_wishes_reach_the_queue(site: Site, client: Any) -> None:
    first, second = (
        client.post("/api/jobs", json={"preset": "archive-only", "input": "tapes/summer.dv"}).json()["id"] for _ in "ab"
    )
    assert client.post(f"/api/jobs/{second}/first").status_code == 204
    assert [job["id"] for job in client.get("/api/jobs").json()["jobs"]] == [second, first]
    assert client.post(f"/api/jobs/{first}/pause").status_code == 204
    assert client.get(f"/api/jobs/{first}").json()["stage"] == "paused"
    assert client.post(f"/api/jobs/{first}/resume").status_code == 204
    assert client.post(f"/api/jobs/{first}/cancel").status_code == 204
    assert client.get(f"/api/jobs/{first}").json()["stage"] == "cancelled"
    assert [one["text"] for one in client.get(f"/api/jobs/{first}/history").json()] == ["cancelled"]
    assert client.post(f"/api/jobs/{first}/retry").status_code == 204
    assert client.delete(f"/api/jobs/{first}").status_code == 204
    assert client.get(f"/api/jobs/{first}").status_code == 404
    assert client.post("/api/jobs/77/cancel").status_code == 404
    assert client.post(f"/api/jobs/{second}/explode").status_code == 422


def test_a_journal_that_cannot_be_read_for_a_moment_costs_only_the_picture(
    site: Site, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = client.post("/api/jobs", json={"preset": "archive-only", "input": "tapes/summer.dv"}).json()["id"]

    def stumbles(*_: object) -> None:
        raise JournalError("/a/private/journal cannot be read")

    monkeypatch.setattr(stills, "source", stumbles)
    answer = client.get(f"/api/jobs/{number}/still")
    assert answer.status_code == 503
    assert "try again" in answer.json()["detail"]
    assert "private" not in answer.json()["detail"]
    (job,) = client.get("/api/jobs").json()["jobs"]
    assert (job["id"], job["still"]) == (number, "")


@pytest.mark.parametrize("what", ["pause", "resume", "cancel"])
def test_of_a_job_that_is_over_it_is_said_that_nothing_is_left_to_do(site: Site, client: Any, what: str) -> None:
    number = client.post("/api/jobs", json={"preset": "archive-only", "input": "tapes/summer.dv"}).json()["id"]
    site.queue.cancel(number)
    answer = client.post(f"/api/jobs/{number}/{what}")
    assert answer.status_code == 409
    assert answer.json()["detail"] == f"job {number} is cancelled already: there is nothing to {what}"
    assert client.get(f"/api/jobs/{number}").json()["stage"] == "cancelled"


def test_a_job_that_is_being_rendered_is_not_taken_off_the_list(site: Site, client: Any) -> None:
    number = client.post("/api/jobs", json={"preset": "archive-only", "input": "tapes/summer.dv"}).json()["id"]
    owner = site.queue.owner()
    try:
        site.queue.claim(owner)
        answer = client.delete(f"/api/jobs/{number}")
        assert answer.status_code == 409
        assert "Cancel it first" in answer.json()["detail"]
    finally:
        owner.close()


def test_presets_are_listed_with_their_own_words(client: Any) -> None:
    listed = {one["name"]: one for one in client.get("/api/presets").json()}
    assert listed["vhs-pal"]["title"]
    assert listed["vhs-pal"]["about"]


def test_paths_of_the_machine_are_not_told(site: Site, client: Any) -> None:
    client.post("/api/jobs", json={"preset": "archive-only", "input": "tapes/summer.dv"})
    site.queue.say(1, "note", f"wrote {site.places.results / 'x.mkv'}")
    told = client.get("/api/jobs").text
    assert str(site.places.own) not in told
    assert str(Path(site.tapes)) not in told
