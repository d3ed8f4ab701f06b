"""Tiny models, made for one test each: ONNX nets, and an ncnn net with weights of half precision."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def onnx_net(
    path: Path,
    nodes: list[onnx.NodeProto],
    *,
    takes: list[object],
    gives: list[object],
    constants: dict[str, np.ndarray] | None = None,
    kind: int = TensorProto.FLOAT,
    opset: int = 17,
    domain: str = "",
) -> Path:
    """A model with the input `x` and the output `y`."""
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", kind, takes)],
        [helper.make_tensor_value_info("y", kind, gives)],
        [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()],
    )
    versions = [helper.make_opsetid("", opset)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    path.write_bytes(helper.make_model(graph, opset_imports=versions, ir_version=8).SerializeToString())
    return path


def resizer(path: Path, scale: int = 2, channels: int = 3, **more: object) -> Path:
    """Enlarges by repeating pixels."""
    node = helper.make_node("Resize", ["x", "", "s"], ["y"], mode="nearest")
    shapes = {"takes": ["n", channels, "h", "w"], "gives": ["n", channels, "oh", "ow"]}
    constants = {"s": np.array([1, 1, scale, scale], np.float32)}
    return onnx_net(path, [node], constants=constants, **{**shapes, **more})  # type: ignore[arg-type]


PARAM = """7767517
16 20
Input        in     0 1 data
Split        sp     1 2 data data_a data_b
MemoryData   mean   0 1 mean 0=1 1=1 2=3
BinaryOp     sub    2 1 data_a mean centred 0=1
BinaryOp     gain   1 1 centred gained 0=2 1=1 2=2.5
Convolution  conv1  1 1 gained f1 0=8 1=3 4=1 5=1 6=216 9=2 -23310=1,0.2
PReLU        slope  1 1 f1 f2 0=8
Split        sp2    1 3 f2 f2_a f2_b f2_c
Swish        swish  1 1 f2_a f3
Sigmoid      gate   1 1 f2_b f4
Eltwise      mix    2 1 f3 f4 f5 0=1 -23301=2,1.0,0.2
Concat       join   2 1 f5 f2_c f6
Convolution  conv2  1 1 f6 f7 0=12 1=1 5=1 6=192
PixelShuffle up     1 1 f7 f8 0=2
Interp       near   1 1 data_b f9 0=1 1=2.0 2=2.0
BinaryOp     sum    2 1 f8 f9 out
"""


class Weights:
    """The weights of PARAM, the same ones each time, and the bytes of its `.bin`."""

    def __init__(self) -> None:
        random = np.random.default_rng(4)

        def some(*shape: int) -> np.ndarray:
            return (random.standard_normal(shape) * 0.3).astype(np.float32)

        self.mean = some(3, 1, 1)
        self.kernel1 = some(8, 3, 3, 3).astype(np.float16).astype(np.float32)  # stored as halves
        self.bias1, self.slope = some(8), some(8)
        self.kernel2, self.bias2 = some(12, 16, 1, 1), some(12)  # stored as singles

    def bin(self) -> bytes:
        halves = struct.pack("<I", 0x01306B47) + self.kernel1.astype("<f2").tobytes()
        halves += bytes(-len(halves) % 4)
        singles = struct.pack("<I", 0) + self.kernel2.astype("<f4").tobytes()
        raw = [self.bias1.astype("<f4").tobytes(), self.slope.astype("<f4").tobytes()]
        return self.mean.astype("<f4").tobytes() + halves + b"".join(raw) + singles + self.bias2.astype("<f4").tobytes()

    def answer(self, x: np.ndarray) -> np.ndarray:
        """What PARAM says of a picture (3, H, W), in numpy's double precision."""
        centred = (x - self.mean) * 2.5
        f1 = _conv3(centred, self.kernel1.astype(float)) + self.bias1[:, None, None]
        f1 = np.where(f1 < 0, 0.2 * f1, f1)
        f2 = np.where(f1 < 0, f1 * self.slope[:, None, None], f1)
        gate = 1 / (1 + np.exp(-f2))
        f6 = np.concatenate([f2 * gate + 0.2 * gate, f2])
        f7 = np.einsum("oi,ihw->ohw", self.kernel2[:, :, 0, 0].astype(float), f6) + self.bias2[:, None, None]
        _, height, width = f7.shape
        up = f7.reshape(3, 2, 2, height, width).transpose(0, 3, 1, 4, 2).reshape(3, 2 * height, 2 * width)
        return up + x.repeat(2, 1).repeat(2, 2)


def _conv3(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))
    return np.einsum("ihwyx,oiyx->ohw", seen, kernel)


def ncnn_net(folder: Path, name: str = "tiny") -> tuple[Path, Path]:
    """PARAM and its weights as files."""
    param, weights = folder / f"{name}.param", folder / f"{name}.bin"
    param.write_text(PARAM, "ascii")
    weights.write_bytes(Weights().bin())
    return param, weights


ASK = """
import sys, numpy, onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
net = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
numpy.save(sys.argv[3], net.run(None, {net.get_inputs()[0].name: numpy.load(sys.argv[2])[None]})[0][0])
"""
"""Runs a model in a process of its own: onnxruntime and VapourSynth's plugins stay out of each other's way."""
