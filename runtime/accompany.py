"""What goes along with the pictures of an output: sound, chapters, tags, timecode, and what is attached. As ffmpeg's
arguments; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from nodes.clip import ClipInfo
from nodes.media import Media
from nodes.sink import Sink, SoundCodec
from nodes.sound import (
    Silence,
    Sound,
    SoundBlend,
    SoundCut,
    SoundFile,
    SoundFilter,
    SoundJoin,
    SoundLevel,
    SoundOp,
    SoundSpeed,
    leaves,
)
from runtime.sound import file_input, layout, write
from runtime.timecode import moved

__all__ = ["Carried", "Origin", "SoundTrack", "attached"]

GRAPH_TYPE, GRAPH_NAME = "application/x-tapeloom-graph", "tapeloom.graph"
"""How the document that made a file is attached to it; runtime.worker.probe reads it back."""
RECORD_TYPE, RECORD_NAME = "application/x-tapeloom-record+json", "tapeloom-record.json"
"""How what is known of its making is attached (runtime.jobs.record)."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The file whose chapters, tags and timecode the output inherits. `whole`: the clip is one unbroken
    stretch of it at its own speed, so that times in it still mean something."""

    media: Media
    whole: bool = True


def attached(*files: tuple[str, str, str]) -> tuple[str, ...]:
    """Options that attach `files` to a Matroska file: path, type, name; those without a path are left out."""
    words: list[str] = []
    for place, (path, kind, name) in enumerate(one for one in files if one[0]):
        stream = f"-metadata:s:t:{place}"
        words += ["-attach", path, stream, f"mimetype={kind}", stream, f"filename={name}"]
    return tuple(words)


# ------------------------------------------------------------------------------------------------------ sound

_LOSSLESS = {"matroska": SoundCodec.FLAC, "mov": SoundCodec.PCM, "avi": SoundCodec.PCM, "mxf": SoundCodec.PCM}
# Coded sound that a container takes as it is, in ffmpeg's words; endings with * stand for all that begin so.
_TAKES = {
    "matroska": ("pcm_s*", "pcm_u8", "pcm_f*", "aac", "ac3", "eac3", "mp2", "mp3", "flac", "opus", "vorbis",
    "dts", "truehd", "alac"), "mov": ("pcm_s*", "pcm_u8", "pcm_f*", "aac", "ac3", "eac3", "mp3", "alac"),
    "mp4": ("aac", "ac3", "eac3", "mp2", "mp3", "opus", "flac", "alac"), "avi": ("pcm_s16le", "pcm_s24le",
    "pcm_u8", "mp2", "mp3", "ac3"), "mxf": ("pcm_s16le", "pcm_s24le"),
}  # fmt: skip


_BLOCKS = ",asetnsamples=n=4608:p=0"
"""FLAC makes a block of whatever comes at a time, and small ones cost up to a quarter more."""


class SoundTrack:
    """The sound of one command: inputs, filter chains, maps, codec options, notes."""

    def __init__(self, sink: Sink, info: ClipInfo, span: tuple[int, int], origin: Origin | None) -> None:
        self.inputs: tuple[tuple[str, ...], ...] = ()
        self.chains: tuple[str, ...] = ()
        self.mapped: tuple[str, ...] = ()
        self.options: tuple[str, ...] = ()
        self.notes: list[str] = []
        if sink.sound is None or sink.sound_codec is SoundCodec.NONE:
            return
        sound = sink.sound.aligned(info.start)
        whole = span == (0, info.frames)
        codec: SoundCodec = sink.sound_codec
        if codec is SoundCodec.COPY:
            why = _not_copied(sink, sound, whole)
            if not why:
                self._copy(sound.op)
                return
            codec = _instead(sink)
            self.notes.append(f"the sound cannot be copied as it is: {why}. It is coded as {codec.value.upper()}")
        self._code(sink, codec, sound, info, span)
        files = leaves(sound.op)
        language = _language(files[0], origin) if files else ""
        if language:
            self.options += ("-metadata:s:a:0", f"language={language}")

    def _copy(self, op: SoundOp) -> None:
        assert isinstance(op, SoundFile)
        # ffmpeg counts a file's time from its earliest stream; the picture's first frame is at 0 here
        moved_by = () if op.offset >= 0 else ("-itsoffset", f"{float(op.offset):.6f}")
        self.inputs = ((*moved_by, *file_input(op.path)),)
        self.mapped = ("-map", f"1:a:{op.stream}")
        self.options = ("-c:a", "copy")

    def _code(self, sink: Sink, codec: SoundCodec, sound: Sound, info: ClipInfo, span: tuple[int, int]) -> None:
        first, last = span
        rate = sound.info.rate
        stretch = ((first / info.fps, last / info.fps),)
        over = sound.info.duration - info.frames / info.fps
        if last == info.frames and over > max(1 / info.fps, Fraction(1, 20)):
            self.notes.append(f"the sound goes on for {float(over):.2f} s after the last frame; that part is left out")
        graph = write(SoundCut(sound.op, stretch, rate))
        channels = f"aformat=channel_layouts={layout(sound.info.channels)}"
        self.inputs = graph.inputs
        self.chains = (*graph.chains, f"[{graph.out}]{channels}{_BLOCKS if codec is SoundCodec.FLAC else ''}[a]")
        self.mapped = ("-map", "[a]")
        self.options = tuple(_sound_options(codec, sink, sound.op, rate))


def _sound_options(codec: SoundCodec, sink: Sink, op: SoundOp, rate: int) -> Iterator[str]:
    kbps = sink.sound_kbps or 192
    match codec:
        case SoundCodec.FLAC:
            deep = ("-sample_fmt", "s32", "-bits_per_raw_sample", "24")
            yield from ("-c:a", "flac", *(("-sample_fmt", "s16") if _sixteen_bits(op) else deep))
        case SoundCodec.AAC:
            yield from ("-c:a", "aac", "-b:a", f"{kbps}k")
        case SoundCodec.OPUS:
            yield from ("-c:a", "libopus", "-b:a", f"{kbps}k", "-ar", "48000")
        case _:
            if sink.muxer == "dv":
                yield from ("-c:a", "pcm_s16le", "-ar", "48000", "-ac", "2")
            else:
                yield from ("-c:a", "pcm_s16le" if _sixteen_bits(op) else "pcm_s24le")
                if sink.muxer == "mxf" and rate != 48000:
                    yield from ("-ar", "48000")


def _sixteen_bits(op: SoundOp) -> bool:
    """Whether 16 bits hold it exactly: 16 bit sources, only cut and moved."""
    match op:
        case SoundFile():
            return op.codec.startswith("pcm_s16")
        case SoundFilter() | SoundLevel() | SoundSpeed() | SoundBlend():
            return False
        case Silence():
            return True
        case SoundJoin(parts):
            return all(_sixteen_bits(part) for part, _ in parts)
        case _:
            return _sixteen_bits(op.source)


def _not_copied(sink: Sink, sound: Sound, whole: bool) -> str:
    """Why the coded sound cannot be taken over; empty where it can."""
    match sound.op:
        case SoundFile(codec=codec):
            if not whole:
                return "only some of the frames are rendered"
            takes = _TAKES.get(sink.muxer, ())
            fits = any(codec == one or (one.endswith("*") and codec.startswith(one[:-1])) for one in takes)
            return "" if fits else f"{sink.suffix} cannot hold {codec or 'its codec'}"
        case SoundCut() | SoundJoin():
            return "it is cut"
        case _:
            return "it is changed on the way"


def _instead(sink: Sink) -> SoundCodec:
    """What a copy falls back to: without loss where the container can."""
    wanted = _LOSSLESS.get(sink.muxer)
    if wanted and (not sink.sound_holds or wanted in sink.sound_holds):
        return wanted
    return SoundCodec.PCM if sink.muxer == "dv" else SoundCodec.AAC


def _language(file: SoundFile, origin: Origin | None) -> str:
    streams = origin.media.sound if origin and origin.media.path == file.path else ()
    return next((stream.language for stream in streams if stream.index == file.stream), "")


# ------------------------------------------------------------------------------------------- what comes along

# What a file says of its own making, not of the tape.
_OWN_TAGS = frozenset({"encoder", "major_brand", "minor_version", "compatible_brands", "duration", "timecode"})


class Carried:
    """Chapters, tags and timecode of the source: a further input where there are chapters, and options."""

    def __init__(self, sink: Sink, cut: ClipInfo, origin: Origin | None, first_input: int) -> None:
        self.inputs: tuple[tuple[str, ...], ...] = ()
        self.options: tuple[str, ...] = ("-map_chapters", "-1")
        if origin is None or not sink.carries or sink.frames_as_files:
            return
        media = origin.media
        tags = [f"{key}={value}" for key, value in media.metadata if key.lower() not in _OWN_TAGS and "=" not in key]
        if media.chapters and origin.whole:
            offset = ("-itsoffset", f"{float(-cut.start):.6f}") if cut.start else ()
            self.inputs = ((*offset, *file_input(media.path)),)
            # the length keeps chapters of what was cut off at the end from making the file longer
            self.options = ("-map_chapters", str(first_input), "-t", f"{float(cut.duration):.6f}")
        self.options += tuple(word for tag in tags for word in ("-metadata", tag))
        if media.timecode and origin.whole and media.video:
            text = moved(media.timecode, cut.start, media.video[0].clip.fps, cut.fps)
            self.options += ("-timecode", text) if text else ()
