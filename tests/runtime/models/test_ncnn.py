"""ncnn's files become ONNX that computes the same; files that are cut, mixed up or of another kind are refused."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from runtime.models.ncnn import NcnnError
from runtime.models.ncnn_onnx import convert
from tests.runtime.models.nets import ASK, PARAM, Weights, ncnn_net


@pytest.mark.parametrize("size", [(12, 20), (17, 9)])
def test_a_converted_net_computes_the_same_at_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    made = convert(*ncnn_net(tmp_path), scale=2)
    onnx.save(made, tmp_path / "net.onnx")
    picture = np.random.default_rng(1).random((3, *size), dtype=np.float32)
    np.save(tmp_path / "in.npy", picture)
    words = [str(tmp_path / name) for name in ("net.onnx", "in.npy", "out.npy")]
    subprocess.run([sys.executable, "-P", "-c", ASK, *words], check=True)
    answer = np.load(tmp_path / "out.npy")
    assert answer.shape == (3, 2 * size[0], 2 * size[1])
    assert np.abs(answer - Weights().answer(picture)).max() < 3e-6


def test_what_is_written_is_opset_17_of_any_size(tmp_path: Path) -> None:
    made = convert(*ncnn_net(tmp_path), scale=2)
    assert [one.version for one in made.opset_import] == [17]
    sides = [[side.dim_param or side.dim_value for side in value.type.tensor_type.shape.dim]
             for value in (*made.graph.input, *made.graph.output)]  # fmt: skip
    assert sides == [["n", 3, "h", "w"], ["n", 3, "2h", "2w"]]


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("7767517", "7767518", "7767517 is missing"),
        ("16 20", "17 20", "16 layers where 17 are told"),
        ("16 20", "sixteen", "line 2"),
        ("BinaryOp     sum    2 1 f8 f9 out", "BinaryOp     sum    2 1 f8", "not a layer"),
        ("Swish        swish  1 1 f2_a", "Swish        swish  1 1 f2_z", "'f2_z', which no layer before it gives"),
        ("Swish  ", "LSTM   ", "swish: layers of kind LSTM are not converted"),
        ("6=216 9=2", "6=216 9=4", "conv1: activation 4"),
        (" -23310=1,0.2", "", "conv1: a layer of kind Convolution that lacks something"),
        ("6=216", "6=217", "217 weights do not make 8 filters of 3×3"),
        ("6=216", "6=216 8=1", "8-bit weights"),
        ("0=1 1=2.0", "0=9 1=2.0", "near: this way of resizing"),
        ("sum    2 1 f8 f9 out", "sum    2 1 f8 f9 out 0=6", "sum: operation 6"),
        ("0=12 1=1 5=1 6=192", "0=12 1=1 6=192", "48 bytes are left over"),
        ("PReLU        slope  1 1 f1 f2 0=8", "PReLU        slope  1 1 f1 f2 0=9", "not known here"),
    ],
)
def test_what_cannot_be_converted_is_said(tmp_path: Path, was: str, now: str, said: str) -> None:
    param, weights = ncnn_net(tmp_path)
    assert was in PARAM
    param.write_text(PARAM.replace(was, now, 1), "ascii")
    with pytest.raises(NcnnError) as caught:
        convert(param, weights, scale=2)
    assert said in str(caught.value)


def test_weights_that_are_cut_short_are_said_wherever_they_end(tmp_path: Path) -> None:
    param, weights = ncnn_net(tmp_path)
    whole = weights.read_bytes()
    for length in (0, 3, 14, 200, len(whole) - 1):
        weights.write_bytes(whole[:length])
        with pytest.raises(NcnnError, match="ends too early"):
            convert(param, weights, scale=2)


def test_a_param_that_is_no_text_is_said(tmp_path: Path) -> None:
    param, weights = ncnn_net(tmp_path)
    param.write_bytes(bytes(range(256)))
    with pytest.raises(NcnnError, match="not an ncnn text file"):
        convert(param, weights, scale=2)
