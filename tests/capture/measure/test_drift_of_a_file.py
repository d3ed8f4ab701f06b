"""The drift of a finished file, by its flashes and beeps."""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path

import pytest

from capture.command import run as capture
from runtime.commands import UserError
from tests.runtime import written


def marked(path: Path, ppm: float, seconds: int = 40, every: int = 4) -> Path:
    """A small film with a flash and a beep every few seconds; the sound card's clock is `ppm` fast."""
    picture = f"color=c=gray:s=64x36:r=25:d={seconds},geq=lum='if(eq(mod(N,{25 * every}),50),230,70)':cb=128:cr=128"
    at = f"mod(t/{1 + ppm / 1e6:.9f},{every})"
    sound = f"aevalsrc='if(between({at},2,2.05),0.4*sin(2*PI*1000*t),0.0004*random(0))':s=48000:d={seconds}"
    argv = [written.FFMPEG, "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    argv += ["-c:v", "ffv1", "-c:a", "pcm_s16le", f"file:{path}"]
    subprocess.run(argv, check=True)
    return path


def drift(*words: str) -> int:
    return capture(argparse.Namespace(what="drift", words=list(words)))


@pytest.mark.parametrize("ppm", [50.0, -900.0])
def test_a_files_marks_tell_its_drift(ppm: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = marked(tmp_path / "it's 50 %d.mkv", ppm)
    assert drift(str(path), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ppm"] == pytest.approx(ppm, abs=5)
    assert len(found["marks"]) == 10
    assert found["mended_by"]["node"] == "sound.drift"
    assert found["mended_by"]["params"]["late"] == pytest.approx(ppm * 3.6, abs=20)


def test_a_file_without_marks_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plain.mkv"
    argv = [written.FFMPEG, "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x36:d=2", "-f", "lavfi", "-i", "sine=d=2"]
    subprocess.run([*argv, "-c:v", "ffv1", "-c:a", "pcm_s16le", str(path)], check=True)
    with pytest.raises(UserError, match="too little"):
        drift(str(path))
    mute = tmp_path / "mute.mkv"
    subprocess.run([*argv[:7], "-t", "1", "-c:v", "ffv1", str(mute)], check=True)
    with pytest.raises(UserError, match="no sound"):
        drift(str(mute))
    with pytest.raises(UserError, match="no such file"):
        drift(str(tmp_path / "nowhere.mkv"))
