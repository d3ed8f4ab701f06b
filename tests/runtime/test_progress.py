"""What a user sees while a render goes on."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from runtime.commands._progress import EVERY_S, Json, Lines, Teller, Terminal, clock_time, size, summary, teller
from runtime.jobs.render import Indexing, Note, Rendered, Result, Writing
from runtime.protocol import SinkProgress
from runtime.session import RenderUpdate

DONE = Result((Rendered("encode1", Path("out.mkv"), 1500, 2_340_000_000, "ffv1"),), 75.0, 60.0, 50.0)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def at(frames: int, elapsed_s: float, total: int = 1500) -> Writing:
    sink = SinkProgress("encode1", frames, frames, total, frames * 1000)
    return Writing(RenderUpdate((sink,), frames, total, frames * 1000, elapsed_s))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_terminal_has_one_line_that_is_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    screen = Screen()
    tell = Terminal(screen)
    for event in (Indexing("a very long name " * 9, 7), at(0, 0.0), at(300, 10.0), at(1500, 50.0)):
        tell.tell(event)
    assert "\n" not in screen.getvalue()
    assert max(len(part) for part in screen.getvalue().split("\r")) < 80
    assert "300 of 1500 frames (20 %) · 30.0 fps · 0:40 left · 300.0 kB" in screen.getvalue()
    tell.done(DONE)
    shown = screen.getvalue().split("\r")
    assert shown[-2].strip() == "", "the line is wiped before the summary"
    assert shown[-1] == "out.mkv: 1500 frames, 2.34 GB, ffv1, in 1:15, 25.0 fps\n"


def test_a_log_gets_a_line_now_and_then_and_the_last_one() -> None:
    clock, log = Clock(), io.StringIO()
    tell = Lines(log, clock)
    for number in range(1, 101):
        clock.now = number / 10
        tell.tell(at(number * 15, clock.now))
    said = log.getvalue().splitlines()
    assert len(said) == 1 + int(10 / EVERY_S) - 1 + 1
    assert said[-1].startswith("1500 of 1500 frames (100 %)")


def test_notes_are_kept_above_the_line_of_a_terminal() -> None:
    screen = Screen()
    tell = Terminal(screen)
    tell.tell(at(1, 1.0))
    tell.tell(Note("the sound cannot be copied"))
    assert screen.getvalue().endswith("\rnote: the sound cannot be copied\n")


def test_programs_get_json_even_with_nothing_known_yet() -> None:
    out = io.StringIO()
    tell = Json(out)
    tell.tell(at(0, 0.0))
    tell.done(DONE)
    first, last = map(json.loads, out.getvalue().splitlines())
    assert first["left_s"] is None
    assert last["files"] == [
        {"node": "encode1", "path": "out.mkv", "frames": 1500, "size_bytes": 2_340_000_000, "encoder": "ffv1"}
    ]


@pytest.mark.parametrize(
    ("style", "quiet", "out", "kind"),
    [
        ("auto", False, Screen(), Terminal),
        ("auto", False, io.StringIO(), Lines),
        ("lines", False, Screen(), Lines),
        ("auto", True, Screen(), Teller),
        ("json", True, Screen(), Json),
    ],
)
def test_the_style_fits_the_place(style: str, quiet: bool, out: io.StringIO, kind: type[Teller]) -> None:
    assert type(teller(style, quiet, out)) is kind


@pytest.mark.parametrize(("seconds", "text"), [(7.4, "0:07"), (750, "12:30"), (10931, "3:02:11")])
def test_times_are_said_as_a_clock_does(seconds: float, text: str) -> None:
    assert clock_time(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_500_000, "2.5 MB"), (81_234_000_000, "81.23 GB")],
)
def test_sizes_are_said_as_people_say_them(count: int, text: str) -> None:
    assert size(count) == text


def test_the_summary_names_every_file() -> None:
    assert len(summary(DONE)) == len(DONE.files)
