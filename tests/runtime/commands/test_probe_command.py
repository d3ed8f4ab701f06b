"""`probe` tells people and programs what a file is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runtime.commands import main
from tests.nodes.sources import BUNNY, DV_NTSC, DV_PAL, pictures


def test_people_get_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", str(DV_NTSC)]) == 0
    said = capsys.readouterr().out
    for part in (
        "QuickTime / MOV",
        "dvvideo, 720×480, YUV411P8, 29.970 (30000/1001) frames a second",
        "pixel aspect 8:9, picture 4:3",
        "flagged bottom field first",
        "measured   interlaced, bottom field first",
        "48 kHz stereo",
        "01:00:06;17 in the container, 00:37:46:06 on the tape",
        "cut short",
        "run dv-ntsc -i",
    ):
        assert part in said


def test_programs_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "--json", "--quick", str(DV_PAL)]) == 0
    said = json.loads(capsys.readouterr().out)
    video = said["video"][0]
    assert (video["fps"], video["sar"], video["dar"], video["fields"]) == ("25", "64/45", "16/9", "bff")
    assert said["timecode"] == {"container": "10:11:12:13", "tape": "10:11:12:13"}
    assert said["recorded"] == "1999-12-31 23:59:50"
    assert said["measured"] is None
    assert main(["probe", "--json", "--quick", str(DV_PAL), str(BUNNY)]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_what_cannot_be_read_is_said_beside_what_can(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.dv").write_text("not a tape\n")
    assert main(["probe", "--quick", str(tmp_path / "a.dv"), str(DV_PAL), str(tmp_path / "gone.avi")]) == 2
    said = capsys.readouterr()
    assert "dvvideo, 720×576" in said.out
    assert said.err.count("\n") == 2
    assert "text file" in said.err
    assert "no such file" in said.err


def test_a_file_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tag = ("-metadata", "title=\x1b[2J\x1b]0;owned\x07", "-c:v", "ffv1")
    path = pictures(*tag, to=tmp_path / "a.mkv", size="64x48", frames=2)
    assert main(["probe", "--quick", str(path)]) == 0
    said = capsys.readouterr().out
    assert "owned" in said
    assert "\x1b" not in said
    assert "\x07" not in said
