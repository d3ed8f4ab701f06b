"""Workers at the cards of stand-in machines: what each sees, who encodes where, and that the quicker gets more."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest

from nodes.registry import default_registry
from runtime.commands._hardware import lines
from runtime.hardware.machine import Cpu, Encoder, Gpu, Machine, Maker, Memory
from runtime.hardware.seating import AI_ON, NoSuchCard, Seat, seat_at, seats
from runtime.hardware.wishes import Wishes
from runtime.jobs.events import Event, Writing
from runtime.jobs.journal import wholes_of
from runtime.jobs.pool import Seated
from runtime.jobs.render import How, Rules, render
from runtime.protocol import RenderSink
from runtime.session import RenderResult, RenderUpdate, Session
from tests.runtime import tapes
from tests.runtime.documents import graph
from tests.runtime.jobs.flakily import Desk, FlakySession, lane
from tests.runtime.jobs.test_resume import frames_of

GB = 1 << 30
BIG = Gpu("0000:01:00.0", Maker.NVIDIA, "RTX 4090", 24 * GB, 23 * GB, False, uuid="GPU-big")
SMALL = Gpu("0000:02:00.0", Maker.NVIDIA, "RTX 3060", 12 * GB, 11 * GB, False, uuid="GPU-small")
AMD = Gpu("0000:03:00.0", Maker.AMD, "RX 7900", 20 * GB, 20 * GB, False)
NVENC = Encoder("h264_nvenc", Maker.NVIDIA, works=True)


def machine(*gpus: Gpu, encoders: Sequence[Encoder] = ()) -> Machine:
    return Machine(Cpu("a processor", 8, 16, 16), Memory(64 * GB, 60 * GB), gpus, (), tuple(encoders))


def seen(seat: Seat) -> str:
    return seat.environment.get("CUDA_VISIBLE_DEVICES", "")


def test_each_worker_computes_on_a_card_of_its_own_and_one_card_encodes_for_all() -> None:
    one, other, third = seats(machine(BIG, SMALL, encoders=[NVENC]), 3)
    assert (seen(one), one.encode_on) == ("GPU-big,GPU-small", 1)  # its own first: that is what models take
    assert (seen(other), other.encode_on) == ("GPU-small", 0)
    assert third == one
    assert one.guess == 1.0 > other.guess > 0


def test_the_doctor_says_how_several_cards_are_used() -> None:
    said = "\n".join(lines(machine(BIG, SMALL, encoders=[NVENC]), Wishes()))
    assert "RTX 4090, RTX 3060: each makes some with --workers 2" in said
    assert "--workers" not in "\n".join(lines(machine(BIG), Wishes()))


def test_speeds_that_were_measured_go_before_scores() -> None:
    one, other = seats(machine(BIG, SMALL), 2, speeds={SMALL.id: 30.0, BIG.id: 10.0})
    assert (one.name, other.name) == ("RTX 3060", "RTX 4090")
    assert other.guess == pytest.approx(1 / 3)


def test_who_wants_the_processor_keeps_models_off_the_cards() -> None:
    (seat,) = seats(machine(BIG), 1, wanted=Wishes(ai=("cpu",)))
    assert dict(seat.environment) == {AI_ON: "cpu"}


def test_cards_that_cannot_be_told_apart_are_left_to_their_driver() -> None:
    assert seats(machine(AMD, AMD), 2) == (Seat(), Seat())
    assert seats(machine(), 1)[0].environment == {}


@pytest.mark.parametrize("text", ["1", "3060", "gpu-small", "0000:02:00.0"])
def test_a_card_is_named_as_one_likes(text: str) -> None:
    assert seen(seat_at(machine(BIG, SMALL), text)) == "GPU-small"


def test_a_card_that_is_not_there_is_told_with_those_that_are() -> None:
    assert seat_at(machine(BIG), "none").environment == {AI_ON: "cpu"}
    with pytest.raises(NoSuchCard, match=r"--gpu 2: .* Here: 0 \(RTX 4090\), 1 \(RTX 3060\); or none"):
        seat_at(machine(BIG, SMALL), "2")


def test_only_nvenc_is_told_where_to_encode() -> None:
    seat = replace(seats(machine(BIG, SMALL, encoders=[NVENC]), 1)[0])
    words = ("ffmpeg", "-i", "-", "-c:v", "h264_nvenc", "-cq", "20", "out.mkv")
    assert seat.encoding(words) == (*words[:5], "-gpu", "1", *words[5:])
    plain = ("ffmpeg", "-i", "-", "-c:v", "ffv1", "out.mkv")
    assert seat.encoding(plain) == plain


def test_a_worker_sees_the_cards_of_its_seat_and_models_keep_off_where_they_shall() -> None:
    with Session(environment={"CUDA_VISIBLE_DEVICES": "GPU-small", AI_ON: "cpu"}) as session:
        session.namespaces()
        environment = psutil.Process(session.worker_pid).environ()
    assert (environment["CUDA_VISIBLE_DEVICES"], environment[AI_ON]) == ("GPU-small", "cpu")


def test_a_render_at_two_cards_is_the_same_and_says_who_made_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CACHE", "DATA"):
        monkeypatch.setenv(f"TAPELOOM_{name}", str(tmp_path / name.lower()))
    tape = tapes.tape(tmp_path / "tape.mkv", seconds=4)
    nodes = {
        "source1": ("input.video", {"file": str(tape)}),
        "b1": ("deinterlace.bwdif", {}),
        "encode1": ("output.ffv1", {}),
    }
    document = graph(nodes, "source1.out > b1.clip", "b1.out > encode1.clip")
    there = seats(machine(BIG, SMALL, encoders=[NVENC]), 2)
    environments: set[str] = set()

    def hear(event: Event) -> None:
        if isinstance(event, Writing):
            for child in psutil.Process().children(recursive=True):
                try:
                    if "runtime.worker" in child.cmdline():
                        environments.add(child.environ().get("CUDA_VISIBLE_DEVICES", ""))
                except psutil.Error:
                    continue

    many = How(workers=2, seats=there, least=1, rules=Rules(size=10))
    done = render(document, outputs=[str(tmp_path / "two.mkv")], registry=default_registry(), listen=hear, how=many)
    render(document, outputs=[str(tmp_path / "one.mkv")], registry=default_registry(), how=How(single_pass=True))
    assert frames_of(tmp_path / "two.mkv") == frames_of(tmp_path / "one.mkv")
    assert environments == {"GPU-big,GPU-small", "GPU-small"}
    (said,) = [note for note in done.notes if note.startswith("made by")]
    assert "RTX 4090" in said and "RTX 3060" in said


@dataclass
class Card(FlakySession):
    """Stands for a card: `takes_s` says how long its next segment takes."""

    takes_s: Callable[[], float] = lambda: 0.0
    cancelled: threading.Event = field(default_factory=threading.Event)

    def render(self, sinks: Sequence[RenderSink], on_progress: Callable[[RenderUpdate], None]) -> RenderResult:
        time.sleep(self.takes_s())
        return super().render(sinks, on_progress)

    def cancel(self) -> None:
        self.cancelled.set()


def made_by(tmp_path: Path, frames: int, *cards: tuple[str, Callable[[], float]]) -> list[str]:
    """Who made each segment, in the order in which they were whole."""
    desk = Desk(tmp_path, [lane(tmp_path, frames)], rules=Rules(size=10, poll_s=0.0, spare_bytes=0))
    makers = [Seated(Card(takes_s=takes_s), Seat(name, name)) for name, takes_s in cards]
    job = desk.begin(makers[0])  # type: ignore[arg-type]
    job.makers = makers
    try:
        job.render()
        assert desk.result(job) == list(range(frames))
        return [one.by for one in wholes_of(job.folder.path)]
    finally:
        desk.close()


def test_the_quicker_card_makes_more(tmp_path: Path) -> None:
    made = Counter(made_by(tmp_path, 160, ("quick", lambda: 0.0), ("slow", lambda: 0.5)))
    assert sum(made.values()) == 16
    assert made["quick"] > made["slow"] >= 1


def test_a_card_that_becomes_slow_is_given_less_from_then_on(tmp_path: Path) -> None:
    begun = {"first": 0, "second": 0}

    def takes(name: str) -> float:
        begun[name] += 1
        return 0.5 if (name == "first") is (begun["first"] + begun["second"] > 8) else 0.0

    made = made_by(tmp_path, 240, ("first", lambda: takes("first")), ("second", lambda: takes("second")))
    assert Counter(made[:6])["first"] > Counter(made[:6])["second"]
    assert Counter(made[-8:])["second"] > Counter(made[-8:])["first"]
