"""The shelf at work behind the window: fetched one at a time, stopped and gone on with, asked about, removed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from editor.models.job import Job, Stage
from editor.models.models import Models
from tests.editor.answers import Answers
from tests.editor.models.kit import PRIVATE, models, over, own_shelf
from tests.runtime.models.nets import resizer
from tests.runtime.models.server import serving
from tests.runtime.models.shelves import CONTENT, left, model


@pytest.fixture
def asker() -> Answers:
    return Answers()


def heard(made: Models, name: str) -> list[Job]:
    """Every state of its job, as the window is told."""
    found: list[Job] = []
    made.job_changed.connect(lambda who: found.append(made.job(who)) if who == name else None)  # type: ignore[arg-type]
    return found


def test_a_model_is_fetched_with_progress_and_is_then_here(qtbot: QtBot, asker: Answers) -> None:
    with serving(CONTENT) as site, models(qtbot, asker, model("small", site.address)) as made:
        told = heard(made, "small")
        assert made.get("small")
        assert over(qtbot, made, "small").stage is Stage.DONE
        assert any(job.total == len(CONTENT) and job.share == 1.0 for job in told)
        one = made.one("small")
        assert one is not None and one.here and one.held is not None and not asker.asked


def test_a_licence_that_is_not_for_all_is_asked_about_first(qtbot: QtBot, asker: Answers) -> None:
    with serving(CONTENT) as site, models(qtbot, asker, model("small", site.address, licence=PRIVATE)) as made:
        assert not made.get("small") and made.job("small") is None and not site.asked
        assert asker.asked == ["For non-commercial use only"]
        asker.yes = True
        assert made.get("small") and over(qtbot, made, "small").stage is Stage.DONE
        held = own_shelf(model("small", site.address, licence=PRIVATE)).held("small")
        assert held is not None and "CC BY-NC 4.0" in held.accepted


def test_two_are_fetched_one_after_the_other(qtbot: QtBot, asker: Answers) -> None:
    with serving(CONTENT) as site:
        both = model("one", site.address), model("two", site.address)
        with models(qtbot, asker, *both) as made:
            made.get("one")
            made.get("two")
            second = made.job("two")
            assert second is not None and second.stage is Stage.WAITING and made.busy
            assert over(qtbot, made, "two").stage is over(qtbot, made, "one").stage is Stage.DONE
            assert not made.busy


def test_one_that_waits_is_cancelled_without_a_request(qtbot: QtBot, asker: Answers) -> None:
    with serving(CONTENT) as site:
        both = model("one", site.address), model("two", site.address)
        with models(qtbot, asker, *both) as made:
            made.get("one")
            made.get("two")
            made.cancel("two")
            assert over(qtbot, made, "two").stage is Stage.STOPPED
            assert over(qtbot, made, "one").stage is Stage.DONE and len(site.asked) == 1


def test_a_stopped_download_goes_on_where_it_was(qtbot: QtBot, asker: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.models.download._CHUNK", 4096)
    monkeypatch.setattr("editor.models.work.TELL_S", 0.0)
    with serving(CONTENT) as site, models(qtbot, asker, model("small", site.address)) as made:
        stop = [True]
        made.job_changed.connect(lambda name: made.cancel(name) if stop else None)
        made.get("small")
        assert over(qtbot, made, "small").stage is Stage.STOPPED
        stop.clear()
        one = made.one("small")
        assert one is not None and one.held is None
        came = one.part
        made.get("small")
        assert over(qtbot, made, "small").stage is Stage.DONE
        if came:
            assert site.asked[-1] == f"bytes={came}-"


def test_what_is_not_what_it_should_be_is_said_in_the_shelfs_words(qtbot: QtBot, asker: Answers) -> None:
    with serving(b"something else") as site, models(qtbot, asker, model("small", site.address)) as made:
        made.get("small")
        job = over(qtbot, made, "small")
        assert job.stage is Stage.FAILED and "is not what it should be" in job.said and "SHA-256" in job.said
        assert left(own_shelf()) == []


def test_without_a_network_the_list_is_whole_and_fetching_says_why(qtbot: QtBot, asker: Answers) -> None:
    with models(qtbot, asker, model("byhand", "")) as made:
        assert {"byhand", "demo-upscale-2x"} <= {one.name for one in made.known}
        made.get("byhand")
        job = over(qtbot, made, "byhand")
        assert job.stage is Stage.FAILED and "by hand" in job.said


def test_a_file_fetched_by_hand_is_taken(qtbot: QtBot, asker: Answers, tmp_path: Path) -> None:
    (tmp_path / "model.pth").write_bytes(CONTENT)
    with models(qtbot, asker, model("byhand", "")) as made:
        made.take_by_hand("byhand", [tmp_path / "model.pth"])
        assert over(qtbot, made, "byhand").stage is Stage.DONE
        one = made.one("byhand")
        assert one is not None and one.held is not None


def test_a_damaged_file_is_found_out_and_removed(qtbot: QtBot, asker: Answers) -> None:
    with serving(CONTENT) as site, models(qtbot, asker, model("small", site.address)) as made:
        made.get("small")
        over(qtbot, made, "small")
        made.verify("small")
        assert over(qtbot, made, "small").sound
        (own_shelf().folder / "small" / "model.pth").write_bytes(b"rot")
        made.verify("small")
        job = over(qtbot, made, "small")
        assert job.stage is Stage.DONE and not job.sound and "changed since it came" in job.said
        assert not made.remove("small")  # the user would rather not
        asker.yes = True
        assert made.remove("small")
        over(qtbot, made, "small")
        one = made.one("small")
        assert one is not None and not one.here and left(own_shelf()) == []


def test_a_model_of_ones_own_can_be_named_at_once(qtbot: QtBot, asker: Answers, tmp_path: Path) -> None:
    with models(qtbot, asker) as made:
        with qtbot.waitSignal(made.usable_changed, timeout=20_000):
            made.bring(resizer(tmp_path / "net.onnx", 3), "my-net", "My net")
        one = made.one("my-net")
        assert one is not None and one.model is not None and one.model.scale == 3
        assert (one.title, one.suits) == ("My net", "upscale")


def test_closing_stops_what_is_being_fetched(qtbot: QtBot, asker: Answers) -> None:
    with serving(CONTENT) as site, models(qtbot, asker, model("small", site.address)) as made:
        made.get("small")
        made.close()
        assert not made.get("small") and not [one for one in threading.enumerate() if one.name == "model small"]
