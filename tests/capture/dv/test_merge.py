"""Passes of one tape with known damage become one file that is the tape again, byte for byte where that can be."""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from capture.command import run as capture
from capture.dv import aligning
from capture.dv.frames import DvError
from capture.dv.layout import PAL, SEGMENT
from capture.dv.merging import Merged, merge
from runtime.commands import UserError
from tests.capture.dv import tapes
from tests.runtime import written

WHEN = datetime.datetime(2001, 7, 14, 11, 5, 0)


def merged(folder: Path, *passes: np.ndarray) -> tuple[Merged, np.ndarray]:
    paths = [tapes.write(one, folder / f"pass {number}.dv") for number, one in enumerate(passes)]
    found = merge(paths, folder / "out.dv")
    return found, np.fromfile(folder / "out.dv", np.uint8).reshape(-1, *passes[0].shape[1:])


def test_what_is_damaged_in_one_pass_comes_from_the_other(tmp_path: Path) -> None:
    truth = tapes.recorded(50, tc=3000, when=WHEN)
    one, other = truth.copy(), truth.copy()
    tapes.damage(one, 10, list(range(100, 400)), sta=10)
    tapes.mute(one, 11, [5, 6, 7])
    tapes.damage(other, 20, [0], sta=7)
    found, made = merged(tmp_path, one, other)
    assert (made == truth).all()
    assert [(share.whole, share.base, share.damaged, share.lacking) for share in found.shares] == [
        (48, 0, 2, 0),
        (2, 0, 1, 0),
    ]
    assert [(one.first, one.last, one.source) for one in found.stretches] == [
        (0, 9, 0), (10, 11, 1), (12, 49, 0)
    ]  # fmt: skip
    assert (found.mended, found.damaged, found.disagree) == (0, 0, 0)


def test_frames_damaged_in_both_are_mended_block_by_block(tmp_path: Path) -> None:
    truth = tapes.recorded(30, tc=3000)
    one, other = truth.copy(), truth.copy()
    tapes.damage(one, 8, list(range(0, 300)), sta=10, seed=1)
    tapes.damage(other, 8, list(range(300, 900)), sta=12, seed=2)
    tapes.mute(one, 8, list(range(0, 30)))
    tapes.mute(other, 8, list(range(30, 50)))
    found, made = merged(tmp_path, one, other)
    assert (made == truth).all()
    (mending,) = found.mendings
    assert (mending.frame, mending.tc, mending.base) == (8, "00:02:00:08", 0)
    assert (mending.video, mending.audio) == ({1: 300}, {1: 30})
    assert (mending.bad_video, mending.bad_audio) == (0, 0)


def test_blocks_of_one_five_are_mixed_only_where_the_passes_hold_the_same(tmp_path: Path) -> None:
    """Both passes are damaged in the same five, in other blocks of it."""
    truth = tapes.recorded(20, tc=100)
    one, other = truth.copy(), truth.copy()
    tapes.damage(one, 6, [50, 51], sta=10, seed=1)
    tapes.damage(other, 6, [52], sta=10, seed=2)
    found, made = merged(tmp_path, one, other)
    assert (made == truth).all()
    assert found.mixed == 1  # of two to one, the pass with one bad block is the better one and is given one

    strange = other.copy()  # another recording under the same timecode: its blocks must not get in among these
    strange[:, tapes.sections(strange) == 4, 10] ^= 0x55
    found, made = merged(tmp_path, one, strange)
    assert found.mixed == 0
    assert found.disagree == 19
    five = np.flatnonzero(tapes.sections(made) == 4)[50:55]
    assert any((made[6, five] == source[6, five]).all() for source in (one, strange))
    assert found.damaged == 1


def test_the_same_frames_are_missing_nowhere_but_where_no_pass_has_them(tmp_path: Path) -> None:
    truth = tapes.recorded(100, "ntsc", tc=8990, when=WHEN)
    one = np.concatenate((truth[3:20], truth[25:60], truth[70:90]))
    other = np.concatenate((truth[:23], truth[22:23], truth[24:62], truth[64:]))
    found, made = merged(tmp_path, one, other)
    there = [at for at in range(100) if at not in (23, 62, 63)]
    assert (made == truth[there]).all()
    assert found.result.missing == 3
    assert [(event.frame, event.count) for event in found.result.events if event.kind == "missing"] == [
        (23, 1),
        (61, 2),
    ]
    assert [share.lacking for share in found.shares] == [97 - 72, 0]
    assert found.shares[1].repeated == 1


