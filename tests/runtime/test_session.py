"""The calm API, with a real worker and a real VapourSynth: plans, pictures, facts."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from runtime import answers
from runtime.outcomes import PreviewOutcome
from runtime.protocol import StepCode
from runtime.session import Cancelled, NodeError, NodeFailure, Picture, RequestError, Session, Superseded, WorkerGone
from tests.runtime.steps import PRELUDE, per_frame, source, step

MEDIA = Path(__file__).parent.parent / "media"


@pytest.fixture(scope="module")
def shared() -> Iterator[Session]:
    with Session() as session:
        yield session


@pytest.fixture
def session(shared: Session) -> Session:
    """A session with an empty plan; the worker is the module's."""
    shared.load([])
    return shared


def states(session: Session, *steps: StepCode) -> dict[str, str]:
    return {report.node: report.state for report in session.load(steps, PRELUDE)}


def grey(picture: Picture) -> int:
    return picture.data[0]


def test_a_picture_is_bgra_of_the_frame_that_was_asked_for(session: Session) -> None:
    states(session, source())
    pictures = [session.preview("src", "out", frame) for frame in (40, 199, 80)]
    assert {(one.width, one.height, one.stride, len(one.data)) for one in pictures} == {(320, 240, 1280, 307200)}
    blue, green, red, alpha = pictures[0].data[-4:]
    assert blue == green == red == grey(pictures[0])
    assert alpha == 255
    assert grey(pictures[0]) < grey(pictures[2]) < grey(pictures[1])


def test_a_picture_is_bounded_but_never_enlarged(session: Session) -> None:
    states(session, source())
    small = session.preview("src", "out", 0, max_width=100, max_height=100)
    assert (small.width, small.height) == (100, 76)
    large = session.preview("src", "out", 0, max_width=4000, max_height=4000)
    assert (large.width, large.height) == (320, 240)


@pytest.mark.parametrize(("sar", "size"), [((16, 15), (768, 576)), ((8, 9), (720, 648)), ((0, 0), (720, 576))])
def test_square_pixels_follow_the_frames_own_aspect(
    session: Session, sar: tuple[int, int], size: tuple[int, int]
) -> None:
    props = f".std.SetFrameProps(_SARNum={sar[0]}, _SARDen={sar[1]})" if sar[0] else ""
    code = f"tape = core.std.BlankClip(format=vs.YUV420P8, width=720, height=576){props}"
    states(session, step("tape", code, change=str(sar)))
    square = session.preview("tape", "out", 0, square=True)
    assert (square.width, square.height) == size
    stored = session.preview("tape", "out", 0)
    assert (stored.width, stored.height) == (720, 576)
    assert (stored.sar_num, stored.sar_den) == sar


@pytest.mark.parametrize(
    "kind", ["GRAY8", "GRAY16", "GRAYS", "RGB24", "RGB48", "RGBS", "YUV411P8", "YUV422P10", "YUV444PS"]
)
def test_every_format_can_be_shown(session: Session, kind: str) -> None:
    states(session, step("any", f"any = core.std.BlankClip(format=vs.{kind}, width=64, height=48)", change=kind))
    assert session.preview("any", "out", 0).width == 64


def test_the_frames_own_matrix_wins_over_the_fallback(session: Session) -> None:
    """709 and 601 give different greens; an SD clip that says 709 must be shown as 709."""
    code = "c = core.std.BlankClip(format=vs.YUV444P8, width=16, height=16, color=[120, 60, 200])"
    plan = [
        step("none", code.replace("c =", "none =")),
        step("m601", code.replace("c =", "m601 =") + ".std.SetFrameProps(_Matrix=6)"),
        step("m709", code.replace("c =", "m709 =") + ".std.SetFrameProps(_Matrix=1)"),
    ]
    states(session, *plan)
    none, m601, m709 = (session.preview(one.node, "out", 0).data[:4].tolist() for one in plan)
    assert none == m601 != m709


def test_a_picture_larger_than_a_slot_still_arrives(session: Session) -> None:
    states(session, step("big", "big = core.std.BlankClip(format=vs.GRAY8, width=2600, height=2000, color=77)"))
    picture = session.preview("big", "out", 0)
    assert (len(picture.data), picture.data[0]) == (2600 * 2000 * 4, picture.data[-2])


