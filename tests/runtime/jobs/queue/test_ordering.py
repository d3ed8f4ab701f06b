"""Many tapes and many graphs become orders, each with a result of its own name."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.registry import default_registry
from runtime.jobs.queue.order import Order
from runtime.jobs.queue.ordering import OrderError, Wanted, orders, written


def results(made: list[Order]) -> list[str]:
    return [Path(min(written(one.graph, default_registry()), key=len)).name for one in made]


@pytest.fixture
def tapes(tmp_path: Path) -> list[Path]:
    for name in ("1/tape.dv", "2/tape.dv", "Fête.mkv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"pictures")
    (tmp_path / "out").mkdir()
    return [tmp_path / "1/tape.dv", tmp_path / "2/tape.dv", tmp_path / "Fête.mkv"]


def test_every_tape_with_every_graph(tapes: list[Path], tmp_path: Path) -> None:
    wanted = Wanted(("vhs-pal", "archive-only"), settings=("encode1.file=x",), folder=tmp_path / "out", frames=(0, 5))
    made = orders(wanted, tapes, default_registry())
    assert results(made) == [
        "tape-vhs-pal", "tape-archive-only", "tape-vhs-pal 2", "tape-archive-only 2", "Fête-vhs-pal",
        "Fête-archive-only",
    ]  # fmt: skip
    assert {one.source for one in made} == {str(tape) for tape in tapes}
    assert all(one.frames == (0, 5) for one in made)
    for one in made:
        assert all(Path(file).parent == tmp_path / "out" for file in written(one.graph, default_registry()))


def test_a_name_that_another_job_or_a_file_has_is_not_taken(tapes: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    wanted = Wanted(("vhs-pal",), folder=out)
    (first,) = orders(wanted, tapes[:1], default_registry())
    (second,) = orders(wanted, tapes[:1], default_registry(), written(first.graph, default_registry()))
    assert results([first, second]) == ["tape-vhs-pal", "tape-vhs-pal 2"]
    (out / "tape-vhs-pal.mp4").touch()
    assert results(orders(wanted, tapes[:1], default_registry())) == ["tape-vhs-pal 2"]


def test_all_that_is_wrong_is_said_and_nothing_ordered(tapes: list[Path], tmp_path: Path) -> None:
    with pytest.raises(OrderError) as caught:
        orders(Wanted(("vhs-pal",), folder=tmp_path / "nowhere"), [*tapes, tmp_path / "gone.dv"], default_registry())
    assert "gone.dv" in str(caught.value) and "nowhere" in str(caught.value)
    with pytest.raises(OrderError, match="no preset"):
        orders(Wanted(("vhs-pl",)), tapes, default_registry())
    with pytest.raises(OrderError, match="crff"):
        orders(Wanted(("vhs-pal",), settings=("encode1.crff=3",)), tapes, default_registry())
