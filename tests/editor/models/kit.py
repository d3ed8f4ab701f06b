"""A shelf in the test's own data folder, and what a test waits for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytestqt.qtbot import QtBot

from editor.models.job import Job
from editor.models.models import Models
from runtime.models.entry import Entry, Licence
from runtime.models.store import Shelf
from tests.editor.answers import Answers

PRIVATE = Licence("MIT", "CC BY-NC 4.0", commercial=False)


def own_shelf(*entries: Entry) -> Shelf:
    """With these models, in the folder where graphs look for them too."""
    return Shelf(Path(os.environ["TAPELOOM_DATA"]) / "models", {entry.name: entry for entry in entries})


@contextmanager
def models(qtbot: QtBot, asker: Answers, *entries: Entry) -> Iterator[Models]:
    """A shelf that has been looked at."""
    made = Models(asker, lambda: own_shelf(*entries))
    with qtbot.waitSignal(made.changed, timeout=20_000):
        made.look()
    yield made
    made.close()


def over(qtbot: QtBot, made: Models, name: str) -> Job:
    """The job of this model, once it is over and the shelf has been looked at again."""
    qtbot.waitUntil(lambda: (job := made.job(name)) is not None and job.stage.over, timeout=20_000)
    qtbot.waitUntil(lambda: made._looking is None, timeout=20_000)
    job = made.job(name)
    assert job is not None
    return job
