"""LaMa's Fourier units as products of matrices: the same numbers, and ONNX at any size."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="nets need the torch layer: launch.py setup torch")
lama = pytest.importorskip("spandrel.architectures.LaMa.__arch.LaMa", reason="nets need the torch layer")

from benchmarks.parity import errors  # noqa: E402
from runtime.worker.nets.fourier import Fourier, without_fft  # noqa: E402
from runtime.worker.nets.net import Net  # noqa: E402


@pytest.fixture
def unit() -> torch.nn.Module:
    torch.set_num_threads(1)
    torch.manual_seed(5)
    unit = lama.FourierUnit(3, 3)
    unit.bn.running_mean.normal_(0, 0.1)
    unit.bn.running_var.uniform_(0.5, 1.5)
    return unit.eval().requires_grad_(False)


@pytest.mark.parametrize("size", [(8, 8), (8, 15), (13, 6), (9, 11), (64, 90)])
def test_it_is_the_transform_that_lama_was_trained_with(unit: torch.nn.Module, size: tuple[int, int]) -> None:
    fed = torch.rand(1, 3, *size, dtype=torch.float64)
    own = Fourier(unit.conv_layer, unit.bn)
    assert (own.double()(fed) - unit.double()(fed)).abs().max() < 1e-6  # it goes back to float32 on its way


def test_it_is_written_as_onnx_for_any_size(unit: torch.nn.Module, tmp_path: Path) -> None:
    whole = torch.nn.Sequential(torch.nn.Sequential(unit))
    assert without_fft(whole)
    net = Net(module=whole.eval(), arch="LaMa", pattern="frame")
    for size, found in errors(net, ((64, 48), (40, 88)), tmp_path / "net.onnx", exact=False):
        assert found.spread > 0.05
        assert found.largest < 5e-6, size


def test_a_unit_of_another_kind_is_left_as_it_is() -> None:
    whole = torch.nn.Sequential(lama.FourierUnit(3, 3, spatial_scale_factor=0.5))
    assert not without_fft(whole)
    assert type(whole[0]).__name__ == "FourierUnit"
