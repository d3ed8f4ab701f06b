"""What the panel's tests need: devices as values, a recorder that says what the test lets it say, a live ring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from capture.devices.found import (
    Device,
    DeviceId,
    Driver,
    FfmpegInput,
    Format,
    Found,
    Input,
    Link,
    Nature,
    Signal,
    Size,
    SoundDevice,
    SoundId,
    Standard,
)
from capture.session.asking import Asked
from capture.session.messages import Counters, Done, Event, Happened, HappeningKind, StateIs
from editor.capture.finding import Finding
from editor.capture.panel import CapturePanel
from editor.capture.taping import Listener, Taping
from editor.settings import Settings
from runtime.ring import Ring, RingFacts
from tests.editor.answers import Answers

PAL, NTSC = Fraction(25), Fraction(30000, 1001)

LINE = SoundDevice(SoundId("alsa:hw:2"), "USB Line", Driver.ALSA, FfmpegInput("alsa", "hw:2,0"))
DESK = SoundDevice(SoundId("alsa:hw:0"), "Desktop", Driver.ALSA, FfmpegInput("alsa", "hw:0,0"))
GRABBER = Device(
    DeviceId("v4l2:usb-1"),
    "Grabber Größe",
    Driver.V4L2,
    FfmpegInput("v4l2", "/dev/video7"),
    Nature(Signal.ANALOG, "it has a composite input"),
    inputs=(
        Input("Composite", (("channel", "0"),), standards=("PAL", "NTSC-M")),
        Input("S-Video", (("channel", "1"),), current=True, standards=("PAL", "NTSC-M")),
        Input("Component", None, note="ffmpeg cannot be told"),
    ),
    standards=(
        Standard("PAL", (("standard", "PAL"),), PAL, 625, current=True),
        Standard("NTSC-M", (("standard", "NTSC-M"),), NTSC, 525),
    ),
    formats=(
        Format("mjpeg", (("input_format", "mjpeg"),), compressed=True, sizes=(Size(720, 576, (PAL,)),)),
        Format(
            "yuyv422",
            (("input_format", "yuyv422"),),
            sizes=(Size(640, 480, (PAL,)), Size(720, 480, (PAL, NTSC)), Size(720, 576, (PAL, NTSC))),
        ),
        Format("strange", None, sizes=(Size(720, 576, (PAL,)),)),
    ),
    links=(Link(LINE.id, "the same plug"),),
    detailed=True,
)
CAMCORDER = Device(
    DeviceId("fw:1"), "DV camcorder", Driver.IEC61883, FfmpegInput("iec61883", "auto"),
    Nature(Signal.DV, "it is on FireWire"), carries_sound=True, detailed=True,
)  # fmt: skip
WEBCAM = Device(
    DeviceId("v4l2:cam"), "Webcam", Driver.V4L2, FfmpegInput("v4l2", "/dev/video0"),
    Nature(Signal.CAMERA, "its name says so"), detailed=True,
)  # fmt: skip
FOUND = Found((WEBCAM, GRABBER, CAMCORDER), (DESK, LINE))


@dataclass
class Recorder:
    """Notes what it is asked, and is in the state that it was asked for. `slow`: it does not end by itself when it is
    to finish."""

    tell: Listener
    asked: list[tuple[str, Asked | str]] = field(default_factory=list)
    slow: bool = False

    @property
    def words(self) -> list[str]:
        return [word for word, _ in self.asked]

    def preview(self, asked: Asked) -> None:
        self.asked.append(("preview", asked))
        self.tell(StateIs("preview"))

    def arm(self, asked: Asked) -> None:
        self.asked.append(("arm", asked))
        self.tell(StateIs("armed"))

    def record(self, asked: Asked) -> None:
        self.asked.append(("record", asked))
        self.tell(StateIs("recording"))
        self.tell(Happened("started", 0.0, 0))

    def mend(self, asked: Asked) -> None:
        self.asked.append(("mend", asked))
        self.tell(StateIs("finishing"))

    def finish(self, reason: str = "asked") -> None:
        records = self.words[-1:] == ["record"]
        self.asked.append(("finish", reason))
        if records and not self.slow:
            self.end(Path("a.mkv"))

    def note(self, text: str) -> None:
        self.asked.append(("note", text))

    def close(self, reason: str = "closed", wait_s: float = 60.0) -> None:
        self.asked.append(("close", reason))

    def end(self, *files: Path, lost: int = 0, t_s: float = 60.0, report: str = "") -> None:
        """The tape is over."""
        self.tell(StateIs("finishing"))
        done = Done("asked", tuple(str(one) for one in files), (), report, "", "", round(t_s * 25), lost, t_s=t_s)
        self.tell(done)
        self.tell(StateIs("done"))


@dataclass
class Room:
    """A panel with what it speaks to."""

    panel: CapturePanel
    taping: Taping
    finding: Finding
    answers: Answers
    settings: Settings
    recorders: list[Recorder]
    qtbot: QtBot

    @property
    def recorder(self) -> Recorder:
        return self.recorders[-1]

    def tell(self, *events: Event) -> None:
        """The recorder says this, and the window has heard it."""
        for event in events:
            self.recorder.tell(event)
        self.settle()

    def settle(self) -> None:
        self.qtbot.wait(120)


@contextmanager
def room(qtbot: QtBot, tmp_path: Path, found: Found = FOUND, **kept: object) -> Iterator[Room]:
    settings = Settings(tmp_path / "settings.json")
    settings.set("capture", {"folder": str(tmp_path / "tapes"), **kept})
    recorders: list[Recorder] = []

    def start(listener: Listener) -> Recorder:
        recorders.append(Recorder(listener))
        return recorders[-1]

    taping = Taping(start)
    finding = Finding(lambda: found, lambda _: lambda: None)
    answers = Answers()
    panel = CapturePanel(taping, finding, settings, answers)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: finding.known and not finding.busy)
    yield Room(panel, taping, finding, answers, settings, recorders, qtbot)
    panel.end()
    taping.close("over")


def counted(t_s: float, lost: int = 0, late: int = 0, left_s: float = 36_000.0) -> Counters:
    return Counters(t_s, round(t_s * 25), lost=lost, late=late, size_bytes=10**9, free_bytes=10**11, left_s=left_s)


def happened(kind: HappeningKind, t_s: float, count: int = 0, length_s: float = 0.0, text: str = "") -> Happened:
    return Happened(kind, t_s, round(t_s * 25), count, length_s, text)


def ring(
    path: Path, width: int = 64, height: int = 48, form: str = "YUV422P8", fields: str = "tff", slots: int = 4
) -> Ring:
    return Ring.create(path, RingFacts("test", width, height, form, (25, 1), fields, slots=slots))


def flat(facts: RingFacts, y: int, u: int, v: int) -> bytes:
    """A frame of one colour, in 8-bit codes."""
    deep = int(facts.format.rpartition("P")[2]) - 8
    planes = zip(facts.planes, (y, u, v), strict=True)
    return b"".join(
        np.full(width * height, value << deep, np.uint8 if size == 1 else "<u2").tobytes()
        for (width, height, size), value in planes
    )
