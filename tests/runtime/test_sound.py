"""Sound trees become ffmpeg graphs: exact to the sample, and no value can add a filter, an input or a protocol."""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodes.clip import SoundInfo
from nodes.sound import Silence, Sound, SoundCut, SoundFile, SoundFilter, SoundJoin, SoundOp
from runtime.loudness import gain_db, measured
from runtime.sound import SoundGraphError, file_input, levelled, quote, samples, unmeasured, write
from tests.runtime import written

RATE = written.RATE


@pytest.fixture
def tape(tmp_path: Path) -> Sound:
    return written.tape_sound(tmp_path / "tape.wav")


def played(op: SoundOp, rate: int = RATE) -> np.ndarray[Any, Any]:
    """What the tree sounds like: (samples, channels) of 16 bit."""
    graph = write(op, first_input=0)
    argv = [written.FFMPEG, "-v", "error", "-nostdin", *(word for one in graph.inputs for word in one)]
    chain = ";".join((*graph.chains, f"[{graph.out}]aformat=sample_fmts=s16[out]"))
    argv += ["-filter_complex", chain, "-map", "[out]", "-f", "s16le", "-"]
    done = subprocess.run(argv, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return np.frombuffer(done.stdout, np.int16).reshape(-1, 2)


def original(sound: Sound) -> np.ndarray[Any, Any]:
    leaf = sound.op
    assert isinstance(leaf, SoundFile)
    return written.samples(Path(leaf.path))


def test_untouched_sound_is_bit_for_bit_the_files(tape: Sound) -> None:
    assert np.array_equal(played(tape.op), original(tape))


@pytest.mark.parametrize(
    ("first", "last"),
    [(0, 250), (7, 9), (Fraction(1, 25), Fraction(7, 25)), (Fraction(1001, 30000), Fraction(5005, 30000))],
)
def test_a_cut_is_exact_to_the_sample(tape: Sound, first: Fraction, last: Fraction) -> None:
    whole = original(tape)
    start, end = samples(Fraction(first), RATE), samples(Fraction(last), RATE)
    assert np.array_equal(played(tape.cut((Fraction(first), Fraction(last))).op), whole[start:end])


@pytest.mark.parametrize("spans", [((0, 1), (2, 4), (9, 11)), ((9, 11), (0, 1), (0, 2)), ((3, None), (0, 3))])
def test_stretches_are_joined_in_the_order_they_are_asked_for(tape: Sound, spans: Any) -> None:
    whole = original(tape)
    seconds = tuple((Fraction(a, 25), None if b is None else Fraction(b, 25)) for a, b in spans)
    parts = [whole[a * 1920 : None if b is None else b * 1920] for a, b in spans]
    assert np.array_equal(played(tape.cut(*seconds).op), np.concatenate(parts))


@pytest.mark.parametrize("seconds", [Fraction(1, 50), Fraction(-1, 50), Fraction(1001, 30000), Fraction(1, 3)])
def test_a_shift_is_exact_to_the_sample(tape: Sound, seconds: Fraction) -> None:
    whole = original(tape)
    count = samples(abs(seconds), RATE)
    wanted = whole[count:] if seconds < 0 else np.concatenate([np.zeros((count, 2), np.int16), whole])
    assert np.array_equal(played(tape.shift(seconds).op), wanted)


@pytest.mark.parametrize("offset", [Fraction(1, 4), Fraction(-1, 4)])
def test_a_file_whose_sound_begins_apart_from_the_picture_is_set_right(tmp_path: Path, offset: Fraction) -> None:
    sound = written.tape_sound(tmp_path / "late.wav", start=offset)
    whole = original(sound)
    wanted = whole[12000:] if offset < 0 else np.concatenate([np.zeros((12000, 2), np.int16), whole])
    assert np.array_equal(played(sound.op), wanted)


def test_joined_parts_get_their_exact_lengths_and_errors_do_not_add_up(tape: Sound) -> None:
    whole = original(tape)
    frame = Fraction(1001, 30000)  # 1601.6 samples
    parts = tuple((tape.cut((frame * n, frame * (n + 1))).op, frame) for n in range(10))
    joined = played(SoundJoin(parts, RATE, 2))
    assert len(joined) == samples(frame * 10, RATE) == 16016
    starts = [samples(frame * n, RATE) for n in range(11)]
    for n in range(10):
        length = min(starts[n + 1] - starts[n], samples(frame * (n + 1), RATE) - samples(frame * n, RATE))
        assert np.array_equal(joined[starts[n] : starts[n] + length], whole[starts[n] : starts[n] + length])


def test_a_short_part_is_filled_with_silence_and_a_long_one_cut(tape: Sound) -> None:
    whole = original(tape)
    short = SoundCut(tape.op, ((Fraction(0), Fraction(1, 10)),), RATE)
    quiet = Silence(RATE, 2, Fraction(1, 20))
    joined = played(SoundJoin(((short, Fraction(1, 5)), (quiet, Fraction(1, 20)), (tape.op, Fraction(1, 10))), RATE, 2))
    assert np.array_equal(joined[:4800], whole[:4800])
    assert not joined[4800:12000].any()
    assert np.array_equal(joined[12000:], whole[:4800])


def test_a_picture_trimmed_alone_takes_its_sound_along(tape: Sound) -> None:
    moved = tape.aligned(Fraction(1, 5))
    assert moved.info.start == Fraction(1, 5)
    assert np.array_equal(played(moved.op), original(tape)[9600:])
    assert tape.aligned(Fraction(0)).op == tape.op


@pytest.mark.parametrize("rate", [32000, 44100, 48000])
@pytest.mark.parametrize("ppm", [-1200, -17, 1, 3, 250, 2000, 37])
def test_drift_of_a_part_in_a_million_is_mended(ppm: int, rate: int) -> None:
    factor = 1 + Fraction(ppm, 1_000_000)
    quiet = Sound(Silence(rate, 1, Fraction(1)), SoundInfo(rate, 1, Fraction(1)))
    chain = write(quiet.speed(factor).op).chains[-1]
    now, played_at = rate, Fraction(1)
    for name, value in re.findall(r"(aresample|asetrate)=(\d+)", chain):
        if name == "asetrate":
            played_at *= Fraction(int(value), now)
        now = int(value)
    assert now == rate
    assert abs(played_at / factor - 1) < Fraction(1, 100_000_000)


def test_speed_changes_the_length(tape: Sound) -> None:
    faster = tape.speed(Fraction(3, 2))
    assert faster.info.duration == tape.info.duration / Fraction(3, 2)
    assert abs(len(played(faster.op)) - len(original(tape)) / 1.5) < 32


# ----------------------------------------------------------------------------------------------------- hostile values

TRICKS = [
    "a'b", "a\\", "a\\'", "a:b=c", "a,volume=0", "a;[0:a]anull", "[x]", "a][y", "'", "\\\\", ":", "=", "a\nb", " a ",
    "\ta", "%{expr}", "$(id)", "`id`", "a'\\''b", "é ü 字", "a#b", "/etc/passwd", "-i x", "a|b", "a;b,c:d'e\\f[g]h",
]  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_a_value_arrives_in_the_filter_as_it_was_and_does_nothing_else(trick: str, tmp_path: Path) -> None:
    op = SoundFilter(Silence(RATE, 2, Fraction(1, 100)), "ametadata", (("mode", "add"), ("key", "k"), ("value", trick)))
    said = SoundFilter(op, "ametadata", (("mode", "print"), ("file", str(tmp_path / "said"))))
    played(said)
    lines = (tmp_path / "said").read_text(encoding="utf-8").split("k=")[1]
    assert lines.startswith(trick)


@pytest.mark.parametrize("name", ["volume,anull", "a b", "", "volume=1", "Volume", "volume\n", "/volume"])
def test_names_of_filters_and_options_are_names(name: str) -> None:
    quiet = Silence(RATE, 1, Fraction(1))
    with pytest.raises(SoundGraphError, match="no name"):
        write(SoundFilter(quiet, name, ()))
    with pytest.raises(SoundGraphError, match="no name"):
        write(SoundFilter(quiet, "volume", ((name, 1),)))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "a\0b"])
