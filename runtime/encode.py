"""Writes the whole ffmpeg commands of one output file: pictures from pipe:0, sound from files, everything that
must be right in the result. Pure: nothing is run or looked up here.

    encode    all of it in one pass
    piece     the pictures of some frames alone, and a checksum of each
    joined    pieces into the file, without coding a picture again; the sound is made here, in one go

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
from nodes.sink import Coder, Sink
from runtime.accompany import (
    GRAPH_NAME,
    GRAPH_TYPE,
    RECORD_NAME,
    RECORD_TYPE,
    Carried,
    Origin,
    SoundTrack,
    attached,
)

__all__ = ["FRAME_HASH", "Encode", "encode", "ffmpeg_pixel_format", "in_pieces", "joined", "piece"]

FRAME_HASH = "murmur3"
"""ffmpeg's name of the checksum of a frame: 128 bits; a frame of 720 × 576 takes it 0.2 ms, MD5 takes 1.4."""
_WHOLE_ONLY = ("dv", "mxf_opatom")
"""Containers that weave sound into the pictures: their pictures cannot be joined afterwards."""
_QUIET = ("-hide_banner", "-nostdin", "-y", "-loglevel", "warning", "-nostats")


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
    record: str = "",
    listed: str = "",
) -> Encode:
    """The command that writes frames [first, last) of the sink's clip to `part`; from the pieces which the ffconcat
    file `listed` names, where one is given.

    `clip` is what the clip really is, where that is better known than the forecast; for `frames_as_files`
    `part` is a folder that exists. `document` and `record` are files with the graph that is rendered, and with what is
    known of the making: a container that takes attachments carries them along.
    """
    info = clip or sink.clip.info
    first, last = span or (0, info.frames)
    wire = _wire(info.format)
    sound = SoundTrack(sink, info, (first, last), origin)
    carried = Carried(sink, info.cut(first, last), origin, first_input=1 + len(sound.inputs))
    graph = ";".join([f"[0:v:0]{','.join(_picture_filters(info))}[v]", *sound.chains])
    argv = [
        ffmpeg, *_QUIET,
        *(_pieces_in(listed, info) if listed else _pictures_in(info, wire)),
        *(word for one in (*sound.inputs, *carried.inputs) for word in one),
        "-filter_complex", graph,
        "-map", "[v]", *sound.mapped,
        "-map_metadata:g", "-1", *carried.options,
        *_coded(info, coder),
        *sound.options,
        *sink.muxer_options,
        *_attachments(sink, document, record),
        *_destination(sink, part, first),
    ]  # fmt: skip
    return Encode(tuple(argv), wire, tuple(sound.notes))


def in_pieces(sink: Sink) -> bool:
    """Whether what the sink writes can be put together from pieces."""
    return sink.muxer not in _WHOLE_ONLY


def piece(ffmpeg: str, sink: Sink, coder: Coder, part: str, hashes: str, *, clip: ClipInfo, first: int) -> Encode:
    """The command that writes pictures from frame `first` on, as many as come, to `part`, and a checksum of each, as
    they go in, to the text file `hashes` (ffmpeg's framehash)."""
    wire = _wire(clip.format)
    argv = [
        ffmpeg, *_QUIET,
        *_pictures_in(clip, wire),
        "-filter_complex", f"[0:v:0]{','.join(_picture_filters(clip))},split[v][h]",
        "-map", "[v]",
        "-map_metadata:g", "-1", "-map_chapters", "-1",
        *_coded(clip, coder),
        *sink.muxer_options,
        *_destination(sink, part, first),
        "-map", "[h]", "-fps_mode:v", "passthrough", "-f", "framehash", "-hash", FRAME_HASH, f"file:{hashes}",
    ]  # fmt: skip
    return Encode(tuple(argv), wire)


def joined(
    ffmpeg: str,
    sink: Sink,
    coder: Coder,
    listed: str,
    part: str,
    *,
    clip: ClipInfo,
    span: tuple[int, int],
    origin: Origin | None = None,
    document: str = "",
    record: str = "",
) -> Encode:
    """The command that puts the pieces which the ffconcat file `listed` names into `part`, frames [first, last) of
    `clip`, with everything that goes along. Reads nothing from stdin."""
    sound = SoundTrack(sink, clip, span, origin)
    carried = Carried(sink, clip.cut(*span), origin, first_input=1 + len(sound.inputs))
    # Of software every piece has equal headers, and no byte need change. A card's encoder promises nothing: there the
    # headers are repeated inside.
    # A piece's own times may be rounded, to milliseconds in Matroska: each is the time of a frame, exactly
    # (+0.0001: halves are rounded up, as ffmpeg does, though a division makes a little less of them).
    exact = f"round((round({{}}*TB*{_ratio(clip.fps)}){{}})/({_ratio(clip.fps)})/TB+0.0001)"
    pts, dts, end = exact.format("PTS", ""), exact.format("DTS", ""), exact.format("PTS", "+1")
    argv = (
        ffmpeg, *_QUIET,
        *(() if coder.hardware else ("-auto_convert", "0")), *_CONCAT, f"file:{listed}",
        *(word for one in (*sound.inputs, *carried.inputs) for word in one),
        *(("-filter_complex", ";".join(sound.chains)) if sound.chains else ()),
        "-map", "0:v:0", *sound.mapped,
        "-map_metadata:g", "-1", *carried.options,
        "-c:v", "copy", "-bsf:v", f"setts=pts={pts}:dts={dts}:duration={end}-{pts}",
        *sound.options,
        *sink.muxer_options,
        *_attachments(sink, document, record),
        *_destination(sink, part, span[0]),
    )  # fmt: skip
    return Encode(argv, _wire(clip.format), tuple(sound.notes))


_CONCAT = ("-protocol_whitelist", "file,crypto,data", "-f", "concat", "-safe", "0", "-i")


def _pieces_in(listed: str, info: ClipInfo) -> tuple[str, ...]:
    """Pieces as if their pictures came through the pipe: their own times, which may be rounded, do not count."""
    return ("-r", _ratio(info.fps), *_CONCAT, f"file:{listed}")


def _coded(info: ClipInfo, coder: Coder) -> tuple[str, ...]:
    return (
        "-fps_mode:v", "passthrough",
        "-c:v", coder.encoder,
        *(("-pix_fmt", coder.pixel_format) if coder.pixel_format else ()),
        *(("-chroma_sample_location", "left") if info.format.chroma == "420" else ()),
        *coder.options,
    )  # fmt: skip


def _attachments(sink: Sink, document: str, record: str) -> tuple[str, ...]:
    if sink.muxer != "matroska" or sink.frames_as_files:
        return ()
    return attached((document, GRAPH_TYPE, GRAPH_NAME), (record, RECORD_TYPE, RECORD_NAME))


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


def _destination(sink: Sink, part: str, first: int) -> tuple[str, ...]:
    if not sink.frames_as_files:
        return ("-f", sink.muxer, f"file:{part}")
    pattern = part.replace("%", "%%") + f"/%06d{sink.suffix}"
    return ("-f", "image2", "-start_number", str(first), f"file:{pattern}")
