"""ProPainter: its parts do what they say, its three files make one net, and its ONNX fills as torch does. The official
weights could not be fetched where this was written: the nets are filled with noise, as in test_nets.py."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="nets need the torch layer: launch.py setup torch")
pytest.importorskip("spandrel", reason="nets need the torch layer: launch.py setup torch")

import torch.nn.functional as F  # noqa: E402, N812  # its usual name

from benchmarks.parity import errors, given, noisy  # noqa: E402
from runtime.worker.nets.load import load  # noqa: E402
from runtime.worker.nets.net import Net, NetError  # noqa: E402
from runtime.worker.nets.patches import EDGE, SIDE, STEP, cut, laid  # noqa: E402
from runtime.worker.nets.propainter import FRAMES, PARTS, ProPainter, from_propainter  # noqa: E402
from runtime.worker.nets.propainter_attend import Transformer, _around, _Windows, _windows  # noqa: E402
from runtime.worker.nets.propainter_carry import agreeing, carried  # noqa: E402
from runtime.worker.nets.propainter_draw import Painter  # noqa: E402
from runtime.worker.nets.propainter_flows import Completion  # noqa: E402
from runtime.worker.nets.raft import Raft, _enlarged  # noqa: E402
from runtime.worker.nets.warp import Places  # noqa: E402
from tests.torch.test_nets import official  # noqa: E402

ROW = 3


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def narrow(frames: int) -> Net:
    """Noise: of another number of frames it would swell from step to step."""
    torch.manual_seed(11)
    module = ProPainter(Raft(4), Completion(8), Painter(8, 16, 2, 2), frames)
    return noisy(module, lambda found: from_propainter("noise", found, frames), (96, 64))


@cache
def net() -> Net:
    made = narrow(ROW)
    made.module.raft.steps = 5  # type: ignore[union-attr]  # of twenty: a quarter of the graph
    return made


# -- its files ---------------------------------------------------------------------------------------
def test_the_official_names_and_shapes_make_a_net() -> None:
    weights = official("propainter")
    made = from_propainter("official", weights)
    assert made is not None
    assert (made.arch, made.pattern, made.frames, made.scale) == ("ProPainter", "mask", 11, 1)
    assert (made.planes_in, made.planes_out, made.multiple) == (44, 3, 8)
    inside = made.module.state_dict()
    unused = ("edgeDetector", "valid_ind_rolled", "num_batches", ".norm3.")  # the last stands twice in the files
    for key, one in weights.items():
        if not any(word in key for word in unused):
            assert torch.equal(inside[key], one), key


def saved(folder: Path, *parts: str) -> dict[str, Path]:
    """The files of the narrow net, RAFT's names as a trainer of several cards leaves them."""
    folder.mkdir(exist_ok=True)
    weights = narrow(FRAMES).module.state_dict()
    paths = {part: folder / PARTS[part] for part in parts}
    for part, path in paths.items():
        begins = "module." if part == "raft" else ""
        own = {begins + key.removeprefix(f"{part}."): one for key, one in weights.items() if key.startswith(f"{part}.")}
        torch.save(own, path)
    return paths


def test_three_files_side_by_side_are_one_net_whichever_is_named(tmp_path: Path) -> None:
    paths = saved(tmp_path, *PARTS)
    fed = given(load(paths["painter"]), (64, 64), 1)
    answers = [load(path).module(fed) for path in paths.values()]
    assert fed.shape[1] == 44
    assert all(torch.equal(answer, answers[0]) for answer in answers)


@pytest.mark.parametrize("part", PARTS)
def test_a_file_that_lacks_the_others_names_them(part: str, tmp_path: Path) -> None:
    for count, others in ((1, (part,)), (2, (part, next(one for one in PARTS if one != part)))):
        paths = saved(tmp_path / str(count), *others)
        with pytest.raises(NetError) as caught:
            load(paths[part])
        for name in PARTS:
            assert (f"Lay {PARTS[name]}" in str(caught.value) or f"and {PARTS[name]}" in str(caught.value)) == (
                name not in others
            )


def test_a_tensor_that_is_lacking_is_named() -> None:
    weights = dict(net().module.state_dict())
    del weights["completion.upsample.2.conv.bias"]
    with pytest.raises(NetError, match=r"completion\.upsample\.2\.conv\.bias"):
        from_propainter("half", weights, ROW)


# -- its parts ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [(24, 40), (25, 41), (26, 42), (16, 18), (7, 3)])
def test_patches_are_torch_s(size: tuple[int, int]) -> None:
    torch.manual_seed(1)
    picture = torch.randn(2, 3, *size)
    wanted = F.unfold(picture, SIDE, padding=EDGE, stride=STEP)
    patches = cut(picture)
    assert torch.equal(patches.flatten(2), wanted)
    other = torch.randn_like(patches)
    folded = F.fold(other.flatten(2), size, SIDE, padding=EDGE, stride=STEP)
    assert (laid(other, picture) - folded).abs().max() < 1e-5


def test_a_flow_is_enlarged_to_a_mix_of_those_around() -> None:
    flow = torch.randn(1, 2, 5, 6)
    shares = torch.full((1, 9, 64, 5, 6), -50.0)
    shares[:, 4] = 50.0  # its own place alone
    assert torch.allclose(
        _enlarged(flow, shares.flatten(1, 2)), 8 * flow.repeat_interleave(8, 2).repeat_interleave(8, 3)
    )


