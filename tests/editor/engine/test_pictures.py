"""Every view shows what the graph is, whatever is edited, and as soon as it can be."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import psutil

from editor.engine.wishes import Shot, State, Wish
from graphs.document import NodeId
from graphs.edits import Bypass, Move
from tests.editor.engine.bench import Bench, graph, grey, node, tape

LEVELS = graph(tape(), node("levels", "colour.levels", in_white=200), wires="tape > levels")
DEAR = graph(tape(), node("bob", "deinterlace.bwdif"), node("big", "scale.nnedi3"), wires="tape > bob > big")


def test_a_wish_from_before_the_start_is_met_and_follows_each_edit(bench: Bench) -> None:
    bench.desk.open(LEVELS)
    bench.want("A", "levels", 3)
    bench.engine.start()
    first = bench.see("A")
    assert (first.image.width(), first.image.height(), first.frame) == (720, 576, 3)
    bench.set("levels", in_white=100)
    assert grey(bench.see("A")) != grey(first)

    # undo: the very picture that was kept
    bench.desk.undo()
    assert bench.see("A").image.cacheKey() == first.image.cacheKey()
    assert bench.engine.cached_frames(NodeId("levels"), "out") == ((3, 4),)

    # a node that was only moved changes no picture
    shots = len(bench.told)
    assert bench.desk.do(Move({NodeId("levels"): (50.0, 60.0)}), "move")
    bench.wait(lambda: bench.engine.analysis.graph is bench.desk.graph)
    bench.want("B", "tape", 3)
    bench.see("B")
    assert len(bench.told) == shots + 1

    # bypassed, it shows its input's picture, which is at hand
    bench.desk.do(Bypass(frozenset([NodeId("levels")]), True), "bypass")
    assert bench.see("A").image.cacheKey() == bench.see("B").image.cacheKey()
    bench.wait(lambda: bench.engine.state_of(NodeId("levels")).state is State.BYPASSED)


def test_of_many_edits_the_newest_wins(bench: Bench) -> None:
    bench.open(LEVELS)
    bench.want("A", "levels", 3)
    bench.see("A")
    for white in range(100, 160):
        bench.set("levels", in_white=white)
    last = bench.see("A")
    order = [what.fingerprint for what in bench.of("A") if isinstance(what, Shot)]
    assert order.count(last.fingerprint) == 1
    assert order[-1] == last.fingerprint
    assert len(order) <= 61


def test_scrubbing_back_needs_no_worker(bench: Bench) -> None:
    bench.open(LEVELS)
    for frame in (0, 1, 2, 7):
        bench.want("A", "levels", frame)
        bench.wait(lambda frame=frame: (shot := bench.true("A")) and shot.frame == frame)
    assert bench.engine.cached_frames(NodeId("levels"), "out") == ((0, 3), (7, 8))
    seen = {what.frame: what.image.cacheKey() for what in bench.told if isinstance(what, Shot)}
    bench.want("A", "levels", 1)
    bench.wait(lambda: bench.of("A")[-1].frame == 1)
    again = bench.see("A")
    assert again.image.cacheKey() == seen[1]


def test_25i_and_50p_show_the_same_moment(bench: Bench) -> None:
    cut = node("cut", "time.trim", ranges=[[50, 100]])
    bench.open(graph(tape(), cut, node("bob", "deinterlace.bwdif", rate="double"), wires="tape > cut > bob"))
    for name in ("tape", "cut", "bob"):
        bench.engine.want(name, Wish(NodeId(name), "out", Fraction(5, 2)))
    shown = {name: bench.see(name).frame for name in ("tape", "cut", "bob")}
    assert shown == {"tape": 62, "cut": 12, "bob": 25}


def test_a_dear_node_shows_a_stand_in_and_then_the_true_picture(bench: Bench) -> None:
    bench.open(DEAR)
    bench.want("A", "big", 5)
    bench.see("A")
    bench.told.clear()
    bench.set("big", quality="best")
    bench.see("A")
    kinds = [what.stand_in for what in bench.of("A") if isinstance(what, Shot)]
    assert kinds[0] is True
    assert kinds[-1] is False
    sizes = {(what.image.width(), what.image.height()) for what in bench.of("A") if isinstance(what, Shot)}
    assert len(sizes) == 1

    # undo: the true picture is at hand, nothing need stand in for it
    bench.told.clear()
    bench.desk.undo()
    bench.see("A")
    assert [what.stand_in for what in bench.of("A") if isinstance(what, Shot)] == [False]


def test_thumbnails_come_after_what_is_looked_at_and_all_of_them(bench: Bench) -> None:
    names = [f"levels{number}" for number in range(12)]
    chain = [node(name, "colour.levels", in_white=150 + number) for number, name in enumerate(names)]
    bench.open(graph(tape(), *chain, wires=" > ".join(["tape", *names])))
    for name in names:
        bench.want(f"card {name}", name, 2, max_width=160, max_height=120, background=True)
    bench.want("A", names[-1], 2)
    bench.wait(lambda: bench.true("A") and all(bench.true(f"card {name}") for name in names))
    assert [what.view for what in bench.told].index("A") <= 3  # one may have been on its way
    assert all(shot.image.width() <= 160 for name in names if (shot := bench.true(f"card {name}")))


def test_an_output_shows_what_it_is_given(bench: Bench) -> None:
    bench.open(graph(tape(), node("file", "output.h264"), wires="tape > file"))
    bench.want("A", "file", 2)
    assert bench.see("A").image.width() == 720


def test_values_for_scopes_pixels_and_a_run_of_frames(bench: Bench) -> None:
    bench.open(LEVELS)
    bench.want("A", "levels", 0)
    bench.see("A")
    heard: list[object] = []
    assert bench.engine.samples("scope", NodeId("levels"), "out", Fraction(1), heard.append, max_width=90)
    assert bench.engine.pixel("cursor", NodeId("levels"), "out", Fraction(1), 10, 20, heard.append)
    bench.wait(lambda: len(heard) == 2)
    by_kind = {type(what).__name__: what for what in heard}
    assert set(by_kind) == {"Samples", "Pixel"}
    assert not bench.engine.pixel("cursor", NodeId("nowhere"), "out", Fraction(0), 0, 0, heard.append)

    played: list[Shot] = []
    wish = Wish(NodeId("levels"), "out", max_width=180)
    playback = bench.engine.play("A", wish, range(10, 16), played.append)  # type: ignore[arg-type]
    assert playback is not None
    bench.wait(lambda: len(played) == 6)
    assert [shot.frame for shot in played] == list(range(10, 16))
    assert (10, 16) in bench.engine.cached_frames(NodeId("levels"), "out")


def test_costs_and_states_are_told(bench: Bench) -> None:
    bench.open(LEVELS)
    bench.want("A", "levels")
    bench.playhead.seek(Fraction(1))
    bench.see("A")
    bench.wait(lambda: bench.engine.state_of(NodeId("levels")).state is State.CACHED)
    bench.wait(lambda: (cost := bench.engine.costs().get(NodeId("levels"))) and cost.frames == 1)
    bench.playhead.seek(Fraction(2))
    bench.wait(lambda: bench.engine.state_of(NodeId("levels")).state is State.IDLE)


def test_closing_ends_the_worker(benches: Callable[..., Bench]) -> None:
    bench = benches()
    bench.open(LEVELS)
    bench.want("A", "levels", 0)
    bench.see("A")
    assert bench.engine.session is not None
    pid = bench.engine.session.worker_pid
    assert pid is not None
    bench.engine.close()
    assert not psutil.pid_exists(pid)
    bench.want("A", "levels", 1)  # and nothing falls over
