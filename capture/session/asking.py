"""What a user asked for: which device with which input, what to write where, and when to stop. Frozen values only."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Codec = Literal["ffv1", "huffyuv", "utvideo", "v210", "dv"]
"""What pictures are written as. `dv` is what the camera sent, bit for bit: chosen by itself for DV devices."""

Container = Literal["auto", "mkv", "mov", "avi", "dv"]
Join = Literal["auto", "never"]


@dataclass(frozen=True, slots=True)
class Feed:
    """One input of ffmpeg: `-f FORMAT -OPTION VALUE … -i URL`. `program`: what writes into ffmpeg's input instead (a
    test deck, dvgrab); only one feed of a source can have one."""

    format: str
    url: str = "pipe:0"
    options: tuple[tuple[str, str], ...] = ()
    program: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What is recorded, ready to be opened; capture/session/choosing.py makes it of capture.devices' values.

    `feeds`: the picture's first. `sound`: the feed that brings sound; −1: there is none. `frame_rate`: frames, not
    fields, a second, as `25/1` or `30000/1001`. `fields`: tff, bff, progressive; empty: not said. `pixel_aspect`: as
    `12/11`; empty: not said. `dv`: the feed is DV, copied bit for bit.
    """

    feeds: tuple[Feed, ...]
    label: str = ""
    device: str = ""
    sound: int = 0
    frame_rate: str = "25/1"
    fields: str = ""
    pixel_aspect: str = ""
    pixel_format: str = ""
    dv: bool = False

    @property
    def rate(self) -> Fraction:
        return Fraction(self.frame_rate)


@dataclass(frozen=True, slots=True)
class Stops:
    """When a recording ends by itself. 0: never for that reason. Seconds of tape."""

    after_s: float = 0.0
    blank_s: float = 0.0  # the picture is blank or blue, or only snow, for so long
    at_end: bool = True  # the device says that the tape has ended (a DV deck does)
    lost_s: float = 0.0  # a device that vanished is waited for so long; 0: until somebody stops it


@dataclass(frozen=True, slots=True)
class Splits:
    """Where the finished recording is cut in several files. Nothing is cut while the tape plays."""

    scenes: bool = False
    recordings: bool = False  # where somebody once pressed the camera's button: DV's date jumps, or a blank stretch


@dataclass(frozen=True, slots=True)
class Asked:
    """A session. `folder` and `name` say where: NAME.mkv, NAME.log.jsonl, NAME.report.html … in that folder."""

    source: Source
    folder: str = ""
    name: str = ""
    codec: Codec = "ffv1"
    container: Container = "auto"
    sound_bits: Literal[16, 24] = 16
    stops: Stops = Stops()
    splits: Splits = Splits()
    part_s: float = 600.0  # a part is closed and the next begun; 0: one part
    join: Join = "auto"
    reserve_mb: int = 512  # the disk is never filled beyond this
    live: bool = True  # give the live ring
