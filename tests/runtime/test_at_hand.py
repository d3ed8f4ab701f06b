"""What nodes need is looked for where it really is."""

import sys

import pytest

from nodes.node import Node
from nodes.registry import default_registry
from runtime.at_hand import at_hand
from runtime.session import Session
from runtime.watch import Limits


def kind(*needed: str) -> type[Node]:
    return type("Needy", (Node,), {"needs": needed, "__doc__": "x"})


def test_plugins_and_modules_are_told_from_what_is_not_there() -> None:
    found = at_hand([kind("bwdif", "json"), kind("nobody_has_this")])
    assert found is not None
    assert {"bwdif", "json"} <= set(found)
    assert "nobody_has_this" not in found


def test_a_worker_that_runs_already_need_not_be_started_again() -> None:
    with Session() as session:
        found = at_hand([kind("bwdif", "json"), kind("nobody_has_this")], session.namespaces)
    assert found is not None
    assert {"bwdif", "bs", "json"} <= set(found)
    assert "nobody_has_this" not in found


def test_where_no_worker_starts_nothing_is_said_to_lack() -> None:
    with Session(command=(sys.executable, "-c", ""), limits=Limits(restarts=0)) as session:
        assert at_hand([kind("bwdif")], session.namespaces) is None


def test_nothing_needed_asks_nobody() -> None:
    assert at_hand([kind()]) == frozenset()


@pytest.mark.skipif(sys.platform == "darwin", reason="some plugins have no wheel for macOS: docs/platforms.md")
def test_everything_the_library_needs_is_in_the_tested_set() -> None:
    registry = default_registry()
    found = at_hand(registry)
    assert found is not None
    assert {need for node in registry for need in node.needs} <= set(found)