def test_facts_are_those_of_the_clip_and_of_its_first_frame(session: Session) -> None:
    code = (
        "tape = core.std.BlankClip(format=vs.YUV422P10, width=720, height=480, fpsnum=30000, fpsden=1001, length=9)"
        ".std.SetFrameProps(_FieldBased=1, _SARNum=8, _SARDen=9, _Matrix=6)"
    )
    states(session, step("tape", code))
    facts = session.describe("tape")
    assert (facts.width, facts.height, facts.format, facts.num_frames) == (720, 480, "YUV422P10", 9)
    assert (facts.fps_num, facts.fps_den) == (30000, 1001)
    assert (facts.field_based, facts.sar_num, facts.sar_den, facts.matrix) == (1, 8, 9, 6)
    assert facts.transfer is None
    assert session.props("tape", "out", 8)["_SARDen"] == 9


def test_only_the_edited_step_is_built_again_and_quickly(session: Session) -> None:
    slow = step("slow", "time.sleep(0.3)\nslow = src.std.FlipVertical()", "src")
    first = [source(), slow, step("last", "last = slow.std.Levels(gamma=1.0)", "slow")]
    assert states(session, *first) == {"src": "built", "slow": "built", "last": "built"}
    session.preview("last", "out", 0)
    took = []
    for turn in range(5):
        last = step("last", f"last = slow.std.Levels(gamma=1.{turn + 1})", "slow", change=str(turn))
        began = time.perf_counter()
        assert states(session, source(), slow, last) == {"src": "reused", "slow": "reused", "last": "built"}
        session.preview("last", "out", 0)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.1  # milliseconds on a quiet machine; the slow step alone takes 0.3 s


def test_a_broken_step_is_told_with_its_line_and_does_not_hide_the_others(session: Session) -> None:
    bad = step("bad", "x = 1\nbad = src.std.Crop(left=3)", "src", line=20)
    below = step("below", "below = bad.std.FlipVertical()", "bad")
    found = states(session, source(), bad, below)
    assert found == {"src": "built", "bad": "failed", "below": "below"}
    with pytest.raises(NodeError) as caught:
        session.preview("below", "out", 0)
    failure = caught.value.failure
    assert (failure.node, failure.frame, failure.line, failure.crashed) == ("bad", None, 21, False)
    assert "Crop" in failure.message
    assert session.preview("src", "out", 0).width == 320


def test_a_frame_that_cannot_be_made_names_the_node_the_frame_and_the_line(session: Session) -> None:
    bad = replace(per_frame("bad", "if n == 7:\n    raise ValueError('no such dropout')"), line=30)
    states(session, source(), bad, step("below", "below = bad.std.FlipVertical()", "bad"))
    assert session.preview("below", "out", 6).width == 320
    with pytest.raises(NodeError, match="no such dropout") as caught:
        session.preview("below", "out", 7)
    assert (caught.value.failure.node, caught.value.failure.frame) == ("bad", 7)
    assert caught.value.failure.line == 32


@pytest.mark.parametrize(
    ("node", "frame", "said"), [("src", 200, "outside"), ("src", -1, "outside"), ("no", 0, "no no.")]
)
def test_what_is_not_there_is_said_plainly(session: Session, node: str, frame: int, said: str) -> None:
    states(session, source())
    with pytest.raises(NodeError, match=said):
        session.preview(node, "out", frame)


def test_of_forty_scrub_requests_only_the_first_and_the_newest_are_made(session: Session) -> None:
    states(session, source(), per_frame("slow", "time.sleep(0.05)"))
    outcomes: dict[int, PreviewOutcome] = {}
    done = threading.Event()

    def arrived(frame: int, outcome: PreviewOutcome) -> None:
        outcomes[frame] = outcome
        if len(outcomes) == 40:
            done.set()

    for frame in range(40):
        session.preview_async("slow", "out", frame, partial(arrived, frame), view="main")
    assert done.wait(10)
    made = [frame for frame, outcome in outcomes.items() if isinstance(outcome, Picture)]
    assert 39 in made
    assert len(made) <= 3
    assert all(isinstance(outcome, Picture | Superseded) for outcome in outcomes.values())


def test_the_picture_looked_at_goes_before_thumbnails(session: Session) -> None:
    states(session, source(), per_frame("slow", "time.sleep(0.02)"))
    order: list[str] = []
    done = threading.Event()

    def arrived(name: str, _outcome: PreviewOutcome) -> None:
        order.append(name)
        if len(order) == 9:
            done.set()

    for frame in range(8):
        session.preview_async(
            "slow", "out", frame, partial(arrived, f"thumb{frame}"), view=f"thumb{frame}", background=True
        )
    session.preview_async("slow", "out", 100, partial(arrived, "main"), view="main")
    assert done.wait(10)
    assert order.index("main") <= 3


