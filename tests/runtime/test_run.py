"""`run`, as a user has it: a process, its exit code, one clear line, and what lies on the disk afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from graphs.document import Graph
from runtime.ffmpeg import VARIABLE
from tests.runtime import tapes, written
from tests.runtime.documents import graph, save

ROOT = Path(__file__).parents[2]

ARCHIVE = graph(
    {"source1": ("input.video", {}), "encode1": ("output.ffv1", {})},
    "source1.out > encode1.clip",
    "source1.sound > encode1.audio",
)
BOTH = graph(
    {
        "source1": ("input.video", {}),
        "bwdif1": ("deinterlace.bwdif", {}),
        "encode1": ("output.ffv1", {}),
        "encode2": ("output.h264", {"preset": "ultrafast"}),
    },
    "source1.out > encode1.clip",
    "source1.sound > encode1.audio",
    "source1.out > bwdif1.clip",
    "bwdif1.out > encode2.clip",
    "source1.sound > encode2.audio",
)


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tapes.tape(tmp_path_factory.mktemp("tape") / "my tape.mkv")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with a cache of its own and the two graphs."""
    monkeypatch.setenv("TAPELOOM_CACHE", str(tmp_path.parent / f"{tmp_path.name} cache"))
    monkeypatch.delenv(VARIABLE, raising=False)
    desk = tmp_path / "desk"
    desk.mkdir()
    monkeypatch.chdir(desk)
    for name, made in (("archive", ARCHIVE), ("both", BOTH)):
        save(made, tmp_path / f"{name}.graph")
    return desk


def started(*words: str | Path, **more: Any) -> subprocess.Popen[str]:
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    argv = [sys.executable, "-m", "runtime.commands", *map(str, words)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    return subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": paths}, **pipes, **more)  # type: ignore[call-overload, no-any-return]


def ran(*words: str | Path) -> tuple[int, str, str]:
    process = started("run", *words)
    out, err = process.communicate(timeout=150)
    return process.returncode, out, err


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(desk: Path, *words: str | Path, code: int, says: str) -> None:
    """It ends with `code`, says `says` in a line of its own, shows no traceback, and leaves nothing behind."""
    before = names(desk)
    found, out, err = ran(*words)
    lines = [line for line in err.splitlines() if says in line]
    assert (found, len(lines)) == (code, 1), err
    assert lines[0].startswith("tapeloom: ") or "error: " in lines[0]
    assert "Traceback" not in err + out
    assert names(desk) == before


# ------------------------------------------------------------------------------------------------------ what works


def test_an_archive_keeps_every_sample_of_picture_and_sound(desk: Path, tape: Path) -> None:
    code, out, err = ran("../archive.graph", "-i", tape, "-o", "out.mkv")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].startswith(f"{desk / 'out.mkv'}: 25 frames, ")
    assert names(desk) == ["out.mkv"]
    source, made = written.looked(tape), written.looked(desk / "out.mkv")
    assert made.video[0].clip == source.video[0].clip
    assert np.array_equal(written.samples(desk / "out.mkv"), written.samples(tape))
    assert _decoded(desk / "out.mkv") == _decoded(tape)


def test_several_outputs_come_from_one_pass_with_sensible_names(desk: Path, tape: Path) -> None:
    code, _, err = ran("../both.graph", "-i", tape, "-o", "out.mkv", "--set", "encode2.crf=30")
    assert (code, err) == (0, "")
    assert names(desk) == ["out-encode2.mp4", "out.mkv"]
    assert written.looked(desk / "out.mkv").video[0].clip.frames == 25
    assert written.looked(desk / "out-encode2.mp4").video[0].clip.frames == 50
    assert ran("../both.graph", "-i", tape, "-o", "encode2=view.mkv", "-o", "encode1=keep")[0] == 0
    assert names(desk) == ["keep.mkv", "out-encode2.mp4", "out.mkv", "view.mkv"]


def test_without_a_name_the_result_is_called_after_tape_and_graph(desk: Path, tape: Path) -> None:
    assert ran("../archive.graph", "-i", tape)[0] == 0
    assert names(desk) == ["my tape-archive.mkv"]


