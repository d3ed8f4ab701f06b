"""Seats a render's workers at the machine's cards: each computes models on one, and all encode on one, as
runtime.hardware.assigning has decided. Pure, but for `here`.

A worker is told by its environment which cards it sees, its own first: CUDA, TensorRT, PyTorch and NVENC all go by
CUDA_VISIBLE_DEVICES. Cards of other makers cannot be told apart that way; their drivers choose, and all workers use the
same one.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runtime.hardware.assigning import roles
from runtime.hardware.look import look
from runtime.hardware.machine import Gpu, Machine, Maker
from runtime.hardware.wishes import CPU, Wishes, wishes

AI_ON = "TAPELOOM_AI_ON"
"""`cpu` in a worker's environment: models keep off the cards (runtime/worker/providers.py)."""
NONE = "none"


@dataclass(frozen=True, slots=True)
class Seat:
    """`device`: the card's id, or `cpu`; empty where the worker is left to itself. `environment`: of the worker and all
    that it starts. `encode_on`: the card that NVENC uses, counted among those that the worker sees. `guess`: how its
    speed compares with that of other seats before it has shown it."""

    device: str = ""
    name: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    encode_on: int | None = None
    guess: float = 1.0

    def encoding(self, argv: Sequence[str]) -> tuple[str, ...]:
        """ffmpeg's command with the encoder on this seat's card."""
        words = list(argv)
        for at in [at for at, word in enumerate(words) if word == "-c:v"][::-1]:
            if self.encode_on is not None and words[at + 1].endswith("_nvenc"):
                words[at + 2 : at + 2] = ["-gpu", str(self.encode_on)]
        return tuple(words)


class NoSuchCard(ValueError):  # noqa: N818
    """One line for the user."""


def seats(
    machine: Machine, count: int, *, wanted: Wishes | None = None, speeds: Mapping[str, float] | None = None
) -> tuple[Seat, ...]:
    """One for each of `count` workers, in turn by the cards that compute. `speeds`: frames a second by card, where
    known."""
    shared = roles(machine, wanted=wanted, speeds=speeds)
    cards = {gpu.id: gpu for gpu in machine.gpus}
    coder = cards.get(shared.encode.device) if shared.encode.encoder == "nvenc" else None
    if shared.ai[0].device == CPU:
        kept_off = {AI_ON: CPU} if machine.gpus else {}
        return (Seat(CPU, shared.ai[0].name, kept_off),) * count
    able = [one for one in shared.ai if cards[one.device].maker is Maker.NVIDIA]
    if not able:
        return (Seat(),) * count
    best = (speeds or {}).get(able[0].device) or able[0].score
    made = [
        _seat(cards[one.device], coder, ((speeds or {}).get(one.device) or one.score) / best) for one in able
    ]  # fmt: skip
    return tuple(made[at % len(made)] for at in range(count))


def seat_at(machine: Machine, text: str) -> Seat:
    """The one that a user names: a number, a part of a card's name, its address, or `none`. NoSuchCard."""
    if text.lower() == NONE:
        return Seat(CPU, machine.cpu.name or CPU, {AI_ON: CPU})
    there = [gpu for gpu in machine.gpus if gpu.maker is Maker.NVIDIA]
    named = [gpu for gpu in there if text.lower() in (gpu.id.lower(), gpu.uuid.lower())]
    named = named or [gpu for gpu in there if text.lower() in gpu.name.lower()]
    if text.isdecimal() and int(text) < len(there):
        named = there[int(text) : int(text) + 1]
    if not named:
        known = ", ".join(f"{at} ({gpu.name})" for at, gpu in enumerate(there)) or "no NVIDIA card was seen"
        raise NoSuchCard(f"--gpu {text}: there is no such card to choose. Here: {known}; or {NONE}")
    return _seat(named[0], named[0], 1.0)


def here(count: int) -> tuple[Seat, ...]:
    """Of this machine's cards. Looks only where there may be several to choose from."""
    said = wishes()
    if shutil.which("nvidia-smi") is None and not said.ai:
        return (Seat(),) * count
    return seats(look(), count, wanted=said)


def _seat(own: Gpu, coder: Gpu | None, guess: float) -> Seat:
    seen = [own] if coder is None or coder.id == own.id else [own, coder]
    environment = {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": ",".join(one.uuid for one in seen)}
    if not all(one.uuid for one in seen):
        return Seat(own.id, own.name, {}, None, guess)  # an old driver tells no names that CUDA knows
    return Seat(own.id, own.name, environment, len(seen) - 1 if coder is not None else None, guess)
