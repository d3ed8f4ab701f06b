"""`launch.py models`: the shelf for people and for programs."""

import json
from pathlib import Path

import pytest

from runtime.commands import DONE, FAILED, WRONG, main
from runtime.models.catalogue import catalogue
from tests.runtime.models.nets import resizer


@pytest.fixture(autouse=True)
def _a_shelf_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path / "data"))


def said(capsys: pytest.CaptureFixture[str], *argv: str, code: int = DONE) -> str:
    assert main(["models", *argv]) == code
    out, err = capsys.readouterr()
    return out if code == DONE else err


def test_every_model_is_listed_once_and_the_non_commercial_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "list").splitlines()[1:]
    assert [line.split()[0] for line in lines[: len(catalogue())]] == sorted(catalogue())
    marked = {line.split()[0] for line in lines if " ! " in line}
    assert marked == {name for name, entry in catalogue().items() if not entry.licence.commercial}
    assert said(capsys) == said(capsys, "list")


def test_a_list_can_be_narrowed(capsys: pytest.CaptureFixture[str]) -> None:
    faces = json.loads(said(capsys, "list", "--does", "faces", "--json"))
    assert [model["name"] for model in faces] == ["gfpgan-1.4", "yunet"]
    assert json.loads(said(capsys, "list", "--here", "--json")) == []


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_model_is_described(capsys: pytest.CaptureFixture[str], name: str) -> None:
    text = said(capsys, "info", name)
    entry = catalogue()[name]
    for part in (name, entry.title, entry.page, entry.licence.code.split()[0]):
        assert part in text
    for file in entry.files:
        assert (file.sha256 or "nobody states its hash") in text
    assert json.loads(said(capsys, "info", name, "--json"))["name"] == name


def test_an_own_model_from_the_import_to_its_end(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = resizer(tmp_path / "mine.onnx")
    text = said(capsys, "import", str(path), "--licence", "CC0")
    assert "mine: on the shelf" in text
    assert "2 times larger" in text
    assert "mine" in said(capsys, "list", "--here")
    here = json.loads(said(capsys, "info", "mine", "--json"))["here"]
    assert here["inspected"]["scale"] == 2
    assert "✓ mine: mine.onnx: unchanged" in said(capsys, "verify")
    with Path(here["onnx"]).open("ab") as file:
        file.write(b"!")
    assert "✗ damaged: see `models verify`" in said(capsys, "list", "--here")
    assert main(["models", "verify", "mine"]) == FAILED
    assert "✗ mine: mine.onnx: changed since it came; import it again" in capsys.readouterr().out
    assert main(["models", "verify", "--json"]) == FAILED
    assert [finding["sound"] for finding in json.loads(capsys.readouterr().out)] == [False]
    assert "removed" in said(capsys, "remove", "mine")
    assert "nothing is on the shelf" in said(capsys, "verify")


def test_a_bad_model_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(b"\x08\x07garbage" * 20)
    last = said(capsys, "import", str(path), code=FAILED).splitlines()[-1]
    assert last.startswith(f"tapeloom: {path}: ")


def test_a_non_commercial_licence_wants_a_yes(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "get", "propainter", code=WRONG)
    assert "S-Lab License 1.0" in text
    assert "--accept-licence" in text
    assert said(capsys, "list", "--here", "--json").strip() == "[]"


def test_what_cannot_be_fetched_says_how_to_come_by_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert "models get rife-4.6 --from-file flownet.pkl" in said(capsys, "get", "rife-4.6", code=FAILED)
    assert "comes with the environment" in said(capsys, "get", "znedi3", code=FAILED)
    assert "did you mean 'span-x2'" in said(capsys, "get", "spanx2", code=FAILED)
    assert "rife-4.6 is not on the shelf" in said(capsys, "verify", "rife-4.6", code=FAILED)
    assert "--from-file goes with one model" in said(capsys, "get", "lama", "dain", "--from-file", "a", code=WRONG)
