"""The rules by which a worker is started, waited for, killed and blamed; no process is needed to read them."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.watch import (
    Action,
    Alive,
    Answered,
    Asked,
    CancelAsked,
    CannotStart,
    Closed,
    Corrupt,
    Event,
    Exited,
    Fail,
    Fault,
    Kill,
    Limits,
    Phase,
    PongHeard,
    ReadyHeard,
    Send,
    SendCancel,
    SendPing,
    SendStop,
    Spawn,
    StopAsked,
    Task,
    Tick,
    Watch,
    step,
    wake_s,
)

LIMITS = Limits(start_s=10, ping_every_s=2, pong_s=8, stop_s=2, cancel_s=3, restarts=3, window_s=60, stall_s=100)
SEGV = "was killed by SIGSEGV"


@dataclass
class Story:
    """Events one after the other, and what each of them made us do."""

    watch: Watch = field(default_factory=lambda: Watch(limits=LIMITS))

    def tell(self, event: Event) -> list[Action]:
        self.watch, actions = step(self.watch, event)
        return list(actions)

    def start(self, at_s: float = 0.0) -> "Story":
        assert Spawn() in self.tell(Tick(at_s))
        self.tell(ReadyHeard(at_s))
        return self

    def die(self, at_s: float, how: str = SEGV) -> list[Action]:
        """It dies, and the next one stands at once."""
        actions = self.tell(Exited(at_s, how))
        if self.watch.phase is Phase.RESTING:
            actions += self.tell(Tick(self.watch.since_s))
        if self.watch.phase is Phase.STARTING:
            actions += self.tell(ReadyHeard(self.watch.at_s))
        return actions

    def begin(self, at_s: float, task: Task) -> "Story":
        assert Send(task.id) in self.tell(Asked(at_s, task))
        self.tell(Alive(at_s, task.id))
        return self


def task(number: int, patience_s: float = 30.0, *, replay: bool = True, setup: bool = False) -> Task:
    return Task(number, patience_s, replay, setup)


def fails(actions: list[Action]) -> dict[int, str]:
    return {one.id: one.fault.kind for one in actions if isinstance(one, Fail)}


def test_nothing_is_sent_before_the_worker_is_ready_and_all_in_order_then() -> None:
    story = Story()
    story.tell(Tick(0))
    assert story.tell(Asked(0, task(1))) == []
    assert story.tell(Asked(0, task(2))) == []
    assert story.tell(ReadyHeard(1)) == [Send(1), Send(2)]
    assert story.watch.busy


def test_a_set_up_is_answered_before_anything_else_goes() -> None:
    story = Story()
    story.tell(Asked(0, task(1)))
    assert story.tell(ReadyHeard(1, (task(8), task(9)))) == [Send(8)]
    assert story.tell(Answered(1, 8)) == [Send(9)]
    assert story.tell(Answered(1, 9)) == [Send(1)]


def test_a_crash_replays_the_request_once_and_the_second_blames_it() -> None:
    story = Story().start().begin(1, task(1))
    assert Send(1) in story.die(2)
    story.tell(Alive(2, 1))
    actions = story.die(3)
    assert Fail(1, Fault("crashed", f"the worker {SEGV}")) in actions
    assert story.watch.phase is Phase.READY


def test_suspects_are_replayed_one_at_a_time_so_that_the_innocent_is_not_blamed() -> None:
    story = Story().start().begin(1, task(1)).begin(1, task(2))
    story.tell(Asked(1, task(3)))
    assert [one for one in story.die(2) if isinstance(one, Send)] == [Send(1)]
    assert story.tell(Answered(2, 1)) == [Send(2)]
    story.tell(Alive(2, 2))
    actions = story.die(3)
    assert fails(actions) == {2: "crashed"}
    assert Send(3) in actions


def test_a_request_that_was_not_begun_is_no_suspect() -> None:
    story = Story().start().begin(1, task(1))
    story.tell(Asked(1, task(2)))
    story.die(2)
    story.tell(Alive(2, 1))
    assert fails(story.die(3)) == {1: "crashed"}
    assert [one.deaths for one in story.watch.tasks] == [0]


def test_what_cannot_be_done_twice_fails_at_the_first_death() -> None:
    story = Story().start().begin(1, task(1, replay=False))
    assert fails(story.die(2)) == {1: "crashed"}


def test_a_hang_is_killed_and_only_the_one_that_hangs_is_the_suspect() -> None:
    story = Story().start().begin(1, task(1, 5)).begin(1, task(2, 50))
    story.tell(PongHeard(5, 0))
    assert story.tell(Tick(5.9)) == []
    assert story.tell(Tick(6)) == [Kill("no sign of progress for 5 s")]
    story.die(6.1, "was killed by SIGKILL")
    assert {one.id: one.deaths for one in story.watch.tasks} == {1: 1, 2: 0}


def test_progress_keeps_a_long_request_alive() -> None:
    story = Story().start().begin(0, task(1, 5))
    for second in range(1, 60):
        actions = story.tell(Alive(second, 1)) + story.tell(PongHeard(second, 0))
        assert not any(isinstance(one, Kill) for one in actions)


def test_those_that_wait_their_turn_do_not_run_out_of_patience_while_others_are_answered() -> None:
    story = Story().start().begin(0, task(1, 5))
    story.tell(Asked(0, task(2, 5)))
    story.tell(PongHeard(4, 0))
    story.tell(Answered(4, 1))
    assert not any(isinstance(one, Kill) for one in story.tell(Tick(8)))
    story.tell(PongHeard(8.5, 0))
    assert Kill("no sign of progress for 5 s") in story.tell(Tick(9))


def test_no_pong_is_a_hang_of_the_interpreter() -> None:
    story = Story().start().begin(0, task(1, 900))
    assert story.tell(Tick(2)) == [SendPing()]
    assert story.tell(Tick(9.9)) == []
    assert story.tell(Tick(10)) == [Kill("the worker has not answered for 8 s")]


def test_a_machine_that_slept_blames_nobody() -> None:
    story = Story().start().begin(0, task(1, 5))
    assert not any(isinstance(one, Kill) for one in story.tell(Tick(9000)))
    story.tell(PongHeard(9001, 0))
    assert story.tell(Tick(9006)) == [Kill("no sign of progress for 5 s")]


def test_rubbish_on_the_wire_is_a_death() -> None:
    story = Story().start().begin(0, task(1))
    (kill,) = story.tell(Corrupt(1, "b'Hello'"))
    assert isinstance(kill, Kill)
    assert Send(1) in story.die(1.1)


def test_restarts_back_off_and_end() -> None:
    story = Story().start()
    waits = []
    for _ in range(LIMITS.restarts):
        at_s = story.watch.at_s
        story.tell(Exited(at_s, SEGV))
        waits.append(story.watch.since_s - at_s)
        story.tell(Tick(story.watch.since_s))
    assert waits == [0.0, 0.25, 0.5]
    story.tell(Asked(story.watch.at_s, task(1)))
    actions = story.tell(Exited(story.watch.at_s, SEGV))
    assert fails(actions) == {1: "gone"}
    (closed,) = [one for one in actions if isinstance(one, Closed)]
    assert "4 times in 60 s" in closed.reason
    assert SEGV in closed.reason
    assert fails(story.tell(Asked(99, task(2)))) == {2: "gone"}


def test_a_death_that_a_node_explains_does_not_count_against_the_worker() -> None:
    story = Story().start()
    for number in range(20):
        story.begin(story.watch.at_s, task(number))
        story.die(story.watch.at_s)
        story.tell(Alive(story.watch.at_s, number))
        assert fails(story.die(story.watch.at_s)) == {number: "crashed"}
    assert story.watch.phase is Phase.READY


def test_the_memory_ceiling_starts_a_fresh_worker_and_blames_nobody() -> None:
    story = Story(Watch(limits=Limits(memory_bytes=1 << 30))).start()
    story.begin(1, task(1))
    (kill,) = story.tell(PongHeard(2, 3 << 30))
    assert kill == Kill("the worker held 3072 MB of memory; its ceiling is 1024 MB")
    assert Send(1) in story.die(2)
    assert story.watch.tasks[0].deaths == 0
    assert story.watch.deaths_s == ()


def test_what_takes_too_much_memory_in_a_fresh_worker_too_is_not_asked_for_ever() -> None:
    story = Story(Watch(limits=Limits(memory_bytes=1 << 30))).start()
    story.begin(1, task(1))
    story.tell(PongHeard(2, 3 << 30))
    assert Send(1) in story.die(2)
    story.tell(PongHeard(3, 3 << 30))
    assert fails(story.die(3)) == {1: "memory"}


def test_a_worker_that_takes_too_much_by_itself_is_not_started_for_ever() -> None:
    story = Story(Watch(limits=Limits(memory_bytes=1 << 30, restarts=2))).start()
    for at in range(3):
        assert story.watch.phase is Phase.READY
        story.tell(PongHeard(10 * at + 5, 3 << 30))
        story.die(10 * at + 5)
    assert story.watch.phase is Phase.DEAD
    assert "3 times" in story.watch.reason and "its ceiling is 1024 MB" in story.watch.reason


def test_stopping_is_ask_wait_kill_reap() -> None:
    story = Story().start().begin(1, task(1))
    actions = story.tell(StopAsked(2, "the window closed"))
    assert SendStop("the window closed") in actions
    assert fails(actions) == {1: "stopped"}
    assert wake_s(story.watch) == 4
    assert story.tell(Tick(4)) == [Kill("it did not stop within 2 s")]
    assert story.tell(Exited(4.1, "was killed by SIGKILL")) == [Closed("the window closed")]
    assert wake_s(story.watch) is None


def test_stopping_without_a_process_is_done_at_once() -> None:
    assert Story().tell(StopAsked(0, "never mind")) == [Closed("never mind")]


def test_a_worker_that_never_starts_is_killed() -> None:
    story = Story()
    story.tell(Tick(0))
    assert story.tell(Tick(10)) == [Kill("the worker did not start within 10 s")]


def test_a_worker_that_cannot_work_is_not_started_again() -> None:
    story = Story()
    story.tell(Tick(0))
    story.tell(Asked(0, task(1)))
    actions = story.tell(CannotStart(1, "no module named vapoursynth"))
    assert fails(actions) == {1: "gone"}
    assert story.tell(Exited(1, "ended with exit code 3")) == [Closed("no module named vapoursynth")]


def test_a_cancel_that_is_not_heard_ends_in_a_kill() -> None:
    story = Story().start().begin(0, task(1, 900, replay=False)).begin(0, task(2, 900))
    assert story.tell(CancelAsked(1, 1)) == [SendCancel(1)]
    story.tell(PongHeard(3.9, 0))
    assert story.tell(Tick(4)) == [Kill("it did not end when cancelled")]
    actions = story.die(4.1)
    assert fails(actions) == {1: "cancelled"}
    assert Send(2) in actions


def test_what_was_not_sent_is_cancelled_on_the_spot() -> None:
    story = Story()
    story.tell(Tick(0))
    story.tell(Asked(0, task(1)))
    assert fails(story.tell(CancelAsked(0, 1))) == {1: "cancelled"}


EVENTS = st.one_of(
    st.builds(lambda n, r, s: ("ask", n, r, s), st.integers(0, 9**6), st.booleans(), st.booleans()),
    st.sampled_from([("tick",), ("ready",), ("die",), ("pong",), ("rubbish",), ("late",), ("stop",)]),
    st.builds(lambda n: ("alive", n), st.integers(0, 3)),
    st.builds(lambda n: ("answer", n), st.integers(0, 3)),
    st.builds(lambda n: ("cancel", n), st.integers(0, 3)),
)


@given(st.lists(EVENTS, max_size=60))
@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
def test_whatever_happens_each_request_ends_exactly_once(events: list[tuple[object, ...]]) -> None:
    """A random life: no request is answered twice or forgotten, nothing is sent to a worker that is not there."""
    story, now_s, alive, ends = Story(), 0.0, False, dict[int, int]()
    asked = 0

    def see(actions: list[Action]) -> None:
        nonlocal alive
        for action in actions:
            match action:
                case Spawn():
                    assert not alive
                    alive = True
                case Send() | SendPing() | SendCancel() | SendStop():
                    assert alive
                case Fail(id=number):
                    ends[number] = ends.get(number, 0) + 1

    for event in [("tick",), *events]:
        now_s += 0.5
        sent = [one.id for one in story.watch.tasks if one.sent]
        match event:
            case ("ask", _, bool(replay), bool(setup)):
                asked += 1
                see(story.tell(Asked(now_s, task(asked, replay=replay, setup=setup))))
            case ("tick",):
                see(story.tell(Tick(now_s)))
            case ("late",):
                now_s += 40
                see(story.tell(Tick(now_s)))
            case ("ready",) if alive:
                see(story.tell(ReadyHeard(now_s)))
            case ("pong",) if alive:
                see(story.tell(PongHeard(now_s, 0)))
            case ("rubbish",) if alive:
                see(story.tell(Corrupt(now_s, "x")))
            case ("die",) if alive:
                alive = False
                see(story.tell(Exited(now_s, SEGV)))
            case ("stop",):
                see(story.tell(StopAsked(now_s, "enough")))
            case ("alive", int(n)) if n < len(sent):
                see(story.tell(Alive(now_s, sent[n])))
            case ("answer", int(n)) if n < len(sent):
                ends[sent[n]] = ends.get(sent[n], 0) + 1
                see(story.tell(Answered(now_s, sent[n])))
            case ("cancel", int(n)) if n < len(story.watch.tasks):
                see(story.tell(CancelAsked(now_s, story.watch.tasks[n].id)))
    see(story.tell(StopAsked(now_s + 1, "the end")))
    if alive:
        see(story.tell(Exited(now_s + 2, SEGV)))
    assert story.watch.phase is Phase.DEAD
    assert ends == dict.fromkeys(range(1, asked + 1), 1)
