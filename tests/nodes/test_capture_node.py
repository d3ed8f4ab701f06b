"""The tape as a source: its facts before anything was captured, and the recording that it stands for afterwards."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest

from nodes.clip import Fields, Matrix, SoundInfo
from nodes.library.input.capture import Capture
from nodes.library.input.video import Video
from nodes.media import Media, MediaError
from nodes.script import Script
from nodes.sound import Sound, SoundJoin
from runtime import takes
from runtime.compiled import Remembering
from runtime.ring import Ring, RingFacts
from runtime.sound import write
from tests.nodes import sources
from tests.nodes.harness import differences
from tests.nodes.sources import DV_PAL, ffmpeg, opened


def probe(path: str) -> Media:
    return takes.media_of(path, probe) if takes.stands_for_others(path) else sources.probe(path)


@pytest.fixture(autouse=True)
def _sets_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.nodes.sources._given", lambda method: [probe] if "probe" in _names(method) else [])


def _names(method: object) -> tuple[str, ...]:
    from nodes.node import arguments

    return arguments(method)


@pytest.mark.parametrize(
    ("standard", "samples", "line", "matrix", "dar"),
    [
        ("pal", "8 bit", "720x576 25i TFF YUV422P8", Matrix.BT470BG, Fraction(4, 3)),
        ("secam", "10 bit", "720x576 25i TFF YUV422P10", Matrix.BT470BG, Fraction(4, 3)),
        ("ntsc", "8 bit", "720x480 29.97i BFF YUV422P8", Matrix.SMPTE170M, Fraction(4, 3)),
        ("pal-m", "8 bit", "720x480 29.97i BFF YUV422P8", Matrix.SMPTE170M, Fraction(4, 3)),
        ("pal-n", "8 bit", "720x576 25i TFF YUV422P8", Matrix.BT470BG, Fraction(4, 3)),
        ("pal", "dv", "720x576 25i BFF YUV420P8", Matrix.BT470BG, Fraction(4, 3)),
        ("ntsc", "dv", "720x480 29.97i BFF YUV411P8", Matrix.SMPTE170M, Fraction(4, 3)),
    ],
)
def test_the_standard_tells_what_will_come(
    standard: str, samples: str, line: str, matrix: Matrix, dar: Fraction
) -> None:
    facts: Any = Capture(standard=standard, samples=samples, minutes=2).forecast(probe)
    clip, sound = facts["out"], facts["sound"]
    assert (clip.line(), clip.matrix, clip.dar) == (line, matrix, dar)
    assert abs(clip.duration - 120) < Fraction(1, 20)
    assert sound == SoundInfo(48000, 2, clip.duration)


def test_what_a_codec_makes_of_it_is_known_too() -> None:
    deep: Any = Capture(codec="v210").forecast(probe)["out"]
    assert deep.format.name == "YUV422P10"
    wide: Any = Capture(field_order="bff", aspect="16:9").forecast(probe)["out"]
    assert (wide.fields, wide.dar) == (Fields.BFF, Fraction(16, 9))


def test_without_a_take_it_says_what_to_do() -> None:
    with pytest.raises(MediaError, match=r"nothing is captured yet .*capture run.*-i FILE"):
        Capture().build(Script(), probe)


def test_a_finished_recording_takes_its_place(tmp_path: Path) -> None:
    real, forecast = opened(Capture(take=str(DV_PAL), standard="ntsc"), tmp_path)
    assert differences(real["out"], forecast["out"]) == []
    assert real["sound"].info == forecast["sound"]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small recording, whole and in three parts as a recorder cuts them, with noise for sound: every sample tells."""
    folder = tmp_path_factory.mktemp("Zwei Wörter")
    picture = ("-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=3")
    sound = ("-f", "lavfi", "-i", "anoisesrc=r=48000:d=3:seed=7,aformat=sample_fmts=s16:channel_layouts=stereo")
    coded = ("-c:v", "ffv1", "-g", "1", "-pix_fmt", "yuv422p", "-c:a", "pcm_s16le")
    ffmpeg(*picture, *sound, *coded, folder / "whole.mkv")
    cut = ("-f", "segment", "-segment_time", "1.16", "-reset_timestamps", "1")
    ffmpeg("-i", folder / "whole.mkv", "-map", "0", "-c", "copy", *cut, folder / "part%d.mkv")
    return folder


def a_set(folder: Path, *parts: str, name: str = "tape.tapeset", **more: object) -> Path:
    held = [{"file": part, "size": (folder / part).stat().st_size} for part in parts]
    text = {"format": "tapeloom.tapeset", "version": 1, "passes": [{"id": 1, "parts": held, **more}]}
    (folder / name).write_text(json.dumps(text), "utf-8")
    return folder / name


