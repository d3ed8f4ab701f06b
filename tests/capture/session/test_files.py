"""What is read from and written beside a recording: lists, Matroska that was cut off, the log, the report, places."""

from __future__ import annotations

import io
import json
import random
import subprocess
import xml.dom.minidom
from fractions import Fraction
from pathlib import Path

import pytest

from capture.session import report, telling
from capture.session.asking import Asked, Feed, Source, Splits
from capture.session.disk import Forecast
from capture.session.lists import FrameList, listed_parts
from capture.session.log import Log, read
from capture.session.matroska import blocks, clusters_of, pieces
from capture.session.messages import Done, Happened, HappeningKind, Part, Record, decode_request, encode
from capture.session.places import Places, PlacesError, checked
from capture.session.splitting import cuts
from capture.session.tally import Tally
from runtime import ffmpeg

LIST = b"""#format: frame checksums
#hash: MD5
#tb 0: 1/1000000
#dimensions 0: 720x576
0,          0,          0,    40000,   829440, 6173b7c8407f54ccb82fb25c86e930b9
0,      40000,      40000,    40000,   829440, f5cbdd3e8a65a853b10f2c5f1ef5388c
0,     120000,     120000,    40000,   829440, 4f6ad7c2d6373b0fb23b26ea77ecc9b7
"""


@pytest.mark.parametrize("step", [1, 7, 100, 10_000])
def test_a_list_is_read_in_whatever_pieces_it_comes(step: int) -> None:
    reader = FrameList()
    found = [one for at in range(0, len(LIST), step) for one in reader.feed(LIST[at : at + step])]
    assert [one.pts_s for one in found] == pytest.approx([0.0, 0.04, 0.12])
    assert found[1].digest.startswith("f5cb") and reader.facts["dimensions"] == "720x576"


def test_a_list_that_was_cut_off_or_damaged_gives_its_whole_lines() -> None:
    assert len(FrameList().feed(LIST[:-20])) == 2
    assert len(FrameList().feed(LIST.replace(b"40000,      40000,", b"4\x00\xff,"))) == 2
    assert listed_parts('a.mkv,0.000000,1.2\n"b,c.mkv",1.2,2.5\nrubbish\nd.mkv,2.5') != []
    assert [one.start_s for one in listed_parts("a.mkv,0.000000,1.2\nb.mkv,1.2,2.5\nrubbish\n")] == [0.0, 1.2]


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tapes") / "tape.mkv"
    argv = [ffmpeg.find().path, "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=1", "-f", "lavfi"]
    argv += ["-i", "sine=r=48000:d=1", "-c:v", "ffv1", "-g", "1", "-c:a", "pcm_s16le", str(path)]
    subprocess.run(argv, check=True)
    return path


def frames(data: bytes) -> int:
    return sum(one.track.kind == 1 for one in blocks(io.BytesIO(data)))


def test_a_file_that_was_cut_off_anywhere_gives_all_its_whole_frames(tape: Path, tmp_path: Path) -> None:
    whole = tape.read_bytes()
    chance = random.Random(1)
    cut = tmp_path / "cut.mkv"
    before = 0
    for at in sorted(chance.randrange(2000, len(whole)) for _ in range(40)):
        cut.write_bytes(whole[:at])
        strung = b"".join(clusters_of([cut]))
        assert frames(strung) == frames(whole[:at])  # as many as a reader of the stream finds
        assert frames(strung) >= before
        before = frames(strung)
    assert frames(b"".join(clusters_of([tape]))) == 25
    decoded = subprocess.run(
        [ffmpeg.find().path, "-v", "error", "-f", "matroska", "-i", "pipe:0", "-f", "framecrc", "-"],
        input=b"".join(clusters_of([cut])), capture_output=True, check=True,
    )  # fmt: skip
    assert decoded.stderr == b""


