"""Playing, with a real worker: every frame, in order, not too far ahead, and never in the way of a hand on the bar."""

import threading
import time
from collections.abc import Iterator

import pytest

from runtime.playback import Playback, Played, play
from runtime.session import NodeFailure, Picture, Session
from tests.runtime.steps import PRELUDE, per_frame, source


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as one:
        one.load(
            [
                source(),
                per_frame("uneven", "time.sleep(0.02 if n % 3 == 0 else 0.001)"),
                per_frame("torn", "if n == 5:\n    raise ValueError('torn tape')"),
                per_frame("slow", "time.sleep(0.03)"),
            ],
            PRELUDE,
        )
        yield one


class Screen:
    """Takes what is played; told to, it says at once that it has shown it."""

    def __init__(self, showing: bool = True) -> None:
        self.frames: list[int] = []
        self.greys: list[int] = []
        self.last: Played | None = None
        self.showing = showing
        self.playback: Playback | None = None
        self.moved = threading.Condition()

    def take(self, frame: int, outcome: Played) -> None:
        with self.moved:
            self.frames.append(frame)
            self.last = outcome
            if isinstance(outcome, Picture):
                self.greys.append(outcome.data[0])
            self.moved.notify_all()
        if self.showing and self.playback is not None:
            self.playback.shown(frame)

    def wait_for(self, frames: int) -> None:
        with self.moved:
            assert self.moved.wait_for(lambda: len(self.frames) >= frames, 10)


@pytest.mark.parametrize(("first", "last", "step"), [(10, 60, 1), (60, 10, -1), (0, 90, 3), (7, 8, 1)])
def test_every_frame_comes_in_its_turn(session: Session, first: int, last: int, step: int) -> None:
    screen = Screen()
    screen.playback = play(session, "uneven", "out", first, last, screen.take, step=step, lead=100, max_width=64)
    wanted = list(range(first, last, step))
    screen.wait_for(len(wanted))
    assert screen.frames == wanted
    assert screen.greys == sorted(screen.greys, reverse=step < 0)
    assert screen.playback.over


def test_nothing_is_made_far_ahead_of_the_screen(session: Session) -> None:
    screen = Screen(showing=False)
    playback = play(session, "src", "out", 0, 100, screen.take, lead=5)
    screen.wait_for(5)
    session.preview("src", "out", 50)  # whatever was under way has come by now
    assert screen.frames == [0, 1, 2, 3, 4]
    playback.shown(3)  # one was skipped, the others not painted yet
    screen.wait_for(9)
    playback.stop()
    assert screen.frames == list(range(9))


def test_a_stopped_playback_is_silent_and_the_next_one_begins_at_once(session: Session) -> None:
    screen = Screen()
    screen.playback = play(session, "slow", "out", 0, 200, screen.take)
    screen.wait_for(2)
    screen.playback.stop()
    count = len(screen.frames)
    again = Screen()
    again.playback = play(session, "slow", "out", 150, 153, again.take)
    again.wait_for(3)
    assert len(screen.frames) == count
    assert again.frames == [150, 151, 152]


def test_a_frame_that_cannot_be_made_ends_it_with_the_reason(session: Session) -> None:
    screen = Screen()
    screen.playback = play(session, "torn", "out", 0, 50, screen.take)
    screen.wait_for(6)
    assert isinstance(screen.last, NodeFailure)
    assert "torn tape" in screen.last.message
    session.preview("torn", "out", 20)
    assert screen.frames == [0, 1, 2, 3, 4, 5]


def test_the_hand_on_the_bar_goes_before_what_is_played(session: Session) -> None:
    screen = Screen()
    screen.playback = play(session, "slow", "out", 0, 100, screen.take, lead=50)
    screen.wait_for(1)
    session.preview("slow", "out", 180)
    assert len(screen.frames) < 30
    screen.playback.stop()


def test_a_player_may_stop_itself(session: Session) -> None:
    frames: list[int] = []
    ended = threading.Event()

    ready = threading.Event()
    box: list[Playback] = []

    def take(frame: int, _outcome: Played) -> None:
        assert ready.wait(5)
        frames.append(frame)
        if frame == 3:
            box[0].stop()
            ended.set()

    box.append(play(session, "slow", "out", 0, 50, take))
    ready.set()
    assert ended.wait(5)
    time.sleep(0.1)
    assert frames == [0, 1, 2, 3]


def test_nothing_to_play_is_over_at_once(session: Session) -> None:
    screen = Screen()
    assert play(session, "src", "out", 5, 5, screen.take).over
    assert screen.frames == []
