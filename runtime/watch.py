"""Decides when a worker is started, asked, waited for, killed and blamed. Pure: no processes and no clock here.

`step(watch, event)` gives the next state and what to do; runtime/supervisor.py does it. Every event carries
the time at which it happened, in seconds of a monotonic clock. The rules:

- A request that was begun when the worker died is a suspect. It is replayed once, alone; the second death is
  its.
- A request that shows no sign of progress for its patience hangs: the worker is killed, that request is the
  suspect.
- A worker that answers no ping hangs while it holds the interpreter: all begun requests are suspects.
- Deaths that no request explains are counted: too many in a short time and we give up, with the reason.
- Stopping is: ask, wait, kill, reap.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

__all__ = [
    "Action",
    "Alive",
    "Answered",
    "Asked",
    "CancelAsked",
    "CannotStart",
    "Closed",
    "Corrupt",
    "Event",
    "Exited",
    "Fail",
    "Fault",
    "Kill",
    "Limits",
    "Phase",
    "PongHeard",
    "ReadyHeard",
    "Send",
    "SendCancel",
    "SendPing",
    "SendStop",
    "Spawn",
    "StopAsked",
    "Task",
    "Tick",
    "Watch",
    "step",
    "wake_s",
]


class Phase(StrEnum):
    RESTING = "resting"  # no process; one is started when its back-off is over
    STARTING = "starting"
    READY = "ready"
    KILLING = "killing"  # told to die, not yet reaped
    STOPPING = "stopping"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Limits:
    start_s: float = 60.0
    ping_every_s: float = 2.0
    pong_s: float = 30.0
    stop_s: float = 2.0
    cancel_s: float = 5.0
    memory_bytes: int = 0  # 0: no ceiling
    restarts: int = 5  # unexplained deaths within window_s before we give up
    window_s: float = 60.0
    backoff_s: tuple[float, ...] = (0.0, 0.25, 0.5, 1.0, 2.0)
    stall_s: float = 10.0  # no event for so long: this machine slept, nobody is late


@dataclass(frozen=True, slots=True)
class Task:
    """A request as the watch sees it."""

    id: int
    patience_s: float
    replay: bool = True
    setup: bool = False  # a new worker does it before anything else
    sent: bool = False
    begun: bool = False
    alive_s: float = 0.0  # last sign of progress
    deaths: int = 0
    starved: int = 0  # workers that took too much memory while they had it
    cancel_s: float | None = None  # when it was asked to end


FaultKind = Literal["crashed", "hung", "memory", "cancelled", "stopped", "gone"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request got no answer."""

    kind: FaultKind
    text: str


@dataclass(frozen=True, slots=True)
class Watch:
    limits: Limits = Limits()
    phase: Phase = Phase.RESTING
    at_s: float = 0.0  # the last event
    since_s: float = 0.0  # this phase began, or (resting) ends
    tasks: tuple[Task, ...] = ()
    deaths_s: tuple[float, ...] = ()
    pinged_s: float | None = None  # waiting for a pong since
    ponged_s: float = 0.0
    doom: Fault | None = None  # why we killed it
    culprits: frozenset[int] = frozenset()
    reason: str = ""  # of the last stop or death

    @property
    def busy(self) -> bool:
        return self.phase is Phase.READY and bool(self.tasks)


# ---- events


@dataclass(frozen=True, slots=True)
class Asked:
    at_s: float
    task: Task


@dataclass(frozen=True, slots=True)
class CancelAsked:
    at_s: float
    id: int


@dataclass(frozen=True, slots=True)
class ReadyHeard:
    at_s: float
    setup: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class CannotStart:
    """The worker said that no worker will ever run here."""

    at_s: float
    why: str


@dataclass(frozen=True, slots=True)
class Alive:
    """A request was begun, or is getting on."""

    at_s: float
    id: int


@dataclass(frozen=True, slots=True)
class Answered:
    at_s: float
    id: int


@dataclass(frozen=True, slots=True)
class PongHeard:
    at_s: float
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class Corrupt:
    """Rubbish on the wire."""

    at_s: float
    what: str


@dataclass(frozen=True, slots=True)
class Exited:
    at_s: float
    how: str


@dataclass(frozen=True, slots=True)
class StopAsked:
    at_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Tick:
    at_s: float


