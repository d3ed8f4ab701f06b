"""Looks at a media file with libav and tells what it says of itself, as plain data. Runs in the worker.

Nothing is assumed here: `runtime.media` turns these facts into what a source node works with. A file that
cannot be used gives `{"error": text}`: that is an answer, not a crash. At most 64 MiB or a few hundred
packets are read.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import av.logging

from runtime.worker import dif, sequence

END_BYTES = 256 * 1024
SCAN_BYTES = 64 * 1024 * 1024
"""Files up to this size are read packet by packet from one end to the other; larger ones at a few places."""
PLACES = (0.0, 0.25, 0.5, 0.75, 0.97)
PACKETS_A_PLACE = 120
DECODED = 8
PATIENCE = 400
"""Packets that may pass before the first picture must have been decoded."""
NO_MEDIA = frozenset({"tty", "subviewer", "lrc", "ass", "srt", "webvtt", "scc", "ffmetadata", "sami", "txd"})
"""Formats that libav sees in plain text files."""
_KIND = re.compile(r"\bi:([PTB])\b.*\btype:", re.ASCII)

FIELD_ORDERS = {1: "progressive", 2: "tff", 3: "bff", 4: "tff", 5: "bff"}
"""libav's AVFieldOrder. TB and BT go by their first letter: as Matroska and FFmpeg's coders write them."""

Facts = dict[str, Any]


def probe(path: str, *, measured: bool = False) -> Facts:
    """The facts of the file at `path`, or `{"error": what is wrong, what to do}`. A bad file never raises.

    `measured` adds what the pictures themselves say of their fields, under `measured`.
    """
    facts = _facts(path)
    if measured and facts.get("video"):
        from runtime.worker.measure import measure  # numpy is not needed for a quick look

        facts["measured"] = measure(facts["path"])
    return facts


def _facts(path: str) -> Facts:
    where = str(Path(path).absolute())
    try:
        if sequence.is_pattern(where) and not Path(where).exists():
            return _pictures_of(where)
        status = Path(where).stat()
        refused = _refusal(status)
        if refused:
            return {"error": refused}
        with Path(where).open("rb") as file:
            identity = _identity(file, status.st_size)
    except FileNotFoundError:
        return {"error": "there is no such file. Check the name and the folder"}
    except PermissionError:
        return {"error": "it may not be read. Change its permissions, or copy it"}
    except (OSError, ValueError) as error:
        return {"error": f"it cannot be read: {getattr(error, 'strerror', None) or error}"}
    facts: Facts = {
        "path": where,
        "size": status.st_size,
        "identity": identity,
        "stamp": f"{status.st_mtime_ns}-{status.st_size}",
    }
    before = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        with av.logging.Capture(local=True) as log:
            return facts | _look(where, status.st_size, log)
    except av.error.FFmpegError as error:
        return {"error": _explained(error, where, log)}
    except (OSError, ValueError, OverflowError, ArithmeticError, RuntimeError, MemoryError) as error:
        return {"error": f"it cannot be understood: {str(error) or type(error).__name__}. {_DAMAGED}"}
    finally:
        av.logging.set_level(before)


def _pictures_of(pattern: str) -> Facts:
    """The facts of numbered pictures: those of the first one, and how many follow it without a gap."""
    run = sequence.find(pattern)
    if run is None:
        return {"error": "no picture fits this pattern. Check the folder, the name and the number of digits"}
    facts = probe(str(run.start))
    if "error" in facts:
        return {"error": f"its first picture, {run.start.name}, cannot be used: {facts['error']}"}
    count = run.last - run.first + 1
    for stream in facts["video"]:
        stream |= {"frames_said": count, "frames_listed": count, "frames_whole": count, "intervals": {}}
        stream |= {"duration": None, "rates": [[25, 1]], "packets": count}
    return facts | {
        "path": pattern,
        "size": run.size,
        "identity": run.identity,
        "stamp": run.stamp,
        "container": "image sequence",
        "container_name": "numbered pictures",
        "duration": None,
        "sequence": {"first": run.first, "last": run.last, "following": run.following},
    }


_DAMAGED = "It may be damaged, or no media file at all"


def _refusal(status: os.stat_result) -> str:
    if stat.S_ISDIR(status.st_mode):
        return "it is a folder. Choose a file in it; for a folder of pictures use the node 'Image sequence'"
    if not stat.S_ISREG(status.st_mode):
        return "it is a device or a pipe, not a file. Capture it to a file first"
    if status.st_size == 0:
        return "it is empty (0 bytes): the recording or the copy failed. Copy it again"
    return ""


def _identity(file: Any, size: int) -> str:
    """Size and a hash of both ends: the same wherever the file lies, quick however long it is."""
    digest = hashlib.sha256(file.read(END_BYTES))
    file.seek(max(0, size - END_BYTES))
    digest.update(file.read(END_BYTES))
    return f"{size:x}-{digest.hexdigest()[:32]}"


def _explained(error: av.error.FFmpegError, path: str, log: list[tuple[int, str, str]]) -> str:
    said = " ".join(text for _, _, text in log)
    if "moov atom not found" in said:
        return (
            "it ends before its index (moov): the recording or the copy was cut short. "
            "Copy it again, or repair it with a tool that rebuilds the index"
        )
    if _is_text(path):
        return _no_media(path)
    if isinstance(error, av.error.InvalidDataError | av.error.EOFError):
        return f"it is no media file that can be read. {_DAMAGED}"
    return f"it cannot be read as media: {error.strerror}. {_DAMAGED}"


def _no_media(path: str) -> str:
    if Path(path).suffix == ".ffconcat":
        return (
            "it lists the parts of a recording. Make them one pass of a tape (`launch.py capture sets add NAME.tapeset "
            "PART PART …`), and name that in a graph that begins with Tape capture, as capture-pal"
        )
    return "it is a text file, not a media file. Choose the recording itself"


def _is_text(path: str) -> bool:
    with Path(path).open("rb") as file:
        start = file.read(4096)
    try:
        text = start.decode("utf-8", "strict" if len(start) < 4096 else "ignore")
    except UnicodeDecodeError:
        return False
    return all(sign.isprintable() or sign in "\r\n\t\f" for sign in text)


def _look(path: str, size: int, log: list[tuple[int, str, str]]) -> Facts:
    # only files: a playlist must not fetch anything from elsewhere
    options = {"protocol_whitelist": "file"}
    with av.open(path, options=options) as container:
        if container.format.name in NO_MEDIA:
            return {"error": _no_media(path)}
        videos = _pictures(container)
        if not videos and not container.streams.audio:
            kind = container.format.long_name
            return {"error": f"it holds neither picture nor sound ({kind}). Choose a recording"}
        facts: Facts = {
            "container": container.format.name,
            "container_name": container.format.long_name,
            "duration": _ratio(Fraction(container.duration, 1_000_000) if container.duration else None),
            "bit_rate": container.bit_rate or 0,
            "metadata": dict(container.metadata),
            "chapters": [_chapter(one) for one in container.chapters()],
            "attachments": [one.name or "" for one in container.streams.attachments],
            "graph": _attached(container, GRAPH_TYPE),
            "record": _attached(container, RECORD_TYPE),
            "data": [{"metadata": dict(one.metadata)} for one in container.streams.data],
            "video": [],
            "sound": [],
        }
        packets = _packets(container, [*videos, *container.streams.audio], size)
        facts["video"] = [_video(one, packets[one.index], size, facts) for one in videos]
        facts["sound"] = [_sound(one, packets[one.index], size) for one in container.streams.audio]
        facts["read_whole"] = size <= SCAN_BYTES
    for number, stream in enumerate(facts["video"]):
        log.clear()
        stream["decoded"] = _decode(path, options, number, log)
    return facts


GRAPH_TYPE, RECORD_TYPE = "application/x-tapeloom-graph", "application/x-tapeloom-record+json"
ATTACHED_BYTES = 16 * 2**20


def _attached(container: Any, kind: str) -> str:
    """What Tapeloom attached to a file that it made: the document, the record (runtime.accompany); else empty."""
    for one in container.streams.attachments:
        if one.mimetype == kind and len(one.data or b"") <= ATTACHED_BYTES:
            return bytes(one.data or b"").decode("utf-8", "replace")
    return ""


def _pictures(container: Any) -> list[Any]:
    """The picture streams, without cover art."""
    cover = av.stream.Disposition.attached_pic
    return [one for one in container.streams.video if not one.disposition & cover]


def _chapter(chapter: Any) -> Facts:
    base = Fraction(chapter["time_base"])
    return {
        "start": _ratio(chapter["start"] * base),
        "end": _ratio(chapter["end"] * base),
        "title": chapter.get("metadata", {}).get("title", ""),
    }


# ---------------------------------------------------------------------------------------------------- packets


class _Seen:
    """Packets of one stream: presentation times in seconds by place, their number, the first's bytes."""

    def __init__(self) -> None:
        self.places: list[list[Fraction]] = []
        self.count = 0
        self.first = b""