def test_many_threads_may_ask_at_once(session: Session) -> None:
    states(session, source())
    found: list[tuple[int, int]] = []

    def ask(start: int) -> None:
        frames = range(start, start + 10)
        found.extend((one, grey(session.preview("src", "out", one * 2, max_width=64))) for one in frames)

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(0, 40, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    levels = [level for _, level in sorted(found)]
    assert levels == sorted(levels)
    assert len(levels) == 40


def test_a_stray_print_of_a_node_harms_nothing(session: Session) -> None:
    loud = per_frame("loud", "print('hello from Python')\nos.write(1, b'hello from C\\n' * 1000)")
    states(session, source(), loud)
    assert session.preview("loud", "out", 3).width == 320
    deadline = time.monotonic() + 5
    while not any("hello from C" in line for line in session.log_tail(50)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_index_is_built_with_progress_and_found_again(session: Session, tmp_path: Path) -> None:
    clip, index = MEDIA / "bigbuckbunny_1280x720_25p.mp4", tmp_path / "indexes" / "bunny.bsindex"
    percents: list[int] = []
    frames = session.index(str(clip), str(index), percents.append)
    assert frames > 0
    assert percents == sorted(percents)
    assert percents
    percents.clear()
    assert session.index(str(clip), str(index), percents.append) == frames
    assert percents == []


def test_a_file_can_be_probed_while_pictures_are_made(session: Session) -> None:
    states(session, source(), per_frame("slow", "time.sleep(0.2)"))
    session.preview_async("slow", "out", 0, lambda _: None)
    assert session.probe(str(MEDIA / "bigbuckbunny_1280x720_25p.mp4"))


@pytest.mark.parametrize("content", [None, b"", b"this is a text, not a tape"])
def test_a_file_that_cannot_be_indexed_is_refused(session: Session, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.dv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RequestError):
        session.index(str(path), str(tmp_path / "x.bsindex"))


def test_a_closed_session_says_so() -> None:
    session = Session()
    session.close("the window closed")
    with pytest.raises(WorkerGone, match="the window closed"):
        session.load([source()], PRELUDE)


def test_closing_answers_those_who_wait() -> None:
    with Session() as session:
        session.load([source(), per_frame("slow", "time.sleep(5)")], PRELUDE)
        seen: list[PreviewOutcome] = []
        session.preview_async("slow", "out", 0, seen.append)
        began = time.perf_counter()
    assert time.perf_counter() - began < 5
    assert isinstance(seen[0], WorkerGone)


def test_a_waiting_preview_can_be_cancelled(session: Session) -> None:
    states(session, source(), per_frame("slow", "time.sleep(0.2)"))
    outcomes: list[PreviewOutcome] = []
    ids = [session.preview_async("slow", "out", n, outcomes.append, view=f"v{n}") for n in range(6)]
    for one in ids[2:]:
        session.cancel(one)
    session.preview("slow", "out", 9)
    assert sum(isinstance(one, Superseded | Cancelled) for one in outcomes) >= 3
    assert not any(isinstance(one, NodeFailure) for one in outcomes)


def test_pictures_stay_what_they_were_for_as_long_as_they_are_kept() -> None:
    """More of them than there is shared memory for, beyond the death of their worker and the end of the session."""

    def shown(picture: Picture) -> set[int]:
        return set(picture.data[::4])

    with Session() as session:
        session.load([source()], PRELUDE)
        kept = [session.preview("src", "out", 20 * one) for one in range(8)]
        levels = [shown(picture) for picture in kept]
        assert len({min(level) for level in levels}) == 8
        pid = session.worker_pid
        assert pid is not None
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        for frame in range(60, 100):  # a new worker, with all the room that it had
            session.preview("src", "out", frame)
        assert session.worker_pid != pid
        assert [shown(picture) for picture in kept] == levels
    assert [shown(picture) for picture in kept] == levels


def test_ctrl_c_just_as_the_last_word_comes_waits_for_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = answers.last_word

    def interrupted(*args: Any) -> Any:
        real(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(answers, "last_word", interrupted)
    monkeypatch.setattr(answers, "_CANCELLED_S", 0.3)
    with Session() as session, pytest.raises(KeyboardInterrupt):
        session.probe(str(tmp_path / "nothing.mkv"))
