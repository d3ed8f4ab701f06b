"""The containers that the output nodes write: ffmpeg's name for each, its endings, and what sound it holds."""

from dataclasses import dataclass
from pathlib import PurePath

from nodes.api import ParamError, SoundCodec, StrEnum


@dataclass(frozen=True, slots=True)
class Container:
    """`suffixes`: the first is the usual one. `options` go before the file's name."""

    muxer: str
    suffixes: tuple[str, ...]
    sound: tuple[SoundCodec, ...]
    options: tuple[str, ...] = ()


COPY, PCM, FLAC, AAC, OPUS = SoundCodec.COPY, SoundCodec.PCM, SoundCodec.FLAC, SoundCodec.AAC, SoundCodec.OPUS
CONTAINERS = {
    "mkv": Container("matroska", (".mkv",), (COPY, PCM, FLAC, AAC, OPUS)),
    # the index in front, so that a browser can play the file while it loads
    "mp4": Container("mp4", (".mp4", ".m4v"), (COPY, AAC, OPUS), ("-movflags", "+faststart")),
    "mov": Container("mov", (".mov", ".qt"), (COPY, PCM, AAC)),
    "avi": Container("avi", (".avi",), (COPY, PCM)),
    "mxf": Container("mxf", (".mxf",), (COPY, PCM)),
    "dv": Container("dv", (".dv", ".dif"), (COPY, PCM)),
}


def chosen(file: str, wanted: StrEnum) -> tuple[Container, str]:
    """The container and the ending of `file`. `wanted` is a node's own choice; its `auto` goes by the file's ending.

    ParamError where the ending is none of the node's.
    """
    offered = [str(member.value) for member in type(wanted) if member.value != "auto"]
    ending = PurePath(file).suffix.lower()
    if wanted.value != "auto":
        container = CONTAINERS[wanted.value]
        return container, ending if ending in container.suffixes else container.suffixes[0]
    for name in offered:
        if ending in CONTAINERS[name].suffixes:
            return CONTAINERS[name], ending
    if ending and ending[1:].isalnum() and not ending[1:].isdigit():
        known = ", ".join(suffix for name in offered for suffix in CONTAINERS[name].suffixes)
        raise ParamError(
            f"{file}: {ending} is no file that this node writes. Give it one of the endings {known}, "
            "or choose the container here"
        )
    first = CONTAINERS[offered[0]]
    return first, first.suffixes[0]


def checked_sound(container: Container, codec: SoundCodec) -> SoundCodec:
    """`codec`, if the container holds it. ParamError says which it does hold."""
    if codec is SoundCodec.NONE or codec in container.sound:
        return codec
    held = ", ".join(one.value for one in container.sound)
    raise ParamError(
        f"a {container.suffixes[0]} file cannot hold {codec.value.upper()} sound. "
        f"Choose one of: {held}, or write an .mkv file"
    )
