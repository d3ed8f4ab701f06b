"""What is in a written file beside the pictures: sound, chapters, tags, timecode; and where an encoder is refused."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from nodes.clip import ClipInfo, PixelFormat
from nodes.media import Media
from nodes.registry import default_registry
from nodes.sink import Coder
from nodes.sound import Sound, SoundFile
from runtime import ffmpeg
from runtime.accompany import Origin
from runtime.encode import encode, ffmpeg_pixel_format
from runtime.ffmpeg import Ffmpeg, FfmpegError, choose, find
from runtime.timecode import moved
from tests.nodes import harness
from tests.runtime import written

NODES = default_registry().types
RATE = written.RATE
SMALL = written.like(harness.PAL_50P, width=64, height=64, fps=Fraction(25), frames=15)
RGB_FLOAT = PixelFormat.parse("RGBS")
NTSC = written.like(SMALL, fps=Fraction(30000, 1001), frames=18)


def made(type_id: str, path: Path, info: ClipInfo = SMALL, **options: Any) -> tuple[str, ...]:
    params = options.pop("params", {})
    fast = {"preset": "ultrafast"} if type_id == "output.h264" else {}
    _, notes = written.write(NODES[type_id](file=str(path), **fast, **params), info, path, **options)
    return notes


def streams(path: Path) -> dict[str, Any]:
    with av.open(str(path)) as container:
        sound = container.streams.audio[0]
        return {
            "codec": sound.codec_context.name,
            "rate": sound.rate,
            "channels": sound.channels,
            "start": float((sound.start_time or 0) * sound.time_base) if sound.time_base else 0.0,
            "language": sound.language,
        }


# ---------------------------------------------------------------------------------------------------------- sound


@pytest.mark.parametrize("suffix", [".mkv", ".mov", ".avi"])
def test_16_bit_sound_stays_bit_for_bit(suffix: str, tmp_path: Path) -> None:
    sound = written.tape_sound(tmp_path / "tape.wav")
    made("output.ffv1", tmp_path / f"out{suffix}", audio=sound)
    assert streams(tmp_path / f"out{suffix}")["codec"] == "pcm_s16le"
    assert np.array_equal(written.samples(tmp_path / f"out{suffix}"), written.samples(tmp_path / "tape.wav"))


@pytest.mark.parametrize("span", [(0, 18), (3, 11), (17, 18)])
def test_a_stretch_of_frames_gets_its_own_sound_to_the_sample(span: tuple[int, int], tmp_path: Path) -> None:
    sound = written.tape_sound(tmp_path / "tape.wav", seconds=1.0)
    made("output.ffv1", tmp_path / "out.mkv", NTSC, audio=sound, span=span)
    first, last = (round(Fraction(at * 1001, 30000) * RATE) for at in span)
    assert np.array_equal(written.samples(tmp_path / "out.mkv"), written.samples(tmp_path / "tape.wav")[first:last])


def test_changed_sound_keeps_24_bits(tmp_path: Path) -> None:
    sound = written.tape_sound(tmp_path / "tape.wav").filter("volume", volume="-6dB")
    for codec, kind in (("pcm", "pcm_s24le"), ("flac", "flac")):
        made("output.ffv1", tmp_path / f"{codec}.mkv", audio=sound, params={"sound": codec})
        assert streams(tmp_path / f"{codec}.mkv")["codec"] == kind
    flac, pcm = (written.samples(tmp_path / f"{name}.mkv").astype(np.int64) for name in ("flac", "pcm"))
    assert np.array_equal(flac >> 8, pcm >> 8)
    assert (flac % 65536).any(), "more than 16 bits are in use"


@pytest.mark.parametrize("codec", ["aac", "opus"])
def test_lossy_sound_starts_with_the_picture(codec: str, tmp_path: Path) -> None:
    made("output.h264", tmp_path / "out.mp4", audio=_click(tmp_path, at=0.2), params={"sound": codec})
    assert streams(tmp_path / "out.mp4")["codec"] == codec
    assert _click_heard(tmp_path / "out.mp4") == pytest.approx(0.2, abs=0.002)


def test_without_sound_there_is_no_sound_stream(tmp_path: Path) -> None:
    sound = written.tape_sound(tmp_path / "tape.wav")
    made("output.ffv1", tmp_path / "none.mkv", audio=sound, params={"sound": "none"})
    made("output.ffv1", tmp_path / "unwired.mkv")
    assert written.looked(tmp_path / "none.mkv").sound == written.looked(tmp_path / "unwired.mkv").sound == ()


def test_a_copy_takes_the_coded_sound_over(tmp_path: Path) -> None:
    coded = _coded(tmp_path / "tape.m4a", "aac")
    notes = made("output.h264", tmp_path / "out.mp4", audio=coded, params={"sound": "copy"})
    assert notes == ()
    assert _packets(tmp_path / "out.mp4") == _packets(tmp_path / "tape.m4a")


@pytest.mark.parametrize(
    ("change", "suffix", "codec", "why"),
    [
        ("cut", ".mkv", "flac", "it is cut"),
        ("filter", ".mkv", "flac", "it is changed on the way"),
        ("span", ".mov", "pcm_s24le", "only some of the frames are rendered"),
        ("nothing", ".avi", "pcm_s24le", ".avi cannot hold aac"),
    ],
)
def test_a_copy_that_cannot_be_is_coded_without_loss_and_said(
    change: str, suffix: str, codec: str, why: str, tmp_path: Path
) -> None:
    coded = _coded(tmp_path / "tape.m4a", "aac")
    sound = {
        "cut": coded.cut((Fraction(1, 10), Fraction(1, 2))),
        "filter": coded.filter("volume", volume="1dB"),
    }.get(change, coded)
    span = (2, 9) if change == "span" else None
    info = written.like(SMALL, start=sound.info.start)
    (note,) = made("output.ffv1", tmp_path / f"out{suffix}", info, audio=sound, span=span, params={"sound": "copy"})
    assert why in note
    assert streams(tmp_path / f"out{suffix}")["codec"] == codec


@pytest.mark.parametrize("params", [{"sound": "pcm"}, {"sound": "copy"}])
@pytest.mark.parametrize("offset", [Fraction(1, 5), Fraction(-1, 10)])
def test_sound_that_began_apart_from_the_picture_stays_in_its_place(
    offset: Fraction, params: dict[str, str], tmp_path: Path
) -> None:
    tape = tmp_path / "tape.mov"
    _capture(tape, offset)
    media = written.looked(tape)
    sound = media.sound[0]
    op = SoundFile(str(tape), media.identity, 0, sound.sound.start, sound.codec)
    made(
        "output.ffv1",
        tmp_path / "out.mov",
        SMALL,
        audio=Sound(op, replace(sound.sound, start=Fraction(0))),
        params=params,
    )
    assert _click_heard(tmp_path / "out.mov") == pytest.approx(_click_heard(tape), abs=0.002)


def test_dv_sound_is_what_a_deck_takes(tmp_path: Path) -> None:
    path = tmp_path / "out.dv"
    made("output.dv", path, harness.PAL_420, audio=written.tape_sound(tmp_path / "tape.wav", channels=1))
    facts = streams(path)
    assert (facts["codec"], facts["rate"], facts["channels"]) == ("pcm_s16le", 48000, 2)


# ------------------------------------------------------------------------------------------- what the source said


def tape_with_everything(path: Path) -> Media:
    """Ten seconds with chapters at 0, 2 and 6 s, a title, a timecode, and a language."""
    chapters = path.with_suffix(".txt")
    marks = ((0, 2000, "one"), (2000, 6000, "two"), (6000, 10000, "three"))
    text = ";FFMETADATA1\ntitle=Summer '91; part = 2\ndate=1991-07-14\n"
    for start, end, title in marks:
        text += f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={title}\n"
    chapters.write_text(text.replace("; part = 2", "\\; part \\= 2"))
    subprocess.run(
        [written.FFMPEG, "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=10", "-f", "lavfi", "-i",
         "anullsrc=r=48000:cl=stereo:d=10", "-f", "ffmetadata", "-i", str(chapters), "-map_metadata", "2",
         "-map_chapters", "2", "-metadata:s:a:0", "language=deu", "-timecode", "10:59:58:00",
         "-c:v", "ffv1", "-c:a", "pcm_s16le", str(path)],
        check=True,
    )  # fmt: skip
    return written.looked(path)


def chapters_of(path: Path) -> list[tuple[float, str]]:
    with av.open(str(path)) as container:
        return [
            (float(one["start"] * one["time_base"]), one["metadata"].get("title", "")) for one in container.chapters()
        ]


def test_chapters_tags_timecode_and_language_come_along(tmp_path: Path) -> None:
    media = tape_with_everything(tmp_path / "tape.mkv")
    info = written.like(SMALL, frames=250)
    source = SoundFile(media.path, media.identity, 0, Fraction(0), "pcm_s16le")
    sound = Sound(source, media.sound[0].sound)
    made("output.ffv1", tmp_path / "out.mkv", info, audio=sound, origin=Origin(media))
    found = written.looked(tmp_path / "out.mkv")
    tags = {key.lower(): value for key, value in found.metadata}
    assert tags["title"] == "Summer '91; part = 2"
    assert tags["date"] == "1991-07-14"
    assert found.timecode == "10:59:58:00"
    assert found.sound[0].language in ("deu", "ger")
    assert chapters_of(tmp_path / "out.mkv") == [(0.0, "one"), (2.0, "two"), (6.0, "three")]


def test_chapters_and_timecode_move_with_a_trim(tmp_path: Path) -> None:
    media = tape_with_everything(tmp_path / "tape.mkv")
    info = written.like(SMALL, frames=250, start=Fraction(1))  # trimmed by a second already
    made("output.ffv1", tmp_path / "out.mkv", info, span=(50, 150), origin=Origin(media))  # 3 s … 7 s of the tape
    assert chapters_of(tmp_path / "out.mkv") == [(0.0, "two"), (3.0, "three")]
    found = written.looked(tmp_path / "out.mkv")
    assert found.timecode == "11:00:01:00"
    assert found.video[0].clip.frames == 100


def test_what_is_no_longer_one_stretch_keeps_its_tags_only(tmp_path: Path) -> None:
    media = tape_with_everything(tmp_path / "tape.mkv")
    made("output.ffv1", tmp_path / "out.mkv", origin=Origin(media, whole=False))
    assert chapters_of(tmp_path / "out.mkv") == []
    found = written.looked(tmp_path / "out.mkv")
    assert found.timecode == ""
    assert ("title", "Summer '91; part = 2") in {(key.lower(), value) for key, value in found.metadata}


def test_nothing_comes_along_where_it_is_not_wanted(tmp_path: Path) -> None:
    media = tape_with_everything(tmp_path / "tape.mkv")
    made("output.ffv1", tmp_path / "out.mkv", origin=Origin(media), params={"carry": False})
    found = written.looked(tmp_path / "out.mkv")
    assert chapters_of(tmp_path / "out.mkv") == []
    assert "title" not in {key.lower() for key, _ in found.metadata}


@pytest.mark.parametrize(
    ("text", "seconds", "old", "new", "wanted"),
    [
        ("01:00:00:00", 0, 25, 25, "01:00:00:00"),
        ("01:00:00:12", 0, 25, 50, "01:00:00:24"),
        ("23:59:59:24", Fraction(1, 25), 25, 25, "00:00:00:00"),
        ("00:00:00:00", 3600, 25, 25, "01:00:00:00"),
        ("00:00:59;29", Fraction(1001, 30000), Fraction(30000, 1001), Fraction(30000, 1001), "00:01:00;02"),
        ("00:09:59;29", Fraction(1001, 30000), Fraction(30000, 1001), Fraction(30000, 1001), "00:10:00;00"),
        ("00:01:00;02", 0, Fraction(30000, 1001), Fraction(60000, 1001), "00:01:00;04"),
        ("00:00:59:29", Fraction(1001, 30000), Fraction(30000, 1001), Fraction(30000, 1001), "00:01:00:00"),
        ("rubbish", 0, 25, 25, ""),
        ("01:00:00:30", 0, 25, 25, ""),
        ("01:00:00:00", 0, 25, 100, ""),
    ],
)  # fmt: skip
def test_timecodes_count_on(text: str, seconds: Any, old: Any, new: Any, wanted: str) -> None:
    assert moved(text, Fraction(seconds), Fraction(old), Fraction(new)) == wanted


def test_every_drop_frame_code_of_an_hour_is_one_frame_after_the_last() -> None:
    rate = Fraction(30000, 1001)
    seen = [moved("00:00:00;00", n / rate, rate, rate) for n in range(0, 107892, 7)]
    assert len(set(seen)) == len(seen)
    assert not any(text[-2:] in ("00", "01") and text[6:8] == "00" and text[4] != "0" for text in seen)
    assert moved("00:00:00;00", 107892 / rate, rate, rate) == "01:00:00;00"


# ------------------------------------------------------------------------------------------------- paths and names


@pytest.mark.parametrize("name", ["-y.mkv", "it's [a], tape; 100%.mkv", "pipe:1.mkv", "Ü 字.mkv", " lead.mkv"])
def test_any_name_is_only_a_name(name: str, tmp_path: Path) -> None:
    made("output.ffv1", tmp_path / name)
    assert written.looked(tmp_path / name).video[0].clip.frames == SMALL.frames


def test_a_relative_name_that_looks_like_an_option_is_a_file() -> None:
    sink = written.sink_of(NODES["output.ffv1"](), SMALL)
    assert encode("ffmpeg", sink, sink.coders[0], "-y").argv[-1] == "file:-y"


def test_half_floats_are_named_after_what_ffmpeg_can_hold() -> None:
    assert ffmpeg_pixel_format(RGB_FLOAT) == "gbrpf32le"
    with pytest.raises(ValueError, match="32 bit first"):
        ffmpeg_pixel_format(SMALL.format.with_depth("16f"))


# ------------------------------------------------------------------------------------------------ finding encoders


def test_no_ffmpeg_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(ffmpeg.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(ffmpeg, "_bundled", lambda: None)
    with pytest.raises(FfmpegError, match=r"^no ffmpeg was found\. Run .*doctor.*TAPELOOM_FFMPEG$"):
        find()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 1", "is no ffmpeg"),
        ("echo hello", "is no ffmpeg"),
        ("echo ffmpeg version 4.4.2-0ubuntu", "is version 4.4.2-0ubuntu; 5.1 or newer is needed"),
    ],
)
def test_an_ffmpeg_that_is_none_is_named(
    script: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv(ffmpeg.VARIABLE, str(program))
    with pytest.raises(FfmpegError, match=words):
        find()


@pytest.fixture
def proofs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ffmpeg:
    """The real ffmpeg, with an empty memory of what works."""
    monkeypatch.setenv("TAPELOOM_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv(ffmpeg.VARIABLE, raising=False)
    return find()


BROKEN = Coder("libx264", ("-preset", "nonsense"), "yuv420p", hardware=True)
GOOD = Coder("libx264", ("-preset", "ultrafast"), "yuv420p", hardware=True)


def test_an_encoder_that_fails_its_trial_is_passed_over(proofs: Ffmpeg) -> None:
    software = Coder("libx264")
    assert choose(proofs, (BROKEN, GOOD, software)) == (GOOD, "")
    coder, note = choose(proofs, (BROKEN, software))
    assert coder == software
    assert note == "none of this machine's hardware encoders works, so libx264 is used"


def test_what_a_trial_found_is_remembered(proofs: Ffmpeg, monkeypatch: pytest.MonkeyPatch) -> None:
    first = choose(proofs, (BROKEN, GOOD))
    monkeypatch.setattr(ffmpeg, "_tried", lambda *_: pytest.fail("tried again"))
    assert choose(proofs, (BROKEN, GOOD)) == first


def test_a_named_encoder_that_does_not_work_says_why(proofs: Ffmpeg) -> None:
    with pytest.raises(FfmpegError, match=r"libnothing: this ffmpeg .* was built without it"):
        choose(proofs, (Coder("libnothing"),))


# --------------------------------------------------------------------------------------------------------- helpers


def _click(folder: Path, at: float) -> Sound:
    """0.6 s of silence with a short loud burst `at` seconds."""
    path = folder / "click.wav"
    burst = f"aevalsrc='if(between(t,{at},{at}+0.02),0.9*sin(2*PI*3000*t),0)':s={RATE}:d=0.6:c=stereo"
    subprocess.run([written.FFMPEG, "-v", "error", "-y", "-f", "lavfi", "-i", burst, str(path)], check=True)
    op = SoundFile(str(path), "click", 0, Fraction(0), "pcm_s16le")
    return Sound(op, replace(written.tape_sound(folder / "unused.wav").info))


def _click_heard(path: Path) -> float:
    """Seconds after the first frame of the picture at which the burst begins."""
    with av.open(str(path)) as container:
        sound, picture = container.streams.audio[0], container.streams.video[0]
        frames = [(frame.time, frame.to_ndarray(), frame.rate) for frame in container.decode(sound)]
        start = float((picture.start_time or 0) * picture.time_base) if picture.time_base else 0.0
    for time, data, rate in frames:
        loud = np.abs(data.astype(np.float64)).reshape(-1)
        peak = 1.0 if data.dtype.kind == "f" else float(np.iinfo(data.dtype).max)
        step = 1 if data.shape[0] == 2 else 2
        over = np.nonzero(loud[: data.shape[-1]] > 0.2 * peak)[0]
        if len(over) and time is not None:
            return float(time) + over[0] / step / rate - start
    raise AssertionError("no burst was heard")


def _coded(path: Path, codec: str) -> Sound:
    tone = "sine=f=440:r=48000:d=0.6"
    argv = [written.FFMPEG, "-v", "error", "-y", "-f", "lavfi", "-i", tone, "-ac", "2", "-c:a", codec, str(path)]
    subprocess.run(argv, check=True)
    media = written.looked(path)
    stream = media.sound[0]
    return Sound(
        SoundFile(str(path), media.identity, 0, Fraction(0), stream.codec), replace(stream.sound, start=Fraction(0))
    )


def _packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.audio[0]) if packet.size]


def _capture(path: Path, offset: Fraction) -> None:
    """A capture whose sound begins `offset` seconds after its picture, with a burst 0.3 s after its own beginning."""
    burst = f"aevalsrc='if(between(t,0.3,0.32),0.9*sin(2*PI*3000*t),0)':s={RATE}:d=0.6:c=stereo"
    argv = [written.FFMPEG, "-v", "error", "-y", "-f", "lavfi"]
    argv += ["-itsoffset", f"{float(max(-offset, Fraction(0)))}", "-i", "testsrc2=s=64x64:r=25:d=0.6"]
    argv += ["-f", "lavfi", "-itsoffset", f"{float(max(offset, Fraction(0)))}", "-i", burst]
    argv += ["-c:v", "ffv1", "-c:a", "pcm_s16le", str(path)]
    subprocess.run(argv, check=True)
