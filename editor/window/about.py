"""Which versions run here: what a report of a fault needs."""

from __future__ import annotations

import platform
import tomllib
from importlib import metadata
from pathlib import Path

from PySide6.QtCore import qVersion

from editor.language import tr

PROJECT = Path(__file__).resolve().parent.parent.parent / "pyproject.toml"


def version() -> str:
    return str(tomllib.loads(PROJECT.read_text("utf-8"))["project"]["version"])


def text() -> str:
    """A few lines for a dialog."""
    own = tr("Tapeloom {version}, a visual pipeline editor for restoring videotape.").format(version=version())
    runs = tr("VapourSynth R{script}, Qt {qt}, Python {python}, {system}").format(
        script=metadata.version("vapoursynth"),
        qt=qVersion(),
        python=platform.python_version(),
        system=platform.system(),
    )
    return "\n\n".join((own, runs, tr("GPL-3.0-or-later. Fonts: Source Sans and Source Code by Adobe (OFL).")))
