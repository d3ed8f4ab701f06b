"""How the command line says what a model is, and how far a download has come."""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from runtime.commands._progress import EVERY_S, size
from runtime.models.entry import Entry, Pattern
from runtime.models.getting import Told
from runtime.models.store import Held, Row

WIDTH = 100
FEEDS = {
    Pattern.FRAME: "one whole frame",
    Pattern.TILES: "one frame, in overlapping tiles",
    Pattern.WINDOW: "a window of {window} frames, for the middle one",
    Pattern.RECURRENT: "chunks of {window} frames, each seeing those before and after",
    Pattern.PAIR_TIME: "two frames and a moment between them",
    Pattern.LUMA: "one gray plane",
    Pattern.CHROMA_MERGE: "a small picture for its colours; the luma stays",
    Pattern.FACES: "crops of faces, pasted back",
    Pattern.MASK: "a frame and a mask",
    Pattern.DETECTOR: "one whole frame, and says where faces are",
}
MASKED_ROW = "a window of {window} frames and their masks, for the middle one"


def listed(rows: Iterable[Row]) -> Iterator[str]:
    """The table: a line a model."""
    cells = [("MODEL", "DOES", "LICENCE", "HERE")]
    for row in rows:
        entry = row.entry
        does = f"{entry.does.value} {entry.scale}×" if entry.scale > 1 else entry.does.value
        free = "" if entry.licence.commercial else "! "
        cells.append((entry.name, does, free + _short(entry), _state(row)))
    wide = [max(len(line[column]) for line in cells) for column in range(3)]
    for line in cells:
        yield "  ".join(cell.ljust(wide[column]) if column < 3 else cell for column, cell in enumerate(line)).rstrip()
    yield ""
    if any(line[2].startswith("!") for line in cells):
        yield "! for non-commercial use only: asked about before it is fetched"
    yield "`launch.py models info NAME` tells all of one, `launch.py models get NAME` fetches it"


def _short(entry: Entry) -> str:
    stated = not entry.licence.weights.startswith("not stated")
    licence = entry.licence.weights if stated else entry.licence.code
    return textwrap.shorten(licence.partition(",")[0].partition(";")[0], 24, placeholder=" …")


def _state(row: Row) -> str:
    if row.fault:
        return "✗ cannot be read: see `models verify`"
    if row.held and not row.held.complete:
        return "✗ damaged: see `models verify`"
    if row.held:
        unverified = ", unverified" if any(item.unverified for item in row.held.items) else ""
        own = ", your own" if row.entry.own else ""
        return f"✓ {size(row.held.size)}{'' if row.held.onnx else ', to be converted'}{own}{unverified}"
    if row.entry.builtin:
        return "✓ comes along"
    if row.part:
        return f"{size(row.part)} came; `get` goes on"
    return "–"


def described(entry: Entry, held: Held | None) -> Iterator[str]:
    """All that is known of a model."""
    yield f"{entry.name} · {entry.title} ({entry.does.value})"
    yield from textwrap.wrap(" ".join(filter(None, (entry.about, entry.caution))), WIDTH)
    yield ""
    for title, said in _facts_for_people(entry):
        lines = textwrap.wrap(said, WIDTH - 14, break_long_words=False, break_on_hyphens=False) or [""]
        yield f"  {title:10}  {lines[0]}"
        yield from (f"  {'':10}  {line}" for line in lines[1:])
    yield ""
    yield from _where(entry, held)


