"""Converting from the shelf's window: what is offered, how far it is, stopping it, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from editor.models import convertible as offering
from editor.models import details
from editor.models.convertible import convertible, report_words
from editor.models.job import Stage
from editor.models.known import Known
from editor.models.models import Models
from editor.models.panel import ModelsPanel
from graphs.demo.models import make
from runtime.models import converting
from runtime.models.catalogue import own_entry
from runtime.models.convert import Made, Report
from runtime.models.download import sha256
from runtime.models.entry import TORCH, Pattern
from runtime.models.getting import bring_own
from runtime.models.proof import Off, Precision
from runtime.models.speeds import Speed
from runtime.models.store import OWN, Item
from tests.editor.answers import Answers
from tests.editor.models.kit import models, over, own_shelf

LEFT = Qt.MouseButton.LeftButton


def with_onnx(tmp_path: Path) -> None:
    """A small ONNX of the user's own on the shelf."""
    path = tmp_path / "net.onnx"
    path.write_bytes(make.upscaler())
    bring_own(own_shelf(), path, "net")


def with_weights(tmp_path: Path, count: int = 1) -> None:
    shelf = own_shelf()
    parts = {}
    for at in range(count):
        part = shelf.making("heavy") / f"heavy{at}.pth.part"
        part.write_bytes(b"weights" * 20)
        parts[part] = Item(f"heavy{at}.pth", TORCH, 140, sha256(part), "net.pth", OWN)
    shelf.place(own_entry("heavy", {"scale": 2}), parts)


def shown(qtbot: QtBot, made: Models, tmp_path: Path, name: str, **told: Any) -> ModelsPanel:
    panel = ModelsPanel(made, tmp_path, **told)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: made._looking is None, timeout=20_000)
    panel.choose(name)
    return panel


def choose(panel: ModelsPanel, precision: str) -> None:
    """As the menu's entry does when it is clicked."""
    (action,) = [
        one for one in panel.details.convert_menu.actions() if offering.precision_word(precision) == one.text()
    ]
    action.trigger()


def files() -> list[str]:
    return sorted(path.name for path in own_shelf().folder.rglob("*") if path.name != ".lock")


