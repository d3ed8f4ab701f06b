"""Writes the trained net as the ONNX file that ships: `python -m training.export FOLDER/net.pth -o NAME.onnx`.

Opset 17, which DirectML still understands; any even width and height; what a graph must know of it in the file's own
metadata. Refused unless ONNX Runtime and PyTorch agree on two sizes.
"""

from __future__ import annotations

import argparse
import hashlib
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from training.net import MULTIPLE, SCALE, TapeNet, radius, restored

OPSET = 17
TITLE = "Tapeloom tape 2×"
SIZES = ((48, 64), (70, 34))
AGREE = 2e-6


def write(net: TapeNet, path: Path) -> None:
    net.eval()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the older exporter: it alone writes free sizes plainly
        warnings.filterwarnings("ignore", "Constant folding", UserWarning)  # _folded does that
        torch.onnx.export(
            net,
            (torch.zeros(1, 3, 32, 48),),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["tape"],
            output_names=["picture"],
            dynamic_axes={"tape": {0: "n", 2: "h", 3: "w"}, "picture": {0: "n", 2: "h2", 3: "w2"}},
        )
    _folded(path)
    model = onnx.load(path)
    for one in [one for one in model.opset_import if one.domain]:
        model.opset_import.remove(one)  # ONNX Runtime's own, of which the file needs none
    about = {
        "title": TITLE,
        "scale": str(SCALE),
        "pattern": "frame",
        "range": "0..1",
        "multiple": str(MULTIPLE),
        "radius": str(radius(len(net.middle) + 2)),
    }
    del model.metadata_props[:]
    for key, value in about.items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def _folded(path: Path) -> None:
    """What the exporter computes anew for each picture though it never changes, such as how wide to pad, is made plain
    numbers: DirectML wants them so."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])


def disagreement(net: TapeNet, path: Path) -> float:
    """The largest difference between PyTorch's picture and ONNX Runtime's."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    dice = np.random.default_rng(1)
    worst = 0.0
    for height, width in SIZES:
        picture = dice.random((1, 3, height, width), dtype=np.float32)
        with torch.no_grad():
            wanted = net(torch.from_numpy(picture)).numpy()
        worst = max(worst, float(np.abs(session.run(None, {"tape": picture})[0] - wanted).max()))
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="NAME.onnx")
    args = parser.parse_args()
    net = restored(args.weights)
    write(net, args.output)
    off = disagreement(net, args.output)
    if off > AGREE:
        args.output.unlink()
        parser.error(f"ONNX Runtime and PyTorch differ by {off:.1e}, more than {AGREE:.0e}: nothing was written")
    data = args.output.read_bytes()
    print(f"{args.output}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}, off by {off:.1e} at most")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
