"""Dropouts: streaks and spots that are in one frame only."""

from collections.abc import Iterator

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.library.clean._motion import CHROMA, LEAST, followed, searchable, without_streaks
from nodes.library.clean._time import along_time, later

_ALONG = 16
"""How far along the line, in pixels, a dropout's fading tail is followed."""
_RUN = 4
"""A streak is followed only from where it is at least this long, in pixels: noise is not."""
_TAIL = 0.4
"""A tail may be this much fainter than what counts as a dropout."""


class Dropout(Node):
    """Repair white and black streaks, comets, sparkle and spots with the frames before and after.

    A dropout is where the tape lost its signal: part of a line in one field. The frames before and after are moved onto
    this one; where both agree with each other and this frame is off from both by more than `contrast`, in the same
    direction, it is taken from them. Everything else stays exactly as it is. Best after
    deinterlacing: on interlaced clips it works field by field, where moving detail is taken for a dropout more often
    (2.4 dB lost on a clean moving picture, 0.2 dB after QTGMC). What is gone for longer than one frame cannot be found
    this way.
    """

    id, version = "clean.dropout", 1
    label, needs = "Dropouts (streaks, spots)", ("akarin", "mvu")
    words = (
        "dropout",
        "streak",
        "comet",
        "spot",
        "dust",
        "sparkle",
        "despot",
        "spotless",
        "removedirt",
        "line",
        "scratch",
    )
    clip = takes(Clip, fields="whole", families=("yuv", "gray"), depths=("16",), chroma=CHROMA)
    out = gives(Clip)

    contrast: Annotated[
        int,
        param(
            "How much a dropout must stand out; lower finds fainter ones and may touch noise",
            low=4,
            high=128,
            unit="levels",
        ),
    ] = 20
    tails: Annotated[bool, param("Follow a streak along its line until it has faded")] = True
    chroma: Annotated[bool, param("Repair colour too")] = True

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if not searchable(clip):
            size = f"{clip.width}×{clip.height}"
            yield f"{size} is too small to follow motion in; {LEAST}×{LEAST} is the least. Nothing is changed"

    def build(self, script: Script, clip: Ref) -> Ref:
        if not searchable(clip.info):
            return clip
        colour = bool(clip.info.format.chroma)

        def repaired(part: Ref) -> Ref:
            part = script.let("part", part)
            before, after = followed(script, part, without_streaks(script, part), 8, True)
            return self._repaired(script, part, before, after, colour)

        return along_time(script, clip, clip.info, repaired)

    def stand_in(self, script: Script, clip: Ref) -> Ref | None:
        info = clip.info
        if not searchable(info):
            return None
        colour = bool(info.format.chroma)

        def repaired(part: Ref) -> Ref:
            part = script.let("part", part)
            before, after = later(part, info.frames, -1), later(part, info.frames, 1)
            return self._repaired(script, part, before, after, colour)

        return along_time(script, clip, info, repaired)

    def _repaired(self, script: Script, clip: Ref, before: Ref, after: Ref, colour: bool) -> Ref:
        akarin = script.core.akarin
        before, after = script.let("before", before), script.let("after", after)
        limit = self.contrast * 257
        found = f"{_off(limit)} y z - abs {limit} < and"

        def per_plane(expr: str) -> list[str]:
            return [expr, expr if self.chroma else ""] if colour else [expr]

        if not self.tails:
            return akarin.Expr([clip, before, after], per_plane(f"{found} y z + 2 / x ?"))
        seeds = script.let("seeds", akarin.Expr([clip, before, after], per_plane(f"{found} 65535 0 ?")))
        run = "x " + " ".join(f"x[{at},0] min" for at in range(1, _RUN))
        runs = akarin.Expr([seeds], per_plane(run))
        # a run is marked at its left end
        near = "x " + " ".join(f"x[{at},0] max" for at in range(-_ALONG - _RUN + 1, _ALONG + 1) if at)
        trusted = akarin.Expr([runs], per_plane(near))
        # within a streak the neighbours may disagree more, by half of what the streak stands out
        agreed = f"y z - abs x y - abs x z - abs min 0.5 * {limit} max <"
        tail = f"b {_off(round(_TAIL * limit))} and {agreed} and"
        return akarin.Expr([clip, before, after, seeds, trusted], per_plane(f"a {tail} or y z + 2 / x ?"))


def _off(limit: int) -> str:
    """Whether x differs from y and from z by more than `limit`, in the same direction."""
    return f"x y - abs {limit} > x z - abs {limit} > and x y - x z - * 0 > and"