def test_an_ending_that_is_none_of_its_own_is_kept_and_said(desk: Path, tape: Path) -> None:
    code, out, err = ran("../archive.graph", "-i", tape, "-o", "notes.txt")
    assert (code, names(desk)) == (0, ["notes.txt.mkv"])
    assert "the name ends in .txt, but what is written is .mkv: it is called notes.txt.mkv" in out + err


def test_frames_cut_picture_and_sound_of_every_output(desk: Path, tape: Path) -> None:
    assert ran("../both.graph", "-i", tape, "-o", "out.mkv", "--frames", "5:12")[0] == 0
    assert written.looked(desk / "out.mkv").video[0].clip.frames == 7
    assert written.looked(desk / "out-encode2.mp4").video[0].clip.frames == 14
    assert np.array_equal(written.samples(desk / "out.mkv"), written.samples(tape)[5 * 1920 : 12 * 1920])
    assert _decoded(desk / "out.mkv") == _decoded(tape)[5:12]


@pytest.mark.parametrize("frames", ["20:", "20:5000"])
def test_frames_to_the_end_need_no_exact_number(frames: str, desk: Path, tape: Path) -> None:
    assert ran("../archive.graph", "-i", tape, "-o", "end.mkv", "--frames", frames)[0] == 0
    assert len(_decoded(desk / "end.mkv")) == 5


def test_pictures_go_into_a_folder_that_is_whole_or_absent(desk: Path, tape: Path, tmp_path: Path) -> None:
    nodes = {"source1": ("input.video", {}), "encode1": ("output.images", {})}
    stills = save(graph(nodes, "source1.out > encode1.clip"), tmp_path / "stills.graph")  # type: ignore[arg-type]
    assert ran(stills, "-i", tape, "-o", "stills", "--frames", "0:3")[0] == 0
    assert names(desk / "stills") == ["000000.png", "000001.png", "000002.png"]
    refused(desk, stills, "-i", tape, "-o", "stills", code=2, says="exists already")
    assert ran(stills, "-i", tape, "-o", "stills", "--frames", "0:2", "--overwrite")[0] == 0
    assert names(desk / "stills") == ["000000.png", "000001.png"]
    (desk / "stills" / "letter.txt").write_text("dear")
    refused(desk, stills, "-i", tape, "-o", "stills", "--overwrite", code=2, says="not a folder of numbered pictures")


def test_progress_for_programs_is_json_a_line(desk: Path, tape: Path) -> None:
    code, out, err = ran("../archive.graph", "-i", tape, "-o", "out.mkv", "--progress", "json")
    events = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert events[-1]["event"] == "done"
    assert events[-1]["files"][0]["path"] == str(desk / "out.mkv")
    assert events[-1]["files"][0]["size_bytes"] == (desk / "out.mkv").stat().st_size
    progress = [event for event in events if event["event"] == "progress"]
    assert progress[-1]["frames"] == progress[-1]["total"] == 25
    assert ran("../archive.graph", "-i", tape, "-o", "gone/out.mkv", "--progress", "json")[1].count('"failed"') == 1


def test_quiet_says_nothing(desk: Path, tape: Path) -> None:
    assert ran("../archive.graph", "-i", tape, "-o", "out.mkv", "--quiet") == (0, "", "")


def test_sound_stays_with_the_picture_through_trim_deinterlacing_and_rate_change(desk: Path, tmp_path: Path) -> None:
    tape = tapes.flashing(tmp_path / "flash.mkv")
    made = graph(
        {
            "source1": ("input.video", {}),
            "trim1": ("time.trim", {"ranges": [[30, 80], [95, 190]]}),
            "bwdif1": ("deinterlace.bwdif", {}),
            "rate1": ("motion.rate", {"rate": "30000/1001"}),
            "encode1": ("output.ffv1", {}),
            "encode2": ("output.h264", {"preset": "ultrafast"}),
        },
        "source1.out > trim1.clip", "source1.sound > trim1.audio", "trim1.out > bwdif1.clip",
        "bwdif1.out > encode2.clip", "bwdif1.out > rate1.clip", "rate1.out > encode1.clip",
        "trim1.sound > encode1.audio", "trim1.sound > encode2.audio",
    )  # fmt: skip
    code, _, err = ran(save(made, tmp_path / "sync.graph"), "-i", tape, "-o", "out.mkv")
    assert code == 0, err
    # the tape's seconds 2, 3, 4, 5, 6, 7, less what was cut away before each
    wanted = [second - 1.2 if second < 3.2 else second - 1.8 for second in (2, 3, 4, 5, 6, 7)]
    for name, frame in (("out.mkv", 1001 / 30000), ("out-encode2.mp4", 1 / 50)):
        seen, heard = tapes.flashes(desk / name), tapes.beeps(desk / name)
        assert len(seen) == len(heard) == len(wanted), (name, seen, heard)
        assert max(abs(a - b) for a, b in zip(seen, heard, strict=True)) <= frame + 0.002, (name, seen, heard)
        assert max(abs(a - b) for a, b in zip(heard, wanted, strict=True)) <= 0.004, (name, heard)


