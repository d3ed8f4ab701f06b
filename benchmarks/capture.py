"""Records the test decks with a real session and holds what it reported against what was true.

    python -m benchmarks.capture                     two minutes under load, then each fault; about five minutes
    python -m benchmarks.capture --seconds 20 --only load,drop
    python -m benchmarks.capture --keep FOLDER       the recordings and their reports stay there

Truth is what the deck says of itself (pictures withheld on purpose, pictures lost by the card because nobody took them)
and the number that each picture carries, read back from the finished files. A picture that the deck gave and no file
has is *lost by us*: there must be none, but for those on their way when somebody was killed. Exit code 1 where one was
lost or a report is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from capture.decks import listing, reading  # noqa: E402
from capture.decks.marks import Mark  # noqa: E402
from capture.decks.reading import Picture  # noqa: E402
from capture.devices.found import PipedInput  # noqa: E402
from capture.devices.opening import Choice  # noqa: E402
from capture.measure.drift import from_marks  # noqa: E402
from capture.session.asking import Asked, Stops  # noqa: E402
from capture.session.choosing import source_of  # noqa: E402
from capture.session.messages import Counters, Done, Event, Failed, Happened, Refused, StateIs  # noqa: E402
from capture.session.session import Session  # noqa: E402

RATE = 25
PATIENCE_S = 120.0


@dataclass
class Run:
    """One start of the deck, as it told it: pictures first … last (half-open), but for those withheld or lost."""

    first: int
    start_wall: float
    end: dict[str, Any] | None = None
    missing: set[int] = field(default_factory=set)
    overrun: int = 0


@dataclass
class Recording:
    events: list[Event] = field(default_factory=list)
    done: Done | None = None
    failed: str = ""
    runs: list[Run] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    killed_wall: float = 0.0

    def happened(self, *kinds: str) -> list[Happened]:
        return [one for one in self.events if isinstance(one, Happened) and one.kind in kinds]

    @property
    def counters(self) -> Counters:
        return next(one for one in reversed(self.events) if isinstance(one, Counters))

    @property
    def numbers(self) -> list[int]:
        return [one.number for one in self.pictures]


@dataclass(frozen=True)
class Row:
    what: str
    truth: str
    reported: str
    read: str
    lost_by_us: int
    right: bool


# --------------------------------------------------------------------------------------------------- one recording


Meanwhile = Callable[[Session, Recording], None]


def recorded(
    place: Path, name: str, deck: Sequence[str], seconds: float, meanwhile: Meanwhile | None = None, **asked: Any
) -> Recording:
    """Record `seconds` of a deck (`which`, else PAL), started with the further words `deck`."""
    found = Recording()
    truth = place / f"{name}.truth"
    changed = threading.Condition()

    def heard(event: Event) -> None:
        with changed:
            found.events.append(event)
            if isinstance(event, Done):
                found.done = event
            elif isinstance(event, Failed | Refused):
                found.failed = event.text
            changed.notify_all()

    which = asked.pop("which", "pal")
    device = next(one for one in listing.devices() if one.id == f"deck:{which}")
    assert isinstance(device.source, PipedInput)
    words = ("--truth", str(truth), "--memory", str(place / f"{name}.memory"), *deck)
    device = replace(device, source=replace(device.source, argv=(*device.source.argv, *words)))
    source = source_of(Choice(device, format=device.formats[0], size=asked.pop("size", (720, 576))))
    folder = asked.pop("folder", place)
    mend = asked.pop("mend", False)
    session = Session(heard)
    try:
        stops = Stops(after_s=seconds, lost_s=30.0)
        wanted = Asked(source=source, folder=str(folder), name=name, stops=stops, **asked)
        _ = session.mend(wanted) if mend else session.record(wanted)
        if meanwhile:
            meanwhile(session, found)
        with changed:
            changed.wait_for(lambda: found.done or found.failed, seconds + PATIENCE_S)
    finally:
        session.close("benchmark", 30.0)
    if not truth.exists():
        raise SystemExit(f"{name}: the deck was never started: {found.failed or session.log_tail()}")
    found.runs = runs_of(truth)
    for path in found.done.files if found.done and which == "pal" else ():
        found.pictures += reading.pictures(Path(path))
        found.marks += reading.sound(Path(path))
    return found


def runs_of(truth: Path) -> list[Run]:
    """What the deck told, start by start."""
    runs: list[Run] = []
    for line in truth.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        match told["what"]:
            case "start":
                runs.append(Run(told["number"], told["wall"]))
            case "fault":
                runs[-1].missing |= withheld(told["fault"])
            case "overrun":
                runs[-1].missing |= set(range(told["first"], told["first"] + told["count"]))
                runs[-1].overrun += told["count"]
            case "end":
                runs[-1].end = told
    return runs


def withheld(fault: str) -> set[int]:
    kind, _, rest = fault.partition(" ")
    amount, _, at = rest.partition(" @ ")
    if kind not in ("drop", "stall"):
        return set()
    first = round(float(at) * RATE)
    return set(range(first, first + round(float(amount) * (1 if kind == "drop" else RATE))))


def gaps(found: Recording) -> tuple[list[int], list[int]]:
    """Numbers that lie between those read and are in no file: what the deck did not give, and what we lost."""
    read = set(found.numbers)
    theirs: list[int] = []
    ours: list[int] = []
    for number, run in enumerate(found.runs):
        after = found.runs[number + 1].first if number + 1 < len(found.runs) else 10**9
        here = [one for one in read if run.first <= one < after]
        missing = set(range(run.first, max(here, default=run.first - 1) + 1)) - read
        theirs += sorted(missing & run.missing)
        ours += sorted(missing - run.missing)
    return theirs, ours


def lost_by_us(found: Recording) -> list[int]:
    return gaps(found)[1]


def times_off(found: Recording) -> float:
    """By how much a picture's time in the file, from the first one on, is off its number: seconds, at most. Only where
    all comes from one start of the deck."""
    first = found.pictures[0]
    return max(abs(float(one.at_s - first.at_s) - (one.number - first.number) / RATE) for one in found.pictures)


# --------------------------------------------------------------------------------------------------- what is tried


@contextmanager
def loaded() -> Iterator[None]:
    """Every core busy with something else. In a session of its own: Linux shares the processor out between sessions
    first, and the one that we were started from may have a rank that no ordinary program has (/proc/self/autogroup)."""
    spin = [sys.executable, "-c", "while True: sum(range(10_000))"]
    burners = [subprocess.Popen(spin, start_new_session=sys.platform != "win32") for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for one in burners:
            one.kill()
            one.wait()


def under_load(place: Path, seconds: float) -> Row:
    with loaded():
        found = recorded(place, "load", (), seconds)
    card, lost = gaps(found)
    counted = found.done.lost if found.done else -1
    fullest = max((one.end["fullest"] for one in found.runs if one.end), default=0)
    return Row(
        f"{seconds:g} s, all cores busy",
        f"card lost {len(card)}, up to {fullest} of its 32 buffers in use",
        f"lost {counted}, frames {found.done.frames if found.done else 0}",
        f"{len(found.pictures)} pictures, times off {times_off(found) * 1000:.1f} ms",
        len(lost),
        not lost and counted == len(card) == 0 and len(found.pictures) >= seconds * RATE - 2,
    )


def dropped(place: Path) -> Row:
    found = recorded(place, "drop", ("--faults", "drop 7 @ 4"), 8)
    told = found.happened("lost")
    return _row("drops 7 frames at 4.00 s", "7 at 4.00", told, found, 7, 4.0)


def stalled(place: Path) -> Row:
    found = recorded(place, "stall", ("--faults", "stall 3 @ 4"), 12)
    told = found.happened("stall", "lost")
    return _row("stalls 3 s at 4.00 s", "75 at 4.00", told, found, 75, 4.0)


def repeated(place: Path) -> Row:
    found = recorded(place, "repeat", ("--faults", "repeat 5 @ 4"), 8)
    told, counted = found.happened("repeated"), found.done.repeated if found.done else -1
    twins = sum(one == another for one, another in pairwise(found.numbers))
    right = counted == twins == 5 and sum(one.count for one in told) == 5 and abs(told[0].t_s - 4.0) <= 0.1
    return Row("gives one picture 5 times more at 4.00 s", "5 at 4.00", _said(told), f"{twins} twins", 0, right)


def late(place: Path) -> Row:
    found = recorded(place, "late", ("--faults", "late 0.8 @ 4"), 8)
    told = found.happened("late", "stall", "lost")
    card, lost = gaps(found)
    right = not lost and found.done is not None and found.done.lost == len(card)
    truth, read = f"all come, card lost {len(card)}", f"{len(found.pictures)} pictures"
    return Row("holds the bus for 0.8 s at 4.00 s", truth, _said(told), read, len(lost), right)


def vanished(place: Path) -> Row:
    found = recorded(place, "vanish", ("--faults", "vanish 3 @ 4"), 14)
    hole = _hole(found)
    told = found.happened("vanished", "back")
    counted = sum(one.count for one in told if one.kind == "back")
    before = [one for one in found.numbers if one < 100]
    return Row(
        "vanishes at 4.00 s, for 3 s",
        f"last picture 99, hole {hole}",
        _said(told),
        f"{len(found.pictures)} pictures, last before it {max(before, default=-1)}",
        len(lost_by_us(found)),
        not lost_by_us(found) and max(before, default=-1) == 99 and abs(counted - hole) <= RATE // 2,
    )


def killed(place: Path) -> Row:
    def kill(session: Session, found: Recording) -> None:
        _wait_recorded(found, 4.0)
        assert session.pid is not None
        found.killed_wall = time.time()
        psutil.Process(session.pid).send_signal(signal.SIGKILL)

    found = recorded(place, "kill", ("--plays-on",), 14, kill)
    return _killed("recorder killed -9 after 4 s", found, found.happened("restarted", "back"))


def killed_ffmpeg(place: Path) -> Row:
    def kill(session: Session, found: Recording) -> None:
        _wait_recorded(found, 4.0)
        assert session.pid is not None
        found.killed_wall = time.time()
        for child in psutil.Process(session.pid).children(recursive=True):
            if "ffmpeg" in child.name():
                child.kill()

    found = recorded(place, "kill ffmpeg", ("--plays-on",), 14, kill)
    return _killed("ffmpeg killed -9 after 4 s", found, found.happened("vanished", "back"))


def drifting(place: Path) -> Row:
    """Ten minutes of tape as fast as they can be read, the sound card's clock 50 ppm fast, the pictures' times worn."""
    words = ("--fast", "600", "--sound-ppm", "50", "--jitter", "1", "--input", "clean")
    found = recorded(place, "drift", words, 10_000, size=(92, 72), live=False)
    measured = found.counters.drift_ppm
    by_marks = from_marks([(one.number / RATE, one.sample / 48000) for one in found.marks])
    lost = lost_by_us(found)
    return Row(
        "10 minutes, sound clock 50 ppm fast",
        "+50 ppm",
        "nothing" if measured is None else f"{measured:+.2f} ppm",
        f"{len(found.pictures)} pictures, {len(found.marks)} marks: {by_marks}",
        len(lost),
        not lost and measured is not None and abs(measured - 50) <= 5 and len(found.pictures) == 600 * RATE,
    )


def changed(place: Path) -> Row:
    found = recorded(place, "standard", ("--faults", "standard @ 4"), 12)
    told = found.happened("changed", "back")
    later = [one for one in found.numbers if len(found.runs) > 1 and one >= found.runs[-1].first]
    read = f"{found.numbers.index(99) + 1 if 99 in found.numbers else 0} pictures of PAL, {len(later)} of NTSC"
    lost = lost_by_us(found)
    right = not lost and 99 in found.numbers and bool(later) and len(found.done.files if found.done else ()) == 2
    return Row("changes to NTSC at 4.00 s", "at 4.00", _said(told), read, len(lost), right and bool(told))


def dv(place: Path) -> Row:
    """A DV tape: nothing of it has a time, its timecode and its blocks tell all."""
    faults = "corrupt 40 @ 2; timecode 250 @ 3; drop 4 @ 4; repeat 2 @ 5; recording @ 6"
    found = recorded(place, "dv", ("--faults", faults), 8, which="dv-pal")
    told = [one for one in found.happened("errors", "timecode", "lost", "repeated", "recording") if one.t_s > 0]
    expected = {"errors": 40, "timecode": 250, "lost": 4 + 2, "repeated": 2}
    counted = {kind: sum(one.count for one in told if one.kind == kind) for kind in expected}
    begun = sum(one.kind == "recording" for one in told)
    frames = found.done.frames if found.done else 0
    truth = "40 blocks at 2.00, jump of 250 at 3.00, 4 lost at 4.00, 2 repeated for 2 that are gone at 5.00"
    return Row("DV: " + faults, truth, _said(told), f"{frames} frames", 0, counted == expected and begun == 1)


def _killed(what: str, found: Recording, told: list[Happened]) -> Row:
    hole = _hole(found)
    counted = max((one.count for one in told), default=0)
    run = found.runs[0]
    given = round((found.killed_wall - run.start_wall) * RATE)
    last = max((one for one in found.numbers if one < found.runs[-1].first), default=-1)
    return Row(
        what,
        f"deck was at {given}, hole {hole}",
        _said(told),
        f"{len(found.pictures)} pictures, last before it {last}",
        len(lost_by_us(found)),
        not lost_by_us(found) and given - last <= RATE and abs(counted - hole) <= RATE,
    )


def cut_off(place: Path) -> Row:
    """Everything of ours is killed at once, as when the power fails; later the recording is made whole."""
    words = [sys.executable, "-m", "benchmarks.capture", "--keep", str(place), "--victim"]
    victim = psutil.Popen(words, cwd=ROOT, start_new_session=os.name != "nt")
    truth = place / "power.truth"
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and not (truth.exists() and time.time() > runs_of(truth)[0].start_wall + 6):
        time.sleep(0.02)
    family = [victim, *victim.children(recursive=True)]
    for one in family:
        one.suspend()  # or a child would have the time to close its files
    for one in family:
        one.kill()
    killed_wall = time.time()
    victim.wait()
    found = recorded(place, "power", (), 0, mend=True)
    found.killed_wall = killed_wall
    given = round((killed_wall - found.runs[0].start_wall) * RATE)
    last = max(found.numbers, default=-1)
    lost = lost_by_us(found)
    counted = found.done.frames if found.done else -1
    right = not lost and given - last <= RATE and counted == len(found.pictures)
    read = f"{len(found.pictures)} pictures, the last is {last}"
    return Row("all killed -9 after 6 s", f"deck was at {given}", f"{counted} frames", read, len(lost), right)


def filled(place: Path) -> Row | None:
    """A disk of its own, in memory, that something else fills up while we record."""
    disk = place / "disk"
    disk.mkdir()
    if os.name == "nt" or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(disk)]).returncode:
        return None

    def fill(_: Session, found: Recording) -> None:
        _wait_recorded(found, 4.0)
        room = os.statvfs(disk)
        (disk / "other").write_bytes(bytes(room.f_bavail * room.f_frsize - 12_000_000))

    try:
        found = recorded(place, "full", (), 30, fill, folder=disk, reserve_mb=0)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
    told = found.happened("disk", "stopped")
    numbers = found.numbers
    length = found.done.t_s if found.done else 0.0
    return Row(
        "disk fills after 4 s",
        "ends in good order",
        _said(told),
        f"{len(numbers)} pictures of {length:.1f} s",
        len(lost_by_us(found)),
        bool(told and found.done and numbers) and len(numbers) >= length * RATE - RATE and not lost_by_us(found),
    )


def frozen(place: Path) -> Row | None:
    """A disk that takes nothing for three seconds, as one does that another program forces to write all it has."""
    image, disk = place / "frozen.img", place / "frozen"
    disk.mkdir()
    with image.open("wb") as made:
        made.truncate(2000 * 1024 * 1024)
    steps = (["mkfs.ext4", "-q", "-F", str(image)], ["mount", "-o", "loop", str(image), str(disk)])
    if os.name == "nt" or any(subprocess.run(one, capture_output=True).returncode for one in steps):
        return None

    def freeze(_: Session, found: Recording) -> None:
        _wait_recorded(found, 4.0)
        subprocess.run(["fsfreeze", "-f", str(disk)], check=True)
        time.sleep(3.0)
        subprocess.run(["fsfreeze", "-u", str(disk)], check=True)

    try:
        found = recorded(place, "frozen disk", (), 12, freeze, folder=disk)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
    lost, missing = lost_by_us(found), found.done.lost if found.done else -1
    read = f"{len(found.pictures)} pictures"
    return Row("disk stands still for 3 s", "0", f"{missing} lost", read, len(lost), not lost and missing == 0)


# --------------------------------------------------------------------------------------------------- small words


def _row(what: str, truth: str, told: list[Happened], found: Recording, count: int, at_s: float) -> Row:
    counted = sum(one.count for one in told if one.kind == "lost")
    when = next((one.t_s for one in told if one.kind == "lost"), -1.0)
    lost = lost_by_us(found)
    done = found.done.lost if found.done else -1
    right = not lost and counted == done == count and abs(when - at_s) <= 0.1
    return Row(what, truth, _said(told), f"{len(found.pictures)} pictures", len(lost), right)


def _said(told: Sequence[Happened]) -> str:
    words = []
    for one in told:
        amount = f" {one.count}" if one.count else ""
        length = f" ({one.length_s:.2f} s)" if one.length_s else ""
        words.append(f"{one.kind}{amount}{length} at {one.t_s:.2f}")
    return ", ".join(words) or "nothing"


def _hole(found: Recording) -> int:
    """Pictures between the two stretches that were read: what the tape played while nobody recorded."""
    if len(found.runs) < 2:
        return -1
    second = found.runs[-1].first
    before = [one for one in found.numbers if one < second]
    after = [one for one in found.numbers if one >= second]
    return min(after) - max(before) - 1 if before and after else -1


def _wait_recorded(found: Recording, seconds: float) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and not found.failed:
        counters = [one for one in found.events if isinstance(one, Counters)]
        recording = any(isinstance(one, StateIs) and one.state == "recording" for one in found.events)
        if recording and counters and counters[-1].t_s >= seconds:
            return
        time.sleep(0.02)
    raise SystemExit(f"nothing was recorded: {found.failed or 'no counters came'}")


TRIED: dict[str, Callable[[Path], Row | None]] = {
    "drop": dropped,
    "stall": stalled,
    "repeat": repeated,
    "late": late,
    "vanish": vanished,
    "kill": killed,
    "ffmpeg": killed_ffmpeg,
    "power": cut_off,
    "disk": filled,
    "frozen": frozen,
    "standard": changed,
    "dv": dv,
    "drift": drifting,
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--only", default="", help=f"some of load, {', '.join(TRIED)}")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--victim", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.victim:
        recorded(args.keep, "power", (), 1000)
        return 0
    wanted = [one for one in args.only.split(",") if one] or ["load", *TRIED]
    with tempfile.TemporaryDirectory(prefix="capture ", ignore_cleanup_errors=True) as made:
        place = args.keep or Path(made)
        place.mkdir(parents=True, exist_ok=True)
        rows = []
        for name in wanted:
            row = under_load(place, args.seconds) if name == "load" else TRIED[name](place)
            if row is None:
                print(f"{name}: cannot be tried here", flush=True)
                continue
            rows.append(row)
            told = f"truth: {row.truth} | reported: {row.reported} | read back: {row.read}"
            print(f"{row.what} | {told} | lost by us {row.lost_by_us} | {'ok' if row.right else 'WRONG'}", flush=True)
    return 0 if all(one.right for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
