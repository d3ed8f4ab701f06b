"""The worked example is found, is checked like the library, and does what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.params import ParamError
from nodes.registry import PLUGINS, Registry, load
from tests.nodes import harness


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load(PLUGINS, installed=False)


def test_it_is_found_beside_the_library(registry: Registry) -> None:
    assert registry.origins["vbi.blank"] == "vbi"
    assert registry.get("vbi.blank") in registry.search("teletext")


def test_the_lines_are_black_and_the_rest_is_untouched(registry: Registry) -> None:
    node = registry.types["vbi.blank"](lines=6)
    before = harness.picture(harness.PAL)
    after = harness.run(node, {"clip": (harness.PAL, before)})["out"]
    with before.get_frame(3) as was, after.get_frame(3) as now:
        for plane, black in enumerate((16, 128, 128)):
            blank = 6 * now[plane].shape[1]
            assert set(bytes(now[plane])[:blank]) == {black}
            assert bytes(now[plane])[blank:] == bytes(was[plane])[blank:]
    assert harness.differences(after, harness.PAL) == []


def test_an_odd_line_is_refused(registry: Registry) -> None:
    with pytest.raises(ParamError, match="multiple of 2"):
        registry.types["vbi.blank"](lines=3)


def test_a_broken_pack_is_reported_and_harms_nothing(tmp_path: Path) -> None:
    pack = tmp_path / "broken pack"
    pack.mkdir()
    (pack / "bad.py").write_text("import no_such_module_at_all\n")
    (pack / "worse.py").write_text("def half(:\n")
    (tmp_path / "exits.py").write_text("raise SystemExit(3)\n")
    registry = load(tmp_path, installed=False)
    assert "input.video" in registry.types
    assert {Path(failure.where).name for failure in registry.failures} == {"bad.py", "worse.py", "exits.py"}


def test_a_pack_cannot_take_the_place_of_a_library_node(tmp_path: Path) -> None:
    (tmp_path / "thief.py").write_text(
        "from nodes.api import Clip, Node, gives, takes\n"
        "class Thief(Node):\n"
        "    '''Pretends.'''\n"
        "    id = 'deinterlace.bwdif'\n"
        "    clip = takes(Clip)\n"
        "    out = gives(Clip)\n"
        "    def forecast(self, clip): return clip\n"
        "    def build(self, script, clip): return clip\n"
    )
    registry = load(tmp_path, installed=False)
    assert registry.types["deinterlace.bwdif"].__module__ == "nodes.library.field.bwdif"
    assert "already taken" in registry.failures[0].message