def _facts_for_people(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "suits", entry.suits
    yield "licence", str(entry.licence) + (f" ({entry.licence.note})" if entry.licence.note else "")
    yield "net", entry.architecture
    rows = entry.pattern is Pattern.MASK and entry.window > 1
    yield "takes", (MASKED_ROW if rows else FEEDS[entry.pattern]).format(window=entry.window)
    sizes = f"{entry.fixed_size} × {entry.fixed_size} alone" if entry.fixed_size else "any size"
    steps = f", padded to multiples of {entry.multiple}" if entry.multiple > 1 and not entry.fixed_size else ""
    channels = f"{entry.channels_in} channels in, {entry.channels_out} out, {entry.value_range.value}"
    yield "pictures", f"{sizes}{steps}; {channels}" + (f"; {entry.scale} times larger" if entry.scale > 1 else "")
    if entry.memory:
        frame = entry.memory.bytes_per_pixel * 720 * 576
        yield "memory", f"about {size(frame)} for a whole 720 × 576 frame ({entry.memory.basis}); tiles take less"
    if entry.to_onnx:
        yield "as ONNX", entry.to_onnx
    yield "page", entry.page


def _where(entry: Entry, held: Held | None) -> Iterator[str]:
    if held:
        yield "On the shelf"
        for item in held.items:
            yield f"  {held.folder / item.name}"
            yield f"    {size(item.size)}, {item.trust}, from {item.source}"
            yield f"    SHA-256 {item.sha256}"
        for note in held.inspected.notes if held.inspected else ():
            yield f"  note: {note}"
        return
    if entry.builtin:
        yield f"It comes along, as {entry.builtin}: there is nothing to fetch"
        return
    yield "Not here yet. Where it comes from"
    if entry.ncnn:
        package = f"{entry.ncnn.package} {entry.ncnn.version} ({entry.ncnn.licence})"
        yield f"  the package {package}: half precision, converted to ONNX"
    if entry.shipped:
        package = f"{entry.shipped.package} {entry.shipped.version} ({entry.shipped.licence})"
        yield f"  the package {package}: the official file itself"
    for file in entry.files:
        yield f"  {file.address or f'{file.name}, by hand from the page: no address is known'}"
        by = f"; published by {file.publisher}" if file.publisher else ""
        stated = f"SHA-256 {file.sha256} ({file.hash_source.value}{by})"
        yield f"    {stated if file.sha256 else f'nobody states its hash: recorded on first use{by}'}"


def facts(entry: Entry, held: Held | None, part: int = 0, fault: str = "") -> dict[str, Any]:
    """For programs."""
    here = None
    if held:
        here = {
            "folder": str(held.folder),
            "onnx": str(held.onnx) if held.onnx else None,
            "files": [{**asdict(item), "unverified": item.unverified} for item in held.items],
            "accepted": held.accepted,
            "inspected": asdict(held.inspected) if held.inspected else None,
        }
    return {**asdict(entry), "here": here, "part_bytes": part, "fault": fault}


def teller(quiet: bool) -> Told:
    """Progress on stderr: one line that is written over on a terminal, a line now and then elsewhere."""
    return Told(_Quiet.say, _Quiet.progress) if quiet else Told((line := _Line()).say, line.progress)


class _Quiet:
    @staticmethod
    def say(text: str) -> None: ...

    @staticmethod
    def progress(name: str, have: int, total: int | None) -> None: ...


class _Line:
    def __init__(self) -> None:
        self.width = 0
        self.at_s = time.monotonic()
        self.from_bytes: int | None = None
        self.began_s = 0.0

    def say(self, text: str) -> None:
        self._clear()
        print(text, file=sys.stderr, flush=True)

    def progress(self, name: str, have: int, total: int | None) -> None:
        now = time.monotonic()
        if self.from_bytes is None or have < self.from_bytes:
            self.from_bytes, self.began_s = have, now
        tty = sys.stderr.isatty()
        whole = have == total
        if now - self.at_s < (0.1 if tty else EVERY_S) and not whole:
            return
        self.at_s = now
        pace = (have - self.from_bytes) / max(now - self.began_s, 1e-3)
        of = f" of {size(total)} ({100 * have // max(total, 1)} %)" if total is not None else ""
        text = f"{name}: {size(have)}{of}" + (f", {size(int(pace))}/s" if pace else "")
        if whole:
            self.from_bytes = None
        if tty:
            text = text[: shutil.get_terminal_size().columns - 1]
            print("\r" + text.ljust(self.width), end="\n" if whole else "", file=sys.stderr, flush=True)
            self.width = 0 if whole else len(text)
        else:
            print(text, file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self.width:
            print("\r" + " " * self.width + "\r", end="", file=sys.stderr, flush=True)
            self.width = 0
