"""Settings stay, fit, and survive a broken file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from editor.settings import DEFAULTS, Settings


def test_settings_come_back(tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "settings.json"
    settings = Settings(file)
    with qtbot.waitSignal(settings.changed, check_params_cb=lambda name: name == "theme"):
        settings.set("theme", "light")
    settings.set("shortcuts", {"file.save": "F2"})
    settings.set("palette.favourites", ["deinterlace.qtgmc"])
    again = Settings(file)
    assert again.get("theme") == "light" and again.get("shortcuts") == {"file.save": "F2"}
    assert again.get("palette.favourites") == ["deinterlace.qtgmc"] and again.get("other", 7) == 7


@pytest.mark.parametrize(
    ("name", "value", "used"),
    [
        ("text_size", 4000, 150),
        ("text_size", "big", 100),
        ("theme", "pink", "dark"),
        ("autosave_s", True, 5),
        ("recent", 3, []),
    ],
)
def test_what_does_not_fit_is_replaced(tmp_path: Path, name: str, value: object, used: object) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({name: value}))
    assert Settings(file).get(name) == used


@pytest.mark.parametrize("broken", ["{", "[]", "\xff"])
def test_a_broken_file_is_set_aside(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(broken, "latin-1")
    settings = Settings(file)
    assert all(settings.get(name) == value for name, value in DEFAULTS.items())
    assert (tmp_path / "settings.json.broken").read_text("latin-1") == broken
    settings.set("theme", "light")
    assert Settings(file).get("theme") == "light"


def test_two_windows_do_not_undo_each_others_settings(tmp_path: Path) -> None:
    one, other = Settings(tmp_path / "s.json"), Settings(tmp_path / "s.json")
    one.set("theme", "light")
    other.set("text_size", 125)
    assert Settings(tmp_path / "s.json").get("theme") == "light"
    assert Settings(tmp_path / "s.json").get("text_size") == 125


def test_settings_that_cannot_be_written_are_used_and_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(tmp_path / "file" / "s.json")
    settings.set("theme", "light")
    assert settings.get("theme") == "light" and "could not be kept" in settings.trouble