def _packets(container: Any, streams: list[Any], size: int) -> dict[int, _Seen]:
    seen = {stream.index: _Seen() for stream in streams}
    if size <= SCAN_BYTES:
        _gather(container.demux(streams), seen, limit=None)
        return seen
    length = container.duration or 0
    for place in PLACES:
        if place:
            try:
                container.seek((container.start_time or 0) + int(length * place))
            except av.error.FFmpegError:
                break
        _gather(container.demux(streams), seen, limit=PACKETS_A_PLACE)
    return seen


def _gather(packets: Iterator[Any], seen: dict[int, _Seen], limit: int | None) -> None:
    for one in seen.values():
        one.places.append([])
    wanted = set(seen)
    try:
        for count, packet in enumerate(packets):
            stream = packet.stream.index
            if packet.size and stream in seen:
                one = seen[stream]
                one.count += 1
                one.first = one.first or bytes(packet)[:144_000]
                stamp = packet.pts if packet.pts is not None else packet.dts
                if stamp is not None:
                    one.places[-1].append(stamp * packet.time_base)
                if limit is not None and len(one.places[-1]) >= limit:
                    wanted.discard(stream)
            if limit is not None and (not wanted or count > 40 * limit):
                return
    except av.error.FFmpegError:
        return  # a damaged tail: what was read so far stands


