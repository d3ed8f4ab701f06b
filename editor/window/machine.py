"""How much of the machine the preview's worker may take, where the user has said so."""

from __future__ import annotations

from editor.settings import DEFAULTS, Settings
from runtime.session import Session
from runtime.watch import Limits


def worker(settings: Settings) -> Session | None:
    """A worker as the settings want it; None: as the engine thinks best for this machine."""
    cache_mb, threads = settings.get("cache_mb"), settings.get("threads")
    if (cache_mb, threads) == (DEFAULTS["cache_mb"], DEFAULTS["threads"]):
        return None
    import psutil  # not at the start: the window is painted first

    memory = psutil.virtual_memory().total
    return Session(
        threads=threads, cache_mb=min(cache_mb, memory // 2 >> 20), limits=Limits(memory_bytes=memory // 4 * 3)
    )