def test_a_picture_that_alone_is_trimmed_keeps_its_sound(desk: Path, tmp_path: Path) -> None:
    made = graph(
        {
            "source1": ("input.video", {}),
            "trim1": ("time.trim", {"ranges": [[40, 120]]}),
            "encode1": ("output.ffv1", {}),
        },
        "source1.out > trim1.clip", "trim1.out > encode1.clip", "source1.sound > encode1.audio",
    )  # fmt: skip
    tape = tapes.flashing(tmp_path / "flash.mkv", seconds=5)
    code, _, err = ran(save(made, tmp_path / "trim.graph"), "-i", tape, "-o", "out.mkv", "--frames", "5:80")
    assert code == 0, err
    seen, heard = tapes.flashes(desk / "out.mkv"), tapes.beeps(desk / "out.mkv")
    assert len(seen) == len(heard) == 3
    assert max(abs(a - b) for a, b in zip(seen, heard, strict=True)) < 0.004


# --------------------------------------------------------------------------------------- what must not be written over


def test_an_existing_file_is_kept_unless_told(desk: Path, tape: Path) -> None:
    (desk / "out.mkv").write_bytes(b"precious")
    refused(desk, "../archive.graph", "-i", tape, "-o", "out.mkv", code=2, says="exists already")
    assert (desk / "out.mkv").read_bytes() == b"precious"
    assert ran("../archive.graph", "-i", tape, "-o", "out.mkv", "--overwrite")[0] == 0
    assert written.looked(desk / "out.mkv").video[0].clip.frames == 25


@pytest.mark.parametrize("way", ["itself", "symlink", "hard link", "other spelling", "folder link"])
def test_a_source_is_never_written_over(way: str, desk: Path, tape: Path) -> None:
    source = desk / "tape.mkv"
    source.write_bytes(tape.read_bytes())
    target = desk / "out.mkv"
    match way:
        case "itself":
            target = source
        case "symlink":
            target.symlink_to(source)
        case "hard link":
            target.hardlink_to(source)
        case "other spelling":
            target = desk / "." / ".." / desk.name / "tape.mkv"
        case _:
            (desk.parent / "way").symlink_to(desk)
            target = desk.parent / "way" / "tape.mkv"
    refused(desk, "../archive.graph", "-i", source, "-o", target, "--overwrite", code=2, says="written over")
    assert source.read_bytes() == tape.read_bytes()


def test_two_outputs_never_share_a_file(desk: Path, tape: Path) -> None:
    words = ("../both.graph", "-i", tape, "-o", "encode1=out.mkv", "-o", "encode2=./out.mkv")
    refused(desk, *words, code=2, says="encode1")


# ---------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.dv", None, "missing.dv: there is no such file"),
        ("letter.dv", b"Dear Sir or Madam,\n" * 400, "letter.dv:"),
        ("empty.dv", b"", "empty.dv:"),
        ("noise.mov", bytes(range(256)) * 300, "noise.mov:"),
    ],
)
def test_a_file_that_is_no_tape_is_one_clear_line(
    name: str, content: bytes | None, says: str, desk: Path, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    refused(desk, "../archive.graph", "-i", tmp_path / name, "-o", "out.mkv", code=2, says=says)


def test_a_tape_that_is_cut_short_gives_what_is_there(desk: Path, tape: Path, tmp_path: Path) -> None:
    whole = tape.read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) * 6 // 10])
    code, out, err = ran("../archive.graph", "-i", tmp_path / "cut.mkv", "-o", "out.mkv")
    assert code == 0, err
    made = written.looked(desk / "out.mkv").video[0].clip.frames
    assert 8 <= made <= 20
    assert "cut short: it promises 25 frames" in out + err
    assert _decoded(desk / "out.mkv") == _decoded(tape)[:made]


