"""Segments shared out over workers of different speeds, by simulation: nobody waits for a slow one at the end, and
what a worker shows while it runs counts."""

from __future__ import annotations

import heapq
from collections.abc import Callable

import pytest

from runtime.hardware.assigning import Crew, Segment, next_for, shared_out

Speed = Callable[[float], float]


def steady(fps: float) -> Speed:
    return lambda _: fps


def simulated(
    speeds: dict[str, Speed], segments: list[Segment], dies: dict[str, float] | None = None
) -> tuple[float, dict[str, int], list[Segment]]:
    """Seconds until all is done; frames each made; what was made, in order. A worker that dies at a moment loses what
    it was at. A worker's speed is that of the moment it begins a segment."""
    crew = Crew()
    for worker in speeds:
        crew = crew.joined(worker)
    due, now, made, whole = list(segments), 0.0, dict.fromkeys(speeds, 0), list[Segment]()
    ends: list[tuple[float, str, Segment]] = []
    dying = dict(dies or {})
    while due or ends:
        for worker in [one for one in crew.workers if one not in crew.doing]:
            segment = next_for(crew, worker, due, now)
            if segment is not None:
                due.remove(segment)
                crew = crew.began(worker, segment, now)
                heapq.heappush(ends, (now + (segment[1] - segment[0]) / speeds[worker](now), worker, segment))
        assert ends, "nobody works though something is due"
        end = ends[0][0]
        gone = next((worker for worker, at in dying.items() if at <= end), None)
        if gone is not None:
            now = max(now, dying.pop(gone))
            lost = [one for one in ends if one[1] == gone]
            ends = [one for one in ends if one[1] != gone]
            heapq.heapify(ends)
            crew = crew.left(gone)
            due = sorted([*due, *(one[2] for one in lost)])
            continue
        now, worker, segment = heapq.heappop(ends)
        crew = crew.done(worker, now)
        made[worker] += segment[1] - segment[0]
        whole.append(segment)
    return now, made, whole


def cut(frames: int, size: int) -> list[Segment]:
    return [(start, min(frames, start + size)) for start in range(0, frames, size)]


def test_work_goes_by_speed_and_all_are_done_at_the_same_time() -> None:
    speeds = {"a": steady(40.0), "b": steady(20.0), "c": steady(5.0)}
    took_s, made, whole = simulated(speeds, cut(60_000, 300))
    best_s = 60_000 / 65
    print(f"three workers of 40, 20 and 5 fps: {took_s:.0f} s, at best {best_s:.0f} s")
    assert sorted(whole) == cut(60_000, 300)
    assert took_s <= 1.02 * best_s
    assert made["a"] / made["b"] == pytest.approx(2.0, rel=0.05)


def test_the_last_segments_are_not_given_to_the_slow_one() -> None:
    speeds = {"quick": steady(100.0), "slow": steady(1.0)}
    took_s, made, _ = simulated(speeds, cut(3_000, 300))
    assert made["slow"] <= 300, "it got one before anybody knew, and no more"
    assert took_s <= 300.0


def test_a_worker_that_becomes_slow_gets_less() -> None:
    speeds = {"a": steady(30.0), "b": lambda now: 30.0 if now < 100 else 3.0}
    took_s, made, _ = simulated(speeds, cut(30_000, 300))
    equal_s = 100 + (15_000 - 3_000) / 3  # had each kept its half
    assert took_s < 0.4 * equal_s
    assert made["a"] > 3 * made["b"]


def test_what_a_dead_worker_was_at_is_made_by_another() -> None:
    speeds = {"a": steady(30.0), "b": steady(30.0)}
    _, made, whole = simulated(speeds, cut(9_000, 300), dies={"b": 55.0})
    assert sorted(whole) == cut(9_000, 300)
    assert made["b"] < made["a"]


@pytest.mark.parametrize("count", [2, 8, 32, 64])
def test_many_workers_stay_busy(count: int) -> None:
    speeds = {f"w{n:02}": steady(10.0 + n % 7) for n in range(count)}
    segments = cut(count * 20 * 300, 300)
    took_s, _, whole = simulated(speeds, segments)
    best_s = count * 20 * 300 / sum(speed(0) for speed in speeds.values())
    print(f"{count} workers: {best_s / took_s:.1%} of what is possible")
    assert sorted(whole) == segments
    assert best_s / took_s > 0.9


def test_a_straggler_loses_weight_while_it_still_works() -> None:
    crew = Crew().joined("a").joined("b")
    crew = crew.began("a", (0, 100), 0.0).began("b", (100, 200), 0.0).done("a", 10.0)
    assert crew.weights(10.0)["b"] == pytest.approx(0.5)
    assert crew.weights(100.0)["b"] == pytest.approx(1 / 11)


def test_before_anything_is_known_guesses_count() -> None:
    crew = Crew().joined("card", 400).joined("cpu", 8)
    plan = shared_out(crew, cut(3_000, 300), 0.0)
    assert len(plan["card"]) == 10
    assert plan["cpu"] == []


def test_nobody_is_there() -> None:
    assert shared_out(Crew(), [(0, 1)], 0.0) == {}
    assert next_for(Crew(), "x", [(0, 1)], 0.0) is None


def test_a_segment_that_failed_is_no_measurement() -> None:
    crew = Crew().joined("a").began("a", (0, 100), 0.0).failed("a")
    assert crew.paces == {}
    assert crew.doing == {}
    assert crew.done("a", 5.0) is crew