# -- what is offered -------------------------------------------------------------------------------
def test_weights_without_pytorch_are_greyed_and_say_why(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(details, "torch_is_here", lambda: False)
    with_weights(tmp_path)
    with models(qtbot, Answers()) as made:
        button = shown(qtbot, made, tmp_path, "heavy").details.convert_button
        assert button.isVisible() and not button.isEnabled()
        assert "setup torch" in button.toolTip() and button.accessibleDescription() == button.toolTip()


def test_weights_with_pytorch_become_onnx_of_every_kind(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(details, "torch_is_here", lambda: True)
    with_weights(tmp_path)
    with models(qtbot, Answers()) as made:
        menu = shown(qtbot, made, tmp_path, "heavy").details.convert_menu
        assert [one.text().split()[0] for one in menu.actions()] == ["ONNX,", "ONNX", "ONNX"]


def test_a_net_of_several_files_cannot_be_converted(qtbot: QtBot, tmp_path: Path) -> None:
    with_weights(tmp_path, count=3)
    with models(qtbot, Answers()) as made:
        offer = convertible(made.one("heavy"), torch=True)
    assert offer is not None and not offer.precisions and "3 files" in offer.why


def test_onnx_is_offered_fewer_bits_whether_pytorch_is_here_or_not(qtbot: QtBot, tmp_path: Path) -> None:
    with_onnx(tmp_path)
    with models(qtbot, Answers()) as made:
        one = made.one("net")
    for torch in (False, True):
        offer = convertible(one, torch)
        assert offer is not None and offer.precisions == ("fp16", "int8") and not offer.why


def test_nothing_is_offered_of_what_is_not_here_or_makes_no_picture(qtbot: QtBot, tmp_path: Path) -> None:
    with_onnx(tmp_path)
    with models(qtbot, Answers()) as made:
        one = made.one("net")
        assert one is not None and one.held is not None
        assert convertible(made.one("demo-upscale-2x"), True) is None
    finder = replace(one.held, entry=replace(one.held.entry, pattern=Pattern.DETECTOR))
    assert convertible(replace(one, held=finder), True) is None
    assert convertible(None, True) is None
    assert convertible(Known("away", "Away", "upscale"), True) is None


# -- what comes of it ------------------------------------------------------------------------------
def test_the_menu_makes_half_precision_on_the_shelf_and_tells_what_it_costs(qtbot: QtBot, tmp_path: Path) -> None:
    with_onnx(tmp_path)
    with models(qtbot, Answers()) as made:
        panel = shown(qtbot, made, tmp_path, "net")
        choose(panel, "fp16")
        assert panel.details.cancel_button.isVisible() and panel.details.bar.isVisible()
        qtbot.waitUntil(lambda: (job := made.job("net")) is not None and job.stage.over, timeout=120_000)
        job = over(qtbot, made, "net")
        assert job.stage is Stage.DONE and job.sound, job.said
        half = panel.details.said.text().splitlines()[-1]
        assert half.startswith("fp16: ") and " dB" in half and "vs-mlrt ort" in half
        assert {one.name for one in made.known} >= {"net", "net.fp16"}
        assert (own_shelf().folder / "net" / "net.fp16.onnx").is_file()


def test_cancel_ends_it_and_leaves_the_shelf_as_it_was(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_onnx(tmp_path)
    real, begun = converting.convert, threading.Event()

    def convert(*given: Any, heed: Callable[[], None], **told: Any) -> Report:
        def beat() -> None:
            begun.set()
            heed()

        return real(*given, heed=beat, **told)

    monkeypatch.setattr(converting, "convert", convert)
    with models(qtbot, Answers()) as made:
        before = files()
        panel = shown(qtbot, made, tmp_path, "net")
        choose(panel, "int8")
        assert begun.wait(60)  # its child is at work
        QTest.mouseClick(panel.details.cancel_button, LEFT)
        assert over(qtbot, made, "net").stage is Stage.STOPPED
        assert panel.details.said.text() == "Stopped." and panel.details.convert_button.isVisible()
        assert files() == before


def test_two_are_converted_one_after_the_other(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_onnx(tmp_path)
    with_weights(tmp_path)
    free, clips = threading.Event(), []

    def convert(shelf: object, one: Any, wish: Any, say: object, **_: Any) -> Report:
        clips.append(wish.clip)
        assert free.wait(60)
        return Report(one.name, "", "", {}, ())

    monkeypatch.setattr(converting, "convert", convert)
    mine = tmp_path / "mine.mkv"
    mine.write_bytes(b"")
    with models(qtbot, Answers()) as made:
        panel = shown(qtbot, made, tmp_path, "net", clip=lambda: mine)
        choose(panel, "fp16")
        assert made.convert("heavy", ("fp32",))
        waiting = made.job("heavy")
        assert waiting is not None and waiting.stage is Stage.WAITING
        free.set()
        assert over(qtbot, made, "net").stage is Stage.DONE
        assert over(qtbot, made, "heavy").stage is Stage.DONE
        assert clips == [mine, converting.DEMO_CLIP]


def test_what_is_refused_is_told_with_its_reason() -> None:
    whole = Made(
        Precision.FP32, Path("a"), 2_400_000, (Off("64 × 64", 3e-7, 1e-8, 118.2),), (Speed("vs-mlrt ort", ms=31.4),)
    )
    report = Report("net", "", "", {}, (whole, Made(Precision.INT8, None, refused="it is another picture: 22.0 dB")))
    assert report_words(report).splitlines() == [
        "fp32: 2 MB · off by up to 3e-07, 118 dB · vs-mlrt ort 31 ms",
        "int8: not kept. It is another picture: 22.0 dB.",
    ]
