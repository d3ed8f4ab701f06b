"""What becomes of a file that is dropped, with the real worker looking at it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from editor.desk.desk import Desk
from editor.desk.files import Files
from editor.settings import Settings
from editor.start.intake import Intake
from graphs.codec import encode
from graphs.document import NodeId
from graphs.files import save
from graphs.library import preset
from nodes.registry import default_registry
from runtime.ffmpeg import find
from tests.editor.answers import Answers

DEMO = Path(__file__).resolve().parents[3] / "graphs/demo/tape.mkv"
MEDIA = Path(__file__).resolve().parents[2] / "media"


@pytest.fixture
def intake(qtbot: QtBot, tmp_path: Path) -> Iterator[Intake]:
    files = Files(Desk(default_registry()), Settings(tmp_path / "settings.json"), Answers())
    made = Intake(files, default_registry())
    made.files = files  # type: ignore[attr-defined]
    yield made
    made.close()


def desk_of(intake: Intake) -> Desk:
    return intake.files._desk  # type: ignore[attr-defined, no-any-return]


def take(intake: Intake, path: Path, qtbot: QtBot) -> tuple[str, bool]:
    with qtbot.waitSignal(intake.finished, timeout=60_000) as told:
        intake.take(path)
    text, good = told.args
    return text, good


@pytest.mark.parametrize(
    ("path", "kind", "clip", "bypassed"),
    [
        (
            DEMO,
            "VHS, PAL",
            "720x576, 25 interlaced frames a second, top field first, 0:05 long",
            {"qtgmc1": False},
        ),
        (
            MEDIA / "bigbuckbunny_1280x720_25p.mp4",
            "Gentle",
            "1280x720, 25 whole frames a second",
            {"qtgmc1": True},
        ),
    ],
)
def test_a_tape_gets_the_graph_that_suits_it(
    intake: Intake, qtbot: QtBot, path: Path, kind: str, clip: str, bypassed: dict[str, bool]
) -> None:
    text, good = take(intake, path, qtbot)
    desk = desk_of(intake)
    assert good and kind in text and f"{path.name}: {clip}" in text
    assert desk.graph.nodes[NodeId("source1")].params["file"] == str(path)
    assert {node: desk.graph.nodes[NodeId(node)].bypass for node in bypassed} == bypassed
    assert desk.name == path.stem and desk.dirty and desk.path is None


def test_a_file_that_tapeloom_made_gives_its_graph_back(intake: Intake, qtbot: QtBot, tmp_path: Path) -> None:
    found = preset("hi8")
    assert found is not None
    document = tmp_path / "tapeloom.graph"
    document.write_text(encode(found.graph), "utf-8")
    made = tmp_path / "restored.mkv"
    attach = ["-attach", str(document), "-metadata:s:t:0", "mimetype=application/x-tapeloom-graph"]
    source = ["-i", str(MEDIA / "bigbuckbunny_1280x720_25p.mp4"), "-frames:v", "3", "-an"]
    subprocess.run([find().path, "-v", "error", *source, *attach, str(made)], check=True)
    text, good = take(intake, made, qtbot)
    assert good and "made by Tapeloom" in text and desk_of(intake).graph == found.graph
    desk_of(intake).mark_saved(tmp_path / "x.graph")
    with qtbot.waitSignal(intake.finished, timeout=60_000):
        intake.take(made, as_tape=True)
    assert desk_of(intake).graph.nodes[NodeId("source1")].params["file"] == str(made)


def test_what_is_no_video_is_said_and_opens_nothing(intake: Intake, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a tape")
    for path, said in (
        (tmp_path / "notes.txt", "text file"),
        (tmp_path / "no.avi", "no such file"),
        (tmp_path, "folder"),
    ):
        text, good = take(intake, path, qtbot)
        assert not good and said in text and not desk_of(intake).graph.nodes


def test_a_graph_is_opened(intake: Intake, tmp_path: Path) -> None:
    found = preset("gentle")
    assert found is not None
    save(found.graph, tmp_path / "mine.graph")
    intake.take(tmp_path / "mine.graph")
    assert desk_of(intake).path == tmp_path / "mine.graph" and not desk_of(intake).dirty


def test_a_preset_is_a_new_document(intake: Intake) -> None:
    intake.preset("vhs-pal")
    assert desk_of(intake).path is None and desk_of(intake).name == "VHS, PAL"


def test_looking_can_be_stopped(intake: Intake, qtbot: QtBot) -> None:
    told: list[str] = []
    intake.looking.connect(told.append)
    intake.take(MEDIA / "synthetic_dv_pal_16x9.dv")
    intake.stop()
    qtbot.wait(600)
    assert told[-1] == "" and not desk_of(intake).graph.nodes
