"""All that a node author imports. A node file needs nothing else of Tapeloom's."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Annotated

from nodes.clip import (
    ClipInfo,
    Family,
    Fields,
    Matrix,
    PixelFormat,
    Primaries,
    Range,
    SoundInfo,
    Transfer,
    snap_rate,
)
from nodes.colouring import MOST_STEADY, coloured, coloured_format, seen
from nodes.convert import converted, guess_matrix, wanted_format
from nodes.curve import Segment, curve_segments
from nodes.feeding import between, enhanced, phase, time_plane
from nodes.filling import Box, filled, hole
from nodes.media import LIVE, SET, TAKE, Media, MediaError, Probe, SoundStream, VideoStream
from nodes.model import Mode, Model, Pattern, find_model
from nodes.node import Node
from nodes.params import Colour, Curve, FilePath, FolderPath, ParamError, Ranges, Text, param
from nodes.places import Places, ends_at, parse_places, spans
from nodes.ports import Audio, Captions, Clip, Mask, Timecodes, Vectors, Wants, gives, takes
from nodes.restoring import MOST_FACES, Finding, restored
from nodes.script import Ref, Script
from nodes.shelf import SUFFIXES
from nodes.sink import Coder, Sink, SoundCodec
from nodes.sound import Silence, Sound, SoundFile, SoundJoin, SoundOp
from nodes.stage import Precision, Provider, Stage

__all__ = [
    "LIVE",
    "MOST_FACES",
    "MOST_STEADY",
    "SET",
    "SUFFIXES",
    "TAKE",
    "Annotated",
    "Audio",
    "Box",
    "Captions",
    "Clip",
    "ClipInfo",
    "Coder",
    "Colour",
    "Curve",
    "Family",
    "Fields",
    "FilePath",
    "Finding",
    "FolderPath",
    "Fraction",
    "IntEnum",
    "Mask",
    "Matrix",
    "Media",
    "MediaError",
    "Mode",
    "Model",
    "Node",
    "ParamError",
    "Pattern",
    "PixelFormat",
    "Places",
    "Precision",
    "Primaries",
    "Probe",
    "Provider",
    "Range",
    "Ranges",
    "Ref",
    "Script",
    "Segment",
    "Silence",
    "Sink",
    "Sound",
    "SoundCodec",
    "SoundFile",
    "SoundInfo",
    "SoundJoin",
    "SoundOp",
    "SoundStream",
    "Stage",
    "StrEnum",
    "Text",
    "Timecodes",
    "Transfer",
    "Vectors",
    "VideoStream",
    "Wants",
    "between",
    "coloured",
    "coloured_format",
    "converted",
    "curve_segments",
    "ends_at",
    "enhanced",
    "filled",
    "find_model",
    "gives",
    "guess_matrix",
    "hole",
    "param",
    "parse_places",
    "phase",
    "replace",
    "restored",
    "seen",
    "snap_rate",
    "spans",
    "takes",
    "time_plane",
    "wanted_format",
]
