"""Tells everybody who watches whenever the queue has changed, whoever changed it: this program or another.

There is one look at the queue for all of them. Who cannot keep up gets the newest state, and no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from runtime.jobs.queue.store import QueueError

POLL_S = 0.5
MOST = 64
"""Watchers at a time."""


class CrowdedError(Exception):
    """There are too many watchers."""


@dataclass
class Watching[T]:
    """`changes`: another value whenever something has changed; `look`: the state. Both block, and are called on a
    thread."""

    changes: Callable[[], object]
    look: Callable[[], T]
    poll_s: float = POLL_S
    _watchers: set[asyncio.Queue[T]] = field(default_factory=set)
    _task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watcher(self) -> AsyncIterator[asyncio.Queue[T]]:
        """States as they come, the present one first. CrowdedError."""
        if len(self._watchers) >= MOST:
            raise CrowdedError
        mine: asyncio.Queue[T] = asyncio.Queue(maxsize=1)
        self._watchers.add(mine)
        try:
            _put(mine, await run_in_threadpool(self.look))
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._mind())
            yield mine
        finally:
            self._watchers.discard(mine)
            if not self._watchers and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _mind(self) -> None:
        before: object = None
        while True:
            try:
                now = await run_in_threadpool(self.changes)
                if now != before:
                    before = now
                    state = await run_in_threadpool(self.look)
                    for one in list(self._watchers):
                        _put(one, state)
            except QueueError:
                pass  # held by another program: the next time, then
            await asyncio.sleep(self.poll_s)


def _put[T](queue: asyncio.Queue[T], state: T) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(state)