@pytest.mark.parametrize("dated", [True, False])
def test_timecodes_that_begin_again_are_told_apart(dated: bool, tmp_path: Path) -> None:
    """A camera that began at 0 after each battery: by the dates, or else by the order of the tape."""
    parts = [
        tapes.recorded(length, tc=0, when=WHEN + datetime.timedelta(days=day) if dated else None, first=day * 7)
        for day, length in enumerate((40, 25, 33))
    ]
    truth = np.concatenate(parts)
    one, other = truth[:90].copy(), truth[5:].copy()
    tapes.damage(one, 50, list(range(500)), sta=10)
    tapes.damage(other, 70 - 5, list(range(500)), sta=10)
    _, made = merged(tmp_path, one, other)
    assert made.shape == truth.shape
    assert (made == truth).all()


def test_three_passes_are_better_than_two(tmp_path: Path) -> None:
    truth = tapes.recorded(20, tc=777)
    passes = [truth.copy() for _ in range(3)]
    for number, one in enumerate(passes):
        tapes.damage(one, 9, list(range(number * 400, number * 400 + 500)), sta=10, seed=number)
    found, made = merged(tmp_path, *passes)
    assert (made == truth).all()
    assert found.damaged == 0


def test_what_is_bad_in_all_passes_is_told(tmp_path: Path) -> None:
    truth = tapes.recorded(20, tc=777)
    one, other = truth.copy(), truth.copy()
    tapes.damage(one, 9, list(range(40, 60)), sta=15, seed=1)
    tapes.damage(other, 9, list(range(40, 55)), sta=10, seed=2)
    tapes.mute(one, 4, [1])
    tapes.mute(other, 4, [1])
    found, made = merged(tmp_path, one, other)
    assert [(m.frame, m.bad_video, m.bad_audio) for m in found.mendings] == [(4, 0, 1), (9, 15, 0)]
    assert (
        made[9, np.flatnonzero(tapes.sections(made) == 4)[55:60]]
        == truth[9, np.flatnonzero(tapes.sections(made) == 4)[55:60]]
    ).all()
    assert (found.damaged, found.result.damaged) == (2, 2)


def test_frames_before_the_first_timecode_are_laid_side_by_side_too(tmp_path: Path) -> None:
    truth = tapes.recorded(40, tc=10)
    for at in range(20):
        tapes.set_timecode(truth, at, None, 25)
    one, other = truth.copy(), truth[7:].copy()
    tapes.damage(one, 12, list(range(200)), sta=10)
    _, made = merged(tmp_path, one, other)
    assert made.shape == truth.shape
    assert (made == truth).all()


def test_a_damaged_timecode_is_mended_too(tmp_path: Path) -> None:
    truth = tapes.recorded(20, tc=777, when=WHEN)
    one, other = truth.copy(), truth.copy()
    rng = np.random.default_rng(1)
    one[9, :300] = rng.integers(0, 256, (300, 80), dtype=np.uint8)
    tapes.damage(other, 9, [1000], sta=10)
    found, made = merged(tmp_path, one, other)
    assert (made == truth).all()
    assert found.result.without_tc == 0


