"""DAIN: its layers against loops written after the authors' programs for a card, its ONNX against torch, and what is
the same each time. The official weights could not be fetched where this was written: noise stands for them."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch", reason="nets need the torch layer: launch.py setup torch")
pytest.importorskip("spandrel", reason="nets need the torch layer: launch.py setup torch")

from benchmarks.parity import clip, noisy, pictures, write  # noqa: E402
from nodes.media import MediaError  # noqa: E402
from nodes.registry import default_registry  # noqa: E402
from runtime.compiled import compiled  # noqa: E402
from runtime.script import step_codes  # noqa: E402
from runtime.session import Session  # noqa: E402
from runtime.worker.conversion.pictures import Feed, fed  # noqa: E402
from runtime.worker.nets.dain import Dain, from_dain  # noqa: E402
from runtime.worker.nets.dain_flow import REACH, alike  # noqa: E402
from runtime.worker.nets.dain_places import filtered, projected  # noqa: E402
from runtime.worker.nets.load import made  # noqa: E402
from runtime.worker.nets.net import Net, NetError  # noqa: E402
from runtime.worker.nets.warp import Places  # noqa: E402
from tests.runtime.documents import graph  # noqa: E402
from tests.torch import dain_loops as loops  # noqa: E402
from tests.torch.test_nets import official  # noqa: E402

SIZES = ((9, 13), (13, 9), (4, 5))
"""Height and width: none alike, so that no axis stands for another."""


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@cache
def net() -> Net:
    return noisy(Dain(8), lambda found: from_dain("noise", found), (64, 64))


def asked(layer: Callable[..., Any], *arrays: np.ndarray) -> np.ndarray:
    """A layer's answer to arrays without a batch."""
    fed = [torch.from_numpy(one)[None] for one in arrays]
    return np.asarray(layer(*fed, Places.of(fed[0]))[0].numpy())


def flow(size: tuple[int, int], spread: float, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, spread, (2, *size))


