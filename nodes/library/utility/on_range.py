"""Uses a treatment on some frames only."""

from collections.abc import Iterator

from nodes.api import Annotated, Clip, ClipInfo, Node, Ranges, Ref, Script, gives, param, takes
from nodes.library._pair import alike, refuse_unlike


class OnRange(Node):
    """Show the treated clip on the frames you name and the untouched one everywhere else.

    Wire the clip before the filters to the first port and the clip after them to the second. For one bad
    scene, one dropout, one stretch of another recording. Both must have the same size and rate: double-rate
    deinterlacing on a range does not go.
    """

    id, version = "utility.onrange", 1
    label = "On frame range"
    words = ("apply", "frames", "only", "part", "scene", "from to", "remap", "replace frames", "trim")
    clip = takes(Clip, "Shown on all other frames")
    other = takes(Clip, "Shown on the frames of the ranges")
    out = gives(Clip)

    ranges: Annotated[Ranges, param("Frames of the second clip, like 100:250,900:; the end itself is not included")] = (
        Ranges(())
    )

    def forecast(self, clip: ClipInfo, other: ClipInfo) -> ClipInfo:
        refuse_unlike(clip, other, "other")
        return clip

    def build(self, script: Script, clip: Ref, other: Ref) -> Ref:
        info = clip.info
        stretches = list(_stretches(self.ranges, min(info.frames, other.info.frames), info.frames))
        if not any(treated for _, _, treated in stretches):
            return clip
        treated = alike(other, info)
        if len(stretches) > 2:
            treated = script.let("treated", treated)
        parts = [
            (treated if use else clip)[first : None if end == info.frames else end] for first, end, use in stretches
        ]
        return parts[0] if len(parts) == 1 else script.core.std.Splice(parts)

    def check(self, clip: ClipInfo, other: ClipInfo) -> Iterator[str]:
        if not self.ranges:
            yield "ranges: none is given, so the second clip is never shown"
        length = min(clip.frames, other.frames)
        for first, end in self.ranges:
            if first >= length:
                yield f"ranges: {first}:{'' if end is None else end} lies behind the last frame, {length - 1}"


def _stretches(ranges: Ranges, treated: int, frames: int) -> Iterator[tuple[int, int, bool]]:
    """(first, end, whether treated) from frame 0 to `frames` without a gap; only the first `treated` frames
    can be."""
    at = 0
    for first, end in sorted((first, treated if end is None else min(end, treated)) for first, end in ranges):
        first = max(first, at)
        if first >= end:
            continue
        if first > at:
            yield at, first, False
        yield first, end, True
        at = end
    if at < frames:
        yield at, frames, False
