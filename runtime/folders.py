"""Where Tapeloom keeps what it can make again, and what it must not lose (moved by TAPELOOM_CACHE, TAPELOOM_DATA)."""

from __future__ import annotations

import os
from pathlib import Path


def cache() -> Path:
    """Indexes, previews, proofs: may be deleted at any time."""
    return _folder("TAPELOOM_CACHE", "cache")


def data() -> Path:
    """Trust given, settings, jobs."""
    return _folder("TAPELOOM_DATA", "data")


def _folder(variable: str, kind: str) -> Path:
    named = os.environ.get(variable)
    if named:
        path = Path(named)
    else:
        import platformdirs

        path = platformdirs.user_cache_path("tapeloom") if kind == "cache" else platformdirs.user_data_path("tapeloom")
    path.mkdir(parents=True, exist_ok=True)
    return path
