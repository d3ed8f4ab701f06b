"""When a card's picture is the processor's, and when not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from runtime.worker.alike import off
from runtime.worker.inference import told

PICTURE = np.random.default_rng(1).random((3, 32, 32), dtype=np.float32)


def test_one_pixel_that_is_wrong_is_told() -> None:
    other = PICTURE.copy()
    other[1, 4, 5] += 0.5
    assert off(PICTURE, other) == pytest.approx(0.5)
    assert off(PICTURE, PICTURE) == 0


def test_a_net_that_picks_whole_pixels_may_pick_another_here_and_there() -> None:
    other = PICTURE + 1e-4
    other[:, 4:9, 5:10] += 0.5
    assert off(PICTURE, other, jumps=True) == pytest.approx(1e-4, rel=0.01)


@pytest.mark.parametrize("jumps", [False, True])
def test_a_card_that_counts_wrongly_is_found_out(jumps: bool) -> None:
    assert off(PICTURE, PICTURE * 1.1, jumps=jumps) > 0.05
    other = PICTURE.copy()
    other[0, 0, 0] = np.nan
    assert off(PICTURE, other, jumps=jumps) == float("inf")


def test_a_model_s_file_says_whether_it_jumps(tmp_path: Path) -> None:
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, "h", "w"]) for name in "xy"]
    made = helper.make_model(
        helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "net", value[:1], value[1:]),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    onnx.save(made, tmp_path / "plain.onnx")
    onnx.helper.set_model_props(made, {"jumps": "yes"})
    onnx.save(made, tmp_path / "jumps.onnx")
    assert told(str(tmp_path / "jumps.onnx"), "jumps") == "yes"
    assert told(str(tmp_path / "plain.onnx"), "jumps") == ""
