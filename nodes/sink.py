"""What an output node asks for: which clip and sound, coded how. Pure data; the runtime writes the command."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.clip import PixelFormat
from nodes.script import Ref
from nodes.sound import Sound


@dataclass(frozen=True, slots=True)
class Sink:
    """One file to write.

    `format` is handed to ffmpeg; `video` and `audio` are ffmpeg's codec arguments (`-c:v ffv1 …`), `muxer`
    its format name, `suffix` the file's ending. `copy_sound` asks for the source's own coded sound where
    nothing has touched it. `encoder` is the ffmpeg encoder that must prove itself before use.
    """

    clip: Ref
    format: PixelFormat
    sound: Sound | None
    muxer: str
    suffix: str
    encoder: str
    video: tuple[str, ...]
    audio: tuple[str, ...] = ()
    copy_sound: bool = False
    pixel_format: str = ""
    frames_as_files: bool = False
