"""What ffmpeg is told: one process that records, lists what it recorded, and shows it. Pure: no processes here.

    device ─ demux ─ decode ─┬─ FFV1 …, PCM ── parts (segment muxer: cut between frames, in the order of the stream)
                             ├─ MD5 of each frame, CRC of each packet of sound ── lists, appended as they come
                             └─ raw frames, PCM ── a queue that drops ── pipe ── preview, meters, ring

The lists carry every time stamp in the device's own time base: what is counted is what was recorded, before any file
format rounds it, and the checksums prove the file afterwards. The queue (the fifo muxer) drops what a late reader does
not take, and starts again when the pipe breaks: the preview can never hold up the recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from capture.session.asking import Asked, Codec, Container, Feed, Source

__all__ = ["LIVE_QUEUE", "Files", "command", "container_of", "suffix_of"]

LIVE_QUEUE = 50
"""Frames and packets that wait for the preview's reader before they are dropped: about a second; 40 MB of PAL."""
_INPUT_QUEUE = 250
_OUTPUT_QUEUE = 1000
_LIST_QUEUE = 125
"""Pictures that wait for their line in the list while the disk dawdles: 5 s of PAL, 100 MB. ffmpeg's own 8 are too few:
a list that cannot be written would hold up the whole graph, and the device."""
_DSHOW_BUFFER = "512M"
_CLUSTER_MS = 200

_CHROMA = {
    "nv12": "yuv420p", "nv21": "yuv420p", "yuv420p": "yuv420p", "yuvj420p": "yuv420p", "yv12": "yuv420p",
    "yuv411p": "yuv411p", "uyyvyy411": "yuv411p",
    "yuv444p": "yuv444p", "nv24": "yuv444p",
    "v210": "yuv422p10le", "yuv422p10le": "yuv422p10le", "p210le": "yuv422p10le", "y210le": "yuv422p10le",
}  # fmt: skip
"""What a device gives → the planar format that holds all of it. Everything else: 4:2:2 of 8 bits, which is what tape is
captured as (uyvy422, yuyv422, mjpeg of sticks)."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where one run writes, all in the recording's work folder. `number`: the run's."""

    folder: Path
    number: int

    @property
    def stem(self) -> str:
        return f"run{self.number:03}"

    def of(self, kind: str) -> Path:
        return self.folder / f"{self.stem}.{kind}"

    @property
    def video(self) -> Path:
        return self.of("framemd5")

    @property
    def audio(self) -> Path:
        return self.of("sound")

    @property
    def parts(self) -> Path:
        return self.of("parts.csv")

    @property
    def log(self) -> Path:
        return self.of("log")

    def part(self, index: int, suffix: str) -> Path:
        return self.folder / f"{self.stem}-{index:04}{suffix}"


def container_of(asked: Asked) -> Container:
    """The container that is really used."""
    if asked.source.dv:
        return "dv"
    return "mkv" if asked.container in ("auto", "dv") else asked.container


def suffix_of(asked: Asked) -> str:
    return f".{container_of(asked)}"


def command(ffmpeg: str, asked: Asked, files: Files | None, threads: int = 2, modern: bool = True) -> list[str]:
    """All of it. `files` None: nothing is recorded, only shown. The live pipe is stdout; stdin is a feed's program, or
    takes a `q` that ends it in an orderly way. `modern`: version 6 or newer, whose muxers have queues to be set."""
    source = asked.source
    words = [ffmpeg, "-hide_banner", "-y", "-loglevel", "repeat+level+info", "-nostats"]
    for index, feed in enumerate(source.feeds):
        words += _input(feed, index, len(source.feeds))
    if source.dv:
        return words + _dv(source, asked, files, modern)
    words += ["-filter_complex", _graph(asked, recorded=files is not None)]
    sound = _sound_map(source)
    if files is not None:
        words += ["-map", "[rec]", *sound, *_PASS, *_coder(asked, threads), *_pcm(asked, sound)]
        words += _parts(asked, files, modern)
        words += ["-map", "[sum]", *_PASS, "-c:v", "rawvideo", *_list(files.video, "framemd5", _LIST_QUEUE, modern)]
        if sound:
            words += [*sound, "-c:a", f"pcm_s{asked.sound_bits}le"]
            words += _list(files.audio, "framecrc", _OUTPUT_QUEUE, modern)
    return words + _live(sound)


_PASS = ("-fps_mode", "passthrough", "-enc_time_base:v", "1:1000000")
"""No frame is dropped or doubled. Microseconds, for by itself ffmpeg rounds stamps to the frame rate; what says "as the
device has it" is called -1 in one version and `demux` in another."""


def _input(feed: Feed, index: int, count: int) -> list[str]:
    words = ["-thread_queue_size", str(_INPUT_QUEUE)]
    options = dict(feed.options)
    if feed.format == "dshow":
        options.setdefault("rtbufsize", _DSHOW_BUFFER)
    if feed.format == "v4l2" and count > 1:
        options.setdefault("timestamps", "abs")  # the clock that ALSA's and Pulse's packets are stamped by
    if index:
        options.setdefault("isync", "0")  # not: every input begins at 0
    pairs = (word for name, value in options.items() for word in (f"-{name}", value))
    return [*words, "-f", feed.format, *pairs, "-i", feed.url]


def _sound_map(source: Source) -> list[str]:
    return ["-map", f"{source.sound}:a:0"] if source.sound >= 0 else []