def wrong(change: str) -> Graph:
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "source1": ("input.video", {}),
        "bwdif1": ("deinterlace.bwdif", {}),
        "bwdif2": ("deinterlace.bwdif", {}),
        "encode1": ("output.ffv1", {}),
    }
    wires = ["source1.out > bwdif1.clip", "bwdif1.out > encode1.clip"]
    if change == "cycle":
        wires = ["bwdif2.out > bwdif1.clip", "bwdif1.out > bwdif2.clip", "bwdif1.out > encode1.clip"]
    if change == "wire":
        wires = ["source1.sound > bwdif1.clip", "bwdif1.out > encode1.clip"]
    return graph(nodes, *wires)


@pytest.mark.parametrize(
    ("change", "says"),
    [("cycle", "the wires go in a circle"), ("wire", "gives audio, but this takes clip"), ("unknown", "clean.magic")],
)
def test_a_graph_that_cannot_be_is_refused(change: str, says: str, desk: Path, tape: Path, tmp_path: Path) -> None:
    path = save(wrong(change), tmp_path / "wrong.graph")
    if change == "unknown":
        path.write_text(path.read_text().replace("deinterlace.bwdif", "clean.magic"))
    before = names(desk)
    code, out, err = ran(path, "-i", tape, "-o", "out.mkv")
    assert code == 2
    assert says in err
    assert "Traceback" not in err + out
    assert names(desk) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("no-such-preset",), "there is no preset 'no-such-preset'"),
        (("../nowhere.graph",), "nowhere.graph"),
        (("../archive.graph", "--set", "encode1.slices=900"), "900 is above the most, 30"),
        (("../archive.graph", "--set", "encode1.slice=9"), "no param 'slice'"),
        (("../archive.graph", "--set", "encode9.slices=9"), "no node 'encode9'"),
        (("../archive.graph", "--frames", "10"), "write it as first:end"),
        (("../archive.graph", "--frames", "10:5"), "the end must lie behind"),
        (("../archive.graph", "--frames", "4000:5000"), "encode1 has the frames 0 to 24"),
        (("../archive.graph", "-o", "a.mkv", "-o", "b.mkv"), "-o b.mkv"),
        (("../archive.graph", "-o", "source1=a.mkv"), "source1 writes no file"),
        (("../archive.graph", "-o", "a.mp4"), ".mp4 is no file that this node writes"),
        (("../archive.graph", "-o", "nowhere/a.mkv"), "there is no folder"),
    ],
)
def test_arguments_that_are_wrong_are_told(words: tuple[str, ...], says: str, desk: Path, tape: Path) -> None:
    refused(desk, *words, "-i", str(tape), code=2, says=says)


def test_all_that_is_wrong_is_said_at_once(desk: Path, tape: Path, tmp_path: Path) -> None:
    (desk / "out.mkv").write_bytes(b"old")
    words = ("-i", tape, "-o", "encode1=out.mkv", "-o", "encode2=nowhere/b.mp4")
    code, _, err = ran("../both.graph", *words)
    assert code == 2
    assert "exists already" in err
    assert "there is no folder" in err


# ---------------------------------------------------------------------------------------------- the machine fails


def test_a_folder_that_takes_no_files_is_told(desk: Path, tape: Path) -> None:
    locked = Path("/proc") if os.geteuid() == 0 else desk.parent / "locked"
    if locked != Path("/proc"):
        locked.mkdir(mode=0o500)
    refused(desk, "../archive.graph", "-i", tape, "-o", locked / "out.mkv", code=1, says="cannot be written")


def test_without_ffmpeg_there_is_one_clear_line(desk: Path, tape: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(desk / "no ffmpeg"))
    refused(desk, "../archive.graph", "-i", tape, "-o", "out.mkv", code=1, says="cannot be started")


