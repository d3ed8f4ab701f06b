"""Orders devices for AI and for encoding. Pure. Scores say who comes before whom, not how much faster: speeds are
measured (`models bench`, and every render's own segments) and then count instead.

AI: a card with memory of its own before one that shares the machine's, by maker in the order in which the providers
here know them (TensorRT and CUDA, CoreML, DirectML, OpenVINO), then by memory: what does not fit is cut in tiles.
Encoding: NVENC, AMF, Quick Sync, VideoToolbox, CPU, in the order of their speed, and only what proved itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.hardware.encoders import KINDS
from runtime.hardware.machine import Cpu, Encoder, Gpu, Machine, Maker
from runtime.hardware.wishes import CPU, Wishes, rank

_AI = {Maker.NVIDIA: 400, Maker.APPLE: 300, Maker.AMD: 250, Maker.INTEL: 200}
_ENCODING = {kind: 400 - 100 * place for place, kind in enumerate(KINDS)}
_LEAST_BYTES = 2 << 30
"""SPAN ×2 on a frame of 720 × 576 in tiles needs about one."""


@dataclass(frozen=True, slots=True)
class Scored:
    """`device`: a card's id, or `cpu`. `encoder`: ffmpeg's ending (`nvenc`), empty for the CPU's own."""

    device: str
    name: str
    score: float
    encoder: str = ""


def for_ai(machine: Machine, wanted: Wishes | None = None, speeds: Mapping[str, float] | None = None) -> list[Scored]:
    """All that could compute a model, the best first. `speeds`: frames a second by device, where measured: those
    devices come first, by speed. The processor always can."""
    known = speeds or {}
    found = [Scored(gpu.id, gpu.name, score) for gpu in machine.gpus if (score := _card(gpu))]
    found.append(Scored(CPU, machine.cpu.name or CPU, _processor(machine.cpu)))
    makers: dict[str, str] = {gpu.id: gpu.maker.value for gpu in machine.gpus}

    def order(one: Scored) -> tuple[int, bool, float, float]:
        words = {one.device.lower(), makers.get(one.device, CPU)}
        wishes = wanted.ai if wanted else ()
        place = next((n for n, word in enumerate(wishes) if word in words or word in one.name.lower()), len(wishes))
        return place, one.device not in known, -known.get(one.device, 0.0), -one.score

    return sorted(found, key=order)


def for_encoding(machine: Machine, codec: str = "h264", wanted: Wishes | None = None) -> list[Scored]:
    """All that can encode `codec` here, the fastest first. A maker's encoder is on each of its cards, the one with the
    most memory first; where no card of that maker was seen, it still works and is named by itself."""
    works = [one for one in machine.encoders if one.works and one.name.startswith(f"{codec}_")]
    found = [there for one in works for there in _encoders(one, machine)]
    found.append(Scored(CPU, machine.cpu.name or CPU, min(99.0, machine.cpu.usable)))
    wishes = wanted.encoders if wanted else ()
    return sorted(found, key=lambda one: (rank(one.encoder or CPU, wishes), -one.score))


def _encoders(one: Encoder, machine: Machine) -> list[Scored]:
    kind = one.name.partition("_")[2]
    cards = sorted((gpu for gpu in machine.gpus if gpu.maker is one.maker), key=lambda gpu: -(gpu.memory_bytes or 0))
    score = _ENCODING[kind]
    return [Scored(card.id, card.name, score, kind) for card in cards] or [Scored(kind, kind, score, kind)]


def _card(gpu: Gpu) -> float:
    base = _AI.get(gpu.maker, 0)
    if not base or (not gpu.shared and gpu.memory_bytes is not None and gpu.memory_bytes < _LEAST_BYTES):
        return 0.0
    memory = (gpu.memory_bytes or 0) / (1 << 30)
    own = 1.0 if gpu.shared is False or gpu.maker is Maker.APPLE else 0.3
    return base * own + min(96.0, memory)


def _processor(cpu: Cpu) -> float:
    """Below every card. Units that multiply matrices of eight or sixteen bits double what a core does."""
    fast = {"AMX INT8", "AMX BF16", "AVX-512 VNNI", "AVX-VNNI", "I8MM"}
    return min(50.0, cpu.usable * (1.0 if fast & set(cpu.sets) else 0.5))
