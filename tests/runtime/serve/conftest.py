"""A service in this process, with a queue of its own that nobody renders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nodes.registry import default_registry
from runtime.jobs.queue.store import Queue

if TYPE_CHECKING:
    from tests.runtime.serve.hosting import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    pytest.importorskip("fastapi", reason="the layer `serve` is not installed")
    from runtime.serve.app import Service
    from runtime.serve.keys import Keys, hashed
    from runtime.serve.places import Places
    from runtime.serve.uploads import Limits
    from tests.runtime.serve.hosting import TOKEN, Site

    tapes, outside = tmp_path / "tapes", tmp_path / "outside"
    for folder in (tapes, outside):
        folder.mkdir()
        (folder / "summer.dv").write_bytes(b"not much of a tape")
    places = Places(tmp_path / "service", {"tapes": tapes})
    places.prepare()
    queue = Queue(tmp_path / "queue.db")
    limits = Limits(upload_bytes=1 << 20, spare_bytes=0)
    yield Site(Service(queue, places, Keys(hashed(TOKEN)), default_registry(), limits=limits), tapes, outside)
    queue.close()


@pytest.fixture
def client(site: Site) -> Any:
    return site.client()
