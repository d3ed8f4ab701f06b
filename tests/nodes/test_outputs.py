"""Output nodes: a file that is written says of itself what the clip was, and lossless ones give every sample back."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from nodes.clip import ClipInfo, Fields, PixelFormat
from nodes.params import ParamError
from nodes.registry import default_registry
from nodes.sink import SoundCodec
from tests.nodes import harness
from tests.runtime import written

NODES = default_registry().types
RGB = written.like(harness.PAL_50P, format=PixelFormat.parse("RGB24"), frames=6)
RGB48 = written.like(RGB, format=PixelFormat.parse("RGB48"))
GRAY16 = written.like(harness.PAL_50P, format=PixelFormat.parse("GRAY16"), frames=6)
FLOATS = written.like(harness.PAL_50P, format=PixelFormat.parse("YUV444PS"), frames=4)
SAID = ("width", "height", "fps", "frames", "sar", "fields", "matrix", "range", "primaries", "transfer")

FILES = {
    "ffv1 mkv": ("output.ffv1", {}, ".mkv"),
    "ffv1 mov": ("output.ffv1", {}, ".mov"),
    "h264 mp4": ("output.h264", {"preset": "ultrafast"}, ".mp4"),
    "h264 mkv 10 bit 422": ("output.h264", {"preset": "ultrafast", "depth": "10", "chroma": "422"}, ".mkv"),
    "h265 mp4": ("output.h265", {"preset": "ultrafast"}, ".mp4"),
    "h265 mkv": ("output.h265", {"preset": "ultrafast", "depth": "8"}, ".mkv"),
    "av1 mkv": ("output.av1", {"preset": "ultrafast"}, ".mkv"),
    "prores hq": ("output.prores", {}, ".mov"),
    "prores 4444": ("output.prores", {"profile": "4444"}, ".mov"),
    "v210 mov": ("output.uncompressed", {}, ".mov"),
    "v210 mkv": ("output.uncompressed", {}, ".mkv"),
    "uyvy mov": ("output.uncompressed", {"packing": "uyvy"}, ".mov"),
}


def said(info: ClipInfo) -> dict[str, object]:
    return {name: getattr(info, name) for name in SAID}


@pytest.mark.parametrize("tape", ["pal 25i", "ntsc dv 411", "pal 50p"])
@pytest.mark.parametrize("kind", FILES)
def test_a_file_says_what_the_clip_was(kind: str, tape: str, tmp_path: Path) -> None:
    type_id, params, suffix = FILES[kind]
    info = harness.TAPES[tape]
    path = tmp_path / f"made{suffix}"
    written.write(NODES[type_id](**params), info, path)
    found = written.looked(path)
    assert said(found.video[0].clip) == said(info)
    assert found.duration == info.duration


@pytest.mark.parametrize("suffix", [".dv", ".mov", ".avi"])
@pytest.mark.parametrize("tape", ["ntsc dv 411", "pal dv 420"])
def test_dv_is_dv(tape: str, suffix: str, tmp_path: Path) -> None:
    info = harness.TAPES[tape]
    path = tmp_path / f"made{suffix}"
    written.write(NODES["output.dv"](), info, path)
    found = written.looked(path).video[0]
    assert found.codec == "dvvideo"
    assert found.clip.format == info.format
    assert said(found.clip) == said(info)


@pytest.mark.parametrize(("profile", "form"), [("sq", "YUV422P8"), ("hqx", "YUV422P10"), ("444", "YUV444P10")])
def test_dnxhr_keeps_size_rate_and_colours(profile: str, form: str, tmp_path: Path) -> None:
    info = harness.PAL_50P
    path = tmp_path / "made.mov"
    written.write(NODES["output.dnxhr"](profile=profile), info, path)
    found = written.looked(path).video[0].clip
    assert found.format.name == form
    assert said(found) == said(info)


@pytest.mark.parametrize(
    ("type_id", "params", "suffix", "info"),
    [
        ("output.ffv1", {}, ".mkv", harness.PAL),
        ("output.ffv1", {}, ".mkv", harness.NTSC_DV),
        ("output.ffv1", {}, ".avi", harness.PAL_420),
        ("output.ffv1", {"slices": 30}, ".mov", harness.PAL_P16),
        ("output.ffv1", {"slices": 4}, ".mkv", RGB),
        ("output.ffv1", {}, ".mkv", RGB48),
        ("output.ffv1", {}, ".mkv", GRAY16),
        ("output.ffv1", {}, ".mkv", FLOATS),
        ("output.uncompressed", {}, ".mov", harness.PAL),
        ("output.uncompressed", {}, ".mkv", harness.PAL_P16),
        ("output.uncompressed", {"packing": "uyvy"}, ".avi", harness.PAL),
        ("output.uncompressed", {"packing": "rgb"}, ".mov", RGB),
        ("output.uncompressed", {"packing": "rgb"}, ".avi", RGB),
    ],
)
def test_lossless_files_give_every_sample_back(
    type_id: str, params: dict[str, object], suffix: str, info: ClipInfo, tmp_path: Path
) -> None:
    path = tmp_path / f"made{suffix}"
    sent, _ = written.write(NODES[type_id](**params), info, path)
    wanted = written.planes(sent)
    found = written.decoded(path, sent)
    assert len(found) == len(wanted) == info.frames
    for ours, theirs in zip(wanted, found, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("params", [{}, {"depth": "16"}, {"format": "tiff"}, {"format": "tiff", "depth": "16"}])
def test_pictures_are_exact_and_counted_as_the_frames(params: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "100% stills"
    folder.mkdir()
    sent, _ = written.write(NODES["output.images"](**params), RGB48, folder, span=(2, 5))
    ending = ".tif" if params.get("format") == "tiff" else ".png"
    assert sorted(path.name for path in folder.iterdir()) == [f"00000{number}{ending}" for number in (2, 3, 4)]
    for ours, path in zip(written.planes(sent), sorted(folder.iterdir()), strict=True):
        (theirs,) = written.decoded(path, sent)
        assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_ffv1_is_version_3_with_checksums_in_slices(tmp_path: Path) -> None:
    path = tmp_path / "made.mkv"
    written.write(NODES["output.ffv1"](), harness.PAL, path)
    whole = path.read_bytes()
    broken = bytearray(whole)
    broken[-3000:-2900] = bytes(100)
    (tmp_path / "broken.mkv").write_bytes(bytes(broken))
    assert written.complaints(path) == []
    assert any("CRC mismatch" in line for line in written.complaints(tmp_path / "broken.mkv"))


# ------------------------------------------------------------------------------------------- files and refusals


@pytest.mark.parametrize(
    ("type_id", "file", "muxer", "suffix"),
    [
        ("output.ffv1", "", "matroska", ".mkv"),
        ("output.ffv1", "tape.MOV", "mov", ".mov"),
        ("output.h264", "tape", "mp4", ".mp4"),
        ("output.h264", "Tape 12. part 3", "mp4", ".mp4"),
        ("output.h264", "tape.mkv", "matroska", ".mkv"),
        ("output.dv", "tape.dif", "dv", ".dif"),
    ],
)
def test_the_files_ending_chooses_the_container(type_id: str, file: str, muxer: str, suffix: str) -> None:
    params = {"file": file, "sound": "copy"}
    sink = written.sink_of(NODES[type_id](**params), harness.PAL_420)
    assert (sink.muxer, sink.suffix) == (muxer, suffix)


def test_an_ending_that_is_none_of_the_nodes_is_refused() -> None:
    with pytest.raises(ParamError, match=r"tape\.mp4: \.mp4 is no file that this node writes.*\.mkv, \.mov"):
        written.sink_of(NODES["output.ffv1"](file="tape.mp4"), harness.PAL)


def test_a_container_that_cannot_hold_the_sound_is_refused() -> None:
    with pytest.raises(ParamError, match=r"a \.mp4 file cannot hold PCM sound. Choose one of: copy, aac, opus"):
        written.sink_of(NODES["output.h264"](file="tape.mp4", sound="pcm"), harness.PAL)


@pytest.mark.parametrize(
    ("info", "words"),
    [
        (harness.PAL_50P, "25 frames a second"),
        (harness.PAL, "bottom field first"),
        (written.like(harness.PAL_420, width=704), "720x576"),
        (written.like(harness.NTSC_DV, height=486), "720x480"),
    ],
)
def test_dv_refuses_what_no_deck_would_take(info: ClipInfo, words: str) -> None:
    with pytest.raises(ParamError, match=words):
        written.sink_of(NODES["output.dv"](), info)


def test_a_size_that_420_cannot_hold_is_refused_with_the_remedy() -> None:
    odd = written.like(harness.PAL, width=718, height=574)
    with pytest.raises(ParamError, match=r"718x574 cannot be coded as 420: .* the height of 4\. Crop or pad"):
        written.sink_of(NODES["output.h264"](), odd)


@pytest.mark.parametrize("type_id", ["output.h265", "output.av1", "output.dnxhr"])
def test_codecs_without_fields_warn_of_interlaced_clips(type_id: str) -> None:
    assert "einterlacer before" in " ".join(NODES[type_id]().check(harness.PAL))
    assert list(NODES[type_id]().check(harness.PAL_50P)) == []


# ------------------------------------------------------------------------------------------------------ hardware


def test_automatic_hardware_ends_with_software() -> None:
    sink = written.sink_of(NODES["output.h264"](hardware="auto"), harness.PAL_50P)
    names = [coder.encoder for coder in sink.coders]
    assert names == ["h264_nvenc", "h264_amf", "h264_qsv", "h264_videotoolbox", "libx264"]
    assert [coder.hardware for coder in sink.coders] == [True, True, True, True, False]


def test_automatic_hardware_leaves_interlaced_video_to_software() -> None:
    sink = written.sink_of(NODES["output.h264"](hardware="auto"), harness.PAL)
    assert [coder.encoder for coder in sink.coders] == ["libx264"]


@pytest.mark.parametrize(
    ("params", "info", "words"),
    [
        ({"hardware": "nvenc"}, harness.PAL, "interlaced"),
        ({"hardware": "nvenc", "chroma": "422"}, harness.PAL_50P, "4:2:0"),
        ({"hardware": "amf", "depth": "10"}, harness.PAL_50P, "8 bit"),
    ],
)
def test_named_hardware_that_cannot_do_it_is_refused(params: dict[str, str], info: ClipInfo, words: str) -> None:
    with pytest.raises(ParamError, match=words):
        written.sink_of(NODES["output.h264"](**params), info)


@pytest.mark.parametrize("hardware", ["nvenc", "quicksync", "amf", "videotoolbox"])
@pytest.mark.parametrize("type_id", ["output.h264", "output.h265"])
def test_quality_or_bitrate_reaches_every_hardware_encoder(type_id: str, hardware: str) -> None:
    by_quality = written.sink_of(NODES[type_id](hardware=hardware, crf=23), harness.PAL_50P).coders[0]
    better = written.sink_of(NODES[type_id](hardware=hardware, crf=17), harness.PAL_50P).coders[0]
    by_rate = written.sink_of(NODES[type_id](hardware=hardware, bitrate=6000), harness.PAL_50P).coders[0]
    assert by_quality != better
    assert "6000k" in by_rate.options
    assert "6000k" not in by_quality.options


def test_every_output_offers_no_sound() -> None:
    for type_id, node in NODES.items():
        if type_id.startswith("output.") and "sound" in node.params:
            assert written.sink_of(node(sound="none"), _fits(type_id)).sound_codec is SoundCodec.NONE


def _fits(type_id: str) -> ClipInfo:
    return harness.PAL_420 if type_id == "output.dv" else harness.PAL_50P


def test_pixel_aspects_beyond_a_hundred_stay_exact(tmp_path: Path) -> None:
    info = written.like(harness.PAL_50P, sar=Fraction(118, 81), fields=Fields.PROGRESSIVE)
    written.write(NODES["output.h264"](preset="ultrafast"), info, tmp_path / "wide.mp4")
    assert written.looked(tmp_path / "wide.mp4").video[0].clip.sar == Fraction(118, 81)
