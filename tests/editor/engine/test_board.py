"""What is asked of the worker, in which order, and whose picture an answer is."""

from __future__ import annotations

from editor.engine.board import Aim, Board, Flight
from editor.engine.wishes import Wish
from graphs.document import NodeId


def wish(node: str = "a", frame: int = 0, *, background: bool = False) -> Wish:
    return Wish(NodeId(node), "out", frame=frame, background=background)


def aim(node: str = "a", frame: int = 0, change: str = "") -> Aim:
    return Aim(node, "out", f"{node}{change}.out", frame)


def want(board: Board, view: str, what: Wish, change: str = "") -> None:
    board.want(view, what)
    board.aimed(view, aim(what.node, what.frame or 0, change))


def begun(board: Board) -> list[Flight]:
    return list(board.start())


def land(board: Board, flight: Flight) -> list[str]:
    """The views that it serves, which then have it."""
    board.landed(flight.number)
    views = list(board.serves(flight))
    for view in views:
        board.got(view, None if flight.doubtful else flight.key, flight.number)
    return views


def test_two_are_on_their_way_for_what_is_looked_at_and_one_for_thumbnails() -> None:
    board = Board()
    for number in range(5):
        want(board, f"card {number}", wish(f"n{number}", background=True))
        want(board, f"view {number}", wish(f"m{number}"))
    assert [flight.view for flight in begun(board)] == ["view 4", "view 3", "card 0"]
    assert begun(board) == []


def test_while_scrubbing_only_the_newest_waits() -> None:
    board = Board()
    for frame in range(10):
        want(board, "A", wish(frame=frame))
        begun(board)
    first, second = board.flights.values()
    assert [flight.aim.frame for flight in (first, second)] == [0, 1]
    assert land(board, first) == ["A"]  # a step on the way
    assert [flight.aim.frame for flight in begun(board)] == [9]


def test_an_older_picture_never_covers_a_newer_one() -> None:
    board = Board()
    want(board, "A", wish(frame=0))
    (old,) = begun(board)
    want(board, "A", wish(frame=1))
    (new,) = begun(board)
    want(board, "A", wish(frame=2))
    assert land(board, new) == ["A"]
    assert land(board, old) == []


def test_one_picture_serves_all_who_want_it() -> None:
    board = Board()
    for view in ("A", "B"):
        want(board, view, wish())
    (flight,) = begun(board)
    assert sorted(land(board, flight)) == ["A", "B"]
    assert board.open == ()


def test_a_picture_asked_before_another_plan_is_in_doubt() -> None:
    board = Board()
    want(board, "A", wish())
    (flight,) = begun(board)
    board.replanned({("a", "out"): "a changed.out"})
    board.aimed("A", aim(change=" changed"))
    assert flight.doubtful
    assert land(board, flight) == ["A"]  # shown on the way
    assert [flight.aim.fingerprint for flight in begun(board)] == ["a changed.out"]


def test_a_plan_that_leaves_a_picture_alone_leaves_no_doubt() -> None:
    board = Board()
    want(board, "A", wish())
    (flight,) = begun(board)
    board.replanned({("a", "out"): "a.out", ("b", "out"): "b changed.out"})
    board.aimed("A", aim())
    assert land(board, flight) == ["A"]
    assert begun(board) == []


def test_a_view_that_has_turned_to_another_node_is_not_shown_the_last_one() -> None:
    board = Board()
    want(board, "A", wish("a"))
    (flight,) = begun(board)
    want(board, "A", wish("b"))
    assert land(board, flight) == []


def test_every_thumbnail_has_its_turn_while_others_change() -> None:
    board, made = Board(), []
    for moment in range(6):
        for number in range(3):
            want(board, f"card {number}", wish(f"n{number}", moment, background=True))
        for flight in begun(board):
            made += land(board, flight)
    assert made == ["card 0", "card 1", "card 2"] * 2


def test_a_view_that_is_gone_is_served_no_more() -> None:
    board = Board()
    want(board, "A", wish())
    (flight,) = begun(board)
    board.want("A", None)
    assert land(board, flight) == []
    want(board, "B", wish("b"))
    want(board, "C", wish("c"))
    assert len(begun(board)) == 2  # its place is free again
