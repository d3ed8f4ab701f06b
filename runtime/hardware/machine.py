"""What a machine has to work with. Plain values; the other files of this folder find them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Maker(StrEnum):
    """Who made a chip: decides by which way it computes, and encodes."""

    NVIDIA = "nvidia"
    AMD = "amd"
    INTEL = "intel"
    APPLE = "apple"
    QUALCOMM = "qualcomm"
    OTHER = "other"


PCI_MAKERS = {"10de": Maker.NVIDIA, "1002": Maker.AMD, "1022": Maker.AMD, "8086": Maker.INTEL, "106b": Maker.APPLE,
              "17cb": Maker.QUALCOMM, "4d4f4351": Maker.QUALCOMM}  # fmt: skip
"""PCI-SIG's vendor numbers; Qualcomm's second is its ACPI name (QCOM), as Windows on ARM shows it."""


@dataclass(frozen=True, slots=True)
class Cpu:
    """`threads`: logical processors of the machine. `usable`: those that this process may use, by its affinity and its
    container's quota. `sets`: instruction sets that matter to pictures and to models, as the trade writes them."""

    name: str
    cores: int
    threads: int
    usable: int
    sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    total_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Gpu:
    """`id`: its address on the bus (`0000:65:00.0`), or where that is not told a name that stays the same.
    `shared`: it uses the machine's memory and has none of its own; None where nothing tells. Bytes are None where
    nothing tells."""

    id: str
    maker: Maker
    name: str
    memory_bytes: int | None = None
    free_bytes: int | None = None
    shared: bool | None = None
    driver: str = ""
    uuid: str = ""
    cores: int | None = None


@dataclass(frozen=True, slots=True)
class Npu:
    """A chip for small nets. It is shown; nothing here computes on one."""

    id: str
    maker: Maker
    name: str
    driver: str = ""


@dataclass(frozen=True, slots=True)
class Encoder:
    """One of ffmpeg's encoders and whether it coded a few pictures here; `why` not, in its own words."""

    name: str
    maker: Maker
    works: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """`failures`: what could not be looked at, and why; the rest is still true."""

    cpu: Cpu
    memory: Memory
    gpus: tuple[Gpu, ...] = ()
    npus: tuple[Npu, ...] = ()
    encoders: tuple[Encoder, ...] = ()
    failures: tuple[tuple[str, str], ...] = field(default=())
