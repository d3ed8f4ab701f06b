"""What `doctor --hardware` says, as lines for people; and the wishes that it takes down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runtime.commands import UserError
from runtime.hardware.machine import Encoder, Gpu, Machine, Maker
from runtime.hardware.scoring import for_ai, for_encoding
from runtime.hardware.seating import seats
from runtime.hardware.wishes import Wishes, keep

_GROUPS = (("nvenc", "NVENC"), ("amf", "AMF"), ("qsv", "Quick Sync"), ("videotoolbox", "VideoToolbox"))
_NAMES = {Maker.NVIDIA: "NVIDIA", Maker.AMD: "AMD", Maker.INTEL: "Intel", Maker.APPLE: "Apple", Maker.QUALCOMM:
          "Qualcomm", Maker.OTHER: "other"}  # fmt: skip


def prefer(said: Sequence[str]) -> None:
    """Keep what `--prefer` says. UserError."""
    wanted: dict[str, list[str]] = {}
    for text in said:
        name, equals, words = text.partition("=")
        if not equals or name not in ("encoders", "ai"):
            raise UserError(f"--prefer {text}: write encoders=A,B or ai=A,B, the most wanted first")
        wanted[name] = [word.strip().lower() for word in words.split(",") if word.strip()]
    if not wanted:
        return
    try:
        keep(wanted.get("encoders"), wanted.get("ai"))
    except ValueError as fault:
        raise UserError(f"--prefer {fault}") from None
    except OSError as fault:
        raise UserError(
            f"the wish cannot be kept ({fault.strerror}). See that the data folder can be written"
        ) from None


def lines(machine: Machine, wanted: Wishes) -> Iterator[str]:
    cpu, memory = machine.cpu, machine.memory
    held = f", {cpu.usable} of them ours" if cpu.usable < cpu.threads else ""
    yield f"processor   {cpu.name}: {cpu.cores} cores, {cpu.threads} threads{held}"
    if cpu.sets:
        yield f"            {', '.join(cpu.sets)}"
    yield f"memory      {_gb(memory.free_bytes)} of {_gb(memory.total_bytes)} free"
    for gpu in machine.gpus:
        yield f"card        {_card(gpu)}"
    if not machine.gpus:
        yield "card        none seen"
    for npu in machine.npus:
        yield f"npu         {npu.name}: nothing here computes on it"
    for ending, name in _GROUPS:
        yield from _coding(name, [one for one in machine.encoders if one.name.endswith(f"_{ending}")])
    for probe, why in machine.failures:
        yield f"not known   {probe}: {why}"
    yield ""
    able, best = for_ai(machine, wanted), for_encoding(machine, wanted=wanted)[0]
    yield f"AI          {', then '.join(one.name for one in able)}"
    by = dict(_GROUPS).get(best.encoder)
    yield f"encoding    {f'{by} on {best.name}' if by else best.name}, where a node's hardware is auto"
    yield from _sharing(machine, wanted)
    if wanted.encoders or wanted.ai:
        said = [
            f"{name}={','.join(words)}" for name, words in (("encoders", wanted.encoders), ("ai", wanted.ai)) if words
        ]
        yield f"as you said {' '.join(said)}"


def _sharing(machine: Machine, wanted: Wishes) -> Iterator[str]:
    """How several workers would sit at several cards."""
    there = list(dict.fromkeys(seat.name for seat in seats(machine, max(1, len(machine.gpus)), wanted=wanted)))
    if len(there) > 1:
        yield f"segments    {', '.join(there)}: each makes some with --workers {len(there)}, by the speed that it shows"


def _card(gpu: Gpu) -> str:
    words = [f"{gpu.name} ({_NAMES[gpu.maker]}, {gpu.id})"]
    if gpu.memory_bytes:
        free = f"{_gb(gpu.free_bytes)} of " if gpu.free_bytes is not None else ""
        words.append(f"{free}{_gb(gpu.memory_bytes)}{' free' if free else ''}")
    if gpu.shared:
        words.append("the machine's memory")
    if gpu.cores:
        words.append(f"{gpu.cores} cores")
    if gpu.driver:
        words.append(f"driver {gpu.driver}")
    return ", ".join(words)


def _coding(name: str, found: Sequence[Encoder]) -> Iterator[str]:
    works = [one.name.partition("_")[0] for one in found if one.works]
    if works:
        yield f"encoder     {name}: {', '.join(works)} proved"
    elif found:
        yield f"encoder     {name}: no ({found[0].why})"


def _gb(count: int | None) -> str:
    return "?" if count is None else f"{count / (1 << 30):.1f} GiB"
