"""Nets of our own: they take the official weights by their names, and their ONNX files give what torch gives, at any
size. The official weights themselves could not be fetched where this was written: the nets are filled with noise
(benchmarks/parity.py, which does the same with nets of full width)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="nets need the torch layer: launch.py setup torch")
pytest.importorskip("spandrel", reason="nets need the torch layer: launch.py setup torch")

from torchvision.models.resnet import BasicBlock, ResNet  # noqa: E402

from benchmarks.parity import CASES, errors, noisy, pictures  # noqa: E402
from runtime.worker.nets import amt, film  # noqa: E402
from runtime.worker.nets.basicvsr import BasicVsr, from_basicvsr  # noqa: E402
from runtime.worker.nets.ddcolor import DdColor, from_ddcolor, grayed  # noqa: E402
from runtime.worker.nets.deform import deformed  # noqa: E402
from runtime.worker.nets.deoldify import DeOldify, Step, built, from_deoldify  # noqa: E402
from runtime.worker.nets.load import made  # noqa: E402
from runtime.worker.nets.net import Net, NetError  # noqa: E402
from runtime.worker.nets.rife import Rife, Shape, from_rife  # noqa: E402
from runtime.worker.nets.spectral import unnormed  # noqa: E402
from runtime.worker.nets.warp import Places, warped  # noqa: E402

KEYS = Path(__file__).parent / "keys"
NARROW_46 = Shape((16, 16, 16, 16), None, 6)
NARROW_425 = Shape((16, 16, 16, 16, 16), (8, 4), 13)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def official(name: str) -> dict[str, torch.Tensor]:
    """Tensors of the names and shapes that the official file has, all of them noise."""
    torch.manual_seed(1)
    lines = (KEYS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    told = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
    return {key: torch.randn([int(side) for side in shape.split("x") if side]) * 0.02 for key, shape in told}


def rife(shape: Shape, size: tuple[int, int]) -> Net:
    return noisy(Rife(shape), lambda found: from_rife("noise", found), size)


@cache
def row() -> Net:
    """Three pictures: with fewer, nothing of the second order is tried."""
    return noisy(BasicVsr(16, 1, 3), lambda found: from_basicvsr("noise", found, 3), (32, 32))


@cache
def colours() -> Net:
    return noisy(
        DdColor((1, 1, 1, 1), (8, 8, 16, 16), (64, 10, 3)), lambda found: from_ddcolor("noise", found), (64, 64)
    )


def far() -> Net:
    shape = film.Shape(4, (4, 8, 8, 8), (4, 8, 8, 8))
    return noisy(film.Film(shape), lambda found: film.from_film("noise", found), (128, 64))


def several() -> Net:
    fix = (("convc1", 16), ("convf1", 8), ("convf2", 4), ("conv", 16), ("gru.0", 16))
    shape = amt.Shape((8, 8, 8, 8), (8, 8, 8, 8), False, 2, 3, 3, 4, fix)
    return noisy(amt.Amt(shape), lambda found: amt.from_amt("noise", found), (96, 64))


def painted() -> Net:
    one, resnet = ("conv",), ResNet(BasicBlock, [1, 1, 1, 1])
    first, second = Step(512, 16, 256, 16, one, False), Step(16, 16, 128, 16, one, True)
    third, last = Step(16, 8, 64, 16, one, False), Step(16, 8, 64, 8, one, False)
    net = DeOldify(resnet, (first, second, third, last), 8)
    return noisy(net, lambda found: from_deoldify("noise", found), (64, 64))


# -- the official names ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "arch", "pattern", "scale", "planes", "multiple"),
    [
        ("rife-4.6", "RIFE 4.6", "pair", 1, (7, 3), 32),
        ("rife-4.25", "RIFE 4.25 or 4.26", "pair", 1, (7, 3), 64),
        ("basicvsr-plusplus", "BasicVSR++", "recurrent", 4, (45, 45), 32),
        ("film", "FILM", "pair", 1, (7, 3), 64),
        ("amt-s", "AMT-S", "pair", 1, (7, 3), 16),
        ("amt-l", "AMT-L", "pair", 1, (7, 3), 16),
    ],
)
def test_the_official_names_and_shapes_make_a_net(
    name: str, arch: str, pattern: str, scale: int, planes: tuple[int, int], multiple: int
) -> None:
    given = official(name)
    net = made("official.pth", given)
    assert (net.arch, net.pattern, net.scale, net.multiple) == (arch, pattern, scale, multiple)
    assert (net.planes_in, net.planes_out) == planes
    inside = net.module.state_dict()
    for key, one in given.items():
        assert torch.equal(inside[key.removeprefix("generator.")], one), key
    assert not net.module.training and not any(one.requires_grad for one in net.module.parameters())


def test_what_only_training_needs_is_left_out() -> None:
    given = official("rife-4.25") | {"teacher.conv0.0.0.weight": torch.zeros(1), "caltime.0.bias": torch.zeros(1)}
    assert made("official.pkl", given).arch == "RIFE 4.25 or 4.26"


def test_a_training_run_s_counter_is_no_weight() -> None:
    assert made("official.pth", official("basicvsr-plusplus") | {"step_counter": torch.zeros(1)}).frames == 15


@pytest.mark.parametrize("name", ["rife-4.6", "basicvsr-plusplus", "film", "amt-s"])
def test_a_file_that_lacks_a_tensor_says_which(name: str) -> None:
    given = official(name)
    lost = list(given)[-1]
    del given[lost]
    with pytest.raises(NetError, match=lost.removeprefix("generator.").replace(".", r"\.")):
        made("half.pth", given)


def test_a_colouriser_s_spectral_norms_are_worked_in() -> None:
    given = official("ddcolor-tiny")
    net = made("official.bin", given | {"encoder.arch.head_cls.bias": torch.zeros(2)})
    assert (net.arch, net.pattern, net.planes_out, net.fixed) == ("DDColor tiny", "chroma", 2, (512, 512))
    name = "decoder.layers.0.conv.0.weight"
    own = given[f"{name}_orig"]
    by = given[f"{name}_u"] @ own.flatten(1) @ given[f"{name}_v"]
    assert torch.allclose(net.module.state_dict()[name], own / by, rtol=1e-3)


def test_deoldify_s_names_and_shapes_make_a_net() -> None:
    given = official("deoldify-artistic")
    net = made("official.pth", given)
    assert net.arch.startswith("DeOldify (deep")
    assert (net.pattern, net.planes_in, net.planes_out, net.multiple) == ("chroma", 3, 3, 32)
    inside = net.module.state_dict()
    assert torch.equal(inside["layers.0.0.weight"], given["layers.0.0.weight"])
    own, by = given["layers.8.conv.0.weight_v"], given["layers.8.conv.0.weight_g"]
    length = own.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
    assert torch.allclose(inside["layers.8.conv.0.weight"], by * own / length)
    own = given["layers.3.0.0.weight_orig"]
    norm = given["layers.3.0.0.weight_u"] @ own.flatten(1) @ given["layers.3.0.0.weight_v"]
    assert torch.allclose(inside["layers.3.0.0.weight"], own / norm, rtol=1e-3)


def test_the_video_deoldify_has_the_official_names_and_shapes() -> None:
    with torch.device("meta"):  # 218 million weights: their shapes are enough
        weights = unnormed(official("deoldify-video"))
        inside = built(weights).state_dict()
    assert {key: one.shape for key, one in inside.items()} == {key: one.shape for key, one in weights.items()}


def test_spectral_norms_of_an_old_pytorch_are_taken_as_they_count() -> None:
    given = official("deoldify-artistic")
    name = "layers.3.0.0.weight"
    del given[f"{name}_v"]
    given[name] = torch.full_like(given[f"{name}_orig"], 0.25)
    assert torch.equal(made("old.pth", given).module.state_dict()[name], given[name])


def test_counters_of_training_may_be_lacking() -> None:
    given = {key: one for key, one in official("deoldify-artistic").items() if "num_batches" not in key}
    assert made("old.pth", given).pattern == "chroma"


def test_the_global_amt_is_refused_by_its_name() -> None:
    with pytest.raises(NetError, match="AMT-G"):
        made("amt-g.pth", official("amt-l") | {"feat_encoder.layer3_2.0.conv1.weight": torch.zeros(1)})


def test_an_older_rife_is_refused_by_its_name() -> None:
    with pytest.raises(NetError, match="release of RIFE that is not known"):
        made("old.pkl", {"block0.conv0.0.0.weight": torch.zeros(1), "block0.convblock.0.0.weight": torch.zeros(1)})


# -- the same in ONNX ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("net", "sizes", "most"),
    [
        (lambda: rife(NARROW_46, (64, 64)), ((64, 64), (96, 160)), 8e-6),
        (lambda: rife(NARROW_425, (64, 64)), ((64, 64), (128, 64)), 8e-6),
        (row, ((32, 32), (64, 32)), 2e-5),
        (colours, ((64, 64), (96, 32)), 2e-5),
        (far, ((128, 64), (64, 192)), 8e-6),
        (several, ((96, 64), (64, 112)), 1e-5),
        (painted, ((64, 64), (96, 32)), 8e-6),
    ],
    ids=["rife 4.6", "rife 4.25", "basicvsr++", "ddcolor", "film", "amt", "deoldify"],
)
def test_onnx_gives_what_torch_gives_at_every_size(
    net: object, sizes: tuple[tuple[int, int], ...], most: float, tmp_path: Path
) -> None:
    for size, found in errors(net(), sizes, tmp_path / "net.onnx", exact=False):  # type: ignore[operator]
        print(f"{size}: {found.largest:.1e}")
        assert found.spread > 0.05, "the net answers nearly nothing, so this proves nothing"
        assert found.largest <= most, size


def test_every_net_of_ours_is_in_the_benchmark() -> None:
    assert {case.name.split(",")[0] for case in CASES} >= {path.stem for path in KEYS.glob("*.txt")}


# -- what they are made of -------------------------------------------------------------------------
def test_the_deformable_convolution_is_torchvision_s() -> None:
    ops = pytest.importorskip("torchvision.ops", reason="torchvision is what it is compared with")
    torch.manual_seed(2)
    x, weight, bias = torch.randn(2, 32, 11, 17), torch.randn(8, 32, 3, 3) / 17, torch.randn(8)
    offset, mask = torch.randn(2, 2 * 4 * 9, 11, 17) * 5, torch.rand(2, 4 * 9, 11, 17)  # many taps lie outside
    wanted = ops.deform_conv2d(
        x.double(), offset.double(), weight.double(), bias.double(), padding=1, mask=mask.double()
    )
    inputs = [one.double() for one in (x, offset, mask, weight, bias)]
    assert (deformed(*inputs, Places.of(inputs[0])) - wanted).abs().max() < 1e-12
    assert (deformed(x, offset, mask, weight, bias, Places.of(x)) - wanted).abs().max() < 1e-5


def test_a_flow_of_whole_pixels_moves_a_picture_by_so_many() -> None:
    picture = pictures(3, (40, 24), 5)
    flow = torch.zeros(1, 2, 24, 40)
    flow[:, 0], flow[:, 1] = 3, -2
    moved = warped(picture, flow, Places.of(picture))
    assert torch.allclose(moved[..., 2:, :-3], picture[..., :-2, 3:], atol=1e-5)
    outside = warped(picture, flow, Places.of(picture), "zeros")
    assert outside[..., 24 - 40 :, -1].abs().max() == 0  # three columns beyond the right edge there is nothing


def test_rife_between_two_equal_pictures_is_the_picture_moved_by_no_one() -> None:
    net = rife(NARROW_46, (64, 64))
    one = torch.full((1, 3, 64, 64), 0.25)
    fed = torch.cat((one, one, torch.full((1, 1, 64, 64), 0.7)), 1)
    assert torch.allclose(net.module(fed), one, atol=1e-6)


@pytest.mark.parametrize("made", [lambda: rife(NARROW_425, (64, 64)), far, several], ids=["rife", "film", "amt"])
def test_an_interpolator_follows_the_time_that_it_is_told(made: object) -> None:
    net = made()  # type: ignore[operator]
    fed = pictures(7, (128, 64), 3)
    early = net.module(fed)
    fed[:, 6] = 0.9
    assert (net.module(fed) - early).abs().max() > 1e-3


def test_a_row_s_picture_is_made_of_its_neighbours_on_both_sides() -> None:
    net = row()
    fed = pictures(9, (32, 32), 4)
    plain = net.module(fed)
    for at in (0, 2):
        other = fed.clone()
        other[:, 3 * at : 3 * at + 3] = 1 - other[:, 3 * at : 3 * at + 3]
        assert (net.module(other) - plain)[:, 3:6].abs().max() > 1e-3, f"picture {at} is of no account for the second"


def test_a_grayed_picture_keeps_its_brightness_and_loses_its_colour() -> None:
    picture = pictures(3, (32, 32), 6)
    gray = grayed(picture)
    assert torch.equal(gray[:, 0], gray[:, 1]) and torch.equal(gray[:, 1], gray[:, 2])
    assert torch.allclose(grayed(gray), gray, atol=1e-5)
    red = torch.zeros(1, 3, 1, 1)
    red[:, 0] = 1.0
    assert abs(float(grayed(red)[0, 0]) - 0.4985) < 1e-3  # L of sRGB's red is 53.24: a gray of 127 of 255


def test_the_colours_of_a_picture_are_of_no_account_to_a_colouriser() -> None:
    net = colours()
    picture = pictures(3, (64, 64), 6)
    assert torch.allclose(net.module(picture), net.module(grayed(picture)), atol=1e-3)


def test_an_amt_is_asked_for_the_first_moment_without_a_division_by_nothing() -> None:
    net = several()
    fed = pictures(7, (96, 64), 3)
    for time in (0.0, 1.0):
        fed[:, 6] = time
        assert net.module(fed).isfinite().all()
