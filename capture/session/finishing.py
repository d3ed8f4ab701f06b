"""Makes a recording whole: what a crash cut off is mended, parts are joined where that can be proved, files are named.

Parts of one run are joined into one file, after the tape has ended and nothing is urgent any more: their clusters are
strung behind one header with the time stamps they have, ffmpeg writes that as one file with an index, and only when the
joined streams have the checksums of the parts are the parts removed. They stay parts, with a list that players and
Tapeloom read, where a hole lies between them (frames and sound would slide against each other across it), where the
signal changed, where the disk has no room for a second copy, and in MOV and AVI.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from capture.session.argv import Files, container_of, suffix_of
from capture.session.asking import Asked
from capture.session.catching import dv_frame_bytes
from capture.session.disk import free_bytes
from capture.session.lists import FrameList, Packet, listed_parts
from capture.session.matroska import blocks, clusters_of
from capture.session.messages import Part
from capture.session.places import Places
from capture.session.splitting import split_dv, split_matroska
from capture.session.tally import RunFacts

__all__ = ["Outcome", "finish", "parts_of"]

_ROOM = 32 * 1024 * 1024

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`files`: what to open, in order. `short`: frames that were counted but had not been written when a run was cut
    off, by run. `note`: why it was not joined, and the like."""

    files: tuple[Path, ...]
    parts: tuple[Part, ...]
    short: tuple[tuple[int, int], ...] = ()
    note: str = ""


def packets_of(path: Path) -> list[Packet]:
    """All that a list holds; none where it does not exist."""
    with suppress(OSError):
        return FrameList().feed(path.read_bytes() + b"\n")
    return []


def parts_of(asked: Asked, places: Places, run: RunFacts) -> tuple[list[Part], int]:
    """The parts of a run, and how many of its frames had not been written. The list says which frames lie in a closed
    part; the last one, and one that was cut off, are counted themselves."""
    files, suffix = Files(places.work, run.number), suffix_of(asked)
    there = sorted(places.work.glob(f"{files.stem}-*{suffix}"))
    stamps = [one.pts_s for one in packets_of(files.video)]
    closed: dict[str, float] = {}
    with suppress(OSError):
        closed = {Path(one.name).name: one.start_s for one in listed_parts(files.parts.read_text("utf-8", "replace"))}
    half_s = float(1 / run.counting.rate) / 2
    found: list[Part] = []
    first = written = 0
    for index, path in enumerate(there):
        whole = path.name in closed
        following = there[index + 1].name if index + 1 < len(there) else ""
        if whole and following in closed:
            last = next((n for n in range(first, len(stamps)) if stamps[n] >= closed[following] - half_s), len(stamps))
        else:  # the last one, too: on a full disk ffmpeg lists as closed what it could not write
            last = first + _counted(path, len(stamps) - first)
            whole = whole and (following != "" or last == len(stamps))
        if last > first:
            start_s = run.time_of(stamps[first]) if first < len(stamps) else 0.0
            size = path.stat().st_size
            found.append(Part(str(path), run.first + first, run.first + last, start_s, size, whole))
        first = written = last
    return found, max(0, len(stamps) - written)


def _counted(path: Path, most: int) -> int:
    """The frames that are whole in a file that was cut off."""
    if path.suffix == ".mkv":
        with path.open("rb") as file:
            return sum(block.track.kind == 1 for block in blocks(file))
    if path.suffix == ".dv":
        return path.stat().st_size // dv_frame_bytes(path)
    return most


def finish(
    ffmpeg: str, asked: Asked, places: Places, runs: Sequence[RunFacts], tell: Progress, cuts: Sequence[int] = ()
) -> Outcome:
    """`cuts`: the frames at which new files are to begin. OSError where the disk does not let us; the parts then
    still lie in the work folder."""
    parts: list[Part] = []
    short: list[tuple[int, int]] = []
    for run in runs:
        found, missing = parts_of(asked, places, run)
        parts += found
        _drop_empty(places, run, found)
        if missing:
            short.append((run.number, missing))
    parts = [_mended(ffmpeg, one) for one in parts]
    for one in parts:
        _sync(Path(one.path))
    made = _split(ffmpeg, asked, places, parts, tell, cuts) if cuts else None
    files, parts, note = made or _put(ffmpeg, asked, places, parts, tell)
    if cuts and not made:
        note = "; ".join(one for one in (note, "it was not split, for that could not be proved to be exact") if one)
    return Outcome(tuple(files), tuple(parts), tuple(short), note)


