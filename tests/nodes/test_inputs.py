"""Sources: what was forecast from a probe is what VapourSynth really reads, and mistakes are said plainly."""

from __future__ import annotations

import shutil
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vapoursynth as vs

from nodes.clip import Fields, SoundInfo
from nodes.library.input.images import Images, pattern_of
from nodes.library.input.join import Join
from nodes.library.input.pattern import Pattern, Picture, Standard
from nodes.library.input.sound import SoundFromFile
from nodes.library.input.trim import Trim
from nodes.library.input.video import Video
from nodes.media import MediaError
from nodes.params import ParamError
from nodes.script import Local, Script
from nodes.sound import Silence, Sound, SoundCut, SoundFile, SoundFilter, SoundJoin
from runtime.emit import walk, write
from tests.nodes import harness
from tests.nodes.harness import PAL, differences, picture
from tests.nodes.sources import BUNNY, DV_NTSC, DV_PAL, ffmpeg, opened, pictures, probe

LINE = "a line\nbreak.mkv"
HOSTILE = [
    "two words.mkv",
    'it\'s "quoted".mkv',
    "Бобина №3 テープ.mkv",
    "'); import os; os.abort() #.mkv",
    "back\\slash {braces} $(x).mkv",
    "-i.mkv",
    "100%d %04x.mkv",
    "concat:a|b.mkv",
    *([] if sys.platform == "win32" else [LINE]),
]


def pixels(clip: vs.VideoNode, frame: int, plane: int = 0) -> Any:
    with clip.get_frame(frame) as got:
        return np.asarray(got[plane]).copy()


# ------------------------------------------------------------------------------------------------------ video file


