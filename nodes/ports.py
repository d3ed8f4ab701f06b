"""Ports: what a node takes and gives, and the formats it can work in."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.clip import ClipInfo


class PortType:
    """Base of the kinds of wire. The class itself is the type; it is never instantiated."""

    name = ""


class Clip(PortType):
    """Pictures in time."""

    name = "clip"


class Mask(PortType):
    """A gray clip that says where."""

    name = "mask"


class Audio(PortType):
    """Sound."""

    name = "audio"


class Vectors(PortType):
    """Motion found between frames."""

    name = "vectors"


class Captions(PortType):
    """Closed captions or subtitles."""

    name = "captions"


class Timecodes(PortType):
    """When each frame was on tape."""

    name = "timecodes"


PORT_TYPES: dict[str, type[PortType]] = {kind.name: kind for kind in (Clip, Mask, Audio, Vectors, Captions, Timecodes)}
PICTURES = (Clip, Mask)


@dataclass(frozen=True, slots=True)
class Wants:
    """The clip formats a port can work in; an empty tuple means any.

    `fields`: `any`, `interlaced`, `progressive` or `separated`: never mended silently, `check` tells the user.
    `families` (yuv, rgb, gray), `depths` (`8`, `16`, `32f`, …) and `chroma` (`444`, `420`, …) are met by conversions
    that the compiler inserts.
    """

    fields: str = "any"
    families: tuple[str, ...] = ()
    depths: tuple[str, ...] = ()
    chroma: tuple[str, ...] = ()

    def accepts_fields(self, clip: ClipInfo) -> bool:
        match self.fields:
            case "interlaced":
                return clip.interlaced
            case "progressive":
                return not clip.interlaced and not clip.separated
            case "separated":
                return clip.separated
            case "whole":
                return not clip.separated
            case _:
                return True


@dataclass(frozen=True, slots=True)
class InPort:
    kind: type[PortType]
    help: str = ""
    optional: bool = False
    wants: Wants = Wants()
    name: str = ""


@dataclass(frozen=True, slots=True)
class OutPort:
    kind: type[PortType]
    help: str = ""
    name: str = ""


def takes(
    kind: type[PortType],
    help: str = "",
    *,
    optional: bool = False,
    fields: str = "any",
    families: tuple[str, ...] = (),
    depths: tuple[str, ...] = (),
    chroma: tuple[str, ...] = (),
) -> InPort:
    """Declare an input port; see `Wants` for the formats. For `Mask` ports gray is implied."""
    if kind is Mask and not families:
        families = ("gray",)
    return InPort(kind, help, optional, Wants(fields, families, depths, chroma))


def gives(kind: type[PortType], help: str = "") -> OutPort:
    """Declare an output port."""
    return OutPort(kind, help)
