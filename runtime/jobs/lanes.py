"""One output of a render: what it shows, how that is coded, where it goes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from graphs.document import NodeId
from nodes.clip import ClipInfo
from nodes.sink import Coder, Sink
from runtime.accompany import Origin
from runtime.encode import Encode, encode, in_pieces, joined, piece
from runtime.jobs.destinations import Destination
from runtime.protocol import RenderSink

_LOSSLESS = Coder("ffv1", ("-level", "3", "-g", "1", "-slices", "16", "-slicecrc", "1"))


@dataclass(frozen=True, slots=True)
class Lane:
    """`span`: the frames of `info` that are rendered. `fingerprint` and `port`: where they come out of the plan.
    `between`: segments are kept without loss, and coded in one go at the end."""

    node: NodeId
    port: str
    fingerprint: str
    sink: Sink
    coder: Coder
    info: ClipInfo
    span: tuple[int, int]
    goal: Destination
    origin: Origin | None
    between: bool = False

    def kept_between(self) -> Lane:
        """Itself with its segments kept without loss, where that is possible and not so anyhow."""
        possible = not self.sink.frames_as_files and not self.info.format.floating
        return replace(self, between=possible)

    @property
    def plain_name(self) -> str:
        """A file's name for its node: an id may hold signs that a file's may not."""
        plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in self.node)
        return plain if plain == self.node else f"{plain}-{hashlib.sha256(self.node.encode()).hexdigest()[:6]}"

    def piece_name(self, first: int) -> str:
        """The file, or folder, of the piece that begins with frame `first`."""
        return f"{self.plain_name}-{first:08d}" + ("" if self.sink.frames_as_files else self.suffix)

    @property
    def frames(self) -> int:
        return self.span[1] - self.span[0]

    @property
    def fps(self) -> Fraction:
        return self.info.fps

    @property
    def in_pieces(self) -> bool:
        return self.between or in_pieces(self.sink)

    def whole(self, ffmpeg: str, document: str, record: str) -> tuple[RenderSink, Encode]:
        """All of it in one go, into the goal's `.part`."""
        command = encode(
            ffmpeg, self.sink, self.coder, str(self.goal.part), clip=self.info, span=self.span, origin=self.origin,
            document=document, record=record,
        )  # fmt: skip
        return self._asked(self.span, command), command

    def piece(self, ffmpeg: str, span: tuple[int, int], part: Path, hashes: Path) -> RenderSink:
        """Some of its pictures, alone, into `part`."""
        sink, coder = (replace(self.sink, muxer="matroska", muxer_options=()), _LOSSLESS) if self.between else (
            self.sink, self.coder)  # fmt: skip
        command = piece(ffmpeg, sink, coder, str(part), str(hashes), clip=self.info, first=span[0])
        return self._asked(span, command)

    @property
    def suffix(self) -> str:
        """What the name of a piece ends in."""
        return ".mkv" if self.between else self.sink.suffix

    def joined(self, ffmpeg: str, listed: Path, document: str, record: str) -> Encode:
        """The command that makes the goal's `.part` of the pieces."""
        if self.between:
            return encode(
                ffmpeg, self.sink, self.coder, str(self.goal.part), clip=self.info, span=self.span,
                origin=self.origin, document=document, record=record, listed=str(listed),
            )  # fmt: skip
        return joined(
            ffmpeg, self.sink, self.coder, str(listed), str(self.goal.part), clip=self.info, span=self.span,
            origin=self.origin, document=document, record=record,
        )  # fmt: skip

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of how it is coded."""
        return encode("", self.sink, self.coder, "", clip=self.info, span=self.span, origin=self.origin).notes

    def _asked(self, span: tuple[int, int], command: Encode) -> RenderSink:
        return RenderSink(
            self.node, self.fingerprint, self.port, *span, command.wire, command.argv, span[1] - span[0]
        )  # fmt: skip
