"""What an output node asks for: which clip and sound, coded how. Pure data; the runtime writes the
command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nodes.clip import PixelFormat
from nodes.script import Ref
from nodes.sound import Sound


class SoundCodec(StrEnum):
    """How the sound is kept."""

    COPY = "copy"
    """The source's own coded sound, bit for bit. Sound that was cut or filtered is coded anew, without loss
    where the container allows, and the program says so."""
    PCM = "pcm"
    """Uncompressed: 16 bit where nothing has touched a 16 bit source, else 24 bit."""
    FLAC = "flac"
    """Compressed without loss."""
    AAC = "aac"
    """For viewing copies; every player knows it."""
    OPUS = "opus"
    """For viewing copies; better than AAC at low rates, unknown to older players."""
    NONE = "none"
    """No sound."""


@dataclass(frozen=True, slots=True)
class Coder:
    """One way to code the pictures: an ffmpeg encoder, its options, and `pixel_format` in ffmpeg's words,
    which holds the clip's samples unchanged (10 bit 4:2:0 as `p010le`, say). A hardware encoder must prove
    itself before use."""

    encoder: str
    options: tuple[str, ...] = ()
    pixel_format: str = ""
    hardware: bool = False


@dataclass(frozen=True, slots=True)
class Sink:
    """One file to write, or one folder where `frames_as_files`.

    `clip` is in the very format that is handed to ffmpeg. `coders`: the first that works on this machine is
    taken. `file` is what the node says (empty: the command line or the runtime names it); `suffix` what its
    name ends in. `muxer` is ffmpeg's name of the container, `muxer_options` go before the file's name.
    `sound_holds` are the codecs that the container can hold, for the fall-back of an impossible copy.
    `carries`: the source's chapters, descriptive metadata and timecode come along.
    """

    clip: Ref
    coders: tuple[Coder, ...]
    muxer: str
    suffix: str
    file: str = ""
    muxer_options: tuple[str, ...] = ()
    sound: Sound | None = None
    sound_codec: SoundCodec = SoundCodec.PCM
    sound_kbps: int = 0
    sound_holds: tuple[SoundCodec, ...] = ()
    carries: bool = True
    frames_as_files: bool = False

    @property
    def format(self) -> PixelFormat:
        return self.clip.info.format
