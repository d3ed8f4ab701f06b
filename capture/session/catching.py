"""What a run that was cut off had written to its file but not yet to its list: a frame or two, found in the file.

The file and the list are two outputs of one ffmpeg; when it is killed either may be ahead by a moment. A frame that is
in the file counts, and gets its checksum from there.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
from contextlib import suppress
from pathlib import Path

from capture.session.argv import Files, suffix_of
from capture.session.asking import Asked
from capture.session.lists import FrameList, Packet
from capture.session.matroska import blocks, pieces
from capture.session.places import Places

__all__ = ["catch_up", "dv_frame_bytes"]

_LAST_CLUSTERS = 60
_TRIAL_S = 60.0


def catch_up(ffmpeg: str, asked: Asked, places: Places, number: int) -> list[Packet]:
    """The frames of run `number` that are in its last part and not in its list; they are appended to that."""
    files = Files(places.work, number)
    there = sorted(places.work.glob(f"{files.stem}-*{suffix_of(asked)}"))
    if not there:
        return []
    try:
        data = files.video.read_bytes()
    except OSError:
        return []
    known = FrameList()
    listed = known.feed(data[: data.rfind(b"\n") + 1])
    if not listed:
        return []
    found: list[Packet] = []
    with suppress(OSError, subprocess.SubprocessError):
        if there[-1].suffix == ".dv":
            found = _of_dv(there, listed)
        elif there[-1].suffix == ".mkv":
            found = _of_matroska(ffmpeg, there[-1], listed, 0.5 / asked.source.rate)
    if found:
        _append(files.video, data, known, found)
    return found


def _of_matroska(ffmpeg: str, path: Path, listed: list[Packet], half_s: float) -> list[Packet]:
    found = pieces(path)
    if found is None:
        return []
    tail = found.head + b"".join(found.last(_LAST_CLUSTERS))
    stamps = [one.pts_s for one in blocks(io.BytesIO(tail)) if one.track.kind == 1]
    more = sum(stamp > listed[-1].pts_s + half_s for stamp in stamps)
    if not more:
        return []
    argv = [ffmpeg, "-v", "error", "-copyts", "-f", "matroska", "-i", "pipe:0", "-map", "0:v:0"]
    argv += ["-fps_mode", "passthrough", "-enc_time_base:v", "1:1000000", "-f", "framemd5", "-"]
    done = subprocess.run(argv, input=tail, capture_output=True, timeout=_TRIAL_S, check=False)
    decoded = FrameList().feed(done.stdout)
    return [one for one in decoded if one.pts_s > listed[-1].pts_s + half_s]


def _of_dv(there: list[Path], listed: list[Packet]) -> list[Packet]:
    """Frames are of one size; their stamps are what they count."""
    size = dv_frame_bytes(there[0])
    written = sum(path.stat().st_size // size for path in there)
    missing = written - len(listed)
    if missing <= 0 or len(listed) < 2:
        return []
    length_s = listed[-1].pts_s - listed[-2].pts_s
    with there[-1].open("rb") as file:
        file.seek((there[-1].stat().st_size // size - missing) * size)
        frames = [file.read(size) for _ in range(missing)]
    return [
        Packet(listed[-1].pts_s + (index + 1) * length_s, listed[-1].duration, size, hashlib.md5(data).hexdigest())
        for index, data in enumerate(frames)
    ]


def _append(path: Path, before: bytes, known: FrameList, found: list[Packet]) -> None:
    lines = [before[: before.rfind(b"\n") + 1]]  # a line that was cut off is of a frame that is found again
    for one in found:
        pts = round(one.pts_s / known.time_base)
        lines.append(f"0, {pts:10}, {pts:10}, {one.duration:8}, {one.size:8}, {one.digest}\n".encode())
    path.write_bytes(b"".join(lines))


def dv_frame_bytes(path: Path) -> int:
    """144,000 for 50 fields, 120,000 for 60: the header block says which (IEC 61834-2: DSF)."""
    with path.open("rb") as file:
        head = file.read(4)
    return 144_000 if len(head) > 3 and head[3] & 0x80 else 120_000