def pixels_of(asked: Asked) -> str:
    """The planar format that is recorded and shown."""
    if asked.codec == "v210":
        return "yuv422p10le"
    return _CHROMA.get(asked.source.pixel_format, "yuv422p")


def _graph(asked: Asked, recorded: bool) -> str:
    source = asked.source
    filters = [f"setparams=field_mode={_FIELDS[source.fields]}"] if source.fields else []
    if source.pixel_aspect:
        filters.append(f"setsar={source.pixel_aspect}")
    filters.append(f"format={pixels_of(asked)}")
    chain = ",".join(filters)
    return f"[0:v:0]{chain},split=3[rec][sum][live]" if recorded else f"[0:v:0]{chain}[live]"


_FIELDS = {"tff": "tff", "bff": "bff", "progressive": "prog"}


def _coder(asked: Asked, threads: int) -> list[str]:
    match asked.codec:
        case "huffyuv":
            # ffvhuff is what ffmpeg calls HuffYUV beyond 4:2:2
            coder = ["-c:v", "huffyuv" if pixels_of(asked) == "yuv422p" else "ffvhuff"]
        case "utvideo":
            coder = ["-c:v", "utvideo"]
        case "v210":
            coder = ["-c:v", "v210"]
        case _:
            coder = ["-c:v", "ffv1", "-level", "3", "-coder", "1", "-context", "0", "-g", "1"]
            coder += ["-slices", "12", "-slicecrc", "1", "-threads", str(threads)]
    fields = asked.source.fields
    if fields in ("tff", "bff"):
        coder += ["-flags", "+ildct", "-field_order", "tt" if fields == "tff" else "bb"]
    return coder


def _pcm(asked: Asked, sound: list[str]) -> list[str]:
    return ["-c:a", f"pcm_s{asked.sound_bits}le"] if sound else []


_FORMATS: dict[Container, tuple[str, str]] = {
    # a cluster is written when it is whole: short ones, so that a crash costs no more than that
    "mkv": ("matroska", f"cluster_time_limit={_CLUSTER_MS}:flush_packets=1:allow_raw_vfw=1"),
    # fragments: a mov without them is nothing at all until its end has been written
    "mov": ("mov", "movflags=+frag_keyframe+empty_moov+default_base_moof:flush_packets=1"),
    "avi": ("avi", "flush_packets=1"),
    "dv": ("rawvideo", "flush_packets=1"),
}


def _parts(asked: Asked, files: Files, modern: bool) -> list[str]:
    container = container_of(asked)
    name, options = _FORMATS[container]
    pattern = _place(files.folder).replace("%", "%%") + f"/{files.stem}-%04d{suffix_of(asked)}"
    # one part: as long as nobody records
    length = f"{asked.part_s:g}" if asked.part_s > 0 else "1000000"
    queue = _waiting(_OUTPUT_QUEUE, modern)
    queue += ["-max_muxing_queue_size", str(_OUTPUT_QUEUE)]
    cut = ["-f", "segment", "-segment_time", length, "-segment_format", name, "-segment_format_options", options]
    return [*queue, *cut, "-segment_list", _place(files.parts), "-segment_list_type", "csv", pattern]


def _list(path: Path, form: str, queue: int, modern: bool) -> list[str]:
    return [*_waiting(queue, modern), "-f", form, "-flush_packets", "1", _place(path)]


def _waiting(packets: int, modern: bool) -> list[str]:
    """A disk that dawdles holds nothing up: so many packets wait for it in memory."""
    return ["-thread_queue_size", str(packets)] if modern else []


def _live(sound: list[str]) -> list[str]:
    coders = ["-c:v", "rawvideo", *(["-c:a", "pcm_s16le"] if sound else [])]
    return ["-map", "[live]", *sound, *_PASS, *coders, *_queue()]


def _queue() -> list[str]:
    return [
        "-f", "fifo", "-fifo_format", "matroska", "-queue_size", str(LIVE_QUEUE), "-drop_pkts_on_overflow", "1",
        "-format_opts", "allow_raw_vfw=1:cluster_time_limit=0:flush_packets=1", "pipe:1",
    ]  # fmt: skip


def _dv(source: Source, asked: Asked, files: Files | None, modern: bool) -> list[str]:
    """The DIF frames as they came: sound, timecode and all lie in them. Only the preview is decoded."""
    words: list[str] = []
    if files is not None:
        words += ["-map", "0:v:0", "-c:v", "copy", *_parts(asked, files, modern)]
        words += ["-map", "0:v:0", "-c:v", "copy", *_list(files.video, "framemd5", _OUTPUT_QUEUE, modern)]
    chroma = "yuv411p" if source.frame_rate.startswith("30000") else "yuv420p"
    shown = ["-map", "0:v:0", *_PASS, "-c:v", "rawvideo", "-pix_fmt", chroma]
    return [*words, *shown, "-map", "0:a:0?", "-c:a", "pcm_s16le", *_queue()]


def _place(path: Path) -> str:
    """A file for ffmpeg, whatever its name: `a:b` would be a protocol."""
    return f"file:{path}"


def coder_words(codec: Codec) -> str:
    """What a codec is called in a report."""
    return {
        "ffv1": "FFV1 version 3 with slice checksums", "huffyuv": "HuffYUV", "utvideo": "Ut Video",
        "v210": "v210, 10 bits uncompressed", "dv": "DV, as the camera sent it",
    }[codec]  # fmt: skip
