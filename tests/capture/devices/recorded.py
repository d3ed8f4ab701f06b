"""What ffmpeg and Linux said on real machines, and what was written after them (samples/SOURCES.txt tells which)."""

from __future__ import annotations

from pathlib import Path

SAMPLES = Path(__file__).parent / "samples"


def said(name: str) -> str:
    """A sample by its number: `said("03")`."""
    (file,) = SAMPLES.glob(f"{name}_*")
    return file.read_text(encoding="utf-8")


def everything() -> list[str]:
    """All samples, for whoever must bear any of them."""
    return [file.read_text(encoding="utf-8") for file in sorted(SAMPLES.rglob("*")) if file.is_file()]
