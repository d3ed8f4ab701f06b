"""`cluster status`: who is there, what they offer, what they do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from runtime.cluster import bench
from runtime.cluster.doors import Door
from runtime.cluster.serving import GPU, MEMORY, SEGMENT, secured
from runtime.cluster.sharing import connected


def status(door: Door, certificates: Path | None) -> Iterator[str]:
    """Lines for the user. ClusterError, BrokenRenderError."""
    client = connected(door, secured(door, certificates))
    try:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        told = client.run(bench.about, on_error="ignore") or {}
        yield f"{door.text}: {len(workers)} machine{'s' * (len(workers) != 1)}"
        for address, one in sorted(workers.items()):
            has = one.get("resources") or {}
            said = told.get(address, {})
            line = f"  {one.get('name', address)}: {said.get('busy', '?')} of {has.get(SEGMENT, 0):.0f} segments"
            line += f", {has.get(MEMORY, 0) / 1e9:.0f} GB"
            line += f", {has[GPU]:.0f} graphics card{'s' * (has[GPU] != 1)}" if has.get(GPU) else ""
            version = said.get("versions", {}).get("tapeloom")
            yield line + (f", Tapeloom {version}" if version else f": {said.get('fault', 'does not answer')}")
    finally:
        with suppress(Exception):
            client.close(timeout=2)
