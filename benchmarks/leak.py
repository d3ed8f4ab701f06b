"""Does an evening of editing grow? Memory of the worker and of this process over many pictures and many edits.

    python -m benchmarks.leak [--previews 10000] [--loads 1000]

Pictures of every kind the window asks for, of a drawn tape behind BWDIF and a filter over time, forwards and in jumps:
whole, fields, regions, samples for the scopes, pixels, and what the nodes cost. Then edits of the last node, each with
its picture. The tape is drawn because a decoder's own cache of frames would hide what is asked here.
The pauses are those of a hand: after each tenth the worker is left alone for half a second, as it cleans up when idle.
Passes where neither process grows by 32 MB in the second half of a part.
"""

import argparse
import random
import sys
import threading
import time
from collections.abc import Callable

import psutil

from runtime.protocol import StepCode, StepInput, StepOutput
from runtime.session import Session

PRELUDE = "import vapoursynth as vs\nfrom vapoursynth import core"
TAPE = """\
blank = core.std.BlankClip(format=vs.YUV422P8, width=720, height=576, length=5000, fpsnum=25)
tape = blank.akarin.Expr(['X N + Y bitxor', '128 N 40 % +', '128']).std.SetFieldBased(2)
"""
ALLOWED_MB = 32.0


def plan(edit: int) -> list[StepCode]:
    def step(node: str, code: str, above: str = "", change: str = "") -> StepCode:
        inputs = (StepInput(above, above, "out"),) if above else ()
        return StepCode(node + change, node, node, code, inputs, (StepOutput("out", node),))

    return [
        step("tape", TAPE),
        step("bob", "bob = core.bwdif.Bwdif(tape, field=3)", "tape"),
        step("calm", "calm = core.zsmooth.TemporalMedian(bob, radius=1)", "bob"),
        step("levels", f"levels = calm.std.Levels(min_in={edit % 30}, planes=[0])", "calm", str(edit)),
    ]


class Eyes:
    """Asks for one thing after another, and waits for it."""

    def __init__(self, session: Session, frames: int) -> None:
        self.frame = 0
        self.session, self.frames, self.dice = session, frames, random.Random(1)

    def __call__(self, turn: int) -> None:
        session = self.session
        frame = self.dice.randrange(self.frames) if turn % 50 == 0 else (self.frame + 1) % self.frames
        self.frame = frame
        match turn % 8:
            case 0 | 1 | 2:
                session.preview("levels", "out", frame, max_width=720, square=True)
            case 3:
                session.preview("tape", "out", frame // 2, look="bob", max_width=360)
            case 4:
                x, y = self.dice.randrange(500), self.dice.randrange(400)
                session.preview("calm", "out", frame, region=(x, y, 200, 150))
            case 5:
                session.samples("levels", "out", frame)
            case 6:
                done = threading.Event()
                session.pixel_async("bob", "out", frame, turn % 720, turn % 576, lambda _: done.set())
                done.wait()
            case _:
                session.preview("bob", "out", frame, max_width=160)
                session.costs()


def watched(title: str, count: int, session: Session, each: Callable[[int], None]) -> bool:
    """Do it so often; print the memory after each tenth. True where the second half did not grow."""
    print(f"{title:>16}{'worker MB':>12}{'parent MB':>12}{'a second':>12}")
    found: list[tuple[float, float]] = []
    tenth = max(1, count // 10)
    for done in range(0, count, tenth):
        began = time.perf_counter()
        for turn in range(done, min(count, done + tenth)):
            each(turn)
        rate = tenth / (time.perf_counter() - began)
        time.sleep(0.5)
        worker, parent = (psutil.Process(pid).memory_info().rss / 1e6 for pid in (session.worker_pid, None))
        found.append((worker, parent))
        print(f"{min(count, done + tenth):16}{worker:12.0f}{parent:12.1f}{rate:12.0f}", flush=True)
    # The least of three: a look may fall before the worker has tidied up.
    middle = [min(one) for one in zip(*found[-6:-3], strict=True)]
    last = [min(one) for one in zip(*found[-3:], strict=True)]
    return all(after - before < ALLOWED_MB for before, after in zip(middle, last, strict=True))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--previews", type=int, default=10_000)
    parser.add_argument("--loads", type=int, default=1_000)
    args = parser.parse_args()
    with Session(cache_mb=256) as session:
        session.load(plan(0), PRELUDE)
        frames = session.describe("levels").num_frames
        eyes = Eyes(session, frames)

        def edit(turn: int) -> None:
            session.load(plan(turn + 1), PRELUDE)
            session.preview("levels", "out", turn % frames, max_width=720)
            if turn % 10 == 0:
                session.costs()

        steady = [watched("pictures", args.previews, session, eyes), watched("edits", args.loads, session, edit)]
    print("steady" if all(steady) else f"it grew by more than {ALLOWED_MB:g} MB in the second half")
    return 0 if all(steady) else 1


if __name__ == "__main__":
    sys.exit(main())
