"""What is converted, and where it goes: a model of the shelf, or a file of the user's; the shelf, or a folder."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from provision.make import try_lock
from runtime.models.catalogue import NAME
from runtime.models.child import ConversionError
from runtime.models.convert import Bench, Made, Report, Say, Wish, from_onnx, from_weights, verified, whole_scale
from runtime.models.download import sha256
from runtime.models.entry import ONNX, TORCH, Entry, Licence, Pattern, Task, ValueRange
from runtime.models.fault import ShelfError
from runtime.models.getting import Told, bring_own, slug
from runtime.models.inspect import Inspected
from runtime.models.proof import Precision
from runtime.models.store import CONVERTED, Held, Item, Shelf

DEMO_CLIP = Path(__file__).resolve().parents[2] / "graphs" / "demo" / "tape.mkv"
ENDINGS = (".pth", ".pt", ".ckpt", ".pkl", ".bin", ".safetensors")
_WORK = ".converting-"
_PATTERNS = {"frame": Pattern.TILES, "pair": Pattern.PAIR_TIME, "chroma": Pattern.CHROMA_MERGE}
_DOES = {"pair": Task.INTERPOLATE, "chroma": Task.COLOURISE, "mask": Task.INPAINT, "faces": Task.FACES}


@dataclass(frozen=True)
class Source:
    """What is to be converted: `weights` of PyTorch, or else `onnx`. `held` where it stands on the shelf."""

    name: str
    title: str
    weights: Path | None = None
    onnx: Path | None = None
    held: Held | None = None
    entry: Entry | None = None


def source(shelf: Shelf, word: str, name: str = "", *, again: bool = False, keep: bool = True) -> Source:
    """A model by its name on the shelf, or a file. `keep`: the result goes on the shelf, so the name must be free."""
    path = Path(word)
    if path.suffix.lower() in (*ENDINGS, ".onnx") or len(path.parts) > 1:
        return _of_file(shelf, path, name, again, keep)
    held = shelf.held(word)
    if held is None:
        raise ShelfError(f"{word} is not on the shelf; `launch.py models get {word}` puts it there")
    return of_shelf(held)


def of_shelf(held: Held) -> Source:
    """A model of the shelf: its weights where they are there. Where several files make one net, the first is named, and
    who loads it takes those beside it."""
    weights = [item for item in held.items if item.format == TORCH and (held.folder / item.name).is_file()]
    path = held.folder / weights[0].name if weights else None
    return Source(held.entry.name, held.entry.title, path, held.onnx, held, held.entry)


def all_of(shelf: Shelf, *, converted: bool) -> list[Source]:
    """Every model of the shelf that has weights; only `converted` ones where those are to be verified."""
    found = []
    for row in shelf.rows():
        if row.held and any(item.format == TORCH for item in row.held.items):
            with contextlib.suppress(ShelfError):
                one = of_shelf(row.held)
                found += [one] if one.weights and (one.onnx or not converted) else []
    return found


def _of_file(shelf: Shelf, path: Path, name: str, again: bool, keep: bool) -> Source:
    if not path.is_file():
        raise ShelfError(f"{path}: there is no such file")
    name = name or slug(path)
    if not NAME.fullmatch(name):
        raise ShelfError(f"{name!r} is no name for a model: lower case letters, digits, dots and dashes")
    onnx = path.suffix.lower() == ".onnx"
    if keep and name in shelf.entries:
        entry = shelf.entries[name]
        if onnx or not entry.files:
            raise ShelfError(f"{name} is a model of the registry; give yours another name with --name")
        files = path if len(entry.files) == 1 else " ".join(file.name for file in entry.files)
        raise ShelfError(
            f"{name} is a model of the registry. Put it on the shelf first, checked: "
            f"`launch.py models get {name} --from-file {files}`; or give yours another name with --name"
        )
    if keep and not again and (shelf.folder / name / "shelf.json").exists():
        raise ShelfError(f"{name} is on the shelf already; --again replaces it, --name gives another name")
    return Source(name, path.stem, None if onnx else path, path if onnx else None)


def convert(
    shelf: Shelf,
    one: Source,
    wish: Wish,
    say: Say,
    out: Path | None = None,
    heed: Callable[[], None] = lambda: None,
) -> Report:
    """Convert, prove, and put what is right on the shelf, or into the folder `out`. ShelfError leaves nothing, nor does
    `heed`, which is called all along, by raising."""
    if one.weights is None and wish.size:
        raise ConversionError(
            f"{one.name}: an ONNX keeps the size it was written for; --size needs its PyTorch weights"
        )
    if one.weights is None and wish.precisions == (Precision.FP32,):
        raise ConversionError(f"{one.name}: it is ONNX already. --precision fp16 or int8 makes one with fewer bits")
    if one.onnx and one.weights is None and one.held is None and out is None:
        one = of_shelf(bring_own(shelf, one.onnx, one.name, title=one.title, again=True, told=Told(say)))
    with workplace(shelf, out or shelf.folder) as folder:
        bench = Bench(one.name, folder, wish, say, {"title": one.title}, heed)
        if one.weights:
            report = from_weights(one.weights, bench)
            _as_promised(one, report)
        else:
            assert one.onnx is not None
            report = from_onnx(one.onnx, bench)
        new = [made for made in report.made if made.file and made.file.parent == folder]
        places = {made.precision: _moved(made, out) for made in new} if out else _placed(shelf, one, report, new, wish)
    return replace(
        report, made=tuple(replace(made, file=places.get(made.precision, made.file)) for made in report.made)
    )


def verify(shelf: Shelf, one: Source, wish: Wish, say: Say) -> Report:
    """What was converted, compared with its weights (or its singles) once more. Nothing is written."""
    held = one.held or shelf.held(one.name)
    files = {}
    for precision in Precision:
        ending = ".onnx" if precision is Precision.FP32 else f".{precision}.onnx"
        path = held.folder / f"{one.name}{ending}" if held else None
        if held and path and any(item.name == path.name for item in held.items) and path.is_file():
            files[precision] = path
    if Precision.FP32 not in files:
        raise ShelfError(f"{one.name} has not been converted yet: `launch.py models convert {one.name}`")
    if one.weights is None and len(files) == 1:
        raise ShelfError(f"{one.name} has neither PyTorch weights nor another precision here to compare it with")
    with workplace(shelf, shelf.folder) as folder:
        return verified(one.weights, files, Bench(one.name, folder, wish, say))


@contextlib.contextmanager
def workplace(shelf: Shelf, beside: Path) -> Iterator[Path]:
    """A folder to work in, on the same disk; one conversion at a time. What a killed one left behind is swept away."""
    try:
        shelf.folder.mkdir(parents=True, exist_ok=True)
        beside.mkdir(parents=True, exist_ok=True)
        lock = (shelf.folder / ".lock").open("a+b")
    except OSError as error:
        raise ShelfError(f"{error.filename}: cannot be written ({error.strerror}). Name another folder") from None
    with lock:
        if not try_lock(lock.fileno()):
            raise ShelfError("another Tapeloom is converting models just now. Wait for it")
        for left in beside.glob(f"{_WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        try:
            with tempfile.TemporaryDirectory(prefix=_WORK, dir=beside, ignore_cleanup_errors=True) as folder:
                yield Path(folder)
        except OSError as error:
            raise ShelfError(f"{error.filename or beside}: {error.strerror or error}; nothing was kept") from None


def _as_promised(one: Source, report: Report) -> None:
    if one.entry and not one.entry.own and whole_scale(report.facts) != one.entry.scale:
        scale = report.facts["scale"]
        raise ConversionError(f"{one.name}: makes pictures {scale} times as large, the registry says {one.entry.scale}")


def _moved(made: Made, out: Path) -> Path:
    assert made.file is not None
    return made.file.replace(out / made.file.name)


def _placed(shelf: Shelf, one: Source, report: Report, new: list[Made], wish: Wish) -> dict[Precision, Path]:
    if not new:
        return {}
    entry = one.entry or _own_entry(one, report)
    before = one.held.inspected if one.held else None
    inspected = before or _inspected(report)
    told = [f"{made.precision}: {made.note}" for made in new if made.note]
    kept = [note for note in inspected.notes if note.partition(":")[0] not in list(Precision)]
    inspected = replace(inspected, notes=tuple(dict.fromkeys([*kept, *report.notes, *told])))
    shelf.making(entry.name)
    parts = {made.file: _item(made, one, report, wish) for made in new if made.file}
    held = shelf.place(entry, parts, inspected=inspected)
    return {made.precision: held.folder / parts[made.file].name for made in new if made.file}


def _item(made: Made, one: Source, report: Report, wish: Wish) -> Item:
    assert made.file is not None
    origin = one.weights or one.onnx
    assert origin is not None
    facts = report.facts
    by = (
        f", by PyTorch {facts['torch']}, spandrel {facts['spandrel'] or 'none'}, opset {facts['opset']}"
        if facts
        else ""
    )
    how = f"; calibrated on {wish.clip.name}" if made.precision is Precision.INT8 else ""
    source = f"{origin.name} (SHA-256 {sha256(origin)}){by}; {made.precision}{how}"
    return Item(made.file.name, ONNX, made.size_bytes, sha256(made.file), source, CONVERTED)


def _inspected(report: Report) -> Inspected:
    facts = report.facts
    fixed = facts["own_fixed"]
    return Inspected(
        pattern=_PATTERNS.get(facts["pattern"]) or Pattern(facts["pattern"]),
        channels_in=facts["planes_in"],
        channels_out=facts["planes_out"],
        scale=whole_scale(facts),
        dtype="float32",
        opset=facts["opset"],
        multiple=facts["multiple"],
        fixed=(fixed[0], fixed[1]) if fixed else None,
        window=facts["frames"],
        value_range=ValueRange(facts["value_range"]),
        weights=facts["weights"],
        producer=f"PyTorch {facts['torch']}",
        arch=facts["arch"],
        radius=facts["radius"],
    )


def _own_entry(one: Source, report: Report) -> Entry:
    found, facts = _inspected(report), report.facts
    return Entry(
        name=one.name,
        title=one.title,
        does=Task.UPSCALE if found.scale > 1 else _DOES.get(facts["pattern"], Task.OTHER),
        about="A model of your own.",
        suits="not stated",
        architecture=f"{facts['arch']}, {found.weights:,} weights",
        pattern=found.pattern,
        page="not stated",
        licence=Licence("not stated", "not stated"),
        scale=found.scale,
        channels_in=found.channels_in,
        channels_out=found.channels_out,
        value_range=found.value_range,
        multiple=found.multiple,
        window=found.window,
        own=True,
    )