@pytest.mark.parametrize("path", [DV_NTSC, DV_PAL, BUNNY], ids=lambda path: path.name)
def test_a_video_file_is_what_its_probe_foretold(path: Path, tmp_path: Path) -> None:
    real, forecast = opened(Video(file=str(path)), tmp_path)
    assert differences(real["out"], forecast["out"]) == []
    with real["out"].get_frame(0) as frame:
        props = frame.props
        assert (props["_Matrix"], props["_Primaries"], props["_Transfer"], props["_Range"]) == (
            forecast["out"].matrix,
            forecast["out"].primaries,
            forecast["out"].transfer,
            forecast["out"].range.code,
        )
    assert real["sound"].info == forecast["sound"]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("-c:v", "ffv1", "-vf", "setfield=tff", "-pix_fmt", "yuv422p10"), "a.mkv"),
        (("-c:v", "huffyuv", "-pix_fmt", "yuv422p"), "a.avi"),
        (("-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-vf", "setfield=bff"), "a.mpg"),
        (("-c:v", "libx264", "-bf", "2"), "a.mp4"),
        (("-c:v", "prores_ks",), "a.mov"),
        (("-c:v", "v210",), "b.mov"),
        (("-c:v", "mjpeg", "-pix_fmt", "yuvj422p"), "b.avi"),
        (("-c:v", "ffv1", "-pix_fmt", "gbrp"), "rgb.mkv"),
        (("-c:v", "ffv1", "-pix_fmt", "gray10"), "gray.mkv"),
        (("-c:v", "rawvideo", "-pix_fmt", "uyvy422"), "packed.mov"),
        (("-c:v", "ffv1", "-pix_fmt", "yuv444p16"), "444.mkv"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_formats_are_foretold(options: tuple[str, ...], name: str, tmp_path: Path) -> None:
    path = pictures(*options, to=tmp_path / name)
    real, forecast = opened(Video(file=str(path)), tmp_path)
    assert differences(real["out"], forecast["out"]) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_a_name(name: str, tmp_path: Path) -> None:
    if sys.platform == "win32" and set(name) & set('"|:*?<>\\'):
        pytest.skip("no such name on Windows")
    path = pictures("-c:v", "ffv1", to=tmp_path / "plain.mkv", size="64x48", frames=3).rename(tmp_path / name)
    media = probe(str(path))
    assert media.path == str(path)
    expr = _video_for(media.path)
    written = write("source", {"out": expr}, {}, local={key: str(tmp_path / "i") for key in _keys(expr)})
    space: dict[str, Any] = {"vs": vs, "core": vs.core}
    exec("\n".join(written.lines), space)
    assert space[written.variables["out"]].num_frames == 3


def _video_for(path: str) -> Any:
    """The source's expression for a path that a param may not be able to hold (a line break)."""
    node = Video(file="stand-in")
    made: Any = node.build(Script("source"), lambda _: probe(path))
    return made["out"].expr


def _keys(expr: Any) -> set[str]:
    return {part.key for part in walk(expr) if isinstance(part, Local)}


def test_what_the_user_sets_overrides_what_the_file_says(tmp_path: Path) -> None:
    node = Video(file=str(DV_PAL), field_order="tff", aspect="4:3")
    real, forecast = opened(node, tmp_path)
    assert forecast["out"].fields is Fields.TFF
    assert forecast["out"].sar == Fraction(16, 15)
    assert differences(real["out"], forecast["out"]) == []


def test_704_pixels_at_4_3_have_the_pixels_of_bt601(tmp_path: Path) -> None:
    path = pictures("-c:v", "ffv1", to=tmp_path / "a.mkv", size="704x576", frames=2)
    assert Video(file=str(path), aspect="4:3").forecast(probe)["out"].sar == Fraction(12, 11)


def test_another_rate_keeps_the_length(tmp_path: Path) -> None:
    path = pictures("-c:v", "ffv1", to=tmp_path / "a.mkv", size="64x48", frames=51)
    real, forecast = opened(Video(file=str(path), rate="30000/1001"), tmp_path)
    assert differences(real["out"], forecast["out"]) == []
    assert abs(forecast["out"].duration - Fraction(51, 25)) < Fraction(1, 50)


def test_a_file_with_missing_frames_is_made_constant(tmp_path: Path) -> None:
    path = tmp_path / "gaps.mkv"
    dropped = ("-vf", "select='not(eq(mod(n,7),3))'", "-fps_mode", "vfr")
    pictures(*dropped, "-c:v", "ffv1", to=path, size="64x48", frames=60)
    real, forecast = opened(Video(file=str(path)), tmp_path)
    assert probe(str(path)).video[0].variable_rate
    assert real["out"].fps == 25
    assert real["out"].num_frames == forecast["out"].frames


def test_without_a_file_it_says_how_to_give_one() -> None:
    with pytest.raises(MediaError, match="-i FILE"):
        Video().forecast(probe)


def test_a_track_that_is_not_there_is_named() -> None:
    with pytest.raises(MediaError, match=r"no picture stream 2; it has 1\. Choose 1"):
        Video(file=str(DV_PAL), video_track=2).forecast(probe)
    with pytest.raises(MediaError, match="no sound stream 3"):
        Video(file=str(DV_PAL), sound_track=3).forecast(probe)


def test_a_silent_file_gives_no_sound(tmp_path: Path) -> None:
    path = pictures("-c:v", "ffv1", to=tmp_path / "a.mkv", size="64x48", frames=2)
    real, forecast = opened(Video(file=str(path)), tmp_path)
    assert "sound" not in forecast
    assert "sound" not in real


def test_late_sound_is_counted_from_the_first_picture(tmp_path: Path) -> None:
    path = tmp_path / "late.mkv"
    video = ("-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=2")
    sound = ("-itsoffset", "0.5", "-f", "lavfi", "-i", "sine=r=48000:d=1")
    ffmpeg(*video, *sound, "-c:v", "ffv1", "-c:a", "pcm_s16le", path)
    real, forecast = opened(Video(file=str(path)), tmp_path)
    assert real["sound"].op.offset == Fraction(1, 2)
    assert forecast["sound"].start == 0
    assert abs(forecast["sound"].duration - Fraction(3, 2)) < Fraction(1, 10)


# ------------------------------------------------------------------------------------------------- numbered pictures


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "50% scans"
    folder.mkdir()
    plain = tmp_path / "plain"
    plain.mkdir()
    pictures("-start_number", "7", to=plain / "a%04d.png", size="64x48", frames=6)
    for path in plain.iterdir():
        path.rename(folder / path.name)
    return folder


def test_the_first_picture_brings_those_behind_it(scans: Path, tmp_path: Path) -> None:
    real, forecast = opened(Images(file=str(scans / "a0007.png"), rate="30000/1001"), tmp_path)
    assert differences(real["out"], forecast["out"]) == []
    assert forecast["out"].frames == 6
    later, foretold = opened(Images(file=str(scans / "a0009.png")), tmp_path)
    assert foretold["out"].frames == later["out"].num_frames == 4
    assert (pixels(later["out"], 0) == pixels(real["out"], 2)).all()


def test_a_gap_ends_the_sequence(scans: Path, tmp_path: Path) -> None:
    (scans / "a0010.png").unlink()
    real, forecast = opened(Images(file=str(scans / "a0007.png")), tmp_path)
    assert real["out"].num_frames == forecast["out"].frames == 3


def test_pictures_that_are_not_there_are_said(scans: Path) -> None:
    with pytest.raises(MediaError, match="no picture fits"):
        Images(file=str(scans / "b%04d.png")).forecast(probe)
    with pytest.raises(MediaError, match="no picture 99 in the sequence 7 to 12"):
        Images(file=str(scans / "a0007.png"), first=99).forecast(probe)


def test_a_picture_without_a_number_is_one_frame(scans: Path, tmp_path: Path) -> None:
    alone = shutil.copy(scans / "a0007.png", tmp_path / "title.png")
    real, forecast = opened(Images(file=str(alone)), tmp_path)
    assert real["out"].num_frames == forecast["out"].frames == 1


@pytest.mark.parametrize(
    ("file", "pattern", "number"),
    [
        ("/a/scan0007.png", "/a/scan%04d.png", 7),
        ("scan7.png", "scan%d.png", 7),
        ("reel2_0100.tif", "reel2_%04d.tif", 100),
        ("/50%/a01.png", "/50%%/a%02d.png", 1),
        ("title.png", "title.png", None),
        ("/x/y%03d.dpx", "/x/y%03d.dpx", None),
    ],
)
def test_the_pattern_of_a_name(file: str, pattern: str, number: int | None) -> None:
    assert pattern_of(file) == (pattern, number)


# ------------------------------------------------------------------------------------------------------ test picture


@pytest.mark.parametrize("standard", Standard)
@pytest.mark.parametrize("kind", Picture)
def test_a_test_picture_is_what_was_foretold(kind: Picture, standard: Standard) -> None:
    node = Pattern(picture=kind, standard=standard, seconds=1)
    real = harness.run(node, {})["out"]
    assert differences(real, node.forecast()["out"]) == []


def test_the_bars_have_the_codes_of_the_standard() -> None:
    """EBU 100/0/75/0 in ITU-R BT.601, 8 bits."""
    clip = harness.run(Pattern(seconds=1), {})["out"]
    luma, blue, red = (pixels(clip, 0, plane) for plane in range(3))
    found = [(luma[9, 45 + 90 * bar], blue[9, 22 + 45 * bar], red[9, 22 + 45 * bar]) for bar in range(8)]
    assert found == [
        (235, 128, 128), (162, 44, 142), (131, 156, 44), (112, 72, 58),
        (84, 184, 198), (65, 100, 212), (35, 212, 114), (16, 128, 128),
    ]  # fmt: skip


@pytest.mark.parametrize("standard", [Standard.PAL, Standard.NTSC])
def test_the_fields_of_the_moving_picture_follow_each_other(standard: Standard) -> None:
    """Each field shows its own instant, in the order that is claimed."""
    node = Pattern(picture=Picture.MOTION, standard=standard, seconds=1)
    clip = harness.run(node, {})["out"]
    fields = clip.std.SeparateFields()
    whole = Pattern(picture=Picture.MOTION, standard=f"{'pal 50p' if standard is Standard.PAL else 'ntsc 59.94p'}")
    instants = harness.run(whole, {})["out"]
    for field in (6, 7, 8):
        top = (field % 2 == 0) == (standard is Standard.PAL)
        assert (pixels(fields, field) == pixels(instants, field)[0 if top else 1 :: 2]).all()


def test_flash_and_beep_come_together() -> None:
    node = Pattern(picture=Picture.FLASH, standard=Standard.NTSC, seconds=3)
    clip = harness.run(node, {})["out"]
    bright = [n for n in range(clip.num_frames) if pixels(clip, n).min() == 235]
    assert bright == [0, 30, 60]
    sound = node.build(Script())["sound"]
    assert isinstance(sound, Sound) and isinstance(sound.op, SoundFilter)
    assert "lt(mod(t,1),0.04)" in str(sound.op.options)


# ----------------------------------------------------------------------------------------------------- trim and join

TONE = SoundInfo(48000, 2, Fraction(12, 25))
SOUND = Sound(Silence(48000, 2, TONE.duration), TONE)


def trimmed(**params: Any) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """A trim of twelve PAL frames and their sound: real outputs, forecasts, the sound."""
    node = Trim(**params)
    real = harness.run(node, {"clip": (PAL, picture(PAL))}, {"audio": SOUND})
    outputs, forecast = harness.built(node, {"clip": PAL}, {"audio": SOUND})
    assert differences(real["out"], forecast["out"]) == []
    assert outputs["sound"].info == forecast["sound"]
    return real, forecast, outputs["sound"]


def frames_of(clip: vs.VideoNode, whole: vs.VideoNode) -> list[int]:
    """Which frames of `whole` a clip shows."""
    known = {pixels(whole, n).tobytes(): n for n in range(whole.num_frames)}
    return [known[pixels(clip, n).tobytes()] for n in range(clip.num_frames)]


@pytest.mark.parametrize(
    ("mode", "ranges", "kept", "spans"),
    [
        ("keep", [[2, 5]], [2, 3, 4], ((2, 5),)),
        ("keep", [[8, None], [0, 2]], [8, 9, 10, 11, 0, 1], ((8, 12), (0, 2))),
        ("cut", [[0, 3], [5, 9]], [3, 4, 9, 10, 11], ((3, 5), (9, None))),
        ("cut", [[5, 9], [8, None], [6, 7]], [0, 1, 2, 3, 4], ((0, 5),)),
        ("keep", [[10, 400]], [10, 11], ((10, None),)),
    ],
)
def test_trimming_keeps_picture_and_sound_together(
    mode: str, ranges: list[Any], kept: list[int], spans: tuple[tuple[int, int | None], ...]
) -> None:
    real, forecast, sound = trimmed(mode=mode, ranges=ranges)
    assert frames_of(real["out"], picture(PAL)) == kept
    assert isinstance(sound.op, SoundCut)
    expected = tuple((Fraction(a, 25), None if b is None else Fraction(b, 25)) for a, b in spans)
    assert sound.op.spans == expected
    assert sound.info.duration == forecast["out"].duration
    assert sound.info.start == forecast["out"].start == Fraction(kept[0], 25)


def test_no_ranges_change_nothing() -> None:
    real, _, sound = trimmed()
    assert frames_of(real["out"], picture(PAL)) == list(range(12))
    assert sound == SOUND


def test_a_trim_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(ParamError, match=r"nothing is left .* 0 to 11"):
        Trim(ranges=[[100, 200]]).forecast(PAL, None)
    with pytest.raises(ParamError, match="nothing is left"):
        Trim(mode="cut", ranges=[[0, None]]).forecast(PAL, None)


def test_joined_clips_follow_each_other_with_their_sounds() -> None:
    short = harness.replace(PAL, frames=5)
    sources = {"clip": (PAL, picture(PAL)), "clip2": (short, picture(short)), "clip3": None, "clip4": None}
    extra = {"audio": SOUND, "audio2": None, "audio3": None, "audio4": None}
    real = harness.run(Join(), sources, extra)
    outputs, forecast = harness.built(Join(), {name: pair and pair[0] for name, pair in sources.items()}, extra)
    assert differences(real["out"], forecast["out"]) == []
    assert frames_of(real["out"], picture(PAL)) == [*range(12), *range(5)]
    sound = outputs["sound"]
    assert isinstance(sound.op, SoundJoin)
    assert sound.op.parts[0] == (SOUND.op, Fraction(12, 25))
    assert sound.op.parts[1] == (Silence(48000, 2, Fraction(5, 25)), Fraction(5, 25))
    assert sound.info == forecast["sound"]
    assert sound.info.duration == Fraction(17, 25)


def test_a_smaller_clip_can_be_conformed() -> None:
    small = harness.replace(
        PAL, width=352, height=288, sar=Fraction(12, 11), format=harness.PixelFormat.parse("YUV420P8")
    )
    sources = {"clip": (PAL, picture(PAL)), "clip2": (small, picture(small)), "clip3": None, "clip4": None}
    extra = dict.fromkeys(("audio", "audio2", "audio3", "audio4"))
    real = harness.run(Join(unlike="conform"), sources, extra)["out"]
    _, forecast = harness.built(Join(unlike="conform"), {k: v and v[0] for k, v in sources.items()}, extra)
    assert differences(real, forecast["out"]) == []
    with real.get_frame(20) as frame:
        assert (frame.width, frame.height, frame.props["_SARNum"], frame.props["_SARDen"]) == (720, 576, 16, 15)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"fps": Fraction(30)}, "rate change"),
        ({"fields": Fields.BFF}, "Deinterlace both"),
        ({"width": 704}, "unlike to conform"),
    ],
)
def test_clips_that_do_not_fit_are_refused(change: dict[str, Any], says: str) -> None:
    nothing = (None,) * 6
    with pytest.raises(ParamError, match=says):
        Join().forecast(PAL, harness.replace(PAL, **change), *nothing)


def test_a_sound_file_begins_with_its_picture() -> None:
    sound = SoundFromFile(file=str(BUNNY)).build(Script(), probe)
    assert isinstance(sound.op, SoundFile)
    assert (sound.op.stream, sound.op.codec, sound.info.rate, sound.info.channels) == (0, "aac", 48000, 6)
    assert sound.info == SoundFromFile(file=str(BUNNY)).forecast(probe)
