"""From what is set up to what the recorder is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QStandardPaths

from capture.devices.found import Found
from capture.session.asking import Asked, Codec, Splits, Stops
from capture.session.choosing import source_of
from editor.capture import choosing
from editor.capture.choosing import Wish

FOLDER = "Tapeloom"


def asked_for(found: Found, wish: Wish) -> Asked | None:
    """None where the device is not there any more."""
    chosen = choosing.choice(found, wish)
    if chosen is None:
        return None
    wish = choosing.fitted(found, wish)
    return Asked(
        source=source_of(chosen),
        folder=str(Path(wish.folder).expanduser()) if wish.folder else "",
        name=wish.name.strip(),
        codec=cast("Codec", wish.codec),
        sound_bits=24 if wish.sound_bits == 24 else 16,
        stops=Stops(after_s=wish.stop_after_min * 60.0, blank_s=float(wish.blank_s)),
        splits=Splits(scenes=wish.split == "scenes", recordings=wish.split == "recordings"),
    )


def default_folder() -> str:
    """The user's films, in a folder of ours."""
    places = QStandardPaths.standardLocations(QStandardPaths.StandardLocation.MoviesLocation)
    return str(Path(places[0] if places else Path.home()) / FOLDER)


def taken_names(folder: str) -> list[str]:
    """What is in the folder already; nothing where it is not there."""
    try:
        return [one.name for one in Path(folder).expanduser().iterdir()]
    except OSError:
        return []
