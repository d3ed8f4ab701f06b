"""Little plans for the worker's tests: steps written by hand, and what is asked of them."""

import sys
from pathlib import Path

import imageio_ffmpeg
import psutil

from runtime.protocol import RenderSink, StepCode, StepInput, StepOutput

PRELUDE = "import vapoursynth as vs\nfrom vapoursynth import core\nimport os\nimport time\nimport signal"
FFMPEG: str = imageio_ffmpeg.get_ffmpeg_exe()
FAULTY_FFMPEG = Path(__file__).with_name("faulty_ffmpeg.py")
FAULTY_WORKER = Path(__file__).with_name("faulty_worker.py")

# A clip whose frame n has a luma of n, so that a frame can be told from another.
COUNTER = """\
blank = core.std.BlankClip(format=vs.YUV420P8, width=320, height=240, length=200, fpsnum=25, fpsden=1)
src = blank.akarin.Expr(['N', '128'])
"""


def step(node: str, code: str, *above: str, line: int = 1, change: str = "") -> StepCode:
    """A step that binds the variable `node`; `change` makes another fingerprint of it."""
    return StepCode(
        fingerprint=fingerprint(node, change),
        node=node,
        label=node,
        code=code,
        inputs=tuple(StepInput(one, fingerprint(one), "out") for one in above),
        outputs=(StepOutput("out", node),),
        line=line,
    )


def fingerprint(node: str, change: str = "") -> str:
    return f"f-{node}{change}"


def source() -> StepCode:
    return step("src", COUNTER)


def per_frame(node: str, body: str, above: str = "src") -> StepCode:
    """A node that runs Python statements for each frame n."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    code = f"def each(n, f):\n{lines}\n    return f\n{node} = {above}.std.ModifyFrame({above}, each)"
    return step(node, code, above)


def sink(node: str, out: Path, *, first: int = 0, last: int = 100, expected: int | None = None) -> RenderSink:
    """`node` as FFV1, by a real ffmpeg."""
    argv = (FFMPEG, "-v", "error", "-y", "-i", "pipe:0", "-c:v", "ffv1", "-f", "matroska", str(out))
    frames = last - first if expected is None else expected
    return RenderSink(node, fingerprint(node), "out", first, last, "y4m", argv, frames)


def faulty_sink(node: str, out: Path, how: str) -> RenderSink:
    argv = (sys.executable, str(FAULTY_FFMPEG), how, str(out))
    return RenderSink(node, fingerprint(node), "out", 0, 100, "y4m", argv, 100)


def faulty_worker(how: str) -> tuple[str, ...]:
    return sys.executable, "-P", str(FAULTY_WORKER), how


def running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def children(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]