Event = (
    Asked | CancelAsked | ReadyHeard | CannotStart | Alive | Answered | PongHeard | Corrupt | Exited | StopAsked | Tick
)


# ---- actions


@dataclass(frozen=True, slots=True)
class Spawn:
    pass


@dataclass(frozen=True, slots=True)
class Send:
    id: int


@dataclass(frozen=True, slots=True)
class SendCancel:
    id: int


@dataclass(frozen=True, slots=True)
class SendPing:
    pass


@dataclass(frozen=True, slots=True)
class SendStop:
    reason: str


@dataclass(frozen=True, slots=True)
class Kill:
    reason: str


@dataclass(frozen=True, slots=True)
class Fail:
    """This request will get no answer."""

    id: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class Closed:
    """No process is left and none will be started."""

    reason: str


Action = Spawn | Send | SendCancel | SendPing | SendStop | Kill | Fail | Closed


# ---- decisions


@dataclass(slots=True)
class _Turn:
    """One step in the making."""

    w: Watch
    now_s: float
    actions: list[Action] = field(default_factory=list)

    def become(self, phase: Phase, since_s: float | None = None) -> None:
        self.w = replace(self.w, phase=phase, since_s=self.now_s if since_s is None else since_s)

    def fail(self, tasks: Iterable[Task], fault: Fault) -> None:
        gone = {task.id for task in tasks}
        self.actions += [Fail(task.id, fault) for task in self.w.tasks if task.id in gone]
        self.w = replace(self.w, tasks=tuple(task for task in self.w.tasks if task.id not in gone))

    def update(self, task_id: int, **changes: object) -> None:
        tasks = tuple(
            replace(task, **changes) if task.id == task_id else task  # type: ignore[arg-type]
            for task in self.w.tasks
        )
        self.w = replace(self.w, tasks=tasks)


def step(watch: Watch, event: Event) -> tuple[Watch, tuple[Action, ...]]:
    """What to do about an event."""
    turn = _Turn(_forgiven(watch, event.at_s), event.at_s)
    match event:
        case Asked(task=task):
            _asked(turn, task)
        case CancelAsked(id=id):
            _cancel(turn, id)
        case ReadyHeard(setup=setup) if turn.w.phase is Phase.STARTING:
            turn.become(Phase.READY)
            tasks = tuple(replace(task, setup=True, alive_s=turn.now_s) for task in setup) + turn.w.tasks
            turn.w = replace(turn.w, tasks=tasks, pinged_s=None, ponged_s=turn.now_s)
        case Alive(id=id):
            turn.update(id, begun=True, alive_s=turn.now_s)
        case Answered(id=id):
            _answered(turn, id)
        case PongHeard(rss_bytes=rss):
            turn.w = replace(turn.w, pinged_s=None, ponged_s=turn.now_s)
            _weigh(turn, rss)
        case Corrupt(what=what):
            _kill(turn, Fault("crashed", f"the worker wrote rubbish on the wire: {what}"))
        case CannotStart(why=why):
            _give_up(turn, why)
        case Exited(how=how):
            _exited(turn, how)
        case StopAsked(reason=reason):
            _stop(turn, reason)
    _look_at_the_clock(turn)
    _send_what_may_go(turn)
    return turn.w, tuple(turn.actions)


def wake_s(watch: Watch) -> float | None:
    """When a Tick is next needed; None: not before something else happens."""
    limits = watch.limits
    match watch.phase:
        case Phase.DEAD | Phase.KILLING:
            return None
        case Phase.RESTING:
            return watch.since_s
        case Phase.STARTING:
            return watch.since_s + limits.start_s
        case Phase.STOPPING:
            return watch.since_s + limits.stop_s
        case Phase.READY:
            times = [task.alive_s + task.patience_s for task in watch.tasks if task.sent]
            times += [task.cancel_s + limits.cancel_s for task in watch.tasks if task.cancel_s is not None]
            pinged = watch.pinged_s
            times.append(watch.ponged_s + limits.ping_every_s if pinged is None else pinged + limits.pong_s)
            return min(times)