@pytest.mark.parametrize("seed", range(5))
def test_any_two_damaged_passes_give_the_tape_wherever_one_was_good(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    system = ("pal", "ntsc")[seed % 2]
    truth = tapes.recorded(60, system, tc=int(rng.integers(80_000)), when=WHEN)
    video = (truth.shape[1] // 150) * 135
    passes, bad = [], []
    for number in range(2):
        one, wrong = truth.copy(), np.zeros((60, video), bool)
        for at in rng.choice(60, 15, replace=False).tolist():
            start, length = int(rng.integers(0, video - 200)), int(rng.integers(1, 200))
            tapes.damage(one, at, list(range(start, start + length)), sta=10, seed=seed * 10 + number)
            wrong[at, start : start + length] = True
        passes.append(one)
        bad.append(wrong)
    _, made = merged(tmp_path, *passes)
    could = ~(bad[0] & bad[1])
    pictures = np.flatnonzero(tapes.sections(truth) == 4)
    right = (made[:, pictures] == truth[:, pictures]).all(axis=2)
    assert right[could].all()


def test_ffmpeg_sees_the_tape_again_and_a_five_stands_for_itself(tmp_path: Path) -> None:
    """Decoded: the mended file is the tape's picture. And why fives are exchanged whole: blocks of another picture put
    into a frame alter exactly their own macroblocks if the five is whole, and more than these if it is not."""
    truth = tapes.recorded(10, tc=50)
    one, other = truth.copy(), truth.copy()
    tapes.damage(one, 3, list(range(200, 500)), sta=10)
    tapes.damage(other, 3, list(range(600, 900)), sta=10)
    _, made = merged(tmp_path, one, other)
    assert (made == truth).all()
    pictures = np.flatnonzero(tapes.sections(truth) == 4)
    whole, part = truth[4:5].copy(), truth[4:5].copy()
    stranger = truth[7, pictures]
    five = 11 * SEGMENT
    whole[0, pictures[five : five + SEGMENT]] = stranger[five : five + SEGMENT]
    part[0, pictures[five]] = stranger[five]
    base, four, all_five, donor = (decoded(tape, tmp_path) for tape in (truth[4:5], part, whole, truth[7:8]))
    changed = macroblocks(all_five != base)
    assert changed.sum() <= SEGMENT
    assert (all_five[spread(changed)] == donor[spread(changed)]).all()
    assert macroblocks(four != base).sum() > 1  # one block of another five, and its neighbours' bits are lost


def decoded(tape: np.ndarray, folder: Path) -> np.ndarray:
    path = tapes.write(tape, folder / "one.dv")
    argv = [written.FFMPEG, "-v", "error", "-i", str(path), "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-"]
    return np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, np.uint8).reshape(576, 720)


def macroblocks(changed: np.ndarray) -> np.ndarray:
    return changed.reshape(36, 16, 45, 16).any(axis=(1, 3))


def spread(blocks: np.ndarray) -> np.ndarray:
    return np.repeat(np.repeat(blocks, 16, 0), 16, 1)


def test_passes_that_have_nothing_in_common_are_refused(tmp_path: Path) -> None:
    one, other = tapes.recorded(20, tc=0), tapes.recorded(20, tc=5000)
    with pytest.raises(DvError, match="no frame in common"):
        merged(tmp_path, one, other)
    nameless = tapes.recorded(10)
    for at in range(10):
        tapes.set_timecode(nameless, at, None, 25)
    with pytest.raises(DvError, match="no timecode"):
        merged(tmp_path, nameless, one)
    ntsc = tapes.write(tapes.recorded(20, "ntsc", tc=0), tmp_path / "ntsc.dv")
    with pytest.raises(DvError, match="it is NTSC"):
        merge([tapes.write(one, tmp_path / "pal.dv"), ntsc], tmp_path / "out.dv")
    assert not list(tmp_path.glob("*out*"))


def test_the_command_tells_and_keeps_what_came_from_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = tapes.recorded(30, tc=3000, when=WHEN)
    one, other = truth.copy(), np.concatenate((truth[:12], truth[14:]))
    tapes.damage(one, 8, list(range(0, 300)), sta=10, seed=1)
    tapes.damage(other, 8, list(range(300, 900)), sta=12, seed=2)
    first = tapes.write(one, tmp_path / "a.dv")
    raw = tapes.write(other, tmp_path / "b raw.dv")
    second = tmp_path / "b.mkv"
    argv = [written.FFMPEG, "-v", "error", "-i", str(raw), "-c", "copy", str(second)]
    subprocess.run(argv, check=True)
    before = first.read_bytes(), second.read_bytes()
    words = [str(first), str(second), "-o", str(tmp_path / "c.dv")]
    assert command(words) == 0
    assert "mended      1 frame" in capsys.readouterr().out
    assert (np.fromfile(tmp_path / "c.dv", np.uint8) == truth.ravel()).all()
    report = json.loads((tmp_path / "c.merge.json").read_text(encoding="utf-8"))
    assert report["mended"][0]["n"] == 8
    assert [one["lacking"] for one in report["passes"]] == [0, 2]
    assert report["result"]["errors"]["frames"] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.dv", "b raw.dv", "b.mkv", "c.dv", "c.merge.json"]
    with pytest.raises(UserError, match="exists already"):
        command(words)
    with pytest.raises(UserError, match="one of the passes"):
        command([str(first), str(second), "-o", str(first), "--overwrite"])
    with pytest.raises(UserError, match="two passes"):
        command([str(first), "-o", str(tmp_path / "d.dv")])
    assert command([*words, "--overwrite", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["frames_damaged"] == 0
    assert (first.read_bytes(), second.read_bytes()) == before


def test_the_longest_order_that_two_passes_share() -> None:
    keys = np.arange(1000)
    swapped = np.concatenate((keys[500:520], keys[:500], keys[520:]))
    rows = list(aligning._laid(keys, swapped))
    pairs = [(one, other) for one, other in rows if -1 not in (one, other)]
    assert len(pairs) == 980
    assert pairs == sorted(pairs)
    assert sorted(one for one, _ in rows if one != -1) == list(range(1000))
    assert sorted(other for _, other in rows if other != -1) == list(range(1000))
    assert PAL.frame_bytes == 144_000


def command(words: list[str]) -> int:
    return capture(argparse.Namespace(what="merge", words=words))