def test_values_that_no_filter_can_hold_are_refused(value: str | float) -> None:
    with pytest.raises(SoundGraphError):
        quote(value)


@pytest.mark.parametrize("name", ["concat:a|b", "-i", "pipe:0", "https://example.org/a.wav", "it's [one], 2: %d;.wav"])
def test_a_file_is_only_ever_a_file(name: str, tape: Sound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert file_input(name)[-1] == f"file:{name}"
    monkeypatch.chdir(tmp_path)
    if "/" not in name:
        assert isinstance(tape.op, SoundFile)
        (tmp_path / name).write_bytes(Path(tape.op.path).read_bytes())
        assert np.array_equal(played(SoundFile(name, "x", 0, Fraction(0))), original(tape))


def test_a_playlist_cannot_reach_the_network(tmp_path: Path) -> None:
    trap = tmp_path / "tape.m3u8"
    trap.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n")
    graph = write(SoundFile(str(trap), "x", 0, Fraction(0)), first_input=0)
    argv = [written.FFMPEG, "-v", "error", "-nostdin", *graph.inputs[0], "-f", "null", "-"]
    done = subprocess.run(argv, capture_output=True, check=False)
    assert done.returncode != 0
    assert b"not on whitelist" in done.stderr or b"Invalid data" in done.stderr


# ------------------------------------------------------------------------------------------------------------ levels


def tone(path: Path, gain: float) -> Sound:
    """Two seconds of 1 kHz at `gain` of full scale in both channels."""
    wave = (np.sin(np.arange(2 * RATE) * 2 * np.pi * 1000 / RATE) * gain * 32767).astype("<i2").repeat(2)
    path.with_suffix(".raw").write_bytes(wave.tobytes())
    argv = [
        written.FFMPEG,
        "-v",
        "error",
        "-f",
        "s16le",
        "-ar",
        str(RATE),
        "-ac",
        "2",
        "-i",
        str(path.with_suffix(".raw")),
    ]
    subprocess.run([*argv, "-y", str(path)], check=True)
    return Sound(SoundFile(str(path), "tone", 0, Fraction(0), "pcm_s16le"), SoundInfo(RATE, 2, Fraction(2)))


def test_peaks_are_set_where_they_are_asked_for(tmp_path: Path) -> None:
    op = measured(tone(tmp_path / "quiet.wav", 0.1).level("peak", -3.0).op, written.FFMPEG)
    assert list(unmeasured(op)) == []
    assert np.abs(played(op)).max() / 32767 == pytest.approx(10 ** (-3 / 20), abs=0.01)


def test_loudness_is_set_by_one_gain_and_never_passes_the_ceiling(tmp_path: Path) -> None:
    quiet = tone(tmp_path / "quiet.wav", 0.05)
    op = measured(quiet.level("loudness", -16.0).op, written.FFMPEG)
    again = next(unmeasured(Sound(op, quiet.info).level("loudness", 0.0).op))
    assert isinstance(measured(again, written.FFMPEG), SoundFilter)
    loud = played(measured(quiet.level("loudness", 0.0, ceiling=-6.0).op, written.FFMPEG))
    assert np.abs(loud).max() / 32767 == pytest.approx(10 ** (-6 / 20), abs=0.01)


def test_silence_stays_silence() -> None:
    level = next(unmeasured(Sound(Silence(RATE, 1, Fraction(1)), SoundInfo(RATE, 1, Fraction(1))).level("peak", -1).op))
    assert gain_db(level, {"loudness": -70.0, "peak": float("-inf")}) == 0.0


def test_a_level_that_was_not_measured_is_never_written(tape: Sound) -> None:
    with pytest.raises(SoundGraphError, match="not been measured"):
        write(tape.level("peak", -1.0).op)
    level = next(unmeasured(tape.level("peak", -1.0).op))
    assert "volume=6.000dB" in ";".join(write(levelled(level, {level: 6.0})).chains)
