"""Cuts a finished recording in several files, where scenes or the tape's own recordings begin.

Nothing is coded again and nothing is cut while the tape plays: every picture of a lossless recording stands for itself,
so the cuts are exact to the frame. The parts are removed only when each packet of them is in the new files, in order.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from capture.session.asking import Splits
from capture.session.catching import dv_frame_bytes
from capture.session.matroska import clusters_of
from capture.session.messages import Happened

__all__ = ["cuts", "split_dv", "split_matroska"]

_APART = 12
"""Frames: two beginnings closer together are one."""


def cuts(splits: Splits, marks: Sequence[Happened], frames: int) -> tuple[int, ...]:
    """Pure: the frames at which new files begin, without the first. A picture after blank tape is the beginning of a
    recording, too."""
    kinds = {"scene"} if splits.scenes else set()
    kinds |= {"recording", "picture"} if splits.recordings else set()
    found: list[int] = []
    for one in sorted(mark.frame for mark in marks if mark.kind in kinds):
        if one >= (found[-1] if found else 0) + _APART and one <= frames - _APART:
            found.append(one)
    return tuple(found)


def split_matroska(
    ffmpeg: str, parts: Sequence[Path], at: Sequence[int], folder: Path, tell: Callable[[str, float], None]
) -> list[Path]:
    """The new files, in `folder`, proved; none where that cannot be. OSError."""
    for old in folder.glob("split-*"):
        old.unlink()
    lists = folder / "split.packets"
    pattern = str(folder).replace("%", "%%") + "/split-%04d.mkv"
    argv = [
        ffmpeg, "-y", "-v", "error", "-f", "matroska", "-i", "pipe:0",
        "-map", "0", "-c", "copy", "-f", "segment", "-segment_frames", ",".join(map(str, at)),
        "-segment_format", "matroska", "-segment_format_options", "allow_raw_vfw=1", "-reset_timestamps", "1",
        f"file:{pattern}",
        "-map", "0", "-c", "copy", "-f", "framemd5", f"file:{lists}",
    ]  # fmt: skip
    total, done = sum(one.stat().st_size for one in parts), 0
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            for data in clusters_of(parts):
                process.stdin.write(data)
                done += len(data)
                tell("splitting", min(1.0, done / max(1, total)))
        process.communicate()
    made = sorted(folder.glob("split-*.mkv"))
    try:
        wanted = _packets([lists.read_text("ascii", "replace")])
        found = _packets(_listed(ffmpeg, one) for one in made)
    finally:
        lists.unlink(missing_ok=True)
    if process.returncode == 0 and wanted and found == wanted and len(made) == len(at) + 1:
        return made
    for one in made:
        one.unlink()
    return []


def split_dv(parts: Sequence[Path], at: Sequence[int], folder: Path, tell: Callable[[str, float], None]) -> list[Path]:
    """The same of DV, whose frames are all of one size. OSError."""
    size = dv_frame_bytes(parts[0])
    bounds = [one * size for one in at]
    made = [folder / f"split-{index:04}.dv" for index in range(len(at) + 1)]
    total, done, index = sum(one.stat().st_size for one in parts), 0, 0
    out = made[0].open("wb")
    try:
        for path in parts:
            with path.open("rb") as file:
                while data := file.read(size):
                    if index < len(bounds) and done == bounds[index]:
                        out.close()
                        index += 1
                        out = made[index].open("wb")
                    out.write(data)
                    done += len(data)
            tell("splitting", done / max(1, total))
    finally:
        out.close()
    return made if sum(one.stat().st_size for one in made) == total else []


def _listed(ffmpeg: str, path: Path) -> str:
    argv = [ffmpeg, "-v", "error", "-i", f"file:{path}", "-map", "0", "-c", "copy", "-f", "framemd5", "-"]
    done = subprocess.run(argv, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return done.stdout.decode("ascii", "replace")


def _packets(lists: Iterable[str]) -> dict[str, list[str]]:
    """The checksums of each stream's packets, in order, over all lists."""
    found: dict[str, list[str]] = {}
    for text in lists:
        for line in text.splitlines():
            stream, comma, rest = line.partition(",")
            if comma and not line.startswith("#"):
                found.setdefault(stream.strip(), []).append(rest.rpartition(",")[2].strip())
    return found