# -- the layers ------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", SIZES)
def test_the_correlation_is_the_program_s(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    here, there = rng.normal(0, 1, (6, *size)), rng.normal(0, 1, (6, *size))
    found = alike(torch.from_numpy(here)[None], torch.from_numpy(there)[None])[0].numpy()
    assert found.shape[0] == 81
    assert np.abs(found - loops.correlated(here, there, REACH)).max() < 1e-12


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("spread", [0.0, 0.4, 3.0, 30.0])
def test_the_flow_is_projected_as_the_program_does(size: tuple[int, int], spread: float) -> None:
    """From no motion at all to nearly everything leaving the picture."""
    given, weight = flow(size, spread), np.random.default_rng(4).uniform(1e-6, 2, size)
    found = asked(projected, given, weight[None])
    assert np.abs(found - loops.projected(given, weight)).max() < 1e-9


@pytest.mark.parametrize("size", SIZES)
def test_whole_pixels_and_edges_are_projected_as_the_program_does(size: tuple[int, int]) -> None:
    """Flows that end on a pixel, on the last row or column (which are told twice), and just beyond."""
    given = np.round(flow(size, 2.0, 6))
    given[:, -1, -1] = 0
    given[0, 0, 0], given[1, 0, 0] = -1e-9, 0
    weight = np.random.default_rng(5).uniform(0.1, 2, size)
    found = asked(projected, given, weight[None])
    assert np.abs(found - loops.projected(given, weight)).max() < 1e-9


def test_holes_are_filled_from_where_something_is() -> None:
    """A block moves away to the right: what it leaves is filled from all four sides, what is at the edge from three."""
    given = np.zeros((2, 12, 16))
    given[0, 3:8, 2:7] = 7.0
    given[:, 9:, :3] = -40.0
    found, count = loops.splatted(given, np.ones((12, 16)))
    holes = count == 0
    assert 10 < holes.sum() < 40
    made = asked(projected, given, np.ones((1, 12, 16)))
    assert np.abs(made - loops.filled(found, count)).max() < 1e-12
    assert np.abs(made[:, ~holes] - found[:, ~holes]).max() < 1e-12


def test_where_everything_leaves_the_picture_there_is_no_flow() -> None:
    given = np.full((2, 5, 7), 99.0)
    assert not asked(projected, given, np.ones((1, 5, 7))).any()
    assert not loops.projected(given, np.ones((5, 7))).any()


def test_what_is_near_hides_what_is_far() -> None:
    """Two pixels arrive at one place: its flow is nearly that of the near one."""
    given = np.zeros((2, 1, 8))
    given[0, 0, 1], given[0, 0, 5] = 2.0, -2.0
    weight = np.full((1, 1, 8), 1e-3)
    weight[0, 0, 1] = 1.0
    assert asked(projected, given, weight)[0, 0, 3] == pytest.approx(-2, abs=0.01)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("spread", [0.0, 0.4, 3.0, 30.0])
def test_pixels_are_made_as_the_program_makes_them(size: tuple[int, int], spread: float) -> None:
    rng = np.random.default_rng(8)
    source, kernels, given = rng.normal(0, 1, (5, *size)), rng.normal(0, 1, (16, *size)), flow(size, spread)
    given[:, 0, 0] = (size[1] / 2, 0)  # half as long as the picture: left where it is
    given[:, -1, -1] = 0
    found = asked(filtered, source, given, kernels)
    assert np.abs(found - loops.filtered(source, given, kernels)).max() < 1e-12


def test_several_pictures_at_once_are_each_their_own() -> None:
    rng = np.random.default_rng(9)
    source, kernels = rng.normal(0, 1, (3, 4, 7, 9)), rng.normal(0, 1, (3, 16, 7, 9))
    given, weight = rng.normal(0, 2, (3, 2, 7, 9)), rng.uniform(0.1, 1, (3, 1, 7, 9))
    flows, places = torch.from_numpy(given), Places.of(torch.from_numpy(source))
    seen = filtered(torch.from_numpy(source), flows, torch.from_numpy(kernels), places)
    moved = projected(flows, torch.from_numpy(weight), places)
    for at in range(3):
        assert np.abs(seen[at].numpy() - loops.filtered(source[at], given[at], kernels[at])).max() < 1e-12
        assert np.abs(moved[at].numpy() - loops.projected(given[at], weight[at, 0])).max() < 1e-9


# -- the net ---------------------------------------------------------------------------------------
def test_the_official_names_and_shapes_make_a_net() -> None:
    given = official("dain")
    found = made("best.pth", given)
    assert (found.arch, found.pattern, found.planes_in, found.multiple) == ("DAIN", "pair", 7, 128)
    inside = found.module.state_dict()
    assert all(torch.equal(inside[key], one) for key, one in given.items())
    assert sum(one.numel() for one in found.module.parameters()) == 24_031_656


def test_what_the_authors_program_leaves_out_is_left_out() -> None:
    given = official("dain") | {"initScaleNets_occlusion.0.weight": torch.zeros(1)}
    assert made("best.pth", given).arch == "DAIN"


def test_a_file_that_lacks_a_tensor_says_which() -> None:
    given = official("dain")
    del given["flownets.conv6aa.0.weight"]
    with pytest.raises(NetError, match=r"best.pth: looks like a Dain, but lacks flownets\.conv6aa\.0\.weight"):
        made("best.pth", given)


def test_it_follows_the_time_that_it_is_told() -> None:
    fed = pictures(7, (64, 64), 3)
    early = net().module(fed)
    fed[:, 6] = 0.9
    assert (net().module(fed) - early).abs().max() > 1e-3


# -- as ONNX ---------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def onnx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dain") / "noise.onnx"
    write(net(), (64, 64), path)
    path.with_suffix(".json").write_text('{"pattern": "pair", "multiple": 64}', encoding="utf-8")
    return path


def session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("size", [(128, 64), (64, 192)])
def test_onnx_gives_what_torch_gives_on_frames_of_the_demo_tape(onnx: Path, size: tuple[int, int]) -> None:
    """But for single pixels: where a flow lies on the edge of one, the last bit of it picks another."""
    shown = fed(clip(), Feed("pair", 7), size, 1, 2)
    wanted = net().module(torch.from_numpy(shown)).numpy()
    off = np.abs(session(onnx).run(None, {"picture": shown})[0] - wanted)
    print(f"{size}: median {np.median(off):.1e}, largest {off.max():.1e}, {np.mean(off > 1e-3):.1e} above 1e-3")
    assert wanted.std() > 0.05, "the net answers nearly nothing, so this proves nothing"
    assert np.median(off) < 1e-5
    assert np.mean(off > 1e-3) < 0.01


def test_what_is_scattered_is_added_in_the_same_order_each_time(onnx: Path) -> None:
    """Every bit, on several threads, and with other pictures between."""
    asked = session(onnx)
    shown = [fed(clip(), Feed("pair", 7), (128, 64), 1, first) for first in (0, 5)]
    first, second = (asked.run(None, {"picture": one})[0] for one in shown)
    assert np.abs(first - second).max() > 1e-3
    for _ in range(2):
        assert np.array_equal(asked.run(None, {"picture": shown[0]})[0], first)
        assert np.array_equal(asked.run(None, {"picture": shown[1]})[0], second)


def test_in_a_graph_the_tape_s_frames_stay_and_the_order_of_asking_is_of_no_account(onnx: Path) -> None:
    def no_probe(path: str) -> Any:
        raise MediaError(path)

    made = compiled(
        graph(
            {
                "tape": ("input.pattern", {"standard": "pal50p", "picture": "motion"}),
                "crop": ("geometry.crop", {"right": 600, "top": 250, "bottom": 226}),
                "ai": ("ai.interpolate", {"model": str(onnx), "factor": 2, "provider": "cpu"}),
                "encode": ("output.ffv1", {}),
            },
            "tape.out > crop.clip",
            "crop.out > ai.clip",
            "ai.out > encode.clip",
        ),
        default_registry(),
        no_probe,
    )
    assert not made.errors
    prelude, codes = step_codes(made.plan, {})
    wanted = list(range(6, 11))
    with Session() as one, Session() as other:
        for each in (one, other):
            each.load(codes, prelude)
        whole = {at: one.preview("ai", "out", at).data for at in wanted}
        assert len(set(whole.values())) == len(wanted), "a picture that stands still proves nothing"
        for at in (6, 8, 10):
            assert whole[at] == one.preview("crop", "out", at // 2).data, "at a frame's own time it is the frame"
        random.Random(4).shuffle(wanted)
        for at in wanted:
            assert other.preview("ai", "out", at).data == whole[at], at
