"""Makes a recording whole: what a crash cut off is mended, parts are joined where that can be proved, files are named.

Parts of one run are joined into one file, after the tape has ended and nothing is urgent any more: their clusters are
strung behind one header with the time stamps they have, ffmpeg writes that as one file with an index, and only when the
joined streams have the checksums of the parts are the parts removed. They stay parts, with a list that players and
Tapeloom read, where a hole lies between them (frames and sound would slide against each other across it), where the
signal changed, where the disk has no room for a second copy, and in MOV and AVI.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from capture.session.argv import Files, container_of, suffix_of
from capture.session.asking import Asked
from capture.session.catching import dv_frame_bytes
from capture.session.disk import free_bytes
from capture.session.lists import FrameList, Packet, listed_parts
from capture.session.matroska import blocks, clusters_of
from capture.session.messages import Part
from capture.session.places import Places
from capture.session.settling import Outcome, Settling, left_to_do, settle
from capture.session.splitting import split_dv, split_matroska
from capture.session.tally import RunFacts
from runtime.syncing import sync

__all__ = ["Outcome", "finish", "parts_of"]

_ROOM = 32 * 1024 * 1024
_HEADER = 64 * 1024
"""A MOV or AVI that is smaller has no picture in it."""

Progress = Callable[[str, float], None]


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
            last = first + _counted(path, max(0, len(stamps) - first))
            whole = whole and (following != "" or last == len(stamps))
        if last <= first:  # the list is shorter than the files: a disk lost its end
            last = first + _counted(path, 0)
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
    before = left_to_do(places)
    if before is not None:
        return before
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
        with suppress(OSError):
            sync(Path(one.path))
    made = _split(ffmpeg, asked, places, parts, tell, cuts) if cuts else None
    what = made or _put(ffmpeg, asked, places, parts, tell)
    note = what.outcome.note
    if cuts and not made:
        note = "; ".join(one for one in (note, "it was not split, for that could not be proved to be exact") if one)
    return settle(places, replace(what, outcome=replace(what.outcome, short=tuple(short), note=note)))


def _drop_empty(places: Places, run: RunFacts, found: list[Part]) -> None:
    """A part that was begun and into which no frame came any more."""
    held = {Path(one.path) for one in found}
    for path in places.work.glob(f"{Files(places.work, run.number).stem}-*"):
        if path not in held and (path.suffix in (".mkv", ".dv") or path.stat().st_size < _HEADER):
            path.unlink(missing_ok=True)


def _split(
    ffmpeg: str, asked: Asked, places: Places, parts: list[Part], tell: Progress, cuts: Sequence[int]
) -> Settling | None:
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
    parted: list[Part] = []
    bounds = [parts[0].first, *cuts, parts[-1].last]
    for number, one in enumerate(made, 1):
        try:
            sync(one)
        except OSError:
            return None
        first, last = bounds[number - 1], bounds[number]
        start_s = parts[0].start_s + float((first - parts[0].first) / asked.source.rate)
        parted.append(Part(str(places.part(number, suffix_of(asked))), first, last, start_s, one.stat().st_size))
    note = f"cut in {len(made)} files where something new begins"
    return _named(list(zip(made, parted, strict=True)), note, removes=old)


def _named(
    made: Sequence[tuple[Path, Part]], note: str, removes: Sequence[Path] = (), listed: bool = False
) -> Settling:
    """Files, and as which parts of the recording they are to lie there."""
    names = tuple(Path(part.path) for _, part in made)
    moves = tuple(zip((path for path, _ in made), names, strict=True))
    return Settling(moves, Outcome(names, tuple(part for _, part in made), (), note), tuple(removes), listed)


def _put(ffmpeg: str, asked: Asked, places: Places, parts: list[Part], tell: Progress) -> Settling:
    suffix = suffix_of(asked)
    target, old = places.whole(suffix), [Path(one.path) for one in parts]
    if len(parts) == 1:
        return _named([(old[0], replace(parts[0], path=str(target)))], "")
    why = _unjoinable(asked, places, parts)
    if not why and len(parts) > 1:
        joined = target.with_name(target.name + ".part")
        why = _joined(ffmpeg, asked, parts, joined, tell)
        if not why:
            size = joined.stat().st_size
            whole = replace(parts[0], path=str(target), last=parts[-1].last, size_bytes=size)
            return _named([(joined, whole)], f"{len(parts)} parts joined, and proved to be the same", removes=old)
    moved = [replace(one, path=str(places.part(number, suffix))) for number, one in enumerate(parts, 1)]
    listed = bool(parts) and container_of(asked) != "dv"
    return _named(list(zip(old, moved, strict=True)), why, listed=listed)


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


def _joined(ffmpeg: str, asked: Asked, parts: Sequence[Part], target: Path, tell: Progress) -> str:
    """Why it could not be joined; empty: `target` is there, on the disk, and proved."""
    paths, frames = [Path(one.path) for one in parts], parts[-1].last - parts[0].first
    try:
        if container_of(asked) == "dv":
            _strung(paths, target, tell)
        else:
            before, count = _written(ffmpeg, paths, target, tell)
            tell("proving", 0.0)
            after = _hashes(ffmpeg, target)
            tell("proving", 1.0)
            if not before or before != after or count != frames:
                target.unlink(missing_ok=True)
                return "kept as parts: the joined file was not the same"
        sync(target)
    except (OSError, subprocess.SubprocessError) as fault:
        with suppress(OSError):
            target.unlink(missing_ok=True)
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


def _written(ffmpeg: str, parts: Sequence[Path], target: Path, tell: Progress) -> tuple[list[str], int]:
    """Write the parts' clusters as one file; gives the checksums of the streams that went in, and how many pictures."""
    hashes, pictures = target.with_name(target.name + ".hashes"), target.with_name(target.name + ".pictures")
    argv = [
        ffmpeg, "-y", "-v", "error", "-f", "matroska", "-i", "pipe:0",
        "-map", "0", "-c", "copy", "-allow_raw_vfw", "1", "-f", "matroska", f"file:{target}",
        "-map", "0", "-c", "copy", "-f", "streamhash", "-hash", "md5", f"file:{hashes}",
        "-map", "0:v:0", "-c", "copy", "-f", "framecrc", f"file:{pictures}",
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
        with pictures.open("rb") as lines:
            count = sum(not line.startswith(b"#") for line in lines)
        return hashes.read_text("ascii").split(), count
    finally:
        hashes.unlink(missing_ok=True)
        pictures.unlink(missing_ok=True)


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
        before, count = _written(ffmpeg, [path], target, lambda *_: None)
        if not before or count != part.last - part.first or before != _hashes(ffmpeg, target):
            return part
        sync(target)
        target.replace(path)
    except (OSError, subprocess.SubprocessError):
        return part
    finally:
        with suppress(OSError):
            target.unlink(missing_ok=True)
    return replace(part, size_bytes=path.stat().st_size)


def keep_list(places: Places, runs: Sequence[RunFacts]) -> None:
    """NAME.framemd5: the lists of all runs, one after the other; a comment says where a later run begins. The first is
    moved, which a full disk allows; what an earlier try put behind it is put there anew. OSError."""
    if not runs:
        return
    with suppress(FileNotFoundError):
        Files(places.work, runs[0].number).video.replace(places.framemd5)
    with places.framemd5.open("ab") as out:
        out.truncate(len(first_list(places)))
        for run in runs[1:]:
            out.write(f"#run {run.number}: frame {run.first}, {run.start_s or 0.0:.3f} s\n".encode())
            with suppress(FileNotFoundError):
                out.write(Files(places.work, run.number).video.read_bytes())
    sync(places.framemd5)


def first_list(places: Places) -> bytes:
    """Of NAME.framemd5, what is of the first run. OSError."""
    data = places.framemd5.read_bytes()
    at = data.find(b"\n#run ")
    return data if at < 0 else data[: at + 1]


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
