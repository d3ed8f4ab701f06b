"""Files of weights: what is in them is found whatever wraps it, and nothing in them is ever run."""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="nets need the torch layer: launch.py setup torch")
spandrel = pytest.importorskip("spandrel", reason="nets need the torch layer: launch.py setup torch")

from safetensors.torch import save_file  # noqa: E402
from spandrel.architectures.Compact import Compact  # noqa: E402

from runtime.worker.nets.load import load  # noqa: E402
from runtime.worker.nets.net import NetError  # noqa: E402
from runtime.worker.nets.weights import read_weights  # noqa: E402


@pytest.fixture(scope="module")
def small() -> torch.nn.Module:
    torch.set_num_threads(1)
    torch.manual_seed(3)
    return Compact(num_in_ch=3, num_out_ch=3, num_feat=8, num_conv=2, upscale=2, act_type="prelu").eval()


class Trap:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


def agree(path: Path, module: torch.nn.Module) -> None:
    net = load(path)
    fed = torch.rand(1, 3, 12, 20)
    assert not any(one.training for one in net.module.modules())  # an exporter gives every part the mode of the whole
    assert (net.pattern, net.scale, net.planes_in, net.planes_out) == ("frame", 2, 3, 3)
    assert torch.equal(net.module(fed), module(fed).detach())


@pytest.mark.parametrize("ending", [".pth", ".pt", ".ckpt", ".pkl", ".bin"])
def test_weights_are_found_under_every_ending(ending: str, small: torch.nn.Module, tmp_path: Path) -> None:
    torch.save(small.state_dict(), tmp_path / f"small{ending}")
    agree(tmp_path / f"small{ending}", small)


def test_safetensors_are_weights(small: torch.nn.Module, tmp_path: Path) -> None:
    save_file(small.state_dict(), tmp_path / "small.safetensors")
    agree(tmp_path / "small.safetensors", small)


@pytest.mark.parametrize("wrapper", ["params_ema", "params", "state_dict", "model", "whatever"])
def test_a_trainer_s_wrappers_are_taken_off(wrapper: str, small: torch.nn.Module, tmp_path: Path) -> None:
    inside = {f"module.{key}": one for key, one in small.state_dict().items()}
    torch.save({wrapper: inside}, tmp_path / "small.pth")
    agree(tmp_path / "small.pth", small)


def test_averaged_weights_are_taken_before_raw_ones(small: torch.nn.Module, tmp_path: Path) -> None:
    raw = {key: one + 1 for key, one in small.state_dict().items()}
    torch.save({"params": raw, "params_ema": small.state_dict(), "iter": 5}, tmp_path / "small.pth")
    agree(tmp_path / "small.pth", small)


def test_half_precision_is_computed_in_single(small: torch.nn.Module, tmp_path: Path) -> None:
    torch.save({key: one.half() for key, one in small.state_dict().items()}, tmp_path / "small.pth")
    assert {one.dtype for one in load(tmp_path / "small.pth").module.parameters()} == {torch.float32}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch traces programs no longer, but they are about
def test_a_torchscript_program_gives_its_tensors_and_is_not_run(small: torch.nn.Module, tmp_path: Path) -> None:
    torch.jit.save(torch.jit.trace(small, torch.rand(1, 3, 8, 8)), tmp_path / "small.pt")
    found, wanted = read_weights(tmp_path / "small.pt"), small.state_dict()
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[key], wanted[key]) for key in wanted)
    agree(tmp_path / "small.pt", small)


# -- what must not be opened -----------------------------------------------------------------------
def test_a_pickle_that_would_run_something_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    mark, path = tmp_path / "ran", tmp_path / "trap.pth"
    torch.save({"state_dict": {"a": torch.zeros(1)}, "more": Trap(mark)}, path)
    with pytest.raises(NetError, match=r"could run code .* \.safetensors"):
        load(path)
    path.write_bytes(pickle.dumps(Trap(mark), protocol=2))
    with pytest.raises(NetError, match="could run code"):
        load(path)
    assert not mark.exists()


def test_a_whole_module_is_refused(small: torch.nn.Module, tmp_path: Path) -> None:
    torch.save(small, tmp_path / "whole.pth")
    with pytest.raises(NetError, match="save the state_dict alone"):
        load(tmp_path / "whole.pth")


def test_a_program_with_a_trap_inside_runs_nothing(tmp_path: Path) -> None:
    mark, path = tmp_path / "ran", tmp_path / "trap.pt"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("trap/constants.pkl", b"")
        file.writestr("trap/data.pkl", pickle.dumps(Trap(mark), protocol=2))
    with pytest.raises(NetError, match="is no part of a tensor"):
        load(path)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pth", b"", "is empty"),
        ("a.pth", b"garbage" * 99, "no file of PyTorch weights"),
        ("a.pth", b"<!DOCTYPE html><html>", "web page"),
        ("a.pth", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        ("a.pth", b"PK\3\4 and no more", "not whole"),
        ("a.pth", b"\x80\2 and no more", "not whole|could run code"),
        ("a.safetensors", b"garbage" * 99, "no safetensors"),
        ("a.onnx", b"anything", "no file of PyTorch weights"),
    ],
)
def test_what_is_no_file_of_weights_is_said(name: str, data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(NetError, match=said):
        load(tmp_path / name)


def test_half_a_file_is_said_to_be_not_whole(small: torch.nn.Module, tmp_path: Path) -> None:
    torch.save(small.state_dict(), tmp_path / "small.pth")
    data = (tmp_path / "small.pth").read_bytes()
    (tmp_path / "small.pth").write_bytes(data[: len(data) // 2])
    with pytest.raises(NetError, match=r"not whole.*Fetch it again"):
        load(tmp_path / "small.pth")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NetError, match="is not there"):
        load(tmp_path / "none.pth")


@pytest.mark.parametrize("held", [{"x": 1}, [1, 2], {"epoch": 3, "lr": 0.1}])
def test_a_file_without_tensors_is_said(held: object, tmp_path: Path) -> None:
    torch.save(held, tmp_path / "a.pth")
    with pytest.raises(NetError, match="holds no tensors"):
        load(tmp_path / "a.pth")


def test_an_unknown_architecture_is_said_with_its_first_names(tmp_path: Path) -> None:
    torch.save({"some.weight": torch.zeros(2)}, tmp_path / "a.pth")
    with pytest.raises(NetError, match=r"not known here \(first tensors: some.weight\)"):
        load(tmp_path / "a.pth")