def _index_count(stream: Any, size: int) -> tuple[int, int]:
    """Frames that the container's own index lists, and how many lie inside the file; 0, 0 without one."""
    listed = stream.index_entries
    if not stream.frames or len(listed) < stream.frames * 0.9:
        return 0, 0
    whole = sum(1 for entry in listed if entry.size and entry.pos + entry.size <= size)
    return sum(1 for entry in listed if entry.size), whole


def _video(stream: Any, seen: _Seen, size: int, container: Facts) -> Facts:
    code, pixels = stream.codec_context, stream.codec_context.format
    listed, whole = _index_count(stream, size)
    facts: Facts = {
        "codec": code.codec.canonical_name,
        "profile": stream.profile or "",
        "codec_tag": code.codec_tag.strip("\0"),
        "width": code.width,
        "height": code.height,
        "pixels": _pixels(pixels) if pixels else None,
        "rates": [_ratio(one) for one in (stream.guessed_rate, stream.average_rate, stream.base_rate) if one],
        "time_base": _ratio(stream.time_base),
        "duration": _ratio(stream.duration * stream.time_base if stream.duration else None),
        "start": _ratio(_start(stream, seen)),
        "sar": _ratio(stream.sample_aspect_ratio or code.sample_aspect_ratio or None),
        "field_order": FIELD_ORDERS.get(int(code.field_order), ""),
        "range": int(code.color_range or 0),
        "matrix": int(code.colorspace if code.colorspace is not None else 2),
        "primaries": int(code.color_primaries if code.color_primaries is not None else 2),
        "transfer": int(code.color_trc if code.color_trc is not None else 2),
        "frames_said": stream.frames,
        "frames_listed": listed,
        "frames_whole": whole,
        "packets": seen.count,
        "intervals": _intervals(seen.places),
        "last": _ratio(max((max(times) for times in seen.places if times), default=None)),
        "language": stream.language or "",
        "metadata": dict(stream.metadata),
        "dv": {},
    }
    if code.codec.canonical_name == "dvvideo":
        facts["dv"] = dif.read(seen.first)
        if container["container"] == "dv" and dif.frame_bytes(seen.first):
            facts["dv_frame_bytes"] = dif.frame_bytes(seen.first)
    return facts


