"""What becomes of a file that is opened or dropped: a graph opens, a tape gets a graph that suits it, and a file that
Tapeloom made gives its own graph back. Tapes are looked at in a worker, off the window's thread.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, QObject, Signal

from editor.desk.files import Files
from editor.language import tr
from editor.renders.words import clock
from editor.start.words import preset_words
from graphs.codec import DocumentError, decode
from graphs.document import Graph
from graphs.files import SUFFIX
from graphs.library import preset
from graphs.overrides import set_inputs, set_params
from nodes.clip import ClipInfo, Fields
from nodes.media import Media, MediaError
from nodes.registry import Registry
from nodes.shelf import SUFFIXES as SUFFIXES_OF_MODELS
from runtime.advice import preset_for, settings_for
from runtime.media import media_from

if TYPE_CHECKING:
    from runtime.session import Session


@dataclass(frozen=True)
class Seen:
    """A file as it was found; `fault` where it cannot be used."""

    path: Path
    media: Media | None = None
    facts: Mapping[str, Any] | None = None
    fault: str = ""


class Intake(QObject):
    """Signals: looking(str) at this file, empty when done; finished(str, bool) one line for the user, and whether all
    is well; model_wanted(Path) it is a model, for others to take."""

    looking = Signal(str)
    finished = Signal(str, bool)
    model_wanted = Signal(object)
    tape_missing = Signal()
    _seen = Signal(object)

    def __init__(self, files: Files, registry: Registry, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files, self._registry = files, registry
        self._session: Session | None = None
        self._wanted: Path | None = None
        self._as_tape = False
        self._threads: list[threading.Thread] = []
        self._seen.connect(self._take_seen)

    # ---- ways in

    def ask(self) -> None:
        """Let the user choose a tape."""
        path = self._files.asker.tape(self._files.folder())
        if path is not None:
            self._files.remember_folder(path.parent)
            self.take(path)

    def take(self, path: Path, *, as_tape: bool = False) -> None:
        """Open a file of any kind. `as_tape`: treat a file of ours as any other capture."""
        if path.suffix == SUFFIX:
            self._files.open(path)
        elif path.is_dir():
            self.finished.emit(tr("{file} is a folder. Drop the file in it").format(file=path.name), False)
        elif not path.exists():
            self.finished.emit(tr("{file}: there is no such file. Check the name").format(file=path), False)
        elif path.suffix.lower() in SUFFIXES_OF_MODELS:
            self.model_wanted.emit(path.absolute())
        else:
            self._look(path.absolute(), as_tape)

    def preset(self, name: str) -> None:
        """A preset as a new document; its tape is still to be chosen."""
        try:
            found = preset(name)
        except DocumentError as fault:
            self.finished.emit(str(fault), False)
            return
        if found is not None:
            words = preset_words().get(name)
            title = words.title if words else found.title
            self._files.guarded(lambda: self._files.show(found.graph, None, title))

    # ---- looking

    def _look(self, path: Path, as_tape: bool) -> None:
        from runtime.session import Session  # not at the start: the window is painted first

        self.stop()
        self._wanted, self._as_tape = path, as_tape
        session = self._session = Session(cache_mb=128)
        self.looking.emit(path.name)
        thread = threading.Thread(target=self._probe, args=(session, path), name="intake", daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    def _probe(self, session: Session, path: Path) -> None:
        """Runs in a thread of its own; answers by a signal."""
        from runtime.session import SessionError

        try:
            facts = session.probe(str(path), measure=True)
            seen = Seen(path, media_from(facts, str(path)), facts)
        except MediaError as fault:
            seen = Seen(path, fault=str(fault))
        except SessionError as fault:
            seen = Seen(path, fault=f"{path.name}: {fault}")
        finally:
            session.close()
        with suppress(RuntimeError):  # the window is gone
            self._seen.emit(seen)

    def stop(self) -> None:
        """Look no further; nothing is opened."""
        self._wanted = None
        if self._session is not None:
            self._session.close()
            self._session = None
        self.looking.emit("")

    def close(self) -> None:
        """The window goes: nobody may speak to it any more."""
        self.stop()
        for thread in self._threads:
            thread.join()

    def _take_seen(self, seen: object) -> None:
        assert isinstance(seen, Seen)
        if seen.path != self._wanted:
            return
        self._wanted = self._session = None
        self.looking.emit("")
        if seen.fault or seen.media is None or seen.facts is None:
            self.finished.emit(seen.fault, False)
            return
        self._files.remember_folder(seen.path.parent)
        own = None if self._as_tape else own_graph(seen.facts)
        if own is not None:
            done = tr("{file} was made by Tapeloom: this is the graph that made it").format(file=seen.path.name)
            if self._files.guarded(lambda: self._files.show(own, None, seen.path.stem, saved=False)):
                self.finished.emit(done, True)
            return
        made, said = graph_for(seen.media, seen.facts, self._registry)
        if made is None:
            self.finished.emit(said, False)
        elif self._files.guarded(lambda: self._files.show(made, None, seen.path.stem, saved=False)):
            self.finished.emit(said, True)


def own_graph(facts: Mapping[str, Any]) -> Graph | None:
    """The graph that a file made by Tapeloom carries; None where there is none that can be read."""
    try:
        return decode(facts["graph"]) if facts.get("graph") else None
    except DocumentError:
        return None


def graph_for(media: Media, facts: Mapping[str, Any], registry: Registry) -> tuple[Graph | None, str]:
    """The preset that suits a tape with the tape put in, and one line that says which and why."""
    measured = facts.get("measured", {})
    name = preset_for(media, measured)
    found = preset(name) if name else None
    path = Path(media.path)
    if found is None:
        return None, tr("{file} has no picture. Bring sound in with the node “Sound file”").format(file=path.name)
    graph, _ = set_inputs(found.graph, [str(path)], registry)
    graph, _ = set_params(graph, settings_for(media, measured), registry)
    words = preset_words().get(name)
    text = tr("{file}: {clip}. The preset “{preset}” suits it; change what you like.")
    clip = media.video[0].clip
    return graph, text.format(file=path.name, clip=described(clip), preset=words.title if words else found.title)


def described(clip: ClipInfo) -> str:
    """A tape in a restorer's words: `720x576, 25 interlaced frames a second, top field first, 1:02:33 long`."""
    rate = QLocale().toString(round(float(clip.fps), 3))
    scan = {
        Fields.PROGRESSIVE: tr("{rate} whole frames a second"),
        Fields.TFF: tr("{rate} interlaced frames a second, top field first"),
        Fields.BFF: tr("{rate} interlaced frames a second, bottom field first"),
    }[clip.fields].format(rate=rate)
    length = tr("{time} long").format(time=clock(float(clip.frames / clip.fps)))
    return f"{clip.width}x{clip.height}, {scan}, {length}"