def _drop_empty(places: Places, run: RunFacts, found: list[Part]) -> None:
    """A part that was begun and into which no frame came any more."""
    held = {Path(one.path) for one in found}
    for path in places.work.glob(f"{Files(places.work, run.number).stem}-*"):
        if path not in held:
            path.unlink(missing_ok=True)


def _split(
    ffmpeg: str, asked: Asked, places: Places, parts: list[Part], tell: Progress, cuts: Sequence[int]
) -> tuple[list[Path], list[Part], str] | None:
    """None where it cannot be done: over holes, in other containers, without room."""
    if _unjoinable(replace(asked, join="auto"), places, parts):
        return None
    old = [Path(one.path) for one in parts]
    try:
        if container_of(asked) == "dv":
            made = split_dv(old, cuts, places.work, tell)
        else:
            made = split_matroska(ffmpeg, old, cuts, places.work, tell)
    except (OSError, subprocess.SubprocessError):
        made = []
    if not made:
        return None
    files, moved = [], []
    bounds = [parts[0].first, *cuts, parts[-1].last]
    for number, one in enumerate(made, 1):
        _sync(one)
        target = one.replace(places.part(number, suffix_of(asked)))
        first, last = bounds[number - 1], bounds[number]
        start_s = parts[0].start_s + float((first - parts[0].first) / asked.source.rate)
        files.append(target)
        moved.append(Part(str(target), first, last, start_s, target.stat().st_size))
    for path in old:
        path.unlink(missing_ok=True)
    return files, moved, f"cut in {len(files)} files where something new begins"


def _put(
    ffmpeg: str, asked: Asked, places: Places, parts: list[Part], tell: Progress
) -> tuple[list[Path], list[Part], str]:
    suffix = suffix_of(asked)
    if len(parts) == 1:
        target = places.whole(suffix)
        Path(parts[0].path).replace(target)
        return [target], [replace(parts[0], path=str(target))], ""
    why = _unjoinable(asked, places, parts)
    if not why and len(parts) > 1:
        target = places.whole(suffix)
        why = _joined(ffmpeg, asked, [Path(one.path) for one in parts], target, tell)
        if not why:
            for one in parts:
                Path(one.path).unlink(missing_ok=True)
            whole = replace(parts[0], path=str(target), last=parts[-1].last, size_bytes=target.stat().st_size)
            return [target], [whole], f"{len(parts)} parts joined, and proved to be the same"
    files, moved = [], []
    for number, one in enumerate(parts, 1):
        target = places.part(number, suffix)
        Path(one.path).replace(target)
        files.append(target)
        moved.append(replace(one, path=str(target)))
    if files and container_of(asked) != "dv":
        try:
            places.concat.write_text(_listing(files), encoding="utf-8")
        except OSError as fault:  # the disk is full: a list is not worth the parts
            places.concat.unlink(missing_ok=True)
            why = f"{why}; without a list of them ({fault.strerror or fault})"
    return files, moved, why


def _listing(files: Sequence[Path]) -> str:
    """For ffmpeg's concat demuxer and what is made with it."""
    quoted = (one.name.replace("'", "'\\''") for one in files)
    return "ffconcat version 1.0\n" + "".join(f"file '{name}'\n" for name in quoted)


def _unjoinable(asked: Asked, places: Places, parts: list[Part]) -> str:
    if asked.join == "never":
        return "kept as parts, as asked"
    runs = {Path(one.path).name.partition("-")[0] for one in parts}
    if len(runs) > 1:
        return "kept as parts, for there are holes between them"
    if container_of(asked) not in ("mkv", "dv"):
        return f"kept as parts: {container_of(asked).upper()} is not joined"
    size = sum(one.size_bytes for one in parts)
    if free_bytes(places.folder) < size + _ROOM:
        return f"kept as parts: there is no room for the joined file, {size / 1e9:.1f} GB"
    return ""


def _joined(ffmpeg: str, asked: Asked, parts: list[Path], target: Path, tell: Progress) -> str:
    """Why it could not be joined; empty: `target` is there, and proved."""
    part = target.with_name(target.name + ".part")
    try:
        if container_of(asked) == "dv":
            _strung(parts, part, tell)
        else:
            before = _written(ffmpeg, parts, part, tell)
            tell("proving", 0.0)
            after = _hashes(ffmpeg, part)
            tell("proving", 1.0)
            if not before or before != after:
                part.unlink(missing_ok=True)
                return "kept as parts: the joined file was not the same"
        _sync(part)
        part.replace(target)
    except (OSError, subprocess.SubprocessError) as fault:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        return f"kept as parts: they could not be joined ({fault})"
    return ""


