"""Reads the tensors of a file of weights, and nothing else of it: a pickle can run any code when it is opened, so only
such openers are used here as refuse to."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from runtime.worker.nets.net import NetError
from runtime.worker.nets.program import program_tensors

ENDINGS = (".pth", ".pt", ".ckpt", ".pkl", ".bin", ".safetensors")
WRAPPERS = ("params_ema", "params-ema", "params", "state_dict", "model_state_dict", "generator", "model", "net")
"""Under which of these keys a training script puts the tensors; the first that is there is taken: averaged weights
(`_ema`) before raw ones."""
PREFIXES = ("module.", "netG.", "_orig_mod.")
"""What wrappers put before every key: DataParallel, a GAN's trainer, torch.compile."""
_COUNTER = ".num_batches_tracked"
"""Only training counts them, and old files have none."""
_ZIP, _PICKLE = b"PK\3\4", b"\x80"

type Weights = dict[str, Tensor]


def read_weights(path: Path) -> Weights:
    """The tensors of `path` by their names, wrappers taken off. NetError where there are none to be had safely."""
    if path.suffix.lower() not in ENDINGS:
        raise NetError(f"{path.name}: is no file of PyTorch weights. Choose one that ends in {', '.join(ENDINGS)}")
    if not path.is_file():
        raise NetError(f"{path}: is not there. Choose a file that is")
    if path.stat().st_size == 0:
        raise NetError(f"{path.name}: is empty. Fetch it again")
    tensors = _unwrapped(_safetensors(path) if path.suffix.lower() == ".safetensors" else _pickled(path))
    if not tensors:
        raise NetError(f"{path.name}: holds no tensors by name, so these are no weights. Choose another file")
    return tensors


def _safetensors(path: Path) -> object:
    try:
        return load_file(path)
    except Exception as fault:  # the parser's own errors, and the system's; none of them is ours to tell apart
        raise NetError(f"{path.name}: is not whole, or no safetensors file ({_line(fault)}). Fetch it again") from None


def _pickled(path: Path) -> object:
    if _look_at_the_beginning(path) and _is_program(path):
        try:
            return program_tensors(path)
        except Exception as fault:  # as above
            raise _broken(path, fault) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of newer pickles, which it reads or refuses all the same
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as fault:
        if "weights_only" not in str(fault) and "Unsupported" not in str(fault):
            raise _broken(path, fault) from None
        raise NetError(
            f"{path.name}: holds more than weights: opening it could run code of whoever wrote it, so it is not "
            "opened. Choose a .safetensors of the same model, or have its author save the state_dict alone"
        ) from None
    except Exception as fault:  # as above: a broken zip, a key that is missing
        raise _broken(path, fault) from None


def _look_at_the_beginning(path: Path) -> bool:
    """What a few bytes tell, in better words than an opener's. Whether it is a zip."""
    with path.open("rb") as file:
        start = file.read(64)
    if start.startswith(b"version https://git-lfs"):
        raise NetError(f"{path.name}: is a Git LFS pointer, not the weights. Fetch the file itself")
    if start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise NetError(f"{path.name}: is a web page, not the weights. Fetch the file itself")
    if not start.startswith((_ZIP, _PICKLE)):
        raise NetError(f"{path.name}: is no file of PyTorch weights, whatever its name says. Choose another")
    return start.startswith(_ZIP)


def _is_program(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as file:
            return any(name.endswith("/constants.pkl") or "/code/" in name for name in file.namelist())
    except (zipfile.BadZipFile, OSError) as fault:
        raise _broken(path, fault) from None


def _broken(path: Path, fault: Exception) -> NetError:
    return NetError(f"{path.name}: is not whole, or no file of weights ({_line(fault)}). Fetch it again")


def _line(fault: Exception) -> str:
    return (str(fault).strip().splitlines() or [type(fault).__name__])[0][:120]


def _unwrapped(found: object) -> Weights:
    tensors: Weights = {}
    for _ in range(3):  # a trainer's checkpoint in a wrapper in a wrapper is the most that was seen
        if not isinstance(found, Mapping):
            return {}
        tensors = {str(key): one for key, one in found.items() if isinstance(one, Tensor)}
        inner = next((one for one in map(found.get, WRAPPERS) if isinstance(one, Mapping) and one), None)
        if inner is None and len(found) == 1:
            inner = next((one for one in found.values() if isinstance(one, Mapping)), None)
        if inner is None:
            break
        found = inner
    for prefix in PREFIXES:
        if tensors and all(key.startswith(prefix) for key in tensors):
            tensors = {key.removeprefix(prefix): one for key, one in tensors.items()}
    return tensors


def filled(name: str, module: nn.Module, weights: Weights) -> nn.Module:
    """`module` with these weights, ready to be used. NetError where they do not fit; `name` is the file's."""
    wanted = module.state_dict()
    counters = {key: one for key, one in wanted.items() if key.endswith(_COUNTER)}
    weights = counters | weights
    missing = [key for key in wanted if key not in weights]
    unknown = [key for key in weights if key not in wanted]
    other = [key for key, one in wanted.items() if key in weights and weights[key].shape != one.shape]
    for what, keys in (("lacks", missing), ("holds also", unknown), ("has in another size", other)):
        if keys:
            more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
            raise NetError(
                f"{name}: looks like a {type(module).__name__}, but {what} {', '.join(keys[:3])}{more}. "
                "Fetch it again, or choose another model"
            )
    module.load_state_dict(weights)
    return module.float().eval().requires_grad_(False)
