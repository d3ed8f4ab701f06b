"""Writes a node's file as the worker does, in this process: real VapourSynth into real ffmpeg."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import vapoursynth as vs
from imageio_ffmpeg import get_ffmpeg_exe

from nodes.clip import ClipInfo, SoundInfo
from nodes.media import Media
from nodes.node import Node
from nodes.script import Expr
from nodes.sink import Sink
from nodes.sound import Sound, SoundFile
from runtime.accompany import Origin
from runtime.emit import write as write_script
from runtime.encode import encode
from runtime.media import media_from
from runtime.worker.probe import probe
from tests.nodes import harness

FFMPEG = get_ffmpeg_exe()
RATE = 48000


def sink_of(node: Node, info: ClipInfo, audio: Sound | None = None) -> Sink:
    extra = {"audio": audio} if "audio" in node.inputs else {}
    _, made = harness.built(node, {"clip": info}, extra)
    sink = made["sink"]
    assert isinstance(sink, Sink)
    return sink


def clip_of(expr: Expr, source: vs.VideoNode) -> vs.VideoNode:
    """The clip that an expression on the input `clip` makes."""
    written = write_script("made", {"out": expr}, {("clip", "out"): "source"})
    space: dict[str, Any] = {"vs": vs, "core": vs.core, "source": source}
    exec("\n".join(written.lines), space)
    clip = space[written.variables["out"]]
    assert isinstance(clip, vs.VideoNode)
    return clip


def write(
    node: Node,
    info: ClipInfo,
    path: Path,
    *,
    audio: Sound | None = None,
    span: tuple[int, int] | None = None,
    origin: Origin | None = None,
    source: vs.VideoNode | None = None,
) -> tuple[vs.VideoNode, tuple[str, ...]]:
    """Write `path`. Gives the clip that was handed to ffmpeg, and what `encode` had to say."""
    sink = sink_of(node, info, audio)
    clip = clip_of(sink.clip.expr, source or harness.picture(info))
    done = encode(FFMPEG, sink, sink.coders[-1], str(path), span=span, origin=origin)
    first, last = span or (0, info.frames)
    sent = clip[first:last]
    if done.wire == "raw" and sent.format is not None and sent.format.color_family == vs.RGB:
        sent = sent.std.ShufflePlanes([1, 2, 0], vs.RGB)  # as the worker does
    with subprocess.Popen(done.argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stderr is not None
        sent.output(process.stdin, y4m=done.wire == "y4m")
        process.stdin.close()
        said = process.stderr.read().decode()
    assert process.returncode == 0, said
    return clip[first:last], done.notes


def looked(path: Path) -> Media:
    facts = probe(str(path))
    assert "error" not in facts, facts
    return media_from(facts)


def samples(path: Path, stream: int = 0) -> np.ndarray[Any, Any]:
    """All samples of a sound stream, (samples, channels), as the file holds them, placed at their own time."""
    with av.open(str(path)) as container:
        sound = container.streams.audio[stream]
        start = container.start_time or 0
        blocks = []
        for frame in container.decode(sound):
            data = frame.to_ndarray()
            if not frame.format.is_planar:
                data = data.reshape(-1, frame.layout.nb_channels).T
            blocks.append(data.T)
        del start
    return np.concatenate(blocks)


def tape_sound(path: Path, seconds: float = 0.6, channels: int = 2, start: Fraction = Fraction(0)) -> Sound:
    """A 16 bit WAV whose every sample differs from its neighbours, as the sound of a clip."""
    count = round(seconds * RATE)
    ramp = (np.arange(count * channels, dtype=np.int64) * 7919 % 60000 - 30000).astype(np.int16)
    with av.open(str(path), "w", format="wav") as container:
        layout = {1: "mono", 2: "stereo"}[channels]
        stream = container.add_stream("pcm_s16le", rate=RATE, layout=layout)
        frame = av.AudioFrame.from_ndarray(ramp.reshape(1, -1), format="s16", layout=layout)
        frame.rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    info = SoundInfo(RATE, channels, Fraction(count, RATE))
    op = SoundFile(str(path), "test", 0, start, "pcm_s16le")
    return Sound(op, info)


def planes(clip: vs.VideoNode) -> list[list[np.ndarray[Any, Any]]]:
    """Every frame's planes."""
    return [[np.asarray(frame[plane]).copy() for plane in range(frame.format.num_planes)] for frame in clip.frames()]


def like(info: ClipInfo, **changes: Any) -> ClipInfo:
    return replace(info, **changes)


def decoded(path: Path, shape: vs.VideoNode) -> list[list[np.ndarray[Any, Any]]]:
    """Every frame's planes as another decoder (libav) reads them, in VapourSynth's order of planes."""
    with av.open(str(path)) as container:
        return [_planes_of(frame, shape) for frame in container.decode(video=0)]


def _planes_of(frame: av.VideoFrame, shape: vs.VideoNode) -> list[np.ndarray[Any, Any]]:
    assert shape.format is not None
    if shape.format.color_family == vs.RGB:
        packed = frame.to_ndarray(format="rgb24" if shape.format.bits_per_sample == 8 else "rgb48le")
        return [packed[:, :, plane] for plane in range(3)]
    if frame.format.name.startswith("uyvy"):
        frame = frame.reformat(format="yuv422p")
    kind = np.uint8 if shape.format.bits_per_sample == 8 else np.uint16
    found = []
    for plane in frame.planes:
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        found.append(rows[:, : plane.width * np.dtype(kind).itemsize].copy().view(kind))
    return found


def complaints(path: Path) -> list[str]:
    """What ffmpeg says while it decodes the whole file."""
    done = subprocess.run(
        [FFMPEG, "-v", "error", "-i", str(path), "-map", "0:v", "-f", "null", "-"], capture_output=True, text=True
    )
    return done.stderr.splitlines()
