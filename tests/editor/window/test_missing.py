"""What the graph needs and is not there: said in one bar, and found again."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from editor.desk.desk import Desk
from editor.desk.files import Files
from editor.desk.paths import found_in, lost
from editor.settings import Settings
from editor.window.missing import Missing
from editor.window.notices import Notice, Notices
from graphs.document import Graph, NodeDoc, NodeId
from nodes.registry import default_registry
from tests.editor.answers import Answers


@pytest.fixture
def asker() -> Answers:
    return Answers()


@pytest.fixture
def bars(qtbot: QtBot) -> Notices:
    made = Notices()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, asker: Answers, bars: Notices) -> Desk:
    made = Desk(default_registry())
    made.missing = Missing(made, Files(made, Settings(tmp_path / "s.json"), asker, made), bars, made)  # type: ignore[attr-defined]
    return made


def tapes(*paths: str) -> Graph:
    return Graph.of(
        NodeDoc(NodeId(f"source{number}"), "input.video", params={"file": path}) for number, path in enumerate(paths, 1)
    )


def bar(bars: Notices) -> Notice:
    found = bars.get("missing")
    assert found is not None
    return found


def files_of(desk: Desk) -> list[str]:
    return [str(node.params["file"]) for _, node in sorted(desk.graph.nodes.items())]


def test_lost_files_are_found_below_a_folder_in_one_step(
    desk: Desk, bars: Notices, asker: Answers, tmp_path: Path
) -> None:
    for name in ("deep/er/one.avi", "two.avi"):
        (tmp_path / "new" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "new" / name).touch()
    desk.open(tapes("D:\\tapes\\one.avi", "/gone/two.avi", "/gone/three.avi"))
    assert all(name in bar(bars).label.text() for name in ("one.avi", "two.avi", "three.avi"))
    asker.where = tmp_path / "new"
    bar(bars).buttons[1].click()
    assert files_of(desk)[:2] == [str(tmp_path / "new/deep/er/one.avi"), str(tmp_path / "new/two.avi")]
    assert "three.avi" in bar(bars).label.text() and "one.avi" not in bar(bars).label.text()
    desk.undo()
    assert files_of(desk)[0] == "D:\\tapes\\one.avi"


def test_one_file_is_pointed_at_and_its_neighbours_are_found(
    desk: Desk, bars: Notices, asker: Answers, tmp_path: Path
) -> None:
    for name in ("renamed.avi", "two.avi"):
        (tmp_path / name).touch()
    desk.open(tapes("/gone/one.avi", "/gone/two.avi"))
    asker.path = tmp_path / "renamed.avi"
    bar(bars).buttons[0].click()
    assert files_of(desk) == [str(tmp_path / "renamed.avi"), str(tmp_path / "two.avi")]
    assert bars.get("missing") is None


def test_a_graph_without_a_tape_asks_for_one(desk: Desk, bars: Notices, asker: Answers, tmp_path: Path) -> None:
    (tmp_path / "tape.avi").touch()
    desk.open(tapes("", ""))
    asker.path = tmp_path / "tape.avi"
    bar(bars).buttons[0].click()
    assert files_of(desk) == [str(tmp_path / "tape.avi")] * 2 and bars.get("missing") is None


def test_unknown_node_types_are_named_and_kept(desk: Desk, bars: Notices) -> None:
    desk.open(Graph.of([NodeDoc(NodeId("a1"), "studio.magic"), NodeDoc(NodeId("b1"), "studio.magic")]))
    assert bar(bars).label.text().count("studio.magic") == 1 and not bar(bars).buttons
    assert desk.graph.nodes[NodeId("a1")].type == "studio.magic"


def test_cancelling_leaves_the_bar(desk: Desk, bars: Notices, asker: Answers) -> None:
    desk.open(tapes("/gone/one.avi"))
    bar(bars).buttons[0].click()
    assert "one.avi" in bar(bars).label.text() and files_of(desk) == ["/gone/one.avi"]


def test_the_search_stops_in_a_huge_folder(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}").touch()
    (tmp_path / "zz").mkdir()
    (tmp_path / "zz" / "one.avi").touch()
    missing = lost(tapes("/gone/one.avi"), default_registry())
    assert found_in(tmp_path, missing, limit=20) == {} and len(found_in(tmp_path, missing)) == 1
