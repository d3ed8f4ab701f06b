"""The two processes of a cluster: the scheduler, and a machine that joins it. Both run until they are told to end."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dask
import psutil
from distributed import Scheduler, Status, Worker
from distributed.security import Security

from runtime.cluster.bench import bench
from runtime.cluster.certificates import security
from runtime.cluster.doors import DASHBOARD_PORT, ClusterError, Door, allowed
from runtime.cluster.finding import announced

SEGMENT, GPU, MEMORY = "segment", "GPU", "memory"
"""Dask's resources of a machine: segments at once, graphics cards, bytes."""
_RETRY_S = 3.0


def quiet() -> None:
    """Dask's own talk is not the user's; what matters is said by us."""
    for name in ("distributed", *logging.root.manager.loggerDict):
        if name.split(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


quiet()


def settings() -> dict[str, Any]:
    """Dask's own, where a render wants others."""
    return {
        "distributed.scheduler.allowed-failures": 20,  # machines that died under a segment before it is given up
        "distributed.scheduler.worker-ttl": "60s",
        "distributed.worker.memory.terminate": False,  # the pictures are in children with ceilings of their own
        "distributed.worker.memory.pause": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.target": False,
        "distributed.worker.profile.enabled": False,
        "distributed.admin.tick.limit": "30s",
        "distributed.scheduler.active-memory-manager.start": False,
    }


def secured(door: Door, certificates: Path | None) -> Security:
    """ClusterError where certificates are missing."""
    return security(certificates) if door.protocol == "tls" else Security(require_encryption=False)


async def schedule(
    door: Door,
    certificates: Path | None,
    say: Callable[[str], None],
    *,
    dashboard: int = DASHBOARD_PORT,
    announce: bool = True,
) -> None:
    """A scheduler, until it is cancelled. ClusterError where it cannot begin."""
    guard = secured(allowed(door), certificates)
    with dask.config.set(settings()), ExitStack() as stack:
        try:
            scheduler = Scheduler(
                protocol=door.protocol, host=door.host, port=door.port, security=guard,
                dashboard_address=f"127.0.0.1:{dashboard}",
            )  # fmt: skip
            await scheduler
        except (OSError, ValueError) as fault:
            raise ClusterError(f"{door.text} cannot be opened: {fault}") from None
        address = str(scheduler.address)
        try:
            say(f"the cluster is at {address}")
            port = scheduler.services["dashboard"].port if "dashboard" in scheduler.services else scheduler.http_server
            if isinstance(port, int):
                say(f"Dask's dashboard, for this machine alone: http://127.0.0.1:{port}/status")
            say(f"on other machines: launch.py cluster join {address}" if not door.here else
                f"on this machine: launch.py cluster join {address}")  # fmt: skip
            if announce:
                await asyncio.to_thread(lambda: stack.enter_context(announced(address)))
            await scheduler.finished()
        finally:
            await scheduler.close(reason="it was told to end")


@dataclass(frozen=True, slots=True)
class Machine:
    """What a machine offers. `slots`: segments at once. `threads`: of VapourSynth for each; 0: shared equally."""

    slots: int = 1
    threads: int = 0
    gpus: int = 0
    memory_bytes: int = field(default_factory=lambda: psutil.virtual_memory().total)
    name: str = field(default_factory=socket.gethostname)

    @property
    def threads_each(self) -> int:
        return self.threads or (max(1, (os.cpu_count() or 1) // self.slots) if self.slots > 1 else 0)

    @property
    def resources(self) -> dict[str, float]:
        return {SEGMENT: self.slots, GPU: self.gpus, MEMORY: self.memory_bytes}


async def join(
    door: Door, certificates: Path | None, machine: Machine, say: Callable[[str], None], *, once: bool = False
) -> None:
    """Make segments for the cluster until cancelled; where it is away, wait for it, unless `once`. ClusterError."""
    guard = secured(allowed(door), certificates)
    bench.threads = machine.threads_each
    waiting = False
    with dask.config.set(settings()), tempfile.TemporaryDirectory(prefix="tapeloom-") as folder:
        try:
            while True:
                try:
                    # no more threads than slots: only what waits behind a busy thread is given to an idle machine
                    worker = Worker(
                        door.text, nthreads=machine.slots, resources=machine.resources,
                        name=f"{machine.name}-{os.getpid()}", security=guard, protocol=door.protocol,
                        host="127.0.0.1" if door.here else None, dashboard=False, dashboard_address="127.0.0.1:0",
                        local_directory=folder, memory_limit=0, death_timeout=_RETRY_S, silence_logs=50,
                    )  # fmt: skip
                    await worker
                except (OSError, TimeoutError, RuntimeError) as fault:
                    if once:
                        raise ClusterError(f"{door.text} does not let this machine in: {fault}") from None
                    if not waiting:
                        say(f"{door.text} does not answer; this machine waits for it")
                    waiting = True
                    await asyncio.sleep(_RETRY_S)
                    continue
                say(f"joined {door.text} as {worker.name}: {machine.slots} at once")
                waiting = False
                try:
                    await worker.finished()
                finally:
                    if worker.status not in (Status.closed, Status.closing):
                        await worker.close(reason="it was told to end")
                if once:
                    return
        finally:
            bench.close()