def pcm(op: object) -> bytes:
    graph = write(op, 0)  # type: ignore[arg-type]
    words = [word for one in graph.inputs for word in one]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *words, "-filter_complex", ";".join(graph.chains)]
    done = subprocess.run(
        [*command, "-map", f"[{graph.out}]", "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"],
        check=True, capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.stdout


def test_parts_are_joined_to_the_frame_and_to_the_sample(recording: Path, tmp_path: Path) -> None:
    path = a_set(recording, "part0.mkv", "part1.mkv", "part2.mkv")
    real, forecast = opened(Capture(take=str(path)), tmp_path)
    assert differences(real["out"], forecast["out"]) == []
    whole, _ = opened(Capture(take=str(recording / "whole.mkv")), tmp_path)
    assert real["out"].num_frames == whole["out"].num_frames == 75
    for number in range(75):
        with real["out"].get_frame(number) as one, whole["out"].get_frame(number) as other:
            assert (np.asarray(one[0]) == np.asarray(other[0])).all(), number
    sound = real["sound"]
    assert isinstance(sound, Sound) and isinstance(sound.op, SoundJoin)
    assert pcm(sound.op) == pcm(whole["sound"].op)
    assert abs(sound.info.duration - 3) < Fraction(1, 25)


def test_what_was_lost_at_a_joint_is_silence_and_the_rest_stays_in_place(recording: Path, tmp_path: Path) -> None:
    ffmpeg("-i", recording / "part0.mkv", "-map", "0", "-c:v", "copy", "-af", "atrim=end=0.5", recording / "short.mkv")
    path = a_set(recording, "short.mkv", "part1.mkv", name="lost.tapeset")
    real, _ = opened(Capture(take=str(path)), tmp_path)
    heard = np.frombuffer(pcm(real["sound"].op), "<i2").reshape(-1, 2)
    alone = pcm(opened(Capture(take=str(recording / "part1.mkv")), tmp_path)[0]["sound"].op)
    second = np.frombuffer(alone, "<i2").reshape(-1, 2)
    second = second[np.flatnonzero(second.any(1))[0] :]
    gap = round(48000 * 29 / 25)  # where the second part begins
    assert not heard[24100 : gap - 1500].any()
    start = next(at for at in range(gap - 1500, gap + 1500) if heard[at].any())
    assert abs(start - gap) < 1300  # a packet of sound
    assert (heard[start : start + 1000] == second[:1000]).all()


def test_parts_of_another_signal_are_refused(recording: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=0.2", "-c:v", "ffv1", recording / "other.mkv")
    path = a_set(recording, "part0.mkv", "other.mkv", name="mixed.tapeset")
    with pytest.raises(MediaError, match="The signal changed while it was recorded"):
        Capture(take=str(path)).forecast(probe)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"pass_number": 2}, "there is no pass 2; there are: 1"),
        ({"take": "none.tapeset"}, "there is no such set"),
    ],
)
def test_what_is_not_there_is_said(change: dict[str, object], says: str, recording: Path) -> None:
    path = a_set(recording, "part0.mkv", name="one.tapeset")
    with pytest.raises(MediaError, match=says):
        Capture(take=str(path)).having(**change).forecast(probe)


def test_a_part_that_was_cut_short_is_refused(recording: Path) -> None:
    path = a_set(recording, "part0.mkv", name="short.tapeset")
    text = json.loads(path.read_text("utf-8"))
    text["passes"][0]["parts"][0]["size"] += 1
    path.write_text(json.dumps(text), "utf-8")
    with pytest.raises(MediaError, match="It was cut short or changed"):
        Capture(take=str(path)).forecast(probe)


def test_a_running_capture_is_as_long_as_any_tape(tmp_path: Path) -> None:
    facts = RingFacts("a session", 96, 64, "YUV422P8", (25, 1), "tff", (16, 15), 5, 5, 6, slots=4)
    with Ring.create(tmp_path / "a.ring", facts) as ring:
        node = Capture(take=str(ring.path))
        clip: Any = node.forecast(probe)["out"]
        assert (clip.line(), clip.frames) == ("96x64 25i TFF YUV422P8", 24 * 3600 * 25)
        assert "sound" not in node.build(Script(), probe)
    ring.path.unlink()
    with pytest.raises(MediaError, match="It may have ended"):
        node.forecast(probe)


def test_a_set_is_no_video_file(recording: Path) -> None:
    path = a_set(recording, "part0.mkv", "part1.mkv", name="set.tapeset")
    with pytest.raises(MediaError, match="Put a Tape capture node here"):
        Video(file=str(path)).forecast(probe)


def test_a_set_that_has_changed_is_looked_at_again(recording: Path) -> None:
    path = a_set(recording, "part0.mkv", name="grown.tapeset")
    looked = Remembering(probe)
    node = Capture(take=str(path))
    before: Any = node.forecast(looked)["out"]
    a_set(recording, "part0.mkv", "part1.mkv", name="grown.tapeset")
    again: Any = node.forecast(looked)["out"]
    after: Any = node.forecast(looked.without(str(path)))["out"]
    assert (before.frames, again.frames, after.frames) == (29, 29, 58)
