"""Presets on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from editor.forms import presets
from editor.forms.exchange import as_text, from_text
from editor.forms.presets import PresetError
from editor.forms.subject import Subject
from graphs.upgrade import defaults
from nodes.registry import default_registry
from runtime import folders
from tests.editor.forms.kit import node

LEVELS = default_registry().types["colour.levels"]
VIDEO = default_registry().types["input.video"]


def file() -> Path:
    return folders.data() / "presets" / "colour.levels.json"


def test_presets_go_round() -> None:
    assert presets.load(LEVELS).named == {}
    presets.save(LEVELS, "Faded", {**defaults(LEVELS), "gamma": 1.25})
    presets.save(LEVELS, "dark", {**defaults(LEVELS), "gamma": 2.0})
    found = presets.load(LEVELS)
    assert list(found.named) == ["dark", "Faded"] and found.named["Faded"]["gamma"] == 1.25
    assert found.matching({**defaults(LEVELS), "gamma": 2.0}) == "dark" and found.matching(defaults(LEVELS)) is None
    presets.rename(LEVELS, "dark", "Dusk")
    assert list(presets.delete(LEVELS, "Faded").named) == ["Dusk"]


def test_a_preset_holds_no_file() -> None:
    presets.save(VIDEO, "mine", {**defaults(VIDEO), "file": "/tapes/1.avi", "field_order": "bff"})
    assert "file" not in presets.load(VIDEO).named["mine"] and presets.load(VIDEO).named["mine"]["field_order"] == "bff"


def test_names_that_are_taken_or_none_are_refused() -> None:
    presets.save(LEVELS, "a", defaults(LEVELS))
    presets.save(LEVELS, "b", defaults(LEVELS))
    for new in ("b", " ", "x" * 81):
        with pytest.raises(PresetError, match="Choose another"):
            presets.rename(LEVELS, "a", new)
    with pytest.raises(PresetError, match="1 to 80"):
        presets.save(LEVELS, "", defaults(LEVELS))


@pytest.mark.parametrize("content", ["{", "[]", '{"format": "x"}', '{"format": "tapeloom.node-presets", "presets": 3}'])
def test_a_damaged_file_is_told_and_never_written_over(content: str) -> None:
    file().parent.mkdir(parents=True, exist_ok=True)
    file().write_text(content)
    with pytest.raises(PresetError, match=r"colour\.levels\.json.*Mend or delete"):
        presets.load(LEVELS)
    with pytest.raises(PresetError):
        presets.save(LEVELS, "new", defaults(LEVELS))
    assert file().read_text() == content


def test_values_that_no_longer_fit_are_at_their_default() -> None:
    presets.save(LEVELS, "old", {**defaults(LEVELS), "gamma": 2.0})
    data = json.loads(file().read_text())
    data["presets"]["old"] |= {"in_black": 9999, "gone": 1}
    file().write_text(json.dumps(data))
    found = presets.load(LEVELS).named["old"]
    assert found["in_black"] == 16.0 and found["gamma"] == 2.0 and "gone" not in found


def test_settings_as_text_go_round_and_leave_strange_text_alone() -> None:
    one = node("l", "colour.levels", gamma=1.5)
    subject = Subject((one,), LEVELS, tuple(LEVELS.params.values()), (LEVELS,))
    assert from_text(as_text(one.type, one.params), subject) == dict(one.params)
    for text in ("", "[1]", '{"a": 1}', '{"tapeloom.settings": "colour.levels", "params": {"gamma": "much"}}'):
        assert from_text(text, subject) is None
