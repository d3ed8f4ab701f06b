"""Who makes a render's segments: the session itself, further workers at their cards, or the machines of a cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from graphs import codec
from graphs.document import Graph
from runtime.compiled import index_files
from runtime.ffmpeg import Ffmpeg
from runtime.hardware.seating import Seat
from runtime.jobs.asking import How, render_limits
from runtime.jobs.deciding import deciding
from runtime.jobs.faults import BrokenRenderError
from runtime.jobs.piecewise import Piecewise
from runtime.jobs.pool import Maker, Seated, helpers, threads_each
from runtime.jobs.preparing import Frames, Prepared
from runtime.script import step_codes
from runtime.session import Session


@contextmanager
def given(session: Session | None, workers: int, seats: Sequence[Seat]) -> Iterator[Session]:
    if session is not None:
        yield session
        return
    with seated(seats[0] if seats else Seat(), threads_each(workers)) as own:
        yield own


def seated(seat: Seat, threads: int) -> Session:
    return Session(limits=render_limits(), threads=threads, environment=seat.environment)


@dataclass(frozen=True)
class Making:
    """What further makers are told: the graph as it is written, so that another machine reads it as this one did."""

    session: Session
    ffmpeg: Ffmpeg
    graph: Graph
    how: How
    seats: Sequence[Seat]
    frames: Frames | None
    trust: bool

    @contextmanager
    def makers(self, work: Prepared, job: Piecewise) -> Iterator[Sequence[Maker]]:
        """Who makes the segments."""
        if self.how.cluster:
            with self._cluster(work, job) as far:
                yield far
            return
        seats = self.seats or (Seat(),) * max(1, self.how.workers)
        prelude, steps = step_codes(work.made.plan, index_files(work.made.plan.files))
        threads = threads_each(len(seats))
        with helpers(seats[1:], lambda seat: seated(seat, threads), prelude, steps) as others:
            makers: list[Maker] = [self.session, *others]
            yield [Seated(one, seat) if seat.device else one for one, seat in zip(makers, seats, strict=True)]

    @contextmanager
    def _cluster(self, work: Prepared, job: Piecewise) -> Iterator[Sequence[Maker]]:
        try:
            from runtime.cluster.orders import sources_of
            from runtime.cluster.sharing import shared_out
        except ImportError:
            raise BrokenRenderError("the cluster needs a layer that is not here: `launch.py setup cluster`") from None
        order = {
            "graph": json.loads(codec.encode(self.graph)),
            "frames": list(self.frames) if self.frames else None,
            "trust": self.trust,
            "between": self.how.intermediate,
            "decides": deciding(work.lanes, self.ffmpeg),
            "sources": sources_of(work.sources),
        }
        with shared_out(
            self.how.cluster, self.how.certificates, order, job.folder.path, job.tell, self.how.needs
        ) as cluster:
            job.at_once, cluster.left = cluster.at_once, job.left
            yield cluster.makers()
