"""The pictures of one view on their way while it plays: which have come, which go with those of the leading view."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from editor.engine.moments import Clock
    from runtime.playback import Playback


@dataclass
class Run:
    """The frames of one view on their way. `here`: those that have come and are still to be shown."""

    clock: Clock
    way: int
    playback: Playback | None = None
    here: list[int] = field(default_factory=list)
    newest: int | None = None
    seen: int | None = None

    def has(self, frame: int) -> bool:
        """Whether a frame has come, or one behind it where some are skipped."""
        over = self.playback is None or self.playback.over
        return over or self.seen == frame or any((near - frame) * self.way >= 0 for near in self.here)

    def show(self, frame: int) -> None:
        """This frame is on the screen: it and what lies before it are past."""
        past = [near for near in self.here if (frame - near) * self.way >= 0]
        del self.here[: len(past)]
        self.seen = frame
        if past and self.playback is not None:
            self.playback.shown(past[-1])


def followed(lead: Clock, own: Clock, frames: range) -> range:
    """The frames of another view that are seen with these of the leading one."""
    if own == lead or not frames:
        return frames
    first, last = (own.frame_at(lead.moment_of(frame)) for frame in (frames[0], frames[-1]))
    way = 1 if frames.step > 0 else -1
    return range(first, last + way, way * max(1, int(abs(frames.step) * own.fps / lead.fps)))
