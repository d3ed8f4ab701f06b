"""One VapourSynth core for the life of the worker, seen by every thread."""

from collections.abc import Callable
from typing import Any

import vapoursynth as vs


class _OneEnvironment(vs.EnvironmentPolicy):  # type: ignore[misc]  # vapoursynth is untyped to mypy
    """vsscript gives an environment per script; we want one, everywhere."""

    def __init__(self) -> None:
        self._current: Any = None
        self.api: Any = None

    def on_policy_registered(self, special_api: Any) -> None:
        self.api = special_api

    def on_policy_cleared(self) -> None:
        self._current = None

    def get_current_environment(self) -> Any:
        return self._current

    def set_environment(self, environment: Any) -> Any:
        before, self._current = self._current, environment
        return before


def open_core(log: Callable[[int, str], None]) -> None:
    """Make `vapoursynth.core` usable, its log going to `log(level, text)`. Once a process."""
    policy = _OneEnvironment()
    vs.register_policy(policy)
    environment = policy.api.create_environment(0)
    policy.set_environment(environment)
    policy.api.set_logger(environment, log)


def tune_core(threads: int, cache_mb: int) -> None:
    if threads:
        vs.core.num_threads = threads
    vs.core.max_cache_size = cache_mb  # VapourSynth's own choice is half of the machine's memory
