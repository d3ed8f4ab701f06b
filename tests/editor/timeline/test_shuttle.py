"""J, K and L as an editor's fingers know them."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from editor.timeline.shuttle import CRAWL, FASTEST, Key, Shuttle, pressed, released, toggled


def typed(keys: str) -> Shuttle:
    """Upper case presses and lets go, lower case goes down and stays."""
    state = Shuttle()
    for key in keys:
        name: Key = key.upper()  # type: ignore[assignment]
        state = pressed(state, name)
        if key.isupper():
            state = released(state, name)
    return state


def test_L_plays_and_gets_faster() -> None:
    assert [typed("L" * count).speed for count in range(1, 6)] == [1, 2, 4, 8, 8]


def test_J_plays_backwards_and_turns_at_once() -> None:
    assert typed("JJ").speed == -2
    assert typed("LLLJ").speed == -1
    assert typed("JJL").speed == 1


def test_K_stops() -> None:
    assert typed("LLLK") == Shuttle()


def test_with_K_held_L_steps_once_and_crawls_until_it_is_let_go() -> None:
    crawling = typed("kl")
    assert (crawling.step, crawling.speed) == (1, CRAWL)
    still = released(crawling, "L")
    assert (still.speed, still.step, still.held) == (0, 0, True)
    assert typed("kj").step == -1
    assert released(typed("kj"), "K") == Shuttle()


def test_space_stops_any_speed_and_plays_as_recorded() -> None:
    assert toggled(typed("LLL")).speed == 0
    assert toggled(toggled(typed("JJ"))).speed == 1


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["J", "K", "L"]))))
def test_no_playing_of_the_fingers_leaves_the_speeds(moves: list[tuple[bool, Key]]) -> None:
    state = Shuttle()
    speeds = {Fraction(sign * speed) for sign in (1, -1) for speed in (0, CRAWL, 1, 2, 4, FASTEST)}
    for down, key in moves:
        state = pressed(state, key) if down else released(state, key)
        assert state.speed in speeds
        assert state.crawling <= state.held
