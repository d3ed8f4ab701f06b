"""The analysis of a DV file equals what is known of it, in every number."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np
import pytest

from capture.command import run as capture
from capture.dv.following import Event
from capture.dv.frames import DvError, Reader
from capture.dv.report import Gathering, Report, analysed
from capture.dv.source import opened
from capture.dv.telling import as_text
from tests.capture.dv import tapes

WHEN = datetime.datetime(1999, 12, 31, 23, 59, 50)
REAL = Path(__file__).parents[2] / "media" / "Demo_DV_720x480_CC.cut.15frames.mov"
SOUND = "48000 Hz, 16 bits, 2 channels, unlocked"


def told(tape: np.ndarray, pieces: int = 1 << 20) -> Report:
    """Fed in pieces of any size."""
    gathering, reader = Gathering(), Reader()
    data = tape.tobytes()
    for at in range(0, len(data), pieces):
        for frame in reader.feed(data[at : at + pieces]):
            gathering.add(frame)
    for frame in reader.end():
        gathering.add(frame)
    found = gathering.report(reader.left_over)
    assert found is not None
    return found


def happened(report: Report) -> list[Event]:
    """Without what says how the file begins."""
    return [one for one in report.events if one.frame or one.kind not in ("recording", "sound", "shape", "captions")]


@pytest.mark.parametrize("pieces", [1 << 20, 99_991, 7 * 144_000 + 1])
@pytest.mark.parametrize("system", ["pal", "ntsc"])
def test_a_sound_tape_has_nothing_to_tell(system: str, pieces: int) -> None:
    found = told(tapes.recorded(60, system, tc=0, when=WHEN), pieces)
    assert happened(found) == []
    assert (found.frames, found.damaged, found.first_tc) == (60, 0, "00:00:00:00")
    assert found.last_tc == ("00:00:02:09" if system == "pal" else "00:00:01:29")
    assert [one.rdt for one in found.recordings] == ["1999-12-31 23:59:50"]
    assert found.cut_off == 0


def test_every_fault_of_a_tape_is_told_where_it_is() -> None:
    tape = tapes.recorded(100, "pal", tc=25 * 60, when=WHEN)
    tapes.damage(tape, 10, list(range(0, 135)), sta=10)
    tapes.damage(tape, 11, [7], sta=2)
    tapes.damage(tape, 11, [8, 9], sta=15)
    tapes.damage(tape, 12, [1619], sta=7)
    tapes.mute(tape, 20, list(range(54, 108)))
    tapes.mute(tape, 21, [3])
    faulty = np.concatenate((tape[:30], tape[33:40], tape[39:40], tape[40:60], tape[50:]))
    found = told(faulty)
    assert happened(found) == [
        Event("missing", 30, 3, "00:01:01:04", "00:01:01:08"),
        Event("repeated", 37, 1, "", "00:01:01:14"),
        Event("back", 58, 10, "00:01:02:09", "00:01:02:00"),
    ]
    assert found.frames == len(faulty) == 108
    assert found.counts["missing"] == 3
    assert [(one.frame, one.tc, one.sta, one.audio_blocks) for one in found.damage] == [
        (10, "00:01:00:10", {10: (135, 135)}, 0),
        (11, "00:01:00:11", {2: (1, 1), 15: (2, 2)}, 0),
        (12, "00:01:00:12", {7: (1, 0)}, 0),
        (20, "00:01:00:20", {}, 54),
        (21, "00:01:00:21", {}, 1),
    ]
    assert [one.video for one in found.damage[:3]] == [((0, 134, 10),), ((7, 7, 2), (8, 9, 15)), ((1619, 1619, 7),)]
    assert [one.audio for one in found.damage[3:]] == [((54, 107),), ((3, 3),)]
    assert (found.video_blocks, found.audio_blocks, found.damaged) == (139, 55, 5)
    assert found.sta == {2: (1, 1), 7: (1, 0), 10: (135, 135), 15: (2, 2)}


@pytest.mark.parametrize("seed", range(6))
def test_any_mixture_of_faults_is_told_exactly(seed: int) -> None:
    """Frames dropped, repeated, damaged and muted at random: every one comes back, and nothing else."""
    rng = np.random.default_rng(seed)
    system = "pal" if seed % 2 else "ntsc"
    tape = tapes.recorded(120, system, tc=int(rng.integers(0, 90_000)), when=WHEN)
    sounds, pictures = (108, 1620) if system == "pal" else (90, 1350)
    damaged: dict[int, tuple[int, int]] = {}
    for at in rng.choice(np.arange(1, 120), 12, replace=False).tolist():
        video = rng.choice(pictures, int(rng.integers(0, 300)), replace=False).tolist()
        audio = rng.choice(sounds, int(rng.integers(1, sounds)), replace=False).tolist()
        tapes.damage(tape, at, video, sta=int(rng.choice([2, 4, 6, 7, 10, 12, 14, 15])))
        tapes.mute(tape, at, audio)
        damaged[at] = (len(video), len(audio))
    order: list[int] = []
    truth: list[tuple[str, int, int]] = []
    lost = 0
    for at in range(120):
        if at and at < 119 and rng.random() < 0.08:
            lost += 1
            continue
        if lost:
            truth.append(("missing", len(order), lost))
            lost = 0
        order.append(at)
        if rng.random() < 0.06:
            truth.append(("repeated", len(order), 1))
            order.append(at)
    found = told(tape[order])
    assert [(one.kind, one.frame, one.count) for one in happened(found)] == truth
    assert [(one.frame, sum(n for n, _ in one.sta.values()), one.audio_blocks) for one in found.damage] == [
        (place, *damaged[at]) for place, at in enumerate(order) if at in damaged
    ]


def test_recordings_that_begin_are_no_holes() -> None:
    second = WHEN + datetime.timedelta(days=2, hours=3)
    one, other = tapes.recorded(40, tc=1000, when=WHEN), tapes.recorded(40, tc=1040, when=second, first=40)
    third = tapes.recorded(40, tc=0, when=second + datetime.timedelta(hours=1), first=80)
    fourth = tapes.recorded(40, tc=2500, when=second + datetime.timedelta(days=9), first=120)
    found = told(np.concatenate((one, other, third, fourth)))
    assert [(one.frame, one.rdt) for one in found.recordings] == [
        (0, "1999-12-31 23:59:50"),
        (40, "2000-01-03 02:59:50"),
        (80, "2000-01-03 03:59:50"),
        (120, "2000-01-12 02:59:50"),
    ]
    assert [(one.kind, one.frame, one.count) for one in happened(found) if one.kind != "recording"] == [
        ("back", 80, 1080),
        ("forward", 120, 2460),
    ]


def test_a_mark_of_the_camera_begins_a_recording_too() -> None:
    tape = tapes.recorded(30)
    tapes.mark_start(tape, 12)
    found = told(tape)
    assert [one.frame for one in found.recordings] == [12]


@pytest.mark.parametrize(
    ("jump", "evidence", "kind"),
    [
        (8, "none", "missing"),
        (100, "none", "missing"),
        (2000, "none", "forward"),
        (2000, "clock", "missing"),
        (100, "clock stands", "forward"),
        (8, "tracks", "missing"),
        (8, "tracks go on", "forward"),
        (8, "dvcam tracks go on", "forward"),
        (8, "sequences go on", "forward"),
        (8, "sequence", "missing"),
    ],
)
def test_a_jump_forward_is_a_hole_or_none_by_what_the_tape_has(jump: int, evidence: str, kind: str) -> None:
    clock = WHEN if "clock" in evidence else None
    stands = evidence == "clock stands"
    later = WHEN + datetime.timedelta(seconds=(30 if stands else 30 + jump) / 25)
    one, other = (
        tapes.recorded(30, tc=500, when=clock),
        tapes.recorded(30, tc=530 + jump, when=clock and later, first=30 + jump),
    )
    pitch = 18 if "dvcam" in evidence else 12
    if "track" in evidence:
        tapes.set_tracks(one, 12_000, pitch)
        tapes.set_tracks(other, 12_000 + pitch * (30 if "go on" in evidence else 30 + jump), pitch)
    if "sequence" in evidence:
        tapes.set_sequence(one)
        tapes.set_sequence(other, 30 if "go on" in evidence else 30 + jump)
    cut = np.concatenate((one, other))
    found = told(cut)
    assert [(one.kind, one.frame, one.count) for one in happened(found)] == [(kind, 30, jump)]


def test_frames_without_a_timecode_are_bridged() -> None:
    tape = tapes.recorded(40, "ntsc", tc=1795)
    for at in (10, 11, 12):
        tapes.set_timecode(tape, at, None, 30)
    found = told(np.concatenate((tape[:25], tape[27:])))
    assert [(one.kind, one.frame, one.count) for one in happened(found)] == [("missing", 25, 2)]
    assert found.without_tc == 3


def test_over_midnight_it_goes_on() -> None:
    assert happened(told(tapes.recorded(50, tc=24 * 3600 * 25 - 20))) == []


def test_one_damaged_track_does_not_change_what_a_frame_says() -> None:
    tape = tapes.recorded(20, tc=5000, when=WHEN)
    rng = np.random.default_rng(3)
    tape[8, 300:450] = rng.integers(0, 256, (150, 80), dtype=np.uint8)
    found = told(tape)
    assert happened(found) == []
    (bad,) = found.damage
    assert (bad.frame, bad.tc) == (8, "00:03:20:08")
    assert sum(count for count, _ in bad.sta.values()) >= 134  # by chance one address in many may be right
    assert bad.other >= 5


def test_the_sounds_mode_and_its_changes() -> None:
    tape = tapes.recorded(60)
    tapes.set_sound(tape, range(20, 40), rate=2, bits=1, size=16)
    tapes.set_sound(tape, range(40, 60), unlocked=False)
    found = told(tape)
    assert [(frame, str(mode)) for frame, mode in found.sounds] == [
        (0, SOUND),
        (20, "32000 Hz, 12 bits, 4 channels, unlocked"),
        (40, "48000 Hz, 16 bits, 2 channels, locked"),
    ]
    assert [one.frame for one in happened(found)] == [20, 40]


def test_twelve_bit_sound_has_its_own_code_for_an_error() -> None:
    tape = tapes.recorded(20)
    tapes.set_sound(tape, range(20), rate=2, bits=1)
    tapes.mute(tape, 5, [0, 1, 2], b"\x80\x80\x00")
    assert [(one.frame, one.audio) for one in told(tape).damage] == [(5, ((0, 2),))]


def test_an_unlocked_sound_clock_shows_in_its_samples() -> None:
    tape = tapes.recorded(300)
    for at in range(300):
        tapes.set_sound(tape, range(at, at + 1), size=26 if at % 3 else 23)  # 1921 of the 1920 that 25 a second have
    found = told(tape)
    assert found.sound_ppm == pytest.approx(1e6 * 1 / 1920, abs=1)


def test_the_pictures_shape_changes() -> None:
    tape = tapes.recorded(20)
    tapes.set_wide(tape, range(12, 20), True)
    tapes.set_wide(tape, range(12), False)
    assert told(tape).shapes == ((0, "4:3"), (12, "16:9"))


def test_foreign_bytes_are_skipped_and_told() -> None:
    tape = tapes.recorded(30)
    data = tape.tobytes()
    size = 144_000
    noise = np.random.default_rng(1).integers(0, 256, 5000, dtype=np.uint8).tobytes()
    cut = noise + data[: 10 * size] + data[10 * size : 10 * size + 777] + data[11 * size :] + data[:900]
    found = told(np.frombuffer(cut, np.uint8))
    assert [(one.kind, one.frame, one.count) for one in happened(found)] == [
        ("skipped", 0, 5000),
        ("skipped", 10, 777),
        ("missing", 10, 1),
    ]
    assert found.cut_off == 900
    assert found.frames == 29


def test_a_frame_whose_header_is_gone_is_still_a_frame() -> None:
    tape = tapes.recorded(10)
    tape[4, 0] = 0xAA
    found = told(tape)
    assert found.frames == 10
    assert [(one.frame, one.other) for one in found.damage] == [(4, 1)]


@pytest.mark.parametrize(("signal", "name"), [(4, "DVCPRO50"), (0x14, "DVCPRO HD"), (0x18, "DVCPRO HD")])
def test_other_dv_is_refused_by_its_name(signal: int, name: str) -> None:
    tape = tapes.recorded(2)
    vaux = np.flatnonzero(tapes.sections(tape) == 2)
    for place in range(3, 78, 5):
        told_there = vaux[tape[0, vaux, place] == 0x60]
        tape[0, told_there, place + 3] = tape[0, told_there, place + 3] & 0xE0 | signal
    with pytest.raises(DvError, match=name):
        told(tape)


def test_the_real_tapes_two_timecodes_are_both_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Camera footage in a .mov: the container's timecode is another one than the tape's."""
    assert run_dv(str(REAL), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tc"]["first"] == "00:37:46:06"
    assert found["container_tc"] == "01:00:06;17"
    assert (found["frames"], found["captions"], found["captions_with_text"]) == (15, "y", 15)
    assert found["errors"]["frames"] == 0
    assert found["events"][0]["kind"] == "sound"
    assert found["sound"][0]["locked"] is True
    report = analysed(opened(REAL), found["container_tc"])
    line = next(row for row in as_text("real", report) if "timecode" in row)
    assert "00:37:46:06" in line
    assert "01:00:06;17" in line


def test_dv_in_a_container_says_the_same_as_raw(tmp_path: Path) -> None:
    import subprocess

    from tests.runtime import written

    raw = tapes.write(tapes.recorded(20, "pal", tc=100, when=WHEN), tmp_path / "it's ünïcode %d.dv")
    plain = analysed(opened(raw))
    for suffix in ("mkv", "avi"):
        inside = tmp_path / f"{raw.stem}.{suffix}"
        subprocess.run([written.FFMPEG, "-v", "error", "-i", f"file:{raw}", "-c", "copy", f"file:{inside}"], check=True)
        source = opened(inside)
        assert not source.raw
        found = analysed(source)
        assert (found.frames, found.first_tc, found.events) == (plain.frames, plain.first_tc, plain.events)


def test_every_frame_can_be_written_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tape = tapes.recorded(12, tc=50, when=WHEN)
    tapes.damage(tape, 3, [5, 6], sta=10)
    raw = tapes.write(tape, tmp_path / "a.dv")
    assert run_dv(str(raw), "--frames", str(tmp_path / "a.jsonl")) == 0
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["tc"] for line in lines[:2]] == ["00:00:02:00", "00:00:02:01"]
    assert lines[3]["video_blocks"] == [[5, 6, 10]]
    assert lines[0]["rdt"] == "1999-12-31 23:59:50"
    assert "STA Ah" in capsys.readouterr().out


def test_what_is_no_dv_is_refused_in_a_line(tmp_path: Path) -> None:
    from runtime.commands import UserError

    for name, data, reason in (
        ("text.dv", b"hello\n" * 4000, "no DV"),
        ("empty.dv", b"", "empty"),
        ("short.dv", tapes.recorded(1).tobytes()[:9000], "not one whole"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(UserError, match=reason) as refused:
            run_dv(str(path))
        assert str(refused.value).count("\n") == 0
    with pytest.raises(UserError, match="cannot be read"):
        run_dv(str(tmp_path / "nowhere.dv"))


def run_dv(*words: str) -> int:
    import argparse

    return capture(argparse.Namespace(what="dv", words=list(words)))
