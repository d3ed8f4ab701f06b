"""How the bundled model is trained: the same tapes from the same seed, a net that starts as a plain enlargement and
learns, and a file that gives what the net gives."""

from __future__ import annotations

import json
import tomllib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the torch layer: launch.py setup torch")

from PIL import Image  # noqa: E402

from nodes.model import Pattern, find_model  # noqa: E402
from training import degrade, export, patches, train  # noqa: E402
from training.card import card  # noqa: E402
from training.net import TapeNet, radius, restored  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def sharp() -> torch.Tensor:
    """A drawn card, 1×3×256×320."""
    picture = np.asarray(card(3).crop((400, 300, 720, 556)))
    return torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255


def generator(seed: int = 4) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def off(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).abs().mean())


# -- tapes -----------------------------------------------------------------------------------------
def test_the_same_seed_wears_a_picture_the_same_way(sharp: torch.Tensor) -> None:
    def once(seed: int) -> torch.Tensor:
        dice = generator(seed)
        return degrade.degrade(sharp, degrade.worn(dice), dice)

    assert torch.equal(once(5), once(5))
    assert not torch.equal(once(5), once(6))


def test_a_tape_is_half_as_large_and_of_8_bits(sharp: torch.Tensor) -> None:
    dice = generator()
    for _ in range(12):  # each fault comes up
        taped = degrade.degrade(sharp, degrade.worn(dice), dice)
        assert taped.shape == (1, 3, 128, 160)
        assert float(taped.min()) >= 0
        assert float(taped.max()) <= 1
        assert torch.allclose(taped * 255, (taped * 255).round(), atol=1e-4)


def test_no_wear_leaves_the_small_picture_as_it_is(sharp: torch.Tensor) -> None:
    taped = degrade.degrade(sharp, degrade.CLEAN, generator())
    assert off(taped, degrade.small(sharp)) < 1 / 255


@pytest.mark.parametrize(
    "wear",
    [
        degrade.Wear(luma_mhz=2.5),
        degrade.Wear(chroma_mhz=0.5),
        degrade.Wear(late=2.0),
        degrade.Wear(low=1.0),
        degrade.Wear(peaking=0.8),
        degrade.Wear(noise=0.03),
        degrade.Wear(chroma_noise=0.03),
        degrade.Wear(jitter=0.4),
        degrade.Wear(comb=1.0),
        degrade.Wear(dropouts=40.0),
        degrade.Wear(blocks=0.06),
        degrade.Wear(subsampling=(2, 2)),
        degrade.Wear(luma_down=0.8),
        degrade.Wear(chroma_down=1.0),
    ],
    ids=lambda wear: next(name for name in wear.__slots__ if getattr(wear, name) != getattr(degrade.CLEAN, name)),
)
def test_each_fault_of_a_tape_shows(sharp: torch.Tensor, wear: degrade.Wear) -> None:
    clean = degrade.degrade(sharp, degrade.CLEAN, generator())
    assert off(degrade.degrade(sharp, wear, generator()), clean) > 2e-4


def test_bandwidth_is_where_it_is_said_to_be() -> None:
    """A wave of 3 MHz comes through a luma of 3 MHz at half its height: 6 dB down."""
    at = torch.arange(540, dtype=torch.float32)
    wave = torch.sin(2 * torch.pi * at * 3.0 / degrade.SAMPLE_MHZ).expand(1, 1, 16, -1)
    through = degrade.across(wave, degrade.sigma(3.0))[..., 60:-60]
    assert float(through.abs().max()) == pytest.approx(0.5, abs=0.01)


def test_late_colour_lies_to_the_right() -> None:
    edge = torch.zeros(1, 1, 8, 32)
    edge[..., 16:] = 1
    moved = degrade.shifted(edge, torch.full((1, 8), 3.0))
    assert torch.equal(moved[0, 0, 0], (torch.arange(32) >= 19).float())


# -- patches ---------------------------------------------------------------------------------------
def test_patches_come_in_pairs_that_belong_together(tmp_path: Path) -> None:
    card(1).save(tmp_path / "one.png")
    pictures = patches.load(tmp_path)
    soft, sharp = patches.batch(pictures, 8, generator())
    assert soft.shape == (8, 3, 64, 64)
    assert sharp.shape == (8, 3, 128, 128)
    same = off(soft, degrade.small(sharp))
    assert same < off(soft, degrade.small(sharp.roll(1, 0))) / 2
    again, _ = patches.batch(pictures, 8, generator())
    assert torch.equal(soft, again)


