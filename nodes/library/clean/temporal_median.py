"""The middle one of neighbouring frames."""

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.library.clean._motion import CHROMA, followed, searchable, softened
from nodes.library.clean._time import along_time, later

_MIDDLE = {
    1: "x y z sort3 drop swap drop",
    2: "x y z a b sort5 drop drop swap drop swap drop",
}


class TemporalMedian(Node):
    """Give each pixel the middle value of itself and its neighbours in time.

    What shows in one frame only (sparkle, dust, short dropouts, flickering dots) vanishes altogether, where averaging
    would leave a ghost of it. Neighbouring frames are moved onto this one first; without that, anything that moves
    loses its fine detail. Interlaced clips are worked on field by field. For streaks and spots alone, Dropouts
    touches less of the picture.
    """

    id, version = "clean.temporal_median", 1
    label, needs = "Temporal median", ("akarin", "mvu")
    words = ("noise", "dust", "sparkle", "spots", "clense", "median", "flicker")
    clip = takes(Clip, fields="whole", families=("yuv", "gray"), depths=("16",), chroma=CHROMA)
    out = gives(Clip)

    frames: Annotated[int, param("How many frames before and after take part", low=1, high=2, unit="frames")] = 1
    follow_motion: Annotated[bool, param("Move the neighbouring frames onto this one first")] = True
    luma: Annotated[bool, param("Treat brightness")] = True
    chroma: Annotated[bool, param("Treat colour")] = True

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        colour = bool(info.format.chroma)
        if not self.luma and not (self.chroma and colour):
            return clip
        middle = _MIDDLE[self.frames]
        exprs = [middle if self.luma else ""] + ([middle if self.chroma else ""] if colour else [])

        def median(part: Ref) -> Ref:
            part = script.let("part", part)
            if self.follow_motion and searchable(info):
                others = followed(script, part, softened(part), 8, True, self.frames)
            else:
                reach = range(1, self.frames + 1)
                others = [later(part, info.frames, by) for distance in reach for by in (-distance, distance)]
            return script.core.akarin.Expr([part, *others], exprs)

        return along_time(script, clip, info, median)

    def stand_in(self, script: Script, clip: Ref) -> Ref | None:
        return self.having(follow_motion=False).build(script, clip) if self.follow_motion else None
