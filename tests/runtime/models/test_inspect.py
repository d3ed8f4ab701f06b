"""A stranger's ONNX is tried in a child: what it is, or in one line why it cannot be used. Nothing it does harms us."""

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from runtime.models.entry import Pattern, ValueRange
from runtime.models.inspect import BadModelError, inspect
from tests.runtime.models.nets import onnx_net, resizer

RGB: list[object] = ["n", 3, "h", "w"]
ANY: list[object] = ["n", "c", "oh", "ow"]


def refused(path: Path, **limits: object) -> str:
    with pytest.raises(BadModelError) as caught:
        inspect(path, **limits)  # type: ignore[arg-type]
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert len(said.splitlines()) == 1
    return said


def test_scale_channels_and_free_sizes_are_found(tmp_path: Path) -> None:
    found = inspect(resizer(tmp_path / "net.onnx", scale=3))
    assert (found.pattern, found.channels_in, found.channels_out, found.scale) == (Pattern.TILES, 3, 3, 3)
    assert (found.multiple, found.fixed, found.dtype, found.opset) == (1, None, "float32", 17)
    assert (found.value_range, found.notes) == (ValueRange.UNIT, ())


def test_the_multiple_that_it_wants_is_found(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("SpaceToDepth", ["x"], ["small"], blocksize=4),
        helper.make_node("DepthToSpace", ["small"], ["y"], blocksize=4),
    ]
    assert inspect(onnx_net(tmp_path / "net.onnx", nodes, takes=RGB, gives=ANY)).multiple == 4


def test_a_net_that_wants_bytes_is_found_out(tmp_path: Path) -> None:
    nodes = [helper.make_node("Floor", ["x"], ["y"])]
    found = inspect(onnx_net(tmp_path / "net.onnx", nodes, takes=RGB, gives=RGB))
    assert found.value_range is ValueRange.BYTE


def test_one_size_alone_in_half_precision(tmp_path: Path) -> None:
    shape: list[object] = [1, 3, 40, 24]
    nodes = [helper.make_node("Identity", ["x"], ["y"])]
    found = inspect(onnx_net(tmp_path / "n.onnx", nodes, takes=shape, gives=shape, kind=TensorProto.FLOAT16, opset=18))
    assert (found.fixed, found.dtype, found.scale) == ((24, 40), "float16", 1)
    assert "newer than DirectML takes" in found.notes[0]


@pytest.mark.parametrize(
    ("channels", "out", "pattern", "window"),
    [
        (7, 3, Pattern.PAIR_TIME, 1),
        (15, 3, Pattern.WINDOW, 5),
        (4, 3, Pattern.MASK, 1),
        (12, 3, Pattern.MASK, 3),
        (44, 3, Pattern.MASK, 11),
        (3, 2, Pattern.CHROMA_MERGE, 1),
    ],
)
def test_the_feeding_pattern_follows_from_the_channels(
    tmp_path: Path, channels: int, out: int, pattern: Pattern, window: int
) -> None:
    nodes = [helper.make_node("Slice", ["x", "from", "to", "axis"], ["y"])]
    numbers = {"from": np.array([0]), "to": np.array([out]), "axis": np.array([1])}
    shape: list[object] = ["n", channels, "h", "w"]
    found = inspect(onnx_net(tmp_path / "net.onnx", nodes, takes=shape, gives=ANY, constants=numbers))
    assert (found.pattern, found.window, found.channels_out) == (pattern, window, out)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"PK\3\4 and so on", "PyTorch weights"),
        (b'\x60\0\0\0\0\0\0\0{"conv.weight":{"dtype":"F32"', "safetensors weights"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS pointer"),
        (b"good morning\n" * 99, "no ONNX model"),
        (bytes(range(256)) * 9, "no ONNX model"),
    ],
)
def test_what_is_no_onnx_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    assert said in refused(path)


def test_a_file_that_is_not_there_or_cut_short_is_said(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "none.onnx")
    path = resizer(tmp_path / "net.onnx")
    path.write_bytes(path.read_bytes()[:-9])
    assert "a part of one is missing" in refused(path)


def test_shapes_that_no_picture_has_are_said(tmp_path: Path) -> None:
    same = [helper.make_node("Identity", ["x"], ["y"])]
    shapes: dict[str, list[object]] = {
        "5 channels": ["n", 5, "h", "w"],
        "3 dimensions": [3, "h", "w"],
        "4 pictures at a time": [4, 3, "h", "w"],
    }
    for said, shape in shapes.items():
        assert said in refused(onnx_net(tmp_path / "net.onnx", same, takes=shape, gives=shape))
    ints = onnx_net(tmp_path / "net.onnx", same, takes=RGB, gives=RGB, kind=TensorProto.INT64)
    assert "it takes int64" in refused(ints)


def test_two_inputs_strange_operators_and_outside_weights_are_said(tmp_path: Path) -> None:
    path = resizer(tmp_path / "net.onnx")
    model = onnx.load(path)
    model.graph.input.append(helper.make_tensor_value_info("noise", TensorProto.FLOAT, ["n", 1, "h", "w"]))
    path.write_bytes(model.SerializeToString())
    assert "it has 2 inputs (x, noise)" in refused(path)

    strange = [helper.make_node("Warp", ["x"], ["y"], domain="org.somebody")]
    assert "org.somebody" in refused(onnx_net(path, strange, takes=RGB, gives=RGB, domain="org.somebody"))

    model = onnx.load(resizer(path))
    tensor = model.graph.initializer[0]
    tensor.external_data.add(key="location", value="../../secret")
    tensor.data_location = TensorProto.EXTERNAL
    path.write_bytes(model.SerializeToString())
    assert "second file" in refused(path)


def test_an_answer_that_is_no_picture_is_said(tmp_path: Path) -> None:
    wide = [helper.make_node("Concat", ["x", "x"], ["y"], axis=3)]
    assert "no size that fits" in refused(onnx_net(tmp_path / "net.onnx", wide, takes=RGB, gives=ANY))
    log = [helper.make_node("Neg", ["x"], ["m"]), helper.make_node("Log", ["m"], ["y"])]
    assert "NaN" in refused(onnx_net(tmp_path / "net.onnx", log, takes=RGB, gives=RGB))


def test_a_huge_allocation_is_an_error_and_no_crash(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ConstantOfShape", ["size"], ["big"]),
        helper.make_node("ReduceSum", ["big"], ["one"], keepdims=0),
        helper.make_node("Add", ["x", "one"], ["y"]),
    ]
    size = {"size": np.array([1 << 20, 1 << 20, 16])}
    said = refused(onnx_net(tmp_path / "net.onnx", nodes, takes=RGB, gives=RGB, constants=size), most_bytes=2 << 30)
    assert any(words in said for words in ("more memory", "wants more than", "does not load it", "fails on a picture"))


SLEEPS = "import time; time.sleep(60)"
GROWS = "held = bytearray(300 << 20); import time; time.sleep(60)"
CRASHES = "import os; os.abort()"


@pytest.mark.parametrize(
    ("does", "limits", "said"),
    [
        (SLEEPS, {"trial_s": 0.5}, "did not answer within"),
        (GROWS, {"most_bytes": 200 << 20}, "wants more than 200 MB"),
        (CRASHES, {}, "the process that tried it"),
    ],
)
def test_a_child_that_hangs_swells_or_crashes_is_ended(
    tmp_path: Path, does: str, limits: dict[str, object], said: str
) -> None:
    path = resizer(tmp_path / "net.onnx")
    assert said in refused(path, command=(sys.executable, "-c", does), **limits)
