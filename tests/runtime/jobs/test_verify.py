"""What a finished file says of itself, and how that is proved."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from graphs.codec import decode
from tests.runtime import tapes
from tests.runtime.documents import graph, save
from tests.runtime.test_run import ran, started
from tests.runtime.written import FFMPEG

CHAIN = graph(
    {
        "source1": ("input.video", {}),
        "bwdif1": ("deinterlace.bwdif", {}),
        "encode1": ("output.ffv1", {}),
        "encode2": ("output.h264", {"preset": "ultrafast"}),
    },
    "source1.out > bwdif1.clip",
    "bwdif1.out > encode1.clip",
    "source1.sound > encode1.audio",
    "bwdif1.out > encode2.clip",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tape, and what came of it: lossless in Matroska, lossy in MP4."""
    desk = tmp_path_factory.mktemp("desk")
    tape = tapes.tape(desk / "my tape.mkv", seconds=2)
    save(CHAIN, desk / "chain.graph")
    words = (desk / "chain.graph", "-i", tape, "-o", desk / "out.mkv", "-o", desk / "view.mp4", "--segment", "30")
    code, _, err = ran(*words)
    assert (code, err) == (0, "")
    return desk


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Path:
    """A copy to spoil; the record still names the tape where it was."""
    return Path(shutil.copytree(made, tmp_path / "desk"))


def verified(*words: str | Path) -> tuple[int, dict[str, object], str]:
    process = started("verify", *words, "--json")
    out, err = process.communicate(timeout=120)
    return process.returncode, json.loads(out or "{}"), err


def said(found: dict[str, object]) -> dict[str, bool | None]:
    listed = found["found"]
    assert isinstance(listed, list)
    return {str(one["what"]): one["good"] for one in listed}


def test_a_file_is_proved_by_its_record_and_by_frames_made_again(made: Path) -> None:
    code, found, err = verified(made / "out.mkv", "--samples", "3")
    assert (err, code, found["good"]) == ("", 0, True)
    assert said(found) == {
        "coded pictures": True,
        "decoded pictures": True,
        "sound": None,
        "source my tape.mkv": True,
        "frame 16, made again": True,
        "frame 50, made again": True,
        "frame 83, made again": True,
    }


def test_a_lossy_one_too_from_the_record_beside_it(made: Path) -> None:
    code, found, err = verified(made / "view.mp4", "--samples", "2")
    assert (err, code) == ("", 0)
    assert said(found) == {
        "coded pictures": True, "source my tape.mkv": True, "frame 25, made again": True, "frame 75, made again": True,
    }  # fmt: skip


def test_one_changed_picture_is_found_and_where(desk: Path) -> None:
    spoiled = desk / "spoiled.mkv"
    argv = [FFMPEG, "-v", "error", "-i", str(desk / "out.mkv"), "-map", "0:v", "-map", "0:t", "-vf"]
    argv += ["drawbox=x=4:y=4:w=2:h=2:enable='eq(n,40)'", "-c:v", "ffv1", "-level", "3", str(spoiled)]
    subprocess.run(argv, check=True)
    code, found, _ = verified(spoiled)
    assert code == 1
    listed = found["found"]
    assert isinstance(listed, list)
    (decoded,) = [one for one in listed if one["what"] == "decoded pictures"]
    assert (decoded["good"], decoded["said"]) == (False, "changed somewhere in the frames 30–59")


def test_a_file_cut_short_is_found(desk: Path) -> None:
    argv = [
        FFMPEG,
        "-v",
        "error",
        "-i",
        str(desk / "out.mkv"),
        "-map",
        "0:v",
        "-map",
        "0:t",
        "-c",
        "copy",
        "-frames:v",
        "70",
    ]
    subprocess.run([*argv, "-c", "copy", "-frames:v", "70", str(desk / "short.mkv")], check=True)
    code, found, _ = verified(desk / "short.mkv")
    assert (code, said(found)["coded pictures"]) == (1, False)


def test_a_source_that_changed_is_told(made: Path, desk: Path) -> None:
    record = json.loads((desk / "view.mp4.record.json").read_text("utf-8"))
    mine = desk / "my tape.mkv"
    mine.write_bytes(mine.read_bytes() + b"\0")
    record["sources"][0]["path"] = str(mine)
    (desk / "view.mp4.record.json").write_text(json.dumps(record), "utf-8")
    code, found, _ = verified(desk / "view.mp4")
    assert (code, said(found)["source my tape.mkv"]) == (1, False)


@pytest.mark.parametrize("name", ["my tape.mkv", "chain.graph", "nothing.mkv"])
def test_what_carries_no_record_is_told(made: Path, name: str) -> None:
    code, _, err = verified(made / name)
    assert (code, len(err.splitlines()), "Traceback" in err) == (2, 1, False)


def test_the_graph_comes_out_of_either(desk: Path) -> None:
    for name in ("out.mkv", "view.mp4"):
        process = started("open", desk / name, "-o", desk / f"{name}.graph")
        assert process.communicate(timeout=60)[1] == ""
        opened = decode((desk / f"{name}.graph").read_bytes())
        assert {node.type for node in opened.nodes.values()} == {node.type for node in CHAIN.nodes.values()}
    again = started("open", desk / "out.mkv", "-o", desk / "out.mkv.graph")
    assert "exists already" in again.communicate(timeout=60)[1]
    assert again.returncode == 2