def _strung(parts: Sequence[Path], target: Path, tell: Progress) -> None:
    total, done = sum(one.stat().st_size for one in parts), 0
    with target.open("wb") as out:
        for one in parts:
            with one.open("rb") as file:
                shutil.copyfileobj(file, out, 1 << 22)
            done += one.stat().st_size
            tell("joining", done / max(1, total))
    if target.stat().st_size != total:
        raise OSError("the joined file has another length")


def _written(ffmpeg: str, parts: Sequence[Path], target: Path, tell: Progress) -> list[str]:
    """Write the parts' clusters as one file; gives the checksums of the streams that went in."""
    hashes = target.with_name(target.name + ".hashes")
    argv = [
        ffmpeg, "-y", "-v", "error", "-f", "matroska", "-i", "pipe:0",
        "-map", "0", "-c", "copy", "-allow_raw_vfw", "1", "-f", "matroska", f"file:{target}",
        "-map", "0", "-c", "copy", "-f", "streamhash", "-hash", "md5", f"file:{hashes}",
    ]  # fmt: skip
    total, done = sum(one.stat().st_size for one in parts), 0
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stderr is not None
        with suppress(BrokenPipeError):
            for data in clusters_of(parts):
                process.stdin.write(data)
                done += len(data)
                tell("joining", min(1.0, done / max(1, total)))
        with suppress(BrokenPipeError):
            process.stdin.close()
        said = process.stderr.read().decode("utf-8", "replace").strip()
        code = process.wait()
    try:
        if code:
            raise OSError(said.splitlines()[-1] if said else f"ffmpeg ended with exit code {code}")
        return hashes.read_text("ascii").split()
    finally:
        hashes.unlink(missing_ok=True)


def _hashes(ffmpeg: str, path: Path) -> list[str]:
    argv = [
        ffmpeg,
        "-v",
        "error",
        "-i",
        f"file:{path}",
        "-map",
        "0",
        "-c",
        "copy",
        "-f",
        "streamhash",
        "-hash",
        "md5",
        "-",
    ]
    done = subprocess.run(argv, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return done.stdout.decode("ascii", "replace").split() if done.returncode == 0 else []


def _mended(ffmpeg: str, part: Part) -> Part:
    """A part that was cut off, with an index and its length, or as it is where that cannot be done."""
    path = Path(part.path)
    if part.whole:
        return part
    if path.suffix == ".dv":
        size = (part.last - part.first) * dv_frame_bytes(path)
        with path.open("rb+") as file:
            file.truncate(size)
        return replace(part, size_bytes=size)
    if path.suffix != ".mkv" or free_bytes(path.parent) < part.size_bytes + _ROOM:
        return part
    target = path.with_name(path.name + ".part")
    try:
        before = _written(ffmpeg, [path], target, lambda *_: None)
        if not before or before != _hashes(ffmpeg, target):
            return part
        _sync(target)
        target.replace(path)
    except (OSError, subprocess.SubprocessError):
        return part
    finally:
        with suppress(OSError):
            target.unlink(missing_ok=True)
    return replace(part, size_bytes=path.stat().st_size)


def _sync(path: Path) -> None:
    with suppress(OSError), path.open("rb+") as file:
        os.fsync(file.fileno())


def keep_list(places: Places, runs: Sequence[RunFacts]) -> None:
    """NAME.framemd5: the lists of all runs, one after the other; a comment says where a later run begins. The first is
    moved, which a full disk allows. OSError."""
    if not runs:
        return
    with suppress(FileNotFoundError):
        Files(places.work, runs[0].number).video.replace(places.framemd5)
    with places.framemd5.open("ab") as out:
        for run in runs[1:]:
            out.write(f"#run {run.number}: frame {run.first}, {run.start_s or 0.0:.3f} s\n".encode())
            with suppress(FileNotFoundError):
                out.write(Files(places.work, run.number).video.read_bytes())
        out.flush()
        os.fsync(out.fileno())


def tidy(places: Places, everything: bool = False) -> str:
    """Remove the work folder; pictures that are left in it keep it, unless `everything` goes. Gives what to tell."""
    kept = (
        []
        if everything
        else [one for one in places.work.glob("run*-*") if one.suffix in (".mkv", ".mov", ".avi", ".dv")]
    )
    if kept:
        return f"{places.work} still holds {len(kept)} files"
    shutil.rmtree(places.work, ignore_errors=True)
    return ""
