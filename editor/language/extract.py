"""Finds every text that a user reads, by reading the source: what `tr` is called with.

    .venv/bin/python -m editor.language.extract [CODE …]

tells which texts each catalogue (`editor/language/<code>.json`) lacks, and which it no longer needs.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
EDITOR = HERE.parent


def found(folder: Path = EDITOR) -> dict[str, str]:
    """Every text and where it stands first (`window/commands.py:41`). ValueError for a `tr` of no literal."""
    texts: dict[str, str] = {}
    for file in sorted(folder.rglob("*.py")):
        for line, text in _calls(ast.parse(file.read_text("utf-8"))):
            texts.setdefault(text, f"{file.relative_to(folder).as_posix()}:{line}")
    return texts


def declared() -> dict[str, str]:
    """The names that the nodes of the library declare, of themselves, their params and choices: shown by `tr` too."""
    from editor.forms.words import plain_name
    from nodes.registry import load  # takes a moment, and only this needs it

    texts: dict[str, str] = {}
    for kind in load(None, installed=False):
        texts.setdefault(kind.name(), kind.id)
        for param in kind.params.values():
            texts.setdefault(param.title, f"{kind.id}.{param.name}")
            for member in param.choices or ():
                text = plain_name(member)
                if text is not None:
                    texts.setdefault(text, f"{kind.id}.{param.name}")
    return texts


def shelved() -> frozenset[str]:
    """What the registry says of models. A catalogue may have these; what it lacks stays English, as help texts do."""
    from runtime.models.catalogue import catalogue  # takes a moment, and only this needs it

    own = frozenset({"A model of your own."})
    said = (
        one for entry in catalogue().values() for one in (entry.about, entry.suits, entry.caution, entry.licence.note)
    )
    return frozenset(filter(None, said)) | own


def _calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr"
        if named and isinstance(node, ast.Call) and node.args:
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield node.lineno, text.value


def placeholders(text: str) -> list[str]:
    """The fields of a text that `format` fills, in order of the alphabet."""
    return sorted(re.findall(r"\{([^{}]*)\}", text.replace("{{", "").replace("}}", "")))


def main(codes: list[str]) -> int:
    texts = {**found(), **declared()}
    behind = 0
    for file in sorted(HERE.glob("*.json")):
        if not codes or file.stem in codes:
            known = json.loads(file.read_text("utf-8"))
            lacking = {text: place for text, place in texts.items() if text not in known}
            spare = [text for text in known if text not in texts and text not in shelved()]
            behind += len(lacking)
            print(f"{file.name}: {len(texts) - len(lacking)} of {len(texts)} texts, {len(spare)} no longer used")
            print(json.dumps(lacking, indent=1, ensure_ascii=False))
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
