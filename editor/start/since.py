"""How long ago something was, in words."""

from __future__ import annotations

import time

from editor.language import tr


def since(when: float) -> str:
    """`when` in seconds of Unix."""
    seconds = max(0.0, time.time() - when)
    if seconds < 90:
        return tr("a moment ago")
    if seconds < 5400:
        return tr("{count} minutes ago").format(count=round(seconds / 60))
    if seconds < 36 * 3600:
        return tr("{count} hours ago").format(count=round(seconds / 3600))
    return tr("{count} days ago").format(count=round(seconds / 86400))
