"""The list of what is unfinished, as a user reads it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runtime.commands.resume import _begun


def test_when_a_render_began_is_told_by_the_clock_on_the_wall() -> None:
    here = datetime(2026, 11, 23, 15, 4, 5).astimezone()
    for text in (here.isoformat(), here.astimezone(UTC).isoformat(), "2026-11-23T15:04:05"):
        assert _begun(text) == ", begun 2026-11-23 15:04:05"


@pytest.mark.parametrize("text", [None, "", "yesterday", 7])
def test_a_journal_that_does_not_say_when_says_nothing(text: object) -> None:
    assert _begun(text) == ""