def test_what_is_no_matroska_has_no_pieces(tmp_path: Path) -> None:
    path = tmp_path / "x.mkv"
    for data in (b"", b"\x1a", b"RIFF" * 100, bytes(1000), b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67"):
        path.write_bytes(data)
        assert pieces(path) is None
    assert list(blocks(io.BytesIO(b"\x1a\x45\xdf\xa3\xff\xff"))) == []


def test_the_log_survives_a_line_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.log.jsonl"
    log = Log(path)
    log.write("lost", t_s=1.5, frame=37, count=7, text="ä")
    log.write("note", t_s=2.0, frame=50, text="x")
    log.close()
    path.write_bytes(path.read_bytes()[:-9])
    (line,) = read(path)
    assert (line["what"], line["frame"], line["text"]) == ("lost", 37, "ä")


def test_the_forecast_is_what_was_written_lately() -> None:
    forecast = Forecast(expected=10e6, reserve=1_000_000_000)
    assert forecast.left_s(2_000_000_000) == pytest.approx(100)
    for second in range(60):
        forecast.saw(second, second * 4_000_000 if second < 30 else 120_000_000 + (second - 30) * 8_000_000)
    assert forecast.bytes_per_s == pytest.approx(8e6, rel=0.1)
    assert forecast.left_s(500) == 0.0


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "  ", "a\0b"])
def test_what_can_be_no_files_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PlacesError, match="cannot be a file's name"):
        checked(Asked(Source((Feed("v4l2", "x"),)), str(tmp_path), name))
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_was_cut_off_is_named_with_what_to_do(tmp_path: Path) -> None:
    asked = Asked(Source((Feed("v4l2", "x"),)), str(tmp_path), "tape")
    checked(asked)
    with pytest.raises(PlacesError, match="makes it whole"):
        checked(asked)


def test_what_was_asked_for_survives_the_wire() -> None:
    source = Source((Feed("dshow", "video=\udcff", (("a", "b"),), ("deck", "x")),), "label", sound=-1, fields="tff")
    asked = Record(3, Asked(source, "folder", "näme", codec="v210", splits=Splits(scenes=True)), resume=True)
    assert decode_request(encode(asked)) == asked


def test_cuts_lie_where_something_begins_and_not_too_close() -> None:
    begun: list[tuple[HappeningKind, int]] = [("scene", 4), ("scene", 100), ("scene", 105), ("scene", 995)]
    begun += [("recording", 200), ("picture", 300)]
    marks = [Happened(kind, 0.0, frame) for kind, frame in begun]
    assert cuts(Splits(scenes=True), marks, 1000) == (100,)
    assert cuts(Splits(recordings=True), marks, 1000) == (200, 300)
    assert cuts(Splits(scenes=True, recordings=True), marks, 1000) == (100, 200, 300)
    assert cuts(Splits(), marks, 1000) == ()


def test_the_report_is_one_whole_page_whatever_the_tape_is_called(tmp_path: Path) -> None:
    name = "<b>\"50%\" & 'Söhne'"
    asked = Asked(Source((Feed("v4l2", "x"),), label="<deck>"), str(tmp_path), name)
    part = Part(str(tmp_path / f"{name}.mkv"), 0, 250, 0.0, 1_000_000)
    done = Done("asked", (part.path,), (part,), "r", "l", "f", 250, 7, t_s=10.0, holes=1, missing=50)
    marks = [
        Happened("started", 0.0, 0),
        Happened("lost", 4.0, 100, 7, 0.28),
        Happened("back", 6.0, 150, 50, 2.0),
        Happened("note", 8.0, 200, text="</svg><script>alert(1)</script>"),
    ]
    tally = Tally(Fraction(25))
    tally.begin(1).start_s = 0.0
    facts = report.facts_of(asked, done, marks, tally, [])
    report.write(Places(tmp_path, "x"), facts)
    assert json.loads((tmp_path / "x.report.json").read_text("utf-8"))["lost"] == 7
    page = (tmp_path / "x.report.html").read_text("utf-8")
    assert "<script" not in page and "http" not in page and "7 frames never came; 1 hole, about 50 frames long" in page
    assert "250 frames in 0:10.0, 7 frames lost, and about 50 in 1 hole; asked" in telling.summary(done)
    svg = page[page.index("<svg") : page.index("</svg>") + 6]
    shown = xml.dom.minidom.parseString(svg)
    assert {"Frames lost", "Holes", "Notes", "Recorded"} <= {
        one.firstChild.nodeValue for one in shown.getElementsByTagName("text") if one.firstChild
    }
