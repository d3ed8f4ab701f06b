"""A recorder that dies while files get their names and the parts go: nothing of the tape does."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from capture.session import finishing
from capture.session.argv import Files
from capture.session.asking import Asked, Feed, Source
from capture.session.finishing import finish, keep_list, packets_of
from capture.session.places import Places, checked
from capture.session.settling import Outcome
from capture.session.tally import RunFacts
from runtime.ffmpeg import find

FRAMES = 30


class _Killed(BaseException):
    """The recorder's end: nothing is tidied up."""


def _taped(folder: Path, runs: int = 1) -> tuple[Asked, Places, list[RunFacts]]:
    """A recording in its work folder: each run 30 pictures in three parts, and its lists."""
    asked = Asked(Source((Feed("v4l2", "x"),), frame_rate="25/1"), str(folder), "tape 50%")
    places, found = checked(asked), []
    for number in range(1, runs + 1):
        files = Files(places.work, number)
        argv = [find().path, "-v", "error", "-f", "lavfi", "-i", f"testsrc2=s=64x48:r=25:d={FRAMES / 25}"]
        argv += ["-map", "0", "-c:v", "ffv1", "-g", "1", "-f", "segment", "-segment_time", "0.4"]
        argv += ["-segment_format_options", "cluster_time_limit=200", "-segment_list", str(files.parts)]
        argv += ["-segment_list_type", "csv", str(files.part(0, ".mkv")).replace("%", "%%").replace("0000.", "%04d.")]
        argv += ["-map", "0", "-c:v", "rawvideo", "-f", "framemd5", str(files.video)]
        subprocess.run(argv, check=True)
        run = RunFacts(number, FRAMES * (number - 1), start_s=1.5 * (number - 1))
        found.append(replace(run, counting=replace(run.counting, rate=Fraction(25), frames=FRAMES)))
    return asked, places, found


def _again(asked: Asked, places: Places, runs: list[RunFacts]) -> Outcome:
    outcome = finish(find().path, asked, places, runs, lambda *_: None)
    keep_list(places, runs)
    finishing.tidy(places)
    return outcome


def _pictures(outcome: Outcome) -> int:
    count = 0
    for path in outcome.files:
        argv = [find().path, "-v", "error", "-i", f"file:{path}", "-map", "0:v", "-f", "framemd5", "-"]
        count += len([one for one in subprocess.check_output(argv).splitlines() if not one.startswith(b"#")])
    return count


@pytest.mark.parametrize(("runs", "files"), [(1, 1), (2, 6)])
@pytest.mark.parametrize("call", ["unlink", "rename"])
@pytest.mark.parametrize("after", [0, 1, 2, 4])
def test_killed_while_files_get_their_names_it_goes_on(
    runs: int, files: int, call: str, after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, places, facts = _taped(tmp_path / "tapes", runs)
    count, real = 0, getattr(Path, call)

    def dies(path: Path, *words: object, **more: object) -> object:
        nonlocal count
        if path.suffix in (".mkv", ".part") and path.name != "settling.part":
            if count == after:
                raise _Killed
            count += 1
        return real(path, *words, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Path, call, dies)
        with suppress(_Killed):
            finish(find().path, asked, places, facts, lambda *_: None)
    moved = (tmp_path / "tapes").rename(tmp_path / "elsewhere")
    outcome = _again(replace(asked, folder=str(moved)), Places(moved, places.name), facts)
    assert len(outcome.files) == files and _pictures(outcome) == FRAMES * runs
    assert sum(one.last - one.first for one in outcome.parts) == FRAMES * runs
    assert not Places(moved, places.name).work.exists()
    assert len(list(moved.glob("*.mkv"))) == files
    assert len(packets_of(Places(moved, places.name).framemd5)) == FRAMES * runs


@pytest.mark.parametrize("runs", [1, 2])
def test_a_file_of_that_name_that_came_meanwhile_is_not_written_over(runs: int, tmp_path: Path) -> None:
    asked, places, facts = _taped(tmp_path, runs)
    theirs = places.whole(".mkv") if runs == 1 else places.part(2, ".mkv")
    theirs.write_text("somebody else's")
    with pytest.raises(OSError, match="came meanwhile"):
        finish(find().path, asked, places, facts, lambda *_: None)
    assert theirs.read_text() == "somebody else's"
    theirs.unlink()
    assert _pictures(_again(asked, places, facts)) == FRAMES * runs


def test_parts_that_are_not_all_in_the_joined_file_stay(tmp_path: Path) -> None:
    asked, places, facts = _taped(tmp_path)
    path = Files(places.work, 1).part(1, ".mkv")
    data = bytearray(path.read_bytes())
    at = data.index(b"\x1f\x43\xb6\x75", data.index(b"\x1f\x43\xb6\x75") + 1)
    data[at] ^= 0xFF  # the name of the second cluster: a reader stops there
    path.write_bytes(data)
    outcome = _again(asked, places, facts)
    assert len(outcome.files) == 3 and "not the same" in outcome.note
    assert outcome.files[1].read_bytes() == data


def test_what_could_not_be_forced_to_the_disk_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, places, facts = _taped(tmp_path)
    real, joined = os.fsync, [0]

    def full(handle: int) -> None:
        if os.path.realpath(f"/proc/self/fd/{handle}").endswith(".mkv.part"):
            joined[0] += 1
            raise OSError(122, "Disk quota exceeded")  # a share says so only now
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    outcome = _again(asked, places, facts)
    assert joined[0] and len(outcome.files) == 3 and "quota" in outcome.note and _pictures(outcome) == FRAMES


def test_a_part_that_the_list_does_not_know_is_kept(tmp_path: Path) -> None:
    asked, places, facts = _taped(tmp_path)
    files = Files(places.work, 1)
    lines = files.video.read_bytes().splitlines(keepends=True)
    files.video.write_bytes(b"".join(lines[:-25]))  # 5 frames are left of the list, the first part alone has 10
    assert _pictures(_again(asked, places, facts)) == FRAMES


def test_the_list_is_whole_however_often_it_is_begun(tmp_path: Path) -> None:
    asked, places, facts = _taped(tmp_path, 3)
    finish(find().path, asked, places, facts, lambda *_: None)
    keep_list(places, facts)
    keep_list(places, facts)
    assert len(packets_of(places.framemd5)) == FRAMES * 3
    assert len(list(places.work.glob("*.framemd5"))) == 2
