"""A moment of tape is the same moment in every view."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from editor.engine.analysis import Analysis
from graphs.document import Graph, Link, NodeDoc, NodeId
from nodes.media import Media, MediaError
from nodes.registry import default_registry
from runtime.compiled import compiled

SECOND = Fraction(1)


def no_files(path: str) -> Media:
    raise MediaError(path)


def analysis(*nodes: tuple[str, str, dict[str, object]], wires: tuple[tuple[str, str], ...]) -> Analysis:
    docs = [NodeDoc(NodeId(name), kind, 1, params) for name, kind, params in nodes]  # type: ignore[arg-type]
    graph = Graph.of(docs, [Link.of(source, target) for source, target in wires])
    made = compiled(graph, default_registry(), no_files, tuple(graph.nodes))
    assert not made.errors, made.errors
    return Analysis(graph, made)


def tape(name: str = "tape", seconds: int = 10, standard: str = "pal") -> tuple[str, str, dict[str, object]]:
    return name, "input.pattern", {"picture": "motion", "standard": standard, "seconds": seconds}


def at(found: Analysis, node: str, moment: Fraction) -> int:
    return found.frame_at(NodeId(node), "out", moment)


def when(found: Analysis, node: str, frame: int) -> Fraction:
    return found.moment_of(NodeId(node), "out", frame)


def test_50p_made_of_25i_shows_the_same_moment() -> None:
    found = analysis(tape(), ("bob", "deinterlace.bwdif", {"rate": "double"}), wires=(("tape.out", "bob.clip"),))
    moment = Fraction(101, 50)  # the second field of frame 50
    assert (at(found, "tape", moment), at(found, "bob", moment)) == (50, 101)
    assert (when(found, "tape", 50), when(found, "bob", 101)) == (2 * SECOND, moment)


def test_a_trim_keeps_the_time_of_the_tape() -> None:
    cut = {"mode": "keep", "ranges": [[200, 225], [50, 75]]}  # the later stretch first
    found = analysis(
        tape(),
        ("cut", "time.trim", cut),
        ("bob", "deinterlace.bwdif", {"rate": "double"}),
        wires=(("tape.out", "cut.clip"), ("cut.out", "bob.clip")),
    )
    assert [at(found, "cut", Fraction(frame, 25)) for frame in (200, 224, 50, 74)] == [0, 24, 25, 49]
    assert [when(found, "cut", frame) for frame in (0, 25)] == [8 * SECOND, 2 * SECOND]
    assert [at(found, "bob", Fraction(frame, 25)) for frame in (200, 50)] == [0, 50]


def test_a_moment_that_was_cut_out_shows_the_nearest_frame_left() -> None:
    found = analysis(
        tape(), ("cut", "time.trim", {"mode": "cut", "ranges": [[50, 200]]}), wires=(("tape.out", "cut.clip"),)
    )
    assert at(found, "cut", Fraction(60, 25)) == 49  # just behind what is left before the cut
    assert at(found, "cut", Fraction(190, 25)) == 50
    assert at(found, "cut", 100 * SECOND) == 99


def test_tapes_that_are_joined_lie_one_after_the_other() -> None:
    found = analysis(
        tape("one", 4),
        tape("two", 6),
        ("both", "time.join", {}),
        ("bob", "deinterlace.bwdif", {"rate": "double"}),
        wires=(("one.out", "both.clip"), ("two.out", "both.clip2"), ("both.out", "bob.clip")),
    )
    moment = 5 * SECOND
    assert (at(found, "both", moment), at(found, "bob", moment), at(found, "two", moment)) == (125, 250, 25)
    assert when(found, "two", 25) == when(found, "both", 125) == moment
    assert found.length == 10 * SECOND


def test_one_tape_in_two_orders_keeps_its_own_clock() -> None:
    found = analysis(
        tape(),
        ("late", "time.trim", {"ranges": [[200, 250]]}),
        ("early", "time.trim", {"ranges": [[0, 50]]}),
        ("both", "time.join", {}),
        wires=(
            ("tape.out", "late.clip"),
            ("tape.out", "early.clip"),
            ("late.out", "both.clip"),
            ("early.out", "both.clip2"),
        ),
    )
    assert [when(found, "both", frame) for frame in (0, 50)] == [8 * SECOND, 0 * SECOND]
    assert found.length == 10 * SECOND


def test_another_speed_shows_the_same_frames_later_or_earlier() -> None:
    found = analysis(tape(), ("slow", "motion.speed", {"rate": "12.5"}), wires=(("tape.out", "slow.clip"),))
    moment = 4 * SECOND
    assert at(found, "slow", moment) == at(found, "tape", moment) == 100
    assert when(found, "slow", 100) == moment


def test_a_trim_behind_another_speed_counts_in_its_own_frames() -> None:
    found = analysis(
        tape(standard="pal 50p"),
        ("slow", "motion.speed", {"rate": "25"}),
        ("cut", "time.trim", {"ranges": [[100, 200]]}),
        wires=(("tape.out", "slow.clip"), ("slow.out", "cut.clip")),
    )
    assert when(found, "cut", 0) == when(found, "tape", 100) == 2 * SECOND
    assert at(found, "cut", 3 * SECOND) == 50


def test_another_rate_leaves_time_alone() -> None:
    found = analysis(
        tape(standard="pal 50p"), ("rate", "motion.rate", {"rate": "30000/1001"}), wires=(("tape.out", "rate.clip"),)
    )
    assert at(found, "rate", 5 * SECOND) == int(5 * 30000 / 1001)


def test_a_bypassed_node_shows_what_comes_in() -> None:
    nodes = [
        NodeDoc(NodeId("tape"), "input.pattern", 1, {"seconds": 4}),
        NodeDoc(NodeId("cut"), "time.trim", 1, {"mode": "keep", "ranges": [[50, 100]]}, bypass=True),
    ]
    graph = Graph.of(nodes, [Link.of("tape.out", "cut.clip")])
    found = Analysis(graph, compiled(graph, default_registry(), no_files, tuple(graph.nodes)))
    assert at(found, "cut", SECOND) == 25
    assert found.places.of(NodeId("cut"), "out") == found.places.of(NodeId("tape"), "out")


def test_an_output_node_shows_what_it_is_given() -> None:
    found = analysis(
        tape(),
        ("cut", "time.trim", {"ranges": [[50, 100]]}),
        ("file", "output.ffv1", {}),
        wires=(("tape.out", "cut.clip"), ("cut.out", "file.clip")),
    )
    picture = found.main_picture(NodeId("file"))
    assert picture is not None
    clip = found.clip(*picture)
    assert clip is not None
    assert clip.frames == 50
    assert found.frame_at(*picture, 3 * SECOND) == 25


@given(frame=st.integers(0, 499), ranges=st.lists(st.tuples(st.integers(0, 240), st.integers(1, 40)), max_size=5))
def test_the_moment_of_a_frame_leads_back_to_a_frame_of_that_moment(frame: int, ranges: list[tuple[int, int]]) -> None:
    kept = [[first, first + length] for first, length in ranges]
    found = analysis(
        tape(),
        ("cut", "time.trim", {"mode": "keep", "ranges": kept}),
        ("bob", "deinterlace.bwdif", {"rate": "double"}),
        wires=(("tape.out", "cut.clip"), ("cut.out", "bob.clip")),
    )
    clip = found.clip(NodeId("bob"), "out")
    assert clip is not None
    frame = min(frame, clip.frames - 1)
    moment = when(found, "bob", frame)
    assert when(found, "bob", at(found, "bob", moment)) == moment  # a stretch may be there twice
