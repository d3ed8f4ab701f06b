"""What a file says of itself, what is assumed where it says nothing, and what is said of files that cannot be used."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from nodes.clip import ClipInfo, Fields, Matrix, Primaries, Range, Transfer
from nodes.media import Media, MediaError
from runtime.advice import field_conflict, preset_for
from runtime.media import dv_timecode, media_from, notes
from runtime.session import Session
from runtime.sources import prober
from runtime.worker import dif
from runtime.worker.probe import probe
from tests.nodes.sources import BUNNY, DV_NTSC, DV_PAL, MEDIA, ffmpeg, pictures

DV_DROP = MEDIA / "synthetic_dv_ntsc.dv"


def media(path: Path) -> Media:
    return media_from(probe(str(path)), str(path))


def clip(path: Path) -> ClipInfo:
    return media(path).video[0].clip


# --------------------------------------------------------------------------------------------------- what files say


def test_a_real_ntsc_dv_capture() -> None:
    found = media(DV_NTSC)
    stream = found.video[0]
    assert stream.codec == "dvvideo"
    assert stream.clip == ClipInfo(
        720, 480, stream.clip.format, Fraction(30000, 1001), 15, Fraction(8, 9), Fields.BFF,
        Matrix.SMPTE170M, Range.LIMITED, Primaries.SMPTE170M, Transfer.SMPTE170M,
    )  # fmt: skip
    assert stream.clip.format.name == "YUV411P8"
    sound = found.sound[0]
    assert (sound.codec, sound.sound.rate, sound.sound.channels, sound.sound.start) == ("pcm_s16be", 48000, 2, 0)


def test_a_capture_cut_short_counts_what_is_there() -> None:
    facts = probe(str(DV_NTSC))
    assert any("promises 2400 frames, about 15 are there" in note for note in notes(facts))
    assert not media_from(facts).video[0].clip.exact


def test_the_tape_and_its_container_may_tell_different_times() -> None:
    facts = probe(str(DV_NTSC))
    assert media_from(facts).timecode == "01:00:06;17"
    assert dv_timecode(facts) == "00:37:46:06"


def test_a_raw_dv_file_counts_exactly_and_knows_its_tape() -> None:
    facts = probe(str(DV_PAL))
    found = media_from(facts)
    assert (found.video[0].clip.frames, found.video[0].clip.exact) == (10, True)
    assert found.video[0].clip.sar == Fraction(64, 45)
    assert facts["video"][0]["dv"] == {
        "pal": True,
        "timecode": "10:11:12:13",
        "wide": True,
        "date": "1999-12-31",
        "time": "23:59:50",
        "sound_unlocked": True,
    }


def test_drop_frame_time_code_keeps_its_semicolon() -> None:
    assert dv_timecode(probe(str(DV_DROP))) == "01:02:59;27"


def test_bytes_that_are_no_dv_say_nothing() -> None:
    assert dif.frame_bytes(b"RIFF") == 0
    assert dif.read(b"\xff" * 200_000) == {}
    assert dif.read(b"") == {}


def test_progressive_film_with_surround_sound() -> None:
    found = media(BUNNY)
    assert (found.video[0].clip.frames, found.video[0].clip.exact) == (132, True)
    assert found.video[0].flagged is Fields.PROGRESSIVE
    assert found.video[0].clip.matrix is Matrix.BT709
    assert (found.sound[0].codec, found.sound[0].sound.channels) == ("aac", 6)


@pytest.mark.parametrize("order", ["tff", "bff", "prog"])
@pytest.mark.parametrize("coder", ["ffv1", "huffyuv", "mpeg2video", "libx264", "prores_ks"])
def test_the_flagged_order_is_read(coder: str, order: str, tmp_path: Path) -> None:
    suffix = {"prores_ks": "mov"}.get(coder, "mkv")
    interlaced = () if order == "prog" else ("-flags", "+ildct+ilme")
    x264 = ("-x264-params", f"{order}=1") if coder == "libx264" and order != "prog" else ()
    path = pictures("-vf", f"setfield={order}", "-c:v", coder, *interlaced, *x264, to=tmp_path / f"a.{suffix}")
    expected = {"tff": Fields.TFF, "bff": Fields.BFF, "prog": Fields.PROGRESSIVE}[order]
    assert clip(path).fields is expected


def test_tags_chapters_and_attachments_are_counted(tmp_path: Path) -> None:
    text = ";FFMETADATA1\ntitle=Holiday\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=100\ntitle=Beach\n"
    (tmp_path / "meta.txt").write_text(text)
    plain = pictures("-c:v", "ffv1", to=tmp_path / "a.mkv", size="64x48")
    path = tmp_path / "b.mkv"
    attached = ("-attach", tmp_path / "meta.txt", "-metadata:s:t", "mimetype=text/plain")
    ffmpeg("-i", plain, "-i", tmp_path / "meta.txt", "-map_metadata", "1", "-c", "copy", *attached, path)
    found = media(path)
    assert dict(found.metadata)["title"] == "Holiday"
    assert found.chapters == 1
    assert found.attachments == ("meta.txt",)


def test_a_copy_is_the_same_and_a_change_is_not(tmp_path: Path) -> None:
    copy = Path(shutil.copy(DV_PAL, tmp_path / "other name.dv"))
    assert media(copy).identity == media(DV_PAL).identity
    before = media(copy).stamp
    with copy.open("r+b") as file:
        file.seek(100)
        file.write(b"\x00\x01\x02")
    os.utime(copy, ns=(1, 1))
    assert media(copy).identity != media(DV_PAL).identity
    assert media(copy).stamp != before


# -------------------------------------------------------------------------------------------------- what is assumed


@pytest.mark.parametrize(
    ("size", "rate", "matrix", "primaries", "transfer"),
    [
        ("720x576", "25", Matrix.BT470BG, Primaries.BT470BG, Transfer.SMPTE170M),
        ("720x480", "30000/1001", Matrix.SMPTE170M, Primaries.SMPTE170M, Transfer.SMPTE170M),
        ("1440x1080", "25", Matrix.BT709, Primaries.BT709, Transfer.BT709),
    ],
)
def test_colour_is_assumed_by_the_standard(
    size: str, rate: str, matrix: Matrix, primaries: Primaries, transfer: Transfer, tmp_path: Path
) -> None:
    unsaid = ("-vf", "setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown", "-c:v", "ffv1")
    found = clip(pictures(*unsaid, to=tmp_path / "a.mkv", size=size, rate=rate, frames=2))
    assert (found.matrix, found.primaries, found.transfer, found.range) == (matrix, primaries, transfer, Range.LIMITED)


def test_colour_that_is_said_is_kept(tmp_path: Path) -> None:
    said = ("-vf", "setparams=range=pc:colorspace=bt709:color_primaries=bt470bg:color_trc=bt709")
    found = clip(pictures(*said, "-pix_fmt", "yuv422p", "-c:v", "libx264", to=tmp_path / "a.mp4", frames=2))
    assert (found.matrix, found.primaries, found.range) == (Matrix.BT709, Primaries.BT470BG, Range.FULL)


@pytest.mark.parametrize(
    ("size", "sar"),
    [
        ("720x576", Fraction(16, 15)),
        ("704x480", Fraction(10, 11)),
        ("720x608", Fraction(16, 15)),
        ("352x288", Fraction(12, 11)),
        ("1280x720", Fraction(1)),
    ],
)
def test_a_tape_that_does_not_say_its_shape_is_4_3(size: str, sar: Fraction, tmp_path: Path) -> None:
    path = pictures(
        "-vf", "setsar=0", "-c:v", "huffyuv", "-pix_fmt", "yuv422p", to=tmp_path / "a.avi", size=size, frames=2
    )
    assert clip(path).sar == sar


def test_an_unflagged_capture_is_taken_for_interlaced_and_it_is_said(tmp_path: Path) -> None:
    path = pictures("-c:v", "huffyuv", "-pix_fmt", "yuv422p", to=tmp_path / "capture.avi", frames=4)
    facts = probe(str(path))
    assert media_from(facts).video[0].flagged is None
    assert media_from(facts).video[0].clip.fields is Fields.TFF
    assert any("does not say its field order" in note for note in notes(facts))


@pytest.mark.parametrize(
    ("stated", "container", "rate"),
    [
        ("30000/1001", "mkv", Fraction(30000, 1001)),
        ("2997/100", "mov", Fraction(30000, 1001)),
        ("25", "avi", Fraction(25)),
        ("60000/1001", "mkv", Fraction(60000, 1001)),
        ("24000/1001", "mp4", Fraction(24000, 1001)),
        ("18", "mkv", Fraction(18)),
    ],
)
def test_rates_snap_to_the_standard(stated: str, container: str, rate: Fraction, tmp_path: Path) -> None:
    path = pictures("-c:v", "mpeg4", to=tmp_path / f"a.{container}", size="64x48", rate=stated, frames=70)
    stream = media(path).video[0]
    assert (stream.clip.fps, stream.variable_rate, stream.clip.frames) == (rate, False, 70)


def test_missing_frames_are_noticed(tmp_path: Path) -> None:
    dropped = ("-vf", "select='not(between(n,20,24))'", "-fps_mode", "vfr", "-c:v", "ffv1")
    facts = probe(str(pictures(*dropped, to=tmp_path / "a.mkv", size="64x48", frames=60)))
    stream = media_from(facts).video[0]
    assert (stream.variable_rate, stream.clip.fps, stream.clip.frames) == (True, 25, 65)
    assert any("uneven times" in note for note in notes(facts))


# ------------------------------------------------------------------------------------------------ what cannot be used


def broken(folder: Path, kind: str) -> Path:
    named = {"text": "tape.dv", "playlist": "tape.m3u8", "no index": "a.mp4", "parts": "a.ffconcat"}
    path = folder / named.get(kind, "tape.avi")
    match kind:
        case "missing":
            pass
        case "folder":
            path.mkdir()
        case "empty":
            path.touch()
        case "text":
            path.write_text("Dear diary,\nthe tape is in the attic.\n")
        case "parts":
            path.write_text("ffconcat version 1.0\nfile 'a.001.mkv'\nfile 'a.002.mkv'\n")
        case "noise":
            path.write_bytes(bytes(range(7, 256)) * 400)
        case "no index":
            path.write_bytes(BUNNY.read_bytes()[-400_000:])
        case "playlist":
            path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
        case "subtitles":
            path.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
        case "no picture decodes":
            whole = bytearray(pictures("-c:v", "ffv1", to=folder / "a.mkv", size="64x48").read_bytes())
            at = whole.find(b"\x1f\x43\xb6\x75") + 60  # behind the first cluster's head: the coded frames
            whole[at:] = bytes(len(whole) - at)
            path = folder / "a.mkv"
            path.write_bytes(whole)
    return path


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("missing", "no such file"),
        ("folder", "it is a folder"),
        ("empty", "empty"),
        ("text", "a text file, not a media file"),
        ("parts", "capture sets add NAME.tapeset"),
        ("noise", "no media file that can be read"),
        ("no index", "moov"),
        ("playlist", "."),
        ("subtitles", "."),
        ("no picture decodes", "could be decoded|no media file|cannot be"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_line(kind: str, says: str, tmp_path: Path) -> None:
    path = broken(tmp_path, kind)
    with pytest.raises(MediaError, match=says) as caught:
        media(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text.removeprefix(str(path))
    assert "Error" not in text
    assert "Traceback" not in text


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_does_not_hang_the_probe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.dv")
    with pytest.raises(MediaError, match="device or a pipe"):
        media(tmp_path / "pipe.dv")


def test_a_truncated_file_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "cut.dv"
    path.write_bytes(DV_PAL.read_bytes()[:500_000])
    facts = probe(str(path))
    assert not media_from(facts).video[0].clip.exact
    assert any("cut short" in note for note in notes(facts))


def test_every_cut_of_a_file_gives_media_or_a_word(tmp_path: Path) -> None:
    whole = pictures("-c:v", "mpeg2video", to=tmp_path / "a.mpg", size="128x96", frames=12).read_bytes()
    path = tmp_path / "cut.mpg"
    used = 0
    for part in range(1, 12):
        path.write_bytes(whole[: len(whole) * part // 12])
        with suppress(MediaError):
            assert media(path).video[0].clip.frames > 0
            used += 1
    assert used > 6


def test_the_worker_probes_and_lives_on(tmp_path: Path) -> None:
    with Session() as session:
        look = prober(session)
        with pytest.raises(MediaError, match="text file"):
            look(str(broken(tmp_path, "text")))
        pid = session.worker_pid
        assert look(str(DV_PAL)) == media(DV_PAL)
        assert session.worker_pid == pid


# ------------------------------------------------------------------------------------------------------ what to do


def measured(kind: str, first: str = "") -> dict[str, Any]:
    return {"kind": kind, "first": first or kind, "order": 1.0, "weave": 1.0, "moving": 50, "frames": 60}


def test_a_wrong_flag_is_said_with_its_remedy() -> None:
    stream = media(DV_NTSC).video[0]
    assert "--set source1.field_order=tff" in field_conflict(stream, measured("tff"))
    assert "Shift fields" in field_conflict(stream, measured("shifted", "tff"))
    assert field_conflict(stream, measured("bff")) == ""
    assert field_conflict(stream, measured("unknown")) == ""


@pytest.mark.parametrize(
    ("path", "kind", "preset"),
    [
        (DV_NTSC, "bff", "dv-ntsc"),
        (DV_PAL, "unknown", "dv-pal"),
        (DV_NTSC, "telecine", "telecine"),
        (DV_PAL, "progressive", "gentle"),
        (BUNNY, "progressive", "gentle"),
    ],
)
def test_the_preset_that_suits(path: Path, kind: str, preset: str) -> None:
    assert preset_for(media(path), measured(kind)) == preset