def _forgiven(watch: Watch, at_s: float) -> Watch:
    """After the machine slept, or we were held up ourselves, nobody is late for that time."""
    gap = at_s - watch.at_s
    watch = replace(watch, at_s=at_s)
    due_s = wake_s(watch)
    if watch.phase is not Phase.READY or due_s is None or at_s - due_s < watch.limits.stall_s:
        return watch
    tasks = tuple(replace(task, alive_s=task.alive_s + gap) for task in watch.tasks)
    pinged_s = watch.pinged_s + gap if watch.pinged_s is not None else None
    return replace(watch, tasks=tasks, pinged_s=pinged_s)


def _asked(turn: _Turn, task: Task) -> None:
    if turn.w.phase is Phase.DEAD or turn.w.phase is Phase.STOPPING:
        turn.actions.append(Fail(task.id, Fault("gone", turn.w.reason)))
        return
    task = replace(task, alive_s=turn.now_s)
    first = tuple(one for one in turn.w.tasks if one.setup)
    rest = tuple(one for one in turn.w.tasks if not one.setup)
    turn.w = replace(turn.w, tasks=(*first, task, *rest) if task.setup else (*first, *rest, task))


def _cancel(turn: _Turn, task_id: int) -> None:
    for task in turn.w.tasks:
        if task.id != task_id:
            continue
        if not task.sent:
            turn.fail([task], Fault("cancelled", "cancelled"))
        elif task.cancel_s is None:
            turn.update(task_id, cancel_s=turn.now_s)
            turn.actions.append(SendCancel(task_id))


def _answered(turn: _Turn, task_id: int) -> None:
    """One answer shows that the worker gets on: those that wait in its queue have not been waiting in vain."""
    tasks = (task for task in turn.w.tasks if task.id != task_id)
    turn.w = replace(turn.w, tasks=tuple(task if task.begun else replace(task, alive_s=turn.now_s) for task in tasks))


def _weigh(turn: _Turn, rss_bytes: int) -> None:
    ceiling = turn.w.limits.memory_bytes
    if ceiling and rss_bytes > ceiling and turn.w.phase is Phase.READY:
        mb = 1024 * 1024
        text = f"the worker held {rss_bytes // mb} MB of memory; its ceiling is {ceiling // mb} MB"
        _kill(turn, Fault("memory", text))


def _kill(turn: _Turn, fault: Fault, culprits: Iterable[int] | None = None) -> None:
    """Kill it; who is to blame is settled when it has gone. No culprits given: all that were begun."""
    if turn.w.phase in (Phase.RESTING, Phase.KILLING, Phase.DEAD):
        return
    begun = [task.id for task in turn.w.tasks if task.begun] if culprits is None else culprits
    turn.w = replace(turn.w, doom=fault, culprits=frozenset(begun))
    turn.become(Phase.KILLING)
    turn.actions.append(Kill(fault.text))


def _exited(turn: _Turn, how: str) -> None:
    before, watch = turn.w.phase, turn.w
    if before is Phase.DEAD or before is Phase.RESTING:
        return
    if before is Phase.STOPPING:
        _close(turn, watch.reason)
        return
    fault = watch.doom or Fault("crashed", f"the worker {how}")
    culprits = watch.culprits if watch.doom else frozenset(task.id for task in watch.tasks if task.begun)
    turn.w = replace(watch, doom=None, culprits=frozenset(), reason=fault.text)
    turn.become(Phase.RESTING)
    blamed = _settle(turn, fault, culprits)
    passes = fault.kind == "cancelled" or (fault.kind == "memory" and watch.tasks)  # else it is too much by itself
    if passes or blamed:
        turn.w = replace(turn.w, deaths_s=() if blamed else turn.w.deaths_s)
        return
    earlier = (one for one in turn.w.deaths_s if turn.now_s - one < watch.limits.window_s)
    recent = (*earlier, turn.now_s)
    turn.w = replace(turn.w, deaths_s=recent)
    if len(recent) > watch.limits.restarts:
        span = f"{len(recent)} times in {watch.limits.window_s:.0f} s"
        _give_up(turn, f"the worker died {span}; the last time: {fault.text}")
        return
    backoff_s = watch.limits.backoff_s
    turn.become(Phase.RESTING, turn.now_s + backoff_s[min(len(recent), len(backoff_s)) - 1])


