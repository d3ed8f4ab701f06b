"""Writes the whole ffmpeg command of one output file: pictures from pipe:0, sound from files, everything that
must be right in the result. Pure: nothing is run or looked up here.

y4m loses pixel aspect, field order, range and colours, so all of them are set again by `setparams` and
`setsar`, from which ffmpeg tells the encoder and the container. Field order in MOV and Matroska then says
"interleaved, top (or bottom) field first", codes 9 and 14, which ffprobe prints as `tb` and `bt`: what
Apple's TN2162 and the Matroska specification ask for where both fields are woven into one frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from nodes.clip import ClipInfo, Family, Fields, Matrix, PixelFormat, Primaries, Range, Transfer
from nodes.convert import guess_matrix
from nodes.media import Media
from nodes.sink import Coder, Sink, SoundCodec
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

__all__ = ["Encode", "Origin", "encode", "ffmpeg_pixel_format"]


GRAPH_TYPE, GRAPH_NAME = "application/x-tapeloom-graph", "tapeloom.graph"
"""How the document that made a file is attached to it; runtime.worker.probe reads it back."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The file whose chapters, tags and timecode the output inherits. `whole`: the clip is one unbroken
    stretch of it at its own speed, so that times in it still mean something."""

    media: Media
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Encode:
    """A command, the form of pictures it wants on pipe:0, and what the user should know about it."""

    argv: tuple[str, ...]
    wire: Literal["y4m", "raw"]
    notes: tuple[str, ...] = ()


def encode(
    ffmpeg: str,
    sink: Sink,
    coder: Coder,
    part: str,
    *,
    clip: ClipInfo | None = None,
    span: tuple[int, int] | None = None,
    origin: Origin | None = None,
    document: str = "",
) -> Encode:
    """The command that writes frames [first, last) of the sink's clip to `part`.

    `clip` is what the clip really is, where that is better known than the forecast; for `frames_as_files`
    `part` is a folder that exists. `document` is a file with the graph that is rendered: a container that takes
    attachments carries it along.
    """
    info = clip or sink.clip.info
    first, last = span or (0, info.frames)
    cut = info.cut(first, last)
    wire = _wire(info.format)
    sound = _Sound(sink, info, (first, last), origin)
    carried = _Carried(sink, cut, origin, first_input=1 + len(sound.inputs))
    graph = ";".join([f"[0:v:0]{','.join(_picture_filters(info))}[v]", *sound.chains])
    argv = [
        ffmpeg, "-hide_banner", "-nostdin", "-y", "-loglevel", "warning", "-nostats",
        *_pictures_in(info, wire),
        *(word for one in (*sound.inputs, *carried.inputs) for word in one),
        "-filter_complex", graph,
        "-map", "[v]", *sound.mapped,
        "-map_metadata:g", "-1", *carried.options,
        "-fps_mode:v", "passthrough",
        "-c:v", coder.encoder,
        *(("-pix_fmt", coder.pixel_format) if coder.pixel_format else ()),
        *(("-chroma_sample_location", "left") if info.format.chroma == "420" else ()),
        *coder.options,
        *sound.options,
        *sink.muxer_options,
        *(_attached(document) if document and sink.muxer == "matroska" and not sink.frames_as_files else ()),
        *_destination(sink, part, first),
    ]  # fmt: skip
    return Encode(tuple(argv), wire, tuple(sound.notes))


def ffmpeg_pixel_format(form: PixelFormat) -> str:
    """ffmpeg's name of a planar format: `yuv422p10le`, `gbrp`, `gray16le`, `gbrpf32le`."""
    if form.floating and form.bits != 32:
        raise ValueError(f"{form.name} must be made 32 bit first")
    ending = "f32le" if form.floating else "" if form.bits == 8 else f"{form.bits}le"
    match form.family:
        case Family.YUV:
            return f"yuv{form.chroma}p{ending}"
        case Family.RGB:
            return f"gbrp{ending}"
        case Family.GRAY:
            return f"gray{ending}"


# --------------------------------------------------------------------------------------------------- pictures


def _wire(form: PixelFormat) -> Literal["y4m", "raw"]:
    y4m = form.family is Family.YUV and form.chroma in ("411", "420", "422", "444") and not form.floating
    return "y4m" if y4m and form.bits in (8, 10, 12, 16) else "raw"


def _pictures_in(info: ClipInfo, wire: str) -> tuple[str, ...]:
    if wire == "y4m":
        return ("-f", "yuv4mpegpipe", "-i", "pipe:0")
    size = ("-video_size", f"{info.width}x{info.height}", "-framerate", _ratio(info.fps))
    return ("-f", "rawvideo", "-pixel_format", ffmpeg_pixel_format(info.format), *size, "-i", "pipe:0")


