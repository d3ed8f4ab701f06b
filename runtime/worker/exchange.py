"""Clips that others take the place of while frames are asked for: where vs-mlrt's filter runs out of memory, ONNX
Runtime in Python goes on with smaller tiles. VapourSynth gives a frame up that fails, so whoever asked asks once more.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence

import vapoursynth as vs

from runtime.worker.tiled import out_of_memory

type Got = Callable[[vs.RawFrame | None, Exception | None], None]


class _Stage:
    """`others` makes clips of the same sizes and formats, and is called once, when the first is asked for."""

    def __init__(self, others: Callable[[], list[vs.VideoNode]]) -> None:
        self.others = others
        self.taken: list[vs.VideoNode] | None = None
        self.lacking = False

    def output(self, at: int, clip: vs.VideoNode) -> vs.VideoNode:
        def chosen(n: int) -> vs.VideoNode:  # noqa: ARG001  # VapourSynth passes it by name
            if not self.lacking:
                return clip
            if self.taken is None:
                self.taken = self.others()
            return self.taken[at]

        # called by one thread at a time; `clip_src` keeps what the filter costs on its step's account
        return clip.std.BlankClip(keep=True).std.FrameEval(chosen, clip_src=[clip])


_ALL: weakref.WeakSet[_Stage] = weakref.WeakSet()
_LOCK = threading.Lock()


def exchangeable(clips: Sequence[vs.VideoNode], others: Callable[[], list[vs.VideoNode]]) -> list[vs.VideoNode]:
    """`clips`, until memory runs out for one of them; from then on what `others` makes."""
    stage = _Stage(others)
    with _LOCK:
        _ALL.add(stage)  # lives as long as the clips: their callbacks hold it
    return [stage.output(at, clip) for at, clip in enumerate(clips)]


def worth_another_try(fault: BaseException | None) -> bool:
    """Whether a frame failed for want of memory and a second try goes another way: all stages take it then, for the
    fault does not say which of them it was."""
    if fault is None or not out_of_memory(fault):
        return False
    with _LOCK:
        stages = list(_ALL)
    for stage in stages:
        stage.lacking = True
    return bool(stages)


def get(clip: vs.VideoNode, frame: int, got: Got) -> None:
    """`clip.get_frame_async`, tried once more where another way is left."""

    def came(made: vs.RawFrame | None, fault: Exception | None) -> None:
        if made is None and worth_another_try(fault):
            clip.get_frame_async(frame, got)
        else:
            got(made, fault)

    clip.get_frame_async(frame, came)