def _settle(turn: _Turn, fault: Fault, culprits: frozenset[int]) -> bool:
    """Replay what may be replayed; fail what died twice or cannot be done again. True if that explains the death."""
    blamed: list[Task] = []
    kept: list[Task] = []
    for task in turn.w.tasks:
        guilty = task.id in culprits and fault.kind in ("crashed", "hung")
        deaths = task.deaths + guilty
        starved = task.starved + (task.sent and fault.kind == "memory")
        lost = (task.sent and not task.replay) or starved > 1
        if task.cancel_s is not None:
            turn.actions.append(Fail(task.id, Fault("cancelled", "cancelled")))
        elif deaths > 1 or lost:
            turn.actions.append(Fail(task.id, fault))
            if guilty:
                blamed.append(task)
        else:
            kept.append(replace(task, deaths=deaths, starved=starved, sent=False, begun=False, alive_s=turn.now_s))
    turn.w = replace(turn.w, tasks=tuple(kept))
    return bool(blamed)


def _stop(turn: _Turn, reason: str) -> None:
    before = turn.w.phase
    if before in (Phase.DEAD, Phase.STOPPING):
        return
    turn.w = replace(turn.w, reason=reason)
    turn.fail(turn.w.tasks, Fault("stopped", reason))
    if before is Phase.RESTING:
        _close(turn, reason)
        return
    turn.become(Phase.STOPPING)
    if before is Phase.READY:
        turn.actions.append(SendStop(reason))
    elif before is Phase.STARTING:
        turn.actions.append(Kill(reason))


def _give_up(turn: _Turn, why: str) -> None:
    turn.w = replace(turn.w, reason=why)
    turn.fail(turn.w.tasks, Fault("gone", why))
    running = turn.w.phase in (Phase.STARTING, Phase.READY)
    if running:
        turn.become(Phase.STOPPING)
        turn.actions.append(Kill(why))
    else:
        _close(turn, why)


def _close(turn: _Turn, reason: str) -> None:
    turn.become(Phase.DEAD)
    turn.actions.append(Closed(reason))


def _look_at_the_clock(turn: _Turn) -> None:
    watch, now_s, limits = turn.w, turn.now_s, turn.w.limits
    match watch.phase:
        case Phase.RESTING if now_s >= watch.since_s:
            turn.become(Phase.STARTING)
            turn.actions.append(Spawn())
        case Phase.STARTING if now_s >= watch.since_s + limits.start_s:
            _kill(turn, Fault("hung", f"the worker did not start within {limits.start_s:.0f} s"))
        case Phase.STOPPING if now_s >= watch.since_s + limits.stop_s:
            turn.become(Phase.STOPPING)  # and again, should that not help
            turn.actions.append(Kill(f"it did not stop within {limits.stop_s:g} s"))
        case Phase.READY:
            _look_for_hangs(turn)


def _look_for_hangs(turn: _Turn) -> None:
    watch, now_s, limits = turn.w, turn.now_s, turn.w.limits
    for task in watch.tasks:
        if task.cancel_s is not None and now_s >= task.cancel_s + limits.cancel_s:
            _kill(turn, Fault("cancelled", "it did not end when cancelled"), [task.id])
            return
    # Of several that are late, one that was begun is the cause; those behind it only wait.
    late = [task for task in watch.tasks if task.sent and now_s >= task.alive_s + task.patience_s]
    for task in sorted(late, key=lambda one: (not one.begun, one.alive_s)):
        _kill(turn, Fault("hung", f"no sign of progress for {task.patience_s:g} s"), [task.id])
        return
    if watch.pinged_s is not None:
        if now_s >= watch.pinged_s + limits.pong_s:
            _kill(turn, Fault("hung", f"the worker has not answered for {limits.pong_s:g} s"))
    elif now_s >= watch.ponged_s + limits.ping_every_s:
        turn.w = replace(watch, pinged_s=now_s)
        turn.actions.append(SendPing())


def _send_what_may_go(turn: _Turn) -> None:
    """In order. A set-up must be answered before the next goes; a suspect goes alone, so that blame is certain."""
    if turn.w.phase is not Phase.READY:
        return
    out = any(task.sent for task in turn.w.tasks)
    for task in turn.w.tasks:
        alone = task.setup or task.deaths > 0
        if not task.sent:
            if alone and out:
                return
            turn.update(task.id, sent=True, alive_s=turn.now_s)
            turn.actions.append(Send(task.id))
            out = True
        if alone:
            return
