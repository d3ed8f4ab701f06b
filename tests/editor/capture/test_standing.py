"""What the panel makes of the recorder's words: recorded events in, what is to be seen out."""

from __future__ import annotations

from collections.abc import Iterable

from capture.session.messages import (
    Channel,
    Counters,
    Done,
    Event,
    Failed,
    Finishing,
    Levels,
    Live,
    Picture,
    Ready,
    Refused,
    StateIs,
)
from editor.capture.standing import HOLD_S, Standing, losses, quietened, step
from tests.editor.capture.kit import counted, happened


def after(*events: Event, begin: Standing | None = None) -> Standing:
    return over(events, begin or Standing())


def over(events: Iterable[Event], standing: Standing) -> Standing:
    for event in events:
        standing = step(standing, event)
    return standing


def loud(t_s: float, *peaks: float) -> Levels:
    return Levels(t_s, tuple(Channel(peak, peak - 10) for peak in peaks))


def test_a_whole_session_from_preview_to_done() -> None:
    at = after(Ready(1, 7), StateIs("preview"), Live("ring"), Picture(3, 0.1), counted(1))
    assert at.state == "preview" and at.live is not None and at.frame == 3
    assert at.counters is None and not at.begun
    at = after(StateIs("recording"), happened("started", 0), counted(5), begin=at)
    assert at.recording and at.elapsed_s == 5 and [one.kind for one in at.events] == ["started"]
    at = after(StateIs("finishing"), Finishing("joining", 0.5), begin=at)
    assert at.recording and at.finishing is not None and at.finishing.share == 0.5
    done = Done("asked", ("a.mkv",), (), "r.html", "", "", 125, 0, t_s=5.0)
    at = after(done, StateIs("done"), begin=at)
    assert not at.recording and at.begun and at.done == done and at.finishing is None
    assert at.live is None and at.heard == () and at.elapsed_s == 5.0


def test_losses_are_counted_and_told_one_by_one() -> None:
    at = after(
        StateIs("recording"), happened("scene", 3), happened("lost", 12.4, 7, 0.28), happened("late", 13, 2),
        counted(14, lost=7, late=2),
    )  # fmt: skip
    assert at.lost == 7 and at.trouble
    assert [one.kind for one in losses(at)] == ["lost"]


def test_a_stall_is_trouble_before_any_frame_is_counted_lost() -> None:
    assert after(StateIs("recording"), happened("stall", 3, length_s=3)).trouble
    assert not after(StateIs("recording"), happened("scene", 3), counted(4)).trouble


def test_what_was_recorded_stays_on_show_while_the_next_tape_is_looked_at() -> None:
    at = after(StateIs("recording"), happened("lost", 2, 1), counted(9, lost=1))
    at = after(
        StateIs("finishing"), Done("asked", ("a.mkv",), (), "", "", "", 225, 1, t_s=9), StateIs("done"), begin=at
    )
    at = after(StateIs("preview"), counted(100, lost=55), happened("blank", 101), begin=at)
    assert at.lost == 1 and at.elapsed_s == 9 and [one.kind for one in at.events] == ["lost"]
    at = after(StateIs("recording"), begin=at)
    assert at.lost == 0 and at.events == () and at.done is None and at.counters is None


def test_the_event_that_comes_before_the_state_belongs_to_the_recording() -> None:
    at = after(StateIs("preview"), happened("started", 0), StateIs("recording"))
    assert [one.kind for one in at.events] == ["started"]


def test_a_pause_goes_on_with_the_same_counters() -> None:
    at = after(StateIs("recording"), counted(9, lost=1), happened("vanished", 9), StateIs("paused", "gone"))
    assert at.recording and at.reason == "gone" and at.lost == 1
    at = after(StateIs("recording"), happened("back", 12, 75, 3), counted(13, lost=76), begin=at)
    assert at.lost == 76 and [one.kind for one in at.events] == ["vanished", "back"]


def test_peaks_are_held_and_clip_lamps_stay_lit_until_they_are_seen() -> None:
    at = after(StateIs("preview"), loud(1.0, -6, 0.0), loud(1.1, -20, -20))
    left, right = at.heard
    assert (left.peak_db, right.peak_db, left.clipped, right.clipped) == (-6, 0.0, False, True)
    at = after(loud(1.2 + HOLD_S, -30, -30), begin=at)
    assert [one.peak_db for one in at.heard] == [-30, -30] and at.heard[1].clipped
    assert not any(one.clipped for one in quietened(at).heard)


def test_the_clock_of_a_recording_begins_anew_and_does_not_hold_a_peak_for_ever() -> None:
    at = after(StateIs("preview"), loud(500.0, -1), loud(0.1, -40))
    assert at.heard[0].peak_db == -40


def test_a_refusal_leaves_everything_as_it_is_and_a_failure_is_told() -> None:
    at = after(StateIs("preview"), Refused(1, "there is one of this name"))
    assert at.state == "preview" and at.refused
    assert not after(StateIs("recording"), begin=at).refused
    at = after(Failed("v4l2: busy", ("line",)), StateIs("failed"))
    assert at.failed is not None and at.state == "failed" and not at.recording


def test_counters_without_frames_and_unknown_order_never_raise() -> None:
    at = after(Counters(0.0, 0), loud(0.0), Live(""), Finishing("", 0.0))
    assert at.state == "idle" and at.lost == 0 and at.elapsed_s == 0


def test_what_is_counted_a_little_later_stands_at_its_own_time() -> None:
    at = after(StateIs("recording"), happened("part", 13.7), happened("vanished", 13.9), happened("lost", 11.8, 1))
    assert [one.kind for one in at.events] == ["lost", "part", "vanished"]
    assert at.missing_s == 0
    assert after(happened("back", 24, 306, 12.2), begin=at).missing_s == 12.2
