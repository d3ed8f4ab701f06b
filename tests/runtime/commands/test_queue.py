"""`launch.py queue`, as it is typed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runtime.commands import main
from runtime.jobs.queue.order import Progress, Stage
from runtime.jobs.queue.store import Queue
from tests.runtime.tapes import tape


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TAPELOOM_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "in").mkdir()


def typed(line: str) -> int:
    return main(["queue", *line.split()])


def listed(capsys: pytest.CaptureFixture[str], more: str = "") -> list[dict[str, object]]:
    capsys.readouterr()
    assert typed(f"list --json {more}") == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_tapes_are_put_in_line_moved_held_and_taken_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in "ab":
        (tmp_path / f"{name}.dv").write_bytes(b"pictures")
    assert typed("add vhs-pal archive-only -i a.dv b.dv -o out --threads 2 --memory-mb 800") == 0
    assert typed("move 4 first") == 0 and typed("pause 1 2") == 0 and typed("move 3 --priority -1") == 0
    jobs = listed(capsys)
    assert [(job["id"], job["stage"]) for job in jobs] == [
        (4, "waiting"), (1, "paused"), (2, "paused"), (3, "waiting"),
    ]  # fmt: skip
    assert jobs[0]["threads"] == 2 and jobs[0]["memory_mb"] == 800
    assert typed("resume all") == 0 and typed("cancel 1") == 0 and typed("remove 1") == 0
    assert [job["id"] for job in listed(capsys)] == [4, 2, 3]
    assert [job["id"] for job in listed(capsys, "--history")] == [1, 4, 2, 3]
    assert typed("log 1") == 0 and "cancelled" in capsys.readouterr().out
    assert typed("cancel 2") == 0 and capsys.readouterr().out == ""
    assert typed("pause 2") == 0 and "job 2 is cancelled already" in capsys.readouterr().out
    assert typed("pause all") == 0 and capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("add vhs-pal -i gone.dv", "there is no file"),
        ("add vhs-pall", "did you mean 'vhs-pal'"),
        ("add vhs-pal --set qtgmc1.presett=slow", "presett"),
        ("add vhs-pal --threads -1", "--threads"),
        ("pause 7", "there is no job 7"),
        ("log x", "there is no job x"),
        ("retry 99999999999999999999999", "there is no job 99999999999999999999999"),
        ("watch nowhere --graph vhs-pal", "there is no folder"),
        ("watch out --graph vhs-pal -o out", "name another"),
        ("copy gone.mkv out", "there is no file"),
    ],
)
def test_mistakes_are_one_line(line: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(line) in (1, 2)
    said = capsys.readouterr().err
    assert words in said and "Traceback" not in said and said.count("\n") == 1


def test_retry_renders_over_no_result_by_mistake_and_takes_other_limits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.dv").write_bytes(b"pictures")
    (tmp_path / "out" / "a.mkv").write_bytes(b"a result")
    assert typed("add archive-only -i a.dv -o out --gpu none") == 0
    queue = Queue()
    owner = queue.owner()
    job = queue.claim(owner)
    assert job is not None and job.order.gpu == "none"
    queue.end(job.id, owner, Progress(Stage.DONE, share=1.0), [tmp_path / "out" / "a.mkv"])
    assert typed("retry 1") == 2
    assert "queue retry 1 --overwrite" in capsys.readouterr().err
    assert typed("retry 1 --overwrite --memory-mb 900 --threads 1") == 0
    (again,) = listed(capsys)
    assert (again["stage"], again["memory_mb"], again["threads"], again["gpu"]) == ("waiting", 900, 1, "none")
    owner.close()
    queue.close()


def test_a_damaged_queue_is_said_and_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "queue.db").write_bytes(b"torn" * 2000)
    assert typed("list") == 0
    said = capsys.readouterr()
    assert "nothing is in line" in said.out and "is kept as queue damaged" in said.err and said.err.count("\n") == 1


def test_a_folder_is_watched_rendered_and_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tape(tmp_path / "in" / "Fête d’été.mkv", seconds=1)
    (tmp_path / "in" / "broken.mkv").write_bytes(b"no tape")
    line = "watch in --graph archive-only -o out --rest 0.2 --once --run --then-copy-to shelf"
    assert typed(line) == 0
    said = capsys.readouterr()
    assert "broken.mkv · archive-only: source1: " in said.err and "done" in said.out
    jobs = {str(job["name"]): job for job in listed(capsys)}
    assert jobs["Fête d’été.mkv · archive-only"]["stage"] == "done"
    assert jobs["broken.mkv · archive-only"]["stage"] == "failed"
    (result,) = (tmp_path / "out").iterdir()
    assert (tmp_path / "shelf" / result.name).read_bytes() == result.read_bytes()
    assert typed(line) == 0 and len(listed(capsys)) == 2  # nothing twice
    assert typed("copy out shelf2 --delete") == 0
    assert (tmp_path / "shelf2" / "out" / result.name).exists() and not result.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_a_killed_run_goes_on_in_the_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tape(tmp_path / "in" / "tape.mkv", seconds=24)
    assert typed("add vhs-pal -i in/tape.mkv -o out --threads 1") == 0
    run = subprocess.Popen(
        [sys.executable, "-m", "runtime.commands", "queue", "run"], cwd=tmp_path, stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}, start_new_session=True,
    )  # fmt: skip
    try:
        end = time.monotonic() + 90
        while not list((tmp_path / "out").glob("*.job/journal")):
            assert run.poll() is None and time.monotonic() < end
            time.sleep(0.05)
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    (job,) = listed(capsys)
    assert job["stage"] == "waiting"
    assert typed("run --until-empty --quiet") == 0
    (job,) = listed(capsys)
    assert job["stage"] == "done" and job["run"] == 2
    queue = Queue()
    assert any("goes on with" in one.text for one in queue.history(1) if one.kind == "note")
    queue.close()
