"""Has the index of each source built in the background, so that a new tape holds up nothing else.

BestSource decodes a file once, whole, before it gives its first frame. Done while a plan is loaded, that would keep
every other picture waiting; so steps whose source has no index yet are held back until it is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from nodes.script import Call, Literal, Local
from runtime.compiled import index_files
from runtime.emit import walk
from runtime.plan import Plan, Step
from runtime.session import Session, SessionError


class Indexing:
    """`on_progress(path, percent)` and `on_done(path)` are called on threads of ours."""

    def __init__(
        self, session: Session, on_progress: Callable[[str, int], None], on_done: Callable[[str], None]
    ) -> None:
        self._session, self._on_progress, self._on_done = session, on_progress, on_done
        self._lock = threading.Lock()
        self._there: set[str] = set()  # by the index's place: built, or tried in vain (the source then says why)
        self._building: set[str] = set()

    def held_back(self, plan: Plan) -> frozenset[str]:
        """The ids of the steps that must wait for an index; building it begins."""
        places = index_files(plan.files)
        files = {file.index_key: file for file in plan.files if file.index_key}
        missing = {key for key in files if not self._ready(places[key])}
        if not missing:
            return frozenset()
        held: set[str] = set()
        options: dict[str, Mapping[str, int]] = {}
        for step in plan.steps:
            keys = step.contents.index_keys & missing
            if keys:
                for key in sorted(keys):
                    options.setdefault(key, _options(step))
                held.add(step.id)
            elif any(source in held for source, _ in step.reads()):
                held.add(step.id)
        for key, chosen in options.items():
            self._begin(files[key].path, places[key], chosen)
        return frozenset(held)

    def _ready(self, place: str) -> bool:
        with self._lock:
            if place in self._there:
                return True
            if place in self._building:
                return False
            path = Path(place)
            if any(path.parent.glob(f"{path.name}.*")):  # BestSource adds the track to the name
                self._there.add(place)
                return True
            return False

    def _begin(self, path: str, place: str, options: Mapping[str, int]) -> None:
        with self._lock:
            if place in self._building:
                return
            self._building.add(place)
        run = threading.Thread(target=self._build, args=(path, place, options), name="index", daemon=True)
        run.start()

    def _build(self, path: str, place: str, options: Mapping[str, int]) -> None:
        with suppress(SessionError):  # whoever opens the file says what is wrong with it
            self._session.index(path, place, lambda percent: self._on_progress(path, percent), options)
        with self._lock:
            self._building.discard(place)
            self._there.add(place)
        self._on_done(path)


def _options(step: Step) -> Mapping[str, int]:
    """The numbers that a source is opened with and that its index depends on."""
    for expr in step.outputs.values():
        for part in walk(expr):
            if isinstance(part, Call) and isinstance(dict(part.kwargs).get("cachepath"), Local):
                track = dict(part.kwargs).get("track")
                if isinstance(track, Literal) and isinstance(track.value, int):
                    return {"track": track.value}
    return {}
