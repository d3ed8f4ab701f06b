"""Files come in and go out, and none that the service was not given is ever touched."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("fastapi", reason="the layer `serve` is not installed")

from runtime.jobs.queue.order import Order, Progress, Stage
from runtime.serve.places import PlaceError, Places
from runtime.serve.uploads import Limits
from tests.runtime.jobs.queue.hands import order as an_order
from tests.runtime.serve.hosting import Site

NO_QUOTES = pytest.mark.skipif(os.name == "nt", reason="Windows takes no quotes in a name")
WRONG_NAMES = (
    "..", "../x.dv", "..\\x.dv", "/etc/x.dv", "a/b.dv", "C:\\x.dv", "x.dv\0", "con.dv", "x\n.dv", "", ".dv", "x.exe",
    "x..dv", "lpt1.mkv", "x" * 300 + ".dv", "x:y.dv",
)  # fmt: skip
WRONG_PATHS = (
    "tapes/../outside/summer.dv", "../outside/summer.dv", "tapes/../../etc/passwd", "tapes/..\\..\\outside\\summer.dv",
    "outside/summer.dv", "etc/passwd", "tapes/link.dv", "tapes/linked/summer.dv", "tapes/nothing.dv", "", "\0", "tapes",
    "uploads/../../outside/summer.dv", "./outside/summer.dv", "~/x.dv", "tapes/%2e%2e/outside/summer.dv",
)  # fmt: skip


def kept(site: Site) -> list[str]:
    return sorted(path.name for path in site.places.uploads.iterdir())


def test_a_tape_is_sent_and_can_be_named(site: Site, client: Any) -> None:
    sent = client.put("/api/uploads/Weihnachten%201991.mkv", content=b"pictures" * 1000)
    assert sent.status_code == 201
    assert sent.json() == {"path": "uploads/Weihnachten 1991.mkv", "size_bytes": 8000}
    assert (site.places.uploads / "Weihnachten 1991.mkv").read_bytes() == b"pictures" * 1000
    listed = client.get("/api/files").json()
    assert [one["path"] for one in listed["files"]] == ["uploads/Weihnachten 1991.mkv", "tapes/summer.dv"]


def test_a_name_that_is_taken_gets_a_number(site: Site, client: Any) -> None:
    for wanted in ("uploads/a.dv", "uploads/a 2.dv", "uploads/a 3.mkv"):
        assert client.put(f"/api/uploads/a{Path(wanted).suffix}", content=b"x").json()["path"] == wanted
    assert len(kept(site)) == 3


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_a_name_that_could_lead_elsewhere_is_refused(site: Site, client: Any, name: str) -> None:
    before = {path for path in site.places.own.parent.rglob("*") if "queue" not in path.name}
    answer = client.put(f"/api/uploads/{quote(name, safe='')}", content=b"x")
    assert answer.status_code in (404, 405, 422)
    assert {path for path in site.places.own.parent.rglob("*") if "queue" not in path.name} == before


LISTS = (b"#EXTM3U\n", b"ffconcat version 1.0\nfile x", b"\xef\xbb\xbf #extm3u", b"<?xml ?><MPD")


@pytest.mark.parametrize("head", LISTS)
def test_a_list_of_other_files_is_no_tape(site: Site, client: Any, head: bytes) -> None:
    answer = client.put("/api/uploads/tape.mkv", content=head + b"file:///etc/passwd\n")
    assert answer.status_code == 422
    assert "list" in answer.json()["detail"]
    assert kept(site) == []


def test_too_much_is_refused_whether_it_says_so_or_not(site: Site, client: Any) -> None:
    assert client.put("/api/uploads/a.dv", content=b"x" * ((1 << 20) + 1)).status_code == 413
    assert client.put("/api/uploads/a.dv", content=(b"x" * (1 << 18) for _ in range(8))).status_code == 413
    assert client.put("/api/uploads/a.dv", content=b"").status_code == 422
    assert kept(site) == []


def test_a_disk_that_is_nearly_full_stays_as_it_is(site: Site) -> None:
    site.service.limits = Limits(upload_bytes=1 << 20, spare_bytes=1 << 60)
    answer = site.client().put("/api/uploads/a.dv", content=b"x")
    assert answer.status_code == 413
    assert "no room" in answer.json()["detail"]
    assert kept(site) == []


def test_what_breaks_off_leaves_nothing(site: Site, client: Any) -> None:
    answer = client.put("/api/uploads/a.dv", content=b"only this", headers={"content-length": "4000"})
    assert answer.status_code == 422
    assert kept(site) == []


@pytest.mark.parametrize("path", WRONG_PATHS)
def test_no_path_leads_out(site: Site, path: str) -> None:
    (site.outside / "more").mkdir()
    try:
        (site.tapes / "link.dv").symlink_to(site.outside / "summer.dv")
        (site.tapes / "linked").symlink_to(site.outside, target_is_directory=True)
    except OSError:
        pytest.skip("links need a privilege here")
    if path == "tapes":
        assert site.places.readable(path) == site.tapes.resolve()  # a folder, for nodes that read one
        return
    with pytest.raises(PlaceError):
        site.places.readable(path)
    refused = site.client().post("/api/jobs", json={"preset": "archive-only", "input": path or " "})
    assert refused.status_code == 422
    assert site.queue.jobs() == []


def test_paths_within_are_found(site: Site, tmp_path: Path) -> None:
    wanted = (site.tapes / "summer.dv").resolve()
    for text in ("tapes/summer.dv", "tapes/./summer.dv", "tapes\\summer.dv", str(site.tapes / "summer.dv")):
        assert site.places.readable(text) == wanted
    assert site.places.named(wanted) == "tapes/summer.dv"
    assert Places(tmp_path / "x").named(wanted) == "summer.dv"


def finished(site: Site, *files: Path) -> int:
    """A job that is over and wrote these."""
    made: Order = an_order("tape", site.places.results)
    number = site.queue.add(made)
    owner = site.queue.owner()
    try:
        assert site.queue.claim(owner) is not None
        site.queue.end(number, owner, replace(Progress(), stage=Stage.DONE, share=1.0), files)
    finally:
        owner.close()
    return number


def test_a_result_is_fetched_whole_and_in_parts(site: Site, client: Any) -> None:
    file = site.places.results / "Großmutter.mkv"
    file.write_bytes(bytes(range(256)) * 40)
    number = finished(site, file)
    whole = client.get(f"/api/jobs/{number}/files/0")
    assert whole.content == file.read_bytes()
    assert "Gro%C3%9Fmutter.mkv" in whole.headers["content-disposition"]
    part = client.get(f"/api/jobs/{number}/files/0", headers={"range": "bytes=256-259"})
    assert (part.status_code, part.content) == (206, b"\0\1\2\3")
    for wrong in (1, -1, 10**30):
        assert client.get(f"/api/jobs/{number}/files/{wrong}").status_code in (404, 422)
    assert client.get("/api/jobs/999/files/0").status_code == 404


@pytest.mark.parametrize(
    ("name", "plain", "true"),
    [
        ("Weihnachten.mkv", "Weihnachten.mkv", ""),
        ("Noël 1991 été.mkv", "Noel 1991 ete.mkv", "No%C3%ABl%201991%20%C3%A9t%C3%A9.mkv"),
        ("a;b.mkv", "a;b.mkv", ""),
        ("100%41.mkv", "100_41.mkv", "100%2541.mkv"),
        ("夏.mkv", "result.mkv", "%E5%A4%8F.mkv"),
        pytest.param('so "x".mkv', "so _x_.mkv", "so%20%22x%22.mkv", marks=NO_QUOTES),
    ],
)
def test_a_result_has_a_plain_name_beside_its_true_one(
    site: Site, client: Any, name: str, plain: str, true: str
) -> None:
    file = site.places.results / name
    file.write_bytes(b"pictures")
    sent = client.get(f"/api/jobs/{finished(site, file)}/files/0")
    assert sent.content == b"pictures"
    wanted = f'attachment; filename="{plain}"' + (f"; filename*=UTF-8''{true}" if true else "")
    assert sent.headers["content-disposition"] == wanted


def test_a_browser_fetches_by_an_address_of_its_own(site: Site, client: Any) -> None:
    file = site.places.results / "a.mkv"
    file.write_bytes(b"pictures")
    number = finished(site, file)
    url = client.post(f"/api/jobs/{number}/files/0/address").json()["url"]
    assert site.client(None).get(url).content == b"pictures"
    assert site.client(None).get(url + "x").status_code == 404
    file.unlink()
    assert site.client(None).get(url).status_code == 404
    shown = client.get(f"/api/jobs/{number}").json()
    assert shown["files"] == [{"name": "a.mkv", "size_bytes": None, "folder": False}]
