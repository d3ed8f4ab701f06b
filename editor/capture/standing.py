"""How it stands with a session, as the panel shows it: `step(standing, event)` takes each word of the recorder in.

Pure, and frozen values only: recorded events in, what is to be seen out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from capture.session.messages import (
    Channel,
    Counters,
    Done,
    Event,
    Failed,
    Finishing,
    Happened,
    HappeningKind,
    Levels,
    Live,
    Picture,
    Ready,
    Refused,
    Signal,
    State,
    StateIs,
)

LOSSES: frozenset[HappeningKind] = frozenset(("lost", "sound lost", "stall", "vanished", "restarted", "driver", "back"))
"""Events by which pictures went missing, or may have."""
STRETCHES: frozenset[HappeningKind] = frozenset(("blank", "blue", "snow"))
"""They last until a picture comes again."""

HOLD_S = 2.0
FLOOR_DB = -200.0
CLIP_DB = -0.1
MOST_EVENTS = 20_000
"""A tape so bad that there are more is told by its counters; the log has them all."""

UNDER_WAY: frozenset[State] = frozenset(("recording", "paused", "finishing"))


@dataclass(frozen=True, slots=True)
class Heard:
    """A sound channel: its level now, its highest of the last moments, and whether it was at full scale ever."""

    now: Channel
    peak_db: float = FLOOR_DB
    since_s: float = 0.0
    clipped: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """`reason`: why it is in this state, in words, where that was not asked for. `counters` and `events` are those of
    the recording; once it is over they stay until the next one begins, whatever is looked at meanwhile."""

    state: State = "idle"
    reason: str = ""
    counters: Counters | None = None
    heard: tuple[Heard, ...] = ()
    signal: Signal | None = None
    live: Live | None = None
    events: tuple[Happened, ...] = ()
    finishing: Finishing | None = None
    done: Done | None = None
    failed: Failed | None = None
    refused: str = ""
    frame: int = -1
    skipped: int = 0

    @property
    def recording(self) -> bool:
        """Whether a file is being written, or would be if the device were there."""
        return self.state in UNDER_WAY

    @property
    def lost(self) -> int:
        """Frames of the tape that never came."""
        if self.done is not None:
            return self.done.lost
        return self.counters.lost if self.counters is not None else 0

    @property
    def missing_s(self) -> float:
        """What is missing beside the lost frames: the device was away, or the recorder."""
        return sum(one.length_s for one in self.events if one.kind in ("back", "restarted"))

    @property
    def elapsed_s(self) -> float:
        """Since its first frame, holes included."""
        if self.done is not None:
            return self.done.t_s
        return self.counters.t_s if self.counters is not None else 0.0

    @property
    def trouble(self) -> bool:
        """Whether something is missing of the recording, or may be."""
        return self.lost > 0 or any(one.kind in LOSSES for one in self.events)

    @property
    def begun(self) -> bool:
        """Whether there is a recording to speak of, under way or over."""
        return self.recording or self.done is not None


def step(standing: Standing, event: Event) -> Standing:
    """What stands after this word."""
    match event:
        case StateIs():
            return _turned(standing, event)
        case Counters():
            return replace(standing, counters=event) if standing.recording else standing
        case Levels():
            return replace(standing, heard=_heard(standing.heard, event))
        case Signal():
            return replace(standing, signal=event)
        case Live():
            return replace(standing, live=event if event.ring else None)
        case Picture():
            return replace(standing, frame=event.frame, skipped=event.skipped)
        case Happened():
            if not standing.recording and event.kind != "started":
                return standing  # of the preview: nothing of a recording
            return replace(standing, events=_in_order(standing.events[-MOST_EVENTS:], event))
        case Finishing():
            return replace(standing, finishing=event)
        case Done():
            return replace(standing, done=event, finishing=None)
        case Failed():
            return replace(standing, failed=event, finishing=None)
        case Refused():
            return replace(standing, refused=event.text)
        case Ready():
            return replace(standing, refused="")
    return standing


def quietened(standing: Standing) -> Standing:
    """The clip lamps out, the held peaks gone: the user has seen them."""
    return replace(standing, heard=tuple(Heard(one.now) for one in standing.heard))


def losses(standing: Standing) -> tuple[Happened, ...]:
    """What the drop counter counts, one by one."""
    return tuple(one for one in standing.events if one.kind in LOSSES)


def _turned(standing: Standing, event: StateIs) -> Standing:
    made = replace(standing, state=event.state, reason=event.reason, refused="")
    before, now = standing.state, event.state
    if now == "recording" and before not in UNDER_WAY:  # what was counted belongs to the tape before
        begun = tuple(one for one in standing.events[-1:] if one.kind == "started")
        made = replace(made, counters=None, events=begun, done=None, failed=None, finishing=None)
    elif now == "finishing" and before not in UNDER_WAY:  # one that was cut off is made whole
        made = replace(made, counters=None, events=(), done=None, failed=None)
    elif now in ("preview", "armed"):
        made = replace(made, failed=None)
    if now in ("idle", "done", "failed"):
        made = replace(made, live=None, signal=None, heard=())
    elif now == "paused":
        made = replace(made, signal=None, heard=())
    return made


def _in_order(events: tuple[Happened, ...], event: Happened) -> tuple[Happened, ...]:
    """By their times: what must be counted is told a little later than what is seen at once."""
    place = len(events)
    while place and events[place - 1].t_s > event.t_s:
        place -= 1
    return (*events[:place], event, *events[place:])


def _heard(before: tuple[Heard, ...], levels: Levels) -> tuple[Heard, ...]:
    made = []
    for number, channel in enumerate(levels.channels):
        held = before[number] if number < len(before) else Heard(channel)
        peak, since = held.peak_db, held.since_s
        if channel.peak_db >= peak or not 0 <= levels.t_s - since <= HOLD_S:
            peak, since = channel.peak_db, levels.t_s
        made.append(Heard(channel, peak, since, held.clipped or channel.peak_db > CLIP_DB))
    return tuple(made)
