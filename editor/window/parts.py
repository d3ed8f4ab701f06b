"""Builds the parts that show a graph and wires them: the only place that knows all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from editor.window.window import Window


class Parts:
    """Engine, canvas, viewer and the rest of one window."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def may_close(self) -> bool:
        """Ask about what would be cut off; False: stay."""
        return True

    def close(self) -> None:
        """Stop everything that runs."""
