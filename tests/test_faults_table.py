"""The table of faults in docs/reliability.md: every test that it names is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def rows() -> Iterator[tuple[str, str]]:
    """Fault, and what shows it."""
    text = (ROOT / "docs/reliability.md").read_text("utf-8")
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and not re.fullmatch(r"-+", cells[0]) and cells[2] != "test":
            yield cells[0], cells[2]


@pytest.mark.parametrize(("fault", "shown"), list(rows()), ids=lambda text: str(text)[:40])
def test_what_shows_a_fault_is_there(fault: str, shown: str) -> None:
    named = re.findall(r"((?:\w+/)*test_\w+|benchmarks/\w+\.py)((?:,? ?`\w+`)*)", shown)
    assert named, f"{fault}: no test"
    for place, words in named:
        if place.startswith("benchmarks/"):
            assert (ROOT / place).is_file()
            continue
        files = list((ROOT / "tests").rglob(f"{place}.py"))
        assert files, f"{fault}: there is no {place}"
        told = [name for file in files for name in re.findall(r"def (test_\w+)", file.read_text("utf-8"))]
        for word in re.findall(r"`(\w+)`", words):
            assert any(word in name for name in told), f"{fault}: {place} has no test called …{word}…"


def test_the_table_is_read() -> None:
    assert len(list(rows())) > 20
