"""Small nets of published architectures with weights from a seed, as files and as ONNX."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here")
pytest.importorskip("spandrel", reason="spandrel is not installed here")


def compact(planes: int = 3, features: int = 8, layers: int = 2, scale: int = 2) -> Any:
    from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact

    torch.manual_seed(1)
    net = SRVGGNetCompact(
        num_in_ch=planes, num_out_ch=planes, num_feat=features, num_conv=layers, upscale=scale, act_type="prelu"
    )
    with torch.no_grad():
        for each in net.parameters():
            each.mul_(0.5)
    return net.eval().requires_grad_(False)


def span(scale: int = 2) -> Any:
    from spandrel.architectures.SPAN.__arch.span import SPAN

    torch.manual_seed(2)
    return SPAN(num_in_ch=3, num_out_ch=3, feature_channels=8, upscale=scale).eval().requires_grad_(False)


def saved(folder: Path, net: Any, name: str = "net.pth", **said: object) -> str:
    """The weights alone, as they are published, and their description."""
    path = folder / name
    if path.suffix == ".safetensors":
        from safetensors.torch import save_file

        save_file(net.state_dict(), path)
    else:
        torch.save({"params": net.state_dict()}, path)
    if said:
        path.with_suffix(".json").write_text(json.dumps(said), encoding="utf-8")
    return str(path)


def exported(folder: Path, net: Any, planes: int = 3, name: str = "net.onnx") -> str:
    """The same net as ONNX, of any size."""
    path = folder / name
    axes = {"x": {2: "h", 3: "w"}, "y": {2: "height", 3: "width"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter says of itself that it is old
        torch.onnx.export(
            net, (torch.rand(1, planes, 24, 24),), str(path), opset_version=17, dynamo=False,
            input_names=["x"], output_names=["y"], dynamic_axes=axes,
        )  # fmt: skip
    return str(path)
