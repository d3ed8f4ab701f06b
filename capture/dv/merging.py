"""Several passes of a tape become one DV file: every frame from the pass that has it best, its damaged blocks from the
others. The sources are only read; the file appears when it is whole.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from capture.dv.aligning import NONE, Indexes, aligned
from capture.dv.frames import DvError, Reader
from capture.dv.layout import System
from capture.dv.mending import Blocks, Mended, candidate, frame_of, mended
from capture.dv.passes import Pass, read
from capture.dv.report import MOST, Gathering, Report
from capture.dv.source import opened

__all__ = ["Mending", "Merged", "Share", "Stretch", "merge"]

_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Share:
    """What a pass gave. `whole`: frames taken as they were; `base`: frames mended with others' blocks; `video`,
    `audio`: blocks given to frames of others; `lacking`: frames that it does not have; `damaged`: that it has damaged;
    `repeated`: frames that came twice in it, left out."""

    name: str
    frames: int
    whole: int
    base: int
    video: int
    audio: int
    lacking: int
    damaged: int
    repeated: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames first…last of the result, the last one included, are those of one pass, as they were."""

    first: int
    last: int
    source: int


@dataclass(frozen=True, slots=True)
class Mending:
    """A frame of the result that was put together, or is damaged still."""

    frame: int
    tc: str
    base: int
    video: dict[int, int]
    audio: dict[int, int]
    bad_video: int
    bad_audio: int


@dataclass(frozen=True)
class Merged:
    """`result`: of the file that was made. `disagree`: frames that are good in several passes and yet not the same,
    so that a deck was wrong and did not say so."""

    result: Report
    shares: tuple[Share, ...]
    stretches: tuple[Stretch, ...]
    mendings: tuple[Mending, ...]
    mended: int
    damaged: int
    mixed: int
    disagree: int
    disagreeing: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    """What has been made so far."""

    passes: int
    whole: list[int] = field(default_factory=list)
    base: list[int] = field(default_factory=list)
    video: list[int] = field(default_factory=list)
    audio: list[int] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    mendings: list[Mending] = field(default_factory=list)
    mended: int = 0
    damaged: int = 0
    mixed: int = 0
    disagree: int = 0
    disagreeing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for counts in (self.whole, self.base, self.video, self.audio):
            counts.extend([0] * self.passes)

    def add(self, number: int, tc: str, made: Mended) -> None:
        touched = bool(made.video or made.audio or made.other)
        (self.base if touched else self.whole)[made.base] += 1
        self.mended += touched
        self.damaged += bool(made.bad_video or made.bad_audio)
        self.mixed += made.mixed
        for given, counts in ((made.video, self.video), (made.audio, self.audio)):
            for giver, count in given.items():
                counts[giver] += count
        if (touched or made.bad_video or made.bad_audio) and len(self.mendings) < MOST:
            self.mendings.append(Mending(number, tc, made.base, made.video, made.audio, made.bad_video, made.bad_audio))
        last = self.stretches[-1] if self.stretches else None
        if touched:
            return
        if last and last.source == made.base and last.last == number - 1:
            self.stretches[-1] = Stretch(last.first, number, made.base)
        elif len(self.stretches) < MOST:
            self.stretches.append(Stretch(number, number, made.base))


def merge(paths: Sequence[Path], out: Path, on_progress: Callable[[str, float], None] = lambda *_: None) -> Merged:
    """Writes `out`, which must be none of `paths`. DvError, OSError; then there is no file, or the old one."""
    part = out.with_name(f"{out.name}.part")
    with ExitStack() as stack:
        stack.callback(_gone, part)
        passes = [_pass(path, number, out, stack, on_progress) for number, path in enumerate(paths)]
        _alike(passes)
        rows = aligned(passes)
        if not _overlaps(rows):
            raise DvError("the passes have no frame in common: their timecodes are all different. Is it the same tape?")
        files = [stack.enter_context(one.raw.open("rb")) for one in passes]
        with part.open("wb") as file:
            found = _made(passes, rows, files, file, on_progress)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    return found


def _pass(path: Path, number: int, out: Path, stack: ExitStack, on_progress: Callable[[str, float], None]) -> Pass:
    try:
        source = opened(path)
        size = path.stat().st_size
        copy = out.with_name(f"{out.name}.pass{number + 1}.part")
        if not source.raw:
            stack.callback(_gone, copy)
        return read(source, str(path), copy, lambda done: on_progress(f"reading {path.name}", min(1.0, done / size)))
    except DvError as fault:
        raise DvError(f"{path}: {fault}") from None


def _alike(passes: Sequence[Pass]) -> None:
    first = passes[0]
    for one in passes[1:]:
        if one.system is not first.system:
            raise DvError(f"{one.name}: it is {one.system.name}, but {first.name} is {first.system.name}")


def _overlaps(rows: Indexes) -> bool:
    """Whether each pass has a frame that another one has too."""
    shared = (rows != NONE).sum(axis=1) > 1
    return bool(((rows != NONE) & shared[:, None]).any(axis=0).all())


def _made(
    passes: Sequence[Pass],
    rows: Indexes,
    files: Sequence[IO[bytes]],
    out: IO[bytes],
    on_progress: Callable[[str, float], None],
) -> Merged:
    tally, proof, reader = _Tally(len(passes)), Gathering(), Reader()
    system = passes[0].system
    for number, row in enumerate(rows):
        there = [(one, int(place)) for one, place in enumerate(row) if place != NONE]
        tc = passes[there[0][0]].timecode(there[0][1])
        blocks = [
            (one, frame_of(_frame(files[one], passes[one], place), system), bool(passes[one].bad[place]))
            for one, place in there
        ]
        made = _one(blocks, system, tally, tc)
        tally.add(number, tc, made)
        data = made.blocks.tobytes()
        out.write(data)
        for frame in reader.feed(data):
            proof.add(frame)
        if number % 250 == 0:
            on_progress("writing", number / len(rows))
    for frame in reader.end():
        proof.add(frame)
    result = proof.report()
    assert result is not None
    return _told(passes, rows, tally, result)


def _one(blocks: Sequence[tuple[int, Blocks, bool]], system: System, tally: _Tally, tc: str) -> Mended:
    """The frame out of what the passes have. Most are good, and then nothing is to be looked at but whether they are
    the same."""
    good = [(one, data) for one, data, bad in blocks if not bad]
    if not good:
        return mended([candidate(one, data, system) for one, data, _ in blocks], system)
    first, data = good[0]
    if any((data[system.video, 3:] != other[system.video, 3:]).any() for _, other in good[1:]):
        tally.disagree += 1
        if len(tally.disagreeing) < _LISTED:
            tally.disagreeing.append(tc)
    return Mended(data, first)


def _frame(file: IO[bytes], one: Pass, place: int) -> bytes:
    file.seek(int(one.place[place]))
    data = file.read(one.system.frame_bytes)
    if len(data) != one.system.frame_bytes:
        raise DvError(f"{one.name}: it became shorter while it was read")
    return data


def _told(passes: Sequence[Pass], rows: Indexes, tally: _Tally, result: Report) -> Merged:
    shares = tuple(
        Share(
            one.name, len(one), tally.whole[at], tally.base[at], tally.video[at], tally.audio[at],
            int((rows[:, at] == NONE).sum()), int((one.bad > 0).sum()), one.repeated,
        )
        for at, one in enumerate(passes)
    )  # fmt: skip
    return Merged(
        result, shares, tuple(tally.stretches), tuple(tally.mendings), tally.mended, tally.damaged, tally.mixed,
        tally.disagree, tuple(tally.disagreeing),
    )  # fmt: skip


def _gone(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
