"""The style sheet: tapeloom.qss with the theme's colours put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).with_name("tapeloom.qss")


def sheet(colours: Mapping[str, str], text_scale: float) -> str:
    """The style sheet in these colours, its text sizes multiplied."""
    named = {**colours, "icons": (FILE.parent / "icons").as_posix()}
    text = re.sub(r"\$([a-z0-9_]+)", lambda found: named[found[1]], FILE.read_text("utf-8"))
    return re.sub(r"font-size: (\d+)px", lambda found: f"font-size: {round(int(found[1]) * text_scale)}px", text)
