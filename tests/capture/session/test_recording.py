"""Whole sessions on test decks: what is in the files is what was on the tape, and what was not is told."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from capture.commands import report as report_command
from capture.decks import reading, stamp
from capture.decks.listing import command
from capture.measure.planes import planes_of
from capture.session.asking import Asked, Feed, Source, Splits
from capture.session.messages import Counters, Done, Failed, Levels, Live, Picture, Refused, Signal, StateIs
from runtime import ffmpeg
from runtime.ring import Ring, RingError
from tests.capture.session.tapes import asked, recorded, session


def numbers(path: str) -> list[int]:
    return [one.number for one in reading.pictures(Path(path))]


def test_every_frame_and_sample_is_in_the_file_over_the_switches_between_parts(tmp_path: Path) -> None:
    done, heard = recorded(asked(tmp_path, "--seconds", "3", part_s=0.6))
    assert numbers(done.files[0]) == list(range(75)), heard.told()
    assert reading.samples(Path(done.files[0])) == 75 * 1920
    assert [one.number for one in reading.sound(Path(done.files[0]))] == [0, 25, 50]
    assert len(done.files) == 1 and "5 parts joined" in done.note
    assert (done.frames, done.lost, done.fault) == (75, 0, False)
    assert sorted(one.name for one in Path(done.files[0]).parent.iterdir()) == [
        f"Sommer '88 50%{suffix}" for suffix in (".framemd5", ".log.jsonl", ".mkv", ".report.html", ".report.json")
    ]


def test_parts_that_are_kept_hold_every_frame_and_sample_once(tmp_path: Path) -> None:
    done, _ = recorded(asked(tmp_path, "--seconds", "2", part_s=0.6, join="never"))
    assert len(done.files) == 4
    assert [one for path in done.files for one in numbers(path)] == list(range(50))
    assert sum(reading.samples(Path(path)) for path in done.files) == 50 * 1920
    assert [(one.first, one.last) for one in done.parts] == [(0, 15), (15, 30), (30, 45), (45, 50)]
    listed = Path(done.files[0]).with_name("Sommer '88 50%.ffconcat")
    argv = [ffmpeg.find().path, "-v", "error", "-safe", "0", "-f", "concat", "-i", str(listed), "-f", "framemd5", "-"]
    told = subprocess.run(argv, capture_output=True, check=True).stdout.decode()
    assert len(re.findall(r"^0,", told, re.MULTILINE)) == 50


def test_lost_repeated_and_stalled_frames_are_told_with_their_numbers_and_times(tmp_path: Path) -> None:
    faults = "drop 7 @ 0.6; repeat 2 @ 1.4; stall 1.2 @ 2"
    done, heard = recorded(asked(tmp_path, "--seconds", "4", "--faults", faults))
    lost = [(one.frame, one.count, round(one.t_s, 3)) for one in heard.happened("lost")]
    assert lost == [(15, 7, 0.6), (43, 30, 2.0)], heard.told()
    assert [(one.frame, one.count) for one in heard.happened("repeated")] == [(28, 2)]
    (stall,) = heard.happened("stall")
    assert 1.0 < stall.length_s < 3.0 and 1.9 < stall.t_s < 2.1
    assert (done.lost, done.repeated, done.frames) == (37, 2, 63)
    facts = json.loads(Path(done.report).with_name("Sommer '88 50%.report.json").read_text("utf-8"))
    assert facts["lost"] == 37 and [one["kind"] for one in facts["events"]].count("lost") == 2


@pytest.mark.parametrize(
    ("codec", "container", "suffix"),
    [("huffyuv", "avi", ".avi"), ("utvideo", "mkv", ".mkv"), ("v210", "mov", ".mov"), ("v210", "mkv", ".mkv")],
)
def test_every_codec_keeps_every_bit_and_its_checksums_prove_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], codec: str, container: str, suffix: str
) -> None:
    wanted = asked(tmp_path, "--seconds", "1", codec=codec, container=container)
    done, _ = recorded(wanted)
    assert done.files[0].endswith(suffix) and numbers(done.files[0]) == list(range(25))
    facts = json.loads(Path(done.report).with_name("Sommer '88 50%.report.json").read_text("utf-8"))
    assert report_command._verified(Path(done.files[0]).parent, facts) == 0
    assert "every frame is as it was recorded" in capsys.readouterr().out


def test_a_device_that_vanishes_is_waited_for_and_the_hole_is_told(tmp_path: Path) -> None:
    words = ("--faults", "vanish 0.5 @ 1", "--seconds", "3")
    done, heard = recorded(asked(tmp_path, *words))
    states = heard.states()
    assert states[: states.index("done")] == ["recording", "paused", "recording", "finishing"]
    (gone,), (back,) = heard.happened("vanished"), heard.happened("back")
    assert "no such device" in gone.text and (gone.frame, round(gone.t_s, 2)) == (25, 1.0)
    assert len(done.files) == 2 and numbers(done.files[0]) == list(range(25))
    first = numbers(done.files[1])[0]
    assert back.frame == 25
    assert abs(back.count - (first - 25)) <= 3, (back, first)  # by the clock, against the tape's own numbers
    assert done.parts[1].first == 25 and "holes" in done.note and not done.fault
    assert (done.holes, done.missing) == (1, back.count)


def test_a_signal_that_changes_its_standard_goes_on_in_a_part_of_its_own(tmp_path: Path) -> None:
    done, heard = recorded(asked(tmp_path, "--faults", "standard @ 0.8", "--seconds", "1.6", live=False))
    assert heard.happened("changed")[0].frame == 20
    assert len(done.files) == 2 and numbers(done.files[0]) == list(range(20))
    assert done.lost == 0, "the new standard has its own frame rate"


def test_a_recording_ends_by_time_and_leaves_nothing_but_whole_files(tmp_path: Path) -> None:
    wanted = asked(tmp_path)
    done, _ = recorded(replace(wanted, stops=replace(wanted.stops, after_s=1.5)))
    found = numbers(done.files[0])
    assert found == list(range(len(found))) and 35 <= len(found) <= 75
    assert "1.5 s" in done.reason


def test_a_blank_tape_ends_the_recording(tmp_path: Path) -> None:
    wanted = asked(tmp_path, "--faults", "blue 60 @ 0.8")
    done, heard = recorded(replace(wanted, stops=replace(wanted.stops, blank_s=1.0)))
    assert "blue" in done.reason and heard.happened("blue")
    assert done.repeated == 0, "a blue screen's frames are equal, and nothing is wrong with that"


def test_the_live_ring_shows_the_frames_of_the_recording_by_their_numbers(tmp_path: Path) -> None:
    with session() as (held, heard):
        held.record(asked(tmp_path, "--seconds", "4"))
        live = heard.wait(Live)
        heard.wait(Picture, lambda one: one.frame >= 30)
        with Ring.open(live.ring) as ring:
            assert (ring.facts.width, ring.facts.height, ring.facts.format) == (180, 144, "YUV422P8")
            data = bytearray(ring.facts.frame_bytes)
            newest = ring.count - 1
            ring.read(newest, memoryview(data))
            assert stamp.read(planes_of(data, ring.facts).y) == newest
        told = json.loads((tmp_path / "tapes é" / "Sommer '88 50%.live.json").read_text("utf-8"))
        assert told["ring"] == live.ring
        done = heard.wait(Done)
        assert heard.all(Levels)
        assert heard.all(Counters)
        assert heard.all(Signal)[-1].kind == "picture"
        with pytest.raises(RingError):
            Ring.open(live.ring)
        assert not Path(told["ring"]).exists() and numbers(done.files[0]) == list(range(100))


def test_a_preview_writes_nothing_and_gives_way_to_the_recording(tmp_path: Path) -> None:
    with session() as (held, heard):
        held.preview(asked(tmp_path))
        heard.wait(Picture)
        assert heard.states() == ["preview"] and not (tmp_path / "tapes é").exists()
        held.record(asked(tmp_path, "--seconds", "1"))
        done = heard.wait(Done)
        found = numbers(done.files[0])
        assert found == list(range(25)) and heard.states()[:2] == ["preview", "recording"]


def test_armed_it_begins_when_there_is_a_picture(tmp_path: Path) -> None:
    with session() as (held, heard):
        held.arm(asked(tmp_path, "--faults", "black 2 @ 0", "--plays-on"))
        heard.wait(StateIs, lambda one: one.state == "recording")
        heard.wait(Counters, lambda one: one.frames > 10)
        held.finish()
        done = heard.wait(Done)
    found = numbers(done.files[0])
    assert heard.states()[:2] == ["armed", "recording"]
    # the blank stretch before it is there too, so the tape's first picture is
    assert found[:50] == [-1] * 50 and found[50:] == list(range(50, len(found)))
    (started,) = heard.happened("started")
    assert started.frame == 0 and done.frames == len(found)


def test_what_cannot_be_recorded_is_refused_and_nothing_is_touched(tmp_path: Path) -> None:
    folder = tmp_path / "tapes é"
    folder.mkdir()
    there = folder / "Sommer '88 50%.mkv"
    there.write_bytes(b"an earlier tape")
    with session() as (held, heard):
        held.record(asked(tmp_path))
        refused = heard.wait(Refused)
    assert "no recording is written over" in refused.text and there.read_bytes() == b"an earlier tape"
    assert list(folder.iterdir()) == [there]


def test_a_device_that_cannot_be_opened_leaves_nothing_behind(tmp_path: Path) -> None:
    with session() as (held, heard):
        held.record(asked(tmp_path, "--refuse", "Device or resource busy"))
        failed = heard.wait(Failed)
    assert "busy" in failed.text and heard.states()[-1] in ("failed", "idle")
    assert list((tmp_path / "tapes é").iterdir()) == []


def test_a_dv_tape_is_copied_bit_for_bit(tmp_path: Path) -> None:
    tape = tmp_path / "tape.dv"
    words = ("dv-pal", "--memory", str(tmp_path / "memory"))
    subprocess.run(command(*words, "--fast", "2", "--out", str(tape)), check=True, capture_output=True)
    feed = Feed("dv", "pipe:0", (), command(*words, "--seconds", "2"))
    wanted = Asked(Source((feed,), frame_rate="25/1", dv=True), str(tmp_path), "dv", part_s=0.8, reserve_mb=1)
    done, _ = recorded(wanted)
    assert Path(done.files[0]).read_bytes() == tape.read_bytes()
    assert done.files[0].endswith(".dv") and done.frames == 50


def test_ntsc_keeps_its_rate(tmp_path: Path) -> None:
    done, _ = recorded(asked(tmp_path, "--seconds", "1", deck="ntsc"))
    found = reading.pictures(Path(done.files[0]))
    assert [one.number for one in found] == list(range(30))
    assert abs(found[-1].at_s - Fraction(29 * 1001, 30000)) < Fraction(1, 1000)
    assert done.lost == 0


def test_dv_tells_what_its_timecode_and_its_blocks_say(tmp_path: Path) -> None:
    faults = "drop 5 @ 0.4; corrupt 40 @ 1; repeat 2 @ 1.4; timecode 100 @ 2; recording @ 2.4"
    words = ("dv-pal", "--memory", str(tmp_path / "memory"), "--faults", faults, "--seconds", "3")
    feed = Feed("dv", "pipe:0", (), command(*words))
    done, heard = recorded(
        Asked(Source((feed,), frame_rate="25/1", dv=True), str(tmp_path), "dv", part_s=0.8, reserve_mb=1)
    )
    # the deck gives a repeated frame in the place of one that is then missing
    assert [(one.frame, one.count) for one in heard.happened("lost")] == [(10, 5), (32, 2)], heard.told()
    assert [(one.frame, one.count) for one in heard.happened("errors")] == [(20, 40)]
    assert [one.frame for one in heard.happened("repeated")] == [30, 31]
    assert [one.count for one in heard.happened("timecode")] == [100]
    assert [one.frame for one in heard.happened("recording")] == [0, 55]
    assert (done.lost, done.repeated) == (7, 2)
    assert heard.all(Counters)[-1].timecode
    assert "capture merge" in Path(done.report).read_text(encoding="utf-8")  # it says what to play once more


def test_it_is_split_where_recordings_begin_and_loses_nothing_at_the_cuts(tmp_path: Path) -> None:
    wanted = asked(tmp_path, "--faults", "blue 1 @ 1.2", "--seconds", "4", part_s=0.9)
    done, heard = recorded(replace(wanted, splits=Splits(recordings=True)))
    (picture,) = heard.happened("picture")
    assert [(one.first, one.last) for one in done.parts] == [(0, picture.frame), (picture.frame, 100)]
    found = [number for path in done.files for number in numbers(path)]
    assert [one for one in found if one >= 0] == [*range(30), *range(55, 100)] and len(found) == 100
    assert sum(reading.samples(Path(path)) for path in done.files) == 100 * 1920
    assert "cut in 2 files" in done.note


def test_dv_is_split_byte_for_byte(tmp_path: Path) -> None:
    words = ("dv-pal", "--memory", str(tmp_path / "memory"), "--faults", "recording @ 1.2", "--seconds", "2")
    feed = Feed("dv", "pipe:0", (), command(*words))
    wanted = Asked(Source((feed,), frame_rate="25/1", dv=True), str(tmp_path), "dv", part_s=0.8, reserve_mb=1)
    done, _ = recorded(replace(wanted, splits=Splits(recordings=True)))
    assert [(one.first, one.last) for one in done.parts] == [(0, 30), (30, 50)]
    assert [Path(path).stat().st_size for path in done.files] == [30 * 144_000, 20 * 144_000]


def test_armed_and_given_up_leaves_nothing(tmp_path: Path) -> None:
    with session() as (held, heard):
        held.arm(asked(tmp_path, "--faults", "snow 600 @ 0"))
        heard.wait(Picture, lambda one: one.frame > 5)
        held.finish("no tape today")
        heard.wait(StateIs, lambda one: one.state == "idle")
    assert list((tmp_path / "tapes é").iterdir()) == [] and not heard.all(Done)
