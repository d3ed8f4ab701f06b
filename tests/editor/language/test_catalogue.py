"""The second language is whole: every text of the window, every field in it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from editor.dressing import application
from editor.language import tr
from editor.language.catalogue import FOLDER, NAMES, languages, speak, spoken
from editor.language.extract import EDITOR, declared, found, placeholders

CODES = [code for code in languages() if code != "en"]


@pytest.fixture(autouse=True)
def _english_again(qtbot: QtBot) -> Iterator[None]:
    yield
    speak(application(), "en")


def catalogue(code: str) -> dict[str, str]:
    return dict(json.loads((FOLDER / f"{code}.json").read_text("utf-8")))


def test_there_is_a_second_language() -> None:
    assert "de" in CODES and set(languages()) <= set(NAMES)


@pytest.mark.parametrize("code", CODES)
def test_every_text_is_translated(code: str) -> None:
    texts = {**found(), **declared()}
    lacking = {text: place for text, place in texts.items() if not catalogue(code).get(text)}
    assert not lacking, f"translate these in editor/language/{code}.json:\n{json.dumps(lacking, indent=1)}"


@pytest.mark.parametrize("code", CODES)
def test_fields_spaces_and_dots_agree(code: str) -> None:
    for text, said in catalogue(code).items():
        assert placeholders(text) == placeholders(said), text
        assert (text[:1].isspace(), text[-1:].isspace()) == (said[:1].isspace(), said[-1:].isspace()), text
        assert text.endswith("…") == said.endswith("…"), text
        assert text.count("&") == said.count("&"), text


def test_every_text_is_a_literal_or_a_name_that_a_node_declares() -> None:
    """What `extract` cannot read would stay English unseen."""
    strange = []
    for file in EDITOR.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                words = ast.unparse(node.args[0])
                if isinstance(node.args[0], ast.JoinedStr) or "format(" in words:
                    strange.append(f"{file.name}:{node.lineno}: {words}")
    assert strange == []


def test_the_language_is_chosen_and_left_again(qtbot: QtBot) -> None:
    app = application()
    assert speak(app, "de") == "de" and tr("Recent work") == catalogue("de")["Recent work"] != "Recent work"
    assert tr("a text that nobody wrote") == "a text that nobody wrote"
    assert speak(app, "en") == "en" and tr("Recent work") == "Recent work"
    assert spoken("xx") == "en"


def test_a_broken_place_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('tr("One")\ntr("Two {count}").format(count=2)\nother("Three")\ntr(name)\n')
    assert found(tmp_path) == {"One": "a.py:1", "Two {count}": "a.py:2"}
    assert placeholders("{b} and {a:.2f} and {{c}}") == ["a:.2f", "b"]
