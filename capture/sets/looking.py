"""Looks at each pass as the graph will see it: frame by frame, very small and gray, for aligning.

The pictures come from the same node, through the same worker, as those that are stacked later: so frame n here is frame
n there, whatever the file's time stamps say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from graphs.document import Graph, NodeDoc, NodeId
from nodes.registry import Registry
from runtime.compiled import compiled, index_files
from runtime.ffmpeg import find
from runtime.protocol import RenderSink, StepCode, StepInput, StepOutput
from runtime.script import step_codes
from runtime.session import RenderUpdate, Session
from runtime.sources import prober
from runtime.takes import SetError

WIDE, HIGH = 16, 12
_CAPTURE = NodeId("capture1")
# a last line tells whether the frame is, sample for sample, the one before: noise never repeats, so such a frame was
# put there for one that was lost
_SMALL = f"""\
small = clip.std.SetFrameProps(_FieldBased=0).resize.Bilinear({WIDE}, {HIGH}, format=vs.GRAY8)
compared = core.std.PlaneStats(clip[1:] + clip[-1], clip)
compared = compared[:1] + compared[:-1]
told = core.std.BlankClip(small, height=1, keep=True).std.CopyFrameProps(compared)
told = core.akarin.Expr(told, "N 0 > x.PlaneStatsDiff 0 = and 255 0 ?")
small = core.std.StackVertical([small, told])"""


@dataclass(frozen=True, slots=True)
class Looked:
    """`pictures`: frames × 12 × 16. `repeated`: which frames are the one before once more."""

    pictures: NDArray[np.uint8]
    repeated: NDArray[np.bool_]


def small_pictures(
    path: Path, number: int, session: Session, registry: Registry, tell: Callable[[int, int], None] = lambda *_: None
) -> Looked:
    """Of a pass of the set at `path`. `tell(frames done, of how many)`. SetError, SessionError."""
    doc = NodeDoc(_CAPTURE, "input.capture", params={"take": str(path), "pass_number": number})
    made = compiled(Graph.of([doc]), registry, prober(session), [_CAPTURE])
    if made.errors:
        raise SetError("; ".join(problem.text for problem in made.errors))
    prelude, steps = step_codes(made.plan, index_files(made.plan.files))
    step_id, port = made.plan.places[_CAPTURE, "out"]
    source = made.plan.step(step_id)
    small = StepCode(
        f"{source.fingerprint}-small", "small", "small and gray", _SMALL,
        (StepInput("clip", source.fingerprint, port),), (StepOutput("out", "small"),),
    )  # fmt: skip
    for report in session.load((*steps, small), prelude):
        if report.state == "failed":
            raise SetError(f"pass {number}: {report.message}")
    frames = session.describe("small", "out").num_frames
    with TemporaryDirectory(prefix="tapeloom-align-") as folder:
        file = Path(folder) / "small.gray"
        form = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDE}x{HIGH + 1}")
        command = (find().path, "-v", "error", "-y", *form, "-i", "pipe:0", "-c:v", "copy", "-f", "rawvideo", str(file))
        sink = RenderSink("small", small.fingerprint, "out", 0, frames, "raw", command, frames)

        def told(update: RenderUpdate) -> None:
            tell(update.frames, update.frames_total)

        session.render([sink], told)
        data = np.fromfile(file, np.uint8)
    rows = data.reshape(-1, HIGH + 1, WIDE)
    return Looked(rows[:, :HIGH], rows[:, HIGH, 0] > 127)