def moving(count: int = 5, by: int = 4) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """A picture that goes to the left by so many pixels each time, and its flow to the next and back."""
    torch.manual_seed(4)
    wide = torch.rand(1, 3, 32, 48 + by * count)
    pictures = torch.cat([wide[..., by * at : by * at + 48] for at in range(count)])
    flow = torch.zeros(count - 1, 2, 32, 48)
    flow[:, 0] = -by
    return pictures, flow, -flow


def test_what_another_picture_shows_is_fetched_from_there_and_nothing_else_changes() -> None:
    pictures, ahead, back = moving()
    holes = torch.zeros(5, 1, 32, 48)
    holes[:, :, 10:20, 20:26] = 1  # stands still over what moves: wider than one step, so it takes two to see behind it
    made, left = carried(pictures * (1 - holes), ahead, back, holes)
    assert left.sum() == 0
    assert torch.equal(made, pictures)


def test_what_no_picture_shows_stays_a_hole() -> None:
    pictures, ahead, back = moving()
    holes = torch.zeros(5, 1, 32, 48)
    holes[:, :, 10:20] = 1  # along the whole way
    made, left = carried(pictures * (1 - holes), ahead, back, holes)
    assert torch.equal(left, holes)
    assert torch.equal(made, pictures * (1 - holes))


def test_ways_that_do_not_lead_home_are_not_gone() -> None:
    pictures, ahead, back = moving()
    places = Places.of(pictures)
    assert agreeing(ahead, back, places)[..., 8:].min() == 1
    assert agreeing(ahead, -back, places).max() == 0
    holes = torch.zeros(5, 1, 32, 48)
    holes[2, :, 10:20, 20:26] = 1
    _, left = carried(pictures * (1 - holes), ahead, -back, holes)
    assert torch.equal(left, holes)


def test_a_window_is_shown_the_places_around_it_once_each() -> None:
    rows, columns = 15, 27
    numbers = torch.arange(rows * columns, dtype=torch.float32).view(1, rows, columns, 1).expand(-1, -1, -1, 4)
    middle = _around(numbers)[4, 0, 0, :, 0]  # of three windows by three
    assert sorted(int(one) for one in middle) == [
        row * columns + column
        for row in range(5 - 3, 10 + 3)
        for column in range(9 - 5, 18 + 5)
        if not (5 <= row < 10 and 9 <= column < 18) and row != 7 and column != 13  # what lies straight beside is not
    ]


def test_windows_with_holes_look_around_and_the_others_at_themselves_alone() -> None:
    torch.manual_seed(5)
    layer = _Windows(16).eval()
    x = torch.randn(4, 10, 18, 16)
    open_ = torch.tensor([False, True, False, False])
    with torch.inference_mode():
        made = layer(x, open_, (0, 0), 1)
        asked, keys, values = (_windows(one(x)) for one in (layer.query, layer.key, layer.value))
        far = layer.pool_layer(x.permute(0, 3, 1, 2)).flatten(2).transpose(1, 2)
        around, shown = _around(layer.key(x)), _around(layer.value(x))
        for window, hole in enumerate(open_):
            for head in range(4):
                part = slice(4 * head, 4 * head + 4)
                for frame in range(4):
                    if hole:  # the second and the fourth picture: the window, what is around, all from afar
                        key = [t for at in (1, 3) for t in (keys[window, head, at], around[window, head, at])]
                        value = [t for at in (1, 3) for t in (values[window, head, at], shown[window, head, at])]
                        key += [layer.key(far[at])[:, part] for at in (1, 3)]
                        value += [layer.value(far[at])[:, part] for at in (1, 3)]
                    else:
                        key, value = [keys[window, head, frame]], [values[window, head, frame]]
                    share = torch.softmax(asked[window, head, frame] @ torch.cat(key).T / 2, -1)
                    asked[window, head, frame] = share @ torch.cat(value)
        whole = asked.reshape(2, 2, 4, 4, 5, 9, 4).permute(3, 0, 4, 1, 5, 2, 6).reshape(4, 10, 18, 16)
        assert (layer.proj(whole) - made).abs().max() < 1e-5


def test_a_picture_of_any_size_is_laid_out_in_windows() -> None:
    torch.manual_seed(6)
    net = Transformer(16, 2, 2).eval()
    like = torch.zeros(3, 4, 20, 34)
    with torch.inference_mode():
        made = net(torch.randn(3, 7, 12, 16), torch.zeros(7, 12), like)
    assert made.shape == (3, 7, 12, 16) and made.isfinite().all()


# -- the whole ---------------------------------------------------------------------------------------
def test_only_the_hole_of_the_middle_picture_is_filled_and_from_all_of_the_row() -> None:
    made = net()
    fed = given(made, (64, 64), 2)
    hole = fed[:, 3 * ROW + 1 : 3 * ROW + 2] > 0.5
    with torch.inference_mode():
        plain = made.module(fed)
        assert torch.equal(torch.where(hole, 0, plain), torch.where(hole, 0, fed[:, 3:6]))
        assert (plain - fed[:, 3:6]).abs().max() > 0.05
        for at in (0, 2):
            other = fed.clone()
            other[:, 3 * at : 3 * at + 3] = 1 - other[:, 3 * at : 3 * at + 3]
            assert (made.module(other) - plain).abs().max() > 1e-3, f"picture {at} is of no account"
        assert torch.equal(made.module(torch.cat((other, fed)))[1:], plain), "a batch is not its pictures"


def test_onnx_fills_what_torch_fills_at_every_size(tmp_path: Path) -> None:
    for size, found in errors(net(), ((96, 64), (72, 80)), tmp_path / "net.onnx", exact=False):
        print(f"{size}: {found.largest:.1e}, {found.beyond:.1e} beyond")
        assert found.spread > 0.05
        assert found.beyond < 2e-3, size
