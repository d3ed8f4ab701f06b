"""The true values of a frame, with a real worker: for scopes, and under the pointer."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from runtime.outcomes import PixelOutcome, SamplesOutcome
from runtime.protocol import StepCode
from runtime.session import NodeError, NodeFailure, Pixel, Samples, Session, Superseded
from tests.runtime.steps import PRELUDE, per_frame, source, step


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as one:
        yield one


def clip(name: str, kind: str, expressions: str, more: str = "") -> StepCode:
    code = f"{name} = core.std.BlankClip(format=vs.{kind}, width=64, height=48).akarin.Expr([{expressions}]){more}"
    return step(name, code, change=kind)


def rows(samples: Samples, plane: int = 0) -> list[list[float]]:
    one = samples.planes[plane]
    values: list[float] = [*one.data]
    return [values[y * one.width : (y + 1) * one.width] for y in range(one.height)]


@pytest.mark.parametrize(("kind", "bits"), [("YUV420P8", 8), ("YUV420P10", 10), ("YUV420P16", 16)])
def test_samples_are_the_clips_own_codes_plane_by_plane(session: Session, kind: str, bits: int) -> None:
    places = "'X Y 64 * + 255 bitand', 'X 100 +', 'Y 200 +'"
    session.load([clip("c", kind, places, ".std.SetFrameProps(_Matrix=5)")], PRELUDE)
    found = session.samples("c", "out", 0)
    assert (found.family, found.bits, found.is_float, found.full_range) == ("yuv", bits, False, False)
    assert (found.matrix, found.sub_w, found.sub_h, found.width, found.height) == (5, 1, 1, 64, 48)
    assert [(one.width, one.height) for one in found.planes] == [(64, 48), (32, 24), (32, 24)]
    assert {one.data.format for one in found.planes} == {"H"}
    assert rows(found) == [[(x + 64 * y) & 255 for x in range(64)] for y in range(48)]
    assert rows(found, 1)[7] == [x + 100 for x in range(32)]
    assert rows(found, 2)[7] == [207] * 32


@pytest.mark.parametrize("kind", ["GRAYH", "GRAYS"])
def test_floats_stay_floats_beyond_black_and_white(session: Session, kind: str) -> None:
    session.load([clip("c", "GRAYS", "'X 16 / 1 -'", f".resize.Point(format=vs.{kind})")], PRELUDE)
    found = session.samples("c", "out", 0)
    assert (found.family, found.is_float, found.planes[0].data.format) == ("gray", True, "f")
    assert rows(found)[9] == [x / 16 - 1 for x in range(64)]


def test_many_bits_come_as_sixteen(session: Session) -> None:
    session.load([clip("c", "GRAY32", "'X 65536 * 7 +'")], PRELUDE)
    found = session.samples("c", "out", 0)
    assert found.bits == 16
    assert rows(found)[0] == list(range(64))


def test_a_small_sample_holds_true_values_of_both_fields(session: Session) -> None:
    session.load([clip("c", "GRAY8", "'Y 2 % 100 * X +'", ".std.SetFrameProps(_Range=1)")], PRELUDE)
    found = session.samples("c", "out", 0, max_width=20, max_height=12)
    assert found.full_range
    assert (found.planes[0].width, found.planes[0].height) == (16, 12)
    assert rows(found) == [[parity * 100 + x for x in range(0, 64, 4)] for parity in (0, 1)] * 6


def test_only_a_region_or_a_field_can_be_sampled(session: Session) -> None:
    session.load([clip("c", "YUV420P8", "'Y', 'Y', 'X'")], PRELUDE)
    part = session.samples("c", "out", 0, region=(10, 20, 8, 4))
    assert rows(part) == [[y] * 8 for y in range(20, 24)]
    assert (rows(part, 1), rows(part, 2)) == ([[10] * 4, [11] * 4], [[5, 6, 7, 8]] * 2)
    bottom = session.samples("c", "out", 0, look="bottom")
    assert {row[0] for row in rows(bottom)} == set(range(1, 48, 2))


def test_of_many_requests_of_a_scope_the_newest_is_made(session: Session) -> None:
    session.load([source(), per_frame("slow", "time.sleep(0.15)")], PRELUDE)
    outcomes: dict[int, SamplesOutcome] = {}
    done = threading.Event()

    def arrived(frame: int, outcome: SamplesOutcome) -> None:
        outcomes[frame] = outcome
        if len(outcomes) == 30:
            done.set()

    for frame in range(30):
        session.samples_async("slow", "out", frame, partial(arrived, frame), view="waveform")
    assert done.wait(10)
    made = {frame: one for frame, one in outcomes.items() if isinstance(one, Samples)}
    assert len(made) <= 3
    assert rows(made[29])[0][0] == 29
    assert all(isinstance(one, Superseded) for frame, one in outcomes.items() if frame not in made)


def pick(session: Session, x: int, y: int, frame: int = 0) -> PixelOutcome:
    found: list[PixelOutcome] = []
    done = threading.Event()

    def arrived(outcome: PixelOutcome) -> None:
        found.append(outcome)
        done.set()

    session.pixel_async("c", "out", frame, x, y, arrived)
    assert done.wait(10)
    return found[0]


def test_a_pixel_tells_its_codes_and_its_colour_on_the_screen(session: Session) -> None:
    session.load([clip("c", "YUV411P8", "'X Y +', '128 X +', '128'")], PRELUDE)
    found = pick(session, 41, 30)
    assert isinstance(found, Pixel)
    assert (found.x, found.y, found.values, found.family, found.bits) == (41, 30, (71.0, 138.0, 128.0), "yuv", 8)
    picture = session.preview("c", "out", 0)
    at = 30 * picture.stride + 41 * 4
    assert found.rgb == tuple(reversed(picture.data[at : at + 3]))


@pytest.mark.parametrize(("x", "y"), [(64, 0), (0, 48), (-1, 0)])
def test_a_pixel_outside_is_refused(session: Session, x: int, y: int) -> None:
    session.load([clip("c", "RGBS", "'X', '0', '1'")], PRELUDE)
    failure = pick(session, x, y)
    assert isinstance(failure, NodeFailure)
    assert "outside the picture" in failure.message
    inside = pick(session, 3, 0)
    assert isinstance(inside, Pixel)
    assert (inside.values, inside.full_range) == ((3.0, 0.0, 1.0), True)


def test_a_node_that_crashes_the_worker_under_a_scope_is_blamed_and_the_scope_goes_on() -> None:
    bomb = per_frame("bomb", "if n == 2:\n    os.abort()")
    with Session() as own:
        own.load([source(), bomb], PRELUDE)
        with pytest.raises(NodeError) as caught:
            own.samples("bomb", "out", 2)
        assert (caught.value.failure.node, caught.value.failure.crashed) == ("bomb", True)
        assert rows(own.samples("src", "out", 2))[0][0] == 2


def test_samples_of_a_frame_that_cannot_be_made_name_the_node(session: Session) -> None:
    session.load([source(), per_frame("bad", "raise ValueError('torn tape')")], PRELUDE)
    with pytest.raises(NodeError, match="torn tape") as caught:
        session.samples("bad", "out", 3)
    assert (caught.value.failure.node, caught.value.failure.frame) == ("bad", 3)
