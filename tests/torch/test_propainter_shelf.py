"""ProPainter's three files come to the shelf together, become one ONNX, and AI inpaint fills with either. The weights
are a narrow net's, of noise: they say nothing of what the official ones paint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="nets need the torch layer: launch.py setup torch")
pytest.importorskip("spandrel", reason="nets need the torch layer: launch.py setup torch")

from nodes.library.clean.ai_inpaint import AiInpaint  # noqa: E402
from nodes.model import Mode, find_model  # noqa: E402
from runtime.models.catalogue import catalogue  # noqa: E402
from runtime.models.convert import Wish  # noqa: E402
from runtime.models.converting import DEMO_CLIP, convert, source  # noqa: E402
from runtime.models.entry import HashSource  # noqa: E402
from runtime.models.getting import get_from_file  # noqa: E402
from runtime.models.proof import worst  # noqa: E402
from runtime.models.store import Shelf  # noqa: E402
from tests.nodes.measure import planes  # noqa: E402
from tests.nodes.staging import error, given  # noqa: E402
from tests.nodes.test_ai_inpaint import INSIDE, LEFT, RIGHT, mask_of, part, through  # noqa: E402
from tests.torch.test_nets_propainter import PARTS, saved  # noqa: E402


def test_three_files_become_one_onnx_that_fills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    entry = catalogue()["propainter"]
    free = tuple(replace(file, sha256="", hash_source=HashSource.NONE) for file in entry.files)
    shelf = Shelf(entries={"propainter": replace(entry, files=free)})
    paths = saved(tmp_path / "fetched by hand", *PARTS)

    held = get_from_file(shelf, "propainter", list(paths.values()), accepted=True)
    assert [item.name for item in held.items] == [file.name for file in entry.files]
    assert held.inspected is not None
    assert (held.inspected.pattern, held.inspected.window) == (entry.pattern, entry.window)
    assert (held.inspected.channels_in, held.inspected.multiple) == (entry.channels_in, entry.multiple)
    model = find_model("propainter")
    assert (model.torch, model.pattern, model.frames, model.multiple) == (True, "mask", 11, 8)

    report = convert(shelf, source(shelf, "propainter"), Wish(DEMO_CLIP, timed=False), print)
    print(worst(report.made[0].off))
    model = find_model("propainter")
    assert (model.torch, model.pattern, model.frames, model.multiple, model.fixed) == (False, "mask", 11, 8, None)

    mask = mask_of("N 6 = X 20 >= and X 50 < and Y 20 >= and Y 44 < and 255 0 ?")
    hole = (slice(20, 44), INSIDE[1])
    tape = planes(given(), 6)
    filled = [
        planes(through(AiInpaint(model="propainter", inference_mode=mode, feather=0), mask), 6)
        for mode in (Mode.ONNX, Mode.TORCH)
    ]
    for made in filled:
        assert all(error(part(made, outside), part(tape, outside)) == 0 for outside in (LEFT, RIGHT))
        assert error(part(made, hole), part(tape, hole)) > 0.05
    off = [abs(one - other) for one, other in zip(*filled, strict=True)]
    print(f"AI inpaint by ONNX against PyTorch: off by {max(each.max() for each in off):.1e}")
    assert all((each > 1e-3).mean() < 2e-3 for each in off)
