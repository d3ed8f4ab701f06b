"""A user's PyTorch weights come to the shelf: looked into in a child, tried, named, and usable at once."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here")
pytest.importorskip("spandrel", reason="spandrel is not installed here")

from nodes.model import find_model  # noqa: E402
from runtime.models.entry import Pattern, Task  # noqa: E402
from runtime.models.getting import bring_own  # noqa: E402
from runtime.models.inspect import BadModelError  # noqa: E402
from runtime.models.store import Shelf  # noqa: E402
from runtime.worker import model_trial, torch_trial  # noqa: E402
from tests.torch.small_nets import compact, saved, span  # noqa: E402


def test_weights_are_named_kept_and_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path / "data"))
    path = Path(saved(tmp_path, compact(), "My Net.pth"))
    held = bring_own(Shelf(), path, again=True)
    found = held.inspected
    assert found is not None
    assert (held.entry.name, held.entry.does, found.arch) == ("my-net", Task.UPSCALE, "RealESRGAN Compact")
    assert (found.pattern, found.scale, found.channels_in, found.channels_out) == (Pattern.TILES, 2, 3, 3)
    assert [item.format for item in held.items] == ["torch"]
    by_name, by_path = find_model("my-net"), find_model(str(path))
    assert by_name.torch and by_name.scale == 2
    assert by_path.identity == by_name.identity and by_path.scale == 2


def trial_of(path: Path) -> dict[str, object]:
    return model_trial.trial(path, model_trial.facts(path))


def test_scale_planes_and_sizes_are_found_by_trying(tmp_path: Path) -> None:
    luma, large = Path(saved(tmp_path, compact(1), "a.pth")), Path(saved(tmp_path, span(4), "b.safetensors"))
    assert torch_trial.facts(luma)["net"]["pattern"] == "luma"
    said = trial_of(luma)
    assert (said["scale"], said["channels_out"], said["multiple"]) == (2, 1, 1)
    assert trial_of(large)["scale"] == 4


class Hostile:
    """Opened carelessly, it writes a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("plain", [True, False])
def test_a_hostile_pickle_is_refused_and_never_run(tmp_path: Path, plain: bool) -> None:
    mark, path = tmp_path / "was-here", tmp_path / "net.pth"
    with path.open("wb") as file:
        if plain:
            pickle.dump({"params": Hostile(mark)}, file, protocol=2)
        else:
            torch.save({"params": Hostile(mark)}, file)
    with pytest.raises(model_trial.FaultyModelError, match=r"could run code|not whole"):
        model_trial.facts(path)
    assert not mark.exists()


def test_what_is_no_known_net_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    torch.save({"strange.weight": torch.zeros(3, 3)}, tmp_path / "net.pth")
    with pytest.raises(model_trial.FaultyModelError, match="architecture is not known") as caught:
        model_trial.facts(tmp_path / "net.pth")
    assert len(str(caught.value).splitlines()) == 1
    shelf = Shelf(tmp_path / "shelf")
    (tmp_path / "cut.pth").write_bytes(Path(saved(tmp_path, compact(), "whole.pth")).read_bytes()[:900])
    with pytest.raises(BadModelError, match="not whole"):
        bring_own(shelf, tmp_path / "cut.pth")
    assert not shelf.rows() or not any(row.held for row in shelf.rows())
