"""A file that was joined from segments is the one that one long encode gives: times, sound, pictures, and what is said
of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest

from nodes.registry import default_registry
from runtime.jobs.render import How, Rules, render
from runtime.session import Session
from tests.runtime import tapes
from tests.runtime.documents import graph
from tests.runtime.written import FFMPEG

SEGMENTS = How(least=10, rules=Rules(size=37))
OUTPUTS = {
    "ffv1": ("output.ffv1", {}),
    "h264 in mp4": ("output.h264", {"preset": "ultrafast"}),
    "h264 in mkv": ("output.h264", {"container": "mkv"}),  # with B-frames
    "prores": ("output.prores", {}),
}


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as one:
        yield one


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("tapes")
    found = {rate: tapes.tape(folder / f"tape {rate.replace('/', '-')}.mkv", seconds=4, fps=rate)
             for rate in ("25", "30000/1001", "24000/1001")}  # fmt: skip
    varied = folder / "varied.mkv"
    argv = [FFMPEG, "-v", "error", "-y", "-i", str(found["25"]), "-vf", "select='not(eq(mod(n,7),3))'"]
    subprocess.run([*argv, "-fps_mode", "vfr", "-c:v", "ffv1", "-c:a", "copy", str(varied)], check=True)
    return {**found, "variable": varied}


def made(session: Session, tape: Path, output: tuple[str, dict[str, Any]], folder: Path, name: str, how: How) -> Path:
    nodes = {"source1": ("input.video", {"file": str(tape)}), "encode1": output}
    document = graph(nodes, "source1.out > encode1.clip", "source1.sound > encode1.audio")
    done = render(
        document, outputs=[str(folder / name)], registry=default_registry(), session=session, how=how, trust=False
    )
    assert (done.segments > 2) is not how.single_pass
    return done.files[0].path


def times(path: Path) -> dict[str, Any]:
    """Every packet's time and length, and what the streams say of themselves."""
    with av.open(str(path)) as container:
        said = [
            (one.type, one.time_base, one.start_time, one.duration, getattr(one, "sample_aspect_ratio", None))
            for one in container.streams
            if one.type in ("video", "audio")
        ]
        video, audio = container.streams.video[0], container.streams.audio[0]
        packets: dict[str, list[tuple[int, int]]] = {"video": [], "audio": []}
        for packet in container.demux(video, audio):
            if packet.pts is not None:
                packets[packet.stream.type].append((packet.pts, packet.duration or 0))
        context = video.codec_context
        colours = context.colorspace, context.color_range, context.color_primaries, context.color_trc
    return {"said": said, "colours": colours, **{kind: sorted(found) for kind, found in packets.items()}}


def decoded(path: Path, stream: str) -> list[str]:
    argv = [FFMPEG, "-v", "error", "-i", str(path), "-map", f"0:{stream}", "-f", "framemd5", "-"]
    found = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    return [line.rsplit(",", 1)[-1] for line in found.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("rate", ["25", "30000/1001", "24000/1001", "variable"])
@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_joined_file_is_the_same_as_one_long_encode(
    rate: str, kind: str, session: Session, sources: dict[str, Path], tmp_path: Path
) -> None:
    whole = made(session, sources[rate], OUTPUTS[kind], tmp_path, "whole", How(single_pass=True))
    parts = made(session, sources[rate], OUTPUTS[kind], tmp_path, "parts", SEGMENTS)
    assert times(parts) == times(whole)
    assert decoded(parts, "a") == decoded(whole, "a")
    frames = decoded(parts, "v"), decoded(whole, "v")
    if kind in ("ffv1", "prores"):  # every picture by itself: where it is cut changes nothing
        assert frames[0] == frames[1]
    assert len(frames[0]) == len(frames[1])


@pytest.mark.parametrize("rate", ["30000/1001", "variable"])
def test_segments_kept_without_loss_give_the_very_encode_of_one_pass(
    rate: str, session: Session, sources: dict[str, Path], tmp_path: Path
) -> None:
    how = replace(SEGMENTS, intermediate=True)
    for kind in ("h264 in mp4", "h264 in mkv"):
        whole = made(session, sources[rate], OUTPUTS[kind], tmp_path, f"whole {kind}", How(single_pass=True))
        parts = made(session, sources[rate], OUTPUTS[kind], tmp_path, f"parts {kind}", how)
        assert times(parts) == times(whole)
        assert (decoded(parts, "v"), decoded(parts, "a")) == (decoded(whole, "v"), decoded(whole, "a"))


def test_pictures_in_a_folder_too(session: Session, sources: dict[str, Path], tmp_path: Path) -> None:
    found = []
    for name, how in (("whole", How(single_pass=True)), ("parts", SEGMENTS)):
        nodes: dict[str, tuple[str, dict[str, Any]]] = {
            "source1": ("input.video", {"file": str(sources["25"])}),
            "encode1": ("output.images", {}),
        }
        document = graph(nodes, "source1.out > encode1.clip")
        folder = tmp_path / name
        render(document, outputs=[str(folder)], registry=default_registry(), session=session, how=how)
        found.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert found[0] == found[1]
    assert len(found[0]) == 100
