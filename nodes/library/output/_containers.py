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
# Endings that are meant as such; any other ("side.A") is part of a name, which then gets the usual one.
_ENDINGS = frozenset(
    (
        ".mkv", ".mp4", ".m4v", ".mov", ".qt", ".avi", ".mxf", ".dv", ".dif", ".webm", ".mpg", ".mpeg", ".m2v", ".m2t",
        ".m2ts", ".ts", ".vob", ".wmv", ".flv", ".ogv", ".3gp", ".y4m", ".yuv", ".png", ".tif", ".tiff", ".jpg",
        ".jpeg", ".bmp", ".dpx", ".exr", ".gif", ".wav", ".flac", ".mp3", ".m4a", ".aac", ".opus", ".ogg", ".ac3",
        ".aiff", ".vpy", ".avs", ".graph",
    )
)  # fmt: skip


def chosen(file: str, wanted: StrEnum) -> tuple[Container, str]:
    """The container and the ending of `file`. `wanted` is a node's own choice; its `auto` goes by the file's ending.

    ParamError where the ending is that of another kind of file.
    """
    offered = [str(member.value) for member in type(wanted) if member.value != "auto"]
    ending = PurePath(file).suffix.lower()
    if wanted.value != "auto":
        container = CONTAINERS[wanted.value]
        if ending in _ENDINGS and ending not in container.suffixes:
            usual = container.suffixes[0]
            raise ParamError(
                f"{file}: the container is set to {wanted.value}. Name the file {usual}, or set it to auto"
            )
        return container, ending if ending in container.suffixes else container.suffixes[0]
    for name in offered:
        if ending in CONTAINERS[name].suffixes:
            return CONTAINERS[name], ending
    if ending in _ENDINGS:
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