def test_no_picture_is_both_trained_on_and_judged_by() -> None:
    told = tomllib.loads((Path(train.__file__).parent / "pictures.toml").read_text("utf-8"))["picture"]
    for key in ("name", "sha256", "drawn"):
        kept = [one[key] for one in told if key in one]
        assert len(kept) == len(set(kept))
    assert {one["held_out"] for one in told} == {True, False}
    assert all(one["licence"].startswith(("CC0", "CC-BY-")) or one["licence"] == "public domain" for one in told)
    assert not any("SA" in one["licence"] or "NC" in one["licence"] for one in told)


# -- the net ---------------------------------------------------------------------------------------
def test_untrained_it_enlarges_as_catmull_rom_does(sharp: torch.Tensor) -> None:
    made = TapeNet()(sharp)[0].detach().numpy()
    for plane, wide in zip(sharp[0].numpy(), made, strict=True):
        wanted = np.asarray(Image.fromarray(plane).resize((640, 512), Image.Resampling.BICUBIC))
        assert np.abs(wide - wanted)[8:-8, 8:-8].max() < 1e-5


def test_it_looks_as_far_as_it_says() -> None:
    torch.manual_seed(2)
    net = TapeNet(8, 4)
    torch.nn.init.normal_(net.last.weight)
    reach = radius(4)
    picture = torch.rand(1, 3, 64, 64)
    touched = picture.clone()
    touched[:, :, 32, 32] += 1
    rows = (net(touched) - net(picture)).detach().abs().amax((0, 1, 3)).nonzero().flatten() // 2
    assert int(rows.min()) >= 32 - reach
    assert int(rows.max()) <= 32 + reach
    assert int(rows.max() - rows.min()) >= 2 * reach - 4


def test_training_brings_the_loss_down(sharp: torch.Tensor) -> None:
    torch.manual_seed(3)
    net = TapeNet(12, 4)
    part = sharp[:, :, :128, :128]
    soft = degrade.degrade(part, degrade.Wear(noise=0.05, chroma_noise=0.08), generator())

    def loss() -> float:
        return float(train.distance(net(soft), part).detach())

    before = loss()
    heard: list[tuple[int, float]] = []
    kept = train.train(net, lambda: (soft, part), lambda step: step / 100, lambda *told: heard.append(told[:2]))
    net.load_state_dict(kept)
    assert loss() < 0.8 * before
    assert heard == [(100, 0.99)]


def test_the_command_trains_and_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train").mkdir()
    card(1).save(tmp_path / "train" / "one.png")
    small = ["--features", "8", "--depth", "3", "--minutes", "0.02"]
    monkeypatch.setattr("sys.argv", ["train", str(tmp_path), "-o", str(tmp_path / "run"), *small])
    assert train.main() == 0
    said = json.loads((tmp_path / "run" / "journal.json").read_text("utf-8"))
    assert (said["seed"], said["features"]) == (train.SEED, 8)
    assert said["steps"] > 0
    assert restored(tmp_path / "run" / "net.pth").first.out_channels == 8


def test_without_pictures_it_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["train", str(tmp_path), "-o", str(tmp_path / "run")])
    with pytest.raises(SystemExit):
        train.main()
    assert "python -m training.data" in capsys.readouterr().err


# -- the file --------------------------------------------------------------------------------------
def test_the_file_gives_what_the_net_gives_and_says_what_it_is(tmp_path: Path) -> None:
    torch.manual_seed(6)
    net = TapeNet(8, 5)
    torch.nn.init.normal_(net.last.weight, 0, 0.05)
    path = tmp_path / "net.onnx"
    export.write(net, path)
    assert export.disagreement(net, path) < export.AGREE
    model = find_model(str(path))
    assert (model.pattern, model.scale, model.multiple, model.radius) == (Pattern.FRAME, 2, 2, radius(5))
    assert model.title == export.TITLE


def test_a_file_that_differs_is_noticed(tmp_path: Path) -> None:
    torch.manual_seed(6)
    net = TapeNet(8, 4)
    export.write(net, tmp_path / "net.onnx")
    with torch.no_grad():
        net.last.bias += 1e-3
    assert export.disagreement(net, tmp_path / "net.onnx") > 100 * export.AGREE


def test_cards_of_a_seed_are_alike() -> None:
    one, again, other = card(5), card(5), card(6)
    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != other.tobytes()
    assert all(first != second for first, second in pairwise([card(seed).tobytes() for seed in (1, 2, 3)]))
