"""Does one job with the shelf, on a thread of its own, and tells how far it is.

What fetches and tries models takes most of a second to import, so that is done here and not when the window starts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from editor.language import tr
from editor.models.job import Does, Job, Stage
from editor.models.looking import Found, stamp_of
from runtime.models.fault import ShelfError

if TYPE_CHECKING:
    from runtime.models.getting import Told
    from runtime.models.store import Shelf

TELL_S = 0.1


class _StoppedError(Exception):
    """The user would rather not."""


@dataclass(frozen=True)
class Order:
    """What a job needs to know beside its name. `accepted`: the user has said yes to the licence; `found`: what is
    known of a user's own file; `paths` of a conversion: the clip it is proved on, else the demo tape."""

    accepted: bool = False
    again: bool = False
    paths: tuple[Path, ...] = ()
    title: str = ""
    found: Found | None = None
    precisions: tuple[str, ...] = ()


class Work:
    """`tell` is called on this thread with each new state of the job, the last one `over`."""

    def __init__(self, job: Job, order: Order, shelf: Callable[[], Shelf], tell: Callable[[Job], None]) -> None:
        self._job, self._order, self._shelf, self._tell = job, order, shelf, tell
        self._stop = threading.Event()
        self._at_s = self._began_s = 0.0
        self._from = 0
        self._file = ""
        self._thread = threading.Thread(target=self._run, name=f"model {job.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """At the next sign of progress. What has come is kept, to be gone on with."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    # ---- on the thread

    def _run(self) -> None:
        self._say(stage=Stage.RUNNING)
        try:
            said, sound = self._done()
        except _StoppedError:
            self._say(stage=Stage.STOPPED, said="")
        except (ShelfError, OSError) as fault:
            if self._stop.is_set():
                self._say(stage=Stage.STOPPED, said="")
            else:
                self._say(stage=Stage.FAILED, said=str(fault), sound=False)
        except Exception as fault:  # a bug of ours must not leave it running for ever
            self._say(stage=Stage.FAILED, said=f"{type(fault).__name__}: {fault}", sound=False)
            raise
        else:
            self._say(stage=Stage.DONE, said=said, sound=sound)

    def _done(self) -> tuple[str, bool]:
        """What came of it, and whether it is as it should be."""
        shelf, name, order = self._shelf(), self._job.name, self._order
        match self._job.does:
            case Does.VERIFY:
                return self._verify(shelf)
            case Does.REMOVE:
                shelf.remove(name)
                return "", True
            case Does.CONVERT:
                return self._convert(shelf)
            case Does.GET:
                from runtime.models.getting import get

                held = get(shelf, name, accepted=order.accepted, again=order.again, told=self._told())
            case Does.BY_HAND:
                from runtime.models.getting import get_from_file

                held = get_from_file(shelf, name, list(order.paths), accepted=order.accepted, told=self._told())
            case Does.BRING:
                from runtime.models.getting import bring_own

                path, known = order.paths[0], order.found
                same = known is not None and path.exists() and stamp_of(path) == known.stamp
                tried = known.inspected if known is not None and same else None
                held = bring_own(shelf, path, name, title=order.title, told=self._told(), found=tried)
        unverified = any(item.unverified for item in held.items)
        return (tr("It is here. Nobody states its hash: it was recorded.") if unverified else tr("It is here.")), True

    def _convert(self, shelf: Shelf) -> tuple[str, bool]:
        from editor.models.convertible import report_words
        from runtime.models.convert import Wish
        from runtime.models.converting import DEMO_CLIP, convert, source
        from runtime.models.proof import Precision

        clip = next((path for path in self._order.paths if path.is_file()), DEMO_CLIP)
        wish = Wish(clip, tuple(map(Precision, self._order.precisions)))
        report = convert(shelf, source(shelf, self._job.name), wish, self._said, heed=self._heed)
        return report_words(report), report.sound

    def _verify(self, shelf: Shelf) -> tuple[str, bool]:
        held = shelf.held(self._job.name)
        if held is None:
            raise ShelfError(tr("{model} is not on the shelf any more").format(model=self._job.name))
        lines, sound = [], True
        for finding in shelf.verify(held):
            self._heed()
            lines.append(f"{finding.item.name}: {finding.said}")
            sound = sound and finding.sound
        return "\n".join(lines), sound

    def _told(self) -> Told:
        from runtime.models.getting import Told

        return Told(self._said, self._progress)

    def _heed(self) -> None:
        if self._stop.is_set():
            raise _StoppedError

    def _said(self, text: str) -> None:
        self._heed()
        self._say(said=text, have=0, total=None, per_s=0.0)

    def _progress(self, name: str, have: int, total: int | None) -> None:
        self._heed()
        now = time.monotonic()
        if name != self._file:
            self._file, self._from, self._began_s = name, have, now
        if now - self._at_s < TELL_S and have != total:
            return
        self._at_s = now
        lasted_s = now - self._began_s
        per_s = (have - self._from) / lasted_s if lasted_s > 2 * TELL_S else self._job.per_s
        self._say(said=name, have=have, total=total, per_s=per_s)

    def _say(self, **news: object) -> None:
        self._job = replace(self._job, **news)  # type: ignore[arg-type]
        self._tell(self._job)
