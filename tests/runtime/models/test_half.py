"""Half precision: the same picture within eleven bits, and singles where halves would move it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from runtime.worker.conversion.fault import ConversionError
from runtime.worker.conversion.half import to_half

DEMO = Path(__file__).resolve().parents[3] / "graphs" / "demo" / "models"
HALF_STEP = 2.0**-10
"""The step of a half just below 1, and room for the sum of a few."""


def ask(model: onnx.ModelProto, picture: np.ndarray) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {session.get_inputs()[0].name: picture})[0])


def picture(planes: int = 3, height: int = 40, width: int = 56) -> np.ndarray:
    return np.random.default_rng(3).random((1, planes, height, width), dtype=np.float32)


def net(nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray], gives: int = 3) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, gives, "hh", "ww"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def kinds(model: onnx.ModelProto) -> dict[str, int]:
    return {tensor.name: tensor.data_type for tensor in model.graph.initializer}


@pytest.mark.parametrize("name", ["demo-upscale-2x", "demo-denoise", "demo-interpolate"])
def test_the_demo_models_make_the_same_picture_in_half_the_bytes(name: str) -> None:
    whole = onnx.load(DEMO / f"{name}.onnx")
    half = to_half(whole)
    given = picture(7 if "interpolate" in name else 3)
    off = np.abs(ask(half, given) - ask(whole, given)).max()
    print(f"{name}: half precision is off by {off:.1e}")
    assert off <= 2 * HALF_STEP
    assert {tensor.data_type for tensor in half.graph.initializer} <= {TensorProto.FLOAT16, TensorProto.INT64}
    assert [p.key for p in half.metadata_props] == [p.key for p in whole.metadata_props]
    assert half.graph.input[0].type.tensor_type.elem_type == TensorProto.FLOAT
    assert half.graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT


def test_the_scales_of_a_resize_stay_singles_and_its_picture_is_right() -> None:
    scales = np.array([1, 1, 2.5, 2.5], np.float32)
    resize = helper.make_node("Resize", ["f", "", "s"], ["y"], mode="linear")
    weights = (np.eye(3) * 0.7).astype(np.float32).reshape(3, 3, 1, 1)
    whole = net([helper.make_node("Conv", ["x", "w"], ["f"]), resize], {"s": scales, "w": weights})
    half = to_half(whole)
    assert kinds(half) == {"s": TensorProto.FLOAT, "w__half": TensorProto.FLOAT16}
    given = picture()
    assert ask(half, given).shape == (1, 3, 100, 140)
    assert np.abs(ask(half, given) - ask(whole, given)).max() <= 2 * HALF_STEP


def test_scales_that_are_computed_are_computed_in_singles() -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Cast", ["shape"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["floats", "floats"], ["ones"]),
        helper.make_node("Mul", ["ones", "two"], ["scales"]),
        helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="nearest"),
    ]
    half = to_half(net(nodes, {"two": np.array([1, 1, 2, 2], np.float32)}))
    given = picture()
    assert np.abs(ask(half, given) - given.repeat(2, 2).repeat(2, 3)).max() <= HALF_STEP


def test_where_a_picture_is_looked_up_stays_exact() -> None:
    """A step of a half at 1 is 2^-11: of 1,400 pixels across, 0.7 pixels."""
    rows, columns = np.meshgrid(np.linspace(-1, 1, 8), np.linspace(-1, 1, 1400), indexing="ij")
    base = np.stack([columns, rows], -1).astype(np.float32)[None]
    nodes = [
        helper.make_node("Constant", [], ["third"], value_float=1 / 1399),
        helper.make_node("Add", ["base", "third"], ["grid"]),
        helper.make_node("GridSample", ["x", "grid"], ["y"], align_corners=1, padding_mode="border"),
    ]
    whole = net(nodes, {"base": base})
    given = np.tile((np.arange(1400) % 2).astype(np.float32), (1, 3, 8, 1))
    assert np.abs(ask(to_half(whole), given) - ask(whole, given)).max() < 0.01


def test_which_pixel_is_picked_and_how_far_beyond_it_a_place_lies_stay_exact() -> None:
    """From 1,024 on a half knows whole pixels alone."""
    nodes = [
        helper.make_node("Add", ["base", "step"], ["place"]),
        helper.make_node("Floor", ["place"], ["before"]),
        helper.make_node("Cast", ["before"], ["index"], to=TensorProto.INT64),
        helper.make_node("Cast", ["index"], ["pixel"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["place", "pixel"], ["beyond"]),
        helper.make_node("Gather", ["x", "index"], ["picked"], axis=3),
        helper.make_node("Add", ["picked", "beyond"], ["y"]),
    ]
    whole = net(nodes, {"base": np.arange(1400, dtype=np.float32), "step": np.array([0.6], np.float32)})
    given = np.tile((np.arange(1400) % 2).astype(np.float32), (1, 3, 8, 1))
    assert np.abs(ask(whole, given) - given - 0.6).max() < 1e-3
    half = to_half(whole)
    assert np.abs(ask(half, given) - given - 0.6).max() < 2e-3
    # a processor without halves computes these in singles all the same: what a card would do is told by the types
    assert kinds(half) == {"base": TensorProto.FLOAT, "step": TensorProto.FLOAT}


def test_what_is_scattered_is_summed_in_singles() -> None:
    nodes = [
        helper.make_node("Sub", ["x", "x"], ["nothing"]),
        helper.make_node("ScatterElements", ["nothing", "first", "x"], ["sums"], axis=3, reduction="add"),
        helper.make_node("Mul", ["sums", "by"], ["y"]),
    ]
    whole = net(nodes, {"first": np.zeros((1, 3, 40, 1400), np.int64), "by": np.array([1 / 1024], np.float32)})
    given = picture(width=1400)
    wanted = given.sum(3) / 1024
    assert np.abs(ask(whole, given)[..., 0] - wanted).max() < 1e-5
    assert np.abs(ask(to_half(whole), given)[..., 0] - wanted).max() < HALF_STEP


def test_weights_beyond_a_halfs_reach_become_its_largest() -> None:
    weights = np.zeros((3, 3, 1, 1), np.float32)
    weights[0, 0] = 1e9
    half = to_half(net([helper.make_node("Conv", ["x", "w"], ["y"])], {"w": weights}))
    (held,) = half.graph.initializer
    assert numpy_helper.to_array(held).max() == np.finfo(np.float16).max


def test_a_constant_and_a_filled_shape_are_halved_with_what_uses_them() -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("ConstantOfShape", ["shape"], ["zeros"]),
        helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(np.array([0.25], np.float32))),
        helper.make_node("Add", ["zeros", "c"], ["quarters"]),
        helper.make_node("Add", ["x", "quarters"], ["y"]),
    ]
    given = picture()
    assert np.abs(ask(to_half(net(nodes, {})), given) - (given + 0.25)).max() <= 2 * HALF_STEP


def test_what_is_in_halves_already_is_refused() -> None:
    whole = onnx.load(DEMO / "demo-denoise.onnx")
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT16, [1, 3, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT16, [1, 3, 4, 4])],
    )
    with pytest.raises(ConversionError, match="nothing to halve"):
        to_half(helper.make_model(graph, opset_imports=whole.opset_import, ir_version=8))
