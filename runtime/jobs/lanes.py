"""One output of a render: what it shows, how that is coded, where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from graphs.document import NodeId
from nodes.clip import ClipInfo
from nodes.sink import Coder, Sink
from runtime.accompany import Origin
from runtime.encode import Encode, encode, in_pieces, joined, piece
from runtime.jobs.destinations import Destination
from runtime.protocol import RenderSink


@dataclass(frozen=True, slots=True)
class Lane:
    """`span`: the frames of `info` that are rendered. `fingerprint` and `port`: where they come out of the plan."""

    node: NodeId
    port: str
    fingerprint: str
    sink: Sink
    coder: Coder
    info: ClipInfo
    span: tuple[int, int]
    goal: Destination
    origin: Origin | None

    @property
    def frames(self) -> int:
        return self.span[1] - self.span[0]

    @property
    def fps(self) -> Fraction:
        return self.info.fps

    @property
    def in_pieces(self) -> bool:
        return in_pieces(self.sink)

    def whole(self, ffmpeg: str, document: str, record: str) -> tuple[RenderSink, Encode]:
        """All of it in one go, into the goal's `.part`."""
        command = encode(
            ffmpeg, self.sink, self.coder, str(self.goal.part), clip=self.info, span=self.span, origin=self.origin,
            document=document, record=record,
        )  # fmt: skip
        return self._asked(self.span, command), command

    def piece(self, ffmpeg: str, span: tuple[int, int], part: Path, hashes: Path) -> RenderSink:
        """Some of its pictures, alone, into `part`."""
        command = piece(
            ffmpeg, self.sink, self.coder, str(part), str(hashes), clip=self.info, first=span[0]
        )  # fmt: skip
        return self._asked(span, command)

    def joined(self, ffmpeg: str, listed: Path, document: str, record: str) -> Encode:
        """The command that makes the goal's `.part` of the pieces."""
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
