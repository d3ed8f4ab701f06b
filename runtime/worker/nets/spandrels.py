"""The architectures that spandrel brings: some forty upscalers and restorers, faces, LaMa."""

from __future__ import annotations

from collections.abc import Callable

from spandrel import ImageModelDescriptor, MaskedImageModelDescriptor, ModelLoader, UnsupportedModelError
from torch import Tensor, nn

from runtime.worker.nets.fourier import without_fft
from runtime.worker.nets.net import Net, NetError
from runtime.worker.nets.weights import Weights

_FACE_SIDE = 512
"""Pixels: what GFPGAN and RestoreFormer were trained on, and take alone."""
_ONE_SIZE = {"SwinIR", "Swin2SR", "HAT", "DAT", "DRCT", "GRL", "ATD", "RGT", "CRAFT"}
"""Those that compute their windows' masks while traced: an ONNX file of them serves one size."""


class Called(nn.Module):
    """A model, called as its architecture wants it: some give several things, some want values made signed."""

    def __init__(self, model: nn.Module, call: Callable[..., Tensor]) -> None:
        super().__init__()
        self.model, self.call = model, call

    def forward(self, image: Tensor) -> Tensor:
        return self.call(self.model, image)


class Masked(nn.Module):
    """One tensor of four planes for a model that takes picture and mask apart."""

    def __init__(self, model: nn.Module, call: Callable[..., Tensor]) -> None:
        super().__init__()
        self.model, self.call = model, call

    def forward(self, image: Tensor) -> Tensor:
        return self.call(self.model, image[:, :3], image[:, 3:])


def from_spandrel(name: str, weights: Weights) -> Net | None:
    """The net of these weights; None where spandrel knows none. `name` is the file's, for the error's text."""
    with_extras()
    try:
        found = ModelLoader("cpu").load_from_state_dict(dict(weights))
    except UnsupportedModelError:
        return None
    except Exception as fault:  # a tensor that is missing or misshapen shows as whatever the architecture stumbles over
        text = (str(fault).strip().splitlines() or [type(fault).__name__])[0][:160]
        raise NetError(
            f"{name}: looks like a model that is known, but does not fit it ({text}). Fetch it again"
        ) from None
    module = found.model.float().eval().requires_grad_(False)
    if isinstance(found, MaskedImageModelDescriptor):
        return _masked(name, found, module)
    return _image(name, found, module)


def with_extras() -> None:
    """spandrel_extra_arches (non-commercial ones among them) only where a person has installed them."""
    try:
        import spandrel_extra_arches  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return
    spandrel_extra_arches.install(ignore_duplicates=True)


def _masked(name: str, found: MaskedImageModelDescriptor[nn.Module], module: nn.Module) -> Net:
    _refuse(name, found.input_channels, found.output_channels, {(3, 3)})
    free = without_fft(module)
    return Net(
        module=Masked(module, found._call_fn).eval(),
        arch=found.architecture.name,
        pattern="mask",
        planes_in=4,
        multiple=found.size_requirements.multiple_of,
        dynamic=free,
    )


def _image(name: str, found: ImageModelDescriptor[nn.Module], module: nn.Module) -> Net:
    _refuse(name, found.input_channels, found.output_channels, {(3, 3), (1, 1)})
    arch = found.architecture.id
    faces, signed = found.purpose == "FaceSR", arch == "GFPGAN"
    return Net(
        module=Called(module, _same_each_time if signed else found._call_fn).eval(),
        arch=found.architecture.name,
        pattern="faces" if faces else "luma" if found.input_channels == 1 else "frame",
        scale=found.scale,
        planes_in=found.input_channels,
        planes_out=found.output_channels,
        multiple=found.size_requirements.multiple_of,
        fixed=(_FACE_SIDE, _FACE_SIDE) if faces else None,
        value_range="-1..1" if signed else "0..1",
        dynamic=not faces and arch not in _ONE_SIZE,
    )


def _same_each_time(model: nn.Module, image: Tensor) -> Tensor:
    """GFPGAN draws fresh noise for every picture unless told not to: a frame asked for twice would not be the same."""
    given: tuple[Tensor, object] = model(image, randomize_noise=False)
    return given[0]


def _refuse(name: str, taken: int, given: int, known: set[tuple[int, int]]) -> None:
    if (taken, given) not in known:
        raise NetError(f"{name}: makes {given} planes of {taken}, which is no picture for video. Choose another model")