def _pixels(pixels: Any) -> Facts:
    luma = pixels.components[0]
    colours = sum(1 for one in pixels.components if not one.is_alpha)
    rgb = bool(pixels.is_rgb or pixels.has_palette)
    chroma = colours >= 3 and not rgb
    return {
        "name": pixels.name,
        "bits": luma.bits,
        "palette": bool(pixels.has_palette),
        "rgb": rgb,
        "gray": not chroma and not rgb,
        "full": pixels.name.startswith("yuvj"),
        # sizes of the chroma plane for a 64-pixel picture tell the subsampling
        "ss_w": (64 // pixels.chroma_width(64)).bit_length() - 1 if chroma else 0,
        "ss_h": (64 // pixels.chroma_height(64)).bit_length() - 1 if chroma else 0,
        "float": bool(re.search(r"f(16|32)(le|be)$", pixels.name)),
    }


def _intervals(places: list[list[Fraction]]) -> dict[str, int]:
    """How often each distance between neighbouring presentation times occurs: microseconds → times."""
    found: dict[str, int] = {}
    for times in places:
        ordered = sorted(set(times))
        # where reading began or stopped in the middle of a group, the last frames may lack their neighbours
        edge = 4 if len(times) > 40 and len(places) > 1 else 0
        ordered = ordered[edge : len(ordered) - edge]
        for earlier, later in pairwise(ordered):
            key = str(round((later - earlier) * 1_000_000))
            found[key] = found.get(key, 0) + 1
    return found


def _sound(stream: Any, seen: _Seen, size: int) -> Facts:
    code = stream.codec_context
    duration = stream.duration * stream.time_base if stream.duration else None
    gone = next((one for one in stream.index_entries if one.pos + one.size > size), None)
    if gone is not None:  # cut short: the time of the first sample that is not there
        duration = max(gone.timestamp, 0) * stream.time_base
    return {
        "codec": code.codec.canonical_name,
        "profile": stream.profile or "",
        "rate": code.sample_rate or 0,
        "channels": code.layout.nb_channels if code.layout else 0,
        "layout": code.layout.name if code.layout else "",
        "duration": _ratio(duration),
        "start": _ratio(_start(stream, seen)),
        "last": _ratio(max((max(times) for times in seen.places if times), default=None)),
        "language": stream.language or "",
        "metadata": dict(stream.metadata),
    }


def _start(stream: Any, seen: _Seen) -> Fraction | None:
    if stream.start_time is not None:
        return Fraction(stream.start_time * stream.time_base)
    return min(seen.places[0], default=None) if seen.places else None


# --------------------------------------------------------------------------------------------------- pictures


def _decode(path: str, options: dict[str, str], number: int, log: list[tuple[int, str, str]]) -> Facts:
    """What the first decoded pictures say: how many there are, and how many of each field order."""
    facts: Facts = {"pictures": 0, "progressive": 0, "tff": 0, "bff": 0, "width": 0, "height": 0}
    try:
        with av.open(path, options=options) as container:
            videos = _pictures(container)
            stream = videos[number]
            stream.codec_context.thread_count = 1
            graph = None
            for patience, packet in enumerate(container.demux(stream)):
                for picture in _tolerant(packet):
                    graph = graph or _telltale(picture, stream.time_base)
                    graph.push(picture)
                    graph.pull()
                    facts["pictures"] += 1
                    _note(facts, picture)
                if facts["pictures"] >= DECODED or patience > PATIENCE:
                    break
    except (av.error.FFmpegError, ValueError) as error:
        facts["stopped"] = str(getattr(error, "strerror", None) or error)
    for _, source, text in log:
        found = _KIND.search(text) if source.startswith("showinfo") else None
        if found:
            facts[{"P": "progressive", "T": "tff", "B": "bff"}[found[1]]] += 1
    return facts


def _tolerant(packet: Any) -> list[Any]:
    try:
        return list(packet.decode())
    except av.error.InvalidDataError:
        return []


def _telltale(picture: Any, time_base: Fraction) -> Any:
    """A filter that prints each picture's field order, the one thing of it that PyAV keeps to itself."""
    graph = av.filter.Graph()
    start = graph.add_buffer(
        width=picture.width,
        height=picture.height,
        format=picture.format,
        time_base=picture.time_base or time_base,
    )
    info, end = graph.add("showinfo", "checksum=0"), graph.add("buffersink")
    start.link_to(info)
    info.link_to(end)
    graph.configure()
    return graph


def _note(facts: Facts, picture: Any) -> None:
    turned = picture.rotation % 180 != 0
    facts["width"], facts["height"] = (picture.height, picture.width) if turned else (picture.width, picture.height)
    if facts["pictures"] == 1:
        facts["pixels"] = _pixels(picture.format)
        facts["matrix"], facts["range"] = int(picture.colorspace), int(picture.color_range)
        facts["turned"] = turned


def _ratio(value: Fraction | int | None) -> list[int] | None:
    if value is None:
        return None
    value = Fraction(value)
    return [value.numerator, value.denominator]


if __name__ == "__main__":
    import json
    import sys

    print(json.dumps(probe(str(Path(sys.argv[1]))), indent=1))
