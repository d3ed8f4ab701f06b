"""`nodes`, `presets` and `schema`: what there is, said for people and for programs."""

import json

import pytest

from graphs.library import preset_names
from nodes.registry import default_registry
from runtime.commands import DONE, WRONG, main


def said(capsys: pytest.CaptureFixture[str], *argv: str, code: int = DONE) -> str:
    assert main(list(argv)) == code
    out, err = capsys.readouterr()
    return out if code == DONE else err


def test_every_node_is_listed_once(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [line.split()[0] for line in said(capsys, "nodes").splitlines() if line.startswith("  ")]
    assert sorted(rows) == sorted(kind.id for kind in default_registry())


def test_every_node_can_be_described_with_all_its_ports_and_params(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in default_registry():
        text = said(capsys, "nodes", kind.id)
        for name in (*kind.inputs, *kind.outputs, *kind.params, *kind.needs):
            assert name in text, (kind.id, name)


def test_a_described_default_can_be_typed_back(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "nodes", "deinterlace.bwdif")
    for kind in default_registry():
        example = next(
            (line for line in said(capsys, "nodes", kind.id).splitlines() if line.startswith("For example")), ""
        )
        if example:
            place, _, value = example.partition("--set ")[2].partition("=")
            declared = kind.params[place.partition(".")[2]]
            assert declared.parse(value) == declared.default


def test_words_find_nodes(capsys: pytest.CaptureFixture[str]) -> None:
    assert "deinterlace.bwdif" in said(capsys, "nodes", "yadif")


def test_nothing_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean 'deinterlace.bwdif'" in said(capsys, "nodes", "deinterlace.bwdiff", code=WRONG)


def test_every_preset_is_listed_and_described(capsys: pytest.CaptureFixture[str]) -> None:
    listing = said(capsys, "presets")
    for name in preset_names():
        assert name in listing
        text = said(capsys, "presets", name)
        assert "source1" in text or "capture1" in text
        assert said(capsys, "presets", name, "--path").strip().endswith(f"{name}.graph")


def test_a_preset_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no preset 'vhs-pall'" in said(capsys, "presets", "vhs-pall", code=WRONG)


def test_the_schema_is_json_and_knows_the_nodes(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(said(capsys, "schema"))
    assert set(schema["$defs"]["types"]) == {kind.id for kind in default_registry()}
    assert json.loads(said(capsys, "schema", "--compact")) == schema
