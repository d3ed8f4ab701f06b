"""The queue renders real files with a worker of its own, and says how each job ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from editor.renders.asking import RenderDialog, Request
from editor.renders.line import RenderLine
from editor.renders.panel import RenderPanel
from graphs.document import Graph
from nodes.registry import default_registry
from runtime.compiled import compiled
from runtime.jobs.queue.order import Order, Stage
from runtime.jobs.queue.store import Queue
from runtime.session import Session
from runtime.sources import prober
from tests.runtime.documents import graph
from tests.runtime.tapes import tape

WAIT_MS = 60_000


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tape(tmp_path_factory.mktemp("tapes") / "my tape ü.mkv", seconds=2)


def copied(source: Path, target: Path, **settings: object) -> Graph:
    return graph(
        {"source1": ("input.video", {"file": str(source)}), "encode1": ("output.ffv1", {"file": str(target)})},
        "source1.out > encode1.clip",
    )


@pytest.fixture
def line(qtbot: QtBot) -> Iterator[RenderLine]:
    made = RenderLine(default_registry())
    yield made
    made.close()


def ended(qtbot: QtBot, line: RenderLine, *ids: int) -> list[Stage]:
    qtbot.waitUntil(lambda: all((job := line.job(one)) is not None and job.stage.over for one in ids), timeout=WAIT_MS)
    return [job.stage for one in ids if (job := line.job(one)) is not None]


def test_a_failing_job_does_not_stop_the_next(qtbot: QtBot, line: RenderLine, source: Path, tmp_path: Path) -> None:
    bad = line.add(Order("bad", copied(tmp_path / "gone.mkv", tmp_path / "bad.mkv")))
    good = line.add(Order("good", copied(source, tmp_path / "good.mkv"), source=str(source)))
    assert ended(qtbot, line, bad, good) == [Stage.FAILED, Stage.DONE]
    failed, done = line.job(bad), line.job(good)
    assert failed is not None and "gone.mkv" in failed.text
    assert done is not None and done.files == (tmp_path / "good.mkv",) and done.share == 1.0
    with Session() as session:
        clip = prober(session)(str(done.files[0])).video[0].clip
    assert (clip.width, clip.height, clip.frames) == (96, 80, 50)


def test_a_cancelled_job_leaves_nothing_once_it_is_off_the_list(
    qtbot: QtBot, line: RenderLine, source: Path, tmp_path: Path
) -> None:
    long = tape(tmp_path.parent / f"{tmp_path.name} long.mkv", seconds=12, sound=False)
    slow = graph(
        {
            "source1": ("input.video", {"file": str(long)}),
            "qtgmc1": ("deinterlace.qtgmc", {"preset": "placebo"}),
            "encode1": ("output.ffv1", {"file": str(tmp_path / "slow.mkv")}),
        },
        "source1.out > qtgmc1.clip",
        "qtgmc1.out > encode1.clip",
    )
    running = line.add(Order("slow", slow))
    waiting = line.add(Order("next", copied(source, tmp_path / "next.mkv")))
    line.pause(waiting, True)
    qtbot.waitUntil(lambda: line.job(running).stage is Stage.RUNNING, timeout=WAIT_MS)  # type: ignore[union-attr]
    line.pause(running, True)
    qtbot.waitUntil(lambda: line.job(running).stage is Stage.PAUSED, timeout=WAIT_MS)  # type: ignore[union-attr]
    line.cancel(running)
    line.cancel(waiting)
    assert ended(qtbot, line, running, waiting) == [Stage.CANCELLED, Stage.CANCELLED]
    assert not list(tmp_path.glob("*.mkv"))
    line.remove(running)  # what was made of it is kept until then
    qtbot.waitUntil(lambda: list(tmp_path.iterdir()) == [], timeout=WAIT_MS)
    line.retry(waiting)
    assert ended(qtbot, line, waiting) == [Stage.DONE]


def test_a_killed_worker_fails_its_job_only(qtbot: QtBot, line: RenderLine, source: Path, tmp_path: Path) -> None:
    import psutil

    first = line.add(Order("first", copied(source, tmp_path / "first.mkv")))
    second = line.add(Order("second", copied(source, tmp_path / "second.mkv")))
    qtbot.waitUntil(lambda: line.worker_pid is not None, timeout=WAIT_MS)
    pid = line.worker_pid
    assert pid is not None
    psutil.Process(pid).kill()
    stages = ended(qtbot, line, first, second)
    assert stages[1] is Stage.DONE
    assert stages[0] in (Stage.FAILED, Stage.DONE)  # killed before it had begun to write, it is started again
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".mkv") == []


def test_jobs_outlive_the_window_and_wait_to_be_let_go(qtbot: QtBot, source: Path, tmp_path: Path) -> None:
    long = tape(tmp_path / "long.mkv", seconds=12, sound=False)
    slow = graph(
        {
            "source1": ("input.video", {"file": str(long)}),
            "qtgmc1": ("deinterlace.qtgmc", {"preset": "slow"}),
            "encode1": ("output.ffv1", {"file": str(tmp_path / "slow.mkv")}),
        },
        "source1.out > qtgmc1.clip",
        "qtgmc1.out > encode1.clip",
    )
    line = RenderLine(default_registry())
    running = line.add(Order("slow", slow))
    qtbot.waitUntil(lambda: line.job(running).share > 0.1, timeout=WAIT_MS)  # type: ignore[union-attr]
    line.close()
    assert (tmp_path / "slow.mkv.job" / "journal").exists() and not (tmp_path / "slow.mkv").exists()
    again = RenderLine(default_registry())
    panel = RenderPanel(again)
    qtbot.addWidget(panel)
    assert again.held and [job.stage for job in again.jobs] == [Stage.WAITING]
    assert again.rendering is None
    panel.choose(running)
    panel.pause()  # the button goes on
    assert not again.held
    assert ended(qtbot, again, running) == [Stage.DONE]
    job = again.job(running)
    assert job is not None and any("goes on with" in note for note in job.notes)
    again.close()


def test_what_the_command_line_orders_and_wishes_is_shown(
    qtbot: QtBot, line: RenderLine, source: Path, tmp_path: Path
) -> None:
    panel = RenderPanel(line)
    qtbot.addWidget(panel)
    far = Queue()
    first = far.add(Order("from afar", copied(source, tmp_path / "a.mkv")))
    assert ended(qtbot, line, first) == [Stage.DONE] and (tmp_path / "a.mkv").exists()
    second = far.add(Order("held", copied(tmp_path / "gone.mkv", tmp_path / "b.mkv")))
    qtbot.waitUntil(lambda: line.job(second) is not None, timeout=WAIT_MS)
    panel.choose(second)
    assert ended(qtbot, line, second) == [Stage.FAILED]
    assert panel.chosen is not None and panel.chosen.id == second  # though the list was filled anew
    far.remove(first)
    qtbot.waitUntil(lambda: line.job(first) is None, timeout=WAIT_MS)
    far.close()


def test_a_damaged_queue_is_said_and_a_new_one_begins(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path))
    (tmp_path / "queue.db").write_bytes(b"torn" * 3000)
    line = RenderLine(default_registry())
    assert "damaged" in line.remark and list(tmp_path.glob("queue damaged*.db")) and not line.jobs
    line.close()


def test_the_panel_follows_the_queue(qtbot: QtBot, line: RenderLine, source: Path, tmp_path: Path) -> None:
    panel = RenderPanel(line)
    qtbot.addWidget(panel)
    panel.show()
    done = line.add(Order("holiday", copied(source, tmp_path / "holiday.mkv"), source=str(source)))
    ended(qtbot, line, done)
    panel.choose(done)
    assert panel.chosen is not None and panel.chosen.stage is Stage.DONE
    with qtbot.waitSignal(panel.compare_wanted) as caught:
        panel.compare()
    assert caught.args == [source, tmp_path / "holiday.mkv", 0]
    panel.remove()
    assert line.jobs == ()


def test_the_dialog_names_what_is_in_the_way(qtbot: QtBot, source: Path, tmp_path: Path) -> None:
    document = copied(source, tmp_path / "there.mkv")
    with Session() as session:
        made = compiled(document, default_registry(), prober(session))
    (tmp_path / "there.mkv").write_bytes(b"kept")
    dialog = RenderDialog(Request(document, "copy", made, default_registry(), (5, 20)))
    qtbot.addWidget(dialog)
    assert not dialog._go.isEnabled() and "there.mkv" in dialog._said.text()
    assert "--overwrite" not in dialog._said.text()  # the window's own words
    edit = next(iter(dialog._files.values()))
    edit.setText(str(source))
    assert not dialog._go.isEnabled() and "source" in dialog._said.text()
    edit.setText(str(tmp_path / "new.mkv"))
    assert dialog._go.isEnabled()
    dialog._go.click()
    assert dialog.order is not None
    assert dialog.order.frames == (5, 20)
    assert dialog.order.graph.nodes["encode1"].params["file"] == str(tmp_path / "new.mkv")  # type: ignore[index]
    assert (tmp_path / "there.mkv").read_bytes() == b"kept"


def test_a_result_that_nobody_named_gets_a_name_of_its_own(qtbot: QtBot, source: Path, tmp_path: Path) -> None:
    document = graph(
        {"source1": ("input.video", {"file": str(source)}), "encode1": ("output.ffv1", {})},
        "source1.out > encode1.clip",
    )
    with Session() as session:
        made = compiled(document, default_registry(), prober(session))

    def proposed(name: str) -> str:
        request = Request(document, name, made, default_registry(), (25, 88), folder=tmp_path, stretch="1 to 3")
        dialog = RenderDialog(request)
        qtbot.addWidget(dialog)
        assert dialog._go.isEnabled() and "1 to 3" in dialog._part.text()
        return next(iter(dialog._files.values())).text()

    assert proposed("vhs") == str(tmp_path / "my tape ü-vhs.mkv")
    assert proposed("my tape ü") == str(tmp_path / "my tape ü-restored.mkv")
    (tmp_path / "my tape ü-vhs.mkv").touch()
    assert proposed("vhs") == str(tmp_path / "my tape ü-vhs 2.mkv")