def test_an_ffmpeg_that_fails_half_way_leaves_nothing(
    desk: Path, tape: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "ffmpeg"
    fake.write_text(
        f'#!/bin/sh\ncase "$*" in *-version*|*-encoders*) exec {shlex.quote(written.FFMPEG)} "$@";; esac\n'
        "head -c 30000 >/dev/null\n"
        'for one; do case "$one" in file:*.part) echo half >"${one#file:}";; esac; done\n'
        'echo "av_interleaved_write_frame(): No space left on device" >&2; exit 228\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(fake))
    refused(desk, "../archive.graph", "-i", tape, "-o", "out.mkv", code=1, says="the disk is full. Make room")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB, where this system lets us make one."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(place)], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("this system does not let us mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk")
def test_a_full_disk_is_told_and_left_clean(desk: Path, tape: Path, small_disk: Path) -> None:
    refused(desk, "../archive.graph", "-i", tape, "-o", small_disk / "out.mkv", code=1, says="the disk is full")
    assert names(small_disk) == []


def endless(tmp_path: Path) -> Path:
    """A graph that would take minutes."""
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "source1": ("input.video", {}),
        "nnedi1": ("deinterlace.nnedi3", {}),
        "encode1": ("output.ffv1", {}),
    }
    return save(graph(nodes, "source1.out > nnedi1.clip", "nnedi1.out > encode1.clip"), tmp_path / "slow.graph")


@pytest.fixture(scope="module")
def long_tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tapes.tape(tmp_path_factory.mktemp("long") / "long.mkv", seconds=30, size="720x576")


@contextlib.contextmanager
def rendering(desk: Path, long_tape: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that has begun to write."""
    words = ("run", endless(tmp_path), "-i", long_tape, "-o", "out.mkv", "--progress", "json")
    process = started(*words, start_new_session=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "progress" and event["frames"] > 0:
                break
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _kill(parent: int, mark: str) -> bool:
    """Kill the child with `mark` among its arguments, if it is there."""
    for child in psutil.Process(parent).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if mark in child.cmdline():
                child.kill()
                return True
    return False


def _left(root: psutil.Process, children: list[psutil.Process]) -> list[psutil.Process]:
    _, alive = psutil.wait_procs([root, *children], timeout=15)
    return alive


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_with_130_and_leaves_nothing(
    number: signal.Signals, desk: Path, long_tape: Path, tmp_path: Path
) -> None:
    with rendering(desk, long_tape, tmp_path) as process:
        assert names(desk) == ["out.mkv.job"]
        family = psutil.Process(process.pid)
        children = family.children(recursive=True)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert json.loads(out.splitlines()[-1]) == {"event": "cancelled"}
        assert "Traceback" not in err
        assert names(desk) == []
        assert _left(family, children) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("victim", ["worker", "ffmpeg"])
def test_a_killed_helper_is_told_and_its_segment_made_again(
    victim: str, desk: Path, long_tape: Path, tmp_path: Path
) -> None:
    with rendering(desk, long_tape, tmp_path) as process:
        mark = {"worker": "runtime.worker", "ffmpeg": "-filter_complex"}[victim]
        _kill(process.pid, mark)
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            event = json.loads(line)
            told = told or (event["text"] if event["event"] == "note" and "tried once more" in event["text"] else "")
            if event["event"] == "progress" and event["frames"] > 0:
                if told:
                    break
                _kill(process.pid, mark)  # between two segments there is no ffmpeg, and nobody misses a worker
        assert "killed" in told or "signal 9" in told, told
        assert names(desk) == ["out.mkv.job"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_even_a_killed_program_leaves_nothing_under_the_final_name(desk: Path, long_tape: Path, tmp_path: Path) -> None:
    with rendering(desk, long_tape, tmp_path) as process:
        family = psutil.Process(process.pid)
        children = family.children(recursive=True)
        process.kill()
        assert _left(family, children) == []
        assert names(desk) == ["out.mkv.job"]


def _decoded(path: Path) -> list[bytes]:
    """Every frame's samples, and nothing else of it."""
    import av

    with av.open(str(path)) as container:
        return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]
