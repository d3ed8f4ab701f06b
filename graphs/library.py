"""The presets that come with Tapeloom: found by name, and described."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graphs.document import Graph
from graphs.files import SUFFIX, load

PRESETS = Path(__file__).parent / "presets"


@dataclass(frozen=True, slots=True)
class Preset:
    """A shipped graph. `title` and `about` are its own words."""

    name: str
    path: Path
    graph: Graph

    @property
    def title(self) -> str:
        return str(self.graph.meta.get("title", self.name))

    @property
    def about(self) -> str:
        return str(self.graph.meta.get("about", ""))


def preset_names(folder: Path = PRESETS) -> list[str]:
    return sorted(path.stem for path in folder.glob(f"*{SUFFIX}"))


def preset_path(name: str, folder: Path = PRESETS) -> Path | None:
    """Where the preset of that name lies; None where there is none."""
    return folder / f"{name}{SUFFIX}" if name in preset_names(folder) else None


def preset(name: str, folder: Path = PRESETS) -> Preset | None:
    """The preset of that name; None where there is none. DocumentError if its file is broken."""
    path = preset_path(name, folder)
    return Preset(name, path, load(path)) if path else None
