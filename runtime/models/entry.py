"""What is known of a model before any of it is here: the values that the files in registry/ hold.

Nothing in an entry is guessed: a hash says who states it, a memory need whether it was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ONNX, TORCH = "onnx", "torch"
TORCH_ENDINGS = (".pth", ".pt", ".pkl", ".bin", ".ckpt", ".safetensors")


class Task(StrEnum):
    """What a model is for."""

    UPSCALE = "upscale"
    DENOISE = "denoise"
    DEINTERLACE = "deinterlace"
    INTERPOLATE = "interpolate"
    COLOURISE = "colourise"
    FACES = "faces"
    INPAINT = "inpaint"
    OTHER = "other"


class Pattern(StrEnum):
    """How frames are fed to a model."""

    FRAME = "frame"
    """One whole frame."""
    TILES = "tiles"
    """One frame in overlapping tiles."""
    WINDOW = "window"
    """Neighbouring frames, for the middle one."""
    RECURRENT = "recurrent"
    """Chunks of frames with overlap, each frame seeing those before and after it."""
    PAIR_TIME = "pair_time"
    """Two frames and a moment between them."""
    LUMA = "luma"
    """One gray plane."""
    CHROMA_MERGE = "chroma_merge"
    """A small picture for its colours, which are merged with the full-size luma."""
    FACES = "faces"
    """Crops of faces, pasted back."""
    MASK = "mask"
    """A frame and a mask of what to fill; or a window of frames and their masks, for the middle one."""
    DETECTOR = "detector"
    """A frame, in which it finds faces: no picture comes out."""


class ValueRange(StrEnum):
    """What black and white are to a model."""

    UNIT = "0..1"
    SIGNED = "-1..1"
    BYTE = "0..255"


class HashSource(StrEnum):
    """Who states a file's SHA-256."""

    MANY = "many public sources agree"
    FEW = "few public sources"
    MEASURED = "measured by us in that package"
    NONE = "none"
    """Recorded when the file first comes, and shown as unverified."""


@dataclass(frozen=True)
class Licence:
    """Of code and weights. `commercial=False`: the shelf asks before it fetches."""

    code: str
    weights: str
    commercial: bool = True
    note: str = ""

    def __str__(self) -> str:
        both = self.code if self.code == self.weights else f"code {self.code}; weights {self.weights}"
        return f"{both}{'' if self.commercial else ', for non-commercial use only'}"


@dataclass(frozen=True)
class Weights:
    """A file of the official weights. Without an address it is fetched by hand from the model's page."""

    name: str
    address: str = ""
    sha256: str = ""
    hash_source: HashSource = HashSource.NONE
    publisher: str = ""
    """Named where it is not the model's authors."""

    @property
    def format(self) -> str:
        return TORCH if self.name.lower().endswith(TORCH_ENDINGS) else ONNX


@dataclass(frozen=True)
class NcnnSource:
    """The same weights, half precision, in a Python package: ncnn's `.param` and `.bin`."""

    package: str
    version: str
    licence: str
    folder: str
    param: str
    param_sha256: str
    bin: str
    bin_sha256: str


@dataclass(frozen=True)
class ShippedSource:
    """The official file itself, with the name and hash that `files` states, in a folder of a Python package."""

    package: str
    version: str
    licence: str
    folder: str


@dataclass(frozen=True)
class Memory:
    """Working memory for each pixel of the input, beside the weights themselves.

    `measured` on a CPU (docs/facts.md, section 5), or `estimated` from the widest feature maps alive at once."""

    bytes_per_pixel: int
    basis: str


@dataclass(frozen=True)
class Entry:
    """A model of the registry, or one that a user brought (`own`)."""

    name: str
    title: str
    does: Task
    about: str
    suits: str
    architecture: str
    pattern: Pattern
    page: str
    licence: Licence
    memory: Memory | None = None
    caution: str = ""
    to_onnx: str = ""
    scale: int = 1
    channels_in: int = 3
    channels_out: int = 3
    value_range: ValueRange = ValueRange.UNIT
    multiple: int = 1
    """Width and height are padded to a multiple of this."""
    fixed_size: int | None = None
    """The one width and height it takes, where it takes only one."""
    window: int = 1
    """Frames looked at together."""
    builtin: str = ""
    """The package of the environment that brings it: nothing is fetched."""
    files: tuple[Weights, ...] = ()
    ncnn: NcnnSource | None = None
    shipped: ShippedSource | None = None
    own: bool = False

    @property
    def package(self) -> NcnnSource | ShippedSource | None:
        """The Python package that has it."""
        return self.ncnn or self.shipped

    @property
    def downloadable(self) -> bool:
        return bool(self.files) and all(file.address for file in self.files)
