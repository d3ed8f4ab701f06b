"""Starts a deck: words → a tape, a stream, a pipe. Ends with the number that the system gives such a fault: 19 (no such
device) where it is unplugged, 16 where it is taken, 0 where the tape or the reader ended it.

    python -m capture.decks pal --faults "drop 7 @ 12.4; stall 3 @ 20" | ffmpeg -f matroska -i pipe:0 …
    python -m capture.decks dv-ntsc --faults "corrupt 40 @ 2; timecode 100 @ 3" | ffmpeg -f dv -i pipe:0 …
    python -m capture.decks pal --fast 600 --video_size 180x144 --sound-ppm 50 > ten-minutes.mkv
"""

from __future__ import annotations

import argparse
import errno
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from capture.decks import dv, faults, memory, pipe, words
from capture.decks.analog import Analog
from capture.decks.faults import Fault, FaultError
from capture.decks.memory import Memory
from capture.decks.picture import CLEAN, COMPOSITE, SVIDEO, Reel, Wear
from capture.decks.playing import Outcome, Player, Stream
from capture.decks.sound import Sound
from capture.decks.standard import STANDARDS, Standard, other
from capture.decks.tape import Tape
from capture.decks.telling import Teller

_WEAR: dict[words.Socket, Wear] = {"composite": COMPOSITE, "svideo": SVIDEO, "clean": CLEAN}


def main(argv: Sequence[str] | None = None) -> int:
    parser = words.parser()
    args = parser.parse_args(words.extended(sys.argv[1:] if argv is None else argv))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if args.refuse:
        print(f"deck: {args.deck}: {args.refuse}", file=sys.stderr)
        return errno.EBUSY
    is_dv = args.deck.startswith("dv-")
    try:
        suffered = faults.parsed(args.faults, is_dv)
        return _Deck(args, suffered, _dv(args) if is_dv else None).start()
    except KeyboardInterrupt:
        return 0
    except (FaultError, dv.TapeFileError) as fault:
        parser.error(str(fault))


def _dv(args: argparse.Namespace) -> dv.Dv:
    standard = STANDARDS[args.deck.removeprefix("dv-")]
    return dv.opened(args.file, args.seed) if args.file else dv.bundled(standard, args.seed)


@dataclass(frozen=True, slots=True)
class _Deck:
    args: argparse.Namespace
    faults: tuple[Fault, ...]
    dv: dv.Dv | None

    def start(self) -> int:
        teller = Teller(self.args.truth)
        known = memory.recall(self._file(), self._played())
        if known and time.time() < known.back:
            teller.tell("away", for_s=round(known.back - time.time(), 3))
            return self._missing()
        standard = self._standard(known)
        tape = Tape(standard.fps, self.faults, self.args.length, self.args.after or ("stop" if self.dv else "snow"))
        stream: Stream = self.dv or self._analog(standard)  # takes half a second: the tape begins after it
        out = pipe.into(self.args.out) if self.args.out else pipe.standard_output()
        started = known.started if known else time.time() - self.args.first
        origin = tape.frame(self.args.first)
        if known:
            origin = max(tape.frame(time.time() - started), tape.frame(known.reached_s) + 1)
        teller.tell("start", standard=standard.name, number=origin)
        if self.args.fast is not None:
            return generated(tape, stream, out, teller, origin, self.args.fast)
        here = Memory(self._played(), started, time.time(), standard=standard.name)
        if self.args.plays_on:
            memory.keep(self._file(), here)
        outcome = Player(tape, stream, out, teller, origin, self.args.buffers).play(self.args.seconds)
        here = replace(here, left=time.time(), reached_s=float(origin / tape.fps) + outcome.at_s)
        return self._left(here, outcome, standard)

    def _left(self, here: Memory, outcome: Outcome, standard: Standard) -> int:
        """Keeps what the next start must know."""
        match outcome.why:
            case "vanish":
                memory.keep(self._file(), replace(here, back=here.left + outcome.away_s))
                return self._missing()
            case "standard":
                memory.keep(self._file(), replace(here, standard=other(standard).name))
            case _ if self.args.plays_on:
                memory.keep(self._file(), here)
            case _:
                memory.forget(self._file())
        return 0

    def _missing(self) -> int:
        print(f"deck: {self.args.deck}: no such device", file=sys.stderr)
        return errno.ENODEV

    def _file(self) -> Path:
        return Path(self.args.memory or memory.place(self.args.deck))

    def _played(self) -> str:
        return f"{self.args.deck} {faults.written(self.faults)} {self.args.seed} {self.args.length}"

    def _standard(self, known: Memory | None) -> Standard:
        if self.dv:
            return self.dv.standard
        standard = STANDARDS[known.standard if known else self.args.standard or self.args.deck]
        size = self.args.size
        # a size that belongs to the other standard was asked for before the signal changed
        if size is None or size in {(one.width, one.height) for one in STANDARDS.values()}:
            return standard
        return replace(standard, width=size[0], height=size[1])

    def _analog(self, standard: Standard) -> Analog:
        args = self.args
        sound = None if args.no_sound else Sound(standard.fps, args.sound_ppm, args.seed)
        return Analog(standard, Reel(standard, args.seed, _WEAR[args.input]), sound, args.jitter / 1000)


def generated(tape: Tape, stream: Stream, out: pipe.Pipe, teller: Teller, origin: int, seconds: float) -> int:
    """The same tape without the clock: `seconds` of it as fast as it can be written."""
    pictures = lost = samples = 0
    why, at_s = "asked", Fraction(0)
    with suppress(BrokenPipeError):
        out.write([stream.head()])
        for slot in tape.slots(origin, origin + tape.frame(seconds)):
            at_s = (slot.number - origin) / tape.fps
            if slot.end:
                why = slot.end
                break
            out.write(stream.pieces(slot, at_s))
            pictures, lost = pictures + slot.picture, lost + (not slot.picture)
            samples += stream.samples(slot)
    teller.tell("end", why=why, pictures=pictures, lost=lost, overrun=0, samples=samples, fullest=0, at_s=float(at_s))
    return 0