def _ratio(value: Fraction, sign: str = "/") -> str:
    return f"{value.numerator}{sign}{value.denominator}"


_FIELD_MODE = {Fields.PROGRESSIVE: "prog", Fields.TFF: "tff", Fields.BFF: "bff"}
_MATRIX = {
    Matrix.BT709: "bt709", Matrix.FCC: "fcc", Matrix.BT470BG: "bt470bg", Matrix.SMPTE170M: "smpte170m",
    Matrix.SMPTE240M: "smpte240m", Matrix.BT2020_NCL: "bt2020nc",
}  # fmt: skip
_PRIMARIES = {
    Primaries.BT709: "bt709", Primaries.BT470M: "bt470m", Primaries.BT470BG: "bt470bg",
    Primaries.SMPTE170M: "smpte170m", Primaries.SMPTE240M: "smpte240m", Primaries.BT2020: "bt2020",
}  # fmt: skip
_TRANSFER = {
    Transfer.BT709: "bt709", Transfer.BT470M: "bt470m", Transfer.BT470BG: "bt470bg", Transfer.SMPTE170M:
    "smpte170m", Transfer.SMPTE240M: "smpte240m", Transfer.LINEAR: "linear", Transfer.SRGB: "iec61966-2-1",
}  # fmt: skip
# What goes with a matrix where the clip leaves the rest unsaid: (primaries, transfer), ITU-R BT.601 and
# BT.709.
_USUAL = {
    Matrix.BT470BG: (Primaries.BT470BG, Transfer.SMPTE170M),
    Matrix.SMPTE170M: (Primaries.SMPTE170M, Transfer.SMPTE170M),
    Matrix.SMPTE240M: (Primaries.SMPTE240M, Transfer.SMPTE240M),
    Matrix.BT709: (Primaries.BT709, Transfer.BT709),
}


def _picture_filters(info: ClipInfo) -> Iterator[str]:
    """Filters that change no sample, only what is said of them."""
    matrix = guess_matrix(info)
    primaries, transfer = _USUAL.get(matrix, (Primaries.UNSPECIFIED, Transfer.UNSPECIFIED))
    if info.primaries is not Primaries.UNSPECIFIED:
        primaries = info.primaries
    if info.transfer is not Transfer.UNSPECIFIED:
        transfer = info.transfer
    said = {
        "range": "pc" if info.range is Range.FULL or info.format.family is Family.RGB else "tv",
        "color_primaries": _PRIMARIES.get(primaries, ""),
        "color_trc": _TRANSFER.get(transfer, ""),
        "colorspace": "gbr" if info.format.family is Family.RGB else _MATRIX.get(matrix, ""),
        "field_mode": _FIELD_MODE[info.fields if info.interlaced else Fields.PROGRESSIVE],
    }
    yield "setparams=" + ":".join(f"{name}={value}" for name, value in said.items() if value)
    # its own limit of 100 would round 118/81
    yield f"setsar=sar={_ratio(info.sar)}:max=65535"


def _attached(document: str) -> tuple[str, ...]:
    named = ("-metadata:s:t:0", f"mimetype={GRAPH_TYPE}", "-metadata:s:t:0", f"filename={GRAPH_NAME}")
    return ("-attach", document, *named)


def _destination(sink: Sink, part: str, first: int) -> tuple[str, ...]:
    if not sink.frames_as_files:
        return ("-f", sink.muxer, f"file:{part}")
    pattern = part.replace("%", "%%") + f"/%06d{sink.suffix}"
    return ("-f", "image2", "-start_number", str(first), f"file:{pattern}")


# ------------------------------------------------------------------------------------------------------ sound

_LOSSLESS = {"matroska": SoundCodec.FLAC, "mov": SoundCodec.PCM, "avi": SoundCodec.PCM, "mxf": SoundCodec.PCM}
# Coded sound that a container takes as it is, in ffmpeg's words; endings with * stand for all that begin so.
_TAKES = {
    "matroska": ("pcm_s*", "pcm_u8", "pcm_f*", "aac", "ac3", "eac3", "mp2", "mp3", "flac", "opus", "vorbis",
    "dts", "truehd", "alac"), "mov": ("pcm_s*", "pcm_u8", "pcm_f*", "aac", "ac3", "eac3", "mp3", "alac"),
    "mp4": ("aac", "ac3", "eac3", "mp2", "mp3", "opus", "flac", "alac"), "avi": ("pcm_s16le", "pcm_s24le",
    "pcm_u8", "mp2", "mp3", "ac3"), "mxf": ("pcm_s16le", "pcm_s24le"),
}  # fmt: skip


class _Sound:
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
        self.chains = (*graph.chains, f"[{graph.out}]{channels}[a]")
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


class _Carried:
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
