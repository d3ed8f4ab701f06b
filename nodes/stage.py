"""A stage: a model, where it runs, and how a picture is cut up for it. What feeds it stands in `nodes.feeding`.

One description for all ways of running it: an exported script calls vs-mlrt's filter, Tapeloom's worker chooses
between that filter and onnxruntime, falls back where a provider fails, and tiles anew where memory runs out. PyTorch
weights are run by PyTorch, in the same pictures and tiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from nodes.media import MediaError
from nodes.model import Mode, Model
from nodes.params import ParamError
from nodes.script import Ref, Script
from nodes.torch_script import EXPORTED as _EXPORTED_TORCH
from nodes.torch_script import GET_TORCH, torch_is_here


class Provider(StrEnum):
    """What computes the model."""

    AUTO = "auto"
    """The fastest that is here and gives the right picture."""
    CPU = "cpu"
    """The processor, by ONNX Runtime: everywhere, slow."""
    OPENVINO = "ov"
    """The processor, or an Intel GPU, by OpenVINO."""
    CUDA = "cuda"
    """An NVIDIA card."""
    TENSORRT = "trt"
    """An NVIDIA card by TensorRT: the fastest there, after minutes of preparing."""
    DIRECTML = "dml"
    """Any card on Windows."""
    COREML = "coreml"
    """A Mac's neural engine."""
    NCNN = "ncnn"
    """Any card that speaks Vulkan."""


class Precision(StrEnum):
    """How finely the model counts."""

    AUTO = "auto"
    """Half on cards, full on the processor, where half is slower."""
    FULL = "fp32"
    """Full: the model as it was made."""
    HALF = "fp16"
    """Half: less memory, twice as fast on cards, errors of a few thousandths."""


# Run by plain vspipe, which has no Tapeloom: the processor or the named card, no falling back.
_EXPORTED = '''
def run_model(clips, path, provider="auto", precision="auto", tile=(0, 0), overlap=0, scale=1, pictures=1, **_):
    """The pictures, of three planes or one, that an ONNX model makes of the planes of `clips`, with vs-mlrt."""
    options = {"tilesize": list(tile), "overlap": [round(overlap * scale)] * 2} if tile[0] else {}
    filters = {"ov": core.ov, "ncnn": core.ncnn} if provider in ("ov", "ncnn") else {}
    card = {"cuda": "CUDA", "dml": "DML", "coreml": "COREML"}.get(provider)
    if card:
        options |= {"provider": card, "fp16": precision != "fp32"}
    model = filters.get(provider, core.ort).Model
    if pictures == 1:
        return [model(clips, path, **options)]
    made = model(clips, path, flexible_output_prop="plane", **options)
    planes = [made["clip"].std.PropToClip(f"plane{number}") for number in range(made["num_planes"])]
    if len(planes) == pictures:
        return planes
    return [core.std.ShufflePlanes(planes[at : at + 3], [0, 0, 0], vs.RGB) for at in range(0, 3 * pictures, 3)]
'''


@dataclass(frozen=True, slots=True)
class Stage:
    """`tile`: width and height of the parts that a picture is cut into, in pixels of the model's input; 0 leaves it to
    the memory there is. `overlap`: what each part sees beyond its own at each side; None is what the model needs.
    `lap`: pictures at both ends of a recurrent chunk that are not shown. `strength`: how much of the model's picture
    is laid over the plain one."""

    model: Model
    provider: Provider = Provider.AUTO
    precision: Precision = Precision.AUTO
    tile: int = 0
    overlap: int | None = None
    lap: int = 1
    strength: float = 1.0
    mode: Mode = Mode.AUTO

    @property
    def around(self) -> int:
        """The overlap, in pixels."""
        wanted = self.overlap if self.overlap is not None else self.model.radius or 32
        return min(wanted, min(self.model.fixed) // 4) if self.model.fixed else wanted

    @property
    def tile_size(self) -> tuple[int, int]:
        """(0, 0) where the runtime chooses."""
        if self.model.fixed:
            return self.model.fixed
        if not self.tile:
            return 0, 0
        side = -(-self.tile // self.model.multiple) * self.model.multiple
        return side, side

    def refuse(self) -> None:
        """MediaError where PyTorch is lacking. ParamError for tiles that are nothing but overlap."""
        if self.model.torch and not torch_is_here():
            text = f"{self.model.title} is a PyTorch model, and PyTorch is not installed here"
            raise MediaError(f"{text}. {GET_TORCH}")
        width, height = self.tile_size
        if width and min(width, height) - 2 * self.around < min(width, height) // 4 and not self.model.fixed:
            most = self.tile * 3 // 8
            text = f"overlap: {self.around} px leave too little of a tile of {self.tile} px. Set {most} or less"
            raise ParamError(f"{text}, or a larger tile")

    def padded(self, width: int, height: int) -> tuple[int, int]:
        """The size that the model is given for a picture of this size."""
        most = self.model.multiple
        least = self.model.fixed or (1, 1)
        return max(-(-width // most) * most, least[0]), max(-(-height // most) * most, least[1])

    def grown(self, width: int, height: int) -> tuple[int, int]:
        """The size of the picture that comes out. MediaError where it would not be whole pixels."""
        scale = self.model.scale
        if (width * scale).denominator > 1 or (height * scale).denominator > 1:
            text = f"{self.model.title} makes {scale} of the size, which is no whole number of pixels here"
            raise MediaError(f"{text}. Crop or resize {width} × {height} before it")
        return int(width * scale), int(height * scale)


def ran(script: Script, stage: Stage, clips: Sequence[Ref]) -> Ref:
    """The list of pictures that the model makes of `clips`: RGBS and GRAYS of one size, already padded. Of a model
    that gives a and b: two of GRAYS."""
    model = stage.model
    path = script.file(model.path, f"{'torch' if model.torch else 'onnx'} {model.identity}")
    width, height = stage.tile_size
    options: dict[str, object] = {}
    if stage.provider is not Provider.AUTO:
        options["provider"] = stage.provider
    if stage.precision is not Precision.AUTO:
        options["precision"] = stage.precision
    if width:
        options["tile"] = (width, height)
    if model.scale != 1:
        options["scale"] = model.scale if model.scale.denominator > 1 else int(model.scale)
    if model.pictures > 1:
        options["pictures"] = model.pictures
    multiple = max(model.fixed) if model.fixed else model.multiple  # a tile of fixed size is never halved
    if multiple > 1:
        options["multiple"] = multiple
    if model.torch:
        if stage.mode is Mode.COMPILED:
            options["compiled"] = True
        run = script.by_runtime("run_torch", "runtime.worker.torch_stage", _EXPORTED_TORCH)
    else:
        run = script.by_runtime("run_model", "runtime.worker.onnx", _EXPORTED)
    return run(list(clips), path, overlap=stage.around, **options)
