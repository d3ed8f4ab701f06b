"""The last steps of a render: what was written is read back, and only then gets its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction

from nodes.media import MediaError
from runtime.jobs.destinations import discard, finish, prepare
from runtime.jobs.events import Rendered
from runtime.jobs.faults import BrokenRenderError, unwritable
from runtime.jobs.journal import size_of
from runtime.jobs.lanes import Lane
from runtime.jobs.record import SUFFIX as RECORD_SUFFIX
from runtime.session import Session
from runtime.sources import prober


@contextmanager
def parts(lanes: Sequence[Lane]) -> Iterator[None]:
    """Every `.part` is there, and gone again whatever happens."""
    try:
        for lane in lanes:
            try:
                prepare(lane.goal)
            except OSError as fault:
                raise unwritable(lane.goal, fault) from None
        yield
    finally:
        for lane in lanes:
            discard(lane.goal)


def finished(
    lanes: Sequence[Lane], session: Session, overwrite: bool, beside: Callable[[Lane], str] | None = None
) -> tuple[Rendered, ...]:
    """All of them looked at; then each gets its name. `beside`: the record, for those that cannot carry it."""
    for lane in lanes:
        _look(lane, session)
    files = []
    for lane in lanes:
        size = size_of(lane.goal.part)
        try:
            finish(lane.goal, overwrite)
        except FileExistsError:
            text = f"{lane.goal.final} appeared while it was rendered. Choose another name, or say --overwrite"
            raise BrokenRenderError(text) from None
        except OSError as fault:
            raise unwritable(lane.goal, fault) from None
        if beside is not None and lane.sink.muxer != "matroska":
            with suppress(OSError):  # the result itself is whole
                lane.goal.final.with_name(lane.goal.final.name + RECORD_SUFFIX).write_text(beside(lane), "utf-8")
        files.append(Rendered(lane.node, lane.goal.final, lane.frames, size, lane.coder.encoder))
    return tuple(files)


def _look(lane: Lane, session: Session) -> None:
    """Read what was written. BrokenRenderError if it is not what was asked for."""
    wanted = lane.frames
    if lane.goal.folder:
        count = sum(1 for _ in lane.goal.part.iterdir())
        if count != wanted:
            raise BrokenRenderError(f"{lane.node}: {count} pictures of {wanted} were written. Render it again")
        return
    try:
        media = prober(session)(str(lane.goal.part))
    except MediaError as fault:
        raise BrokenRenderError(f"{lane.node}: what was written cannot be read back ({fault})") from None
    if not media.video:
        raise BrokenRenderError(f"{lane.node}: no picture was written. Render it again")
    found = media.video[0].clip
    size, frames = (found.width, found.height), found.frames
    length = abs(frames / found.fps - wanted / lane.info.fps)
    if size != (lane.info.width, lane.info.height) or length > Fraction(3, 2) / lane.info.fps:
        text = f"{found.line()}, {frames} frames, instead of {lane.info.line()}, {wanted} frames"
        raise BrokenRenderError(f"{lane.node}: the file that was written is {text}. Render it again")
